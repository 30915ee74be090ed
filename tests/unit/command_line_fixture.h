/* SPDX-License-Identifier: Apache-2.0 */
/**
 * command_line_fixture.h: command lines for tests, on a submitting machine whose files are a
 * table.
 */
#pragma once

#include "commandline/commandline.h"

struct spk_test_file {
    const char *path, *text;
};

/** What a test says about the machine; NULL-terminated lists, all optional. */
struct spk_test_machine {
    const struct spk_test_file *files;    /* NULL path ends */
    const char *const *environment;       /* "NAME=value" */
    const struct spk_test_file *conf_dir; /* name and text */
    bool is_server;                       /* nothing can be read */
};

/**
 * Parse blank-separated words, behind options that every case needs unless bare is set: "_" in
 * a word stands for a blank, "''" for an empty word.
 */
bool spk_test_parse(struct spk_arena *arena, enum spk_line line, const char *words,
                    const struct spk_test_machine *machine, struct spk_command_line *out,
                    struct spk_err *err);

/** As spk_test_parse without the options in front. */
bool spk_test_parse_bare(struct spk_arena *arena, enum spk_line line, const char *words,
                         const struct spk_test_machine *machine, struct spk_command_line *out,
                         struct spk_err *err);
