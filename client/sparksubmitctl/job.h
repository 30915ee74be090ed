/* SPDX-License-Identifier: Apache-2.0 */
/** job.h: what the options name, read from files: a manifest, or arguments and templates. */
#pragma once

#include "options.h"

struct ctl_job {
    struct spk_bytes manifest; /* .data NULL: arguments */
    struct spk_bytes driver_template, executor_template;
    struct spk_environment environment; /* for arguments, and for rendering */
};

/** A file, a pipe, or standard input ("-"). @errors as spk_local_file */
bool ctl_read_text(struct spk_arena *arena, const char *path, struct spk_bytes *out,
                   struct spk_err *err) SPK_CHECK;

/**
 * Take the manifest, .data NULL for the arguments, and read what options name beside it.
 *
 * @errors INVALID_FIELD  a file cannot be read; an option is not K=V
 */
bool ctl_job_read(struct spk_arena *arena, const struct ctl_options *options,
                  struct spk_bytes manifest, struct ctl_job *out,
                  struct spk_err *err) SPK_CHECK;

/**
 * The same as the client library takes it, with what arguments name on this machine: files of
 * properties and pod templates.
 *
 * @errors those of spk_command_line_parse
 */
bool ctl_job_for_client(struct spk_arena *arena, const struct ctl_options *options,
                        const struct ctl_job *job, struct sparksubmit_job *out,
                        struct spk_err *err) SPK_CHECK;
