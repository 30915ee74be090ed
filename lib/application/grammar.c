/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that the API server refuses in the Pods of the driver or of every executor, and names
 * of objects that cannot exist: said at once and at the field that has them. Values that the
 * API server takes stay accepted, however odd: a negative grace period (it becomes 1), an
 * amount of 1e99, a pull secret that cannot exist.
 */
#include "application/application.h"
#include "application/field.h"

#include "base/limits.h"
#include "base/secret.h"
#include "go/quote.h"
#include "kubernetes/marks.h"
#include "kubernetes/names.h"
#include "kubernetes/quantity.h"

#include <string.h>

#define MAX_PORT_NAME 15
#define MAX_SHOWN     64

/* Says what a text should have been; NULL: it is right. */
typedef const char *grammar_fn(struct spk_arena *arena, const char *text);

static const char *as_object_name(struct spk_arena *arena, const char *text)
{
    (void)arena;
    return spk_is_dns1123_subdomain(text)
               ? NULL
               : "the name of an object: at most 253 lower case letters, digits, '-' and '.'";
}

/* Spark calls the volume NAME-volume. */
static const char *as_secret_name(struct spk_arena *arena, const char *text)
{
    return spk_is_dns1123_label(spk_printf(arena, "%s-volume", text))
               ? NULL
               : "the name of a Secret that Spark can mount: at most 56 lower case letters, "
                 "digits and '-'";
}

static const char *as_scheduler_name(struct spk_arena *arena, const char *text)
{
    (void)arena;
    return spk_is_scheduler_name(text)
               ? NULL
               : "the name of a scheduler: at most 253 letters, digits, '-', '_' and '.'";
}

/* Negative amounts are quantities, but none of a resource. */
static const char *as_amount(struct spk_arena *arena, const char *text)
{
    const char *canonical = "";
    struct spk_err ignored = {0};

    if (!spk_quantity_canonical(arena, spk_trim(arena, text), &canonical, &ignored))
        return "a quantity such as 1, 500m or 1.5";
    return *canonical == '-' ? "an amount: it must not be negative" : NULL;
}

/* A text that is no quantity is refused in the operator's own words. */
static const char *as_limit(struct spk_arena *arena, const char *text)
{
    const char *canonical = "";
    struct spk_err ignored = {0};

    return spk_quantity_canonical(arena, text, &canonical, &ignored) && *canonical == '-'
               ? "an amount: it must not be negative"
               : NULL;
}

/* @source k8s.io/apimachinery/pkg/util/validation: IsValidPortName */
static const char *as_port_name(struct spk_arena *arena, const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz",
                      all[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    size_t length = strlen(text);

    (void)arena;
    if (length == 0)
        return NULL;
    bool good = length <= MAX_PORT_NAME && strspn(text, all) == length &&
                strpbrk(text, letters) && !strstr(text, "--") && *text != '-' &&
                text[length - 1] != '-';
    return good ? NULL
                : "the name of a port: at most 15 lower case letters, digits and single '-' "
                  "between them, one of them a letter";
}

static const char *as_protocol(struct spk_arena *arena, const char *text)
{
    static const char *const protocols[] = {"", "TCP", "UDP", "SCTP"};

    (void)arena;
    for (size_t i = 0; i < SPK_LEN(protocols); i++)
        if (strcmp(protocols[i], text) == 0)
            return NULL;
    return "a protocol: TCP, UDP or SCTP";
}

static void refuse(struct spk_findings *f, const char *key, const char *value,
                   const char *rule)
{
    const char *shown = spk_is_secret_name(key)
                            ? SPK_HIDDEN
                            : spk_quote_go(f->arena, spk_cut(f->arena, value, MAX_SHOWN));

    spk_find(f, SPK_INVALID_FIELD, "%s is not %s", shown, rule);
}

#define ROLE     NULL /* the driver and the executor have the field */
#define DRIVER   &spk__driver_spec__descriptor
#define EXECUTOR &spk__executor_spec__descriptor
#define SPEC     &spk__spark_application_spec__descriptor

/* Texts. Spark replaces ${...} in the values of its own keys before it uses them. */
static const struct text_rule {
    const ProtobufCMessageDescriptor *message;
    const char *field;
    grammar_fn *grammar;
    bool is_substituted;
} text_rules[] = {
    {ROLE, "core_limit", as_amount, true},
    {ROLE, "core_request", as_amount, true},
    {ROLE, "memory_limit", as_limit, false},
    {ROLE, "service_account", as_object_name, true},
    {ROLE, "priority_class_name", as_object_name, false},
    {ROLE, "scheduler_name", as_scheduler_name, false},
    {SPEC, "hadoop_config_map", as_object_name, false},
    {SPEC, "spark_config_map", as_object_name, false},
    {&spk__batch_scheduler_configuration__descriptor, "priority_class_name", as_object_name,
     false},
    {&spk__name_path__descriptor, "name", as_object_name, false},
    {&spk__secret_info__descriptor, "name", as_secret_name, false},
    {&spk__port__descriptor, "name", as_port_name, false},
    {&spk__port__descriptor, "protocol", as_protocol, false},
};

static bool applies(const ProtobufCMessageDescriptor *wanted, const ProtobufCMessage *message)
{
    if (wanted)
        return wanted == message->descriptor;
    return message->descriptor == DRIVER || message->descriptor == EXECUTOR;
}

/* An empty text is as none, or the operator's or Spark's to refuse. */
static void check_text(struct spk_findings *f, const ProtobufCMessage *message,
                       const struct text_rule *rule)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, rule->field);
    const char *text = *(const char **)spk_field_value(message, field), *should;

    if (!text || !*text || (rule->is_substituted && strstr(text, "${")))
        return;
    should = rule->grammar(f->arena, text);
    if (!should)
        return;
    size_t before = spk_enter(f, "%s", spk_field_json_name(field).text);
    refuse(f, "", text, should);
    spk_leave(f, before);
}

static const char *label_flaw(const char *key, const char *value)
{
    if (!spk_is_qualified_name(key))
        return "the key of a label: letters, digits, '-', '_' and '.', a prefix before '/'";
    return spk_is_label_value(value)
               ? NULL
               : "the value of a label: at most 63 letters, digits, '-', '_' and '.', "
                 "beginning and ending with a letter or digit";
}

static void check_labels(struct spk_findings *f, const char *key, const char *value)
{
    const char *should = label_flaw(key, value);

    if (should)
        refuse(f, spk_is_qualified_name(key) ? key : "",
               spk_is_qualified_name(key) ? value : key, should);
}

/* @source org.apache.spark.deploy.k8s.KubernetesExecutorConf#labels */
static void check_executor_labels(struct spk_findings *f, const char *key, const char *value)
{
    static const char *const own[] = {
        SPK_LABEL_SPARK_APP_NAME,    SPK_LABEL_SPARK_APP_ID,
        SPK_LABEL_SPARK_EXECUTOR_ID, SPK_LABEL_SPARK_ROLE,
        SPK_LABEL_SPARK_VERSION,     SPK_LABEL_SPARK_RESOURCE_PROFILE_ID};

    check_labels(f, key, value);
    for (size_t i = 0; i < SPK_LEN(own); i++)
        if (strcmp(own[i], key) == 0)
            spk_find(f, SPK_INVALID_FIELD,
                     "Custom executor labels cannot contain %s as it is reserved for Spark.",
                     key);
}

/* spark-submit ends the key of --conf at the first '=', so what is before it is the name. */
static const char *name_of(struct spk_findings *f, const char *key)
{
    size_t length = strcspn(key, "=");

    return length > 0 ? spk_strndup(f->arena, key, length) : key;
}

/* Kubernetes does not mind capitals in the prefix of an annotation. */
static void check_annotation(struct spk_findings *f, const char *key, const char *value)
{
    (void)value;
    if (!spk_is_qualified_name(spk_lower(f->arena, name_of(f, key))))
        refuse(f, "", key,
               "the key of an annotation: letters, digits, '-', '_' and '.', a "
               "prefix before '/'");
}

static void refuse_variable(struct spk_findings *f, const char *name)
{
    refuse(f, "", name,
           "the name of an environment variable: printable ASCII characters but '='");
}

static void check_variable(struct spk_findings *f, const char *key, const char *value)
{
    (void)value;
    if (!spk_is_variable_name(name_of(f, key)))
        refuse_variable(f, key);
}

static const struct map_rule {
    const ProtobufCMessageDescriptor *message;
    const char *field;
    void (*check)(struct spk_findings *f, const char *key, const char *value);
} map_rules[] = {
    {DRIVER, "labels", check_labels},
    {EXECUTOR, "labels", check_executor_labels},
    {ROLE, "annotations", check_annotation},
    {ROLE, "node_selector", check_labels},
    {ROLE, "env_vars", check_variable},
    {DRIVER, "service_labels", check_labels},
    {DRIVER, "service_annotations", check_annotation},
    {SPEC, "node_selector", check_labels},
};

struct entry {
    ProtobufCMessage base;
    const char *key, *value;
};

static void check_map(struct spk_findings *f, const ProtobufCMessage *message,
                      const struct map_rule *rule)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, rule->field);
    struct entry **entries = *(struct entry ***)spk_field_value(message, field);
    size_t bytes = 0, start = spk_enter(f, "%s", spk_field_json_name(field).text);

    for (size_t i = 0; i < *spk_field_count(message, field); i++) {
        size_t before = spk_enter(f, "[%s]", entries[i]->key);

        rule->check(f, entries[i]->key, entries[i]->value);
        bytes += strlen(entries[i]->key) + strlen(entries[i]->value);
        spk_leave(f, before);
    }
    if (rule->check == check_annotation && bytes > SPK_MAX_ANNOTATIONS)
        spk_find(f, SPK_INVALID_FIELD, "Too long: may not be more than %zu bytes",
                 SPK_MAX_ANNOTATIONS);
    spk_leave(f, start);
}

static void check_port(struct spk_findings *f, const Spk__Port *port)
{
    if (port->container_port < 1 || port->container_port > 65535)
        spk_find_in(f, "containerPort", SPK_INVALID_FIELD,
                    "%d is not a port: a number from 1 to 65535", port->container_port);
}

static void check_variables(struct spk_findings *f, Google__Protobuf__Struct **env, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *name = spk_json_get_text(spk_struct_tree(env[i]), "name");
        size_t before = spk_enter(f, "env[%zu].name", i);

        if (!name || !spk_is_variable_name(name))
            refuse_variable(f, name ? name : "");
        spk_leave(f, before);
    }
}

static void check_secret_key(struct spk_findings *f, const Spk__NameKey *ref)
{
    if (!ref->name || !*ref->name || !ref->key || !*ref->key)
        spk_find(f, SPK_INVALID_FIELD,
                 "requirement failed: SecretKeyRef must be in the form name:key.");
}

static void visit(void *context, ProtobufCMessage *message)
{
    struct spk_findings *f = context;

    for (size_t i = 0; i < SPK_LEN(text_rules); i++)
        if (applies(text_rules[i].message, message))
            check_text(f, message, &text_rules[i]);
    for (size_t i = 0; i < SPK_LEN(map_rules); i++)
        if (applies(map_rules[i].message, message))
            check_map(f, message, &map_rules[i]);
    if (message->descriptor == DRIVER)
        check_variables(f, ((Spk__DriverSpec *)message)->env,
                        ((Spk__DriverSpec *)message)->n_env);
    if (message->descriptor == EXECUTOR)
        check_variables(f, ((Spk__ExecutorSpec *)message)->env,
                        ((Spk__ExecutorSpec *)message)->n_env);
    if (message->descriptor == &spk__port__descriptor)
        check_port(f, (const Spk__Port *)message);
    if (message->descriptor == &spk__name_key__descriptor)
        check_secret_key(f, (const Spk__NameKey *)message);
}

bool spk_application_check_values(struct spk_arena *arena,
                                  const Spk__SparkApplication *application,
                                  struct spk_err *err)
{
    struct spk_findings findings = spk_findings_start(arena);
    union {
        const Spk__SparkApplication *in;
        ProtobufCMessage *walked; /* and not changed */
    } message = {application};

    spk_message_walk(&findings, message.walked, visit, &findings);
    return spk_findings_none(&findings, err);
}
