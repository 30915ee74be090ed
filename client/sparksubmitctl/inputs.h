/* SPDX-License-Identifier: Apache-2.0 */
/**
 * inputs.h: the SparkApplications of the files that -f names. A file may hold several
 * documents of YAML; other kinds in it are named in a warning and left out.
 */
#pragma once

#include "options.h"

/** One thing to do; manifest.data NULL: the arguments. Everything lives in arena. */
typedef int ctl_input_fn(struct spk_arena *arena, const struct ctl_options *options,
                         struct spk_bytes manifest);

/**
 * Call run for each SparkApplication in turn, each with an arena of its own, or once for the
 * arguments; options->source names it when there are several. A file that cannot be read, and
 * one with no application, is an error that is printed here; the others are done all the same.
 *
 * Returns the highest of the exit codes.
 */
int ctl_for_each_input(struct spk_arena *arena, const struct ctl_options *options,
                       ctl_input_fn *run);
