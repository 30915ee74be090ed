/* SPDX-License-Identifier: Apache-2.0 */
/**
 * output.h: results, warnings and errors for people (text) and programs (JSON). Texts are
 * printable: no control character of a server or a file reaches the terminal.
 */
#pragma once

#include "options.h"

/** Print err on stderr; returns the exit code for it. */
int ctl_print_err(struct spk_arena *arena, const struct ctl_options *options,
                  const struct spk_err *err);

/** Likewise for an error of the client library, with what is known of what was created. */
int ctl_print_error(struct spk_arena *arena, const struct ctl_options *options,
                    const struct sparksubmit_error *error);

/** Print one warning on stderr. */
void ctl_print_warning(struct spk_arena *arena, const struct ctl_options *options,
                       const char *code, const char *field, const char *message);

/** Print the warnings of a reply on stderr. */
void ctl_print_warnings(struct spk_arena *arena, const struct ctl_options *options,
                        const struct sparksubmit_result *result);

/** Print tree on stdout in the asked format; of several, each is a document. */
void ctl_print_tree(struct spk_arena *arena, const struct ctl_options *options,
                    const cJSON *tree);

/** tree as JSON on one line on stdout. */
void ctl_print_json_line(struct spk_arena *arena, const cJSON *tree);

/** One line on stdout. */
void ctl_print_line(struct spk_arena *arena, const char *text);

/** "label:   value" on stdout; nothing if value is empty. */
void ctl_print_row(struct spk_arena *arena, const char *label, const char *value);
