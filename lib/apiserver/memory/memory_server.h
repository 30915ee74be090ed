/* SPDX-License-Identifier: Apache-2.0 */
/**
 * memory_server.h: an API server in memory, for the demo and the tests: create, get, list,
 * watch, update, patch and delete with uid, resourceVersion, AlreadyExists, Conflict,
 * finalizers, label selectors, a field selector of one term and pages of a list; no
 * validation, no controllers, nothing kept on disk.
 *
 * Every job but a watch is done when spk_api_start returns, waits included. Any thread may
 * start jobs, and done is called on that thread without a lock held, so it may start the next
 * one. Events of a watch come on the threads that change something, before the change is
 * answered, and one at a time. No watch ends by time: tests say when.
 */
#pragma once

#include "apiserver/api.h"

/** @owner *out is the caller's until spk_api_close */
bool spk_memory_open(struct spk_api **out, struct spk_err *err) SPK_CHECK;

/** Delete every object: what tests do between rounds. */
void spk_memory_clear(struct spk_api *api);

/** Forget what changed so far: a watch from an older version is refused with 410. */
void spk_memory_compact(struct spk_api *api);

/** Send every watch a bookmark. */
void spk_memory_bookmark(struct spk_api *api);

/** End every watch in order, as a server does after timeoutSeconds. */
void spk_memory_close_watches(struct spk_api *api);

/** True if request is allowed; false is answered with 403. Called on the caller's thread. */
typedef bool spk_memory_guard(void *context, const struct spk_api_request *request);

/** Ask guard before each request; NULL: everything is allowed. */
void spk_memory_set_guard(struct spk_api *api, spk_memory_guard *guard, void *context);

/** Take all times from now_ms (monotonic and wall alike) instead of the machine's clocks. */
void spk_memory_set_clock(struct spk_api *api, int64_t (*now_ms)(void *context),
                          void *context);

/**
 * Store object as it is, over an older one, status and deletionTimestamp included: what other
 * users and controllers of a cluster do. It gets a uid if it has none, ns, and a new version.
 */
void spk_memory_put(struct spk_api *api, struct spk_arena *arena, const char *ns,
                    const cJSON *object);
