/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/config/exec.h"

#include "base/base64.h"
#include "json/read.h"
#include "json/write.h"

#include <string.h>

#define GROUP "client.authentication.k8s.io/"

struct source {
    struct spk_arena *arena;
    const char *file;
    struct spk_err *err;
};

static bool refuse(const struct source *source, const struct spk_outline *node,
                   const char *why)
{
    return spk_fail(source->err, SPK_INVALID_FIELD, "%s: line %zu, column %zu: %s%s%s",
                    source->file, node->line, node->column, node->key ? node->key : "",
                    node->key ? " " : "", why);
}

static bool read_text(const struct source *source, const struct spk_outline *map,
                      const char *key, const char **out)
{
    const struct spk_outline *node = spk_outline_get(map, key);

    if (node && node->kind != SPK_OUTLINE_SCALAR)
        return refuse(source, node, "must be text");
    *out = node && *node->text ? node->text : NULL;
    return true;
}

static bool read_arguments(const struct source *source, const struct spk_outline *map,
                           struct spk_strings *out)
{
    const struct spk_outline *list = spk_outline_get(map, "args");

    if (list && list->kind != SPK_OUTLINE_LIST)
        return refuse(source, list, "must be a list");
    for (const struct spk_outline *item = list ? list->child : NULL; item; item = item->next) {
        if (!item->text)
            return refuse(source, item, "must be text");
        spk_strings_add(source->arena, out, item->text);
    }
    return true;
}

static bool read_variables(const struct source *source, const struct spk_outline *map,
                           struct spk_kube_exec *out)
{
    const struct spk_outline *list = spk_outline_get(map, "env");

    if (list && list->kind != SPK_OUTLINE_LIST)
        return refuse(source, list, "must be a list");
    for (const struct spk_outline *item = list ? list->child : NULL; item; item = item->next) {
        const char *name = NULL, *value = NULL;

        if (item->kind != SPK_OUTLINE_MAP || !read_text(source, item, "name", &name) ||
            !read_text(source, item, "value", &value) || !name || strchr(name, '='))
            return refuse(source, item, "a variable has a name and a value");
        spk_strings_add(source->arena, &out->variables, name);
        spk_strings_add(source->arena, &out->values, value ? value : "");
    }
    return true;
}

static bool check_version(const struct source *source, const struct spk_outline *node,
                          const char *version)
{
    if (spk_text_equal(version, GROUP "v1") || spk_text_equal(version, GROUP "v1beta1"))
        return true;
    return refuse(source, node, "needs the apiVersion " GROUP "v1 or " GROUP "v1beta1");
}

/* Not a command's own word: it must find its program wherever it is run. */
static const char *beside(struct spk_arena *arena, const char *file, const char *command)
{
    const char *slash = strrchr(file, '/');

    if (*command == '/' || !strchr(command, '/') || !slash)
        return command;
    return spk_printf(arena, "%.*s/%s", (int)(slash - file), file, command);
}

bool spk_kube_exec_parse(struct spk_arena *arena, const char *file,
                         const struct spk_outline *node, const struct spk_kube_exec **out,
                         struct spk_err *err)
{
    const struct source source = {arena, file, err};
    struct spk_kube_exec *exec = spk_alloc(arena, sizeof(*exec));
    const char *mode = NULL, *cluster = NULL;

    if (node->kind != SPK_OUTLINE_MAP)
        return refuse(&source, node, "must be a map");
    if (!read_text(&source, node, "apiVersion", &exec->api_version) ||
        !read_text(&source, node, "command", &exec->command) ||
        !read_text(&source, node, "installHint", &exec->install_hint) ||
        !read_text(&source, node, "interactiveMode", &mode) ||
        !read_text(&source, node, "provideClusterInfo", &cluster) ||
        !read_arguments(&source, node, &exec->arguments) ||
        !read_variables(&source, node, exec) ||
        !check_version(&source, node, exec->api_version))
        return false;
    if (!exec->command)
        return refuse(&source, node, "needs a command");
    if (spk_text_equal(mode, "Always")) {
        (void)refuse(&source, node, "wants to ask a person, who is not there");
        err->reason = SPK_UNSUPPORTED_FEATURE;
        return false;
    }
    exec->command = beside(arena, file, exec->command);
    exec->provide_cluster_info = spk_text_equal(cluster, "true");
    *out = exec;
    return true;
}

static void put_cluster(struct spk_arena *arena, cJSON *spec,
                        const struct spk_kube_config *config)
{
    cJSON *cluster = spk_json_child(spec, "cluster");

    spk_json_text(cluster, "server", spk_kube_address_url(arena, &config->address));
    spk_json_text(cluster, "tls-server-name", config->tls_server_name);
    if (config->insecure)
        spk_json_bool(cluster, "insecure-skip-tls-verify", true);
    if (config->ca.data)
        spk_json_text(cluster, "certificate-authority-data",
                      spk_base64_encode(arena, config->ca.data, config->ca.length));
    spk_json_text(cluster, "proxy-url", config->proxy_url);
}

const char *spk_kube_exec_info(struct spk_arena *arena, const struct spk_kube_exec *exec,
                               const struct spk_kube_config *config)
{
    cJSON *info = spk_json_new_object(arena), *spec;

    spk_json_text(info, "apiVersion", exec->api_version);
    spk_json_text(info, "kind", "ExecCredential");
    spec = spk_json_child(info, "spec");
    if (exec->provide_cluster_info)
        put_cluster(arena, spec, config);
    spk_json_bool(spec, "interactive", false);
    return spk_json_write(arena, info);
}

static struct spk_bytes bytes_of(const char *text)
{
    return (struct spk_bytes){text, text ? strlen(text) : 0};
}

bool spk_kube_exec_take(struct spk_arena *arena, const struct spk_kube_exec *exec,
                        struct spk_bytes printed, struct spk_kube_config *config,
                        struct spk_err *err)
{
    struct spk_err ignored; /* its text may quote what was printed */
    cJSON *tree = NULL;

    if (!spk_json_read(arena, printed.data, printed.length, &tree, &ignored) ||
        !spk_text_equal(spk_json_get_text(tree, "kind"), "ExecCredential"))
        return spk_fail(err, SPK_CREDENTIALS_INVALID, "it printed no ExecCredential");
    if (!spk_text_equal(spk_json_get_text(tree, "apiVersion"), exec->api_version))
        return spk_fail(err, SPK_CREDENTIALS_INVALID,
                        "it printed an ExecCredential of another version than %s",
                        exec->api_version);
    const cJSON *status = spk_json_get(tree, "status");
    const char *token = spk_json_get_text(status, "token");
    const char *certificate = spk_json_get_text(status, "clientCertificateData");
    const char *key = spk_json_get_text(status, "clientKeyData");
    if (!token && !certificate)
        return spk_fail(err, SPK_CREDENTIALS_INVALID,
                        "it printed an ExecCredential without token and certificate");
    if (!certificate != !key)
        return spk_fail(err, SPK_CREDENTIALS_INVALID,
                        "it printed a client certificate without key, or a key without one");
    if (token)
        config->token = token;
    if (certificate) {
        config->client_certificate = bytes_of(certificate);
        config->client_key = bytes_of(key);
    }
    return true;
}
