/* SPDX-License-Identifier: Apache-2.0 */
/**
 * hand_over.h: a command line for a server, which has neither the files nor the environment of
 * the machine it was typed on: what they say travels with it.
 */
#pragma once

#include "commandline/commandline.h"
#include "sparksubmit/client.h"

/**
 * arguments, without those that name files, and what was read from these: line is what they
 * were parsed to here. endpoint is the key that names the server; NULL: none does. Variables
 * are the caller's to add.
 *
 * @owner  the job lives in arena and points into arguments and line
 */
struct spk_job spk_hand_over(struct spk_arena *arena, const struct spk_strings *arguments,
                             const struct spk_command_line *line, const char *endpoint);
