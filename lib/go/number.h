/* SPDX-License-Identifier: Apache-2.0 */
/** number.h: a double as the text that Go makes of it: shortest digits that read back. */
#pragma once

#include "base/arena.h"

/** As Go's encoding/json: "1.5", "100", "1e+21", "1e-7". @source encoding/json floatEncoder */
char *spk_number_go_json(struct spk_arena *arena, double value);

/**
 * As spk_number_go_json, but from 2^63 on with an exponent, so that no reader takes it for an
 * integer; -0 is 0. How a manifest's number is kept.
 */
char *spk_number_kept(struct spk_arena *arena, double value);

/** As Go's strconv.FormatFloat(value, 'g', -1, 64): "1e+06". */
char *spk_number_go(struct spk_arena *arena, double value);

/** As Go's strconv.FormatFloat(value, 'g', -1, 32): digits that a float reads back. */
char *spk_number_go_single(struct spk_arena *arena, double value);
