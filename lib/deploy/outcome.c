/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/outcome.h"

#include "base/text.h"

#define CREATE (1U << SPK_WRITE_CREATE)
#define PATCH  (1U << SPK_WRITE_PATCH)
#define DELETE (1U << SPK_WRITE_DELETE)
#define ANY    (CREATE | PATCH | DELETE)

#define ANSWER      (1U << SPK_SEEN_ANSWER)
#define NOT_SENT    (1U << SPK_SEEN_NOT_SENT)
#define INTERRUPTED (1U << SPK_SEEN_INTERRUPTED)
#define CUT         (1U << SPK_SEEN_CUT)
#define REFUSED     (1U << SPK_SEEN_REFUSED)
#define ANSWERED    (ANSWER | CUT)

#define NO_OBJECT (1U << SPK_SEEN_NO_OBJECT)
#define OURS      (1U << SPK_SEEN_OURS)
#define MISMATCH  (1U << SPK_SEEN_MISMATCH)
#define ALL       (NO_OBJECT | OURS | MISMATCH)

#define NO     SPK_EFFECT_NO
#define YES    SPK_EFFECT_YES
#define MAYBE  SPK_EFFECT_MAYBE
#define UNLESS SPK_EFFECT_UNLESS_RESENT

#define OVER       SPK_FOLLOW_NONE
#define RETRY      SPK_FOLLOW_RETRY
#define READ       SPK_FOLLOW_READ
#define WAIT_READ  SPK_FOLLOW_WAIT_READ
#define READ_FINAL SPK_FOLLOW_READ_FINAL
#define FINAL      SPK_FOLLOW_FINAL

#define STATUS_NOT_FOUND 404

#define ANY_WHY   SPK_NO_REASON
#define DENIED    SPK_ADMISSION_DENIED
#define QUOTA     SPK_KUBE_QUOTA_EXCEEDED
#define TOO_BIG   SPK_OBJECT_TOO_LARGE
#define ELSEWHERE SPK_KUBE_ERROR /* a 404 that is none of the API server's */

/*
 * A 401 was answered with fresh credentials before it is seen here, if there were any. The
 * first row that matches decides: ways, writes and objects are sets, http is a range, the
 * Status reason NULL and the refusal SPK_NO_REASON match any. A webhook chooses its own HTTP
 * code, so its denials come first. Quota is checked before existence: a 403 says nothing about
 * whether the object is there, and may well be there because of it. A success that shows no
 * object may be a page of a proxy that asks for a password; only a 201 is hardly ever one. The
 * last row takes answers that HTTP does not know. etcd's own limit comes as a 500 that will
 * not get better.
 */
static const struct row {
    unsigned ways, writes;
    int from, to;
    const char *reason;
    enum spk_reason refusal;
    unsigned objects;
    struct spk_outcome_rule rule;
} rows[] = {
    {NOT_SENT, ANY, 0, 0, NULL, ANY_WHY, ALL, {1, NO, RETRY}},
    {INTERRUPTED, ANY, 0, 0, NULL, ANY_WHY, ALL, {3, MAYBE, WAIT_READ}},
    {REFUSED, ANY, 0, 0, NULL, ANY_WHY, ALL, {7, NO, FINAL}},
    {ANSWER, ANY, 200, 202, NULL, ANY_WHY, OURS, {4, YES, OVER}},
    {ANSWER, CREATE, 201, 201, NULL, ANY_WHY, NO_OBJECT, {5, YES, READ}},
    {ANSWER, ANY, 200, 202, NULL, ANY_WHY, NO_OBJECT, {5, MAYBE, READ}},
    {ANSWER, ANY, 200, 202, NULL, ANY_WHY, MISMATCH, {6, MAYBE, READ}},
    {CUT, CREATE, 201, 201, NULL, ANY_WHY, ALL, {19, YES, READ}},
    {CUT, ANY, 200, 202, NULL, ANY_WHY, ALL, {19, MAYBE, READ}},
    {ANSWERED, ANY, 300, 399, NULL, ANY_WHY, ALL, {17, NO, FINAL}},
    {ANSWERED, ANY, 400, 422, NULL, DENIED, ALL, {9, NO, READ_FINAL}},
    {ANSWERED, PATCH, 422, 422, NULL, ANY_WHY, ALL, {14, UNLESS, READ}},
    {ANSWERED, ANY, 400, 400, NULL, ANY_WHY, ALL, {7, NO, FINAL}},
    {ANSWERED, ANY, 401, 401, NULL, ANY_WHY, ALL, {8, NO, FINAL}},
    {ANSWERED, CREATE, 403, 403, NULL, QUOTA, ALL, {9, UNLESS, READ_FINAL}},
    {ANSWERED, ANY, 403, 403, NULL, ANY_WHY, ALL, {9, NO, READ_FINAL}},
    {ANSWERED, CREATE, 404, 404, NULL, ELSEWHERE, ALL, {10, NO, RETRY}},
    {ANSWERED, CREATE, 404, 404, NULL, ANY_WHY, ALL, {10, NO, FINAL}},
    {ANSWERED, PATCH | DELETE, 404, 404, NULL, ANY_WHY, ALL, {18, UNLESS, READ}},
    {ANSWERED, ANY, 405, 406, NULL, ANY_WHY, ALL, {7, NO, FINAL}},
    {ANSWERED, ANY, 409, 409, "AlreadyExists", ANY_WHY, ALL, {11, UNLESS, READ}},
    {ANSWERED, CREATE, 409, 409, "Conflict", ANY_WHY, ALL, {12, UNLESS, RETRY}},
    {ANSWERED, PATCH | DELETE, 409, 409, "Conflict", ANY_WHY, ALL, {13, UNLESS, WAIT_READ}},
    {ANSWERED, ANY, 413, 413, NULL, ANY_WHY, ALL, {7, NO, FINAL}},
    {ANSWERED, ANY, 415, 415, NULL, ANY_WHY, ALL, {7, NO, FINAL}},
    {ANSWERED, ANY, 422, 422, NULL, ANY_WHY, ALL, {7, NO, FINAL}},
    {ANSWERED, ANY, 429, 429, NULL, ANY_WHY, ALL, {15, NO, RETRY}},
    {ANSWERED, ANY, 400, 499, NULL, ANY_WHY, ALL, {18, MAYBE, READ_FINAL}},
    {ANSWERED, ANY, 500, 500, NULL, TOO_BIG, ALL, {7, NO, FINAL}},
    {ANSWERED, ANY, 500, 599, NULL, ANY_WHY, ALL, {16, MAYBE, WAIT_READ}},
    {ANSWERED, ANY, 0, 999, NULL, ANY_WHY, ALL, {6, MAYBE, WAIT_READ}},
};

static bool matches(const struct row *row, enum spk_write write, const struct spk_seen *seen)
{
    bool answered = seen->way == SPK_SEEN_ANSWER || seen->way == SPK_SEEN_CUT;

    if (!(row->ways & 1U << seen->way) || !(row->writes & 1U << write) ||
        !(row->objects & 1U << seen->what))
        return false;
    if (answered && (seen->http < row->from || seen->http > row->to))
        return false;
    if (row->refusal && (!seen->refusal || seen->refusal->reason != row->refusal))
        return false;
    return !row->reason || spk_text_equal(row->reason, seen->reason);
}

const struct spk_outcome_rule *spk_outcome_of(enum spk_write write,
                                              const struct spk_seen *seen)
{
    size_t i = 0;

    while (i + 1 < SPK_LEN(rows) && !matches(&rows[i], write, seen))
        i++;
    return &rows[i].rule;
}

/* The first row that matches decides; reads have no effect, so nothing is ever in doubt. */
static const struct read_row {
    unsigned ways;
    int from, to;
    unsigned objects;
    enum spk_read_outcome outcome;
} read_rows[] = {
    {NOT_SENT | INTERRUPTED, 0, 0, ALL, SPK_READ_UNCLEAR},
    {REFUSED, 0, 0, ALL, SPK_READ_REFUSED},
    {ANSWER, 200, 299, OURS, SPK_READ_FOUND},
    {ANSWER, 200, 299, MISMATCH, SPK_READ_MISMATCH},
    {ANSWERED, 200, 299, ALL, SPK_READ_UNCLEAR},
    {ANSWERED, 404, 404, ALL, SPK_READ_ABSENT},
    {ANSWERED, 408, 408, ALL, SPK_READ_UNCLEAR},
    {ANSWERED, 429, 429, ALL, SPK_READ_UNCLEAR},
    {ANSWERED, 300, 499, ALL, SPK_READ_REFUSED},
    {ANSWERED, 0, 999, ALL, SPK_READ_UNCLEAR},
};

enum spk_read_outcome spk_outcome_of_read(const struct spk_seen *seen)
{
    bool answered = seen->way == SPK_SEEN_ANSWER || seen->way == SPK_SEEN_CUT;
    size_t i = 0;

    /* Only the API server knows that an object is absent, and it says so in a Status. */
    if (answered && seen->http == STATUS_NOT_FOUND && *seen->reason == '\0')
        return seen->refusal && seen->refusal->reason == SPK_KIND_UNKNOWN ? SPK_READ_REFUSED
                                                                          : SPK_READ_UNCLEAR;
    for (; i + 1 < SPK_LEN(read_rows); i++) {
        const struct read_row *row = &read_rows[i];

        if (row->ways & 1U << seen->way && row->objects & 1U << seen->what &&
            (!answered || (seen->http >= row->from && seen->http <= row->to)))
            break;
    }
    return read_rows[i].outcome;
}
