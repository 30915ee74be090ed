/* SPDX-License-Identifier: Apache-2.0 */
/** exchange.h: one request to the API server in memory and its answer: the verbs but WATCH. */
#pragma once

#include "apiserver/memory/memory_server.h"
#include "apiserver/memory/store.h"

struct spk_memory_exchange {
    struct spk_store *store;
    atomic_uint_fast64_t *uids; /* given so far */
    int64_t now_ms;             /* wall clock */
    spk_memory_guard *guard;    /* NULL: everything is allowed */
    void *guard_context;
    struct spk_arena *arena;
    const struct spk_api_request *request;
    struct spk_api_reply *reply; /* out */

    struct spk_store_key key; /* private, as what follows */
    cJSON *body;              /* NULL: none */
};

/** Carry out the request; the arena may be exhausted by it. */
void spk_exchange_run(struct spk_memory_exchange *ex);

/** The key of a request's object or, of many, that of their resource and namespace. */
struct spk_store_key spk_exchange_key(const struct spk_api_request *request);

/** True if the field that selector ("a.b=value"; NULL: none) names has its value in object. */
bool spk_exchange_has_field(struct spk_arena *arena, const cJSON *object,
                            const char *selector);

/** A uid that no other object has. */
void spk_exchange_set_uid(cJSON *object, atomic_uint_fast64_t *uids);
