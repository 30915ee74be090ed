/* SPDX-License-Identifier: Apache-2.0 */
#include "json/plain.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define EACH(byte) ((uint64_t)(byte)*0x0101010101010101)
#define HIGH_BITS  EACH(0x80)

/* A high bit is set if a byte is below limit (at most 128); those above the first may be too.
 */
static uint64_t below(uint64_t word, unsigned limit)
{
    return (word - EACH(limit)) & ~word & HIGH_BITS;
}

/* Whether all eight bytes are plain. */
static bool is_plain8(const char *bytes)
{
    uint64_t word;

    memcpy(&word, bytes, sizeof(word));
    return (below(word, ' ') | below(word ^ EACH('"'), 1) | below(word ^ EACH('\\'), 1)) == 0;
}

static bool is_plain(char c)
{
    return (unsigned char)c >= ' ' && c != '"' && c != '\\';
}

size_t spk_json_plain_length(const char *bytes, size_t length)
{
    size_t n = 0;

    while (length - n >= 8 && is_plain8(bytes + n))
        n += 8;
    while (n < length && is_plain(bytes[n]))
        n++;
    return n;
}
