/* SPDX-License-Identifier: Apache-2.0 */
#include "application/unknown.h"

#include "application/embedded.h"
#include "application/field.h"

#include "base/limits.h"
#include "base/printable.h"
#include "kubernetes/schema/schema.h"

#include <string.h>

bool spk_unknowns_have_room(const struct spk_unknowns *unknowns)
{
    return (unknowns->warn ? unknowns->warned : unknowns->findings->n) < SPK_MAX_VIOLATIONS;
}

void spk_unknown_count(struct spk_unknowns *unknowns)
{
    if (unknowns->warn)
        unknowns->warned++;
    else
        unknowns->findings->n++;
}

void spk_unknown_field(struct spk_unknowns *unknowns, const char *key,
                       const struct spk_nearest *nearest)
{
    struct spk_findings *f = unknowns->findings;
    const char *name = spk_nearest_name(nearest);
    const char *hint = name ? spk_printf(f->arena, "; did you mean '%s'?", name) : "";

    key = spk_printable(f->arena, key, 64);
    if (!unknowns->warn) {
        spk_find(f, SPK_UNKNOWN_FIELD, "unknown field '%s'%s", key, hint);
        return;
    }
    unknowns->warned++;
    spk_warn(unknowns->warnings, f->arena, "UNKNOWN_FIELD_IGNORED", f->path,
             "unknown field '%s', ignored%s", key, hint);
}

static void tell(void *context, const struct spk_type *type, const char *path, const char *key)
{
    struct spk_unknowns *unknowns = context;
    size_t before = unknowns->findings->length;

    if (!spk_unknowns_have_room(unknowns)) {
        spk_unknown_count(unknowns);
        return;
    }
    struct spk_nearest nearest = spk_type_nearest(type, key);
    if (*path)
        (void)spk_enter(unknowns->findings, *path == '[' ? "[%s" : "%s",
                        path + (*path == '['));
    (void)spk_enter(unknowns->findings, "%s", key);
    spk_unknown_field(unknowns, key, &nearest);
    spk_leave(unknowns->findings, before);
}

static void check_tree(struct spk_unknowns *unknowns, const char *type, cJSON *tree)
{
    const struct spk_unknown_report report = {tell, unknowns, .prune = unknowns->warn};

    spk_schema_unknown(spk_type_find(type), tree, &report);
}

/* managedFields hold objects of every shape and are nothing to us. */
static void check_metadata(struct spk_unknowns *unknowns, cJSON *metadata)
{
    cJSON *managed = spk_json_find(metadata, "managedFields");

    if (managed)
        spk_json_unlink(metadata, managed);
    check_tree(unknowns, "ObjectMeta", metadata);
    if (managed)
        (void)spk_json_set(metadata, "managedFields", managed);
}

static void check_template(struct spk_unknowns *unknowns, cJSON *template)
{
    struct spk_unknowns dropped = *unknowns;

    dropped.warn = true;
    check_tree(&dropped, "PodTemplateSpec", template);
    unknowns->warned = dropped.warned;
}

static void check_object(struct spk_unknowns *unknowns, const char *type, cJSON *tree)
{
    if (strcmp(type, "ObjectMeta") == 0)
        check_metadata(unknowns, tree);
    else if (strcmp(type, "PodTemplateSpec") == 0)
        check_template(unknowns, tree);
    else
        check_tree(unknowns, type, tree);
}

static void check_field(struct spk_unknowns *unknowns, const ProtobufCMessage *message,
                        const ProtobufCFieldDescriptor *field, const char *type)
{
    void *value = spk_field_value(message, field);
    bool repeated = spk_field_is_repeated(field);
    Google__Protobuf__Struct **items = repeated ? *(Google__Protobuf__Struct ***)value : value;
    size_t n = repeated ? *spk_field_count(message, field) : 1;
    size_t start = spk_enter(unknowns->findings, "%s", spk_field_json_name(field).text);

    for (size_t i = 0; i < n; i++) {
        size_t before = unknowns->findings->length;

        if (repeated)
            (void)spk_enter(unknowns->findings, "[%zu]", i);
        check_object(unknowns, type, spk_struct_tree(items[i]));
        spk_leave(unknowns->findings, before);
    }
    spk_leave(unknowns->findings, start);
}

static void visit_unknown(void *context, ProtobufCMessage *message)
{
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        const char *type = spk_embedded_type(field);

        if (type && spk_field_is_set(message, field))
            check_field(context, message, field, type);
    }
}

void spk_check_unknown(struct spk_unknowns *unknowns, Spk__SparkApplication *application)
{
    struct spk_arena *arena = unknowns->findings->arena;

    spk_message_walk(unknowns->findings, &application->base, visit_unknown, unknowns);
    if (unknowns->warned > SPK_MAX_VIOLATIONS)
        spk_warn(unknowns->warnings, arena, "UNKNOWN_FIELD_IGNORED", "",
                 "%zu more unknown fields are ignored", unknowns->warned - SPK_MAX_VIOLATIONS);
}
