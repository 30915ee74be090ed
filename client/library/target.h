/* SPDX-License-Identifier: Apache-2.0 */
/**
 * target.h: a server's address as people write it. The same spellings mean the same in every
 * program: unix:PATH, unix:///PATH, an absolute path, tcp://HOST:PORT, HOST:PORT and
 * dns:///HOST:PORT. Private to the library.
 */
#pragma once

#include "sparksubmit/error.h"

enum { SPK_TARGET_SIZE = 512 };

/**
 * Write address as gRPC's channels take it, "unix:PATH" or "dns:///HOST:PORT".
 *
 * Errors: INVALID_ARGUMENT / INVALID_FIELD says what is wrong and how addresses are written.
 */
bool spk_target_read(const char *address, char target[SPK_TARGET_SIZE],
                     struct sparksubmit_error *error);
