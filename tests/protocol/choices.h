/* SPDX-License-Identifier: Apache-2.0 */
/**
 * choices.h: where a run could go one way or another. Either all ways are tried, run after
 * run, or a seed decides.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAX_CHOICES 1024

struct choices {
    bool random;
    uint64_t seed;
    size_t n, at;
    unsigned char picks[MAX_CHOICES], limits[MAX_CHOICES];
};

/** One of 0..limit-1. */
unsigned choose(struct choices *choices, unsigned limit);

/** Prepare the next run; false: all have been tried. */
bool choices_next(struct choices *choices);

/** Print the ways taken, to repeat a run by eye. */
void choices_print(const struct choices *choices);
