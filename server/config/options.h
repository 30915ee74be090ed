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

enum spk_mode { SPK_MODE_SIDECAR, SPK_MODE_STANDALONE };
enum spk_switch { SPK_SWITCH_AUTO, SPK_SWITCH_ON, SPK_SWITCH_OFF };

struct spk_uids {
    uid_t *items;
    size_t n;
};

struct spk_config {
    int mode; /* enum spk_mode */
    struct spk_strings listen;
    struct spk_uids allowed_uids;
    bool allow_insecure_tcp;
    int api_server;                                /* 0 memory, 1 kube */
    const char *kubeconfig, *context, *namespace_; /* NULL: none */
    int reflection;                                /* enum spk_switch */
    int64_t max_inflight, memory_budget;
    int64_t default_deadline_ms, max_deadline_ms;
    int64_t drain_delay_ms, drain_grace_ms;
    const char *default_spark_version; /* NULL: newest */
    bool strict_spark_version;
    bool executor_owner_reference;
    int pod_mutation, controller_steps, unknown_fields; /* row of their choices */
    const char *spark_user, *spark_conf_dir;
    struct spk_strings spark_env; /* "K=V" */
    const char *ingress_url_format, *default_batch_scheduler, *kube_scheduler_names;
    bool enable_batch_scheduler, load_spark_defaults;
    int submission_variant; /* 0 auto, 1 G */
    int log_level, log_format;
};

enum { SPK_API_IN_MEMORY, SPK_API_KUBE };
enum { SPK_UNKNOWN_REFUSE, SPK_UNKNOWN_WARN };

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
    bool is_loopback; /* TCP */
};

/** @errors INVALID_FIELD  not an address we can listen on */
bool spk_address_parse(const char *text, struct spk_address *out,
                       struct spk_err *err) SPK_CHECK;
