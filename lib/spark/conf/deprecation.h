/* SPDX-License-Identifier: Apache-2.0 */
/** deprecation.h: keys that Spark still takes but warns about. */
#pragma once

#include "base/warning.h"
#include "spark/conf/conf.h"

/** Warn if entry's key is deprecated. @source org.apache.spark.SparkConf.logDeprecationWarning
 */
void spk_deprecation_warn(struct spk_arena *arena, const struct spk_conf_entry *entry,
                          struct spk_warnings *warnings);
