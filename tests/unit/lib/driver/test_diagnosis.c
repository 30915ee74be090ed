/* SPDX-License-Identifier: Apache-2.0 */
#include "driver/diagnosis.h"

#include "test.h"
#include "json/read.h"

#include <string.h>

static const cJSON *read_json(struct spk_arena *arena, const char *text)
{
    struct spk_err err = {0};
    cJSON *tree = NULL;

    CU_ASSERT_FATAL(spk_json_read(arena, text, strlen(text), &tree, &err));
    return tree;
}

/* "CAUSE(reason): text" of each, one a line. */
static const char *told(struct spk_arena *arena, const struct spk_diagnoses *all)
{
    struct spk_buf out = {.arena = arena};

    for (size_t i = 0; i < all->n; i++)
        spk_buf_printf(&out, "%s%s(%s): %s", i ? "\n" : "",
                       spk_cause_name(all->items[i].cause), all->items[i].reason,
                       all->items[i].text);
    return spk_buf_string(&out);
}

#define NOT_SCHEDULED(message)                                                                \
    "{\"status\":{\"phase\":\"Pending\",\"conditions\":[{\"lastProbeTime\":null,"             \
    "\"lastTransitionTime\":\"2026-01-01T00:00:00Z\",\"message\":\"" message "\","            \
    "\"reason\":\"Unschedulable\",\"status\":\"False\",\"type\":\"PodScheduled\"}]}}"
#define CONTAINER(list, state)                                                                \
    "{\"status\":{\"phase\":\"Pending\",\"" list "\":[{\"image\":\"i\",\"imageID\":\"\","     \
    "\"lastState\":{},\"name\":\"c\",\"ready\":false,\"restartCount\":0,\"started\":false,"   \
    "\"state\":{" state "}}]}}"
#define WAITS(reason, message)                                                                \
    "\"waiting\":{\"message\":\"" message "\",\"reason\":\"" reason "\"}"
#define ENDED(reason)                                                                         \
    "\"terminated\":{\"containerID\":\"containerd://1\",\"exitCode\":137,"                    \
    "\"finishedAt\":\"2026-01-01T00:00:00Z\",\"reason\":\"" reason "\","                      \
    "\"startedAt\":\"2026-01-01T00:00:00Z\"}"

#define NO_CPU                                                                                \
    "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No " \
    "preemption victims found for incoming pod."
#define NO_CLAIM                                                                              \
    "0/3 nodes are available: persistentvolumeclaim \\\"data\\\" not found. preemption: 0/3 " \
    "nodes are available: 3 Preemption is not helpful for scheduling."
#define UNBOUND                                                                               \
    "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: " \
    "0/3 nodes are available: 3 Preemption is not helpful for scheduling."
#define LOW                                                                                   \
    "The node was low on resource: memory. Threshold quantity: 100Mi, available: 88Mi. "      \
    "Container spark-kubernetes-driver was using 1200Mi, request is 896Mi, has larger "       \
    "consumption of memory. "

/* As kubelets and schedulers write them. */
static void test_a_pod_tells_the_cause(void)
{
    static const struct {
        const char *pod, *told;
    } cases[] = {
        {"{}", ""},
        {"{\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"PodScheduled\","
         "\"status\":\"True\"}]}}",
         ""},
        {"{\"status\":{\"conditions\":[{\"type\":\"PodScheduled\",\"status\":\"False\","
         "\"reason\":\"SchedulingGated\",\"message\":\"Scheduling is blocked due to non-empty "
         "scheduling gates\"}]}}",
         ""},
        {NOT_SCHEDULED(NO_CPU), "UNSCHEDULABLE(Unschedulable): " NO_CPU},
        {NOT_SCHEDULED(NO_CLAIM), "VOLUME_PENDING(Unschedulable): 0/3 nodes are available: "
                                  "persistentvolumeclaim \"data\" not found. preemption: 0/3 "
                                  "nodes are available: 3 Preemption is not helpful for "
                                  "scheduling."},
        {NOT_SCHEDULED(UNBOUND), "VOLUME_PENDING(Unschedulable): " UNBOUND},
        {NOT_SCHEDULED("queue resource quota insufficient"),
         "QUOTA(Unschedulable): queue resource quota insufficient"},
        {CONTAINER("containerStatuses",
                   WAITS("ImagePullBackOff", "Back-off pulling image \\\"none:1\\\"")),
         "IMAGE_PULL(ImagePullBackOff): container c: Back-off pulling image \"none:1\""},
        {CONTAINER("initContainerStatuses", WAITS("ErrImagePull", "not found")),
         "IMAGE_PULL(ErrImagePull): container c: not found"},
        {CONTAINER("containerStatuses", WAITS("CreateContainerConfigError",
                                              "configmap \\\"settings\\\" not found")),
         "CONFIG_MISSING(CreateContainerConfigError): container c: configmap \"settings\" not "
         "found"},
        {CONTAINER("containerStatuses", "\"waiting\":{\"reason\":\"ContainerCreating\"}"), ""},
        {CONTAINER("containerStatuses", ENDED("OOMKilled")),
         "OOM_KILLED(OOMKilled): container c: OOMKilled, exit code 137"},
        {CONTAINER("containerStatuses", ENDED("Error")), ""},
        {"{\"status\":{\"containerStatuses\":[{\"name\":\"c\",\"lastState\":{" ENDED(
             "OOMKilled") "},\"state\":{\"running\":{}}}]}}",
         "OOM_KILLED(OOMKilled): container c: OOMKilled, exit code 137"},
        {"{\"status\":{\"message\":\"" LOW "\",\"phase\":\"Failed\",\"reason\":\"Evicted\"}}",
         "EVICTED(Evicted): " LOW},
        {"{\"status\":{\"phase\":\"Failed\",\"conditions\":[{\"type\":\"DisruptionTarget\","
         "\"status\":\"True\",\"reason\":\"PreemptionByScheduler\",\"message\":"
         "\"default-scheduler: preempting to accommodate a higher priority pod\"}]}}",
         "EVICTED(PreemptionByScheduler): default-scheduler: preempting to accommodate a "
         "higher priority pod"},
        {"{\"status\":{\"conditions\":[{\"type\":\"DisruptionTarget\",\"status\":\"False\"}]}"
         "}",
         ""},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_diagnoses all = spk_diagnose_pod(&arena, read_json(&arena, cases[i].pod));

        SPK_ASSERT_TEXT(told(&arena, &all), cases[i].told);
    }
}

#define EVENT(reason, message)                                                                \
    "{\"count\":5,\"involvedObject\":{\"kind\":\"Pod\",\"name\":\"p\",\"uid\":\"u\"},"        \
    "\"message\":\"" message "\",\"reason\":\"" reason "\",\"type\":\"Warning\"}"

static void test_events_tell_what_the_pod_does_not(void)
{
    static const struct {
        const char *pod, *events, *told;
    } cases[] = {
        {"{}", "", ""},
        {"{}",
         EVENT("FailedMount", "MountVolume.SetUp failed for volume \\\"v\\\" : configmap "
                              "\\\"spark-drv-1-conf-map\\\" not found"),
         "CONFIG_MISSING(FailedMount): MountVolume.SetUp failed for volume \"v\" : configmap "
         "\"spark-drv-1-conf-map\" not found"},
        {"{}",
         EVENT("FailedMount",
               "MountVolume.SetUp failed for volume \\\"v\\\" : secret "
               "\\\"s\\\" not found") "," EVENT("FailedMount", "MountVolume.SetUp failed for "
                                                               "volume \\\"v\\\" : secret "
                                                               "\\\"s\\\" not found"),
         "CONFIG_MISSING(FailedMount): MountVolume.SetUp failed for volume \"v\" : secret "
         "\"s\" not found"},
        {"{}",
         EVENT("FailedAttachVolume", "Multi-Attach error for volume \\\"pvc-1\\\" Volume is "
                                     "already used by pod(s) q"),
         "VOLUME_PENDING(FailedAttachVolume): Multi-Attach error for volume \"pvc-1\" Volume "
         "is already used by pod(s) q"},
        {"{}", EVENT("Scheduled", "Successfully assigned ns/p to node-1"), ""},
        /* The Pod says it better, and as it is now. */
        {NOT_SCHEDULED("now"), EVENT("FailedScheduling", "before"),
         "UNSCHEDULABLE(Unschedulable): now"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_diagnoses all = spk_diagnose_pod(&arena, read_json(&arena, cases[i].pod));

        spk_diagnose_events(
            &arena, read_json(&arena, spk_printf(&arena, "{\"items\":[%s]}", cases[i].events)),
            &all);
        SPK_ASSERT_TEXT(told(&arena, &all), cases[i].told);
    }
}

static void test_diagnoses_are_bounded(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(4 << 20);
    struct spk_buf events = {.arena = &arena};
    struct spk_diagnoses all = {0};

    for (int i = 0; i < 100; i++)
        spk_buf_printf(&events, "%s" EVENT("FailedMount", "%02000d"), i ? "," : "", i);
    spk_diagnose_events(
        &arena, read_json(&arena, spk_printf(&arena, "{\"items\":[%s]}", events.data)), &all);
    CU_ASSERT_EQUAL_FATAL(all.n, 1); /* the first 1024 bytes are alike */
    CU_ASSERT_EQUAL(strlen(all.items[0].text), 1024);
    events = (struct spk_buf){.arena = &arena};
    all = (struct spk_diagnoses){0};
    for (int i = 0; i < 100; i++)
        spk_buf_printf(&events, "%s" EVENT("FailedMount", "%d"), i ? "," : "", i);
    spk_diagnose_events(
        &arena, read_json(&arena, spk_printf(&arena, "{\"items\":[%s]}", events.data)), &all);
    CU_ASSERT_EQUAL(all.n, 16);
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_pod_tells_the_cause),
    SPK_TEST(events_tell_what_the_pod_does_not),
    SPK_TEST(diagnoses_are_bounded),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("diagnosis", tests)
