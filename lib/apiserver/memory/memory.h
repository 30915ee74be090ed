/* SPDX-License-Identifier: Apache-2.0 */
/**
 * memory.h: an API server in memory, for the demo and the tests: create, get, list, patch and
 * delete with uid, resourceVersion, AlreadyExists, Conflict, label selectors, a field selector
 * of one term and pages of a list; no validation, no controllers, nothing kept on disk.
 *
 * Every job is done when spk_api_start returns, waits included. Any thread may start jobs, and
 * done is called on that thread without a lock held, so it may start the next one.
 */
#pragma once

#include "apiserver/api.h"

/** @owner *out is the caller's until spk_api_close */
bool spk_memory_open(struct spk_api **out, struct spk_err *err) SPK_CHECK;

/** Delete every object: what tests do between rounds. */
void spk_memory_clear(struct spk_api *api);

/** Take all times from now_ms (monotonic and wall alike) instead of the machine's clocks. */
void spk_memory_set_clock(struct spk_api *api, int64_t (*now_ms)(void *context),
                          void *context);

/**
 * Store object as it is, over an older one, status and deletionTimestamp included: what other
 * users and controllers of a cluster do. It gets a uid if it has none, ns, and a new version.
 */
void spk_memory_put(struct spk_api *api, struct spk_arena *arena, const char *ns,
                    const cJSON *object);
