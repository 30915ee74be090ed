/* SPDX-License-Identifier: Apache-2.0 */
/** quote.h: texts in quotes, as the errors of Go programs show them. */
#pragma once

#include "base/arena.h"

/**
 * A text as Go's %q writes it, quotes included: "a\n", "\u200b". Characters that are not
 * assigned are written as they are: which those are changes from one Unicode to the next.
 *
 * @source strconv.Quote, strconv.IsPrint
 */
char *spk_quote_go(struct spk_arena *arena, const char *text);
