/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include "base/text.h"

#include <string.h>

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const char *spk_base64_encode(struct spk_arena *arena, const char *bytes, size_t length)
{
    struct spk_buf out = {.arena = arena};

    for (size_t i = 0; i < length; i += 3) {
        unsigned group = 0;

        for (size_t k = 0; k < 3; k++)
            group = group << 8 | (i + k < length ? (unsigned char)bytes[i + k] : 0U);
        for (size_t k = 0; k < 4; k++)
            spk_buf_put(&out, i + k > length ? "=" : &alphabet[group >> (18 - 6 * k) & 63], 1);
    }
    return spk_buf_string(&out);
}

bool spk_base64_decode(struct spk_arena *arena, const char *text, struct spk_bytes *out)
{
    char *data = spk_alloc(arena, strlen(text) / 4 * 3 + 4);
    size_t length = 0, digits = 0, padding = 0;
    unsigned group = 0;

    for (; *text; text++) {
        const char *digit = strchr(alphabet, *text);

        if (*text == '\n' || *text == '\r')
            continue;
        if (*text == '=' && ++padding > 2)
            return false;
        if (*text != '=' && (!digit || padding))
            return false;
        group = group << 6 | (digit ? (unsigned)(digit - alphabet) : 0U);
        if (++digits % 4)
            continue;
        for (int shift = 16; shift >= 0; shift -= 8)
            data[length++] = (char)(group >> shift & 0xFF);
        group = 0;
    }
    if (digits % 4)
        return false;
    length -= padding;
    data[length] = '\0';
    *out = (struct spk_bytes){data, length};
    return true;
}
