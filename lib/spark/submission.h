/* SPDX-License-Identifier: Apache-2.0 */
/**
 * submission.h: the narrow waist. A SparkApplication, a spark-submit command line and a REST
 * body all become one of these; from here on nobody knows which it was.
 */
#pragma once

#include "base/file.h"
#include "kubernetes/mutation.h"
#include "spark/conf/conf.h"
#include "spark/conf/version.h"
#include "json/json.h"

/** A pod template: inline (tree) or as text, as read from its file. Neither: none. */
struct spk_template {
    const cJSON *tree;
    struct spk_bytes text; /* .data NULL: none */
    const char *origin;    /* "spec.driver.template", "driver_pod_template", a path */
};

/** One plain file of SPARK_CONF_DIR, or of another directory that is shipped. */
struct spk_named_bytes {
    const char *name;
    struct spk_bytes bytes;
};

struct spk_files {
    const struct spk_named_bytes *items;
    size_t n;
};

/** Everything that spark-submit reads besides its arguments. Nothing of the process's own
 * counts. */
struct spk_environment {
    const struct spk_conf_entry *variables; /* key = name; unique, in byte order */
    size_t n;
    bool has_conf_dir;    /* SPARK_CONF_DIR is a directory; conf_files are its files */
    const char *conf_dir; /* its path, for messages; NULL: none */
    struct spk_files conf_files;
    const char *user; /* the OS or Hadoop user: SPARK_USER when nothing else says so */
    /**
     * Read a file named by an option or key on behalf of the submitting user; NULL: files
     * cannot be read here (a server). @errors as spk_file_read
     */
    bool (*read_file)(void *context, struct spk_arena *arena, const char *path,
                      struct spk_bytes *out, struct spk_err *err);
    /** The plain files of a directory; NULL likewise. */
    bool (*read_directory)(void *context, struct spk_arena *arena, const char *path,
                           struct spk_files *out, struct spk_err *err);
    void *context;
    const char *cwd; /* relative paths are relative to it; NULL: "/" */
};

const char *spk_environment_get(const struct spk_environment *environment, const char *name);

enum spk_language { SPK_JVM, SPK_PYTHON, SPK_R };

struct spk_submission {
    struct spk_conf conf; /* after assembly, before the feature steps */
    enum spk_language language;
    const char *main_class;       /* as the driver is told */
    const char *primary_resource; /* as given */
    struct spk_strings arguments; /* of the application */
    const char *arguments_origin; /* "spec.arguments", "args" */
    const char *proxy_user;       /* NULL: none */
    struct spk_template driver_template, executor_template;
    struct spk_version version;
    struct spk_environment environment;
    struct spk_mutations mutations; /* of the driver pod, applied last; empty: none */
    const struct spk_warnings *warnings;
};
