/* SPDX-License-Identifier: Apache-2.0 */
#include "base/warning.h"

#include "base/text.h"

#include <string.h>

void spk_warn(struct spk_warnings *warnings, struct spk_arena *arena, const char *code,
              const char *field, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    char *message = spk_vprintf(arena, fmt, args);
    char *at = spk_strdup(arena, field);

    va_end(args);
    (void)spk_repair_utf8(message);
    (void)spk_repair_utf8(at);
    for (size_t i = 0; i < warnings->n; i++)
        if (!strcmp(warnings->items[i].code, code) && !strcmp(warnings->items[i].field, at) &&
            !strcmp(warnings->items[i].message, message))
            return;
    if ((warnings->n & (warnings->n - 1)) == 0) /* full, as the capacity doubles */
        warnings->items = spk_grow_array(arena, warnings->items, warnings->n,
                                         warnings->n ? 2 * warnings->n : 1,
                                         sizeof(*warnings->items));
    warnings->items[warnings->n++] = (struct spk_warning){
        .code = code,
        .message = message,
        .field = at,
    };
}
