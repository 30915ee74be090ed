/* SPDX-License-Identifier: Apache-2.0 */
/**
 * operator.h: what the Spark Operator's controller makes of a SparkApplication and hands to
 * spark-submit: the one entry function of the operator stage, and the last place that sees a
 * message.
 */
#pragma once

#include "application/application.h"
#include "commandline/commandline.h"
#include "kubernetes/mutation.h"

/** The operator's flags, with its names (golden/operator: operator_options). */
struct spk_operator_options {
    bool enable_ui_service;         /* default true */
    const char *ingress_url_format; /* "" */
    bool enable_batch_scheduler;    /* default true here; the chart's default is off */
    const char *default_batch_scheduler;
    const char *kube_scheduler_names; /* comma list; "kube-scheduler" */
    bool load_spark_defaults;
    bool executor_owner_reference; /* true if native mutation adds one, too: newer operators
                                      add none */
    const char *master;            /* "k8s://https://10.96.0.1:443" */
};

struct spk_operator_request {
    const Spk__SparkApplication *application; /* checked */
    const char *submission_id; /* "": set later, by spk_operator_set_submission_id */
    const struct spk_operator_options *options;
    bool controller_steps; /* true if web UI, Prometheus, batch scheduler are done, too:
                              controller/ */
    bool native_mutation;  /* true if this stage does what the pod webhook would do */
    bool webhook_follows; /* true if a webhook does the rest; else nobody may do it: warn of it
                           */
    bool is_standalone;   /* true if nobody goes on with the application: warn of what that
                             leaves */
};

struct spk_operator_output {
    struct spk_argument *arguments; /* command-line variant without rows 62 and 64 */
    size_t n;
    size_t template_rows; /* where row 63 is; row 65 follows it */
    cJSON *driver_template, *executor_template;
    cJSON **extra_objects; /* Prometheus ConfigMap, PodGroup: to exist before the driver */
    size_t n_extra_objects;
    /* Empty unless native_mutation; the executors' are in their template already. */
    struct spk_mutations driver_mutations, executor_mutations;
};

/**
 * Run the stage.
 *
 * @owner  *out lives in arena and points into the application
 * @errors INVALID_FIELD  the operator's submit error, with its text
 * @source spark-operator internal/controller/sparkapplication/{controller,submission,
 *         monitoring_config,web_ui}.go, internal/scheduler
 */
bool spk_operator_run(struct spk_arena *arena, const struct spk_operator_request *request,
                      struct spk_operator_output *out, struct spk_warnings *warnings,
                      struct spk_err *err) SPK_CHECK;

/**
 * Set the id in the output of a stage that ran without one. Two arguments hold it, the labels
 * of driver and executors; nothing else of the output depends on it.
 */
void spk_operator_set_submission_id(struct spk_arena *arena,
                                    struct spk_operator_output *output,
                                    const char *submission_id);

/** The command-line variant of the vector, with rows 62 and 64: what the CLI submitter runs.
 */
struct spk_strings spk_operator_command_line(struct spk_arena *arena,
                                             const struct spk_operator_output *output,
                                             const char *submission_id);

/** The REST variant, without rows 62 to 65: the body carries the templates, and their
 * containers have the operator's names. */
struct spk_strings spk_operator_rest_arguments(struct spk_arena *arena,
                                               const struct spk_operator_output *output);
