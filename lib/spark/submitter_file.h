/* SPDX-License-Identifier: Apache-2.0 */
/**
 * submitter_file.h: files of the submitting machine that a configuration names. A server has
 * none: there the key is refused with advice instead.
 */
#pragma once

#include "spark/submission.h"

/** A file that key names. */
struct spk_submitter_file {
    const char *key;     /* for messages; blamed */
    const char *path;    /* relative ones are relative to the environment's cwd */
    const char *instead; /* "use ..." for where files cannot be read */
};

/** @errors UNSUPPORTED_FEATURE  no files here; INVALID_FIELD  it cannot be read */
bool spk_submitter_file_read(struct spk_arena *arena, const struct spk_submission *submission,
                             const struct spk_submitter_file *file, struct spk_bytes *out,
                             struct spk_err *err) SPK_CHECK;

/** The same, and the bytes must be UTF-8, as what goes into a ConfigMap must; NULs are held.
 */
bool spk_submitter_text_read(struct spk_arena *arena, const struct spk_submission *submission,
                             const struct spk_submitter_file *file, const char **out,
                             struct spk_err *err) SPK_CHECK;

/** The plain files of a directory. */
bool spk_submitter_directory_read(struct spk_arena *arena,
                                  const struct spk_submission *submission,
                                  const struct spk_submitter_file *directory,
                                  struct spk_files *out, struct spk_err *err) SPK_CHECK;

/** The part behind the last '/'. */
const char *spk_file_name(const char *path);
