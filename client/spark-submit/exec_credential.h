/* SPDX-License-Identifier: Apache-2.0 */
/** exec_credential.h: running the command that a kubeconfig names for credentials. */
#pragma once

#include "apiserver/config/exec.h"

/**
 * Run config->exec without a shell and take what it prints into config. It has 30 seconds,
 * nothing to read and nobody who sees its errors, which may hold secrets.
 *
 * @errors CREDENTIALS_INVALID  it cannot be started (with the kubeconfig's installHint),
 * fails, is late, prints too much or no credential
 */
bool submit_exec_credential(struct spk_arena *arena, struct spk_kube_config *config,
                            struct spk_err *err) SPK_CHECK;
