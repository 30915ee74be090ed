/* SPDX-License-Identifier: Apache-2.0 */
/**
 * remote.h: hands the command line to a server. The client library, and gRPC with it, is only
 * loaded when this is asked for.
 */
#pragma once

#include "submit.h"
#include "wait.h"

/* Names a server like SPK_ENDPOINT; wins over it, and is no part of what is submitted. */
#define SUBMIT_ENDPOINT_KEY "spark.submit.endpoint"

/**
 * Submit through the server at endpoint.
 *
 * @owner  *out lives in arena
 * @errors the server's; KUBE_UNREACHABLE  it does not answer; UNSUPPORTED_FEATURE  the client
 *         library is not there
 */
bool submit_remote(struct spk_arena *arena, const struct submit_machine *machine,
                   const char *endpoint, const struct submit_arguments *arguments,
                   const struct spk_command_line *line, struct submit_driver *out,
                   struct spk_err *err) SPK_CHECK;
