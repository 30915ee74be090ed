/* SPDX-License-Identifier: Apache-2.0 */
/**
 * mounts.h: what of a role's mounts is told by configuration: Secrets, and volumes that are
 * Spark's local directories.
 *
 * @source spark-operator internal/controller/sparkapplication/submission.go:
 *         addDriverSecretsOption, driverVolumeMountsOption and those of the executor
 */
#pragma once

#include "operator/argument_list.h"
#include "operator/working_copy.h"

#define SPK_LOCAL_DIR_PREFIX "spark-local-dir-"

void spk_mounts_secrets(const struct spk_role *role, struct spk_argument_list *out);

/** @errors INVALID_FIELD  a volume is missing or of a type that Spark does not mount */
bool spk_mounts_local_dirs(const struct spk_working_copy *draft, const struct spk_role *role,
                           struct spk_argument_list *out, struct spk_err *err) SPK_CHECK;

/** MOUNT_WITHOUT_VOLUME for each mount that the webhook drops, as spec.volumes lacks it. */
void spk_mounts_warn(const struct spk_working_copy *draft, const struct spk_role *role,
                     struct spk_warnings *warnings);
