/* SPDX-License-Identifier: Apache-2.0 */
/** message_json.h: a message of the interface in protobuf's JSON, as grpcurl prints it. */
#pragma once

#include "json/json.h"

#include <protobuf-c/protobuf-c.h>

/**
 * Fields that are set, under their JSON names: enumerations by name, 64-bit numbers as
 * strings, bytes in Base64, google.protobuf.Timestamp as RFC 3339. Structs are not part of
 * what is printed.
 *
 * @source https://protobuf.dev/programming-guides/json/
 */
cJSON *ctl_message_json(struct spk_arena *arena, const ProtobufCMessage *message);
