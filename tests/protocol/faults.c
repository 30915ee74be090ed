/* SPDX-License-Identifier: Apache-2.0 */
#include "faults.h"

#include "base/compiler.h"

#define ANSWER SPK_API_ANSWERED
#define SILENT SPK_API_INTERRUPTED
#define QUOTA  "x is forbidden: exceeded quota: q, requested: a=1, used: a=1, limited: a=1"
#define RIGHT  "x is forbidden: User \"u\" cannot do this to it in the namespace"

const struct fault_rule fault_rules[FAULT_COUNT] = {
    [FAULT_NONE] = {"none", true, ANSWER, 0, "", "", false, false},
    [FAULT_NOT_SENT] = {"not sent", false, SPK_API_NOT_SENT, 0, "", "", false, false},
    [FAULT_LOST] = {"lost", false, SILENT, 0, "", "", false, true},
    [FAULT_ACK_LOST] = {"acknowledgement lost", true, SILENT, 0, "", "", false, true},
    [FAULT_ERROR] = {"500", false, ANSWER, 500, "InternalError", "down", false, true},
    [FAULT_ACK_ERROR] = {"504 with effect", true, ANSWER, 504, "Timeout", "slow", false, true},
    [FAULT_THROTTLED] = {"429", false, ANSWER, 429, "TooManyRequests", "later", false, false},
    [FAULT_CONFLICT] = {"409", false, ANSWER, 409, "Conflict", "modified", false, false},
    [FAULT_QUOTA] = {"403", false, ANSWER, 403, "Forbidden", QUOTA, false, false},
    [FAULT_FORBIDDEN] = {"403 forbidden", false, ANSWER, 403, "Forbidden", RIGHT, false,
                         false},
    [FAULT_UNAUTHORIZED] = {"401", false, ANSWER, 401, "Unauthorized", "no", false, false},
    [FAULT_ODD] = {"417", false, ANSWER, 417, "", "odd", false, true},
    [FAULT_OTHER] = {"another object", true, ANSWER, 200, "", "", false, true},
    [FAULT_CUT] = {"answer cut", true, SPK_API_TRUNCATED, 0, "", "", false, false},
    [FAULT_LATE] = {"late", false, SILENT, 0, "", "", false, true},
    [FAULT_VERY_LATE] = {"very late", false, SILENT, 0, "", "", false, true},
    [FAULT_CUT_OFF] = {"cut off", true, SILENT, 0, "", "", true, true},
    [FAULT_EXISTS_CUT_OFF] = {"409 exists, cut off", true, ANSWER, 409, "AlreadyExists",
                              "exists", true, false},
    [FAULT_CONFLICT_CUT_OFF] = {"409, cut off", true, ANSWER, 409, "Conflict", "modified",
                                true, false},
    [FAULT_QUOTA_CUT_OFF] = {"403, cut off", true, ANSWER, 403, "Forbidden", QUOTA, true,
                             false},
    [FAULT_INVALID_CUT_OFF] = {"422, cut off", true, ANSWER, 422, "Invalid", "test failed",
                               true, false},
    [FAULT_GONE_CUT_OFF] = {"404, cut off", true, ANSWER, 404, "NotFound", "gone", true,
                            false},
    [FAULT_CRASH_BEFORE] = {"crash before", false, SILENT, 0, "", "", false, false},
    [FAULT_CRASH_AFTER] = {"crash after", true, SILENT, 0, "", "", false, false},
};

#define OF_ANY_WRITE                                                                          \
    FAULT_NONE, FAULT_NOT_SENT, FAULT_LOST, FAULT_ACK_LOST, FAULT_ERROR, FAULT_ACK_ERROR,     \
        FAULT_THROTTLED, FAULT_CONFLICT, FAULT_QUOTA, FAULT_UNAUTHORIZED, FAULT_CUT,          \
        FAULT_LATE, FAULT_VERY_LATE, FAULT_CUT_OFF, FAULT_CONFLICT_CUT_OFF

static const enum fault of_creates[] = {OF_ANY_WRITE, FAULT_EXISTS_CUT_OFF,
                                        FAULT_QUOTA_CUT_OFF, FAULT_CRASH_BEFORE,
                                        FAULT_CRASH_AFTER};
static const enum fault of_patches[] = {OF_ANY_WRITE, FAULT_INVALID_CUT_OFF,
                                        FAULT_GONE_CUT_OFF, FAULT_CRASH_BEFORE,
                                        FAULT_CRASH_AFTER};
static const enum fault of_reads[] = {FAULT_NONE, FAULT_LOST, FAULT_ERROR, FAULT_UNAUTHORIZED,
                                      FAULT_CRASH_BEFORE};

struct fault_list fault_list(enum spk_api_verb verb)
{
    if (verb == SPK_API_GET)
        return (struct fault_list){of_reads, SPK_LEN(of_reads), 1};
    if (verb == SPK_API_CREATE)
        return (struct fault_list){of_creates, SPK_LEN(of_creates), 2};
    return (struct fault_list){of_patches, SPK_LEN(of_patches), 2};
}
