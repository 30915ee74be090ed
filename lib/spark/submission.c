/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/submission.h"

struct spk_reader spk_reader_of(struct spk_arena *arena,
                                const struct spk_submission *submission)
{
    return (struct spk_reader){
        .arena = arena,
        .conf = &submission->conf,
        .environment = &submission->environment,
        .version = &submission->version,
    };
}
