/* SPDX-License-Identifier: Apache-2.0 */
#include "local/local_files.h"

#include "base/directory.h"
#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void close_descriptor(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

static bool fail_to_read(struct spk_err *err, const char *path)
{
    return spk_fail(err, SPK_INVALID_FIELD, "cannot read '%.200s': %s", path, strerror(errno));
}

static bool is_too_large(struct spk_err *err, const char *path)
{
    return spk_fail(err, SPK_REQUEST_TOO_LARGE, "'%.200s' has more than 2 MiB", path);
}

static bool read_stream(struct spk_arena *arena, int fd, const char *path,
                        struct spk_bytes *out, struct spk_err *err)
{
    struct spk_buf text = {.arena = arena};
    char block[16384];

    for (;;) {
        ssize_t n = read(fd, block, sizeof(block));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_to_read(err, path);
        if (n == 0)
            break;
        spk_buf_put(&text, block, (size_t)n);
        if (text.length > SPK_MAX_REQUEST)
            return is_too_large(err, path);
    }
    out->data = spk_buf_string(&text);
    out->length = text.length;
    return true;
}

static bool open_stream(struct spk_arena *arena, const char *path, struct spk_bytes *out,
                        struct spk_err *err)
{
    SPK_CLEANUP(close_descriptor) int fd = open(path, O_RDONLY | O_CLOEXEC);

    return fd < 0 ? fail_to_read(err, path) : read_stream(arena, fd, path, out, err);
}

static bool stream_once(struct spk_streams *kept, const char *path, struct spk_bytes *out,
                        struct spk_err *err)
{
    for (size_t i = 0; i < kept->n; i++)
        if (strcmp(kept->items[i].name, path) == 0) {
            *out = kept->items[i].bytes;
            return true;
        }
    if (!open_stream(kept->arena, path, out, err))
        return false;
    kept->items =
        spk_grow_array(kept->arena, kept->items, kept->n, kept->n + 1, sizeof(*kept->items));
    kept->items[kept->n++] =
        (struct spk_named_bytes){.name = spk_strdup(kept->arena, path), .bytes = *out};
    return true;
}

bool spk_local_file(void *context, struct spk_arena *arena, const char *path,
                    struct spk_bytes *out, struct spk_err *err)
{
    struct stat info;

    if (stat(path, &info) < 0)
        return fail_to_read(err, path);
    if (S_ISREG(info.st_mode) && (size_t)info.st_size > SPK_MAX_REQUEST)
        return is_too_large(err, path);
    if (!S_ISFIFO(info.st_mode) && !S_ISCHR(info.st_mode))
        return spk_file_read(arena, path, SPK_MAX_REQUEST, out, err);
    return context ? stream_once(context, path, out, err) : open_stream(arena, path, out, err);
}

bool spk_local_stdin(struct spk_arena *arena, struct spk_bytes *out, struct spk_err *err)
{
    return read_stream(arena, STDIN_FILENO, "standard input", out, err);
}

bool spk_local_directory(void *context, struct spk_arena *arena, const char *path,
                         struct spk_files *out, struct spk_err *err)
{
    struct spk_strings names = {0};

    (void)context;
    if (!spk_directory_names(arena, path, INT_MAX, &names, err))
        return false;
    struct spk_named_bytes *files = spk_alloc_array(arena, names.n, sizeof(*files));
    size_t n = 0;
    for (size_t i = 0; i < names.n; i++) {
        struct spk_err ignored = {0};

        /* Entries that are no plain files are not shipped. */
        if (spk_file_read(arena, spk_printf(arena, "%s/%s", path, names.items[i]),
                          SPK_MAX_REQUEST, &files[n].bytes, &ignored))
            files[n++].name = names.items[i];
    }
    *out = (struct spk_files){files, n};
    return true;
}
