/* SPDX-License-Identifier: Apache-2.0 */
/* A self-contained drop-in has no gRPC inside, and loads no library: it cannot hand over.
 */
#include "spark-submit/remote.h"

bool submit_remote(struct spk_arena *arena, const struct submit_machine *machine,
                   const char *endpoint, const struct submit_arguments *arguments,
                   const struct spk_command_line *line, struct submit_driver *out,
                   struct spk_err *err)
{
    (void)arena;
    (void)machine;
    (void)arguments;
    (void)line;
    (void)out;
    return spk_fail(err, SPK_UNSUPPORTED_FEATURE,
                    "this spark-submit is the self-contained one, which cannot submit through "
                    "the server at %.200s; unset SPK_ENDPOINT (or " SUBMIT_ENDPOINT_KEY
                    ") to submit from here, or use the spark-submit that is installed with "
                    "libsparksubmit.so.1",
                    endpoint);
}
