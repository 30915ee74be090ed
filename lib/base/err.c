/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include "base/limits.h"
#include "base/secret.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#undef spk_fail /* what an analyzer sees instead */
#undef spk_fail_in
#undef spk_fail_at

bool spk_fail(struct spk_err *err, enum spk_reason reason, const char *fmt, ...)
{
    va_list args;

    *err = (struct spk_err){.reason = reason};
    va_start(args, fmt);
    (void)vsnprintf(err->text, sizeof(err->text), fmt, args);
    va_end(args);
    (void)spk_repair_utf8(err->text);
    spk_hide_secrets(err->text);
    return false;
}

static void plain_field(struct spk_err *err)
{
    (void)spk_repair_utf8(err->field);
    (void)spk_escape_controls(err->field, sizeof(err->field));
}

bool spk_fail_in(struct spk_err *err, const char *fmt, ...)
{
    char step[sizeof(err->field)], rest[sizeof(err->field)];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(step, sizeof(step), fmt, args);
    va_end(args);
    memcpy(rest, err->field, sizeof(rest));
    const char *dot = rest[0] == '\0' || rest[0] == '[' || step[0] == '\0' ? "" : ".";
    (void)snprintf(err->field, sizeof(err->field), "%s%s%s", step, dot, rest);
    plain_field(err);
    return false;
}

bool spk_fail_at(struct spk_err *err, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(err->field, sizeof(err->field), fmt, args);
    va_end(args);
    plain_field(err);
    return false;
}

static char *whole_copy(struct spk_arena *arena, const char *text)
{
    char *copy = spk_strdup(arena, text);

    (void)spk_repair_utf8(copy);
    return copy;
}

void spk_err_violation(struct spk_err *err, struct spk_arena *arena, const char *field,
                       const char *text)
{
    struct spk_violation **end = &err->violations;

    while (*end)
        end = &(*end)->next;
    *end = spk_alloc(arena, sizeof(**end));
    (*end)->field = spk_plain_path(arena, field);
    (*end)->text = whole_copy(arena, text);
}

void spk_err_note(struct spk_err *err, struct spk_arena *arena, const char *key,
                  const char *value)
{
    struct spk_note **end = &err->notes;

    if (!value)
        return;
    while (*end)
        end = &(*end)->next;
    *end = spk_alloc(arena, sizeof(**end));
    (*end)->key = spk_strdup(arena, key);
    (*end)->value = whole_copy(arena, value);
}

bool spk_fail_exhausted(struct spk_err *err, const struct spk_arena *arena)
{
    const char *hint = arena->largest ? "; most of it is in this field" : "";

    if (arena->end == SPK_ARENA_NO_MEMORY)
        return spk_fail(err, SPK_SERVER_OVERLOADED, "there is no memory left");
    if (arena->end == SPK_ARENA_SPENT)
        (void)spk_fail(err, SPK_REQUEST_TOO_LARGE,
                       "the request needs more than %zu steps of work%s", arena->max_steps,
                       hint);
    else
        (void)spk_fail(err, SPK_REQUEST_TOO_LARGE,
                       "the request needs more than %zu MiB of memory%s",
                       arena->limit / SPK_MIB(1), hint);
    return spk_fail_at(err, "%s", arena->largest ? arena->largest : "");
}
