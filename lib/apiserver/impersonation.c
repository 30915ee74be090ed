/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/impersonation.h"

#include "apiserver/header.h"
#include "base/limits.h"

static bool add(struct spk_arena *arena, struct spk_strings *headers, const char *name,
                const char *value, struct spk_err *err)
{
    if (!value)
        return true;
    if (!spk_is_header_value(value, SPK_MAX_HEADER_VALUE))
        return spk_fail(err, SPK_INVALID_FIELD, "the value of %.64s is not fit for a header",
                        name);
    spk_strings_add(arena, headers, spk_printf(arena, "%s: %s", name, value));
    return true;
}

/* The key becomes part of a header's name, in lower case as all names there are read. */
static bool add_extra(struct spk_arena *arena, struct spk_strings *headers, const char *key,
                      const char *value, struct spk_err *err)
{
    const char *encoded = spk_percent_encode(arena, spk_lower(arena, key));

    if (!spk_is_header_value(encoded, SPK_MAX_HEADER_VALUE))
        return spk_fail(err, SPK_INVALID_FIELD,
                        "the name of an extra value is not fit for a header");
    return add(arena, headers, spk_printf(arena, "Impersonate-Extra-%s", encoded), value, err);
}

bool spk_impersonation_headers(struct spk_arena *arena, const struct spk_impersonation *as,
                               struct spk_strings *headers, struct spk_err *err)
{
    if (!as->user && (as->uid || as->groups.n || as->extra_keys.n))
        return spk_fail(err, SPK_INVALID_FIELD,
                        "a uid, groups and extra values to act with need a user to act as");
    if (!add(arena, headers, "Impersonate-User", as->user, err) ||
        !add(arena, headers, "Impersonate-Uid", as->uid, err))
        return false;
    for (size_t i = 0; i < as->groups.n; i++)
        if (!add(arena, headers, "Impersonate-Group", as->groups.items[i], err))
            return false;
    for (size_t i = 0; i < as->extra_keys.n; i++)
        if (!add_extra(arena, headers, as->extra_keys.items[i], as->extra_values.items[i],
                       err))
            return false;
    return true;
}
