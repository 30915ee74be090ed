/* SPDX-License-Identifier: Apache-2.0 */
/** mute_names.h: a name server that does not answer about one name. */
#pragma once

#define MUTE_NAME "mute.test"

/** How many threads wait for an answer about MUTE_NAME. */
int mute_names_waiting(void);

/** Answer those who wait, with an error. */
void mute_names_end(void);
