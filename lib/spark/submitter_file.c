/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/submitter_file.h"

#include <string.h>

static const char *absolute(struct spk_arena *arena, const struct spk_environment *environment,
                            const char *path)
{
    if (*path == '/')
        return path;
    const char *cwd = environment->cwd ? environment->cwd : "";
    return spk_printf(arena, "%s/%s", cwd, path);
}

static bool refuse(const struct spk_submission *submission,
                   const struct spk_submitter_file *file, struct spk_err *err)
{
    (void)spk_fail(err, SPK_UNSUPPORTED_FEATURE,
                   "%s names a file of the submitting machine, which cannot be read here; %s",
                   file->key, file->instead);
    return spk_conf_blame(err, &submission->conf, file->key);
}

bool spk_submitter_file_read(struct spk_arena *arena, const struct spk_submission *submission,
                             const struct spk_submitter_file *file, struct spk_bytes *out,
                             struct spk_err *err)
{
    const struct spk_environment *environment = &submission->environment;

    if (!environment->read_file)
        return refuse(submission, file, err);
    if (environment->read_file(environment->context, arena,
                               absolute(arena, environment, file->path), out, err))
        return true;
    return spk_conf_blame(err, &submission->conf, file->key);
}

bool spk_submitter_text_read(struct spk_arena *arena, const struct spk_submission *submission,
                             const struct spk_submitter_file *file, const char **out,
                             struct spk_err *err)
{
    struct spk_bytes bytes = {0};

    if (!spk_submitter_file_read(arena, submission, file, &bytes, err))
        return false;
    if (!spk_is_utf8(bytes.data, bytes.length)) {
        (void)spk_fail(err, SPK_INVALID_FIELD, "the file '%.200s' is not UTF-8", file->path);
        return spk_conf_blame(err, &submission->conf, file->key);
    }
    *out = spk_text_hold_nul(arena, bytes.data, bytes.length);
    return true;
}

bool spk_submitter_directory_read(struct spk_arena *arena,
                                  const struct spk_submission *submission,
                                  const struct spk_submitter_file *directory,
                                  struct spk_files *out, struct spk_err *err)
{
    const struct spk_environment *environment = &submission->environment;

    if (!environment->read_directory)
        return refuse(submission, directory, err);
    if (environment->read_directory(environment->context, arena,
                                    absolute(arena, environment, directory->path), out, err))
        return true;
    return spk_conf_blame(err, &submission->conf, directory->key);
}

const char *spk_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}
