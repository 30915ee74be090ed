/* SPDX-License-Identifier: Apache-2.0 */
/** replay.c: runs a fuzz target on each file of a directory, for builds without libFuzzer. */
#include "base/file.h"
#include "base/limits.h"

#include "fuzz.h"

#include <dirent.h>

static bool replay(const char *directory, const char *name)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(8));
    struct spk_err err = {0};
    struct spk_bytes file;

    if (!spk_file_read(&arena, spk_printf(&arena, "%s/%s", directory, name), SPK_MIB(2), &file,
                       &err)) {
        fprintf(stderr, "%s\n", err.text);
        return false;
    }
    (void)LLVMFuzzerTestOneInput((const uint8_t *)file.data, file.length);
    return true;
}

int main(int argc, char **argv)
{
    DIR *directory = argc == 2 ? opendir(argv[1]) : NULL;
    const struct dirent *entry;
    size_t n = 0;

    if (!directory) {
        fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
        return EXIT_FAILURE;
    }
    while ((entry = readdir(directory)))
        if (entry->d_name[0] != '.') {
            if (!replay(argv[1], entry->d_name))
                return EXIT_FAILURE;
            n++;
        }
    (void)closedir(directory);
    printf("%zu inputs\n", n);
    return n > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
