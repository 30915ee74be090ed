/* SPDX-License-Identifier: Apache-2.0 */
/**
 * wait.h: one request to an API server, waited for. Programs and tests that have nothing else
 * to do use it; a loop never does, least of all the API server's own.
 */
#pragma once

#include "apiserver/api.h"

/**
 * Carry out request within timeout_ms and return what came of it. A body_length of 0 means
 * that the body, if there is one, ends with its NUL.
 *
 * @owner  request and reply live in arena
 */
struct spk_api_reply spk_api_wait(struct spk_api *api, struct spk_arena *arena,
                                  const struct spk_api_request *request, int64_t timeout_ms);
