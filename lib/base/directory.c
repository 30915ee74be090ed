/* SPDX-License-Identifier: Apache-2.0 */
#include "base/directory.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Entries of libc's memory; n is -1 if there are none. */
struct listing {
    struct dirent **entries;
    int n;
};

static void free_listing(void *argument)
{
    struct listing *listing = argument;

    for (int i = 0; i < listing->n; i++)
        free(listing->entries[i]); /* scandir's */
    free(listing->entries);        /* likewise */
}

static int is_no_dot(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

bool spk_directory_names(struct spk_arena *arena, const char *path, int limit,
                         struct spk_strings *out, struct spk_err *err)
{
    struct listing *listing = spk_alloc(arena, sizeof(*listing));

    spk_defer(arena, free_listing, listing); /* first: the arena may end while it is copied */
    listing->n = scandir(path, &listing->entries, is_no_dot, by_bytes);
    if (listing->n < 0)
        return spk_fail(err, SPK_INVALID_FIELD, "cannot read the directory '%.200s': %s", path,
                        strerror(errno));
    if (listing->n > limit)
        return spk_fail(err, SPK_INVALID_FIELD, "'%.128s' has more than %d entries", path,
                        limit);
    for (int i = 0; i < listing->n; i++)
        spk_strings_add(arena, out, spk_strdup(arena, listing->entries[i]->d_name));
    return true;
}
