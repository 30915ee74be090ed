/* SPDX-License-Identifier: Apache-2.0 */
/**
 * for_server.h: a command line for a server, which has neither the files nor the environment
 * of the machine it was typed on: what they say travels with it.
 */
#pragma once

#include "commandline/commandline.h"
#include "sparksubmit/client.h"

/**
 * The words of line without those that name files, and what was read from these. endpoint is
 * the key that names the server; NULL: none does. has_conf_dir: there is a configuration
 * directory, be it empty, so that the server's own does not count. Variables are the caller's
 * to add.
 *
 * @owner  the job lives in arena and points into line
 */
struct sparksubmit_job spk_job_for_server(struct spk_arena *arena,
                                          const struct spk_command_line *line,
                                          bool has_conf_dir, const char *endpoint);
