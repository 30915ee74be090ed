/* SPDX-License-Identifier: Apache-2.0 */
/**
 * status.h: what the API server says about a request: its metav1.Status, its Warning and
 * Retry-After headers, and what all that means for our caller. The one place where texts of
 * Kubernetes are matched.
 *
 * @source https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
 */
#pragma once

#include "apiserver/api.h"

/**
 * Fill in the Status parts of reply from the body of a non-2xx answer. A body that is no
 * Status leaves them empty, and its first printable bytes in reply->trouble, for the log only.
 *
 * @owner  the texts live in arena
 */
void spk_status_decode(struct spk_api_reply *reply, struct spk_arena *arena, const char *body,
                       size_t length);

/**
 * Why the call ends, if reply is the last word; SPK_NO_REASON for a 2xx. Facts that only
 * the protocol can know (whose Pod has the name) are not decided here: AlreadyExists is
 * DRIVER_POD_EXISTS.
 *
 * @source k8s.io/apiserver: pkg/endpoints/handlers/responsewriters/errors.go,
 *         k8s.io/apiserver: pkg/admission/plugin (resourcequota, webhook, validating policy),
 *         k8s.io/kubernetes: plugin/pkg/admission (podsecurity, serviceaccount, limitranger)
 */
enum spk_reason spk_status_reason(const struct spk_api_reply *reply);

/**
 * spk_status_reason as an error: the API server's message, its causes as violations, retry
 * advice, and the notes kube_code, kube_reason, and for quota: quota, requested, used,
 * limited. resource: what the request was about; NULL: nothing. Returns false.
 */
bool spk_status_fail(const struct spk_api_reply *reply, const struct spk_resource *resource,
                     struct spk_arena *arena, struct spk_err *err);

/** The value of a Location header as it may be shown: without user and query. */
const char *spk_status_location(struct spk_arena *arena, const char *value);

/**
 * Whether a pod was refused because it names a volume, a mount or a port twice, as when two
 * have added the same.
 *
 * @source k8s.io/kubernetes: pkg/apis/core/validation (ValidateVolumes, ValidateVolumeMounts)
 */
bool spk_status_is_doubled(const struct spk_api_reply *reply);

/**
 * Add the texts of one Warning header's value (there may be several, separated by commas) to
 * warnings: code 299 only, unescaped, at most 256 bytes each and 16 in all, no text twice.
 *
 * @source RFC 7234 section 5.5; k8s.io/apimachinery: pkg/util/net/http.go ParseWarningHeaders
 */
void spk_status_warning(struct spk_strings *warnings, struct spk_arena *arena,
                        const char *value);

/**
 * A Retry-After value: whole seconds, or an HTTP date looked at from now_s.
 *
 * @units milliseconds, 0 (no or no valid advice) to 30,000
 */
int64_t spk_status_retry_after_ms(const char *value, int64_t now_s);
