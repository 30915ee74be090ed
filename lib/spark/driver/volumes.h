/* SPDX-License-Identifier: Apache-2.0 */
/**
 * volumes.h: the volumes that a configuration declares under a prefix. Those of executors are
 * parsed at submission only to be checked.
 *
 * @source org.apache.spark.deploy.k8s.KubernetesVolumeUtils#parseVolumesWithPrefix
 */
#pragma once

#include "spark/conf/read_entry.h"

#define SPK_DRIVER_VOLUMES   "spark.kubernetes.driver.volumes."
#define SPK_EXECUTOR_VOLUMES "spark.kubernetes.executor.volumes."

struct spk_volume {
    const char *type, *name;
    const char *mount_path, *sub_path, *sub_path_expr; /* the last two: "" if not set */
    bool is_read_only;
    const char *key_prefix; /* of its keys: "spark.kubernetes.driver.volumes.nfs.data." */
};

struct spk_volumes {
    struct spk_volume *items; /* by name */
    size_t n;
};

/** @errors INVALID_FIELD  Spark's text, blamed on the key at fault */
bool spk_volumes_read(const struct spk_reader *reader, const char *prefix,
                      struct spk_volumes *out, struct spk_err *err) SPK_CHECK;

/** An option such as "options.claimName"; NULL if not set. */
const char *spk_volume_option(const struct spk_reader *reader, const struct spk_volume *volume,
                              const char *option);
