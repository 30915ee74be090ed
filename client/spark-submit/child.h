/* SPDX-License-Identifier: Apache-2.0 */
/** child.h: a program that is run for what it prints. */
#pragma once

#include "base/err.h"
#include "base/file.h"

/** A command to run, and its bounds. */
struct submit_child {
    char *const *words;       /* argument vector; the first is looked up in PATH */
    char *const *environment; /* "NAME=VALUE" ..., NULL at the end */
    size_t limit;             /* bytes of output; one byte more ends the reading */
    int64_t timeout_ms;       /* 0: none */
    bool is_quiet;            /* true: a group of its own, nothing to read, errors dropped */
};

struct submit_child_end {
    struct spk_bytes output; /* of at most limit + 1 bytes */
    int status;              /* exit code, 128 + the number of the signal that ended it */
    bool is_late;            /* true if it was killed at the timeout */
};

/**
 * Run the child to its end.
 *
 * @owner  out->output lives in arena
 * @errors INVALID_FIELD  it cannot be started; err->text is the system's reason
 */
bool submit_child_run(struct spk_arena *arena, const struct submit_child *child,
                      struct submit_child_end *out, struct spk_err *err) SPK_CHECK;
