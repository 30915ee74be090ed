/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include "base/limits.h"
#include "base/text.h"
#include "test.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder of its own, with "file" (4 bytes, one of them a NUL), "none" and a pipe. */
static char folder[] = "/tmp/spk-file-XXXXXX";

static const char *in_folder(struct spk_arena *arena, const char *name)
{
    return spk_printf(arena, "%s/%s", folder, name);
}

static void make_folder(struct spk_arena *arena)
{
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    FILE *file = fopen(in_folder(arena, "file"), "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL(fwrite("a\0bc", 1, 4, file), 4);
    CU_ASSERT_EQUAL(fclose(file), 0);
    CU_ASSERT_EQUAL(mkfifo(in_folder(arena, "pipe"), 0600), 0);
}

static void remove_folder(struct spk_arena *arena)
{
    (void)unlink(in_folder(arena, "file"));
    (void)unlink(in_folder(arena, "pipe"));
    (void)rmdir(folder);
}

static void refuses(struct spk_arena *arena, const char *path, size_t limit, const char *why)
{
    struct spk_bytes bytes = {0};
    struct spk_err err = {0};

    CU_ASSERT_FALSE(spk_file_read(arena, path, limit, &bytes, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_INVALID_FIELD);
    SPK_ASSERT_TEXT(err.text, spk_printf(arena, "cannot read '%s': %s", path, why));
}

static void test_a_file_is_read_whole_up_to_its_limit(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(1));
    struct spk_bytes bytes = {0};
    struct spk_err err = {0};

    make_folder(&arena);
    CU_ASSERT_FATAL(spk_file_read(&arena, in_folder(&arena, "file"), 4, &bytes, &err));
    CU_ASSERT_EQUAL(bytes.length, 4);
    CU_ASSERT_EQUAL(memcmp(bytes.data, "a\0bc", 5), 0); /* and a NUL that is not counted */
    CU_ASSERT(spk_file_exists(in_folder(&arena, "file")));
    CU_ASSERT_FALSE(spk_file_exists(in_folder(&arena, "none")));
    refuses(&arena, in_folder(&arena, "file"), 3, "larger than 3 bytes");
    refuses(&arena, in_folder(&arena, "none"), 4, "No such file or directory");
    refuses(&arena, in_folder(&arena, "pipe"), 4, "not a regular file"); /* without waiting */
    refuses(&arena, folder, 4, "not a regular file");
    remove_folder(&arena);
}

static size_t open_descriptors(void)
{
    DIR *all = opendir("/proc/self/fd");
    size_t n = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(all);
    while (readdir(all))
        n++;
    (void)closedir(all);
    return n;
}

static void read_itself(void *argument)
{
    struct spk_bytes bytes;
    struct spk_err err;

    CU_ASSERT(spk_file_read(argument, "/proc/self/exe", SPK_MIB(64), &bytes, &err));
}

static void test_an_exhausted_arena_leaves_no_descriptor_open(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(1) / 64);
    size_t before = open_descriptors();

    CU_ASSERT_FALSE(spk_arena_run(&arena, read_itself, &arena));
    CU_ASSERT_EQUAL(open_descriptors(), before);
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_file_is_read_whole_up_to_its_limit),
    SPK_TEST(an_exhausted_arena_leaves_no_descriptor_open),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("file", tests)
