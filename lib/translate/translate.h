/* SPDX-License-Identifier: Apache-2.0 */
/**
 * translate.h: the public face of the core. One payload goes in; the objects, ready to be
 * created or shown, come out. Server, tools and tests call spk_prepare to create the
 * result and spk_render to show it.
 *
 * Pure: no clock, no random, no I/O but the readers of spk_environment.
 */
#pragma once

#include "deploy/parts.h"
#include "operator/operator.h"
#include "spark/plan.h"

enum spk_payload_kind {
    SPK_PAYLOAD_APPLICATION, /* typed message */
    SPK_PAYLOAD_MANIFEST,    /* JSON or YAML bytes */
    SPK_PAYLOAD_COMMAND,     /* spark-submit's arguments */
};

struct spk_payload {
    enum spk_payload_kind kind;
    Spk__SparkApplication *application; /* from our wire decoder; gets its defaults here */
    struct spk_bytes manifest;
    struct spk_strings arguments; /* command: without the program's name */
    struct spk_conf properties;   /* command: stand for a properties file */
    struct spk_template driver_template, executor_template; /* command */
    const struct spk_environment *environment; /* command: NULL takes the settings' */
};

/** AUTO: native for an application without a uid, unless an operator's webhook follows. */
enum spk_pod_mutation {
    SPK_MUTATION_DEFAULT,
    SPK_MUTATION_NONE,
    SPK_MUTATION_NATIVE,
    SPK_MUTATION_AUTO
};
enum spk_controller_steps { SPK_STEPS_DEFAULT, SPK_STEPS_NONE, SPK_STEPS_APPLY };

/** Configuration that holds for every call of a process. */
struct spk_settings {
    struct spk_operator_options operator_options;
    const char *default_spark_version; /* NULL: the newest */
    bool strict_spark_version;
    bool warn_unknown_fields;
    enum spk_pod_mutation pod_mutation;         /* for requests that leave it open */
    enum spk_controller_steps controller_steps; /* likewise */
    bool webhook_follows; /* sidecar: true if an operator with its pod webhook is the caller */
    bool is_standalone; /* true if there may be no operator that goes on after a submission */
    bool gate_always;   /* shared mode: true if the Pod comes first, gated, even with a uid */
    struct spk_environment environment;
    const char *default_namespace; /* NULL: "default" */
};

struct spk_request {
    struct spk_payload payload;
    const char *idempotency_key, *submission_id; /* NULL or "": none */
    const char *default_key;                     /* a key if nothing else names the attempt */
    const char *spark_version;                   /* override of the spark stage */
    const char *uid;                             /* for a manifest that has none; NULL: none */
    const cJSON *stored; /* the SparkApplication that a command names, as the API server has
                            it; NULL: not read */
    const char *tenant;  /* "" outside shared mode */
    enum spk_pod_mutation pod_mutation;
    enum spk_controller_steps controller_steps;
    bool skip_defaults;
    const char *random;     /* 64 random hex digits for a Submit; NULL: render */
    int64_t submit_time_ms; /* wall clock; 0 in a render */
};

/** The SparkApplication that a submission belongs to. */
struct spk_owner {
    const char *name, *uid; /* NULL: unknown */
    const char *uid_field;  /* where the request says the uid */
};

/**
 * A request for bytes of a manifest, or for a command line: all else is as the settings say,
 * outside shared mode. environment NULL takes the settings'.
 *
 * @owner  borrows everything
 */
struct spk_request spk_request_of_manifest(struct spk_arena *arena, struct spk_bytes manifest);
struct spk_request spk_request_of_command(struct spk_arena *arena,
                                          struct spk_strings arguments,
                                          const struct spk_environment *environment);

/**
 * Find the SparkApplication that a command names in its driver template, as the operator
 * writes it, and its namespace: it may be read before the command is prepared. out->name is
 * NULL if there is none.
 *
 * @errors those of the command line; INVALID_FIELD  the name is none of a SparkApplication
 */
bool spk_request_owner(struct spk_arena *arena, const struct spk_settings *settings,
                       const struct spk_request *request, struct spk_owner *out,
                       const char **ns, struct spk_err *err) SPK_CHECK;

/** Resolve wanted to NONE, NATIVE, or AUTO while it depends on the application's uid. */
enum spk_pod_mutation spk_mutation_in_force(const struct spk_settings *settings,
                                            enum spk_pod_mutation wanted);

/** Everything the stages made, for whoever shows or creates it. */
struct spk_prepared {
    const Spk__SparkApplication *application; /* checked and defaulted; NULL for a command */
    enum spk_pod_mutation pod_mutation;       /* what was done: NONE or NATIVE */
    struct spk_operator_output operator_output;
    struct spk_submission submission;
    struct spk_owner owner;
    struct spk_key key;
    struct spk_plan plan;
    struct spk_parts parts; /* with owners and marks, in creation order */
    struct spk_warnings warnings;
};

/**
 * Run all pure stages.
 *
 * @owner  *out lives in arena and points into request and settings
 * @errors those of the stages; fields are paths from the root of the payload
 */
bool spk_prepare(struct spk_arena *arena, const struct spk_settings *settings,
                 const struct spk_request *request, struct spk_prepared *out,
                 struct spk_err *err) SPK_CHECK;

enum spk_stage { SPK_STAGE_OBJECTS, SPK_STAGE_SUBMISSION, SPK_STAGE_APPLICATION };

/** How a rendering is shown. */
struct spk_view {
    enum spk_stage stage;
    bool plain; /* true if only what spark-submit would have sent is shown, in its order */
};

/**
 * The rendering as one tree: a v1 List of the objects, the operator stage's output, or the
 * defaulted application. For APPLICATION and SUBMISSION only the stages needed are run.
 *
 * @owner  *out and *prepared live in arena; *prepared holds what the stages made, its parts
 *         only for OBJECTS that are not plain
 * @errors those of spk_prepare; INVALID_FIELD  the payload has no such stage
 */
bool spk_render(struct spk_arena *arena, const struct spk_settings *settings,
                const struct spk_request *request, const struct spk_view *view, cJSON **out,
                struct spk_prepared *prepared, struct spk_err *err) SPK_CHECK;

/** The settings of a process without configuration. */
struct spk_settings spk_settings_default(void);
