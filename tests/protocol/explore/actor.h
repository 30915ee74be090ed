/* SPDX-License-Identifier: Apache-2.0 */
/** actor.h: drives the machine of one call: what it asks for becomes pending requests. */
#pragma once

#include "state.h"

/** Give an actor a new call, and take the first step. */
void actor_begin(struct exploration *x, struct state *state, unsigned who, bool retry,
                 struct spk_arena *arena);

/** A pending request is answered: by verdict, or as a fault has it. It is pending no more. */
void actor_answer(struct exploration *x, struct state *state, unsigned who, unsigned which,
                  const struct verdict *verdict, enum fault fault, struct spk_arena *arena);
