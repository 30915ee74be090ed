/* SPDX-License-Identifier: Apache-2.0 */
/** stored_application.h: the SparkApplication that a driver template names, as it is stored.
 */
#pragma once

#include "apiserver/api.h"
#include "base/err.h"

/**
 * Read it and wait for the end of that. *out is NULL if there is none or if it must not be
 * read, after a warning.
 *
 * @owner  *out lives in arena
 * @errors those of spk_application_read_start
 */
bool submit_stored_application(struct spk_arena *arena, struct spk_api *api, const char *ns,
                               const char *name, uint64_t seed, const cJSON **out,
                               struct spk_err *err) SPK_CHECK;
