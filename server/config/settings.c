/* SPDX-License-Identifier: Apache-2.0 */
#include "config/settings.h"

#include "base/directory.h"
#include "base/limits.h"

#include <string.h>
#include <sys/stat.h>

#define MAX_FILES 254

static void read_variables(struct spk_arena *arena, const struct spk_config *config,
                           struct spk_environment *environment)
{
    struct spk_conf variables = {.arena = arena};

    for (size_t i = 0; i < config->spark_env.n; i++) {
        const char *text = config->spark_env.items[i], *equals = strchr(text, '=');

        spk_conf_set(&variables, spk_strndup(arena, text, (size_t)(equals - text)), equals + 1,
                     "--spark-env");
    }
    environment->variables = variables.entries;
    environment->n = variables.n;
}

static bool read_files(struct spk_arena *arena, const char *path, struct spk_files *out,
                       struct spk_err *err)
{
    struct spk_strings names = {0};

    if (!spk_directory_names(arena, path, MAX_FILES, &names, err))
        return false;
    struct spk_named_bytes *files = spk_alloc_array(arena, names.n, sizeof(*files));
    for (size_t i = 0; i < names.n; i++) {
        const char *name = spk_printf(arena, "%s/%s", path, names.items[i]);
        struct stat status;

        if (stat(name, &status) != 0 || !S_ISREG(status.st_mode))
            continue;
        files[out->n].name = names.items[i];
        if (!spk_file_read(arena, name, SPK_MAX_REQUEST, &files[out->n].bytes, err))
            return false;
        out->n++;
    }
    out->items = files;
    return true;
}

static bool check_version(struct spk_arena *arena, const struct spk_config *config,
                          struct spk_err *err)
{
    struct spk_version version;
    struct spk_warnings warnings = {0};

    return !config->default_spark_version ||
           spk_version_resolve(arena, config->default_spark_version, NULL, true, &version,
                               &warnings, err) ||
           spk_fail_at(err, "--default-spark-version");
}

static struct spk_operator_options
operator_options(struct spk_arena *arena, const struct spk_config *config, const char *url)
{
    struct spk_operator_options options = spk_settings_default().operator_options;
    const char *address = url ? url : "https://kubernetes.default.svc:443";

    options.ingress_url_format = config->ingress_url_format ? config->ingress_url_format : "";
    options.enable_batch_scheduler = config->enable_batch_scheduler;
    options.default_batch_scheduler =
        config->default_batch_scheduler ? config->default_batch_scheduler : "";
    options.kube_scheduler_names = config->kube_scheduler_names ? config->kube_scheduler_names
                                                                : "";
    options.executor_owner_reference = config->executor_owner_reference;
    options.load_spark_defaults = config->load_spark_defaults;
    options.master = spk_printf(arena, "k8s://%s", address);
    return options;
}

static const enum spk_pod_mutation mutations[] = {
    [SPK_MUTATION_FLAG_AUTO] = SPK_MUTATION_AUTO,
    [SPK_MUTATION_FLAG_NONE] = SPK_MUTATION_NONE,
    [SPK_MUTATION_FLAG_NATIVE] = SPK_MUTATION_NATIVE,
};
_Static_assert(SPK_LEN(mutations) == SPK_MUTATION_AUTO, "the core's, but for DEFAULT");

/* AUTO depends on the mode. */
static const enum spk_controller_steps steps[] = {
    [SPK_STEPS_FLAG_AUTO] = SPK_STEPS_DEFAULT,
    [SPK_STEPS_FLAG_NONE] = SPK_STEPS_NONE,
    [SPK_STEPS_FLAG_APPLY] = SPK_STEPS_APPLY,
};
_Static_assert(SPK_LEN(steps) == SPK_STEPS_APPLY + 1, "as many as the core has");

bool spk_settings_make(struct spk_arena *arena, const struct spk_config *config,
                       const char *url, const char *default_namespace,
                       struct spk_settings *out, struct spk_err *err)
{
    struct spk_settings settings = spk_settings_default();
    struct spk_environment environment = {.user = config->spark_user};

    if (!check_version(arena, config, err))
        return false;
    read_variables(arena, config, &environment);
    if (config->spark_conf_dir) {
        environment.has_conf_dir = true;
        environment.conf_dir = config->spark_conf_dir;
        if (!read_files(arena, config->spark_conf_dir, &environment.conf_files, err))
            return spk_fail_at(err, "--spark-conf-dir");
    }
    settings.operator_options = operator_options(arena, config, url);
    settings.default_spark_version = config->default_spark_version;
    settings.strict_spark_version = config->strict_spark_version;
    settings.warn_unknown_fields = config->unknown_fields == SPK_UNKNOWN_WARN;
    settings.pod_mutation = mutations[config->pod_mutation];
    settings.controller_steps = steps[config->controller_steps];
    if (settings.controller_steps == SPK_STEPS_DEFAULT)
        settings.controller_steps = config->mode == SPK_MODE_SIDECAR ? SPK_STEPS_NONE
                                                                     : SPK_STEPS_APPLY;
    settings.webhook_follows = config->mode == SPK_MODE_SIDECAR;
    settings.is_standalone = config->mode != SPK_MODE_SIDECAR;
    settings.gate_always = config->submission_variant == SPK_VARIANT_FLAG_G;
    settings.environment = environment;
    settings.default_namespace = default_namespace;
    *out = settings;
    return true;
}
