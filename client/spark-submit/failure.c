/* SPDX-License-Identifier: Apache-2.0 */
#include "failure.h"

#include "apiserver/http/request.h"
#include "base/text.h"
#include "log.h"
#include "usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* With the texts of errors, which are bounded, far below 32 KiB in all. */
#define MAX_WARNINGS   20
#define MAX_VIOLATIONS 8
#define MAX_LINE       1000

const char *submit_note(const struct spk_err *err, const char *key)
{
    for (const struct spk_note *at = err->notes; at; at = at->next)
        if (strcmp(at->key, key) == 0)
            return at->value;
    return NULL;
}

void submit_note_request(struct spk_err *err, struct spk_arena *arena,
                         const struct spk_api_request *request)
{
    struct spk_http_request http = {0};
    struct spk_err ignored;

    if (!request->resource || !spk_request_build(arena, request, &http, &ignored))
        return;
    spk_err_note(err, arena, "method", http.method);
    spk_err_note(err, arena, "path", spk_strndup(arena, http.path, strcspn(http.path, "?")));
}

/* Which of Spark's exceptions a text belongs to. */
static const char *class_of(const struct spk_err *err)
{
    static const char *const illegal[] = {"requirement failed: ",
                                          "No external SparkSubmitOperations clients"};

    if (err->reason == SPK_DRIVER_POD_EXISTS || submit_note(err, "kube_code") ||
        err->reason == SPK_KUBE_UNREACHABLE)
        return "io.fabric8.kubernetes.client.KubernetesClientException";
    for (size_t i = 0; i < SPK_LEN(illegal); i++)
        if (spk_starts_with(err->text, illegal[i]))
            return "java.lang.IllegalArgumentException";
    return "org.apache.spark.SparkException";
}

static void print_status(const struct spk_err *err, const char *url, const char *code,
                         const char *reason)
{
    const char *pod = err->reason == SPK_DRIVER_POD_EXISTS ? submit_note(err, "pod") : NULL;
    const char *method = submit_note(err, "method"), *path = submit_note(err, "path");

    submit_say(
        "Exception in thread \"main\" %s: Failure executing: %s at: %s%s. Message: %s%s%s%s. "
        "Received status: Status(apiVersion=v1, code=%s, details=null, kind=Status, "
        "message=%s, reason=%s, status=Failure).",
        class_of(err), method ? method : "POST", url, path ? path : "", pod ? "pods \"" : "",
        pod ? pod : "", pod ? "\" already exists: " : "", err->text, code, err->text, reason);
}

static void print_violations(const struct spk_err *err)
{
    int n = 0;

    for (const struct spk_violation *at = err->violations; at; at = at->next)
        if (n++ < MAX_VIOLATIONS)
            submit_log("ERROR", "SparkSubmit", "%.*s: %.*s", MAX_LINE, at->field, MAX_LINE,
                       at->text);
}

/* A person asked for errors that do not look like those of a JVM. */
static bool is_plain(void)
{
    const char *form = getenv("SPK_ERRORS");

    return form && strcmp(form, "plain") == 0;
}

static void print_plain(const struct spk_err *err, const char *cause, const char *argument)
{
    submit_say("spark-submit: error[%s]: %s%s%s%s%s%s%s%s%s", spk_reason_name(err->reason),
               err->text, cause ? " (" : "", cause ? cause : "", cause ? ")" : "",
               *err->field ? " (" : "", err->field, argument && *argument ? ": " : "",
               argument ? argument : "", *err->field ? ")" : "");
}

void submit_print_failure(const struct spk_err *err, const char *url, const char *argument)
{
    const char *code = submit_note(err, "kube_code");
    const char *reason = submit_note(err, "kube_reason");
    const char *cause = submit_note(err, "cause"); /* of a file that cannot be read */

    if (submit_note(err, "launcher")) {
        submit_say("Error: %s%s%s%s", err->text, cause ? " (" : "", cause ? cause : "",
                   cause ? ")" : "");
        fputc('\n', stderr);
        submit_print_usage();
        return;
    }
    print_violations(err);
    if (is_plain())
        print_plain(err, cause, argument);
    else if (err->reason == SPK_DRIVER_POD_EXISTS)
        print_status(err, url, "409", "AlreadyExists");
    /* A conflict of another object must not look like a driver that exists. */
    else if (code && strcmp(code, "409") != 0)
        print_status(err, url, code, reason ? reason : "null");
    else
        submit_say("Exception in thread \"main\" %s: %s%s%s%s%s%s%s%s%s", class_of(err),
                   err->text, cause ? " (" : "", cause ? cause : "", cause ? ")" : "",
                   *err->field ? " (" : "", err->field, argument && *argument ? ": " : "",
                   argument ? argument : "", *err->field ? ")" : "");
}

/* Loggers of Spark by reason; NULL: SparkSubmit, before there is a log. All others: Client. */
static const struct speaker {
    const char *code, *logger;
} speakers[] = {
    {"CONF_KEY_IGNORED", NULL},
    {"DEPRECATED_FIELD", "SparkConf"},
    {"CONF_FILE_SKIPPED", "KubernetesClientUtils"},
    {"TEMPLATE_CONTAINER_NOT_FOUND", "KubernetesUtils"},
    {"SERVICE_NAME_SHORTENED", "DriverServiceFeatureStep"},
    {"SERVICE_ACCOUNT_IGNORED", "DriverKubernetesCredentialsFeatureStep"},
};

static void print_warning(const struct spk_warning *warning)
{
    const char *logger = "Client";

    for (size_t i = 0; i < SPK_LEN(speakers); i++)
        if (strcmp(speakers[i].code, warning->code) == 0)
            logger = speakers[i].logger;
    if (logger)
        submit_log("WARN", logger, "%.*s", MAX_LINE, warning->message);
    else
        submit_say("Warning: %.*s", MAX_LINE, warning->message);
}

static bool has(const struct spk_warnings *warnings, const struct spk_warning *warning)
{
    for (size_t i = 0; warnings && i < warnings->n; i++)
        if (strcmp(warnings->items[i].message, warning->message) == 0)
            return true;
    return false;
}

void submit_print_warnings(const struct spk_warnings *warnings,
                           const struct spk_warnings *said)
{
    size_t n = 0;

    for (size_t i = 0; i < warnings->n; i++)
        if (!has(said, &warnings->items[i]) && n++ < MAX_WARNINGS)
            print_warning(&warnings->items[i]);
    if (n > MAX_WARNINGS)
        submit_log("WARN", "Client", "%zu more warnings", n - MAX_WARNINGS);
}
