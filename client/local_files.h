/* SPDX-License-Identifier: Apache-2.0 */
/**
 * local_files.h: the files of the machine that a tool of ours runs on, as spk_environment's
 * readers want them. Relative paths are relative to the working directory.
 */
#pragma once

#include "spark/submission.h"

/** As spk_environment.read_file: at most SPK_MAX_REQUEST bytes. */
bool spk_local_file(void *context, struct spk_arena *arena, const char *path,
                    struct spk_bytes *out, struct spk_err *err);

/** As spk_environment.read_directory: the plain files, by name. */
bool spk_local_directory(void *context, struct spk_arena *arena, const char *path,
                         struct spk_files *out, struct spk_err *err);
