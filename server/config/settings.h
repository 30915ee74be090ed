/* SPDX-License-Identifier: Apache-2.0 */
/** settings.h: the configuration in the core's terms. */
#pragma once

#include "config/options.h"
#include "translate/translate.h"

/**
 * Settings for an API server at url (NULL: one in memory) with a default namespace. The files
 * of --spark-conf-dir are read now.
 *
 * @owner  *out lives in arena and points into config
 * @errors INVALID_FIELD, UNSUPPORTED_SPARK_VERSION  err->field is the flag
 */
bool spk_settings_make(struct spk_arena *arena, const struct spk_config *config,
                       const char *url, const char *default_namespace,
                       struct spk_settings *out, struct spk_err *err) SPK_CHECK;
