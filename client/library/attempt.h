/* SPDX-License-Identifier: Apache-2.0 */
/**
 * attempt.h: whether a payload itself tells its attempt from others. A key would take
 * precedence over what it says, so none is drawn then. Private to the library, which reads
 * manifests only this far: whatever is written in an unusual way counts as saying nothing.
 */
#pragma once

#include "sparksubmit/client.h"

/** A metadata.uid of a manifest, or the submission id's label among spark-submit's options. */
bool spk_attempt_is_told(const struct sparksubmit_job *job);
