/* SPDX-License-Identifier: Apache-2.0 */
/**
 * inquiry.h: an operation that asks the API server about drivers, and nothing more. For the
 * types of operations that do.
 */
#pragma once

#include "service/service.h"
#include "submit/query_call.h"

struct spk_inquiry {
    struct spk_running running;
    struct spk_driver_query query;
    struct spk_query_call call;
    /* Fill in operation->response from query's answer, within a recovery point. */
    bool (*answer)(struct spk_operation *operation, const struct spk_driver_query *query,
                   struct spk_err *err);
};

/**
 * For prepare: check the target and make the operation's inquiry of it; proceed and cancel
 * find it.
 *
 * @errors INVALID_FIELD  as spk_driver_target_check
 */
struct spk_inquiry *spk_inquiry_new(struct spk_operation *operation,
                                    const struct spk_driver_target *target,
                                    struct spk_err *err);

/**
 * The target that a caller gave, with what it left out.
 *
 * @errors INVALID_FIELD  no selector is there; a '*' that is not allowed
 */
bool spk_inquiry_target(const struct spk_operation *operation, bool allow_glob,
                        struct spk_driver_target *target, struct spk_err *err) SPK_CHECK;

/** The namespace that a caller means; NULL: it gave none. */
const char *spk_inquiry_namespace(const struct spk_operation *operation, const char *ns);

/** Note which driver it is. */
void spk_record_driver(struct spk_record *record, const struct spk_driver_state *driver);

void spk_inquiry_proceed(struct spk_operation *operation);
void spk_inquiry_cancel(struct spk_operation *operation);
