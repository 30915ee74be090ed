/* SPDX-License-Identifier: Apache-2.0 */
#include "exec_credential.h"

#include "base/limits.h"
#include "child.h"

#include <string.h>

extern char **environ;

static char **words_of(struct spk_arena *arena, const struct spk_kube_exec *exec)
{
    char **words = spk_alloc_array(arena, exec->arguments.n + 2, sizeof(*words));

    words[0] = spk_strdup(arena, exec->command);
    for (size_t i = 0; i < exec->arguments.n; i++)
        words[i + 1] = spk_strdup(arena, exec->arguments.items[i]);
    return words;
}

/* Whether "NAME=VALUE" is of a variable that is set anew. */
static bool is_replaced(const struct spk_strings *names, const char *entry)
{
    size_t length = strcspn(entry, "=");

    for (size_t i = 0; i < names->n; i++)
        if (strlen(names->items[i]) == length && !strncmp(names->items[i], entry, length))
            return true;
    return false;
}

/* This process's variables, then those of the kubeconfig, of which the last counts. */
static char **environment_of(struct spk_arena *arena, const struct spk_kube_exec *exec,
                             const char *info)
{
    struct spk_strings names = {0}, values = {0};
    size_t count = 0, n = 0;

    for (size_t i = 0; i < exec->variables.n; i++) {
        spk_strings_add(arena, &names, exec->variables.items[i]);
        spk_strings_add(arena, &values, exec->values.items[i]);
    }
    spk_strings_add(arena, &names, "KUBERNETES_EXEC_INFO");
    spk_strings_add(arena, &values, info);
    while (environ[count])
        count++;
    char **all = spk_alloc_array(arena, count + names.n + 1, sizeof(*all));
    for (size_t i = 0; i < count; i++)
        if (!is_replaced(&names, environ[i]))
            all[n++] = environ[i];
    for (size_t i = names.n; i-- > 0;) {
        char *entry = spk_printf(arena, "%s=%s", names.items[i], values.items[i]);
        bool is_set = false;

        for (size_t k = i + 1; k < names.n; k++)
            is_set = is_set || !strcmp(names.items[k], names.items[i]);
        if (!is_set)
            all[n++] = entry;
    }
    return all;
}

static bool check_end(const struct submit_child_end *end, struct spk_err *err)
{
    if (end->is_late)
        return spk_fail(err, SPK_CREDENTIALS_INVALID, "it was ended after %d seconds",
                        SPK_EXEC_TIMEOUT_MS / 1000);
    if (end->output.length > SPK_MAX_EXEC_OUTPUT) /* its status is that of a closed pipe */
        return spk_fail(err, SPK_CREDENTIALS_INVALID, "it printed more than %zu bytes",
                        SPK_MAX_EXEC_OUTPUT);
    if (end->status)
        return spk_fail(err, SPK_CREDENTIALS_INVALID, "it ended with status %d", end->status);
    return true;
}

static bool run(struct spk_arena *arena, struct spk_kube_config *config, struct spk_err *err)
{
    const struct spk_kube_exec *exec = config->exec;
    const struct submit_child child = {
        .words = words_of(arena, exec),
        .environment = environment_of(arena, exec, spk_kube_exec_info(arena, exec, config)),
        .limit = SPK_MAX_EXEC_OUTPUT,
        .timeout_ms = SPK_EXEC_TIMEOUT_MS,
        .is_quiet = true,
    };
    struct submit_child_end end;
    struct spk_err why = {0};

    if (!submit_child_run(arena, &child, &end, &why))
        return spk_fail(err, SPK_CREDENTIALS_INVALID, "it cannot be started: %s%s%.300s",
                        why.text, exec->install_hint ? "; " : "",
                        exec->install_hint ? exec->install_hint : "");
    return check_end(&end, err) && spk_kube_exec_take(arena, exec, end.output, config, err);
}

bool submit_exec_credential(struct spk_arena *arena, struct spk_kube_config *config,
                            struct spk_err *err)
{
    struct spk_err why = {0};

    if (run(arena, config, &why))
        return true;
    return spk_fail(err, why.reason, "%s: the command '%.100s' for credentials: %s",
                    config->source, config->exec->command, why.text);
}
