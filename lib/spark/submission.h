/* SPDX-License-Identifier: Apache-2.0 */
/**
 * submission.h: the narrow waist. A SparkApplication, a spark-submit command line and a REST
 * body all become one of these; from here on nobody knows which it was.
 */
#pragma once

#include "kubernetes/mutation.h"
#include "spark/conf/read_entry.h"
#include "json/json.h"

/** A pod template: inline (tree) or as text, as read from its file. Neither: none. */
struct spk_template {
    const cJSON *tree;
    struct spk_bytes text; /* .data NULL: none */
    const char *origin;    /* "spec.driver.template", "driver_pod_template", a path */
};

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

/** A reader of the entries of a submission. */
struct spk_reader spk_reader_of(struct spk_arena *arena,
                                const struct spk_submission *submission);
