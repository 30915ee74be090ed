/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster.h"

#include "apiserver/loop.h"
#include "apiserver/status.h"
#include "base/clock.h"
#include "base/latch.h"
#include "base/limits.h"
#include "failure.h"
#include "local_files.h"
#include "log.h"

#include <string.h>

#define SUBMISSION "spark.kubernetes.authenticate.submission."

static void fill_source(struct spk_arena *arena, const struct submit_machine *machine,
                        const struct spk_conf *conf, struct spk_kube_source *source)
{
    const char *master = spk_conf_get(conf, "spark.master");

    *source = (struct spk_kube_source){
        .kubeconfig_list = submit_machine_get(machine, "KUBECONFIG"),
        .home = submit_machine_get(machine, "HOME"),
        .context = spk_conf_get(conf, "spark.kubernetes.context"),
        .service_host = submit_machine_get(machine, "KUBERNETES_SERVICE_HOST"),
        .service_port_https = submit_machine_get(machine, "KUBERNETES_SERVICE_PORT_HTTPS"),
        .service_port = submit_machine_get(machine, "KUBERNETES_SERVICE_PORT"),
        .https_proxy = submit_machine_get(machine, "HTTPS_PROXY"),
        .no_proxy = submit_machine_get(machine, "NO_PROXY"),
        .allow_http = true,
        .allow_insecure = true,
    };
    if (master && spk_starts_with(master, "k8s://"))
        source->server = master + strlen("k8s://");
    if (source->server && !strstr(source->server, "://"))
        source->server = spk_printf(arena, "https://%s", source->server);
}

/* The files that keys of the submission side name; each replaces what the context has. */
static bool take_files(struct spk_arena *arena, const struct spk_conf *conf,
                       struct spk_kube_config *config, struct spk_err *err)
{
    const struct {
        const char *key;
        struct spk_bytes *bytes;
    } rows[] = {
        {SUBMISSION "caCertFile", &config->ca},
        {SUBMISSION "clientCertFile", &config->client_certificate},
        {SUBMISSION "clientKeyFile", &config->client_key},
    };

    for (size_t i = 0; i < SPK_LEN(rows); i++) {
        const char *path = spk_conf_get(conf, rows[i].key);

        if (path && !spk_local_file(NULL, arena, path, rows[i].bytes, err))
            return spk_conf_blame(err, conf, rows[i].key);
    }
    return true;
}

static bool take_credentials(struct spk_arena *arena, const struct spk_conf *conf,
                             struct spk_kube_config *config, struct spk_err *err)
{
    const char *token = spk_conf_get(conf, SUBMISSION "oauthToken");
    const char *file = spk_conf_get(conf, SUBMISSION "oauthTokenFile");
    const char *trust = spk_conf_get(conf, "spark.kubernetes.trust.certificates");

    if (token && file) {
        (void)spk_fail(err, SPK_INVALID_FIELD,
                       "Cannot specify OAuth token through both a file and a value");
        return spk_conf_blame(err, conf, SUBMISSION "oauthToken");
    }
    if (token || file) {
        config->token = token;
        config->token_file = file;
        config->username = config->password = NULL;
    }
    if (trust && strcmp(spk_lower(arena, trust), "true") == 0)
        config->insecure = true;
    return take_files(arena, conf, config, err);
}

void submit_cluster_announce(const struct spk_conf *conf)
{
    const char *context = spk_conf_get(conf, "spark.kubernetes.context");

    submit_log("INFO", "SparkKubernetesClientFactory",
               "Auto-configuring K8S client using %s%s from users K8S config file",
               context ? "context " : "current context", context ? context : "");
}

bool submit_cluster_open(struct spk_arena *arena, const struct submit_machine *machine,
                         const struct spk_conf *conf, struct spk_api **out,
                         struct spk_err *err)
{
    struct spk_kube_source source;
    struct spk_kube_config config = {0};

    fill_source(arena, machine, conf, &source);
    if (!spk_kube_config_load(arena, &source, &config, err) ||
        !take_credentials(arena, conf, &config, err))
        return false;
    config.mode = "spark-submit";
    return spk_kube_open(out, &config, err);
}

static void open_latch(struct spk_api_job *job)
{
    spk_latch_open(job->context);
}

bool submit_cluster_call(struct spk_arena *arena, struct spk_api *api,
                         const struct spk_api_request *request, struct spk_api_reply *out,
                         struct spk_err *err)
{
    struct spk_latch latch = SPK_LATCH_INIT;
    struct spk_api_job *job = spk_alloc(arena, sizeof(*job));

    job->arena = arena;
    job->request = *request;
    job->deadline_ms = spk_monotonic_ms() + SPK_DEFAULT_DEADLINE_MS;
    job->done = open_latch;
    job->context = &latch;
    spk_api_start(api, job);
    spk_latch_wait(&latch);
    if (job->reply.transport != SPK_API_ANSWERED || job->reply.http / 100 != 2)
        return spk_status_fail(&job->reply, arena, err);
    *out = job->reply;
    return true;
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
    bool found = submit_cluster_call(arena, api, &request, &reply, &why);

    if (!found && !spk_text_equal(submit_note(&why, "kube_code"), "404")) {
        *err = why;
        return false;
    }
    *out = found ? reply.object : NULL;
    return true;
}
