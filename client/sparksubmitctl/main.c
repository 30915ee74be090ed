/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "command.h"
#include "output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_ENDPOINT "unix:/run/spark-submit/grpc.sock"

static const struct {
    const char *name;
    int (*run)(struct spk_arena *arena, const struct ctl_options *options);
    bool needs_server;
} commands[] = {
    {"submit", ctl_submit, true},
    {"render", ctl_render, false},
    {"info", ctl_info, true},
    {"health", ctl_health, true},
};

struct program {
    struct spk_arena *arena;
    int argc;
    char **argv;
    int status;
};

static int usage(const char *why)
{
    fprintf(stderr, "sparksubmitctl: %s; see sparksubmitctl --help\n", why);
    return CTL_USAGE;
}

static int run_command(struct spk_arena *arena, struct ctl_options *options)
{
    for (size_t i = 0; i < SPK_LEN(commands); i++) {
        if (strcmp(commands[i].name, options->command) != 0)
            continue;
        if (commands[i].needs_server && !options->endpoint)
            options->endpoint = getenv("SPK_ENDPOINT");
        if (commands[i].needs_server && !options->endpoint)
            options->endpoint = DEFAULT_ENDPOINT;
        return commands[i].run(arena, options);
    }
    return usage(spk_printf(arena, "'%.64s' is not a command", options->command));
}

static void run(void *argument)
{
    struct program *program = argument;
    struct ctl_options options;
    struct spk_err err = {0};

    if (!ctl_options_parse(program->arena, program->argc, program->argv, &options, &err)) {
        program->status = usage(err.text);
    } else if (options.help) {
        fputs(ctl_options_help(program->arena), stdout);
    } else if (options.version) {
        puts("sparksubmitctl " SPK_VERSION);
    } else {
        program->status = run_command(program->arena, &options);
    }
}

int main(int argc, char **argv)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(4 * SPK_ARENA_BYTES);
    struct program program = {&arena, argc, argv, CTL_OK};

    if (!spk_arena_run(&arena, run, &program)) {
        fputs("sparksubmitctl: the input needs too much memory\n", stderr);
        return CTL_REFUSED;
    }
    if (fflush(stdout) != 0)
        return CTL_REFUSED;
    return program.status;
}
