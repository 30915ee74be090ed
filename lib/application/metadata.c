/* SPDX-License-Identifier: Apache-2.0 */
#include "application/application.h"
#include "application/checks.h"

#include "base/limits.h"
#include "go/quote.h"
#include "kubernetes/names.h"

#include <string.h>

static const char key_rule[] =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex "
    "used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
static const char value_rule[] =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or "
    "'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
static const char namespace_rule[] =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    "and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', "
    "regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
static const char too_long[] = "must be no more than 63 bytes";

static void refuse(struct spk_findings *f, const char *step, const char *value,
                   const char *rule)
{
    spk_find_in(f, step, SPK_INVALID_FIELD, "Invalid value: %s: %s",
                spk_quote_go(f->arena, spk_cut(f->arena, value, 64)), rule);
}

static void check_labels(struct spk_findings *f, const cJSON *labels)
{
    SPK_JSON_EACH (label, labels) {
        const char *value = spk_json_string(label);

        if (!spk_is_qualified_name(label->string))
            refuse(f, "labels", label->string, key_rule);
        if (value && !spk_is_label_value(value))
            refuse(f, "labels", value, strlen(value) > 63 ? too_long : value_rule);
    }
}

static void check_annotations(struct spk_findings *f, const cJSON *annotations)
{
    size_t bytes = 0;

    SPK_JSON_EACH (annotation, annotations) {
        const char *value = spk_json_string(annotation);
        const char *key = spk_lower(f->arena, annotation->string);

        if (!spk_is_qualified_name(key))
            refuse(f, "annotations", annotation->string, key_rule);
        bytes += strlen(key) + (value ? strlen(value) : 0);
    }
    if (bytes > SPK_MAX_ANNOTATIONS)
        spk_find_in(f, "annotations", SPK_INVALID_FIELD,
                    "Too long: may not be more than %zu bytes", SPK_MAX_ANNOTATIONS);
}

void spk_check_metadata(struct spk_findings *findings,
                        const Spk__SparkApplication *application)
{
    const cJSON *metadata = spk_struct_tree(application->metadata);
    const char *ns = spk_application_namespace(application);
    size_t before = spk_enter(findings, "metadata");

    if (!spk_is_dns1123_label(ns))
        refuse(findings, "namespace", ns, strlen(ns) > 63 ? too_long : namespace_rule);
    check_labels(findings, spk_json_get(metadata, "labels"));
    check_annotations(findings, spk_json_get(metadata, "annotations"));
    spk_leave(findings, before);
}
