/* SPDX-License-Identifier: Apache-2.0 */
#include "base/nearest.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* In lower case without separators; "" if it is too long. */
static void fold(const char *text, char out[SPK_NEAREST_MAX])
{
    size_t n = 0;

    memset(out, 0, SPK_NEAREST_MAX);
    for (; *text && n + 1 < SPK_NEAREST_MAX; text++)
        if (*text != '_' && *text != '-')
            out[n++] = (char)(*text >= 'A' && *text <= 'Z' ? *text - 'A' + 'a' : *text);
    if (*text)
        out[0] = '\0';
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/*
 * Edit distance with swaps of neighbours (optimal string alignment), row by row: rows[0] is
 * the one before the last, rows[2] the one in the making.
 */
static size_t distance(const char *a, const char *b)
{
    uint8_t rows[3][SPK_NEAREST_MAX];
    const size_t n = strlen(b);

    for (size_t j = 0; j <= n; j++)
        rows[1][j] = (uint8_t)j;
    for (size_t i = 1; a[i - 1]; i++) {
        rows[2][0] = (uint8_t)i;
        for (size_t j = 1; j <= n; j++) {
            size_t cost = a[i - 1] != b[j - 1];
            size_t best =
                least(least(rows[1][j] + 1U, rows[2][j - 1] + 1U), rows[1][j - 1] + cost);

            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = least(best, rows[0][j - 2] + 1U);
            rows[2][j] = (uint8_t)best;
        }
        memmove(rows[0], rows[1], sizeof(rows[0]) + sizeof(rows[1]));
    }
    return rows[1][n];
}

struct spk_nearest spk_nearest_to(const char *word)
{
    struct spk_nearest nearest = {.best = ""};
    size_t length;

    fold(word, nearest.word);
    length = strlen(nearest.word);
    nearest.distance = 1 + (length <= 2 ? 0 : length <= 5 ? 1 : length <= 8 ? 2 : 3);
    return nearest;
}

void spk_nearest_offer(struct spk_nearest *nearest, const char *name)
{
    char folded[SPK_NEAREST_MAX];
    size_t length = strlen(nearest->word), other;

    fold(name, folded);
    other = strlen(folded);
    size_t apart = length > other ? length - other : other - length;
    if (length == 0 || other == 0 || apart > nearest->distance)
        return;
    size_t found = distance(nearest->word, folded);
    if (found < nearest->distance) {
        nearest->distance = found;
        nearest->tie = false;
        (void)snprintf(nearest->best, sizeof(nearest->best), "%s", name);
    } else if (found == nearest->distance && nearest->best[0]) {
        nearest->tie = true;
    }
}

const char *spk_nearest_name(const struct spk_nearest *nearest)
{
    return nearest->best[0] && !nearest->tie ? nearest->best : NULL;
}
