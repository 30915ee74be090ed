/* SPDX-License-Identifier: Apache-2.0 */
/** rendering.h: the objects that a call may try to create: small, but of every kind of part.
 */
#pragma once

#include "deploy/parts.h"

#define WORLD_NS "ns1"

/** Everything that a rendering is a function of. */
struct rendering_input {
    enum spk_variant variant;
    const char *uid;  /* of the application; NULL: none */
    unsigned attempt; /* of the application, or the number of the caller's key */
    bool same_run;    /* attempts are submissions of one execution */
    size_t id;        /* of the submission */
    unsigned parts;   /* a set of those below; the driver is always there */
};

/** The parts there are. */
enum {
    WITH_MAP = 1 << 1,
    WITH_SERVICE = 1 << 2,
    WITH_SHARED = 1 << 3, /* of the controller steps */
    WITH_CLAIM = 1 << 4,
    WITH_TEMPLATE = 1 << 5, /* of executors */
    PLAIN_PARTS = WITH_MAP | WITH_SERVICE,
    ALL_PARTS = PLAIN_PARTS | WITH_SHARED | WITH_CLAIM | WITH_TEMPLATE,
};
#define MAX_PARTS 6U

struct rendering {
    struct spk_arena arena;
    struct spk_key key;
    struct spk_parts parts;
    const char *uid; /* of the application; NULL: none */
};

void rendering_init(struct rendering *rendering, const struct rendering_input *input);
