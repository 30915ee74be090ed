/* SPDX-License-Identifier: Apache-2.0 */
/** version_guess.h: the Spark version of a submission that nothing says it of. */
#pragma once

#include "commandline/commandline.h"

/**
 * Set the invocation's version: that of the driver image's tag if it is one of a supported
 * line, else the newest. Warns with SPARK_VERSION_APPROXIMATED at field: it is a guess; how
 * says what to do about it ("set spec.sparkVersion").
 *
 * Files that the arguments name are remembered in invocation->environment, so that a pipe is
 * read once.
 */
void spk_guess_version(struct spk_arena *arena, struct spk_invocation *invocation,
                       const char *field, const char *how, struct spk_warnings *warnings);
