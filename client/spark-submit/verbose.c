/* SPDX-License-Identifier: Apache-2.0 */
#include "verbose.h"

#include "commandline/property_files.h"
#include "commandline/settings.h"
#include "java/uri.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

#define REDACTION_KEY     "spark.redaction.regex"
#define REDACTION_DEFAULT "(?i)secret|password|token|access[.]?key"
#define REDACTED          "*********(redacted)"

/* ---- what is hidden ---- */

struct redaction {
    regex_t pattern;
    bool usable; /* else everything is hidden */
};

/* Java's expressions, as far as POSIX means the same by them. */
static bool compile(const char *text, regex_t *out)
{
    static const char any_case[] = "(?i)";
    int flags = REG_EXTENDED | REG_NOSUB;

    if (spk_starts_with(text, any_case)) {
        text += sizeof(any_case) - 1;
        flags |= REG_ICASE;
    }
    return !strchr(text, '\\') && !strstr(text, "(?") && regcomp(out, text, flags) == 0;
}

static bool matches(const struct redaction *redaction, const char *text)
{
    return regexec(&redaction->pattern, text, 0, NULL, 0) == 0;
}

static void print_properties(const struct spk_conf *conf, const char *indent)
{
    const char *text = spk_conf_get(conf, REDACTION_KEY);
    struct redaction redaction = {.usable = false};

    redaction.usable = compile(text ? text : REDACTION_DEFAULT, &redaction.pattern);
    for (size_t i = 0; i < conf->n; i++) {
        const struct spk_conf_entry *entry = &conf->entries[i];
        bool hidden = !redaction.usable || matches(&redaction, entry->key) ||
                      matches(&redaction, entry->value);

        fprintf(stderr, "%s(%s,%s)\n", indent, entry->key, hidden ? REDACTED : entry->value);
    }
    if (redaction.usable)
        regfree(&redaction.pattern);
}

/* ---- the arguments ---- */

struct view {
    struct spk_arena *arena;
    const struct spk_options *options;
    const struct spk_invocation *invocation;
};

static const char *bool_text(bool value)
{
    return value ? "true" : "false";
}

static const char *master(const struct view *view)
{
    const struct spk_setting *settings = view->options->settings;

    if (settings[SPK_SET_MASTER].value || settings[SPK_SET_REMOTE].value)
        return settings[SPK_SET_MASTER].value;
    return "local[*]";
}

/* From 4.0 on the defaults' file is read besides, and not named. */
static const char *properties_file(const struct view *view)
{
    const struct spk_environment *environment = &view->invocation->environment;
    const char *given = view->options->properties_file.value;

    if (given || spk_version_at_least(&view->invocation->version, SPK_SPARK_4_0))
        return given;
    for (size_t i = 0; i < environment->conf_files.n; i++)
        if (!strcmp(environment->conf_files.items[i].name, "spark-defaults.conf"))
            return spk_printf(view->arena, "%s/spark-defaults.conf",
                              environment->conf_dir ? environment->conf_dir : "");
    return NULL;
}

static const char *extra_files(const struct view *view)
{
    struct spk_strings names = {0};

    for (size_t i = 0; i < view->options->n_extra_files; i++)
        spk_strings_add(view->arena, &names, view->options->extra_files[i].value);
    return spk_printf(view->arena, "[%s]", spk_join(view->arena, names.items, names.n, ", "));
}

static const char *supervise(const struct view *view)
{
    return bool_text(view->options->supervise);
}

static const char *resource(const struct view *view)
{
    const char *given = view->options->resource.value;

    if (!given || spk_resource_is_internal(given))
        return given;
    return spk_uri_resolve(view->arena, given, view->invocation->environment.cwd);
}

static const char *arguments(const struct view *view)
{
    const struct spk_strings *list = &view->options->arguments;

    return spk_printf(view->arena, "[%s]", spk_join(view->arena, list->items, list->n, " "));
}

static const char *verbose(const struct view *view)
{
    return bool_text(view->options->verbose);
}

/* Spark's names in Spark's order; text NULL: the setting's value. */
static const struct row {
    const char *name;
    const char *(*text)(const struct view *view);
    enum spk_setting_id setting;
    enum spk_line since;
} rows[] = {
    {"master", master, SPK_SETTINGS, SPK_SPARK_3_5},
    {"remote", NULL, SPK_SET_REMOTE, SPK_SPARK_3_5},
    {"deployMode", NULL, SPK_SET_DEPLOY_MODE, SPK_SPARK_3_5},
    {"executorMemory", NULL, SPK_SET_EXECUTOR_MEMORY, SPK_SPARK_3_5},
    {"executorCores", NULL, SPK_SET_EXECUTOR_CORES, SPK_SPARK_3_5},
    {"totalExecutorCores", NULL, SPK_SET_TOTAL_EXECUTOR_CORES, SPK_SPARK_3_5},
    {"propertiesFile", properties_file, SPK_SETTINGS, SPK_SPARK_3_5},
    {"extraPropertiesFiles", extra_files, SPK_SETTINGS, SPK_SPARK_4_2},
    {"driverMemory", NULL, SPK_SET_DRIVER_MEMORY, SPK_SPARK_3_5},
    {"driverCores", NULL, SPK_SET_DRIVER_CORES, SPK_SPARK_3_5},
    {"driverExtraClassPath", NULL, SPK_SET_DRIVER_CLASS_PATH, SPK_SPARK_3_5},
    {"driverExtraLibraryPath", NULL, SPK_SET_DRIVER_LIBRARY_PATH, SPK_SPARK_3_5},
    {"driverExtraJavaOptions", NULL, SPK_SET_DRIVER_JAVA_OPTIONS, SPK_SPARK_3_5},
    {"supervise", supervise, SPK_SETTINGS, SPK_SPARK_3_5},
    {"queue", NULL, SPK_SET_QUEUE, SPK_SPARK_3_5},
    {"numExecutors", NULL, SPK_SET_NUM_EXECUTORS, SPK_SPARK_3_5},
    {"files", NULL, SPK_SET_FILES, SPK_SPARK_3_5},
    {"pyFiles", NULL, SPK_SET_PY_FILES, SPK_SPARK_3_5},
    {"archives", NULL, SPK_SET_ARCHIVES, SPK_SPARK_3_5},
    {"mainClass", NULL, SPK_SET_CLASS, SPK_SPARK_3_5},
    {"primaryResource", resource, SPK_SETTINGS, SPK_SPARK_3_5},
    {"name", NULL, SPK_SET_NAME, SPK_SPARK_3_5},
    {"childArgs", arguments, SPK_SETTINGS, SPK_SPARK_3_5},
    {"jars", NULL, SPK_SET_JARS, SPK_SPARK_3_5},
    {"packages", NULL, SPK_SET_PACKAGES, SPK_SPARK_3_5},
    {"packagesExclusions", NULL, SPK_SET_EXCLUDES, SPK_SPARK_3_5},
    {"repositories", NULL, SPK_SET_REPOSITORIES, SPK_SPARK_3_5},
    {"verbose", verbose, SPK_SETTINGS, SPK_SPARK_3_5},
};

static void print_rows(const struct view *view)
{
    fputs("Parsed arguments:\n", stderr);
    for (size_t i = 0; i < SPK_LEN(rows); i++) {
        const struct row *row = &rows[i];

        if (!spk_version_at_least(&view->invocation->version, row->since))
            continue;
        const char *text = row->text ? row->text(view)
                                     : view->options->settings[row->setting].value;
        fprintf(stderr, "  %-23s %s\n", row->name, text ? text : "null");
    }
}

static bool is_explained(const struct spk_options *options)
{
    return options->verbose &&
           (options->command == SPK_COMMAND_SUBMIT || options->command == SPK_COMMAND_KILL ||
            options->command == SPK_COMMAND_STATUS);
}

void submit_print_arguments(struct spk_arena *arena, const struct spk_invocation *invocation)
{
    struct spk_options options = {0};
    struct spk_conf files, conf = {.arena = arena};
    struct spk_warnings warnings = {0};
    struct spk_err unsaid = {0};
    const struct view view = {arena, &options, invocation};

    if (!spk_options_scan(arena, invocation, &options, &unsaid) || !is_explained(&options) ||
        !spk_property_files_merge(arena, invocation, &options, &files, &conf, &warnings,
                                  &unsaid))
        return;
    spk_settings_fill(arena, &conf, &invocation->environment, &options);
    print_rows(&view);
    fputs(
        "\nSpark properties used, including those specified through\n --conf and those from ",
        stderr);
    if (spk_version_at_least(&invocation->version, SPK_SPARK_4_2)) {
        fputs("the properties files:\n", stderr);
    } else {
        const char *file = properties_file(&view);

        fprintf(stderr, "the properties file %s:\n", file ? file : "null");
    }
    print_properties(&conf, "  ");
    fputs("\n    \n", stderr);
}

/* ---- the submission ---- */

static void print_resource(const struct spk_submission *submission)
{
    static const char *const options[] = {[SPK_JVM] = "--primary-java-resource",
                                          [SPK_PYTHON] = "--primary-py-file",
                                          [SPK_R] = "--primary-r-file"};

    if (!spk_text_equal(submission->primary_resource, "spark-internal"))
        fprintf(stderr, "%s\n%s\n", options[submission->language],
                submission->primary_resource);
    fprintf(stderr, "--main-class\n%s\n", submission->main_class);
}

void submit_print_submission(const struct spk_command_line *line)
{
    const struct spk_submission *submission = &line->submission;

    if (!line->verbose || line->command != SPK_COMMAND_SUBMIT)
        return;
    fputs("Main class:\norg.apache.spark.deploy.k8s.submit.KubernetesClientApplication\n"
          "Arguments:\n",
          stderr);
    print_resource(submission);
    for (size_t i = 0; i < submission->arguments.n; i++)
        fprintf(stderr, "--arg\n%s\n", submission->arguments.items[i]);
    if (submission->proxy_user)
        fprintf(stderr, "--proxy-user\n%s\n", submission->proxy_user);
    fputs("Spark config:\n", stderr);
    print_properties(&submission->conf, "");
    fputs("Classpath elements:\n\n\n\n", stderr);
}
