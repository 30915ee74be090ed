/* SPDX-License-Identifier: Apache-2.0 */
/** command_largest.h: which part of a command has most in it. */
#pragma once

#include "translate/translate.h"

/**
 * Such as "args[3]", "conf_files[x]", "driver_pod_template_text"; "args" when none stands out:
 * what to name when all of it is too much.
 */
const char *spk_command_largest(struct spk_arena *arena, const struct spk_payload *payload);
