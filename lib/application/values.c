/* SPDX-License-Identifier: Apache-2.0 */
#include "application/checks.h"
#include "application/field.h"

#include "go/quote.h"

#include <string.h>

/* Fields the CRD requires. The mutating webhook writes zero values of Go fields that are no
 * pointers, so only the `always` ones are missed behind it. A NULL field means all fields. */
static const struct required {
    const ProtobufCMessageDescriptor *message;
    const char *field;
    bool always;
} required[] = {
    {&spk__spark_application__descriptor, "spec", true},
    {&spk__spark_application_spec__descriptor, "main_application_file", true},
    {&spk__driver_ingress_configuration__descriptor, "service_port", true},
    {&spk__driver_ingress_configuration__descriptor, "service_port_name", true},
    {&spk__spark_application_spec__descriptor, "type", false},
    {&spk__spark_application_spec__descriptor, "spark_version", false},
    {&spk__spark_application_spec__descriptor, "driver", false},
    {&spk__spark_application_spec__descriptor, "executor", false},
    {&spk__monitoring_spec__descriptor, "expose_driver_metrics", false},
    {&spk__monitoring_spec__descriptor, "expose_executor_metrics", false},
    {&spk__prometheus_spec__descriptor, "jmx_exporter_jar", false},
    {&spk__gpu_spec__descriptor, NULL, false},
    {&spk__name_path__descriptor, NULL, false},
    {&spk__secret_info__descriptor, NULL, false},
    {&spk__name_key__descriptor, NULL, false},
    {&spk__port__descriptor, NULL, false},
};

struct requirement {
    struct spk_findings *findings;
    bool strict;
};

static bool is_required(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                        bool strict)
{
    for (size_t i = 0; i < SPK_LEN(required); i++)
        if (required[i].message == message->descriptor && (strict || required[i].always) &&
            (!required[i].field || strcmp(required[i].field, field->name) == 0))
            return true;
    return false;
}

static void visit_required(void *context, ProtobufCMessage *message)
{
    const struct requirement *requirement = context;

    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];

        if (!spk_field_is_set(message, field) &&
            is_required(message, field, requirement->strict))
            spk_find_in(requirement->findings, spk_field_json_name(field).text,
                        SPK_INVALID_FIELD, "Required value");
    }
}

void spk_check_required(struct spk_findings *findings, Spk__SparkApplication *application,
                        bool strict)
{
    struct requirement requirement = {findings, strict};

    spk_message_walk(findings, &application->base, visit_required, &requirement);
}

/* Ranges and enumerations of the CRD; the last text of an enumeration is NULL. */
static const struct range {
    const ProtobufCMessageDescriptor *message;
    const char *field;
    int64_t minimum, maximum; /* maximum 0: none */
} ranges[] = {
    {&spk__restart_policy__descriptor, "on_submission_failure_retries", 0, 0},
    {&spk__restart_policy__descriptor, "on_failure_retries", 0, 0},
    {&spk__restart_policy__descriptor, "on_submission_failure_retry_interval", 1, 0},
    {&spk__restart_policy__descriptor, "on_failure_retry_interval", 1, 0},
    {&spk__prometheus_spec__descriptor, "port", 1024, 49151},
    {&spk__driver_spec__descriptor, "cores", 1, 0},
    {&spk__executor_spec__descriptor, "cores", 1, 0},
    {&spk__executor_spec__descriptor, "instances", 1, 0},
};

static const struct enumeration {
    const ProtobufCMessageDescriptor *message;
    const char *field;
    const char *values[5];
} enumerations[] = {
    {&spk__spark_application_spec__descriptor, "type", {"Java", "Python", "Scala", "R"}},
    {&spk__spark_application_spec__descriptor, "mode", {"cluster", "client"}},
    {&spk__spark_application_spec__descriptor, "python_version", {"2", "3"}},
    {&spk__restart_policy__descriptor, "type", {"Never", "Always", "OnFailure"}},
};

static int64_t number_of(const ProtobufCMessage *message,
                         const ProtobufCFieldDescriptor *field)
{
    const void *at = spk_field_value(message, field);

    return field->type == PROTOBUF_C_TYPE_INT32 ? *(const int32_t *)at : *(const int64_t *)at;
}

static void check_range(struct spk_findings *f, const ProtobufCMessage *message,
                        const struct range *range)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, range->field);

    if (!spk_field_is_set(message, field))
        return;
    int64_t value = number_of(message, field);
    bool low = value < range->minimum, high = range->maximum && value > range->maximum;
    if (!low && !high)
        return;
    size_t before = spk_enter(f, "%s", spk_field_json_name(field).text);
    spk_find(f, SPK_INVALID_FIELD,
             "Invalid value: %lld: %s in body should be %s than or equal to %lld",
             (long long)value, f->path, low ? "greater" : "less",
             (long long)(low ? range->minimum : range->maximum));
    spk_leave(f, before);
}

static void check_enumeration(struct spk_findings *f, const ProtobufCMessage *message,
                              const struct enumeration *enumeration)
{
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field_by_name(
        message->descriptor, enumeration->field);
    const char *value = *(const char **)spk_field_value(message, field);
    struct spk_buf supported = {.arena = f->arena};

    if (!value)
        return;
    for (const char *const *each = enumeration->values; *each; each++) {
        if (strcmp(*each, value) == 0)
            return;
        spk_buf_printf(&supported, "%s\"%s\"", supported.length > 0 ? ", " : "", *each);
    }
    spk_find_in(f, spk_field_json_name(field).text, SPK_INVALID_FIELD,
                "Unsupported value: %s: supported values: %s",
                spk_quote_go(f->arena, spk_cut(f->arena, value, 64)),
                spk_buf_string(&supported));
}

/* The CRD's pattern is not anchored and its backslash is doubled, so that any text with one
 * small letter or digit passes. */
static void check_pod_name(struct spk_findings *f, const char *name)
{
    if (!name || strpbrk(name, "abcdefghijklmnopqrstuvwxyz0123456789"))
        return;
    size_t before = spk_enter(f, "podName");
    spk_find(f, SPK_INVALID_FIELD,
             "Invalid value: %s: %s in body should match "
             "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*'",
             spk_quote_go(f->arena, spk_cut(f->arena, name, 64)), f->path);
    spk_leave(f, before);
}

static void visit_values(void *context, ProtobufCMessage *message)
{
    struct spk_findings *f = context;

    for (size_t i = 0; i < SPK_LEN(ranges); i++)
        if (ranges[i].message == message->descriptor)
            check_range(f, message, &ranges[i]);
    for (size_t i = 0; i < SPK_LEN(enumerations); i++)
        if (enumerations[i].message == message->descriptor)
            check_enumeration(f, message, &enumerations[i]);
    if (message->descriptor == &spk__driver_spec__descriptor)
        check_pod_name(f, ((const Spk__DriverSpec *)message)->pod_name);
}

void spk_check_values(struct spk_findings *findings, Spk__SparkApplication *application)
{
    spk_message_walk(findings, &application->base, visit_values, findings);
}
