/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void close_descriptor(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

/* Fill data until the end of the file; the number of bytes, -1 with errno on failure. */
static ssize_t read_all(int fd, char *data, size_t size)
{
    size_t length = 0;

    while (length < size) {
        ssize_t n = read(fd, data + length, size - length);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        length += (size_t)n;
    }
    return (ssize_t)length;
}

bool spk_file_read(struct spk_arena *arena, const char *path, size_t limit,
                   struct spk_bytes *out, struct spk_err *err)
{
    struct stat info;

    if (stat(path, &info) < 0)
        return spk_fail(err, SPK_INVALID_FIELD, "cannot read '%.200s': %s", path,
                        strerror(errno));
    if (!S_ISREG(info.st_mode))
        return spk_fail(err, SPK_INVALID_FIELD, "cannot read '%.200s': not a regular file",
                        path);
    if ((size_t)info.st_size > limit)
        return spk_fail(err, SPK_INVALID_FIELD, "cannot read '%.200s': larger than %zu bytes",
                        path, limit);

    /* Allocate before open: running out of arena must not leak a descriptor. */
    char *data = spk_alloc(arena, (size_t)info.st_size + 1);
    SPK_CLEANUP(close_descriptor) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t length = fd < 0 ? -1 : read_all(fd, data, (size_t)info.st_size);
    if (length < 0)
        return spk_fail(err, SPK_INVALID_FIELD, "cannot read '%.200s': %s", path,
                        strerror(errno));
    data[length] = '\0';
    out->data = data;
    out->length = (size_t)length;
    return true;
}

bool spk_file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}
