/* SPDX-License-Identifier: Apache-2.0 */
/**
 * options.h: the command line of sparksubmitctl. One table of commands and one of options
 * decide what is taken and make every help text.
 */
#pragma once

#include "sparksubmit/client.h"
#include "translate/translate.h"

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

struct ctl_command {
    const char *name;
    char letter;         /* of the rows of options that belong to it */
    const char *usage;   /* what follows the name */
    const char *summary; /* one line */
    const char *notes;   /* paragraphs of its help; NULL: none */
};

struct ctl_option {
    const char *name;
    enum { CTL_OPTION_TEXT, CTL_OPTION_LIST, CTL_OPTION_SWITCH } kind;
    size_t offset;        /* in struct ctl_options */
    const char *commands; /* letters of those that take it */
    const char *value;    /* its name in the help; NULL: none */
    const char *help;     /* one line; NULL: an old spelling, not shown */
};

struct ctl_options {
    const struct ctl_command *command;
    struct spk_strings files; /* -f, in order */
    const char *endpoint, *output, *stage, *spark_version, *submission_id, *uid;
    const char *idempotency_key, *default_key, *pod_mutation, *controller_steps,
        *unknown_fields;
    const char *driver_template, *executor_template, *conf_dir, *timeout, *service;
    const char *api_server;
    const char *driver, *ns, *app_name, *application_id, *attempt, *grace; /* of a driver */
    struct spk_strings operator_options, environment;                      /* K=V */
    struct spk_strings arguments;                                          /* after "--" */
    bool plain, validate, require_submission_id, skip_defaults, help, version, dry_run, wait;

    enum ctl_format format;
    int64_t timeout_ms; /* 0: the library's default */
    int64_t grace_s;    /* if there is a grace */
    const char
        *source; /* of several inputs the one at hand, for messages; NULL: there is one */
};

/** The rows of both tables; n: how many. */
const struct ctl_command *ctl_commands(size_t *n);
const struct ctl_option *ctl_option_rows(size_t *n);

/**
 * Parse argv[1..]. When help or version is set nothing else was checked. A known command is
 * in *out even if something else is wrong.
 *
 * @errors INVALID_FIELD  usage: what is wrong with which argument
 */
bool ctl_options_parse(struct spk_arena *arena, int argc, char *const *argv,
                       struct ctl_options *out, struct spk_err *err) SPK_CHECK;

/** The help text of command; NULL: of the program. No line is longer than 100 columns. */
const char *ctl_help(struct spk_arena *arena, const struct ctl_command *command);

/** A word of --pod-mutation or --controller-steps, NULL if not given, as the library's choice.
 */
enum sparksubmit_choice ctl_choice(const char *word);

/** Whether options are of the command with this name. */
bool ctl_is(const struct ctl_options *options, const char *name);
