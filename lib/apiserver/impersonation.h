/* SPDX-License-Identifier: Apache-2.0 */
/**
 * impersonation.h: acting as another user towards the API server, which checks the right to
 * it.
 *
 * @source https://kubernetes.io/docs/reference/access-authn-authz/authentication/
 *         (user impersonation)
 */
#pragma once

#include "base/err.h"
#include "base/text.h"

/** A user to act as, with uid, groups and extra values; user NULL: none, the credentials speak
 * for themselves. */
struct spk_impersonation {
    const char *user, *uid;
    struct spk_strings groups;
    struct spk_strings extra_keys, extra_values; /* the same number of both */
};

/**
 * Write the headers of as, "Impersonate-User: jane", ...; none without a user.
 *
 * @owner  *headers are added to, in arena
 * @errors INVALID_FIELD  a name or value cannot stand in a header (the text tells which, never
 *                        the value), or there is something without a user
 */
bool spk_impersonation_headers(struct spk_arena *arena, const struct spk_impersonation *as,
                               struct spk_strings *headers, struct spk_err *err) SPK_CHECK;
