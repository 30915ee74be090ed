/* SPDX-License-Identifier: Apache-2.0 */
/** address.h: the address of an API server, as text and in parts. */
#pragma once

#include "base/err.h"
#include "base/text.h"

/** An https (or http) address in parts. */
struct spk_kube_address {
    bool tls;
    const char *host;   /* without brackets */
    const char *port;   /* never empty */
    const char *prefix; /* "" or "/k8s/clusters/c-1", without a final slash */
};

/**
 * Take an address apart: scheme https or http, a host (an IPv6 address in brackets), maybe a
 * port and a path; no user, query or fragment.
 *
 * @errors INVALID_FIELD
 */
bool spk_kube_address_parse(struct spk_arena *arena, const char *url,
                            struct spk_kube_address *out, struct spk_err *err) SPK_CHECK;

/** "https://10.0.0.1:443", "https://[::1]:6443/prefix". */
const char *spk_kube_address_url(struct spk_arena *arena,
                                 const struct spk_kube_address *address);
