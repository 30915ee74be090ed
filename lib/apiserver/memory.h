/* SPDX-License-Identifier: Apache-2.0 */
/**
 * memory.h: an API server in memory, for the demo and the tests: create, get, list, patch and
 * delete with uid, resourceVersion, AlreadyExists, Conflict and label selectors; no
 * validation, no controllers, nothing kept on disk.
 */
#pragma once

#include "apiserver/api.h"

/** @owner *out is the caller's until spk_api_close */
bool spk_memory_open(struct spk_api **out, struct spk_err *err) SPK_CHECK;

/** Delete every object: what tests do between rounds. */
void spk_memory_clear(struct spk_api *api);
