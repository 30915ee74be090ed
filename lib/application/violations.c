/* SPDX-License-Identifier: Apache-2.0 */
#include "application/violations.h"

#include "base/limits.h"
#include "base/secret.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

struct spk_findings spk_findings_start(struct spk_arena *arena)
{
    return (struct spk_findings){.arena = arena};
}

SPK_PRINTF(2, 0)
static size_t enter(struct spk_findings *f, const char *fmt, va_list args)
{
    size_t before = f->length, room;

    if (before > 0 && *fmt != '[' && before + 1 < sizeof(f->path)) {
        f->path[f->length++] = '.';
        f->path[f->length] = '\0';
    }
    room = sizeof(f->path) - f->length;
    (void)vsnprintf(f->path + f->length, room, fmt, args);
    (void)spk_repair_utf8(f->path + f->length);
    f->length += spk_escape_controls(f->path + f->length, room);
    return before;
}

size_t spk_enter(struct spk_findings *findings, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    size_t before = enter(findings, fmt, args);
    va_end(args);
    return before;
}

void spk_leave(struct spk_findings *findings, size_t length)
{
    findings->length = length;
    findings->path[length] = '\0';
}

SPK_PRINTF(3, 0)
static void find(struct spk_findings *f, enum spk_reason reason, const char *fmt, va_list args)
{
    char text[sizeof(((struct spk_err *)NULL)->text)];

    if (f->n++ >= SPK_MAX_VIOLATIONS)
        return;
    (void)vsnprintf(text, sizeof(text), fmt, args);
    (void)spk_repair_utf8(text);
    spk_hide_secrets(text);
    struct spk_violation *violation = spk_alloc(f->arena, sizeof(*violation));
    violation->field = spk_strdup(f->arena, f->path);
    violation->text = spk_strdup(f->arena, text);
    if (f->first) {
        f->last->next = violation;
    } else {
        f->first = violation;
        f->reason = reason;
    }
    f->last = violation;
}

void spk_find(struct spk_findings *findings, enum spk_reason reason, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    find(findings, reason, fmt, args);
    va_end(args);
}

void spk_find_in(struct spk_findings *findings, const char *step, enum spk_reason reason,
                 const char *fmt, ...)
{
    size_t before = *step == '[' ? spk_enter(findings, "[%s", step + 1)
                                 : spk_enter(findings, "%s", step);
    va_list args;

    va_start(args, fmt);
    find(findings, reason, fmt, args);
    va_end(args);
    spk_leave(findings, before);
}

bool spk_findings_none(const struct spk_findings *findings, struct spk_err *err)
{
    if (!findings->first)
        return true;
    if (findings->n > SPK_MAX_VIOLATIONS)
        (void)spk_fail(err, findings->reason, "%s; %zu more fields are wrong than are listed",
                       findings->first->text, findings->n - SPK_MAX_VIOLATIONS);
    else
        (void)spk_fail(err, findings->reason, "%s", findings->first->text);
    (void)spk_fail_at(err, "%s", findings->first->field);
    err->violations = findings->first->next;
    return false;
}
