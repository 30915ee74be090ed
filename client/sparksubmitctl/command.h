/* SPDX-License-Identifier: Apache-2.0 */
/** command.h: the commands: each prints its result and returns the exit code. */
#pragma once

#include "options.h"

int ctl_render(struct spk_arena *arena, const struct ctl_options *options);
int ctl_submit(struct spk_arena *arena, const struct ctl_options *options);
int ctl_info(struct spk_arena *arena, const struct ctl_options *options);
int ctl_health(struct spk_arena *arena, const struct ctl_options *options);
