/* SPDX-License-Identifier: Apache-2.0 */
/**
 * nearest.h: the known name that was most likely meant where another one is written.
 *
 * Letters' case, '_' and '-' are no difference; a letter more, less, changed or swapped with
 * its neighbour counts one. Short words may differ by one, long ones by up to three.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define SPK_NEAREST_MAX 64 /* longer words and names are not compared */

struct spk_nearest {
    char word[SPK_NEAREST_MAX]; /* folded; "" if there is nothing to compare */
    char best[SPK_NEAREST_MAX]; /* as it was offered */
    size_t distance;            /* of best; at first what is too far already */
    bool tie;                   /* true if another name is as near */
};

/** Start with what was written; then offer every known name. */
struct spk_nearest spk_nearest_to(const char *word);
void spk_nearest_offer(struct spk_nearest *nearest, const char *name);

/** The nearest name if there is exactly one, else NULL. */
const char *spk_nearest_name(const struct spk_nearest *nearest);
