/* SPDX-License-Identifier: Apache-2.0 */
/**
 * exec.h: a command that makes credentials, as the clusters of large clouds name one in a
 * kubeconfig: what it is told and what it prints. A program that may start processes runs it.
 *
 * @source https://kubernetes.io/docs/reference/config-api/client-authentication.v1/,
 *         k8s.io/client-go: plugin/pkg/client/auth/exec
 */
#pragma once

#include "apiserver/config/config.h"
#include "json/outline.h"

struct spk_kube_exec {
    const char *api_version;            /* of what it is told and what it prints */
    const char *command, *install_hint; /* hint: NULL if none is given */
    struct spk_strings arguments;
    struct spk_strings variables, values; /* of its environment; the same number of both */
    bool provide_cluster_info;
};

/**
 * Read the exec of a user; a command with a path starts in the folder of the kubeconfig.
 *
 * @owner  *out lives in arena
 * @errors INVALID_FIELD        place and key, never a value
 *         UNSUPPORTED_FEATURE  it wants to talk to a person
 */
bool spk_kube_exec_parse(struct spk_arena *arena, const char *file,
                         const struct spk_outline *node, const struct spk_kube_exec **out,
                         struct spk_err *err) SPK_CHECK;

/** The value of KUBERNETES_EXEC_INFO: an ExecCredential, with the cluster if it asks for it.
 */
const char *spk_kube_exec_info(struct spk_arena *arena, const struct spk_kube_exec *exec,
                               const struct spk_kube_config *config);

/**
 * Take token or client certificate from what the command printed into config.
 *
 * @owner  texts live in arena
 * @errors CREDENTIALS_INVALID  it is no ExecCredential of that version with a credential; the
 *                              text holds nothing of it
 */
bool spk_kube_exec_take(struct spk_arena *arena, const struct spk_kube_exec *exec,
                        struct spk_bytes printed, struct spk_kube_config *config,
                        struct spk_err *err) SPK_CHECK;
