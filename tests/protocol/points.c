/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The crash and fault points of the protocol, by their numbers: one call meets the fault, then
 * the same request is repeated, once as a plain call and once marked as a retry.
 */
#include "world.h"

#include "kubernetes/object.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct scenario p = {
    "P", SPK_VARIANT_CHILDREN_FIRST, 1, 0, true, false, true, false, false};
static const struct scenario p_ids = {
    "P, new ids", SPK_VARIANT_CHILDREN_FIRST, 1, 0, true, true, true, false, false};
static const struct scenario g = {
    "G", SPK_VARIANT_GATED_POD_FIRST, 1, 0, true, false, true, false, false};

enum end { DIES, GOOD, ADOPTS, REFUSED };

struct point;
typedef void meddle_fn(struct world *world, struct call *call, const struct spk_api_job *job,
                       const struct point *point);

struct point {
    const char *id, *what;
    const struct scenario *scenario;
    size_t call; /* index of the call that meets the fault */
    enum fault fault;
    enum spk_api_verb verb;
    const char *kind; /* "" any */
    unsigned nth;     /* the nth such request; 0: every one */
    meddle_fn *meddle;
    struct expected {
        enum end end;
        enum spk_reason reason;
        enum spk_outcome outcome;
    } first, repeat;
    bool require_id;
};

static bool is_met(const struct point *point, const struct call *call,
                   const struct spk_api_job *job)
{
    return call->index == point->call && job->request.verb == point->verb &&
           (!*point->kind || strcmp(job->request.resource->kind, point->kind) == 0);
}

static enum fault follow_script(struct world *world, const struct call *call,
                                const struct spk_api_job *job)
{
    const struct point *point = world->script_data;

    if (!is_met(point, call, job))
        return FAULT_NONE;
    world->script_count++;
    return point->nth == 0 || world->script_count == point->nth ? point->fault : FAULT_NONE;
}

static void meddle(struct world *world, struct call *call, const struct spk_api_job *job)
{
    const struct point *point = world->script_data;

    if (point->meddle)
        point->meddle(world, call, job, point);
}

static bool is_pod(const struct spk_api_job *job, enum spk_api_verb verb)
{
    return job->request.verb == verb && strcmp(job->request.resource->kind, "Pod") == 0;
}

/* Others in the cluster. */

static void put_foreign_map(struct world *world, struct call *call,
                            const struct spk_api_job *job, const struct point *point)
{
    struct spk_arena *arena = &call->arena;
    cJSON *map =
        spk_object(arena, "v1", "ConfigMap",
                   spk_printf(arena, "spark-drv-%s-conf-map", call->rendering.key.object));

    (void)point;
    if (call->index == 0 && job->request.verb == SPK_API_CREATE)
        spk_memory_put(world->memory, arena, WORLD_NS, map);
}

static void arrive_late(struct world *world, struct call *call, const struct spk_api_job *job,
                        const struct point *point)
{
    (void)call;
    (void)point;
    if (is_pod(job, SPK_API_CREATE))
        world_arrive(world);
}

static void put_earlier_pod(struct world *world, struct call *call,
                            const struct spk_api_job *job, const struct point *point)
{
    struct spk_arena *arena = &call->arena;
    cJSON *pod = spk_json_copy(arena, call->rendering.parts.pod);

    (void)point;
    spk_object_annotation(pod, SPK_MARK "key", "b/c");
    spk_object_label(pod, "sparkoperator.k8s.io/submission-id", "earlier");
    spk_json_text(spk_json_child(pod, "metadata"), "deletionTimestamp",
                  "1970-01-01T00:17:00Z");
    if (!is_pod(job, SPK_API_CREATE) && !is_pod(job, SPK_API_GET))
        return;
    if (call->index == 0)
        spk_memory_put(world->memory, arena, WORLD_NS, pod);
    else if (world->script_count++ == 0)
        world_delete(world, arena, "Pod", "pi-driver");
}

static void cancel_at_pod(struct world *world, struct call *call,
                          const struct spk_api_job *job, const struct point *point)
{
    (void)world;
    (void)point;
    if (call->index == 0 && is_pod(job, SPK_API_CREATE))
        spk_submit_cancel(&call->submit);
}

static void cancel_then_arrive(struct world *world, struct call *call,
                               const struct spk_api_job *job, const struct point *point)
{
    cancel_at_pod(world, call, job, point);
    if (call->index == 1)
        world_arrive(world);
}

static void let_time_pass(struct world *world, struct call *call,
                          const struct spk_api_job *job, const struct point *point)
{
    (void)point;
    if (call->index == 0 && job->request.verb == SPK_API_CREATE &&
        strcmp(job->request.resource->kind, "Service") == 0)
        world->now_ms += 58000;
}

static void add_gate(struct world *world, struct call *call, const struct spk_api_job *job,
                     const struct point *point)
{
    struct spk_arena *arena = &call->arena;

    (void)point;
    if (!is_pod(job, SPK_API_JSON_PATCH) || world->script_count++ > 0)
        return;
    cJSON *pod = spk_json_copy(arena, world_get(world, arena, "Pod", "pi-driver"));
    cJSON *gates = spk_json_new_array(arena), *gate = spk_json_push_object(gates);
    spk_json_text(gate, "name", "kueue.x-k8s.io/admission");
    spk_json_text(spk_json_push_object(gates), "name", SPK_GATE);
    spk_json_set(spk_json_child(pod, "spec"), "schedulingGates", gates);
    spk_memory_put(world->memory, arena, WORLD_NS, pod);
}

static void reuse_name(struct world *world, struct call *call, const struct spk_api_job *job,
                       const struct point *point)
{
    (void)point;
    if (call->index == 0 && is_pod(job, SPK_API_JSON_PATCH))
        spk_memory_put(world->memory, &call->arena, WORLD_NS,
                       spk_object(&call->arena, "v1", "Pod", "pi-driver"));
}

static void delete_pod(struct world *world, struct call *call, const struct spk_api_job *job,
                       const struct point *point)
{
    (void)point;
    if (call->index == 0 && is_pod(job, SPK_API_JSON_PATCH))
        world_delete(world, &call->arena, "Pod", "pi-driver");
}

#define NOWHERE SIZE_MAX

#define POST  SPK_API_CREATE
#define PATCH SPK_API_JSON_PATCH
#define GET   SPK_API_GET
#define PVC   "PersistentVolumeClaim"
#define MAP   "ConfigMap"
#define SVC   "Service"

#define DEAD                                                                                  \
    {                                                                                         \
        DIES, SPK_NO_REASON, SPK_NOT_CREATED                                                  \
    }
#define OK                                                                                    \
    {                                                                                         \
        GOOD, SPK_NO_REASON, SPK_NOT_CREATED                                                  \
    }
#define ADOPTED                                                                               \
    {                                                                                         \
        ADOPTS, SPK_NO_REASON, SPK_NOT_CREATED                                                \
    }
#define ENDS(reason, outcome)                                                                 \
    {                                                                                         \
        REFUSED, SPK_##reason, SPK_##outcome                                                  \
    }

#define BEFORE FAULT_CRASH_BEFORE
#define AFTER  FAULT_CRASH_AFTER

static const struct point points[] = {
    {"CP-02", "crash before the first request", &p, 0, BEFORE, POST, "", 1, NULL, DEAD, OK, 0},
    {"CP-08", "crash before the claim", &p, 0, BEFORE, POST, PVC, 1, NULL, DEAD, OK, 0},
    {"CP-09", "claim sent, never arrived", &p, 0, FAULT_LOST, POST, PVC, 1, NULL, OK, ADOPTED,
     0},
    {"CP-10", "claim stored, ack lost", &p, 0, FAULT_ACK_LOST, POST, PVC, 1, NULL, OK, ADOPTED,
     0},
    {"CP-11", "crash after the claim", &p, 0, AFTER, POST, PVC, 1, NULL, DEAD, OK, 0},
    {"CP-12", "crash before the ConfigMap", &p, 0, BEFORE, POST, MAP, 2, NULL, DEAD, OK, 0},
    {"CP-13", "ConfigMap stored, ack lost", &p, 0, FAULT_ACK_LOST, POST, MAP, 2, NULL, OK,
     ADOPTED, 0},
    {"CP-14", "ConfigMap 201 with a cut body", &p, 0, FAULT_CUT, POST, MAP, 2, NULL, OK,
     ADOPTED, 0},
    {"CP-15", "crash after the ConfigMap", &p, 0, AFTER, POST, MAP, 2, NULL, DEAD, OK, 0},
    {"CP-16", "executor template stored, ack lost", &p, 0, FAULT_ACK_LOST, POST, MAP, 3, NULL,
     OK, ADOPTED, 0},
    {"CP-17", "ConfigMap name held by foreign bytes", &p, NOWHERE, FAULT_NONE, POST, "", 1,
     put_foreign_map, ENDS(OBJECT_FOREIGN, PARTIAL), ENDS(OBJECT_FOREIGN, NOT_CREATED), 0},
    {"CP-18", "Service stored, ack lost", &p, 0, FAULT_ACK_LOST, POST, SVC, 1, NULL, OK,
     ADOPTED, 0},
    {"CP-19", "crash after the Service", &p, 0, AFTER, POST, SVC, 1, NULL, DEAD, OK, 0},
    {"CP-20", "Pod sent, never arrived", &p, 0, FAULT_LOST, POST, "Pod", 1, NULL, OK, ADOPTED,
     0},
    {"CP-21", "Pod stored, ack lost", &p, 0, FAULT_ACK_LOST, POST, "Pod", 1, NULL, OK, ADOPTED,
     0},
    {"CP-22", "Pod stored, 504", &p, 0, FAULT_ACK_ERROR, POST, "Pod", 1, NULL, OK, ADOPTED, 0},
    {"CP-23", "Pod commits after our NotFound", &p, 0, FAULT_LATE, POST, "Pod", 1, arrive_late,
     OK, ADOPTED, 0},
    {"CP-24", "403 quota although the Pod exists", &p, 1, FAULT_QUOTA, POST, "Pod", 0, NULL,
     OK, ADOPTED, 0},
    {"CP-25", "403 quota, no Pod", &p, 0, FAULT_QUOTA, POST, "Pod", 0, NULL,
     ENDS(KUBE_QUOTA_EXCEEDED, PARTIAL), OK, 0},
    {"CP-26", "409 from the quota document", &p, 0, FAULT_CONFLICT, POST, "Pod", 1, NULL, OK,
     ADOPTED, 0},
    {"CP-27", "Pod sent twice, no answer after", &p, 0, FAULT_EXISTS_CUT_OFF, POST, "Pod", 1,
     NULL, ENDS(KUBE_UNREACHABLE, OUTCOME_UNKNOWN), ADOPTED, 0},
    {"CP-27", "gate patch sent twice, no answer after", &g, 0, FAULT_INVALID_CUT_OFF, PATCH,
     "Pod", 1, NULL, ENDS(KUBE_UNREACHABLE, OUTCOME_UNKNOWN), ADOPTED, 0},
    {"CP-28", "crash after the Pod", &p, 0, AFTER, POST, "Pod", 1, NULL, DEAD, ADOPTED, 0},
    {"CP-29", "answer lost on the way to the caller", &p, NOWHERE, FAULT_NONE, POST, "", 1,
     NULL, OK, ADOPTED, 0},
    {"CP-30", "repeat with a new submission id", &p_ids, NOWHERE, FAULT_NONE, POST, "", 1,
     NULL, OK, ADOPTED, 0},
    {"CP-31", "the same, and the id is required", &p_ids, NOWHERE, FAULT_NONE, POST, "", 1,
     NULL, OK, ADOPTED, 1},
    {"CP-32", "the same, relabel refused", &p_ids, 1, FAULT_QUOTA, PATCH, "Pod", 0, NULL, OK,
     ENDS(DRIVER_POD_EXISTS, CREATED), 1},
    {"CP-33", "crash before the Pod, repeat with a new id", &p_ids, 0, BEFORE, POST, "Pod", 1,
     NULL, DEAD, OK, 0},
    {"CP-35", "same attempt, another rendering", &p_ids, 0, AFTER, POST, "Pod", 1, NULL, DEAD,
     ADOPTED, 0},
    {"CP-36", "one fails finally, another succeeds", &p, 0, FAULT_QUOTA, POST, SVC, 0, NULL,
     ENDS(KUBE_QUOTA_EXCEEDED, PARTIAL), OK, 0},
    {"CP-38", "name held by a terminating Pod", &p, NOWHERE, FAULT_NONE, POST, "", 1,
     put_earlier_pod, ENDS(PREVIOUS_RUN_TERMINATING, PARTIAL), OK, 0},
    {"CP-40", "cancelled while the Pod is in flight", &p, NOWHERE, FAULT_NONE, POST, "", 1,
     cancel_at_pod, OK, ADOPTED, 0},
    {"CP-40", "the same, ack lost", &p, 0, FAULT_ACK_LOST, POST, "Pod", 1, cancel_at_pod,
     ENDS(CALL_CANCELLED, OUTCOME_UNKNOWN), ADOPTED, 0},
    {"CP-40", "the same, never arrived", &p, 0, FAULT_LOST, POST, "Pod", 1, cancel_at_pod,
     ENDS(CALL_CANCELLED, OUTCOME_UNKNOWN), OK, 0},
    {"CP-41", "deadline between Service and Pod", &p, NOWHERE, FAULT_NONE, POST, "", 1,
     let_time_pass, ENDS(DEADLINE_DURING_SUBMIT, PARTIAL), OK, 0},
    {"CP-42", "401", &p, 0, FAULT_UNAUTHORIZED, POST, "Pod", 0, NULL,
     ENDS(KUBE_CREDENTIALS_REJECTED, PARTIAL), OK, 0},
    {"CP-43", "gated Pod stored, ack lost", &g, 0, FAULT_ACK_LOST, POST, "Pod", 1, NULL, OK,
     ADOPTED, 0},
    {"CP-44", "crash after the gated Pod", &g, 0, AFTER, POST, "Pod", 1, NULL, DEAD, ADOPTED,
     0},
    {"CP-45", "child stored, ack lost", &g, 0, FAULT_ACK_LOST, POST, SVC, 1, NULL, OK, ADOPTED,
     0},
    {"CP-46", "child refused finally", &g, 0, FAULT_QUOTA, POST, SVC, 0, NULL,
     ENDS(KUBE_QUOTA_EXCEEDED, PARTIAL), ADOPTED, 0},
    {"CP-47", "crash before the gate patch", &g, 0, BEFORE, PATCH, "Pod", 1, NULL, DEAD,
     ADOPTED, 0},
    {"CP-48", "patch stored, ack lost", &g, 0, FAULT_ACK_LOST, PATCH, "Pod", 1, NULL, OK,
     ADOPTED, 0},
    {"CP-49", "another gate before ours", &g, NOWHERE, FAULT_NONE, POST, "", 1, add_gate, OK,
     ADOPTED, 0},
    {"CP-50", "late gated Pod after the key was given up", &g, 0, FAULT_LATE, POST, "Pod", 1,
     cancel_then_arrive, ENDS(CALL_CANCELLED, PARTIAL), ADOPTED, 0},
    {"CP-51", "Pod deleted, name reused", &g, NOWHERE, FAULT_NONE, POST, "", 1, reuse_name,
     ENDS(DRIVER_POD_EXISTS, PARTIAL), ENDS(DRIVER_POD_EXISTS, NOT_CREATED), 0},
    {"CP-52", "janitor takes the Pod before the patch", &g, NOWHERE, FAULT_NONE, POST, "", 1,
     delete_pod, ENDS(SUBMISSION_BEING_DELETED, PARTIAL),
     ENDS(PREVIOUS_RUN_TERMINATING, PARTIAL), 0},
    {"CP-55", "503 for everything", &p, 0, FAULT_ERROR, POST, "", 0, NULL,
     ENDS(KUBE_ERROR, PARTIAL), OK, 0},
    {"CP-55", "503 for the Pod", &p, 0, FAULT_ERROR, POST, "Pod", 0, NULL,
     ENDS(KUBE_ERROR, OUTCOME_UNKNOWN), OK, 0},
    {"CP-55", "503 for the gate", &g, 0, FAULT_ERROR, PATCH, "", 0, NULL,
     ENDS(KUBE_ERROR, OUTCOME_UNKNOWN), ADOPTED, 0},
};

static bool agrees(const struct call *call, const struct expected *expected)
{
    const struct spk_submit_call *submit = &call->submit;

    switch (expected->end) {
    case DIES:
        return call->crashed;
    case GOOD:
        return call->finished && submit->ok && !submit->result.adopted;
    case ADOPTS:
        return call->finished && submit->ok && submit->result.adopted;
    case REFUSED:
        return call->finished && !submit->ok && submit->err.reason == expected->reason &&
               submit->err.outcome == expected->outcome;
    }
    return false;
}

static void print_end(const char *which, const struct call *call)
{
    printf("    %s: %s%s %s, %s: %s\n", which, call->crashed ? "died" : "",
           call->submit.ok ? call->submit.result.adopted ? "adopted" : "OK" : "",
           spk_reason_name(call->submit.err.reason),
           spk_outcome_name(call->submit.err.outcome), call->submit.err.text);
}

/* An adopted driver keeps its uid, and its id unless the caller needs its own. */
static bool is_the_same(const struct call *first, const struct call *repeat)
{
    const struct spk_submit_result *a = &first->submit.result, *b = &repeat->submit.result;

    if (!first->submit.ok || !repeat->submit.ok)
        return true;
    const char *id = repeat->submit.require_submission_id ? repeat->rendering.key.submission_id
                                                          : a->submission_id;
    return strcmp(a->pod_uid, b->pod_uid) == 0 && strcmp(b->submission_id, id) == 0;
}

static bool run_point(const struct point *point, bool retry)
{
    static struct world world;
    struct choices choices = {0};

    world_open(&world, point->scenario, &choices);
    world.script = follow_script;
    world.meddle = meddle;
    world.script_data = point;
    world.require_submission_id = point->require_id;
    world.refused_for_good = point->repeat.end == REFUSED;
    const struct call *first = world_call(&world, false);
    world.script_count = 0;
    const struct call *repeat = world_call(&world, retry);
    bool good = agrees(first, &point->first) && agrees(repeat, &point->repeat) &&
                is_the_same(first, repeat) && invariants_check(&world) == 0;
    printf("%s %-48s%s%s\n", point->id, point->what, retry ? " (retry) " : " ",
           good ? "ok" : "FAILED");
    if (!good) {
        print_end("first", first);
        print_end("repeat", repeat);
    }
    world_close(&world);
    return good;
}

int main(void)
{
    bool good = true;

    for (size_t i = 0; i < SPK_LEN(points); i++) {
        good &= run_point(&points[i], false);
        good &= run_point(&points[i], true);
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
