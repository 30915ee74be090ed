/* SPDX-License-Identifier: Apache-2.0 */
/* The messages about drivers that exist: GetSubmission, WatchSubmission, ListSubmissions,
 * KillSubmission. */
#include "grpc/message_time.h"
#include "grpc/messages.h"
#include "spark/submit/v1/submit_service.pb-c.h"

#include <limits.h>

/* ---- values of enumerations ---- */

static const Spk__SubmissionState states[] = {
    [SPK_DRIVER_GATED] = SPK__SUBMISSION_STATE__SUBMISSION_STATE_GATED,
    [SPK_DRIVER_PENDING] = SPK__SUBMISSION_STATE__SUBMISSION_STATE_PENDING,
    [SPK_DRIVER_RUNNING] = SPK__SUBMISSION_STATE__SUBMISSION_STATE_RUNNING,
    [SPK_DRIVER_SUCCEEDED] = SPK__SUBMISSION_STATE__SUBMISSION_STATE_SUCCEEDED,
    [SPK_DRIVER_FAILED] = SPK__SUBMISSION_STATE__SUBMISSION_STATE_FAILED,
    [SPK_DRIVER_DELETING] = SPK__SUBMISSION_STATE__SUBMISSION_STATE_DELETING,
    [SPK_DRIVER_DELETED] = SPK__SUBMISSION_STATE__SUBMISSION_STATE_DELETED,
    [SPK_DRIVER_UNKNOWN] = SPK__SUBMISSION_STATE__SUBMISSION_STATE_UNKNOWN,
};
_Static_assert(SPK_LEN(states) == SPK_DRIVER_UNKNOWN + 1, "as many as a driver has");

static const Spk__ContainerState phases[] = {
    [SPK_CONTAINER_UNKNOWN] = SPK__CONTAINER_STATE__CONTAINER_STATE_UNSPECIFIED,
    [SPK_CONTAINER_RUNNING] = SPK__CONTAINER_STATE__CONTAINER_STATE_RUNNING,
    [SPK_CONTAINER_WAITING] = SPK__CONTAINER_STATE__CONTAINER_STATE_WAITING,
    [SPK_CONTAINER_TERMINATED] = SPK__CONTAINER_STATE__CONTAINER_STATE_TERMINATED,
};
_Static_assert(SPK_LEN(phases) == SPK_CONTAINER_TERMINATED + 1, "as many as a container has");

static const Spk__DiagnosisCause causes[] = {
    [SPK_CAUSE_UNSCHEDULABLE] = SPK__DIAGNOSIS_CAUSE__DIAGNOSIS_CAUSE_UNSCHEDULABLE,
    [SPK_CAUSE_IMAGE_PULL] = SPK__DIAGNOSIS_CAUSE__DIAGNOSIS_CAUSE_IMAGE_PULL,
    [SPK_CAUSE_CONFIG_MISSING] = SPK__DIAGNOSIS_CAUSE__DIAGNOSIS_CAUSE_CONFIG_MISSING,
    [SPK_CAUSE_VOLUME_PENDING] = SPK__DIAGNOSIS_CAUSE__DIAGNOSIS_CAUSE_VOLUME_PENDING,
    [SPK_CAUSE_QUOTA] = SPK__DIAGNOSIS_CAUSE__DIAGNOSIS_CAUSE_QUOTA,
    [SPK_CAUSE_EVICTED] = SPK__DIAGNOSIS_CAUSE__DIAGNOSIS_CAUSE_EVICTED,
    [SPK_CAUSE_OOM_KILLED] = SPK__DIAGNOSIS_CAUSE__DIAGNOSIS_CAUSE_OOM_KILLED,
};
_Static_assert(SPK_LEN(causes) == SPK_CAUSE_OOM_KILLED + 1, "as many as a diagnosis has");

static const Spk__KillDisposition dispositions[] = {
    [SPK_KILLED_DELETED] = SPK__KILL_DISPOSITION__KILL_DISPOSITION_DELETED,
    [SPK_KILLED_GONE] = SPK__KILL_DISPOSITION__KILL_DISPOSITION_ALREADY_GONE,
    [SPK_KILLED_DRY_RUN] = SPK__KILL_DISPOSITION__KILL_DISPOSITION_DRY_RUN_OK,
};
_Static_assert(SPK_LEN(dispositions) == SPK_KILLED_DRY_RUN + 1, "as many as a query has");

/* ---- selectors: the requests number them alike ---- */

enum selector {
    BY_NAME = SPK__GET_SUBMISSION_REQUEST__SELECTOR_DRIVER_POD_NAME,
    BY_APP_NAME = SPK__GET_SUBMISSION_REQUEST__SELECTOR_APP_NAME,
    BY_SUBMISSION_ID = SPK__GET_SUBMISSION_REQUEST__SELECTOR_SUBMISSION_ID,
    BY_APPLICATION_ID = SPK__GET_SUBMISSION_REQUEST__SELECTOR_SPARK_APPLICATION_ID,
    BY_ATTEMPT = SPK__GET_SUBMISSION_REQUEST__SELECTOR_ATTEMPT,
};
#define SAME(selector)                                                                        \
    ((int)SPK__GET_SUBMISSION_REQUEST__SELECTOR_##selector ==                                 \
         (int)SPK__KILL_SUBMISSION_REQUEST__SELECTOR_##selector &&                            \
     (int)SPK__GET_SUBMISSION_REQUEST__SELECTOR_##selector ==                                 \
         (int)SPK__WATCH_SUBMISSION_REQUEST__SELECTOR_##selector)
_Static_assert(SAME(DRIVER_POD_NAME) && SAME(APP_NAME) && SAME(SUBMISSION_ID) &&
                   SAME(SPARK_APPLICATION_ID) && SAME(ATTEMPT),
               "one enum stands for all");
#undef SAME

/* A oneof holds one text, whichever it is. */
static struct spk_driver_target read_target(const char *ns, const char *uid, int selector,
                                            const char *value)
{
    struct spk_driver_target target = {.ns = ns, .uid = uid};

    switch (selector) {
    case BY_NAME:
        target.name = value;
        break;
    case BY_APP_NAME:
        target.app_name = value;
        break;
    case BY_SUBMISSION_ID:
        target.submission_id = value;
        break;
    case BY_APPLICATION_ID:
        target.application_id = value;
        break;
    case BY_ATTEMPT:
        target.attempt = value;
        break;
    default:
        break; /* none was given */
    }
    return target;
}

/* ---- a driver ---- */

static void write_exit_code(const char *text, Spk__ContainerStatus *message)
{
    int64_t code;

    if (!text || !spk_parse_int64(text, &code) || code < INT32_MIN || code > INT32_MAX)
        return;
    message->has_exit_code = 1;
    message->exit_code = (int32_t)code;
}

static Spk__ContainerStatus *write_container(struct spk_arena *arena,
                                             const struct spk_container_state *container)
{
    Spk__ContainerStatus *message;

    if (!container)
        return NULL;
    message = spk_alloc(arena, sizeof(*message));
    spk__container_status__init(message);
    message->name = container->name;
    message->has_state = 1;
    message->state = phases[container->phase];
    write_exit_code(container->exit_code, message);
    message->reason = container->reason;
    message->message = container->message;
    message->started_at = spk_message_time(arena, container->started_at);
    message->finished_at = spk_message_time(arena, container->finished_at);
    message->has_restarts = 1;
    message->restarts =
        (int32_t)(container->restarts > INT32_MAX ? INT32_MAX : container->restarts);
    return message;
}

static Spk__Diagnosis **write_diagnoses(struct spk_arena *arena,
                                        const struct spk_diagnoses *diagnoses)
{
    Spk__Diagnosis **list = spk_alloc_array(arena, diagnoses->n, sizeof(*list));

    for (size_t i = 0; i < diagnoses->n; i++) {
        Spk__Diagnosis *message = spk_alloc(arena, sizeof(*message));

        spk__diagnosis__init(message);
        message->has_cause = 1;
        message->cause = causes[diagnoses->items[i].cause];
        message->reason = diagnoses->items[i].reason;
        message->text = diagnoses->items[i].text;
        list[i] = message;
    }
    return list;
}

static Spk__SubmissionStatus *write_status(struct spk_arena *arena,
                                           const struct spk_driver_state *driver,
                                           const struct spk_diagnoses *diagnoses)
{
    Spk__SubmissionStatus *message = spk_alloc(arena, sizeof(*message));

    spk__submission_status__init(message);
    message->has_state = 1;
    message->state = states[driver->stage];
    message->namespace_ = driver->ns;
    message->driver_pod_name = driver->name;
    message->driver_pod_uid = driver->uid;
    message->spark_application_id = driver->application_id;
    message->app_name = driver->app_name;
    message->submission_id = driver->submission_id;
    message->attempt = driver->attempt;
    message->pod_phase = driver->phase;
    message->reason = driver->reason;
    message->message = driver->message;
    message->container = write_container(arena, driver->driver);
    message->created_at = spk_message_time(arena, driver->created_at);
    message->n_diagnosis = diagnoses->n;
    message->diagnosis = write_diagnoses(arena, diagnoses);
    return message;
}

/* ---- GetSubmission ---- */

static bool read_get(struct spk_arena *arena, const ProtobufCMessage *base,
                     const struct spk_warnings *warnings, const void **out,
                     struct spk_err *err)
{
    const Spk__GetSubmissionRequest *message = (const Spk__GetSubmissionRequest *)base;
    struct spk_get_request *request = spk_alloc(arena, sizeof(*request));

    (void)warnings, (void)err;
    request->target = read_target(message->namespace_, message->driver_pod_uid,
                                  (int)message->selector_case, message->driver_pod_name);
    *out = request;
    return true;
}

static const ProtobufCMessage *write_get(struct spk_arena *arena, const void *base)
{
    const struct spk_get_response *response = base;
    Spk__GetSubmissionResponse *message = spk_alloc(arena, sizeof(*message));

    spk__get_submission_response__init(message);
    message->submission = write_status(arena, &response->driver, &response->diagnoses);
    message->has_ambiguous = 1;
    message->ambiguous = response->ambiguous;
    return &message->base;
}

const struct spk_mapping spk_get_mapping = {&spk_get_type, read_get, write_get};

/* ---- WatchSubmission ---- */

static bool read_watch(struct spk_arena *arena, const ProtobufCMessage *base,
                       const struct spk_warnings *warnings, const void **out,
                       struct spk_err *err)
{
    const Spk__WatchSubmissionRequest *message = (const Spk__WatchSubmissionRequest *)base;
    struct spk_watch_request *request = spk_alloc(arena, sizeof(*request));

    (void)warnings, (void)err;
    *request = (struct spk_watch_request){
        .target = read_target(message->namespace_, message->driver_pod_uid,
                              (int)message->selector_case, message->driver_pod_name),
        .resume_token = message->resume_token,
        .until_terminal = !message->has_until_terminal || message->until_terminal,
    };
    *out = request;
    return true;
}

static const ProtobufCMessage *write_watch(struct spk_arena *arena, const void *base)
{
    const struct spk_watch_response *response = base;
    Spk__WatchSubmissionResponse *message = spk_alloc(arena, sizeof(*message));

    spk__watch_submission_response__init(message);
    message->submission =
        write_status(arena, &response->view.driver, &response->view.diagnoses);
    message->has_ambiguous = 1;
    message->ambiguous = response->ambiguous;
    message->resume_token = response->view.token;
    return &message->base;
}

const struct spk_mapping spk_watch_mapping = {&spk_watch_type, read_watch, write_watch};

/* ---- ListSubmissions ---- */

static bool read_list(struct spk_arena *arena, const ProtobufCMessage *base,
                      const struct spk_warnings *warnings, const void **out,
                      struct spk_err *err)
{
    const Spk__ListSubmissionsRequest *message = (const Spk__ListSubmissionsRequest *)base;
    struct spk_list_request *request = spk_alloc(arena, sizeof(*request));

    (void)warnings, (void)err;
    request->ns = message->namespace_;
    request->page_size = message->page_size;
    request->page_token = message->page_token;
    *out = request;
    return true;
}

static const ProtobufCMessage *write_list(struct spk_arena *arena, const void *base)
{
    static const struct spk_diagnoses none = {0};
    const struct spk_list_response *response = base;
    Spk__ListSubmissionsResponse *message = spk_alloc(arena, sizeof(*message));

    spk__list_submissions_response__init(message);
    message->submissions =
        spk_alloc_array(arena, response->n_drivers, sizeof(*message->submissions));
    for (size_t i = 0; i < response->n_drivers; i++)
        message->submissions[message->n_submissions++] =
            write_status(arena, &response->drivers[i], &none);
    message->next_page_token = response->next_page;
    return &message->base;
}

const struct spk_mapping spk_list_mapping = {&spk_list_type, read_list, write_list};

/* ---- KillSubmission ---- */

static bool read_kill(struct spk_arena *arena, const ProtobufCMessage *base,
                      const struct spk_warnings *warnings, const void **out,
                      struct spk_err *err)
{
    const Spk__KillSubmissionRequest *message = (const Spk__KillSubmissionRequest *)base;
    struct spk_kill_request *request = spk_alloc(arena, sizeof(*request));

    (void)warnings, (void)err;
    *request = (struct spk_kill_request){
        .target = read_target(message->namespace_, message->driver_pod_uid,
                              (int)message->selector_case, message->driver_pod_name),
        .grace_s = message->has_grace_period_seconds ? &message->grace_period_seconds : NULL,
        .allow_glob = message->allow_glob,
        .dry_run = message->dry_run,
    };
    *out = request;
    return true;
}

static const ProtobufCMessage *write_kill(struct spk_arena *arena, const void *base)
{
    const struct spk_kill_response *response = base;
    Spk__KillSubmissionResponse *message = spk_alloc(arena, sizeof(*message));

    spk__kill_submission_response__init(message);
    message->drivers = spk_alloc_array(arena, response->n_drivers, sizeof(*message->drivers));
    for (size_t i = 0; i < response->n_drivers; i++) {
        const struct spk_killed_driver *killed = &response->drivers[i];
        Spk__KilledDriver *driver = spk_alloc(arena, sizeof(*driver));

        spk__killed_driver__init(driver);
        driver->namespace_ = killed->ns;
        driver->driver_pod_name = killed->name;
        driver->driver_pod_uid = killed->uid;
        driver->has_disposition = 1;
        driver->disposition = dispositions[killed->killed];
        message->drivers[message->n_drivers++] = driver;
    }
    message->has_ambiguous = 1;
    message->ambiguous = response->ambiguous;
    return &message->base;
}

const struct spk_mapping spk_kill_mapping = {&spk_kill_type, read_kill, write_kill};
