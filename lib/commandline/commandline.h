/* SPDX-License-Identifier: Apache-2.0 */
/**
 * commandline.h: spark-submit's arguments become a submission: the one entry function of this
 * layer. Shell, launcher and SparkSubmit are one program here; what they would read from their
 * environment comes in as data.
 */
#pragma once

#include "spark/submission.h"

struct spk_argument {
    const char *text;
    const char *origin; /* "spec.driver.memory"; NULL: args[i] */
};

/** One command line as a caller hands it over: everything is borrowed. */
struct spk_invocation {
    const struct spk_argument *arguments; /* without the program's name */
    size_t n;
    struct spk_conf properties; /* stand for a properties file; lose against --conf */
    struct spk_template driver_template,
        executor_template; /* inline: *podTemplateFile is ignored */
    struct spk_environment environment;
    struct spk_mutations mutations;
    struct spk_version version;
};

/** The action that the command line asks for. */
enum spk_command {
    SPK_COMMAND_SUBMIT,
    SPK_COMMAND_KILL,
    SPK_COMMAND_STATUS,
    SPK_COMMAND_VERSION,
    SPK_COMMAND_HELP,
    SPK_COMMAND_USAGE_ERROR, /* no arguments at all, or --usage-error */
};

/** A word of a command line, and what its option does. */
struct spk_word {
    const char *text;
    const char *conf; /* "key=value" if it is one of --conf; else NULL */
    bool names_file;  /* true if a file of properties is named */
};

struct spk_command_line {
    enum spk_command command;
    const char *submission_id; /* of --kill and --status */
    bool verbose;
    struct spk_submission submission; /* complete for SPK_COMMAND_SUBMIT; else only conf */
    /* For whoever hands the command line on: */
    const struct spk_word *words; /* all of them */
    size_t n_words;
    struct spk_conf properties; /* what files of properties say, spark-defaults.conf too where
                                   it counts */
    struct spk_warnings warnings;
};

/**
 * Parse.
 *
 * @owner  *out lives in arena and points into invocation
 * @errors INVALID_SPARK_SUBMIT_ARGS  spark-submit would refuse; text as Spark's where people
 *                                    search for it; note "launcher" is "1" where the launcher
 *                                    says it, before any JVM of the submission
 *         INVALID_FIELD  a configuration value
 *         UNSUPPORTED_FEATURE  client mode, uploads, other masters
 * @source org.apache.spark.launcher.SparkSubmitOptionParser, SparkSubmitCommandBuilder;
 *         org.apache.spark.deploy.SparkSubmitArguments, SparkSubmit
 */
bool spk_command_line_parse(struct spk_arena *arena, const struct spk_invocation *invocation,
                            struct spk_command_line *out, struct spk_err *err) SPK_CHECK;
