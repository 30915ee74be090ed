/* SPDX-License-Identifier: Apache-2.0 */
#include "operator/webhook/memory_limit.h"

#include "base/text.h"
#include "kubernetes/quantity.h"

#include <string.h>

/* The longer suffix of a pair first. */
static const struct unit {
    const char *java, *kubernetes;
} units[] = {
    {"kb", "Ki"}, {"k", "Ki"},  {"mb", "Mi"}, {"m", "Mi"},  {"gb", "Gi"},
    {"g", "Gi"},  {"tb", "Ti"}, {"t", "Ti"},  {"pb", "Pi"}, {"p", "Pi"},
};

static const char *convert(struct spk_arena *arena, const char *text)
{
    const char *lower = spk_lower(arena, text);

    for (size_t i = 0; i < SPK_LEN(units); i++)
        if (spk_ends_with(lower, units[i].java))
            return spk_printf(arena, "%.*s%s", (int)(strlen(lower) - strlen(units[i].java)),
                              lower, units[i].kubernetes);
    return text;
}

bool spk_memory_limit(struct spk_arena *arena, const char *text, const char **out,
                      struct spk_err *err)
{
    const char *converted = convert(arena, spk_trim(arena, text));

    if (spk_quantity_canonical(arena, converted, out, err))
        return true;
    const char *why = spk_strdup(arena, err->text);
    return spk_fail(err, SPK_INVALID_FIELD, "failed to parse memory limit %.64s: %s", text,
                    why);
}
