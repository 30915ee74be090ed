/* SPDX-License-Identifier: Apache-2.0 */
/** options.h: the command line of sparksubmitctl, parsed by one table that also makes --help.
 */
#pragma once

#include "spark_submit.h"
#include "sparksubmit/client.h"

enum ctl_format { CTL_YAML, CTL_JSON, CTL_TEXT };

/** Exit codes: a contract with scripts. */
enum ctl_exit {
    CTL_OK = 0,
    CTL_REFUSED = 1, /* input, policy, conflict */
    CTL_USAGE = 2,
    CTL_RETRYABLE = 3, /* UNAVAILABLE, RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED */
    CTL_UNKNOWN = 4,   /* the outcome is unknown: repeat with the same key */
    CTL_NOT_FOUND = 5,
};

struct ctl_options {
    const char *command; /* "submit" */
    const char *file;    /* -f; NULL: arguments */
    const char *endpoint, *output, *stage, *spark_version, *submission_id, *uid;
    const char *idempotency_key, *pod_mutation, *controller_steps, *unknown_fields;
    const char *driver_template, *executor_template, *conf_dir, *timeout, *service;
    struct spk_strings operator_options, environment; /* K=V */
    struct spk_strings arguments;                     /* after "--" */
    bool plain, validate, require_submission_id, skip_defaults, help, version;

    uint32_t given; /* rows of the table of options, as bits */
    enum ctl_format format;
    int64_t timeout_ms; /* 0: the library's default */
};

/** Parse argv[1..]. @errors INVALID_FIELD  usage: what is wrong with which argument */
bool ctl_options_parse(struct spk_arena *arena, int argc, char *const *argv,
                       struct ctl_options *out, struct spk_err *err) SPK_CHECK;

/** The help text of everything. */
const char *ctl_options_help(struct spk_arena *arena);

/** "none", "native", "apply" or NULL as the client library's choice. */
enum spk_choice ctl_choice(const char *word);
