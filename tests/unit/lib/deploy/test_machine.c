/* SPDX-License-Identifier: Apache-2.0 */
/* The machine by itself: its table, several requests at a time, and copies. */
#include "deploy/machine.h"
#include "kubernetes/object.h"
#include "submission_fixture.h"

#include "test.h"

#define NOW_MS 1000

/* A machine for a Pod, and a ConfigMap and a Service that are made at the same time. */
struct bench {
    struct submission_fixture fixture;
    struct spk_warnings warnings;
    struct spk_task task;
    struct spk_part_progress parts[4];
    struct spk_machine machine;
    struct spk_actions actions;
};

static void bench_init(struct bench *bench, enum spk_variant variant)
{
    *bench = (struct bench){0};
    submission_fixture_init(&bench->fixture, NULL,
                            &(struct submission_choice){.variant = variant,
                                                        .ns = "ns1",
                                                        .name = "pi",
                                                        .submission_id = "sub-1",
                                                        .attempts = 1});
    bench->fixture.parts.waves[0] = 0;
    bench->fixture.parts.waves[1] = variant == SPK_VARIANT_GATED_POD_FIRST;
    bench->fixture.parts.waves[2] = 1;
    bench->task = (struct spk_task){.parts = &bench->fixture.parts,
                                    .key = &bench->fixture.key,
                                    .deadline_ms = NOW_MS + 30000};
    spk_machine_init(&bench->machine, bench->parts, &bench->task);
}

static void step(struct bench *bench, struct spk_machine *machine, const struct spk_seen *seen)
{
    const struct spk_step_memory memory = {&bench->fixture.arena, &bench->warnings};

    spk_machine_next(machine, &memory, seen, NOW_MS, &bench->actions);
}

/* The API server stores the object of a part, and answers with it. */
static void create(struct bench *bench, struct spk_machine *machine, size_t part)
{
    cJSON *object = spk_json_copy(&bench->fixture.arena, spk_machine_object(machine, part));

    spk_json_text(spk_json_child(object, "metadata"), "uid", "u-1");
    step(bench, machine,
         &(struct spk_seen){.part = part,
                            .way = SPK_SEEN_ANSWER,
                            .http = 201,
                            .reason = "",
                            .message = "",
                            .object = object});
}

static void refuse(struct bench *bench, struct spk_machine *machine, size_t part)
{
    static const struct spk_err refusal = {.reason = SPK_KUBE_REJECTED, .text = "no"};

    step(bench, machine,
         &(struct spk_seen){.part = part,
                            .way = SPK_SEEN_ANSWER,
                            .http = 422,
                            .reason = "Invalid",
                            .message = "",
                            .refusal = &refusal});
}

static bool asks_for(const struct bench *bench, enum spk_action_kind kind, size_t n)
{
    for (size_t i = 0; i < bench->actions.n; i++)
        n -= bench->actions.items[i].kind == kind;
    return n == 0;
}

static void test_the_table_has_one_step_for_what_is_seen(void)
{
    size_t n;
    const struct spk_machine_row *rows = spk_machine_rows(&n);

    for (size_t i = 0; i < n; i++) {
        CU_ASSERT_PTR_NOT_NULL(rows[i].run);
        CU_ASSERT_PTR_NOT_NULL(spk_request_name(rows[i].request));
        CU_ASSERT_PTR_NOT_NULL(spk_observation_name(rows[i].seen));
        CU_ASSERT(rows[i].does && *rows[i].does);
        for (size_t j = 0; j < i; j++)
            CU_ASSERT(rows[i].request != rows[j].request || rows[i].seen != rows[j].seen);
    }
}

static void test_parts_of_a_wave_are_under_way_at_once(void)
{
    for (int order = 0; order < 2; order++) {
        struct bench bench;

        bench_init(&bench, SPK_VARIANT_GATED_POD_FIRST);
        step(&bench, &bench.machine, NULL);
        CU_ASSERT_EQUAL(bench.actions.n, 1);
        CU_ASSERT_EQUAL(bench.actions.items[0].part, bench.machine.pod_at);
        create(&bench, &bench.machine, bench.machine.pod_at);
        CU_ASSERT_EQUAL(bench.actions.n, 2);
        CU_ASSERT(asks_for(&bench, SPK_ACTION_CREATE, 2));
        CU_ASSERT_EQUAL(bench.machine.under_way, 2);
        create(&bench, &bench.machine, order ? 2 : 1);
        CU_ASSERT_EQUAL(bench.actions.n, 0);
        CU_ASSERT_EQUAL(bench.machine.phase, SPK_PHASE_PARTS);
        create(&bench, &bench.machine, order ? 1 : 2);
        CU_ASSERT_EQUAL(bench.actions.n, 1);
        CU_ASSERT_EQUAL(bench.machine.phase, SPK_PHASE_OPEN);
        spk_arena_free(&bench.fixture.arena);
    }
}

/* A refusal starts nothing new, and waits for the answers to what is under way. */
static void test_the_end_waits_for_what_is_under_way(void)
{
    struct bench bench;

    bench_init(&bench, SPK_VARIANT_CHILDREN_FIRST);
    step(&bench, &bench.machine, NULL);
    CU_ASSERT_EQUAL(bench.actions.n, 2);
    refuse(&bench, &bench.machine, 0);
    CU_ASSERT_EQUAL(bench.actions.n, 0);
    CU_ASSERT_TRUE(bench.actions.stop);
    CU_ASSERT_EQUAL(bench.machine.phase, SPK_PHASE_ENDING);
    create(&bench, &bench.machine, 1);
    CU_ASSERT_EQUAL(bench.actions.n, 0);
    CU_ASSERT_EQUAL(bench.machine.phase, SPK_PHASE_OVER);
    CU_ASSERT_EQUAL(bench.machine.err->reason, SPK_KUBE_REJECTED);
    CU_ASSERT_EQUAL(bench.machine.err->outcome, SPK_PARTIAL);
    spk_arena_free(&bench.fixture.arena);
}

static void test_a_copy_is_a_machine_of_its_own(void)
{
    struct bench bench;
    struct spk_part_progress parts[4];
    struct spk_machine copy;

    bench_init(&bench, SPK_VARIANT_CHILDREN_FIRST);
    step(&bench, &bench.machine, NULL);
    spk_machine_copy(&copy, parts, &bench.machine);
    refuse(&bench, &bench.machine, 0);
    create(&bench, &bench.machine, 1);
    CU_ASSERT_EQUAL(bench.machine.phase, SPK_PHASE_OVER);
    create(&bench, &copy, 0);
    create(&bench, &copy, 1);
    CU_ASSERT_EQUAL(bench.actions.n, 1);
    CU_ASSERT_EQUAL(bench.actions.items[0].part, copy.pod_at);
    create(&bench, &copy, copy.pod_at);
    CU_ASSERT_EQUAL(copy.phase, SPK_PHASE_OVER);
    CU_ASSERT_PTR_NULL(copy.err);
    CU_ASSERT_EQUAL(copy.gate, SPK_GATE_COMMITTED);
    CU_ASSERT_EQUAL(bench.machine.gate, SPK_GATE_CLOSED);
    spk_arena_free(&bench.fixture.arena);
}

static CU_TestInfo tests[] = {
    SPK_TEST(the_table_has_one_step_for_what_is_seen),
    SPK_TEST(parts_of_a_wave_are_under_way_at_once),
    SPK_TEST(the_end_waits_for_what_is_under_way),
    SPK_TEST(a_copy_is_a_machine_of_its_own),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("machine", tests)
