/* SPDX-License-Identifier: Apache-2.0 */
/** command.h: the commands: each prints its result and returns the exit code. */
#pragma once

#include "options.h"

int ctl_render(struct spk_arena *arena, const struct ctl_options *options);
int ctl_submit(struct spk_arena *arena, const struct ctl_options *options);
int ctl_status(struct spk_arena *arena, const struct ctl_options *options);
int ctl_watch(struct spk_arena *arena, const struct ctl_options *options);
int ctl_kill(struct spk_arena *arena, const struct ctl_options *options);
int ctl_list(struct spk_arena *arena, const struct ctl_options *options);
int ctl_info(struct spk_arena *arena, const struct ctl_options *options);
int ctl_health(struct spk_arena *arena, const struct ctl_options *options);

/** Open a client of options->endpoint; it is closed with arena. */
bool ctl_open_client(struct spk_arena *arena, const struct ctl_options *options,
                     struct sparksubmit_client **out, struct sparksubmit_error *error);

/** Print a line for each status of a driver until it has ended; the exit code says how. */
int ctl_follow(struct spk_arena *arena, const struct ctl_options *options,
               struct sparksubmit_client *client, const struct sparksubmit_driver *driver,
               int64_t deadline_ms);

/** Print an error that may name one of the arguments of job by its number. */
int ctl_print_call_error(struct spk_arena *arena, const struct ctl_options *options,
                         const struct sparksubmit_job *job,
                         const struct sparksubmit_error *error);
