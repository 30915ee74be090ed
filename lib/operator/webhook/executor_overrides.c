/* SPDX-License-Identifier: Apache-2.0 */
#include "operator/webhook/executor_overrides.h"

#include "base/set.h"
#include "kubernetes/amount.h"

#include <string.h>

#define K           "spark.kubernetes."
#define RESOURCE    "spark.executor.resource."
#define JAVA_OPTION "SPARK_JAVA_OPT_"

struct look {
    struct spk_arena *arena;
    const struct spk_mutations *changes;
    size_t at; /* of changes */
    const struct spk_executor_facts *facts;
    const bool *hidden;   /* of each change: whether it is a variable that a later one hides */
    int64_t java_options; /* how many of Spark's variables are such */
};

static const struct spk_mutation *change_of(const struct look *look)
{
    return &look->changes->items[look->at];
}

static const char *last_key(const struct spk_mutation *change)
{
    return change->path.items[change->path.n - 1];
}

/* The entry of the first key that is set. */
static const struct spk_conf_entry *first_of(const struct look *look, const char *first,
                                             const char *second)
{
    const struct spk_conf_entry *entry = spk_conf_find(look->facts->conf, first);

    return entry ? entry : spk_conf_find(look->facts->conf, second);
}

static bool is_on(const struct look *look, const char *value)
{
    return value &&
           spk_text_equal(spk_lower(look->arena, spk_trim(look->arena, value)), "true");
}

/* Values stay unsaid: they may be secret. */
static const char *wins(const struct look *look, const struct spk_conf_entry *entry)
{
    return spk_printf(look->arena, "in executors %s wins", entry->origin);
}

/* Spark's value of the same thing, if it has another one. */
static const char *wins_if_other(const struct look *look, const struct spk_conf_entry *entry,
                                 const char *value)
{
    return entry && !spk_text_equal(entry->value, value) ? wins(look, entry) : NULL;
}

/* ---- variables: with equal names the last one is effective, and Spark's come last ---- */

static const char *const own_variables[] = {
    "SPARK_USER",
    "SPARK_DRIVER_URL",
    "SPARK_DRIVER_POD_IP",
    "SPARK_EXECUTOR_CORES",
    "SPARK_EXECUTOR_MEMORY",
    "SPARK_APPLICATION_ID",
    "SPARK_CONF_DIR",
    "SPARK_EXECUTOR_ID",
    "SPARK_RESOURCE_PROFILE_ID",
    "SPARK_EXECUTOR_POD_IP",
    "SPARK_EXECUTOR_POD_NAME",
    "SPARK_LOCAL_DIRS",
};

static const char *const log_url_variables[] = {
    "SPARK_EXECUTOR_ATTRIBUTE_APP_ID",
    "SPARK_EXECUTOR_ATTRIBUTE_EXECUTOR_ID",
};

static bool is_one_of(const char *name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (spk_text_equal(list[i], name))
            return true;
    return false;
}

/* Words between blanks; one in quotes may count as more. */
static int64_t count_words(const char *text)
{
    static const char blanks[] = " \t\r\n";
    int64_t n = 0;

    text = text ? text : "";
    for (text += strspn(text, blanks); *text; text += strspn(text, blanks)) {
        text += strcspn(text, blanks);
        n++;
    }
    return n;
}

/*
 * How many Java options Spark passes as numbered variables: those of the user, Spark's own for
 * every JVM (its JavaModuleOptions, the choice of IPv6), and the driver's two ports.
 */
static int64_t java_options(const struct look *look)
{
    static const int64_t of_line[SPK_SPARK_LINES] = {17, 19, 22, 21, 21};
    const struct spk_conf *conf = look->facts->conf;

    return of_line[spk_version_line(&look->facts->version)] + 1 + 2 +
           count_words(spk_conf_get(conf, "spark.executor.defaultJavaOptions")) +
           count_words(spk_conf_get(conf, "spark.executor.extraJavaOptions"));
}

static bool is_java_option(const struct look *look, const char *name)
{
    int64_t index;

    return spk_starts_with(name, JAVA_OPTION) &&
           spk_parse_int64(name + strlen(JAVA_OPTION), &index) && index >= 0 &&
           index < look->java_options;
}

static bool is_sparks_own(const struct look *look, const char *name)
{
    const struct spk_conf *conf = look->facts->conf;

    if (is_one_of(name, own_variables, SPK_LEN(own_variables)) || is_java_option(look, name))
        return true;
    if (is_one_of(name, log_url_variables, SPK_LEN(log_url_variables)))
        return spk_version_at_least(&look->facts->version, SPK_SPARK_4_0) &&
               spk_conf_find(conf, "spark.ui.custom.executor.log.url");
    return spk_text_equal(name, "HADOOP_CONF_DIR") &&
           (look->facts->has_hadoop_conf ||
            first_of(look, K "hadoop.configMapName", K "executor.hadoopConfigMapName"));
}

/* The name of a variable; NULL: the change is none. */
static const char *variable_of(const struct spk_mutation *change)
{
    bool is_variable = change->in_container && spk_text_equal(change->path.items[0], "env");

    return is_variable ? spk_json_get_text(change->value, "name") : NULL;
}

/* A later variable of the same name hides one from executors anyway. */
static const bool *find_hidden(struct spk_arena *arena, const struct spk_mutations *changes)
{
    bool *hidden = spk_alloc_array(arena, changes->n, sizeof(*hidden));
    struct spk_set later = {.arena = arena};

    for (size_t i = changes->n; i-- > 0;) {
        const char *name = variable_of(&changes->items[i]);

        hidden[i] = name && !spk_set_add(&later, name);
    }
    return hidden;
}

/* "name:key" of a variable that is taken from a Secret, as Spark writes it; NULL: it is not.
 */
static const char *secret_key(const struct look *look, const cJSON *variable)
{
    const cJSON *reference = spk_json_at(variable, "valueFrom.secretKeyRef");

    return reference ? spk_printf(look->arena, "%s:%s", spk_json_get_text(reference, "name"),
                                  spk_json_get_text(reference, "key"))
                     : NULL;
}

/* Spark leaves out what its pattern [-._a-zA-Z][-._a-zA-Z0-9]* does not match. */
static bool is_variable_name(const char *name)
{
    static const char all[] =
        "0123456789-._abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const char *after_digits = all + 10;

    return *name && strchr(after_digits, *name) && name[strspn(name, all)] == '\0';
}

/* A variable's text; NULL: it comes from somewhere else. */
static const char *text_value(const cJSON *variable)
{
    const char *value = spk_json_get_text(variable, "value");

    return value || spk_json_get(variable, "valueFrom") ? value : "";
}

static const char *lost_variable(const struct look *look)
{
    const cJSON *variable = change_of(look)->value;
    const char *name = spk_json_get_text(variable, "name");
    const struct spk_conf *conf = look->facts->conf;
    const struct spk_conf_entry *entry;

    if (!name || look->hidden[look->at])
        return NULL;
    entry = spk_conf_find(conf, spk_printf(look->arena, K "executor.secretKeyRef.%s", name));
    if (entry)
        return wins_if_other(look, entry, secret_key(look, variable));
    if (is_sparks_own(look, name))
        return spk_printf(look->arena, "Spark sets %s of executors itself", name);
    if (spk_text_equal(name, "SPARK_CLASSPATH"))
        entry = spk_conf_find(conf, "spark.executor.extraClassPath");
    if (!entry && is_variable_name(name))
        entry = spk_conf_find(conf, spk_printf(look->arena, "spark.executorEnv.%s", name));
    return wins_if_other(look, entry, text_value(variable));
}

/* ---- other fields ---- */

/* The amount that Spark asks of a custom resource, as a quantity; NULL: none. */
static const char *resource_amount(const struct look *look, const char *limit,
                                   const struct spk_conf_entry **out)
{
    size_t n;
    const struct spk_conf_entry *entries = spk_conf_prefix(look->facts->conf, RESOURCE, &n);

    for (size_t i = 0; i < n; i++) {
        const char *name = entries[i].key + strlen(RESOURCE), *dot = strrchr(name, '.');
        int64_t amount;

        if (!spk_text_equal(dot, ".amount") ||
            !spk_parse_int64(spk_trim(look->arena, entries[i].value), &amount) || amount <= 0)
            continue;
        name = spk_strndup(look->arena, name, (size_t)(dot - name));
        const char *vendor = spk_conf_get(look->facts->conf,
                                          spk_printf(look->arena, RESOURCE "%s.vendor", name));
        if (!vendor || strcmp(spk_printf(look->arena, "%s/%s", vendor, name), limit) != 0)
            continue;
        *out = &entries[i];
        return spk_amount_text(look->arena, spk_amount_of(amount));
    }
    return NULL;
}

static const char *lost_limit(const struct look *look)
{
    const char *limit = last_key(change_of(look)), *value;
    const struct spk_conf_entry *entry = NULL;

    if (spk_text_equal(limit, "memory"))
        return "Spark sets the memory limit of executors itself";
    value = spk_json_string(change_of(look)->value);
    if (spk_text_equal(limit, "cpu"))
        return wins_if_other(look, spk_conf_find(look->facts->conf, K "executor.limit.cores"),
                             value);
    const char *amount = resource_amount(look, limit, &entry);
    return amount && !spk_text_equal(amount, value) ? wins(look, entry) : NULL;
}

static const char *lost_lifecycle(const struct look *look)
{
    return is_on(look, spk_conf_get(look->facts->conf, "spark.decommission.enabled"))
               ? "Spark replaces the lifecycle of executors when decommissioning is on"
               : NULL;
}

/* A context that says nothing about it allows escalation. */
static const char *lost_privileges(const struct look *look)
{
    const cJSON *given = spk_json_get(change_of(look)->value, "allowPrivilegeEscalation");
    const struct spk_conf_entry *entry =
        first_of(look, K "executor.securityContext.allowPrivilegeEscalation",
                 K "securityContext.allowPrivilegeEscalation");
    bool allowed = is_on(look, entry ? entry->value : NULL);

    if (!spk_version_at_least(&look->facts->version, SPK_SPARK_4_3) ||
        allowed == (!given || spk_json_is_true(given)))
        return NULL;
    return spk_printf(look->arena,
                      "Spark sets allowPrivilegeEscalation of executors to %s, as " K
                      "executor.securityContext.allowPrivilegeEscalation says",
                      allowed ? "true" : "false");
}

static const char *lost_scheduler(const struct look *look)
{
    return wins_if_other(look, first_of(look, K "executor.scheduler.name", K "scheduler.name"),
                         spk_json_string(change_of(look)->value));
}

static const char *lost_node_label(const struct look *look)
{
    const char *label = last_key(change_of(look));
    const char *own = spk_printf(look->arena, K "executor.node.selector.%s", label);
    const char *common = spk_printf(look->arena, K "node.selector.%s", label);

    return wins_if_other(look, first_of(look, own, common),
                         spk_json_string(change_of(look)->value));
}

/* A grace period that is not negative travels in a key as well, so it is not lost. */
static const char *lost_grace_period(const struct look *look)
{
    int64_t seconds = 0;

    (void)spk_json_get_int(change_of(look)->value, &seconds);
    return seconds < 0 && spk_version_at_least(&look->facts->version, SPK_SPARK_4_1)
               ? "Spark sets the grace period of executors to its own 30s"
               : NULL;
}

/* Fields that Spark sets after it has taken the template, and why a change there is lost. */
static const struct rule {
    bool in_container;
    const char *path; /* or the object that the last key is in */
    const char *(*why)(const struct look *look);
} rules[] = {
    {true, "env", lost_variable},
    {true, "resources.limits", lost_limit},
    {true, "lifecycle", lost_lifecycle},
    {true, "securityContext", lost_privileges},
    {false, "spec.schedulerName", lost_scheduler},
    {false, "spec.nodeSelector", lost_node_label},
    {false, "spec.terminationGracePeriodSeconds", lost_grace_period},
};

static const char *why_lost(const struct look *look)
{
    const struct spk_mutation *change = change_of(look);

    for (size_t i = 0; i < SPK_LEN(rules); i++) {
        size_t n = spk_split(look->arena, rules[i].path, '.').n;

        if (rules[i].in_container == change->in_container && change->path.n >= n &&
            spk_text_equal(spk_join(look->arena, change->path.items, n, "."), rules[i].path))
            return rules[i].why(look);
    }
    return NULL;
}

void spk_executor_overrides(struct spk_arena *arena, const struct spk_mutations *changes,
                            const struct spk_executor_facts *facts,
                            struct spk_warnings *warnings)
{
    struct look look = {.arena = arena,
                        .changes = changes,
                        .facts = facts,
                        .hidden = find_hidden(arena, changes)};

    look.java_options = java_options(&look);
    for (look.at = 0; look.at < changes->n; look.at++) {
        const char *why = why_lost(&look);

        if (why)
            spk_warn(warnings, arena, "EXECUTOR_FIELD_NOT_APPLIED", change_of(&look)->origin,
                     "%s", why);
    }
}
