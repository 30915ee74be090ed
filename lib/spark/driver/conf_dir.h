/* SPDX-License-Identifier: Apache-2.0 */
/**
 * conf_dir.h: which files of SPARK_CONF_DIR go into the driver's ConfigMap.
 *
 * @source org.apache.spark.deploy.k8s.submit.KubernetesClientUtils#loadSparkConfDirFiles
 */
#pragma once

#include "spark/conf/read_entry.h"

/** Whether a file of this name is never shipped: archives, templates, Spark's properties. */
bool spk_conf_dir_excludes(const char *name);

/**
 * The files, by name. Those that do not fit, or are no text, are left out with a warning.
 *
 * @errors INVALID_FIELD  spark.kubernetes.configMap.maxSize
 */
bool spk_conf_dir_files(const struct spk_reader *reader, struct spk_files *out,
                        struct spk_warnings *warnings, struct spk_err *err) SPK_CHECK;
