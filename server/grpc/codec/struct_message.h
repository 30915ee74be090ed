/* SPDX-License-Identifier: Apache-2.0 */
/** struct_message.h: a JSON tree as google.protobuf.Struct, to be packed into an answer. */
#pragma once

#include "google/protobuf/struct.pb-c.h"
#include "json/json.h"

/**
 * A real Struct, not a struct spk_struct; numbers become doubles.
 *
 * @owner lives in arena and points into tree, which must be an object
 */
Google__Protobuf__Struct *spk_struct_message(struct spk_arena *arena, const cJSON *tree);
