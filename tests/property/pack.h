/* SPDX-License-Identifier: Apache-2.0 */
/** pack.h: a JSON tree as the bytes of a protobuf message, as a client's library writes them.
 */
#pragma once

#include "application/field.h"
#include "base/text.h"
#include "json/json.h"

/** Append the message that tree is in JSON; values have the types of the fields. */
void pack_message(struct spk_buf *out, const cJSON *tree,
                  const ProtobufCMessageDescriptor *message);
