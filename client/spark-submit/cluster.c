/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster.h"

#include "apiserver/config/discover.h"
#include "apiserver/http/kube.h"
#include "apiserver/http/status.h"
#include "apiserver/wait.h"
#include "base/limits.h"
#include "driver/find.h"
#include "driver/kill.h"
#include "driver/state.h"
#include "exec_credential.h"
#include "failure.h"
#include "kubernetes/names.h"
#include "local/local_files.h"
#include "log.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

#define SUBMISSION "spark.kubernetes.authenticate.submission."
#define TOKEN      SUBMISSION "oauthToken"
#define TOKEN_FILE SUBMISSION "oauthTokenFile"

/* The value of a key, else of a variable of the Kubernetes client that Spark uses. */
static const char *given(const struct submit_machine *machine, const struct spk_conf *conf,
                         const char *key, const char *variable)
{
    const char *value = spk_conf_get(conf, key);

    return value ? value : submit_machine_get(machine, variable);
}

/* @source io.fabric8.kubernetes.client.utils.Utils.getSystemPropertyOrEnvVar */
static bool is_off(struct spk_arena *arena, const struct submit_machine *machine,
                   const char *variable)
{
    const char *value = submit_machine_get(machine, variable);

    return value && strcmp(spk_lower(arena, value), "true") != 0;
}

static void fill_source(struct spk_arena *arena, const struct submit_machine *machine,
                        const struct spk_conf *conf, struct spk_kube_source *source)
{
    const char *master = spk_conf_get(conf, "spark.master");
    const char *proxy = submit_machine_get(machine, "HTTPS_PROXY");
    bool looks = !is_off(arena, machine, "KUBERNETES_AUTH_TRYKUBECONFIG");
    bool in_pod = !is_off(arena, machine, "KUBERNETES_AUTH_TRYSERVICEACCOUNT");

    *source = (struct spk_kube_source){
        .kubeconfig_list = looks ? submit_machine_get(machine, "KUBECONFIG") : NULL,
        .home = looks ? submit_machine_get(machine, "HOME") : NULL,
        .context = spk_conf_get(conf, "spark.kubernetes.context"),
        .service_host = in_pod ? submit_machine_get(machine, "KUBERNETES_SERVICE_HOST") : NULL,
        .service_port_https = submit_machine_get(machine, "KUBERNETES_SERVICE_PORT_HTTPS"),
        .service_port = submit_machine_get(machine, "KUBERNETES_SERVICE_PORT"),
        .https_proxy = proxy ? proxy : submit_machine_get(machine, "ALL_PROXY"),
        .no_proxy = submit_machine_get(machine, "NO_PROXY"),
        .ns = submit_machine_get(machine, "KUBERNETES_NAMESPACE"),
        .allow_http = true,
        .allow_insecure = true,
        .home_first = true,
        .allow_exec = true,
        .has_bearer = given(machine, conf, TOKEN, "KUBERNETES_AUTH_TOKEN") ||
                      spk_conf_get(conf, TOKEN_FILE),
    };
    if (master && spk_starts_with(master, "k8s://"))
        source->server = master + strlen("k8s://");
    if (source->server && !strstr(source->server, "://"))
        source->server = spk_printf(arena, "https://%s", source->server);
}

/* The files that keys of the submission side name; each replaces what the context has. */
static bool take_files(struct spk_arena *arena, const struct submit_machine *machine,
                       const struct spk_conf *conf, struct spk_kube_config *config,
                       struct spk_err *err)
{
    const struct {
        const char *key, *variable;
        struct spk_bytes *bytes;
    } rows[] = {
        {SUBMISSION "caCertFile", "KUBERNETES_CERTS_CA_FILE", &config->ca},
        {SUBMISSION "clientCertFile", "KUBERNETES_CERTS_CLIENT_FILE",
         &config->client_certificate},
        {SUBMISSION "clientKeyFile", "KUBERNETES_CERTS_CLIENT_KEY_FILE", &config->client_key},
    };

    for (size_t i = 0; i < SPK_LEN(rows); i++) {
        const char *path = given(machine, conf, rows[i].key, rows[i].variable);

        if (path && !spk_local_file(NULL, arena, path, rows[i].bytes, err))
            return spk_conf_blame(err, conf, rows[i].key);
    }
    return true;
}

/*
 * Where distributions keep the authorities that a machine trusts: libcurl was built with the
 * path of one of them, and may run on another.
 *
 * @source https://go.dev/src/crypto/x509/root_linux.go
 */
static const char *const system_authorities[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
};

/* For a server whose authority nothing names: SSL_CERT_FILE, else the machine's. */
static bool take_system_authorities(struct spk_arena *arena,
                                    const struct submit_machine *machine,
                                    struct spk_kube_config *config, struct spk_err *err)
{
    const char *path = submit_machine_get(machine, "SSL_CERT_FILE");

    if (config->ca.data || config->insecure || !config->address.tls)
        return true;
    if (path && *path) {
        struct spk_err why;

        if (!spk_local_file(NULL, arena, path, &config->ca, &why))
            return spk_fail(err, SPK_INVALID_FIELD, "SSL_CERT_FILE: %s", why.text);
        return true;
    }
    for (size_t i = 0; i < SPK_LEN(system_authorities) && !config->ca.data; i++) {
        struct spk_err ignored;

        (void)spk_local_file(NULL, arena, system_authorities[i], &config->ca, &ignored);
    }
    return true;
}

static bool take_credentials(struct spk_arena *arena, const struct submit_machine *machine,
                             const struct spk_conf *conf, struct spk_kube_config *config,
                             struct spk_err *err)
{
    const char *file = spk_conf_get(conf, TOKEN_FILE);
    const char *token = file ? spk_conf_get(conf, TOKEN)
                             : given(machine, conf, TOKEN, "KUBERNETES_AUTH_TOKEN");
    const char *trust = given(machine, conf, "spark.kubernetes.trust.certificates",
                              "KUBERNETES_TRUST_CERTIFICATES");

    if (token && file) {
        (void)spk_fail(err, SPK_INVALID_FIELD,
                       "Cannot specify OAuth token through both a file and a value");
        return spk_conf_blame(err, conf, TOKEN);
    }
    if (token || file) {
        config->token = token;
        config->token_file = file;
        config->username = config->password = NULL;
    }
    if (trust && strcmp(spk_lower(arena, trust), "true") == 0)
        config->insecure = true;
    return take_files(arena, machine, conf, config, err) &&
           take_system_authorities(arena, machine, config, err);
}

/* Milliseconds of a key; what is no such number was refused before. */
static long timeout_of(const struct spk_conf *conf, const char *key)
{
    const char *text = spk_conf_get(conf, key);
    int64_t ms = 0;

    return text && spk_parse_int64(text, &ms) && ms > 0 && ms <= INT32_MAX ? (long)ms : 0;
}

void submit_cluster_announce(const struct spk_conf *conf)
{
    const char *context = spk_conf_get(conf, "spark.kubernetes.context");

    submit_log("INFO", "SparkKubernetesClientFactory",
               "Auto-configuring K8S client using %s%s from users K8S config file",
               context ? "context " : "current context", context ? context : "");
}

/*
 * The client's thread leaves signals to this one, which may want to wait for them; until then
 * they end the process as usual.
 */
static bool open_quietly(const struct spk_kube_config *config, struct spk_api **out,
                         struct spk_err *err)
{
    sigset_t all, before;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_BLOCK, &all, &before);
    bool ok = spk_kube_open(out, config, err);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

static bool open_client(struct spk_arena *arena, struct submit_cluster *cluster,
                        struct spk_api **out, struct spk_err *err)
{
    const struct submit_machine *machine = cluster->machine;
    const struct spk_conf *conf = cluster->conf;
    struct spk_kube_source source;
    struct spk_kube_config config = {0};

    fill_source(arena, machine, conf, &source);
    if (!spk_kube_config_load(arena, &source, &config, err) ||
        (config.exec && !submit_exec_credential(arena, &config, err)) ||
        !take_credentials(arena, machine, conf, &config, err))
        return false;
    config.connect_timeout_ms =
        timeout_of(conf, "spark.kubernetes.submission.connectionTimeout");
    config.request_timeout_ms = timeout_of(conf, "spark.kubernetes.submission.requestTimeout");
    config.mode = "spark-submit";
    cluster->has_exec = config.exec != NULL;
    return open_quietly(&config, out, err);
}

static void close_cluster(void *argument)
{
    struct submit_cluster *cluster = argument;

    spk_api_close(cluster->api);
}

bool submit_cluster_open(struct spk_arena *arena, const struct submit_machine *machine,
                         const struct spk_conf *conf, struct submit_cluster **out,
                         struct spk_err *err)
{
    struct submit_cluster *cluster = spk_alloc(arena, sizeof(*cluster));

    cluster->machine = machine;
    cluster->conf = conf;
    if (!open_client(arena, cluster, &cluster->api, err))
        return false;
    spk_defer(arena, close_cluster, cluster);
    *out = cluster;
    return true;
}

/* A renewal of credentials and its memory: a client keeps its own copy of the configuration.
 */
struct renewal {
    struct spk_arena arena;
    struct submit_cluster *cluster;
    struct spk_api *api;
    struct spk_err err;
};

static void renew(void *argument)
{
    struct renewal *renewal = argument;

    (void)open_client(&renewal->arena, renewal->cluster, &renewal->api, &renewal->err);
}

void submit_cluster_renew(struct submit_cluster *cluster)
{
    struct renewal renewal = {.arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES), .cluster = cluster};

    if (!cluster->has_exec || cluster->is_renewed)
        return;
    cluster->is_renewed = true;
    if (!spk_arena_run(&renewal.arena, renew, &renewal) || !renewal.api) {
        submit_log("WARN", "Client", "the credentials cannot be made anew: %s",
                   renewal.err.text);
    } else {
        spk_api_close(cluster->api);
        cluster->api = renewal.api;
    }
    spk_arena_free(&renewal.arena);
}

bool submit_cluster_call(struct spk_arena *arena, struct spk_api *api,
                         const struct spk_api_request *request, struct spk_api_reply *out,
                         struct spk_err *err)
{
    struct spk_api_reply reply = spk_api_wait(api, arena, request, SPK_DEFAULT_DEADLINE_MS);

    *out = reply;
    if (reply.transport != SPK_API_ANSWERED || reply.http / 100 != 2) {
        (void)spk_status_fail(&reply, request->resource, arena, err);
        submit_note_request(err, arena, request);
        return false;
    }
    /* A page of a proxy, or more than can be read: nothing is known of what was asked for. */
    if (!spk_json_get_text(reply.object, "kind")) {
        (void)spk_fail(err, SPK_KUBE_ERROR,
                       "HTTP %ld came with something that is no Kubernetes object: a proxy in "
                       "between may have answered",
                       (long)reply.http);
        submit_note_request(err, arena, request);
        return false;
    }
    return true;
}

bool submit_cluster_delete_pod(struct spk_arena *arena, struct spk_api *api, const char *ns,
                               const char *name, const char *options, struct spk_err *err)
{
    struct spk_api_request request = {
        .verb = SPK_API_DELETE,
        .resource = spk_resource_find("v1", "Pod"),
        .ns = ns,
        .name = name,
        .body = options,
        .body_length = strlen(options),
    };
    struct spk_api_reply reply;
    struct spk_err why = {0};

    if (!spk_is_dns1123_subdomain(name)) /* so nothing has it */
        return true;
    if (submit_cluster_call(arena, api, &request, &reply, &why) ||
        (reply.http / 100 != 2 && spk_delete_is_done(reply.http)))
        return true;
    *err = why;
    return false;
}

bool submit_cluster_pod(struct spk_arena *arena, struct spk_api *api, const char *ns,
                        const char *name, const cJSON **out, struct spk_err *err)
{
    struct spk_api_request request = {
        .verb = SPK_API_GET,
        .resource = spk_resource_find("v1", "Pod"),
        .ns = ns,
        .name = name,
    };
    struct spk_api_reply reply = {0};
    struct spk_err why = {0};

    *out = NULL;
    if (!spk_is_dns1123_subdomain(name)) /* so nothing has it */
        return true;
    bool found = submit_cluster_call(arena, api, &request, &reply, &why);

    /* A page of something else that has no such page says nothing about the Pod. */
    if (!found && !spk_driver_is_absent(reply.http, reply.reason)) {
        *err = why;
        return false;
    }
    if (found && !spk_driver_is_pod(reply.object, name))
        return spk_fail(err, SPK_KUBE_ERROR, "the answer is not the Pod '%.63s'", name);
    *out = found ? reply.object : NULL;
    return true;
}
