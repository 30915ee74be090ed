/* SPDX-License-Identifier: Apache-2.0 */
#include "choices.h"

#include <assert.h>
#include <stdio.h>

static uint64_t draw(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15U);

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

unsigned choose(struct choices *choices, unsigned limit)
{
    if (limit <= 1)
        return 0;
    assert(choices->at < MAX_CHOICES && limit < 256);
    if (choices->at == choices->n) {
        uint64_t pick = choices->random ? draw(&choices->seed) % limit : 0;

        choices->picks[choices->n] = (unsigned char)pick;
        choices->limits[choices->n++] = (unsigned char)limit;
    }
    assert(choices->limits[choices->at] == limit); /* runs are repeatable */
    return choices->picks[choices->at++];
}

bool choices_next(struct choices *choices)
{
    choices->n = choices->random ? 0 : choices->at;
    choices->at = 0;
    if (choices->random)
        return true;
    while (choices->n > 0 &&
           choices->picks[choices->n - 1] + 1 == choices->limits[choices->n - 1])
        choices->n--;
    if (choices->n == 0)
        return false;
    choices->picks[choices->n - 1]++;
    return true;
}

void choices_print(const struct choices *choices)
{
    printf("choices:");
    for (size_t i = 0; i < choices->at; i++)
        printf(" %u/%u", choices->picks[i], choices->limits[i]);
    printf("\n");
}
