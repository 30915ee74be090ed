/* SPDX-License-Identifier: Apache-2.0 */
/**
 * discover.h: finding the configuration of an API server. Only files are read here.
 *
 * @source
 * https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/,
 *         k8s.io/client-go: tools/clientcmd, rest.InClusterConfig
 */
#pragma once

#include "apiserver/config/config.h"

/**
 * Find and read the configuration: the --kubeconfig file, else the KUBECONFIG list, else the
 * Pod's own credentials, else ~/.kube/config; without any, only an explicit server will do.
 * With an explicit server the Pod's credentials are only looked for if it has a token, and a
 * kubeconfig without a current context says nothing.
 * Certificates and keys are read now, tokens in files later and again and again.
 *
 * @owner  *out lives in arena
 * @errors CREDENTIALS_MISSING  there is no configuration anywhere, or no such context
 *         INVALID_FIELD        a file cannot be read or says something impossible; the text
 *                              names file, line, column and key, never a value
 *         UNSUPPORTED_FEATURE  auth-provider; exec, unless allow_exec is set
 */
bool spk_kube_config_load(struct spk_arena *arena, const struct spk_kube_source *source,
                          struct spk_kube_config *out, struct spk_err *err) SPK_CHECK;
