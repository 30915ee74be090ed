/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kubeconfig.h: the files of kubectl, merged, and what one context of them says.
 *
 * @source k8s.io/client-go: tools/clientcmd/{loader,client_config}.go, api/v1/types.go
 */
#pragma once

#include "apiserver/config/config.h"

struct spk_kubeconfig; /* the files, in order of precedence */

/**
 * Read the files of a list in which the first definition of an entry wins. With missing_ok
 * what is not there, or is no regular file, is left out.
 *
 * @owner  *out lives in arena; NULL if all of them are missing and missing_ok
 * @errors INVALID_FIELD  cannot be read, not YAML, too large, writable by others
 */
bool spk_kubeconfig_read(struct spk_arena *arena, const struct spk_strings *paths,
                         bool missing_ok, bool strict_files, struct spk_kubeconfig **out,
                         struct spk_err *err) SPK_CHECK;

/** The current context's name; NULL: none is chosen. */
const char *spk_kubeconfig_context(const struct spk_kubeconfig *files);

/**
 * Fill in config from a context (NULL: the current one): address, credentials, namespace.
 *
 * @errors CREDENTIALS_MISSING, INVALID_FIELD, UNSUPPORTED_FEATURE as spk_kube_config_load
 */
bool spk_kubeconfig_resolve(struct spk_arena *arena, const struct spk_kubeconfig *files,
                            const struct spk_kube_source *source,
                            struct spk_kube_config *config, struct spk_err *err) SPK_CHECK;
