/* SPDX-License-Identifier: Apache-2.0 */
#include "base/printable.h"

#include <string.h>

static void put_escaped(struct spk_buf *buf, uint32_t code)
{
    if (code == '\n' || code == '\r' || code == '\t')
        spk_buf_printf(buf, "\\%c", code == '\n' ? 'n' : code == '\r' ? 'r' : 't');
    else
        spk_buf_printf(buf, code < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)code);
}

char *spk_printable(struct spk_arena *arena, const char *text, size_t limit)
{
    struct spk_buf buf = {.arena = arena};
    size_t left = strlen(text);

    for (size_t length = 1; left; text += length, left -= length) {
        uint32_t code;

        if (buf.length >= limit) {
            spk_buf_text(&buf, "...");
            break;
        }
        length = spk_utf8_read(text, left, &code);
        if (length && !spk_is_control(code)) {
            spk_buf_put(&buf, text, length);
            continue;
        }
        put_escaped(&buf, length ? code : (unsigned char)*text);
        length += !length;
    }
    return spk_strdup(arena, spk_buf_string(&buf));
}

char *spk_printable_json(struct spk_arena *arena, const char *json)
{
    struct spk_buf buf = {.arena = arena};
    size_t left = strlen(json);

    for (size_t length = 1; left; json += length, left -= length) {
        uint32_t code;

        length = spk_utf8_read(json, left, &code);
        if (!length)
            spk_buf_text(&buf, "\uFFFD");
        else if (code != '\n' && spk_is_control(code))
            spk_buf_printf(&buf, "\\u%04x", (unsigned)code);
        else
            spk_buf_put(&buf, json, length);
        length += !length;
    }
    return spk_strdup(arena, spk_buf_string(&buf));
}
