/* SPDX-License-Identifier: Apache-2.0 */
/** output.h: results and errors for people (text) and programs (JSON). */
#pragma once

#include "options.h"

/** Print err on stderr; returns the exit code for it. */
int ctl_print_err(struct spk_arena *arena, const struct ctl_options *options,
                  const struct spk_err *err);

/** Likewise for an error of the client library. */
int ctl_print_error(struct spk_arena *arena, const struct ctl_options *options,
                    const struct spk_error *error);

/** Print one warning on stderr. */
void ctl_print_warning(const char *code, const char *field, const char *message);

/** Print tree on stdout in the asked format. */
void ctl_print_tree(struct spk_arena *arena, const struct ctl_options *options,
                    const cJSON *tree);

/** Print the warnings of a reply on stderr. */
void ctl_print_warnings(const struct spk_result *result);
