/* SPDX-License-Identifier: Apache-2.0 */
#include "application/application.h"
#include "application/checks.h"
#include "application/repeated.h"
#include "go/semver.h"

#include "base/text.h"
#include "go/quote.h"

#include <string.h>

/* The length is a rule of its own, so no question for kubernetes/names.h. */
static bool has_dns1035_letters(const char *name)
{
    static const char all[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    size_t length = strlen(name);

    return length > 0 && *name >= 'a' && *name <= 'z' && name[length - 1] != '-' &&
           strspn(name, all) == length;
}

/* The operator's text, and a hint for whom the API server would have named the object. */
static void check_name(struct spk_findings *f, const char *name, bool generated)
{
    const char *hint =
        generated ? "; a name is needed: only an API server makes one from generateName" : "";
    const char *length = strlen(name) > 63 ? "must be no more than 63 characters" : "";
    const char *letters =
        has_dns1035_letters(name)
            ? ""
            : "a DNS-1035 label must consist of lower case alphanumeric characters or '-', "
              "start with an alphabetic character, and end with an alphanumeric character "
              "(e.g. 'my-name',  or 'abc-123', regex used for validation is "
              "'[a-z]([-a-z0-9]*[a-z0-9])?')";

    if (*length || *letters)
        spk_find_in(f, "metadata.name", SPK_INVALID_FIELD,
                    "invalid SparkApplication name %s: %s%s%s%s",
                    spk_quote_go(f->arena, spk_cut(f->arena, name, 253)), length,
                    *length && *letters ? ", " : "", letters, hint);
}

static void check_templates(struct spk_findings *f, const Spk__SparkApplicationSpec *spec)
{
    if (!spec->driver->template_ && !spec->executor->template_)
        return;
    if (spk_semver_before_3(spec->spark_version))
        spk_find_in(
            f, spec->driver->template_ ? "spec.driver.template" : "spec.executor.template",
            SPK_INVALID_FIELD, "pod template feature requires Spark version 3.0.0 or higher");
}

static void check_node_selectors(struct spk_findings *f, const Spk__SparkApplicationSpec *spec)
{
    size_t driver = spec->driver->n_node_selector, executor = spec->executor->n_node_selector;

    if (spec->n_node_selector > 0 && (driver > 0 || executor > 0))
        spk_find_in(f, driver > 0 ? "spec.driver.nodeSelector" : "spec.executor.nodeSelector",
                    SPK_INVALID_FIELD,
                    "node selector cannot be defined at both SparkApplication and "
                    "Driver/Executor");
}

/* Whether an earlier entry has the port, and the format, of each. */
struct taken {
    const bool *port, *format;
};

static struct taken find_taken(struct spk_arena *arena, const Spk__SparkApplicationSpec *spec)
{
    size_t n = spec->n_driver_ingress_options;
    const char **ports = spk_alloc_array(arena, n + 1, sizeof(*ports));
    const char **formats = spk_alloc_array(arena, n + 1, sizeof(*formats));

    for (size_t i = 0; i < n; i++) {
        const Spk__DriverIngressConfiguration *item = spec->driver_ingress_options[i];

        ports[i] = item->has_service_port ? spk_printf(arena, "%d", item->service_port) : "";
        formats[i] = item->ingress_url_format ? item->ingress_url_format : "";
    }
    return (struct taken){spk_repeated(arena, ports, n), spk_repeated(arena, formats, n)};
}

static void check_ingress(struct spk_findings *f, const Spk__DriverIngressConfiguration *item,
                          bool port_taken, bool format_taken)
{
    const char *format = item->ingress_url_format ? item->ingress_url_format : "";

    if (!item->has_service_port)
        spk_find_in(f, "servicePort", SPK_INVALID_FIELD,
                    "DriverIngressOptions has nill ServicePort");
    else if (port_taken)
        spk_find_in(f, "servicePort", SPK_INVALID_FIELD,
                    "DriverIngressOptions has duplicate ServicePort: %d", item->service_port);
    if (*format == '\0')
        spk_find_in(f, "ingressURLFormat", SPK_INVALID_FIELD,
                    "DriverIngressOptions has empty IngressURLFormat");
    else if (format_taken)
        spk_find_in(f, "ingressURLFormat", SPK_INVALID_FIELD,
                    "DriverIngressOptions has duplicate IngressURLFormat: %s",
                    spk_cut(f->arena, format, 256));
}

static void check_ingresses(struct spk_findings *f, const Spk__SparkApplicationSpec *spec)
{
    struct taken taken = find_taken(f->arena, spec);

    for (size_t i = 0; i < spec->n_driver_ingress_options; i++) {
        size_t before = spk_enter(f, "spec.driverIngressOptions[%zu]", i);

        check_ingress(f, spec->driver_ingress_options[i], taken.port[i], taken.format[i]);
        spk_leave(f, before);
    }
}

static const char by_field[] = "use the image field on the CRD instead";
static const char by_account[] = "configure the service account via the CRD spec instead";
static const char by_operator[] = "this value is managed by the operator";
static const char by_credentials[] = "authentication credentials are managed by the operator";

/* Keys of sparkConf that the operator refuses, sorted. */
static const struct denied {
    const char *key, *reason;
} denied[] = {
    {"spark.kubernetes.authenticate.driver.oauthToken", by_credentials},
    {"spark.kubernetes.authenticate.driver.oauthTokenFile", by_credentials},
    {"spark.kubernetes.authenticate.driver.serviceAccountName", by_account},
    {"spark.kubernetes.authenticate.executor.oauthToken", by_credentials},
    {"spark.kubernetes.authenticate.executor.oauthTokenFile", by_credentials},
    {"spark.kubernetes.authenticate.executor.serviceAccountName", by_account},
    {"spark.kubernetes.authenticate.oauthToken", by_credentials},
    {"spark.kubernetes.authenticate.oauthTokenFile", by_credentials},
    {"spark.kubernetes.container.image", by_field},
    {"spark.kubernetes.driver.container.image", by_field},
    {"spark.kubernetes.driver.master", by_operator},
    {"spark.kubernetes.executor.container.image", by_field},
    {"spark.master", by_operator},
};

static void deny(struct spk_findings *f, const char *key, const char *reason)
{
    spk_find_in(f, spk_printf(f->arena, "[%s]", key), SPK_INVALID_FIELD,
                "sparkConf key %s is not allowed: %s", spk_quote_go(f->arena, key), reason);
}

/* A control character, or what Unicode calls a line's end: U+0085, U+2028, U+2029. */
static bool has_control(const char *text)
{
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            return true;
    return strstr(text, "\xC2\x85") || strstr(text, "\u2028") || strstr(text, "\u2029");
}

/*
 * spark-submit splits "key=value" at the first '=', and bin/spark-class drops carriage
 * returns: such a key would become another one, which nobody has looked at.
 */
static void check_key(struct spk_findings *f, const char *key)
{
    bool is_controlled = has_control(key);

    if (!is_controlled && !strchr(key, '='))
        return;
    spk_find_in(
        f, spk_printf(f->arena, "[%s]", is_controlled ? spk_quote_go(f->arena, key) : key),
        SPK_INVALID_FIELD,
        "a key must not hold %s, spark-submit would make another key of it; write the "
        "key without it and the whole value as the value",
        is_controlled ? "a control character" : "'='");
}

static void check_conf(struct spk_findings *f, const char *key, const char *value,
                       const char *ns)
{
    check_key(f, key);
    for (size_t i = 0; i < SPK_LEN(denied); i++)
        if (strcmp(denied[i].key, key) == 0)
            deny(f, key, denied[i].reason);
    if (strcmp(key, "spark.kubernetes.namespace") == 0 && strcmp(value, ns) != 0)
        deny(f, key,
             spk_printf(f->arena, "must equal the application namespace %s, got %s",
                        spk_quote_go(f->arena, ns), spk_quote_go(f->arena, value)));
}

void spk_check_webhook(struct spk_findings *findings, const Spk__SparkApplication *application)
{
    const Spk__SparkApplicationSpec *spec = application->spec;
    const char *name = spk_application_name(application);

    const cJSON *metadata = spk_struct_tree(application->metadata);
    bool generated = !name && spk_json_get_text(metadata, "generateName");

    check_name(findings, name ? name : "", generated);
    check_templates(findings, spec);
    check_node_selectors(findings, spec);
    check_ingresses(findings, spec);
    size_t before = spk_enter(findings, "spec.hadoopConf");
    for (size_t i = 0; i < spec->n_hadoop_conf; i++)
        check_key(findings, spec->hadoop_conf[i]->key);
    spk_leave(findings, before);
    before = spk_enter(findings, "spec.sparkConf");
    for (size_t i = 0; i < spec->n_spark_conf; i++)
        check_conf(findings, spec->spark_conf[i]->key, spec->spark_conf[i]->value,
                   spk_application_namespace(application));
    spk_leave(findings, before);
}
