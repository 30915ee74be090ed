/* SPDX-License-Identifier: Apache-2.0 */
#include "go/quote.h"

#include "base/text.h"

#include <assert.h>
#include <string.h>

/* Control, format and private characters and spaces beyond ASCII: first, last; sorted. */
static const unsigned unprintable[][2] = {
    {0x80, 0xA0},       {0xAD, 0xAD},       {0x600, 0x605},      {0x61C, 0x61C},
    {0x6DD, 0x6DD},     {0x70F, 0x70F},     {0x890, 0x891},      {0x8E2, 0x8E2},
    {0x1680, 0x1680},   {0x180E, 0x180E},   {0x2000, 0x200F},    {0x2028, 0x202F},
    {0x205F, 0x2064},   {0x2066, 0x206F},   {0x3000, 0x3000},    {0xE000, 0xF8FF},
    {0xFDD0, 0xFDEF},   {0xFEFF, 0xFEFF},   {0xFFF9, 0xFFFB},    {0x110BD, 0x110BD},
    {0x110CD, 0x110CD}, {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3},  {0x1D173, 0x1D17A},
    {0xE0001, 0xE0001}, {0xE0020, 0xE007F}, {0xF0000, 0x10FFFF},
};

static bool prints(unsigned c)
{
    if ((c & 0xFFFE) == 0xFFFE)
        return false;
    for (size_t i = 0; i < SPK_LEN(unprintable); i++)
        if (c >= unprintable[i][0] && c <= unprintable[i][1])
            return false;
    return true;
}

/* The character at *at, which moves behind it. */
static unsigned next_character(const char **at)
{
    unsigned lead = (unsigned char)*(*at)++;
    unsigned c = lead < 0x80   ? lead
                 : lead < 0xE0 ? lead & 0x1F
                 : lead < 0xF0 ? lead & 0x0F
                               : lead & 0x07;

    while (((unsigned char)**at & 0xC0) == 0x80)
        c = c << 6 | ((unsigned char)*(*at)++ & 0x3F);
    return c;
}

static void put_ascii(struct spk_buf *out, char c)
{
    static const char from[] = "\a\b\f\n\r\t\v\\\"", to[] = "abfnrtv\\\"";
    const char *escape = strchr(from, c);

    if (escape)
        spk_buf_printf(out, "\\%c", to[escape - from]);
    else if (c < ' ' || c == 0x7F)
        spk_buf_printf(out, "\\x%02x", (unsigned)c);
    else
        spk_buf_char(out, c);
}

char *spk_quote_go(struct spk_arena *arena, const char *text)
{
    struct spk_buf out = {.arena = arena};

    spk_buf_char(&out, '"');
    while (*text) {
        const char *start = text;
        unsigned c = next_character(&text);

        if (c < 0x80)
            put_ascii(&out, (char)c);
        else if (prints(c))
            spk_buf_put(&out, start, (size_t)(text - start));
        else
            spk_buf_printf(&out, c > 0xFFFF ? "\\U%08x" : "\\u%04x", c);
    }
    spk_buf_char(&out, '"');
    return out.data;
}
