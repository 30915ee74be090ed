/* SPDX-License-Identifier: Apache-2.0 */
/**
 * options.h: the options of spark-submit and the grammar of its command line.
 */
#pragma once

#include "commandline/commandline.h"

/** Settings of an application that an option, a property or a variable can make. */
enum spk_setting_id {
    SPK_SET_MASTER,
    SPK_SET_REMOTE,
    SPK_SET_DEPLOY_MODE,
    SPK_SET_CLASS,
    SPK_SET_NAME,
    SPK_SET_JARS,
    SPK_SET_FILES,
    SPK_SET_ARCHIVES,
    SPK_SET_PY_FILES,
    SPK_SET_PACKAGES,
    SPK_SET_EXCLUDES,
    SPK_SET_REPOSITORIES,
    SPK_SET_IVY_PATH,
    SPK_SET_IVY_SETTINGS,
    SPK_SET_DRIVER_MEMORY,
    SPK_SET_DRIVER_CORES,
    SPK_SET_DRIVER_CLASS_PATH,
    SPK_SET_DRIVER_JAVA_OPTIONS,
    SPK_SET_DRIVER_LIBRARY_PATH,
    SPK_SET_EXECUTOR_MEMORY,
    SPK_SET_EXECUTOR_CORES,
    SPK_SET_NUM_EXECUTORS,
    SPK_SET_TOTAL_EXECUTOR_CORES,
    SPK_SET_PRINCIPAL,
    SPK_SET_KEYTAB,
    SPK_SET_PROXY_USER,
    SPK_SET_QUEUE,
    SPK_SETTINGS
};

struct spk_setting {
    const char *value; /* NULL: not given */
    const char *origin;
};

/** A command line, taken apart but not judged. */
struct spk_options {
    struct spk_setting settings[SPK_SETTINGS];
    struct spk_conf conf; /* --conf, and options that are such */
    struct spk_setting properties_file;
    struct spk_setting *extra_files; /* in order */
    size_t n_extra_files;
    bool load_defaults, verbose;
    bool supervise; /* true if given; nothing comes of it on Kubernetes */
    enum spk_command command;
    const char *submission_id;
    struct spk_word *words;       /* one per argument */
    struct spk_setting resource;  /* the primary resource */
    struct spk_strings arguments; /* of the application */
    const char *arguments_origin;
};

/**
 * Scan the arguments as the launcher and then SparkSubmit do.
 *
 * @owner  *out lives in arena and points into invocation
 * @errors INVALID_SPARK_SUBMIT_ARGS  with note "launcher" where the launcher says it
 * @source org.apache.spark.launcher.SparkSubmitOptionParser, SparkSubmitCommandBuilder
 */
bool spk_options_scan(struct spk_arena *arena, const struct spk_invocation *invocation,
                      struct spk_options *out, struct spk_err *err) SPK_CHECK;

/** Refuse as the launcher does; returns false. */
bool spk_launcher_fail(struct spk_arena *arena, struct spk_err *err, const char *origin,
                       const char *fmt, ...) SPK_PRINTF(4, 5);

/** Refuse as SparkSubmit does; returns false. */
bool spk_submit_fail(struct spk_err *err, const char *origin, const char *fmt, ...)
    SPK_PRINTF(3, 4);
