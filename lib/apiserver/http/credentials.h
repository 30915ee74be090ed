/* SPDX-License-Identifier: Apache-2.0 */
/**
 * credentials.h: the Authorization header in force. A token file is opened by path again
 * when what was read is a minute old, or refused; a bad read keeps the old token. Any thread
 * may call; time comes in.
 *
 * @source https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
 *         (bound tokens), k8s.io/client-go: transport/token_source.go
 */
#pragma once

#include "apiserver/config/config.h"

#include <curl/curl.h>
#include <pthread.h>

struct spk_credentials {
    pthread_mutex_t lock;
    struct spk_arena memory[2]; /* of the header in force and of the one before it */
    const char *token_file;     /* NULL: what was given once stays */
    const char *header;         /* "Authorization: Bearer ..."; NULL: none */
    unsigned generation;        /* grows when header changes */
    unsigned reload_errors;     /* bad reads of the file */
    int64_t read_ms;
};

/**
 * Start with what config says: token file, token, user name and password, or nothing.
 *
 * @errors CREDENTIALS_INVALID  the file cannot be read or holds no token
 */
bool spk_credentials_init(struct spk_credentials *credentials,
                          const struct spk_kube_config *config, int64_t now_ms,
                          struct spk_err *err) SPK_CHECK;

void spk_credentials_done(struct spk_credentials *credentials);

/**
 * Append the header, if there is one, to those of a request that starts now; its generation
 * goes to *generation.
 *
 * @units  monotonic ms
 * @errors false: no memory
 */
bool spk_credentials_append(struct spk_credentials *credentials, int64_t now_ms,
                            struct curl_slist **headers, unsigned *generation) SPK_CHECK;

/** How often the header changed, and how often its file could not be read. */
void spk_credentials_count(struct spk_credentials *credentials, unsigned *generation,
                           unsigned *reload_errors);

/**
 * A request that carried generation was answered with 401. Returns whether another credential
 * is in force now, so that it makes sense to send the request once more.
 */
bool spk_credentials_refused(struct spk_credentials *credentials, unsigned generation,
                             int64_t now_ms);
