/* SPDX-License-Identifier: Apache-2.0 */
/**
 * credentials.h: the Authorization header in force. A token file is opened by path again
 * when what was read is a minute old, or refused; a bad read keeps the old token. One thread
 * at a time uses it; time comes in.
 *
 * @source https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
 *         (bound tokens), k8s.io/client-go: transport/token_source.go
 */
#pragma once

#include "apiserver/config/config.h"

struct spk_credentials {
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

/** The header for a request that starts now; valid until the next call. @units monotonic ms */
const char *spk_credentials_header(struct spk_credentials *credentials, int64_t now_ms);

/**
 * A request that carried generation was answered with 401. Returns whether another credential
 * is in force now, so that it makes sense to send the request once more.
 */
bool spk_credentials_refused(struct spk_credentials *credentials, unsigned generation,
                             int64_t now_ms);
