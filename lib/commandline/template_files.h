/* SPDX-License-Identifier: Apache-2.0 */
/**
 * template_files.h: pod templates that the configuration names as files.
 */
#pragma once

#include "commandline/commandline.h"

#define SPK_DRIVER_TEMPLATE_KEY   "spark.kubernetes.driver.podTemplateFile"
#define SPK_EXECUTOR_TEMPLATE_KEY "spark.kubernetes.executor.podTemplateFile"

/**
 * Read the files named by podTemplateFile keys into submission's templates, unless a template
 * was handed over inline.
 *
 * @errors INVALID_POD_TEMPLATE  a file cannot be read
 *         UNSUPPORTED_FEATURE   files cannot be read here, or the place is remote
 * @source KubernetesUtils.loadPodFromTemplate, PodTemplateConfigMapStep
 */
bool spk_template_files_read(struct spk_arena *arena, struct spk_submission *submission,
                             struct spk_warnings *warnings, struct spk_err *err) SPK_CHECK;
