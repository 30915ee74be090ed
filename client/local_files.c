/* SPDX-License-Identifier: Apache-2.0 */
#include "local_files.h"

#include "base/limits.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

bool spk_local_file(void *context, struct spk_arena *arena, const char *path,
                    struct spk_bytes *out, struct spk_err *err)
{
    (void)context;
    return spk_file_read(arena, path, SPK_MAX_REQUEST, out, err);
}

static int by_name(const void *a, const void *b)
{
    const struct spk_named_bytes *left = a, *right = b;

    return strcmp(left->name, right->name);
}

/* The names first, in memory of libc's own, so that running out of arena leaks no directory.
 */
static bool list_names(struct spk_arena *arena, const char *path, struct spk_strings *out,
                       struct spk_err *err)
{
    struct dirent **entries = NULL;
    int n = scandir(path, &entries, NULL, alphasort);

    if (n < 0)
        return spk_fail(err, SPK_INVALID_FIELD, "cannot read the directory '%.200s'", path);
    for (int i = 0; i < n; i++) {
        spk_defer(arena, free, entries[i]);
        spk_strings_add(arena, out, entries[i]->d_name);
    }
    spk_defer(arena, free, entries);
    return true;
}

bool spk_local_directory(void *context, struct spk_arena *arena, const char *path,
                         struct spk_files *out, struct spk_err *err)
{
    struct spk_strings names = {0};

    if (!list_names(arena, path, &names, err))
        return false;
    struct spk_named_bytes *files = spk_alloc_array(arena, names.n, sizeof(*files));
    size_t n = 0;
    for (size_t i = 0; i < names.n; i++) {
        struct spk_err ignored = {0};

        /* What is no plain file is not shipped. */
        if (spk_local_file(context, arena, spk_printf(arena, "%s/%s", path, names.items[i]),
                           &files[n].bytes, &ignored))
            files[n++].name = names.items[i];
    }
    qsort(files, n, sizeof(*files), by_name);
    *out = (struct spk_files){files, n};
    return true;
}
