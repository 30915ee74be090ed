/* SPDX-License-Identifier: Apache-2.0 */
/** packable.h: a message of our decoder in a form that protobuf-c can pack. */
#pragma once

#include "base/arena.h"

#include <protobuf-c/protobuf-c.h>

/** Make real google.protobuf.Structs of the trees in a message, in place. */
void spk_make_packable(struct spk_arena *arena, ProtobufCMessage *message);
