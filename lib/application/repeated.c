/* SPDX-License-Identifier: Apache-2.0 */
#include "application/repeated.h"

#include <stdlib.h>
#include <string.h>

struct slot {
    const char *text;
    size_t place;
};

static int compare_slots(const void *a, const void *b)
{
    const struct slot *left = a, *right = b;
    int order = strcmp(left->text, right->text);

    return order != 0 ? order : (left->place > right->place) - (left->place < right->place);
}

const bool *spk_repeated(struct spk_arena *arena, const char *const *texts, size_t n)
{
    struct slot *slots = spk_alloc_array(arena, n + 1, sizeof(*slots));
    bool *repeated = spk_alloc_array(arena, n + 1, sizeof(*repeated));

    for (size_t i = 0; i < n; i++)
        slots[i] = (struct slot){texts[i], i};
    qsort(slots, n, sizeof(*slots), compare_slots);
    for (size_t i = 1; i < n; i++)
        repeated[slots[i].place] = strcmp(slots[i - 1].text, slots[i].text) == 0;
    return repeated;
}
