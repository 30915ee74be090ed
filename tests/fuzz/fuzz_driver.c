/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The answers of an API server to a query about drivers: the first byte chooses what is asked,
 * then come answers separated by NUL, each a digit for its HTTP status and a JSON value. A
 * query ends, deletes only what it has seen, and what it finds can be told.
 */
#include "base/limits.h"
#include "driver/query.h"
#include "driver/state.h"
#include "kubernetes/object.h"
#include "json/read.h"

#include "fuzz.h"

#include <string.h>

struct input {
    struct spk_arena arena;
    const char *at, *end;
    unsigned chosen;
};

static void read_answer(struct input *input, struct spk_query_answer *answer,
                        struct spk_err *refusal)
{
    static const int statuses[] = {200, 404, 409, 403, 500, 0};
    const char *stop = memchr(input->at, '\0', (size_t)(input->end - input->at));
    struct spk_err unread;
    cJSON *tree = NULL;

    if (!stop)
        stop = input->end;
    int http = input->at < stop ? statuses[(unsigned char)*input->at % SPK_LEN(statuses)]
                                : 404;
    if (input->at < stop &&
        !spk_json_read_stored(&input->arena, input->at + 1, (size_t)(stop - input->at - 1),
                              &tree, &unread))
        tree = NULL;
    input->at = stop < input->end ? stop + 1 : input->end;
    *answer = (struct spk_query_answer){
        .http = http, .reason = http == 404 ? "NotFound" : "", .date_s = 1767225610};
    if (http == 200 && spk_json_get_text(tree, "kind")) {
        answer->object = tree;
        return;
    }
    (void)spk_fail(refusal, SPK_KUBE_ERROR, "refused");
    answer->refusal = refusal;
}

static void check_request(const struct spk_driver_query *query)
{
    const struct spk_query_request *request = &query->request;

    SPK_PROMISE(request->name ||
                (request->verb != SPK_QUERY_GET && request->verb != SPK_QUERY_DELETE));
    if (request->verb == SPK_QUERY_DELETE) {
        SPK_PROMISE(query->purpose == SPK_QUERY_KILL && query->at < query->n_found);
        SPK_PROMISE(strstr(request->body, "\"uid\"") &&
                    strstr(request->body, "\"resourceVersion\""));
    }
}

static void tell(struct input *input, const struct spk_driver_query *query)
{
    for (size_t i = 0; i < query->n_found; i++) {
        struct spk_driver_state driver =
            spk_driver_state_read(&input->arena, query->found[i].pod);
        struct spk_diagnoses all = spk_diagnose_pod(&input->arena, query->found[i].pod);

        SPK_PROMISE(*spk_driver_stage_name(driver.stage));
        SPK_PROMISE(all.n <= SPK_MAX_DIAGNOSES);
        for (size_t k = 0; k < all.n; k++)
            SPK_PROMISE(strlen(all.items[k].text) <= SPK_MAX_CAUSE_TEXT &&
                        *spk_cause_name(all.items[k].cause));
    }
}

static void run(void *argument)
{
    static const struct spk_driver_target targets[] = {
        {.ns = "ns", .name = "pi"},
        {.ns = "ns", .name = "p", .is_prefix = true},
        {.ns = "ns", .app_name = "pi", .uid = "u"},
    };
    struct input *input = argument;
    struct spk_driver_query query = {
        .purpose = (enum spk_query_purpose)(input->chosen % 3),
        .target = targets[input->chosen / 3 % 3],
        .explains = true,
        .page_size = 2,
    };
    enum spk_query_step step = spk_driver_query_next(&query, &input->arena, NULL, NULL);

    for (int steps = 0; step == SPK_QUERY_ASK; steps++) {
        struct spk_query_answer answer;
        struct spk_err refusal = {0}, err = {0};

        SPK_PROMISE(steps < 100000);
        check_request(&query);
        read_answer(input, &answer, &refusal);
        step = spk_driver_query_next(&query, &input->arena, &answer, &err);
        SPK_PROMISE(step != SPK_QUERY_FAIL || (err.reason != SPK_NO_REASON && *err.text));
    }
    if (step == SPK_QUERY_DONE)
        tell(input, &query);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {.arena = SPK_ARENA_LIMIT(SPK_MIB(64)),
                          .at = (const char *)data + 1,
                          .end = (const char *)data + size};

    if (size == 0)
        return 0;
    input.chosen = data[0];
    if (!spk_arena_run(&input.arena, run, &input))
        fputs("the arena is exhausted\n", stderr);
    spk_arena_free(&input.arena);
    return 0;
}
