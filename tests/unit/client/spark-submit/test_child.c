/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "spark-submit/child.h"

#include "test.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

extern char **environ;

#define MEMORY (1 << 20)

static bool shell(struct spk_arena *arena, const char *script, size_t limit,
                  int64_t timeout_ms, struct submit_child_end *end)
{
    char *words[] = {spk_strdup(arena, "sh"), spk_strdup(arena, "-c"),
                     spk_strdup(arena, script), NULL};
    const struct submit_child child = {.words = words,
                                       .environment = environ,
                                       .limit = limit,
                                       .timeout_ms = timeout_ms,
                                       .is_quiet = true};
    struct spk_err err = {0};

    return submit_child_run(arena, &child, end, &err);
}

static void test_output_and_status_come_back(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct submit_child_end end = {0};

    CU_ASSERT_FATAL(shell(&arena, "echo out; echo err >&2; cat; exit 7", 100, 0, &end));
    SPK_ASSERT_TEXT(end.output.data, "out\n");
    CU_ASSERT_EQUAL(end.output.length, 4);
    CU_ASSERT_EQUAL(end.status, 7);
    CU_ASSERT_FALSE(end.is_late);
    CU_ASSERT_FATAL(shell(&arena, "kill -9 $$", 100, 0, &end));
    CU_ASSERT_EQUAL(end.status, 128 + SIGKILL);
}

static void test_output_is_bounded(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct submit_child_end end = {0};

    CU_ASSERT_FATAL(shell(&arena, "exec cat /dev/zero", 1000, 60000, &end));
    CU_ASSERT_EQUAL(end.output.length, 1001);
    CU_ASSERT_FALSE(end.is_late);
    CU_ASSERT_EQUAL(end.status, 128 + SIGPIPE);
}

/* Waits until a process has ended, even if nobody has reaped it yet. */
static bool is_gone(struct spk_arena *arena, int pid)
{
    const char *path = spk_printf(arena, "/proc/%d/exe", pid);
    char target[8];

    for (int i = 0; i < 5000; i++) {
        if (kill(pid, 0) < 0 || readlink(path, target, sizeof(target)) < 0)
            return true;
        (void)poll(NULL, 0, 1);
    }
    return false;
}

/* One that holds its output open, one that closed it; and what each has started. */
static void test_at_the_timeout_the_whole_group_is_killed(void)
{
    static const char *const scripts[] = {
        "tail -f /dev/null & echo $!; wait",
        "tail -f /dev/null >/dev/null & echo $!; exec >/dev/null; wait",
    };

    for (size_t i = 0; i < SPK_LEN(scripts); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
        struct submit_child_end end = {0};

        CU_ASSERT_FATAL(shell(&arena, scripts[i], 100, 300, &end));
        CU_ASSERT(end.is_late);
        CU_ASSERT_EQUAL(end.status, 128 + SIGKILL);
        int64_t grandchild = 0;
        CU_ASSERT_FATAL(spk_parse_int64(spk_trim(&arena, end.output.data), &grandchild) &&
                        grandchild > 0);
        CU_ASSERT(is_gone(&arena, (int)grandchild));
    }
}

static void test_what_cannot_be_started_is_told(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    char *words[] = {spk_strdup(&arena, "/absent/program"), NULL};
    const struct submit_child child = {.words = words, .environment = environ, .limit = 1};
    struct submit_child_end end;
    struct spk_err err = {0};

    CU_ASSERT_FALSE(submit_child_run(&arena, &child, &end, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_INVALID_FIELD);
    SPK_ASSERT_TEXT(err.text, strerror(ENOENT));
}

static CU_TestInfo tests[] = {
    SPK_TEST(output_and_status_come_back),
    SPK_TEST(output_is_bounded),
    SPK_TEST(at_the_timeout_the_whole_group_is_killed),
    SPK_TEST(what_cannot_be_started_is_told),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("child", tests)
