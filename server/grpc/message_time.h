/* SPDX-License-Identifier: Apache-2.0 */
/** message_time.h: times of Kubernetes as messages. */
#pragma once

#include "base/arena.h"

#include <google/protobuf/timestamp.pb-c.h>

/** NULL for what is no RFC 3339 time of Kubernetes, and for NULL. @owner it lives in arena */
Google__Protobuf__Timestamp *spk_message_time(struct spk_arena *arena, const char *rfc3339);
