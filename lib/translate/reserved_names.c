/* SPDX-License-Identifier: Apache-2.0 */
#include "translate/reserved_names.h"

#include "kubernetes/marks.h"
#include "kubernetes/object.h"
#include "json/yaml.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define OWN_ORIGIN "pod_mutation" /* of the label that native mutation sets */

static bool refuse(struct spk_err *err)
{
    return spk_fail(err, SPK_INVALID_FIELD, "names under " SPK_MARK " are reserved");
}

/* Our domain or one below it, in any case: as a name is in the DNS. */
static bool is_ours(const char *name)
{
    const char *slash = name ? strchr(name, '/') : NULL;
    const size_t length = strlen(SPK_MARK) - 1;
    const size_t domain = slash ? (size_t)(slash - name) : 0;

    return domain >= length && strncasecmp(slash - length, SPK_MARK, length) == 0 &&
           (domain == length || slash[-(ptrdiff_t)length - 1] == '.');
}

/* The keys of a map, the texts of a list, or the names of a list of objects. */
static bool check_names(const cJSON *tree, const char *parent, const char *child,
                        const char *origin, struct spk_err *err)
{
    SPK_JSON_EACH (item, spk_json_get(spk_json_get(tree, parent), child)) {
        if (!is_ours(item->string) && !is_ours(spk_json_string(item)) &&
            !is_ours(spk_json_get_text(item, "name")))
            continue;
        (void)refuse(err);
        return spk_fail_at(err, "%s.%s.%s", origin, parent, child);
    }
    return true;
}

/* In any case, as is_ours. Bytes need not end with a NUL. */
static bool mentions_ours(const struct spk_bytes *text)
{
    const size_t length = strlen(SPK_MARK);

    for (size_t i = 0; i + length <= text->length; i++)
        if (strncasecmp(text->data + i, SPK_MARK, length) == 0)
            return true;
    return false;
}

static bool check_tree(const cJSON *tree, const char *origin, struct spk_err *err)
{
    static const char *const places[][2] = {{"metadata", "labels"},
                                            {"metadata", "annotations"},
                                            {"metadata", "finalizers"},
                                            {"spec", "schedulingGates"}};

    for (size_t i = 0; i < SPK_LEN(places); i++)
        if (!check_names(tree, places[i][0], places[i][1], origin, err))
            return false;
    return true;
}

/*
 * A text that cannot be read here is refused later, or read by Spark, which may make our names
 * of what an escape stands for.
 */
static bool may_mention_ours(const struct spk_bytes *text)
{
    return mentions_ours(text) || memchr(text->data, '\\', text->length);
}

/* unread says why a text was not read. */
static bool refuse_unread(const char *origin, struct spk_err *unread, struct spk_err *err)
{
    (void)spk_fail(
        err, SPK_INVALID_FIELD,
        "names that start with " SPK_MARK " are reserved, and this template cannot "
        "be searched for them: %.300s; write it without escapes (\\), or so that it "
        "can be read",
        unread->text);
    return spk_fail_at(err, "%s", origin);
}

static bool check_template(struct spk_arena *arena, const struct spk_template *template,
                           struct spk_err *err)
{
    const struct spk_bytes *text = &template->text;
    struct spk_err unread = {0};
    cJSON *tree = NULL;
    bool is_json;

    if (template->tree || !text->data)
        return check_tree(template->tree, template->origin, err);
    if (spk_yaml_read_template(arena, text->data, text->length, &tree, &is_json, &unread))
        return check_tree(tree, template->origin, err);
    return !may_mention_ours(text) || refuse_unread(template->origin, &unread, err);
}

static bool sets_ours(const char *key)
{
    static const char *const kinds[] = {"spark.kubernetes.driver.label.",
                                        "spark.kubernetes.driver.annotation.",
                                        "spark.kubernetes.executor.label.",
                                        "spark.kubernetes.executor.annotation.",
                                        "spark.kubernetes.driver.service.label.",
                                        "spark.kubernetes.driver.service.annotation."};

    for (size_t i = 0; i < SPK_LEN(kinds); i++)
        if (spk_starts_with(key, kinds[i]) && is_ours(key + strlen(kinds[i])))
            return true;
    return false;
}

bool spk_reserved_check(struct spk_arena *arena, const struct spk_submission *submission,
                        struct spk_err *err)
{
    for (size_t i = 0; i < submission->conf.n; i++) {
        const struct spk_conf_entry *entry = &submission->conf.entries[i];

        if (!sets_ours(entry->key) || spk_text_equal(entry->origin, OWN_ORIGIN))
            continue;
        (void)refuse(err);
        return spk_fail_at(err, "%s", entry->origin);
    }
    return check_template(arena, &submission->driver_template, err) &&
           check_template(arena, &submission->executor_template, err);
}
