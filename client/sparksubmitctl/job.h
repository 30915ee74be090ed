/* SPDX-License-Identifier: Apache-2.0 */
/** job.h: what the options name, read from files: a manifest, or arguments and templates. */
#pragma once

#include "options.h"

struct ctl_job {
    struct spk_bytes manifest; /* .data NULL: arguments */
    struct spk_bytes driver_template, executor_template;
    struct spk_environment environment; /* for arguments, and for rendering */
};

/**
 * Read all of it.
 *
 * @errors INVALID_FIELD, INVALID_MANIFEST  a file cannot be read; an option is not K=V
 */
bool ctl_job_read(struct spk_arena *arena, const struct ctl_options *options,
                  struct ctl_job *out, struct spk_err *err) SPK_CHECK;

/**
 * The same as the client library takes it, with what arguments name on this machine: files of
 * properties and pod templates.
 *
 * @errors those of spk_command_line_parse
 */
bool ctl_job_for_client(struct spk_arena *arena, const struct ctl_options *options,
                        const struct ctl_job *job, struct spk_job *out,
                        struct spk_err *err) SPK_CHECK;
