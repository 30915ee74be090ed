/* SPDX-License-Identifier: Apache-2.0 */
#include "kubernetes/schema/schema.h"
#include "kubernetes/schema/schema_table.h"

#include <stdio.h>
#include <string.h>

struct pruner {
    struct spk_unknown_report report;
    size_t length; /* of path */
    char path[256];
};

static void prune_object(struct pruner *p, const struct spk_type *type, cJSON *in);

static size_t enter(struct pruner *p, const char *fmt, ...) SPK_PRINTF(2, 3);

/* As much of a step as there is room for; returns what leave needs. */
static size_t enter(struct pruner *p, const char *fmt, ...)
{
    size_t before = p->length, room;
    va_list args;

    if (before > 0 && *fmt != '[' && before + 1 < sizeof(p->path))
        p->path[p->length++] = '.';
    room = sizeof(p->path) - p->length;
    va_start(args, fmt);
    (void)vsnprintf(p->path + p->length, room, fmt, args);
    va_end(args);
    p->length += strlen(p->path + p->length);
    return before;
}

static void leave(struct pruner *p, size_t before)
{
    p->length = before;
    p->path[before] = '\0';
}

static void prune_elements(struct pruner *p, const struct spk_field *field, cJSON *in)
{
    size_t i = 0;

    for (cJSON *item = in->child; item; item = item->next, i++) {
        size_t before = field->shape == MAP ? enter(p, "[%s]", item->string)
                                            : enter(p, "[%zu]", i);

        prune_object(p, &spk_types[field->type], item);
        leave(p, before);
    }
}

/* A value of another shape is told by who reads it. */
static void prune_field(struct pruner *p, const struct spk_field *field, cJSON *in)
{
    bool fits = field->shape == LIST ? spk_json_is_array(in) : spk_json_is_object(in);

    if (field->kind != OBJECT || !fits)
        return;
    size_t before = enter(p, "%s", field->name);
    if (field->shape == ONE)
        prune_object(p, &spk_types[field->type], in);
    else
        prune_elements(p, field, in);
    leave(p, before);
}

static void prune_object(struct pruner *p, const struct spk_type *type, cJSON *in)
{
    cJSON *next;

    if (!spk_json_is_object(in))
        return;
    for (cJSON *item = in->child; item; item = next) {
        const struct spk_field *field = spk_type_field(type, item->string);

        next = item->next;
        if (field) {
            prune_field(p, field, item);
            continue;
        }
        p->report.tell(p->report.context, type, p->path, item->string);
        if (p->report.prune)
            spk_json_unlink(in, item);
    }
}

void spk_schema_unknown(const struct spk_type *type, cJSON *in,
                        const struct spk_unknown_report *report)
{
    struct pruner p = {.report = *report};

    prune_object(&p, type, in);
}

struct spk_nearest spk_type_nearest(const struct spk_type *type, const char *key)
{
    struct spk_nearest nearest = spk_nearest_to(key);

    for (size_t i = 0; i < type->n; i++)
        spk_nearest_offer(&nearest, type->fields[i].name);
    return nearest;
}
