/* SPDX-License-Identifier: Apache-2.0 */
/**
 * decode.h: a JSON tree into a message, led by the message's descriptor. JSON names only.
 * A null member or map value counts as absent, a null element of a list as a zero value, as
 * the API server does it.
 */
#pragma once

#include "application/field.h"
#include "application/unknown.h"
#include "json/json.h"

struct spk_tree_decoder {
    struct spk_arena *arena;
    struct spk_findings *findings;
    struct spk_unknowns *unknowns; /* whose findings are these */
};

/**
 * Fill out from tree. Faults become findings: UNKNOWN_FIELD, INVALID_FIELD; the field
 * stays unset then.
 *
 * @owner Struct fields point into tree
 */
void spk_decode(struct spk_tree_decoder *decoder, cJSON *tree, ProtobufCMessage *out);
