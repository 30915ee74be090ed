/* SPDX-License-Identifier: Apache-2.0 */
#include "commandline/commandline.h"

#include "commandline/java_options.h"
#include "commandline/packages.h"
#include "commandline/property_files.h"
#include "commandline/resources.h"
#include "commandline/settings.h"
#include "commandline/template_files.h"
#include "java/uri.h"
#include "spark/conf/read_entry.h"

#include <string.h>

/* Which property a setting becomes. */
static const struct assignment {
    enum spk_setting_id setting;
    const char *property;
} assignments[] = {
    {SPK_SET_MASTER, "spark.master"},
    {SPK_SET_DEPLOY_MODE, "spark.submit.deployMode"},
    {SPK_SET_NAME, "spark.app.name"},
    {SPK_SET_DRIVER_CLASS_PATH, "spark.driver.extraClassPath"},
    {SPK_SET_DRIVER_JAVA_OPTIONS, "spark.driver.extraJavaOptions"},
    {SPK_SET_DRIVER_LIBRARY_PATH, "spark.driver.extraLibraryPath"},
    {SPK_SET_DRIVER_MEMORY, "spark.driver.memory"},
    {SPK_SET_DRIVER_CORES, "spark.driver.cores"},
    {SPK_SET_EXECUTOR_MEMORY, "spark.executor.memory"},
    {SPK_SET_EXECUTOR_CORES, "spark.executor.cores"},
    {SPK_SET_NUM_EXECUTORS, "spark.executor.instances"},
    {SPK_SET_FILES, "spark.files"},
    {SPK_SET_ARCHIVES, "spark.archives"},
    {SPK_SET_JARS, "spark.jars"},
    {SPK_SET_PY_FILES, "spark.submit.pyFiles"},
    {SPK_SET_PACKAGES, "spark.jars.packages"},
    {SPK_SET_REPOSITORIES, "spark.jars.repositories"},
    {SPK_SET_EXCLUDES, "spark.jars.excludes"},
    {SPK_SET_IVY_PATH, "spark.jars.ivy"},
    {SPK_SET_PRINCIPAL, "spark.kerberos.principal"},
    {SPK_SET_KEYTAB, "spark.kerberos.keytab"},
};

static const enum spk_setting_id lists[] = {SPK_SET_JARS, SPK_SET_FILES, SPK_SET_PY_FILES,
                                            SPK_SET_ARCHIVES};

struct parser {
    struct spk_arena *arena;
    const struct spk_invocation *invocation;
    struct spk_options options;
    struct spk_command_line *out;
};

/* ---- the main resource and class ---- */

static bool refuse_without_class(const struct spk_setting *resource, const char *why,
                                 struct spk_err *err)
{
    return spk_submit_fail(err, resource->origin,
                           "Failed to get main class in JAR with error '%s'.  Please specify "
                           "one with --class.",
                           why);
}

static bool check_main_class(struct parser *parser, const char *resource, struct spk_err *err)
{
    const struct spk_setting *given = &parser->options.resource;
    const struct spk_environment *environment = &parser->invocation->environment;
    struct spk_uri uri = {0};
    struct spk_bytes bytes;
    const char *missing = spk_printf(parser->arena, "File %s does not exist", resource);
    const char *why = "the JAR is not opened here";

    if (parser->options.settings[SPK_SET_CLASS].value)
        return true;
    if (!spk_uri_parse(parser->arena, resource, &uri) || !uri.scheme)
        return refuse_without_class(given, missing, err);
    if (!strcmp(uri.scheme, "local"))
        why = "No FileSystem for scheme \"local\"";
    if (!strcmp(uri.scheme, "file") && uri.path && environment->read_file &&
        !environment->read_file(environment->context, parser->arena,
                                spk_uri_decode(parser->arena, uri.path), &bytes, err))
        why = missing;
    return refuse_without_class(given, why, err);
}

/* RRunner's package builder opens every jar. */
static bool check_r_jars(struct parser *parser, struct spk_err *err)
{
    const struct spk_setting *jars = &parser->options.settings[SPK_SET_JARS];

    if (!jars->value || !*spk_trim(parser->arena, jars->value))
        return true;
    return spk_submit_fail(err, jars->origin, "URI scheme is not \"file\"");
}

static bool take_resource(struct parser *parser, struct spk_err *err)
{
    struct spk_submission *submission = &parser->out->submission;
    const struct spk_setting *given = &parser->options.resource;
    const char *resource = spk_resource_is_internal(given->value)
                               ? given->value
                               : spk_uri_resolve(parser->arena, given->value,
                                                 parser->invocation->environment.cwd);

    submission->primary_resource = resource;
    submission->main_class = parser->options.settings[SPK_SET_CLASS].value;
    if (spk_resource_is_python(given->value)) {
        submission->language = SPK_PYTHON;
        submission->main_class = "org.apache.spark.deploy.PythonRunner";
    } else if (spk_resource_is_r(given->value)) {
        submission->language = SPK_R;
        submission->main_class = "org.apache.spark.deploy.RRunner";
        if (!check_r_jars(parser, err))
            return false;
    } else if (!check_main_class(parser, resource, err)) {
        return false;
    }
    if (submission->language != SPK_R && !spk_resource_is_internal(resource) &&
        spk_uri_is_local(parser->arena, resource))
        return spk_resources_refuse_local(err, &submission->conf, given->value, given->origin);
    return true;
}

/* ---- the configuration ---- */

static void assign(struct parser *parser)
{
    for (size_t i = 0; i < SPK_LEN(assignments); i++) {
        const struct spk_setting *setting = &parser->options.settings[assignments[i].setting];

        if (setting->value)
            spk_conf_set(&parser->out->submission.conf, assignments[i].property,
                         setting->value, setting->origin);
    }
}

/* A list property read through its entry: substituted, trimmed. */
static bool read_list(struct parser *parser, const char *key, struct spk_strings *out,
                      struct spk_err *err)
{
    struct spk_reader reader = spk_reader_of(parser->arena, &parser->out->submission);

    return spk_entry_list(&reader, key, out, err);
}

static const char *origin_of(struct parser *parser, const char *key, const char *otherwise)
{
    const struct spk_conf_entry *entry = spk_conf_find(&parser->out->submission.conf, key);

    return entry ? entry->origin : otherwise;
}

static bool add_primary_jar(struct parser *parser, struct spk_err *err)
{
    struct spk_submission *submission = &parser->out->submission;
    const char *resource = submission->primary_resource;
    struct spk_strings jars = {0};

    if (submission->language != SPK_JVM)
        return true;
    if (!read_list(parser, "spark.jars", &jars, err))
        return false;
    if (!spk_resource_is_internal(resource))
        spk_strings_add(parser->arena, &jars, resource);
    spk_conf_set(&submission->conf, "spark.jars",
                 spk_join(parser->arena, jars.items, jars.n, ","),
                 origin_of(parser, "spark.jars", parser->options.resource.origin));
    return true;
}

static bool resolve_paths(struct parser *parser, struct spk_err *err)
{
    static const char *const keys[] = {"spark.jars",
                                       "spark.files",
                                       "spark.archives",
                                       "spark.yarn.dist.files",
                                       "spark.yarn.dist.archives",
                                       "spark.yarn.dist.jars"};
    struct spk_conf *conf = &parser->out->submission.conf;
    const char *cwd = parser->invocation->environment.cwd;
    struct spk_strings py_files = {0};

    for (size_t i = 0; i < SPK_LEN(keys); i++) {
        const struct spk_conf_entry *entry = spk_conf_find(conf, keys[i]);

        if (entry)
            spk_conf_set(conf, keys[i], spk_uri_resolve_list(parser->arena, entry->value, cwd),
                         entry->origin);
    }
    if (!read_list(parser, "spark.submit.pyFiles", &py_files, err))
        return false;
    const char *joined = spk_join(parser->arena, py_files.items, py_files.n, ",");
    spk_conf_set(conf, "spark.submit.pyFiles",
                 spk_uri_resolve_list(parser->arena, joined, cwd),
                 origin_of(parser, "spark.submit.pyFiles", "args"));
    return true;
}

/* ---- Kerberos ---- */

/* A keytab with a principal is read, and uploaded unless it is in the image. */
static bool check_keytab(struct parser *parser, struct spk_err *err)
{
    const struct spk_setting *keytab = &parser->options.settings[SPK_SET_KEYTAB];
    const struct spk_environment *environment = &parser->invocation->environment;
    struct spk_uri uri = {0};
    struct spk_bytes bytes;

    if (!keytab->value || !parser->options.settings[SPK_SET_PRINCIPAL].value)
        return true;
    if (spk_uri_parse(parser->arena, keytab->value, &uri) &&
        spk_text_equal(uri.scheme, "local"))
        return true;
    const char *path = spk_path_absolute(parser->arena, keytab->value, environment->cwd);
    if (environment->read_file &&
        !environment->read_file(environment->context, parser->arena, path, &bytes, err))
        return spk_submit_fail(err, keytab->origin,
                               "requirement failed: Keytab file: %s does not exist",
                               keytab->value);
    (void)spk_fail(
        err, SPK_UNSUPPORTED_FEATURE,
        "keytab '%.200s' would be uploaded from the submitting machine; put it into "
        "the image and use local://, or use spark.kubernetes.kerberos.tokenSecret.name "
        "and .itemKey",
        keytab->value);
    return spk_fail_at(err, "%s", keytab->origin);
}

/* ---- all together ---- */

static bool resolve_lists(struct parser *parser, struct spk_err *err)
{
    for (size_t i = 0; i < SPK_LEN(lists); i++)
        if (!spk_resources_resolve(parser->arena, &parser->invocation->environment,
                                   &parser->options.settings[lists[i]], err))
            return false;
    return true;
}

static bool assemble(struct parser *parser, struct spk_err *err)
{
    struct spk_submission *submission = &parser->out->submission;

    if (!spk_packages_check(parser->arena, &parser->options, &parser->invocation->environment,
                            err) ||
        !check_keytab(parser, err) || !resolve_lists(parser, err) ||
        !take_resource(parser, err))
        return false;
    assign(parser);
    if (!add_primary_jar(parser, err))
        return false;
    spk_conf_remove(&submission->conf, "spark.driver.host");
    return resolve_paths(parser, err) &&
           spk_template_files_read(parser->arena, submission, &parser->out->warnings, err);
}

static void begin(struct parser *parser)
{
    const struct spk_invocation *invocation = parser->invocation;
    struct spk_options *options = &parser->options;
    struct spk_command_line *out = parser->out;

    out->command = options->command;
    out->submission_id = options->submission_id;
    out->verbose = options->verbose;
    out->submission.arguments = options->arguments;
    out->submission.arguments_origin = options->arguments_origin;
    out->submission.proxy_user = options->settings[SPK_SET_PROXY_USER].value;
    out->submission.driver_template = invocation->driver_template;
    out->submission.executor_template = invocation->executor_template;
    out->submission.version = invocation->version;
    out->submission.environment = invocation->environment;
    out->submission.mutations = invocation->mutations;
}

/* Commands that are no submission take the master and whatever else is set. */
static bool finish_command(struct parser *parser, struct spk_err *err)
{
    struct spk_setting *master = &parser->options.settings[SPK_SET_MASTER];

    if (parser->out->command != SPK_COMMAND_KILL && parser->out->command != SPK_COMMAND_STATUS)
        return true;
    if (!master->value || !spk_starts_with(master->value, "k8s://"))
        return spk_submit_fail(err, master->value ? master->origin : "args",
                               "No external SparkSubmitOperations clients found for master "
                               "url: '%s'",
                               master->value ? master->value : "local[*]");
    if (!spk_master_normalise(parser->arena, master, &master->value, err))
        return false;
    assign(parser);
    return true;
}

static bool parse(struct parser *parser, struct spk_err *err)
{
    struct spk_command_line *out = parser->out;
    struct spk_conf *conf = &out->submission.conf;

    if (!spk_options_scan(parser->arena, parser->invocation, &parser->options, err))
        return false;
    out->words = parser->options.words;
    out->n_words = parser->invocation->n;
    begin(parser);
    if (!spk_property_files_merge(parser->arena, parser->invocation, &parser->options,
                                  &out->properties, conf, &out->warnings, err) ||
        !spk_java_options_check(parser->arena, conf, &parser->invocation->version, err))
        return false;
    if (out->command == SPK_COMMAND_SUBMIT && !parser->options.resource.value)
        return spk_launcher_fail(parser->arena, err, "args", "Missing application resource.");
    spk_settings_fill(parser->arena, conf, &parser->invocation->environment, &parser->options);
    if (out->command != SPK_COMMAND_SUBMIT)
        return finish_command(parser, err);
    return spk_settings_check(parser->arena, parser->invocation, conf, &parser->options,
                              err) &&
           assemble(parser, err);
}

bool spk_command_line_parse(struct spk_arena *arena, const struct spk_invocation *invocation,
                            struct spk_command_line *out, struct spk_err *err)
{
    struct spk_command_line line = {.submission.conf.arena = arena};
    struct parser parser = {.arena = arena, .invocation = invocation, .out = &line};

    if (!parse(&parser, err))
        return false;
    *out = line;
    return true;
}
