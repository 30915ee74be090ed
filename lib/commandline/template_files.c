/* SPDX-License-Identifier: Apache-2.0 */
#include "commandline/template_files.h"

#include "java/uri.h"
#include "spark/conf/profile.h"
#include "spark/conf/read_entry.h"

#include <string.h>

#define EXCLUDED_KEY  "spark.kubernetes.driver.pod.excludedFeatureSteps"
#define TEMPLATE_STEP "org.apache.spark.deploy.k8s.features.PodTemplateConfigMapStep"

static bool is_given(const struct spk_template *template)
{
    return template->tree || template->text.data;
}

static bool refuse(const struct spk_conf *conf, const char *key, const char *why,
                   struct spk_err *err)
{
    (void)spk_fail(err, SPK_UNSUPPORTED_FEATURE, "%s %s", key, why);
    return spk_conf_blame(err, conf, key);
}

/* The path on this machine that a value of the key means. */
static bool local_path(const struct spk_reader *reader, const char *key, const char *value,
                       const char **out, struct spk_err *err)
{
    struct spk_uri uri = {0};

    if (!spk_uri_parse(reader->arena, value, &uri) || (uri.scheme && !uri.path)) {
        (void)spk_fail(err, SPK_INVALID_POD_TEMPLATE,
                       "Could not load pod from template file. '%.200s' is not a path", value);
        return spk_conf_blame(err, reader->conf, key);
    }
    if (uri.scheme && strcmp(uri.scheme, "file") != 0 && strcmp(uri.scheme, "local") != 0)
        return refuse(
            reader->conf, key,
            "names a remote file, which is not fetched; download it and name the copy", err);
    *out = spk_path_absolute(reader->arena, spk_uri_decode(reader->arena, uri.path),
                             reader->environment->cwd);
    return true;
}

static bool read_template(const struct spk_reader *reader, const char *key, const char *value,
                          struct spk_template *out, struct spk_err *err)
{
    const struct spk_environment *environment = reader->environment;
    const char *path = NULL;

    if (!environment->read_file)
        return refuse(reader->conf, key,
                      "names a file, and files are not read here; hand the template over with "
                      "the request instead",
                      err);
    if (!local_path(reader, key, value, &path, err))
        return false;
    if (!environment->read_file(environment->context, reader->arena, path, &out->text, err)) {
        const char *cause = spk_strdup(reader->arena, err->text);
        const char *why = strrchr(cause, ':');
        const char *missing = spk_text_equal(reader->version->profile->missing_file, "%s")
                                  ? path
                                  : spk_printf(reader->arena, "%s (%s)", path,
                                               why ? why + 2 : "No such file or directory");

        (void)spk_fail(err, SPK_INVALID_POD_TEMPLATE, "%s%s",
                       strcmp(key, SPK_DRIVER_TEMPLATE_KEY) != 0
                           ? ""
                           : "Could not load pod from template file. ",
                       missing);
        spk_err_note(err, reader->arena, "cause", missing == path ? cause : NULL);
        return spk_conf_blame(err, reader->conf, key);
    }
    out->origin = path;
    return true;
}

/* Warn unless the operator stage itself set the key: then both have one origin. */
static void warn_ignored(const struct spk_reader *reader, const char *key,
                         const struct spk_template *template, struct spk_warnings *warnings)
{
    const struct spk_conf_entry *entry = spk_conf_find(reader->conf, key);

    if (!entry || spk_text_equal(entry->origin, template->origin))
        return;
    spk_warn(warnings, reader->arena, "TEMPLATE_KEY_IGNORED", entry->origin,
             "%s is ignored: a template was given inline", key);
}

static bool take(const struct spk_reader *reader, const char *key,
                 struct spk_template *template, struct spk_warnings *warnings,
                 struct spk_err *err)
{
    const char *value;

    if (is_given(template)) {
        warn_ignored(reader, key, template, warnings);
        return true;
    }
    if (!spk_entry_text(reader, key, &value, err))
        return false;
    return !value || read_template(reader, key, value, template, err);
}

/* An excluded step never looks at the executors' template. */
static bool is_step_excluded(const struct spk_reader *reader)
{
    struct spk_strings steps = {0};
    struct spk_err ignored;

    if (!spk_entry_list(reader, EXCLUDED_KEY, &steps, &ignored))
        return false;
    for (size_t i = 0; i < steps.n; i++)
        if (!strcmp(steps.items[i], TEMPLATE_STEP))
            return true;
    return false;
}

bool spk_template_files_read(struct spk_arena *arena, struct spk_submission *submission,
                             struct spk_warnings *warnings, struct spk_err *err)
{
    struct spk_reader reader = spk_reader_of(arena, submission);

    if (!take(&reader, SPK_DRIVER_TEMPLATE_KEY, &submission->driver_template, warnings, err))
        return false;
    return is_step_excluded(&reader) || take(&reader, SPK_EXECUTOR_TEMPLATE_KEY,
                                             &submission->executor_template, warnings, err);
}
