/* SPDX-License-Identifier: Apache-2.0 */
/* sparksubmitd: start, wait for a signal, stop. */
#include "apiserver/config/discover.h"
#include "apiserver/http/kube.h"
#include "apiserver/memory/memory_server.h"
#include "base/limits.h"
#include "config/options.h"
#include "config/settings.h"
#include "grpc/core_log.h"
#include "process/api_log.h"
#include "process/drain.h"
#include "process/janitor.h"
#include "process/log_writer.h"
#include "process/probe.h"
#include "process/watchdog.h"
#include "service/service.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

/* Everything of the process; what was opened is closed in reverse. */
struct server {
    struct spk_arena arena;
    char *const *argv;
    struct spk_start_options options;
    struct spk_log log;
    struct spk_log_writer log_writer;
    const char *credentials; /* where they come from, for the log; NULL: none are needed */
    struct spk_api *api;
    struct spk_api_log api_log;
    struct spk_probe probe;
    struct spk_impersonation janitor_as;
    struct spk_janitor_config janitor_config;
    struct spk_janitor_runner janitor;
    struct spk_queue running;
    struct spk_health health;
    struct spk_service service;
    struct spk_watchdog watchdog;
    struct spk_rpc_timer watch_loop;
    struct spk_rpc rpc;
    struct spk_server_group group;
    struct spk_listener listener;
    struct spk_err err;
    enum spk_exit exit;
};

static bool fail(struct server *server, enum spk_exit exit)
{
    server->exit = exit;
    return false;
}

/* ---- the API server ---- */

static const char *variable(const char *name)
{
    size_t length = strlen(name);

    for (char **at = environ; *at; at++)
        if (strncmp(*at, name, length) == 0 && (*at)[length] == '=')
            return (*at)[length + 1] ? *at + length + 1 : NULL;
    return NULL;
}

static bool load_kube_config(struct server *server, struct spk_kube_config *kube)
{
    const struct spk_config *config = &server->options.config;
    /* A sidecar must not be led astray by what its Pod sets for others. */
    bool standalone = config->mode == SPK_MODE_STANDALONE;
    const struct spk_kube_source source = {
        .kubeconfig = config->kubeconfig,
        .kubeconfig_list = standalone ? variable("KUBECONFIG") : NULL,
        .home = standalone ? variable("HOME") : NULL,
        .context = config->context,
        .ns = config->namespace_,
        .service_host = variable("KUBERNETES_SERVICE_HOST"),
        .service_port = variable("KUBERNETES_SERVICE_PORT"),
        .service_port_https = variable("KUBERNETES_SERVICE_PORT_HTTPS"),
        .strict_files = true,
    };

    if (!spk_kube_config_load(&server->arena, &source, kube, &server->err)) {
        if (!standalone && !config->kubeconfig && variable("KUBECONFIG"))
            (void)spk_fail(&server->err, server->err.reason,
                           "%s; --mode=sidecar does not read KUBECONFIG: give --kubeconfig",
                           spk_strdup(&server->arena, server->err.text));
        return fail(server, SPK_EXIT_CREDENTIALS);
    }
    kube->mode = "server";
    server->credentials = kube->source;
    return true;
}

static bool open_api(struct server *server, const struct spk_kube_config *kube)
{
    bool memory = server->options.config.api_server == SPK_API_IN_MEMORY;

    if (memory
            ? spk_memory_open(&server->api, &server->err)
            : spk_kube_init(&server->err) && spk_kube_open(&server->api, kube, &server->err))
        return true;
    return fail(server, memory ? SPK_EXIT_INTERNAL : SPK_EXIT_CREDENTIALS);
}

static const char *mode_name(const struct spk_config *config)
{
    return config->mode == SPK_MODE_SIDECAR ? "sidecar" : "standalone";
}

static const char *kubernetes_version(const void *probe)
{
    return spk_probe_version(probe);
}

/* Everything that can be wrong without a network; server->api stays closed. */
static bool configure(struct server *server, struct spk_kube_config *kube)
{
    const struct spk_config *config = &server->options.config;
    bool memory = config->api_server == SPK_API_IN_MEMORY;
    const char *ns = config->namespace_ ? config->namespace_ : "default", *url = NULL;

    if (!memory) {
        if (!load_kube_config(server, kube))
            return false;
        if (kube->ns)
            ns = kube->ns;
        url = spk_kube_address_url(&server->arena, &kube->address);
    }
    server->service.mode = mode_name(config);
    /* The operator has just read the application; an API server in memory holds none. */
    server->service.verifies_uids = config->mode == SPK_MODE_STANDALONE && !memory;
    server->service.reads_applications = config->read_cr && !memory;
    if (!spk_settings_make(&server->arena, config, url, ns, &server->service.settings,
                           &server->err))
        return fail(server, SPK_EXIT_CONFIG);
    return true;
}

/* ---- start ---- */

static bool serves_reflection(const struct spk_config *config)
{
    bool local = true;

    for (size_t i = 0; i < config->listen.n; i++) {
        struct spk_address address = {0};
        struct spk_err err = {0};

        local = local && spk_address_parse(config->listen.items[i], &address, &err) &&
                (address.is_unix || address.is_loopback);
    }
    return config->reflection == SPK_SWITCH_ON ||
           (config->reflection == SPK_SWITCH_AUTO && local);
}

/* The API server's loop is looked after by a thread that does not wait for it. */
static void watch_api_loop(struct server *server)
{
    server->watchdog =
        (struct spk_watchdog){&server->api->ticked_ms, &server->health, &server->log};
    server->watch_loop =
        (struct spk_rpc_timer){.fn = spk_watchdog_look, .owner = &server->watchdog};
    spk_rpc_add_timer(&server->rpc, &server->watch_loop);
}

static bool open_rpc(struct server *server)
{
    const struct spk_config *config = &server->options.config;
    struct spk_server_group_config group = {
        .service = &server->service,
        .reflection = serves_reflection(config),
    };

    spk_admission_limits_init(&group.limits);
    group.limits.calls = (size_t)config->max_inflight;
    group.limits.memory = (size_t)config->memory_budget;
    group.limits.default_deadline_ms = config->default_deadline_ms;
    group.limits.max_deadline_ms = config->max_deadline_ms;
    for (size_t i = 0; i < config->listen.n; i++) {
        struct spk_address address = {0};

        if (!spk_address_parse(config->listen.items[i], &address, &server->err))
            continue;
        if (address.is_unix)
            group.uids = &config->allowed_uids;
        else
            group.tcp = true;
    }
    if (!spk_rpc_open(&server->rpc, &server->err) ||
        !spk_server_group_open(&server->arena, &server->group, &server->rpc, &group,
                               &server->log, &server->err))
        return fail(server, SPK_EXIT_INTERNAL);
    if (!spk_listener_open(&server->arena, &server->listener, &server->group, config,
                           &server->err))
        return fail(server, SPK_EXIT_LISTENER);
    return true;
}

static bool start_janitor(struct server *server)
{
    const struct spk_config *config = &server->options.config;
    struct spk_janitor_config *janitor = &server->janitor_config;

    *janitor = (struct spk_janitor_config){
        .interval_ms = config->janitor_interval_ms,
        .min_age_s = (config->janitor_age_ms + 999) / 1000,
        .namespaces = config->janitor_namespaces,
    };
    if (janitor->namespaces.n == 0)
        spk_strings_add(&server->arena, &janitor->namespaces,
                        server->service.settings.default_namespace);
    if (config->janitor_user) {
        server->janitor_as.user = config->janitor_user;
        janitor->as = &server->janitor_as;
    }
    return spk_janitor_start(&server->janitor, janitor, server->api, &server->log,
                             &server->err);
}

static bool start(struct server *server)
{
    spk_probe_start(&server->probe, server->api, &server->log, &server->health);
    watch_api_loop(server);
    if (!spk_rpc_start(&server->rpc, &server->err))
        return fail(server, SPK_EXIT_INTERNAL);
    spk_server_group_start(&server->group);
    return (spk_listener_start(&server->listener, &server->err) && start_janitor(server)) ||
           fail(server, SPK_EXIT_INTERNAL);
}

/*
 * The process's own settings; libraries have none. Core dumps would hold what callers sent.
 * Memory of large calls goes back to the system when they end: glibc would raise its
 * thresholds with the first of them and keep what later ones freed. Usual calls stay below
 * the thresholds: mapping memory for each costs more than its work.
 */
static void set_up_process(void)
{
    struct rlimit limit = {0, 0};

    (void)prctl(PR_SET_DUMPABLE, 0);
    (void)setrlimit(RLIMIT_CORE, &limit);
    (void)mallopt(M_MMAP_THRESHOLD, (int)SPK_MMAP_THRESHOLD);
    (void)mallopt(M_TRIM_THRESHOLD, (int)SPK_TRIM_THRESHOLD);
    (void)umask(0117); /* sockets get 0660 */
    spk_signals_block();

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void log_start(struct server *server)
{
    const struct spk_config *config = &server->options.config;
    struct spk_log_line line;

    for (size_t i = 0; i < server->options.strange.n; i++)
        spk_log_event(&server->log, SPK_LOG_WARN, "unknown environment variable", "name",
                      server->options.strange.items[i]);
    spk_log_begin(&server->log, &line, SPK_LOG_INFO, "started");
    spk_log_text(&line, "version", SPK_VERSION);
    spk_log_text(&line, "mode", mode_name(config));
    spk_log_text(&line, "grpc", grpc_version_string());
    spk_log_text(&line, "api_server", server->api->url);
    spk_log_text(&line, "credentials", server->credentials);
    spk_log_text(&line, "namespace", server->service.settings.default_namespace);
    spk_log_int(&line, "memory_budget_bytes", config->memory_budget);
    spk_log_end(&line);
    spk_listener_log(&server->listener);
}

/* ---- the three parts of a life, each inside the process's recovery point or free of memory
 */

static void prepare(void *argument)
{
    struct server *server = argument;
    struct spk_kube_config kube = {0};

    if (!spk_options_parse(&server->arena, server->argv, environ, &server->options,
                           &server->err)) {
        (void)fail(server,
                   server->err.reason == SPK_UNKNOWN_FIELD ? SPK_EXIT_USAGE : SPK_EXIT_CONFIG);
        return;
    }
    if (server->options.action == SPK_START_PRINT)
        spk_options_print(&server->arena, &server->options, stdout);
    if (server->options.action != SPK_START_RUN && server->options.action != SPK_START_CHECK)
        return;
    server->log = spk_log_make(STDERR_FILENO, server->options.config.log_level,
                               server->options.config.log_format);
    if (!configure(server, &kube) || server->options.action == SPK_START_CHECK)
        return;
    if (!spk_log_writer_start(&server->log_writer, &server->log, &server->err)) {
        (void)fail(server, SPK_EXIT_INTERNAL);
        return;
    }
    for (size_t i = 0; i < kube.warnings.n; i++)
        spk_log_event(&server->log, SPK_LOG_WARN, "kubeconfig", "text",
                      kube.warnings.items[i]);
    if (!open_api(server, &kube))
        return;
    server->service.api = server->api;
    spk_api_log_start(&server->api_log, server->api, &server->log);
    spk_core_log_route(&server->log);
    grpc_init();
    if (open_rpc(server) && start(server))
        log_start(server);
}

static void finish(struct server *server)
{
    spk_janitor_stop(&server->janitor);
    spk_probe_stop(&server->probe);
    spk_rpc_stop(&server->rpc);
    spk_server_group_close(&server->group);
    spk_rpc_close(&server->rpc);
    spk_api_close(server->api);
    spk_kube_done();
    spk_queue_done(&server->running);
    spk_health_done(&server->health);
    grpc_shutdown_blocking();
    spk_log_event(&server->log, SPK_LOG_INFO, "stopped", NULL, NULL);
    spk_log_writer_stop(&server->log_writer, &server->log);
}

static void show(struct server *server)
{
    switch (server->options.action) {
    case SPK_START_HELP:
        spk_options_help(&server->arena, stdout);
        return;
    case SPK_START_VERSION:
        (void)puts("sparksubmitd " SPK_VERSION);
        return;
    case SPK_START_CHECK:
        (void)puts("the configuration is valid");
        return;
    case SPK_START_RUN:
    case SPK_START_PRINT:
    default:
        return;
    }
}

int main(int argc, char **argv)
{
    static struct server server; /* too large for a stack, and there is one */

    (void)argc;
    server.arena = (struct spk_arena)SPK_ARENA_LIMIT(SPK_MIB(64));
    server.argv = argv;
    server.log = spk_log_make(STDERR_FILENO, SPK_LOG_INFO, SPK_LOG_AUTO);
    set_up_process();
    spk_queue_init(&server.running, 0);
    server.service.running = &server.running;
    spk_health_init(&server.health);
    server.service.health = &server.health;
    server.service.kubernetes_version = kubernetes_version;
    server.service.version_context = &server.probe;
    if (!spk_arena_run(&server.arena, prepare, &server)) {
        (void)spk_fail(&server.err, SPK_INTERNAL_ERROR, "there is no memory left");
        server.exit = SPK_EXIT_INTERNAL;
    }
    if (server.exit != SPK_EXIT_OK) {
        spk_log_writer_flush(&server.log);
        (void)fprintf(stderr, "sparksubmitd: %s%s%s\n", server.err.field,
                      server.err.field[0] ? ": " : "", server.err.text);
        spk_listener_close(&server.listener);
        _exit((int)server.exit);
    }
    if (server.options.action == SPK_START_RUN) {
        bool memory = server.options.config.api_server == SPK_API_IN_MEMORY;

        spk_signals_wait(&server.group, memory ? server.api : NULL);
        spk_drain(&server.group, &server.listener, &server.options.config, &server.service);
        finish(&server);
    }
    show(&server);
    spk_arena_free(&server.arena);
    return SPK_EXIT_OK;
}
