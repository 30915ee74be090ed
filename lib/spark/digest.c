/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/digest.h"

#include "base/sha256.h"
#include "kubernetes/marks.h"
#include "spark/conf/profile.h"
#include "spark/conf/read_entry.h"
#include "spark/conf/substitution.h"
#include "spark/driver/conf_dir.h"
#include "json/write.h"

#include <string.h>

/* Properties that differ between attempts of one application. */
static const char *const of_attempt[] = {
    SPK_SUBMIT_TIME_KEY,
    SPK_CONF_DRIVER_SUBMISSION_ID,
    SPK_CONF_EXECUTOR_SUBMISSION_ID,
};

/* Variables of the environment that decide objects. */
static const char *const variables[] = {
    "HADOOP_CONF_DIR", "HADOOP_USER_NAME", "PYSPARK_DRIVER_PYTHON",
    "PYSPARK_PYTHON",  "SPARK_LOCAL_DIRS", "SPARK_USER",
};

static bool is_of_attempt(const char *key)
{
    for (size_t i = 0; i < SPK_LEN(of_attempt); i++)
        if (!strcmp(of_attempt[i], key))
            return true;
    return false;
}

/* Texts to be hashed; groups start with their name, so no two inputs give one list. */
struct fields {
    struct spk_arena *arena;
    struct spk_strings list;
};

static void add(struct fields *fields, const char *text)
{
    spk_strings_add(fields->arena, &fields->list, text ? text : "");
}

static void add_group(struct fields *fields, const char *name, size_t n)
{
    add(fields, spk_printf(fields->arena, "%s/%zu", name, n));
}

static void add_properties(struct fields *fields, const struct spk_conf *conf)
{
    size_t n = 0;

    for (size_t i = 0; i < conf->n; i++)
        n += !is_of_attempt(conf->entries[i].key);
    add_group(fields, "properties", n);
    for (size_t i = 0; i < conf->n; i++) {
        if (is_of_attempt(conf->entries[i].key))
            continue;
        add(fields, conf->entries[i].key);
        add(fields, conf->entries[i].value);
    }
}

static void add_optional(struct fields *fields, const char *name, const char *text)
{
    add_group(fields, name, text ? 1 : 0);
    if (text)
        add(fields, text);
}

/* A text is hashed as its bytes: it reaches the executors' ConfigMap verbatim. */
static void add_template(struct fields *fields, const char *name,
                         const struct spk_template *template)
{
    if (template->tree)
        add_optional(fields, name, spk_json_write(fields->arena, template->tree));
    else if (template->text.data)
        add_optional(
            fields, name,
            spk_sha256_hex(fields->arena, template->text.data, template->text.length));
    else
        add_optional(fields, name, NULL);
}

static void add_mutations(struct fields *fields, const struct spk_mutations *mutations)
{
    add_group(fields, "mutations", mutations->n);
    for (size_t i = 0; i < mutations->n; i++) {
        const struct spk_mutation *mutation = &mutations->items[i];

        add_group(fields, mutation->in_container ? "container" : "pod", mutation->path.n);
        for (size_t j = 0; j < mutation->path.n; j++)
            add(fields, mutation->path.items[j]);
        add(fields, spk_printf(fields->arena, "%d", (int)mutation->kind));
        add_optional(fields, "value",
                     mutation->value ? spk_json_write(fields->arena, mutation->value) : NULL);
    }
}

/* By name: directories have no order. Files that are never shipped decide nothing, and what
 * spark-defaults.conf says is among the properties. */
static void add_files(struct fields *fields, const struct spk_files *files)
{
    struct spk_conf sorted = {.arena = fields->arena};

    for (size_t i = 0; i < files->n; i++)
        if (!spk_conf_dir_excludes(files->items[i].name))
            spk_conf_append(&sorted, files->items[i].name,
                            spk_sha256_hex(fields->arena, files->items[i].bytes.data,
                                           files->items[i].bytes.length),
                            "");
    spk_conf_sort(&sorted);
    add_group(fields, "conf_files", sorted.n);
    for (size_t i = 0; i < sorted.n; i++) {
        add(fields, sorted.entries[i].key);
        add(fields, sorted.entries[i].value);
    }
}

/* Add the variables that properties refer to by ${env:NAME}; unset ones add nothing. */
static void add_references(struct fields *fields, const struct spk_submission *submission)
{
    struct spk_conf used =
        spk_substitution_variables(fields->arena, &submission->conf, &submission->environment);

    for (size_t i = 0; i < used.n; i++)
        add_optional(fields, spk_printf(fields->arena, "env:%s", used.entries[i].key),
                     used.entries[i].value);
}

static void add_environment(struct fields *fields, const struct spk_environment *environment)
{
    for (size_t i = 0; i < SPK_LEN(variables); i++)
        add_optional(fields, variables[i], spk_environment_get(environment, variables[i]));
    add_optional(fields, "user", environment->user);
    add_files(fields, &environment->conf_files);
}

const char *spk_submission_digest(struct spk_arena *arena,
                                  const struct spk_submission *submission)
{
    struct fields fields = {.arena = arena};

    add(&fields, "submission/v1");
    add_properties(&fields, &submission->conf);
    add(&fields, submission->main_class);
    add(&fields, submission->primary_resource);
    add_group(&fields, "arguments", submission->arguments.n);
    for (size_t i = 0; i < submission->arguments.n; i++)
        add(&fields, submission->arguments.items[i]);
    add_optional(&fields, "proxy_user", submission->proxy_user);
    add_template(&fields, "driver_template", &submission->driver_template);
    add_template(&fields, "executor_template", &submission->executor_template);
    add_mutations(&fields, &submission->mutations);
    add(&fields, spk_line_reference(spk_version_line(&submission->version)));
    add(&fields, submission->version.text);
    add_environment(&fields, &submission->environment);
    add_references(&fields, submission);
    return spk_hash_fields(arena, fields.list.items, fields.list.n);
}
