/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/message_time.h"

#include "base/timestamp.h"

Google__Protobuf__Timestamp *spk_message_time(struct spk_arena *arena, const char *rfc3339)
{
    Google__Protobuf__Timestamp *time = spk_alloc(arena, sizeof(*time));

    google__protobuf__timestamp__init(time);
    return rfc3339 && spk_timestamp_read(rfc3339, &time->seconds) ? time : NULL;
}
