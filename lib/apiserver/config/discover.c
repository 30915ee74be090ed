/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/config/discover.h"

#include "apiserver/config/kubeconfig.h"
#include "apiserver/header.h"
#include "base/limits.h"

#include <assert.h>
#include <string.h>

#define SERVICE_ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount"

static const char *service_account_file(struct spk_arena *arena,
                                        const struct spk_kube_source *source, const char *name)
{
    return spk_printf(arena, "%s/%s",
                      source->service_account ? source->service_account : SERVICE_ACCOUNT,
                      name);
}

/* First of the texts that is not empty. */
static const char *first(const char *a, const char *b, const char *c)
{
    if (a && *a)
        return a;
    return b && *b ? b : c;
}

static bool load_in_cluster(struct spk_arena *arena, const struct spk_kube_source *source,
                            struct spk_kube_config *config, struct spk_err *err)
{
    const char *host = source->service_host;
    const char *port = first(source->service_port_https, source->service_port, "443");
    const char *token_file = service_account_file(arena, source, "token");
    struct spk_bytes token, ns = {.data = ""};
    struct spk_err ignored;

    const char *url =
        spk_printf(arena, strchr(host, ':') ? "https://[%s]:%s" : "https://%s:%s", host, port);
    if (!spk_kube_address_parse(arena, source->server ? source->server : url, &config->address,
                                err))
        return spk_fail(err, SPK_INVALID_FIELD,
                        "KUBERNETES_SERVICE_HOST and _PORT are not an address");
    if (!spk_file_read(arena, token_file, SPK_MAX_TOKEN, &token, err) ||
        !spk_file_read(arena, service_account_file(arena, source, "ca.crt"), SPK_MAX_CA,
                       &config->ca, err))
        return false;
    if (!spk_file_read(arena, service_account_file(arena, source, "namespace"), 256, &ns,
                       &ignored))
        ns.data = "";
    config->token_file = token_file;
    config->ns = spk_trim(arena, ns.data);
    config->no_proxy = "*";
    config->source = "in-cluster";
    return true;
}

/* The files of a source, or none. */
static bool load_files(struct spk_arena *arena, const struct spk_kube_source *source,
                       struct spk_strings paths, bool missing_ok,
                       struct spk_kube_config *config, bool *found, struct spk_err *err)
{
    struct spk_kubeconfig *files = NULL;

    if (!spk_kubeconfig_read(arena, &paths, missing_ok, source->strict_files, &files, err))
        return false;
    *found = files && (!source->server || source->context || spk_kubeconfig_context(files));
    return !*found || spk_kubeconfig_resolve(arena, files, source, config, err);
}

static bool load_explicit(struct spk_arena *arena, const struct spk_kube_source *source,
                          struct spk_kube_config *config, struct spk_err *err)
{
    if (!source->server)
        return spk_fail(err, SPK_CREDENTIALS_MISSING,
                        "there is no kubeconfig, and this is no Pod with a service account");
    if (spk_kube_address_parse(arena, source->server, &config->address, err)) {
        config->source = "the given address";
        return true;
    }
    struct spk_err inner = *err;
    return spk_fail(err, inner.reason, "the API server's address %s", inner.text);
}

/* Every Pod knows the service's address; not every one has a token. */
static bool is_in_cluster(struct spk_arena *arena, const struct spk_kube_source *source)
{
    if (!source->service_host || !*source->service_host)
        return false;
    return (!source->server && !source->home) ||
           spk_file_exists(service_account_file(arena, source, "token"));
}

static bool load_home(struct spk_arena *arena, const struct spk_kube_source *source,
                      struct spk_kube_config *config, bool *found, struct spk_err *err)
{
    struct spk_strings paths = {0};

    if (!source->home)
        return true;
    spk_strings_add(arena, &paths, spk_printf(arena, "%s/.kube/config", source->home));
    return load_files(arena, source, paths, true, config, found, err);
}

static bool load_any(struct spk_arena *arena, const struct spk_kube_source *source,
                     struct spk_kube_config *config, struct spk_err *err)
{
    struct spk_strings paths = {0};
    bool found = false;

    if (source->kubeconfig) {
        spk_strings_add(arena, &paths, source->kubeconfig);
        return load_files(arena, source, paths, false, config, &found, err);
    }
    if (source->kubeconfig_list) {
        paths = spk_split(arena, source->kubeconfig_list, ':');
        if (!load_files(arena, source, paths, true, config, &found, err))
            return false;
        if (found)
            return true;
    }
    if (source->home_first && !load_home(arena, source, config, &found, err))
        return false;
    if (!found && is_in_cluster(arena, source))
        return load_in_cluster(arena, source, config, err);
    if (!found && !source->home_first && !load_home(arena, source, config, &found, err))
        return false;
    return found || load_explicit(arena, source, config, err);
}

static bool is_loopback(const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
           (spk_starts_with(host, "127.") && host[strspn(host, "0123456789.")] == '\0');
}

static bool is_proxy(const char *url)
{
    static const char *const schemes[] = {"http://", "https://", "socks5://", "socks5h://"};

    for (size_t i = 0; i < SPK_LEN(schemes); i++)
        if (spk_starts_with(url, schemes[i]) && strlen(url) > strlen(schemes[i]))
            return spk_is_header_value(url, SPK_MAX_HEADER_VALUE);
    return false;
}

static bool holds(struct spk_bytes pem, const char *text)
{
    return pem.data && strstr(pem.data, text);
}

static bool check_transport(const struct spk_kube_source *source,
                            const struct spk_kube_config *config, struct spk_err *err)
{
    if (!config->address.tls && !source->allow_http && !is_loopback(config->address.host))
        return spk_fail(err, SPK_INVALID_FIELD,
                        "%s: plain http is only for a loopback address", config->source);
    if (!config->address.tls && config->username)
        return spk_fail(err, SPK_INVALID_FIELD, "%s: a password is only sent over https",
                        config->source);
    if (config->insecure && !source->allow_insecure)
        return spk_fail(err, SPK_INVALID_FIELD, "%s: insecure-skip-tls-verify is not allowed",
                        config->source);
    if (config->ca.data && !config->insecure && !holds(config->ca, "-----BEGIN "))
        return spk_fail(err, SPK_INVALID_FIELD,
                        "%s: the certificate authority is not a PEM certificate",
                        config->source);
    if (config->proxy_url && !is_proxy(config->proxy_url))
        return spk_fail(err, SPK_INVALID_FIELD,
                        "%s: the proxy is not an http, https or socks5 address",
                        config->source);
    return true;
}

static bool check_identity(const struct spk_kube_source *source,
                           const struct spk_kube_config *config, struct spk_err *err)
{
    if (config->exec && !source->allow_exec)
        return spk_fail(err, SPK_UNSUPPORTED_FEATURE,
                        "%s: exec (a command that makes credentials) is not run here: use "
                        "token, tokenFile or a client certificate",
                        config->source);
    if (!config->client_certificate.data != !config->client_key.data)
        return spk_fail(err, SPK_INVALID_FIELD,
                        "%s: a client certificate needs its key, and a key its certificate",
                        config->source);
    if (holds(config->client_key, "ENCRYPTED"))
        return spk_fail(err, SPK_INVALID_FIELD, "%s: an encrypted client key is not supported",
                        config->source);
    if (config->username && (config->token || config->token_file))
        return spk_fail(err, SPK_INVALID_FIELD, "%s: both a token and a password are given",
                        config->source);
    if (!config->as.user && (config->as.uid || config->as.groups.n || config->as.extra_keys.n))
        return spk_fail(err, SPK_INVALID_FIELD,
                        "%s: as-uid, as-groups and as-user-extra need as", config->source);
    return true;
}

bool spk_kube_config_load(struct spk_arena *arena, const struct spk_kube_source *source,
                          struct spk_kube_config *out, struct spk_err *err)
{
    struct spk_kube_config config = {0};

    if (!load_any(arena, source, &config, err))
        return false;
    assert(config.address.host);
    if (!config.proxy_url && !config.no_proxy) {
        config.proxy_url = source->https_proxy && *source->https_proxy ? source->https_proxy
                                                                       : NULL;
        config.no_proxy = source->no_proxy;
    }
    if (!check_transport(source, &config, err) || !check_identity(source, &config, err))
        return false;
    config.ns = first(source->ns, config.ns, NULL);
    *out = config;
    return true;
}
