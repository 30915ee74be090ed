/* SPDX-License-Identifier: Apache-2.0 */
/**
 * properties.h: what must hold whatever happens, one function each, by the numbers of
 * lib/deploy/README.md. They look at what the API server has, not at what a machine believes.
 */
#pragma once

#include "state.h"

enum happening_kind {
    HAPPENED_SENT,   /* a request left a machine */
    HAPPENED_EFFECT, /* a request changed the cluster */
    HAPPENED_TOLD,   /* a call is over */
    HAPPENED_STEP,   /* anything */
    HAPPENED_QUIET,  /* nothing is under way any more, and nothing left to collect */
};

struct happening {
    enum happening_kind kind;
    const struct request *request;
    int timeout_s;              /* of what was sent */
    const char *body;           /* likewise */
    const struct thing *before; /* of the request's slot; after it is in the state */
    const struct call_record *call;
    unsigned who;
};

/** Sets x->broken and x->why if one does not hold. */
void properties_check(struct exploration *x, struct state *state,
                      const struct happening *happening);

/** Print the names, for lists of what catches what. */
void properties_print(void);

/** Whether a driver of a rendering has everything that it needs. */
bool properties_is_complete(const struct exploration *x, const struct state *state);
