/* SPDX-License-Identifier: Apache-2.0 */
/**
 * config.h: which API server, and who we are to it: where to look for the answer, and the
 * answer. Whatever comes from the environment comes in as a parameter.
 */
#pragma once

#include "apiserver/config/address.h"
#include "apiserver/impersonation.h"
#include "base/file.h"

struct spk_kube_exec; /* exec.h */

/**
 * Where to look; NULL is "not given". Servers leave proxies NULL, and a sidecar, which must
 * not be led astray by its environment, kubeconfig_list and home too.
 */
struct spk_kube_source {
    const char *kubeconfig;      /* --kubeconfig: one file */
    const char *kubeconfig_list; /* KUBECONFIG: files, separated by colons */
    const char *home;            /* HOME: its .kube/config comes last */
    const char *context;         /* --context; NULL: current-context */
    const char *ns;              /* --namespace: instead of the context's */
    const char *server;          /* --master of embedded mode: instead of the context's */
    const char *service_host;    /* KUBERNETES_SERVICE_HOST */
    const char *service_port_https, *service_port; /* KUBERNETES_SERVICE_PORT(_HTTPS) */
    const char
        *service_account; /* directory of the Pod's credentials; NULL: the standard one */
    const char *https_proxy, *no_proxy;
    bool allow_http;     /* true if plain http is allowed beyond loopback */
    bool allow_insecure; /* true if insecure-skip-tls-verify is allowed */
    bool strict_files; /* true if a kubeconfig that others may write is refused, else a warning
                        */
    bool home_first;   /* true if ~/.kube/config comes before the Pod's own credentials */
    bool has_bearer; /* true if a token comes from elsewhere: that of the user is not looked at
                      */
    bool allow_exec; /* true if the caller runs a command that makes credentials */
};

/** A complete answer: what a client needs to talk to one API server. */
struct spk_kube_config {
    const char *
        source; /* "in-cluster", "kubeconfig '/root/.kube/config', context 'dev'": no secret */
    struct spk_kube_address address;
    const char *ns;              /* asked for, of the context or the Pod; NULL: none */
    struct spk_bytes ca;         /* PEM; data NULL: the system's roots */
    const char *tls_server_name; /* instead of the host's; NULL: none */
    bool insecure;               /* true if the server is not verified */
    const char *proxy_url;       /* NULL: none, whatever the environment says */
    const char *no_proxy;        /* hosts that need no proxy; NULL: none */
    struct spk_bytes client_certificate, client_key; /* PEM; data NULL: none */
    const char *token, *token_file;                  /* the file wins */
    const char *username, *password;                 /* basic authentication */
    const struct spk_kube_exec *exec; /* makes what the above lack; NULL: none */
    struct spk_impersonation as;
    struct spk_strings warnings; /* for the log */
    const char *mode;            /* last word of the User-Agent: "server", "cli", ... */
    unsigned max_inflight;       /* requests under way; 0: SPK_KUBE_INFLIGHT */
    bool http1;                  /* true for HTTP/1.1 only */
    long connect_timeout_ms;     /* 0: SPK_KUBE_CONNECT_MS */
    long request_timeout_ms; /* of an exchange, if no shorter limit applies; 0: the default */
};
