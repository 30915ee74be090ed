/* SPDX-License-Identifier: Apache-2.0 */
/** mutation.h: what the pod webhook would do to one pod, with the operator stage's list of it.
 */
#pragma once

#include "base/err.h"
#include "base/warning.h"
#include "json/json.h"

/**
 * Change a copy of in.pod as the application in.manifest says for the pod's role; in.passes
 * times. The role is in.role, "driver" or "executor".
 */
bool mutate_pod(struct spk_arena *arena, const cJSON *in, cJSON **out,
                struct spk_warnings *warnings, struct spk_err *err);
