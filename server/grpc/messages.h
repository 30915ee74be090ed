/* SPDX-License-Identifier: Apache-2.0 */
/**
 * messages.h: the protobuf messages of SubmitService and of health as the structs of their
 * operations, and back. Nothing but the shape changes here; what a request means is the
 * operation's business.
 */
#pragma once

#include "service/service.h"

#include <protobuf-c/protobuf-c.h>

/**
 * How one operation is spoken. Everything lives in arena and points into what it came from;
 * each answer of a stream is written into an arena of its own.
 */
struct spk_mapping {
    const struct spk_operation_type *type;
    /**
     * Read a message of the method's request type; warnings are of decoding it.
     *
     * @errors INVALID_MESSAGE  no payload
     *         INVALID_FIELD    a template is given twice
     */
    bool (*read)(struct spk_arena *arena, const ProtobufCMessage *message,
                 const struct spk_warnings *warnings, const void **request,
                 struct spk_err *err);
    const ProtobufCMessage *(*write)(struct spk_arena *arena, const void *response);
};

extern const struct spk_mapping spk_submit_mapping, spk_render_mapping, spk_info_mapping;
extern const struct spk_mapping spk_get_mapping, spk_list_mapping, spk_kill_mapping,
    spk_watch_mapping;
extern const struct spk_mapping spk_health_check_mapping, spk_health_list_mapping,
    spk_health_watch_mapping;
