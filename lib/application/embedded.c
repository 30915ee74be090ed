/* SPDX-License-Identifier: Apache-2.0 */
#include "application/embedded.h"

#include "application/checks.h"
#include "application/field.h"

#include "kubernetes/quantity.h"
#include "kubernetes/schema/schema.h"

#include <string.h>

/* Puts a tree into the shape its Go type gives it. */
typedef bool settle_fn(struct spk_arena *arena, const char *type, cJSON *in, cJSON **out,
                       struct spk_err *err);

static bool settle_typed(struct spk_arena *arena, const char *type, cJSON *in, cJSON **out,
                         struct spk_err *err)
{
    spk_embedded_drop_nulls(in);
    spk_embedded_defaults(in, type);
    return spk_schema_go(arena, spk_type_find(type), in, out, err);
}

/* The CRD keeps a pod template as it is: no nulls dropped, no defaults, no list-map keys. */
static bool settle_template(struct spk_arena *arena, const char *type, cJSON *in, cJSON **out,
                            struct spk_err *err)
{
    return spk_schema_go(arena, spk_type_find(type), in, out, err);
}

/* managedFields hold objects of every shape and are nothing to us. */
static bool settle_metadata(struct spk_arena *arena, const char *type, cJSON *in, cJSON **out,
                            struct spk_err *err)
{
    cJSON *managed = spk_json_find(in, "managedFields"), *plain = spk_json_copy(arena, in);

    spk_json_remove(plain, "managedFields");
    if (!settle_template(arena, type, plain, out, err))
        return false;
    if (managed)
        (void)spk_json_set(*out, "managedFields", spk_json_copy(arena, managed));
    return true;
}

/* A ResourceList: a quantity, or a number, per resource. */
static bool settle_resources(struct spk_arena *arena, const char *type, cJSON *in, cJSON **out,
                             struct spk_err *err)
{
    cJSON *list = spk_json_new_object(arena);

    (void)type;
    spk_embedded_drop_nulls(in);
    SPK_JSON_EACH (item, in) {
        const char *number = spk_json_number_text(item), *canonical;
        const char *text = number ? number : spk_json_string(item);

        if (!text) {
            (void)spk_fail(err, SPK_INVALID_FIELD,
                           "a quantity is expected, found a value of type %s",
                           spk_json_type_name(item));
            return spk_fail_in(err, "[%s]", item->string);
        }
        if (!spk_quantity_canonical(arena, text, &canonical, err))
            return spk_fail_in(err, "[%s]", item->string);
        spk_json_text(list, item->string, canonical);
    }
    *out = list;
    return true;
}

/* A string, said as for the fields of the CRD itself. */
static bool refuse_text(const cJSON *found, struct spk_err *err)
{
    bool quotable = spk_json_is_number(found) || spk_json_is_bool(found);

    return spk_fail(err, SPK_INVALID_FIELD, "a string is expected, found a value of type %s%s",
                    spk_json_type_name(found), quotable ? ": put it in quotes" : "");
}

static bool copy_texts(const cJSON *in, cJSON *out, struct spk_err *err)
{
    size_t i = 0;

    SPK_JSON_EACH (item, in) {
        const char *text = spk_json_is_null(item) ? "" : spk_json_string(item);

        if (!text) {
            (void)refuse_text(item, err);
            return spk_fail_in(err, "hosts[%zu]", i);
        }
        spk_json_push_text(out, text);
        i++;
    }
    return true;
}

/* networking/v1 IngressTLS: {hosts: [string], secretName: string}. */
static bool settle_tls(struct spk_arena *arena, const char *type, cJSON *in, cJSON **out,
                       struct spk_err *err)
{
    cJSON *tls = spk_json_new_object(arena), *hosts = spk_json_new_array(arena);
    const cJSON *given, *secret;

    (void)type;
    spk_embedded_drop_nulls(in);
    given = spk_json_get(in, "hosts");
    secret = spk_json_get(in, "secretName");
    if (given && !spk_json_is_array(given)) {
        (void)spk_fail(err, SPK_INVALID_FIELD, "a list is expected, found a value of type %s",
                       spk_json_type_name(given));
        return spk_fail_in(err, "hosts");
    }
    if (!copy_texts(given, hosts, err))
        return false;
    if (secret && !spk_json_string(secret)) {
        (void)refuse_text(secret, err);
        return spk_fail_in(err, "secretName");
    }
    if (spk_json_size(hosts) > 0)
        (void)spk_json_set(tls, "hosts", hosts);
    if (secret && *spk_json_string(secret))
        spk_json_text(tls, "secretName", spk_json_string(secret));
    *out = tls;
    return true;
}

/* Field, its Kubernetes type, and how it is settled. Names are unique over all messages;
 * status is kept as it is. */
static const struct embedded {
    const char *field, *type;
    settle_fn *settle;
} embedded[] = {
    {"affinity", "Affinity", settle_typed},
    {"dns_config", "PodDNSConfig", settle_typed},
    {"env", "EnvVar", settle_typed},
    {"env_from", "EnvFromSource", settle_typed},
    {"host_aliases", "HostAlias", settle_typed},
    {"ingress_tls", "IngressTLS", settle_tls},
    {"init_containers", "Container", settle_typed},
    {"lifecycle", "Lifecycle", settle_typed},
    {"metadata", "ObjectMeta", settle_metadata},
    {"pod_security_context", "PodSecurityContext", settle_typed},
    {"resources", "ResourceList", settle_resources},
    {"security_context", "SecurityContext", settle_typed},
    {"sidecars", "Container", settle_typed},
    {"template", "PodTemplateSpec", settle_template},
    {"tolerations", "Toleration", settle_typed},
    {"volume_mounts", "VolumeMount", settle_typed},
    {"volumes", "Volume", settle_typed},
};

static const struct embedded *find_embedded(const ProtobufCFieldDescriptor *field)
{
    for (size_t i = 0; i < SPK_LEN(embedded) && spk_field_is_struct(field); i++)
        if (strcmp(embedded[i].field, field->name) == 0)
            return &embedded[i];
    return NULL;
}

const char *spk_embedded_type(const ProtobufCFieldDescriptor *field)
{
    const struct embedded *row = find_embedded(field);

    return row && row->settle != settle_resources ? row->type : NULL;
}

static void settle_object(struct spk_findings *f, const struct embedded *row,
                          Google__Protobuf__Struct **field)
{
    struct spk_err err = {0};
    cJSON *tree;

    if (row->settle(f->arena, row->type, spk_struct_tree(*field), &tree, &err)) {
        *field = spk_struct_new(f->arena, tree);
        if (strcmp(row->type, "Container") == 0)
            spk_embedded_duplicates(f, tree);
        return;
    }
    if (err.field[0] == '\0')
        spk_find(f, err.reason, "%s", err.text);
    else
        spk_find_in(f, err.field, err.reason, "%s", err.text);
}

static void settle_list(struct spk_findings *f, const struct embedded *row,
                        Google__Protobuf__Struct **items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t before = spk_enter(f, "[%zu]", i);

        settle_object(f, row, &items[i]);
        spk_leave(f, before);
    }
}

static void settle_field(struct spk_findings *f, const ProtobufCMessage *message,
                         const ProtobufCFieldDescriptor *field, const struct embedded *row)
{
    void *value = spk_field_value(message, field);
    size_t before = spk_enter(f, "%s", spk_field_json_name(field).text);

    if (spk_field_is_repeated(field))
        settle_list(f, row, *(Google__Protobuf__Struct ***)value,
                    *spk_field_count(message, field));
    else
        settle_object(f, row, value);
    spk_leave(f, before);
}

static void visit_embedded(void *context, ProtobufCMessage *message)
{
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        const struct embedded *row = find_embedded(field);

        if (row && spk_field_is_set(message, field))
            settle_field(context, message, field, row);
    }
}

void spk_settle_embedded(struct spk_findings *findings, Spk__SparkApplication *application)
{
    spk_message_walk(findings, &application->base, visit_embedded, findings);
}
