/* SPDX-License-Identifier: Apache-2.0 */
/**
 * options.h: the server's configuration, from one table: flag, environment variable, type,
 * field, default, help. A flag wins over its environment variable, that over the default.
 */
#pragma once

#include "base/err.h"
#include "base/text.h"
#include "process/log.h"

#include <stdio.h>
#include <sys/types.h>

/* Choices; the values of each are in the order of the words in the table of options.c. */
enum spk_mode { SPK_MODE_SIDECAR, SPK_MODE_STANDALONE };
enum spk_switch { SPK_SWITCH_AUTO, SPK_SWITCH_ON, SPK_SWITCH_OFF };
enum spk_api_server { SPK_API_IN_MEMORY, SPK_API_KUBE };
enum spk_unknown_fields { SPK_UNKNOWN_REFUSE, SPK_UNKNOWN_WARN };
enum spk_mutation_flag {
    SPK_MUTATION_FLAG_AUTO,
    SPK_MUTATION_FLAG_NONE,
    SPK_MUTATION_FLAG_NATIVE,
};
enum spk_steps_flag { SPK_STEPS_FLAG_AUTO, SPK_STEPS_FLAG_NONE, SPK_STEPS_FLAG_APPLY };
enum spk_variant_flag { SPK_VARIANT_FLAG_AUTO, SPK_VARIANT_FLAG_G };

struct spk_uids {
    uid_t *items;
    size_t n;
};

struct spk_config {
    enum spk_mode mode;
    struct spk_strings listen;
    struct spk_uids allowed_uids;
    bool allow_insecure_tcp;
    enum spk_api_server api_server;
    const char *kubeconfig, *context, *namespace_; /* NULL: none */
    enum spk_switch reflection;
    int64_t max_inflight, memory_budget;
    int64_t default_deadline_ms, max_deadline_ms;
    int64_t drain_delay_ms, drain_grace_ms;
    const char *default_spark_version; /* NULL: newest */
    bool strict_spark_version;
    bool executor_owner_reference;
    bool read_cr;
    enum spk_mutation_flag pod_mutation;
    enum spk_steps_flag controller_steps;
    enum spk_unknown_fields unknown_fields;
    const char *spark_user, *spark_conf_dir;
    struct spk_strings spark_env; /* "K=V" */
    const char *ingress_url_format, *default_batch_scheduler, *kube_scheduler_names;
    bool enable_batch_scheduler, load_spark_defaults;
    enum spk_variant_flag submission_variant;
    int64_t janitor_interval_ms; /* 0: no janitor */
    int64_t janitor_age_ms;      /* at least four times max_deadline_ms */
    struct spk_strings janitor_namespaces;
    const char *janitor_user; /* NULL: the service itself */
    enum spk_log_level log_level;
    enum spk_log_format log_format;
};

enum spk_start {
    SPK_START_RUN,
    SPK_START_HELP,
    SPK_START_VERSION,
    SPK_START_PRINT,
    SPK_START_CHECK,
};

struct spk_start_options {
    struct spk_config config;
    enum spk_start action;
    const char **sources; /* of each row of the table: "flag", "environment", "default" */
    struct spk_strings strange; /* environment variables SPK_* that nothing reads */
};

/**
 * Parse and check everything that needs no network. argv[0] is skipped.
 *
 * @owner  *out lives in arena and points into argv and environment
 * @errors UNKNOWN_FIELD  there is no such flag, or a flag without a value
 *         INVALID_FIELD  a value or a combination; err->field is the flag
 */
bool spk_options_parse(struct spk_arena *arena, char *const *argv, char *const *environment,
                       struct spk_start_options *out, struct spk_err *err) SPK_CHECK;

void spk_options_help(struct spk_arena *arena, FILE *file);

/** Every value in force with its source, one per line. */
void spk_options_print(struct spk_arena *arena, const struct spk_start_options *options,
                       FILE *file);

/**
 * One address of --listen, taken apart: unix:PATH, unix:///PATH or an absolute path;
 * HOST:PORT, tcp://HOST:PORT or dns:///HOST:PORT. Clients read addresses alike.
 */
struct spk_address {
    bool is_unix;
    const char *text; /* path, or host:port; port 0 is any that is free */
    bool is_loopback; /* TCP: true if no other machine reaches it */
};

/** @errors INVALID_FIELD  not an address we can listen on */
bool spk_address_parse(const char *text, struct spk_address *out,
                       struct spk_err *err) SPK_CHECK;
