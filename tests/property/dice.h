/* SPDX-License-Identifier: Apache-2.0 */
/** dice.h: numbers that look random and are the same for the same seed, on every machine. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dice {
    uint64_t state;
};

static inline struct dice dice_seeded(uint64_t seed)
{
    return (struct dice){seed * 0x9E3779B97F4A7C15U + 1};
}

/** 0 to n - 1. @source splitmix64 */
static inline size_t dice_below(struct dice *dice, size_t n)
{
    uint64_t z = (dice->state += 0x9E3779B97F4A7C15U);

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return (size_t)((z ^ (z >> 31)) % n);
}

static inline bool dice_percent(struct dice *dice, size_t percent)
{
    return dice_below(dice, 100) < percent;
}
