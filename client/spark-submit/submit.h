/* SPDX-License-Identifier: Apache-2.0 */
/** submit.h: creates the driver that a command line asks for, and waits for it if told to. */
#pragma once

#include "commandline/commandline.h"
#include "host.h"

struct submit_arguments {
    struct spk_strings list; /* without the program's name */
    struct spk_version version;
    struct spk_warnings guess; /* of the version, if it is one and stays it; else empty */
    bool dry_run; /* true if the objects are shown on stdout and nobody is asked */
};

/**
 * Submit what line says, whose warnings were printed, by ourselves or through a server:
 * spark.submit.endpoint, else machine->endpoint.
 *
 * *status becomes 128 + signal when waiting for the driver's end was ended by one.
 *
 * @errors those of spk_prepare and spk_submit_start
 */
bool submit_run(struct spk_arena *arena, const struct submit_machine *machine,
                const struct submit_arguments *arguments, const struct spk_command_line *line,
                int *status, struct spk_err *err) SPK_CHECK;

/** Print on stdout what would be created, as a YAML List. @errors those of spk_prepare */
bool submit_show(struct spk_arena *arena, const struct submit_machine *machine,
                 const struct submit_arguments *arguments, const struct spk_command_line *line,
                 struct spk_err *err) SPK_CHECK;
