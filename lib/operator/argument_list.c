/* SPDX-License-Identifier: Apache-2.0 */
#include "operator/argument_list.h"

void spk_argument_add(struct spk_argument_list *list, const char *text, const char *origin)
{
    if (list->n == list->capacity) {
        list->capacity = list->capacity ? list->capacity * 2 : 64;
        list->items = spk_grow_array(list->arena, list->items, list->n, list->capacity,
                                     sizeof(*list->items));
    }
    list->items[list->n++] = (struct spk_argument){text, origin};
}

void spk_argument_conf(struct spk_argument_list *list, const char *key, const char *value,
                       const char *origin)
{
    spk_argument_add(list, "--conf", origin);
    spk_argument_add(list, spk_printf(list->arena, "%s=%s", key, value), origin);
}
