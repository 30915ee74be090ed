/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "base/printable.h"
#include "command.h"
#include "library/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_ENDPOINT "unix:/run/spark-submit/grpc.sock"

static const struct {
    const char *name;
    int (*run)(struct spk_arena *arena, const struct ctl_options *options);
    bool needs_server;
} runners[] = {
    {"submit", ctl_submit, true}, {"render", ctl_render, false}, {"status", ctl_status, true},
    {"watch", ctl_watch, true},   {"kill", ctl_kill, true},      {"list", ctl_list, true},
    {"info", ctl_info, true},     {"health", ctl_health, true},
};

struct program {
    struct spk_arena *arena;
    int argc;
    char **argv;
    int status;
};

static int usage(struct spk_arena *arena, const struct ctl_options *options, const char *why)
{
    fprintf(stderr, "sparksubmitctl: %s; see sparksubmitctl %s%s--help\n",
            spk_printable(arena, why, SPK_MAX_PRINTED_TEXT),
            options->command ? options->command->name : "", options->command ? " " : "");
    return CTL_USAGE;
}

static int run_command(struct spk_arena *arena, struct ctl_options *options)
{
    char target[SPK_TARGET_SIZE];
    struct sparksubmit_error error;

    for (size_t i = 0; i < SPK_LEN(runners); i++) {
        if (!ctl_is(options, runners[i].name))
            continue;
        if (runners[i].needs_server && !options->endpoint)
            options->endpoint = getenv("SPK_ENDPOINT");
        if (runners[i].needs_server && !options->endpoint)
            options->endpoint = DEFAULT_ENDPOINT;
        if (options->endpoint && !spk_target_read(options->endpoint, target, &error))
            return usage(arena, options, error.text);
        return runners[i].run(arena, options);
    }
    return CTL_USAGE;
}

static void run(void *argument)
{
    struct program *program = argument;
    struct ctl_options options = {0};
    struct spk_err err = {0};

    if (!ctl_options_parse(program->arena, program->argc, program->argv, &options, &err)) {
        program->status = usage(program->arena, &options, err.text);
    } else if (options.help) {
        fputs(ctl_help(program->arena, options.command), stdout);
    } else if (options.version) {
        puts("sparksubmitctl " SPK_VERSION);
    } else {
        program->status = run_command(program->arena, &options);
    }
}

int main(int argc, char **argv)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    struct program program = {&arena, argc, argv, CTL_OK};

    if (!spk_arena_run(&arena, run, &program)) {
        fputs("sparksubmitctl: the input needs too much memory\n", stderr);
        return CTL_REFUSED;
    }
    if (fflush(stdout) != 0)
        return CTL_REFUSED;
    return program.status;
}
