/* SPDX-License-Identifier: Apache-2.0 */
/**
 * cluster.h: an API server and its garbage collector as plain data: a copy is a branch. A name
 * is a slot: what has it is told by its numbers, not by JSON.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define MAX_RENDERINGS 3U
#define MAX_CHILDREN   4U /* of a rendering, without what renderings share */

/** The names there are. Children of a rendering stand together. */
enum {
    SLOT_APPLICATION,
    SLOT_POD,
    SLOT_SHARED, /* an object of the controller steps */
    SLOT_CHILDREN,
    SLOTS = SLOT_CHILDREN + MAX_RENDERINGS * MAX_CHILDREN,
    NO_SLOT = SLOTS,
};

enum { GATE_OURS = 1, GATE_OTHER = 2 };

/** One object. Numbers of uids and resourceVersions are never used again; 0: none. */
struct thing {
    bool there, deleting, finalizer;
    bool opened;       /* a driver that can start, since it was stored without our gate */
    bool outdated;     /* its content is not what renderings have now */
    uint8_t gates;     /* bits; first the other gates, then that of the driver */
    uint8_t rendering; /* whose marks it has, from 1; 0: no marks */
    uint8_t id;        /* of the submission, from 1; 0: no label */
    uint8_t maker;     /* index of the call that created it, from 1; 0: no call, a stranger */
    uint16_t uid, version, owner;
};

struct cluster {
    struct thing things[SLOTS];
    uint16_t uids, versions; /* given away */
};

enum verb {
    VERB_READ,
    VERB_CREATE,
    VERB_UPDATE,      /* PUT */
    VERB_JSON_PATCH,  /* with tests */
    VERB_MERGE_PATCH, /* of an object of the controller steps */
    VERB_DELETE,
};

/** A request as the API server understands it. */
struct request {
    enum verb verb;
    uint8_t call; /* index */
    uint8_t part; /* the machine's own number */
    uint8_t slot;
    bool metadata_only, dry_run;
    uint16_t uid, version;  /* preconditions, tests; 0: none */
    uint8_t old_id;         /* tested by a patch, from 1; 0: no test */
    bool opens, names_gate; /* a patch that removes the gate at an index; with a test */
    uint8_t gate_index;
    struct thing wish; /* of a create or update; id of a patch that sets the label */
};

/** The answer of an API server that works. */
struct verdict {
    int http;
    const char *reason; /* of the Status; "" with a 2xx */
    struct thing shown; /* with a 2xx; of a deletion as it was at last */
};

struct verdict cluster_carry_out(struct cluster *cluster, const struct request *request);

/** Whether the garbage collector may take it: it has an owner, which is gone. */
bool cluster_is_orphan(const struct cluster *cluster, unsigned slot);

/** Whether a deletion waits for a finalizer, or for the end of a process. */
bool cluster_is_ending(const struct cluster *cluster, unsigned slot);

/** Delete as a stranger or the garbage collector does. */
void cluster_delete(struct cluster *cluster, unsigned slot);

/** The last finalizer is taken off, the process has ended: the object is gone. */
void cluster_end(struct cluster *cluster, unsigned slot);

void cluster_put_application(struct cluster *cluster);

/** A driver that has started, of a rendering, from 1. */
void cluster_put_driver(struct cluster *cluster, uint8_t rendering, uint16_t owner);

/** An earlier attempt's, of an owner. */
void cluster_put_shared(struct cluster *cluster, uint16_t owner);
