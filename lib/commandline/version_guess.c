/* SPDX-License-Identifier: Apache-2.0 */
#include "commandline/version_guess.h"

#define K "spark.kubernetes."

/* A file read before. */
struct known {
    const char *path;
    struct spk_bytes bytes;
    struct known *next;
};

/* The readers of an environment, and what they gave. */
struct memory {
    struct spk_environment from;
    struct known *files;
};

static bool read_file(void *context, struct spk_arena *arena, const char *path,
                      struct spk_bytes *out, struct spk_err *err)
{
    struct memory *memory = context;
    struct known *file;

    for (file = memory->files; file; file = file->next)
        if (spk_text_equal(file->path, path)) {
            *out = file->bytes;
            return true;
        }
    if (!memory->from.read_file(memory->from.context, arena, path, out, err))
        return false;
    file = spk_alloc(arena, sizeof(*file));
    *file = (struct known){spk_strdup(arena, path), *out, memory->files};
    memory->files = file;
    return true;
}

static bool read_directory(void *context, struct spk_arena *arena, const char *path,
                           struct spk_files *out, struct spk_err *err)
{
    const struct spk_environment *from = &((struct memory *)context)->from;

    return from->read_directory(from->context, arena, path, out, err);
}

static void remember_files(struct spk_arena *arena, struct spk_environment *environment)
{
    struct memory *memory;

    if (!environment->read_file)
        return;
    memory = spk_alloc(arena, sizeof(*memory));
    memory->from = *environment;
    environment->context = memory;
    environment->read_file = read_file;
    if (environment->read_directory)
        environment->read_directory = read_directory;
}

/* NULL: none, or the arguments are refused, which the caller will be told. */
static const char *image_of(struct spk_arena *arena, const struct spk_invocation *invocation)
{
    struct spk_command_line line = {0};
    struct spk_err ignored = {0};

    if (!spk_command_line_parse(arena, invocation, &line, &ignored))
        return NULL;
    const char *image = spk_conf_get(&line.submission.conf, K "driver.container.image");
    return image ? image : spk_conf_get(&line.submission.conf, K "container.image");
}

void spk_guess_version(struct spk_arena *arena, struct spk_invocation *invocation,
                       const char *field, const char *how, struct spk_warnings *warnings)
{
    invocation->version = spk_version_newest();
    remember_files(arena, &invocation->environment);
    const char *image = image_of(arena, invocation);

    if (image && spk_version_of_image(arena, image, &invocation->version))
        spk_warn(warnings, arena, "SPARK_VERSION_APPROXIMATED", field,
                 "nothing says which Spark this is for, it is taken for %s after the tag of "
                 "the image '%.128s'; %s",
                 invocation->version.text, image, how);
    else
        spk_warn(warnings, arena, "SPARK_VERSION_APPROXIMATED", field,
                 "nothing says which Spark this is for, it is taken for %s; %s",
                 invocation->version.text, how);
}
