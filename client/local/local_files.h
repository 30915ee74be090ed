/* SPDX-License-Identifier: Apache-2.0 */
/**
 * local_files.h: the files of the machine that a program of this project runs on, as
 * spk_environment's readers want them. Relative paths are relative to the working directory.
 */
#pragma once

#include "spark/submission.h"

/** Contents of pipes: a command line may be read more than once, a pipe cannot. */
struct spk_streams {
    struct spk_arena *arena; /* lives as long as this */
    struct spk_named_bytes *items;
    size_t n;
};

/**
 * As spk_environment.read_file: at most SPK_MAX_REQUEST bytes. Pipes and devices are read to
 * their end, as by what opens a file as a stream: <(...) of a shell names one. context: a
 * struct spk_streams that keeps them; NULL: each is read once.
 */
bool spk_local_file(void *context, struct spk_arena *arena, const char *path,
                    struct spk_bytes *out, struct spk_err *err);

/** The same of standard input. @errors as spk_local_file */
bool spk_local_stdin(struct spk_arena *arena, struct spk_bytes *out,
                     struct spk_err *err) SPK_CHECK;

/** As spk_environment.read_directory: the plain files, by name. */
bool spk_local_directory(void *context, struct spk_arena *arena, const char *path,
                         struct spk_files *out, struct spk_err *err);
