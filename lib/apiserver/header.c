/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/header.h"

#include <string.h>

bool spk_is_header_value(const char *text, size_t limit)
{
    size_t length = strlen(text);

    if (length == 0 || length > limit)
        return false;
    for (; *text; text++)
        if (*text < 0x20 || *text > 0x7E)
            return false;
    return true;
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           strchr("-._~", c);
}

const char *spk_percent_encode(struct spk_arena *arena, const char *text)
{
    struct spk_buf out = {.arena = arena};

    for (; *text; text++) {
        if (is_unreserved(*text))
            spk_buf_char(&out, *text);
        else
            spk_buf_printf(&out, "%%%02X", (unsigned)(unsigned char)*text);
    }
    return spk_buf_string(&out);
}
