/* SPDX-License-Identifier: Apache-2.0 */
/** argument_list.h: the growing vector of spark-submit's arguments, each with its origin. */
#pragma once

#include "commandline/commandline.h"

struct spk_argument_list {
    struct spk_arena *arena;
    struct spk_argument *items;
    size_t n, capacity;
};

void spk_argument_add(struct spk_argument_list *list, const char *text, const char *origin);

/** "--conf", then "key=value". */
void spk_argument_conf(struct spk_argument_list *list, const char *key, const char *value,
                       const char *origin);
