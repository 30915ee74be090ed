/* SPDX-License-Identifier: Apache-2.0 */
#include "base/directory.h"

#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const made[] = {"b", ".a", "B", "a"};

/* A new directory with those entries. */
static void make(char folder[64])
{
    (void)snprintf(folder, 64, "/tmp/spk-directory-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    for (size_t i = 0; i < SPK_LEN(made); i++) {
        char path[80];

        (void)snprintf(path, sizeof(path), "%s/%s", folder, made[i]);
        CU_ASSERT_EQUAL_FATAL(mkdir(path, 0700), 0);
    }
}

static void drop(const char *folder)
{
    for (size_t i = 0; i < SPK_LEN(made); i++) {
        char path[80];

        (void)snprintf(path, sizeof(path), "%s/%s", folder, made[i]);
        (void)rmdir(path);
    }
    (void)rmdir(folder);
}

static void test_names_come_in_the_order_of_their_bytes(void)
{
    static const char *const sorted[] = {".a", "B", "a", "b"};
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 16);
    struct spk_strings names = {0};
    struct spk_err err = {0};
    char folder[64];

    make(folder);
    CU_ASSERT(spk_directory_names(&arena, folder, 4, &names, &err));
    CU_ASSERT_EQUAL_FATAL(names.n, SPK_LEN(sorted));
    for (size_t i = 0; i < SPK_LEN(sorted); i++)
        SPK_ASSERT_TEXT(names.items[i], sorted[i]);
    drop(folder);
}

static void test_too_many_and_none_are_refused(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 16);
    struct spk_strings names = {0};
    struct spk_err err = {0};
    char folder[64];

    make(folder);
    CU_ASSERT_FALSE(spk_directory_names(&arena, folder, 3, &names, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_INVALID_FIELD);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "has more than 3 entries"));
    drop(folder);
    CU_ASSERT_FALSE(spk_directory_names(&arena, folder, 3, &names, &err));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "cannot read the directory '/tmp/spk-directory-"));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "No such file or directory"));
    CU_ASSERT_EQUAL(names.n, 0);
}

static CU_TestInfo tests[] = {
    SPK_TEST(names_come_in_the_order_of_their_bytes),
    SPK_TEST(too_many_and_none_are_refused),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("directory", tests)
