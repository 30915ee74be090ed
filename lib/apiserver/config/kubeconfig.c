/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/config/kubeconfig.h"

#include "apiserver/config/exec.h"
#include "base/base64.h"
#include "base/limits.h"
#include "json/outline.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

struct file {
    const char *path;
    struct spk_outline *root;
    struct file *next;
};

struct spk_kubeconfig {
    struct file *files;
    struct spk_strings warnings;
};

/* An entry of clusters, users or contexts: its body and the file it stands in. */
struct entry {
    const struct file *file;
    const struct spk_outline *body; /* NULL: empty */
};

struct cluster {
    const char *server, *tls_server_name, *proxy_url, *ca_file;
    struct spk_bytes ca_data;
    bool insecure;
};

struct user {
    const char *certificate_file, *key_file, *token, *token_file, *username, *password;
    struct spk_bytes certificate_data, key_data;
    const struct spk_kube_exec *exec;
    struct spk_impersonation as;
};

struct context {
    const char *cluster, *user, *ns;
};

static bool refuse(const struct file *file, const struct spk_outline *node, const char *why,
                   struct spk_err *err)
{
    return spk_fail(err, SPK_INVALID_FIELD, "%s: line %zu, column %zu: %s%s%s", file->path,
                    node->line, node->column, node->key ? node->key : "", node->key ? " " : "",
                    why);
}

/* How a value is read, and where in the struct it goes. */
enum form {
    TEXT,             /* const char * */
    PATH,             /* const char *, relative to the file */
    DATA,             /* struct spk_bytes, from base64 */
    FLAG,             /* bool */
    LIST,             /* struct spk_strings */
    EXTRA,            /* struct spk_impersonation's extra */
    EXEC,             /* const struct spk_kube_exec * */
    NO_AUTH_PROVIDER, /* refused with advice */
};

struct field {
    const char *key;
    enum form form;
    size_t offset;
};

static const struct field cluster_fields[] = {
    {"server", TEXT, offsetof(struct cluster, server)},
    {"tls-server-name", TEXT, offsetof(struct cluster, tls_server_name)},
    {"proxy-url", TEXT, offsetof(struct cluster, proxy_url)},
    {"certificate-authority", PATH, offsetof(struct cluster, ca_file)},
    {"certificate-authority-data", DATA, offsetof(struct cluster, ca_data)},
    {"insecure-skip-tls-verify", FLAG, offsetof(struct cluster, insecure)},
};

static const struct field user_fields[] = {
    {"client-certificate", PATH, offsetof(struct user, certificate_file)},
    {"client-certificate-data", DATA, offsetof(struct user, certificate_data)},
    {"client-key", PATH, offsetof(struct user, key_file)},
    {"client-key-data", DATA, offsetof(struct user, key_data)},
    {"as", TEXT, offsetof(struct user, as.user)},
    {"as-uid", TEXT, offsetof(struct user, as.uid)},
    {"as-groups", LIST, offsetof(struct user, as.groups)},
    {"as-user-extra", EXTRA, offsetof(struct user, as)},
};

/* Fields of a user that a bearer token from elsewhere makes needless. */
static const struct field login_fields[] = {
    {"token", TEXT, offsetof(struct user, token)},
    {"tokenFile", PATH, offsetof(struct user, token_file)},
    {"username", TEXT, offsetof(struct user, username)},
    {"password", TEXT, offsetof(struct user, password)},
    {"exec", EXEC, offsetof(struct user, exec)},
    {"auth-provider", NO_AUTH_PROVIDER, 0},
};

static const struct field context_fields[] = {
    {"cluster", TEXT, offsetof(struct context, cluster)},
    {"user", TEXT, offsetof(struct context, user)},
    {"namespace", TEXT, offsetof(struct context, ns)},
};

static const char *beside(struct spk_arena *arena, const char *file, const char *path)
{
    const char *slash = strrchr(file, '/');

    if (*path == '/' || !slash)
        return spk_strdup(arena, path);
    return spk_printf(arena, "%.*s/%s", (int)(slash - file), file, path);
}

static bool read_list(struct spk_arena *arena, const struct file *file,
                      const struct spk_outline *node, struct spk_strings *out,
                      struct spk_err *err)
{
    if (node->kind != SPK_OUTLINE_LIST)
        return refuse(file, node, "must be a list", err);
    for (const struct spk_outline *item = node->child; item; item = item->next) {
        if (!item->text)
            return refuse(file, item, "must be text", err);
        spk_strings_add(arena, out, item->text);
    }
    return true;
}

static bool read_extra(struct spk_arena *arena, const struct file *file,
                       const struct spk_outline *node, struct spk_impersonation *out,
                       struct spk_err *err)
{
    if (node->kind != SPK_OUTLINE_MAP)
        return refuse(file, node, "must be a map", err);
    for (const struct spk_outline *item = node->child; item; item = item->next) {
        if (!read_list(arena, file, item, &out->extra_values, err))
            return false;
        while (out->extra_keys.n < out->extra_values.n)
            spk_strings_add(arena, &out->extra_keys, item->key);
    }
    return true;
}

static bool read_flag(const struct file *file, const struct spk_outline *node, bool *out,
                      struct spk_err *err)
{
    if (strcmp(node->text, "true") != 0 && strcmp(node->text, "false") != 0)
        return refuse(file, node, "must be true or false", err);
    *out = node->text[0] == 't';
    return true;
}

static bool read_scalar(struct spk_arena *arena, const struct file *file,
                        const struct spk_outline *node, const struct field *field, void *at,
                        struct spk_err *err)
{
    if (node->kind != SPK_OUTLINE_SCALAR)
        return refuse(file, node, "must be text", err);
    if (field->form == FLAG)
        return read_flag(file, node, at, err);
    if (field->form == DATA) {
        if (!spk_base64_decode(arena, node->text, at))
            return refuse(file, node, "is not base64", err);
        return true;
    }
    if (*node->text) {
        const char *text = field->form == PATH ? beside(arena, file->path, node->text)
                                               : node->text;
        memcpy(at, &text, sizeof(text));
    }
    return true;
}

static bool read_field(struct spk_arena *arena, const struct file *file,
                       const struct spk_outline *node, const struct field *field, void *target,
                       struct spk_err *err)
{
    void *at = (char *)target + field->offset;

    switch (field->form) {
    case LIST:
        return read_list(arena, file, node, at, err);
    case EXTRA:
        return read_extra(arena, file, node, at, err);
    case EXEC:
        return spk_kube_exec_parse(arena, file->path, node, at, err);
    case NO_AUTH_PROVIDER:
        (void)refuse(file, node,
                     "was removed from Kubernetes in 1.26 in favour of exec: use token, "
                     "tokenFile or a client certificate",
                     err);
        err->reason = SPK_UNSUPPORTED_FEATURE;
        return false;
    case TEXT:
    case PATH:
    case DATA:
    case FLAG:
        break;
    }
    return read_scalar(arena, file, node, field, at, err);
}

static bool read_entry(struct spk_arena *arena, const struct entry *entry,
                       const struct field *fields, size_t n, void *target, struct spk_err *err)
{
    if (entry->body && entry->body->kind != SPK_OUTLINE_MAP)
        return refuse(entry->file, entry->body, "must be a map", err);
    for (size_t i = 0; i < n; i++) {
        const struct spk_outline *node = spk_outline_get(entry->body, fields[i].key);

        if (node && !read_field(arena, entry->file, node, &fields[i], target, err))
            return false;
    }
    return true;
}

/* The lists and the names that every file must have right, used or not. */
static bool check_section(const struct file *file, const char *section, struct spk_err *err)
{
    const struct spk_outline *list = spk_outline_get(file->root, section);

    if (!list)
        return true;
    if (list->kind != SPK_OUTLINE_LIST)
        return refuse(file, list, "must be a list", err);
    for (const struct spk_outline *item = list->child; item; item = item->next) {
        const struct spk_outline *name = spk_outline_get(item, "name");

        if (!name || !name->text)
            return refuse(file, item, "an entry needs a name", err);
        for (const struct spk_outline *other = list->child; other != item; other = other->next)
            if (strcmp(spk_outline_get(other, "name")->text, name->text) == 0)
                return refuse(file, name, "is used twice", err);
    }
    return true;
}

static bool check_file(const struct file *file, struct spk_err *err)
{
    static const char *const sections[] = {"clusters", "users", "contexts"};

    if (file->root && file->root->kind != SPK_OUTLINE_MAP)
        return refuse(file, file->root, "the file must be a map", err);
    for (size_t i = 0; i < SPK_LEN(sections); i++)
        if (!check_section(file, sections[i], err))
            return false;
    return true;
}

static bool read_file(struct spk_arena *arena, const char *path, struct file **out,
                      struct spk_err *err)
{
    struct file *file = spk_alloc(arena, sizeof(*file));
    struct spk_bytes bytes;
    struct spk_err inner;

    file->path = path;
    if (!spk_file_read(arena, path, SPK_MAX_KUBECONFIG, &bytes, err))
        return false;
    if (!spk_outline_read(arena, bytes, &file->root, &inner))
        return spk_fail(err, inner.reason, "%s: %s", path, inner.text);
    if (!check_file(file, err))
        return false;
    *out = file;
    return true;
}

/* A file that others may write can name any server and any command. */
static bool check_mode(struct spk_arena *arena, const char *path, const struct stat *info,
                       bool strict, struct spk_strings *warnings, struct spk_err *err)
{
    if (!(info->st_mode & (S_IWGRP | S_IWOTH)))
        return true;
    if (strict)
        return spk_fail(err, SPK_INVALID_FIELD, "%s: is writable by group or others", path);
    spk_strings_add(arena, warnings,
                    spk_printf(arena, "%s is writable by group or others", path));
    return true;
}

/* True for a path that is no regular file (/dev/null, a directory): to Spark's client it is
 * none either. */
static bool is_missing(const char *path)
{
    struct stat info;

    if (stat(path, &info) < 0)
        return errno == ENOENT || errno == ENOTDIR;
    return !S_ISREG(info.st_mode);
}

bool spk_kubeconfig_read(struct spk_arena *arena, const struct spk_strings *paths,
                         bool missing_ok, bool strict_files, struct spk_kubeconfig **out,
                         struct spk_err *err)
{
    struct spk_kubeconfig *files = spk_alloc(arena, sizeof(*files));
    struct file **end = &files->files;

    for (size_t i = 0; i < paths->n; i++) {
        const char *path = paths->items[i];
        struct stat info = {0};

        if (!*path || (missing_ok && is_missing(path)))
            continue;
        if (!read_file(arena, path, end, err))
            return false;
        end = &(*end)->next;
        if (stat(path, &info) == 0 &&
            !check_mode(arena, path, &info, strict_files, &files->warnings, err))
            return false;
    }
    *out = files->files ? files : NULL;
    return true;
}

/* The first entry of that name; false if there is none. */
static bool find(const struct spk_kubeconfig *files, const char *section, const char *body,
                 const char *name, struct entry *out)
{
    for (const struct file *file = files->files; file; file = file->next) {
        const struct spk_outline *list = spk_outline_get(file->root, section);

        for (const struct spk_outline *item = list ? list->child : NULL; item;
             item = item->next) {
            if (strcmp(spk_outline_get(item, "name")->text, name) != 0)
                continue;
            *out = (struct entry){file, spk_outline_get(item, body)};
            return true;
        }
    }
    return false;
}

const char *spk_kubeconfig_context(const struct spk_kubeconfig *files)
{
    for (const struct file *file = files->files; file; file = file->next) {
        const struct spk_outline *current = spk_outline_get(file->root, "current-context");

        if (current && current->text && *current->text)
            return current->text;
    }
    return NULL;
}

static bool find_context(struct spk_arena *arena, const struct spk_kubeconfig *files,
                         const char **name, struct context *out, struct spk_err *err)
{
    struct entry entry;

    assert(files->files);
    if (!*name)
        *name = spk_kubeconfig_context(files);
    if (!*name)
        return spk_fail(err, SPK_CREDENTIALS_MISSING, "%s: no context is chosen",
                        files->files->path);
    if (!find(files, "contexts", "context", *name, &entry))
        return spk_fail(err, SPK_CREDENTIALS_MISSING, "%s: there is no context '%.128s'",
                        files->files->path, *name);
    return read_entry(arena, &entry, context_fields, SPK_LEN(context_fields), out, err);
}

static bool read_pem(struct spk_arena *arena, struct spk_bytes data, const char *path,
                     struct spk_bytes *out, struct spk_err *err)
{
    if (data.length == 0 && path)
        return spk_file_read(arena, path, SPK_MAX_CA, out, err);
    if (data.length)
        *out = data;
    return true;
}

static bool apply_cluster(struct spk_arena *arena, const struct spk_kubeconfig *files,
                          const char *name, const char *server, struct spk_kube_config *config,
                          struct spk_err *err)
{
    struct cluster cluster = {0};
    struct entry entry;
    struct spk_err inner;

    if (!name || !find(files, "clusters", "cluster", name, &entry))
        return spk_fail(err, SPK_CREDENTIALS_MISSING, "%s: there is no cluster '%.128s'",
                        files->files->path, name ? name : "");
    if (!read_entry(arena, &entry, cluster_fields, SPK_LEN(cluster_fields), &cluster, err) ||
        !read_pem(arena, cluster.ca_data, cluster.ca_file, &config->ca, err))
        return false;
    const struct spk_outline *at = spk_outline_get(entry.body, "server");
    if (!server && !at)
        return spk_fail(err, SPK_CREDENTIALS_MISSING, "%s: cluster '%.128s' names no server",
                        entry.file->path, name);
    if (!spk_kube_address_parse(arena, server ? server : at->text, &config->address, &inner))
        return server ? spk_fail(err, inner.reason, "the API server's address %s", inner.text)
                      : refuse(entry.file, at, inner.text, err);
    config->tls_server_name = cluster.tls_server_name;
    config->insecure = cluster.insecure;
    config->proxy_url = cluster.proxy_url;
    return true;
}

static bool apply_user(struct spk_arena *arena, const struct spk_kubeconfig *files,
                       const char *name, bool has_bearer, struct spk_kube_config *config,
                       struct spk_err *err)
{
    struct user user = {0};
    struct entry entry;

    if (!name || !*name)
        return true;
    if (!find(files, "users", "user", name, &entry))
        return spk_fail(err, SPK_CREDENTIALS_MISSING, "%s: there is no user '%.128s'",
                        files->files->path, name);
    if (!has_bearer &&
        !read_entry(arena, &entry, login_fields, SPK_LEN(login_fields), &user, err))
        return false;
    if (!read_entry(arena, &entry, user_fields, SPK_LEN(user_fields), &user, err) ||
        !read_pem(arena, user.certificate_data, user.certificate_file,
                  &config->client_certificate, err) ||
        !read_pem(arena, user.key_data, user.key_file, &config->client_key, err))
        return false;
    config->token = user.token;
    config->token_file = user.token_file;
    config->exec = user.token || user.token_file ? NULL : user.exec;
    config->username = user.username;
    config->password = user.password;
    config->as = user.as;
    return true;
}

bool spk_kubeconfig_resolve(struct spk_arena *arena, const struct spk_kubeconfig *files,
                            const struct spk_kube_source *source,
                            struct spk_kube_config *config, struct spk_err *err)
{
    struct context context = {0};
    const char *name = source->context;

    if (!find_context(arena, files, &name, &context, err) ||
        !apply_cluster(arena, files, context.cluster, source->server, config, err) ||
        !apply_user(arena, files, context.user, source->has_bearer, config, err))
        return false;
    config->ns = context.ns;
    config->warnings = files->warnings;
    config->source =
        spk_printf(arena, "kubeconfig '%s', context '%s'", files->files->path, name);
    return true;
}
