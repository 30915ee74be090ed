/* SPDX-License-Identifier: Apache-2.0 */
/* Results about drivers that exist: of get, watch, list and kill. */
#include "library/result.h"

#include <google/protobuf/timestamp.pb-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* The driver of get and watch; NULL: the reply lacks it. */
static const Spk__SubmissionStatus *the_driver(const struct sparksubmit_result *result)
{
    return result->kind == SPK_RESULT_WATCH ? result->watch->submission
                                            : result->get->submission;
}

/* ---- words ---- */

/* Empty when there is no time, or one that has no four digits for its year. */
static void write_time(const Google__Protobuf__Timestamp *time, char out[24])
{
    time_t seconds = time ? (time_t)time->seconds : 0;
    struct tm utc;

    out[0] = '\0';
    if (!time || !gmtime_r(&seconds, &utc) || utc.tm_year < -900 || utc.tm_year > 8099)
        return;
    (void)strftime(out, 24, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static void write_words(const Spk__SubmissionStatus *driver, struct spk_result_words *words)
{
    const Spk__ContainerStatus *container = driver->container;

    write_time(driver->created_at, words->created_at);
    if (!container)
        return;
    write_time(container->started_at, words->started_at);
    write_time(container->finished_at, words->finished_at);
    if (container->has_exit_code)
        (void)snprintf(words->exit_code, sizeof(words->exit_code), "%d",
                       (int)container->exit_code);
}

bool spk_driver_result_init(struct sparksubmit_result *result)
{
    bool is_list = result->kind == SPK_RESULT_LIST;
    size_t n = is_list ? result->list->n_submissions : 1;

    if (!is_list && result->kind != SPK_RESULT_GET && result->kind != SPK_RESULT_WATCH)
        return true;
    result->words = calloc(n + 1, sizeof(*result->words));
    if (!result->words)
        return false;
    for (size_t i = 0; is_list && i < n; i++)
        write_words(result->list->submissions[i], &result->words[i]);
    if (!is_list && the_driver(result))
        write_words(the_driver(result), result->words);
    return true;
}

/* ---- names of enumerations, without their prefix ---- */

static const char *name_in(const ProtobufCEnumDescriptor *type, int has, int value,
                           const char *prefix)
{
    const ProtobufCEnumValue *known = has ? protobuf_c_enum_descriptor_get_value(type, value)
                                          : NULL;

    return known && value ? known->name + strlen(prefix) : "";
}

static const char *state_name(const Spk__SubmissionStatus *driver)
{
    return name_in(&spk__submission_state__descriptor, driver->has_state, (int)driver->state,
                   "SUBMISSION_STATE_");
}

/* ---- get ---- */

static const char *container_text(const struct sparksubmit_result *result,
                                  enum sparksubmit_field field)
{
    const Spk__ContainerStatus *container = the_driver(result)->container;
    const struct spk_result_words *words = result->words;

    if (!container)
        return "";
    if (field == SPARKSUBMIT_FIELD_CONTAINER_STATE)
        return name_in(&spk__container_state__descriptor, container->has_state,
                       (int)container->state, "CONTAINER_STATE_");
    const struct {
        enum sparksubmit_field field;
        const char *text;
    } texts[] = {
        {SPARKSUBMIT_FIELD_CONTAINER_NAME, container->name},
        {SPARKSUBMIT_FIELD_CONTAINER_REASON, container->reason},
        {SPARKSUBMIT_FIELD_CONTAINER_MESSAGE, container->message},
        {SPARKSUBMIT_FIELD_CONTAINER_STARTED_AT, words->started_at},
        {SPARKSUBMIT_FIELD_CONTAINER_FINISHED_AT, words->finished_at},
        {SPARKSUBMIT_FIELD_EXIT_CODE, words->exit_code},
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i].field == field)
            return or_empty(texts[i].text);
    return "";
}

static const char *get_text(const struct sparksubmit_result *result,
                            enum sparksubmit_field field)
{
    const Spk__SubmissionStatus *driver = the_driver(result);

    if (!driver)
        return "";
    if (field == SPARKSUBMIT_FIELD_STATE)
        return state_name(driver);
    const struct {
        enum sparksubmit_field field;
        const char *text;
    } texts[] = {
        {SPARKSUBMIT_FIELD_NAMESPACE, driver->namespace_},
        {SPARKSUBMIT_FIELD_DRIVER_POD_NAME, driver->driver_pod_name},
        {SPARKSUBMIT_FIELD_DRIVER_POD_UID, driver->driver_pod_uid},
        {SPARKSUBMIT_FIELD_SPARK_APPLICATION_ID, driver->spark_application_id},
        {SPARKSUBMIT_FIELD_APP_NAME, driver->app_name},
        {SPARKSUBMIT_FIELD_SUBMISSION_ID, driver->submission_id},
        {SPARKSUBMIT_FIELD_ATTEMPT, driver->attempt},
        {SPARKSUBMIT_FIELD_POD_PHASE, driver->pod_phase},
        {SPARKSUBMIT_FIELD_REASON, driver->reason},
        {SPARKSUBMIT_FIELD_MESSAGE, driver->message},
        {SPARKSUBMIT_FIELD_CREATED_AT, result->words->created_at},
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i].field == field)
            return or_empty(texts[i].text);
    return container_text(result, field);
}

static const char *diagnosis(const struct sparksubmit_result *result,
                             enum sparksubmit_list list, size_t i)
{
    const Spk__Diagnosis *item = the_driver(result)->diagnosis[i];

    if (list == SPARKSUBMIT_LIST_DIAGNOSIS_CAUSES)
        return name_in(&spk__diagnosis_cause__descriptor, item->has_cause, (int)item->cause,
                       "DIAGNOSIS_CAUSE_");
    return or_empty(list == SPARKSUBMIT_LIST_DIAGNOSIS_REASONS ? item->reason : item->text);
}

/* ---- list and kill ---- */

static const char *listed(const struct sparksubmit_result *result, enum sparksubmit_list list,
                          size_t i)
{
    const Spk__SubmissionStatus *driver = result->list->submissions[i];

    if (list == SPARKSUBMIT_LIST_DRIVER_STATES)
        return state_name(driver);
    if (list == SPARKSUBMIT_LIST_DRIVER_CREATED_AT)
        return result->words[i].created_at;
    if (list == SPARKSUBMIT_LIST_DRIVER_APP_NAMES)
        return or_empty(driver->app_name);
    if (list == SPARKSUBMIT_LIST_DRIVER_NAMESPACES)
        return or_empty(driver->namespace_);
    return or_empty(list == SPARKSUBMIT_LIST_DRIVER_POD_NAMES ? driver->driver_pod_name
                                                              : driver->driver_pod_uid);
}

static const char *killed(const struct sparksubmit_result *result, enum sparksubmit_list list,
                          size_t i)
{
    const Spk__KilledDriver *driver = result->kill->drivers[i];

    if (list == SPARKSUBMIT_LIST_KILL_DISPOSITIONS)
        return name_in(&spk__kill_disposition__descriptor, driver->has_disposition,
                       (int)driver->disposition, "KILL_DISPOSITION_");
    if (list == SPARKSUBMIT_LIST_DRIVER_NAMESPACES)
        return or_empty(driver->namespace_);
    return or_empty(list == SPARKSUBMIT_LIST_DRIVER_POD_NAMES ? driver->driver_pod_name
                                                              : driver->driver_pod_uid);
}

/* ---- the accessors ---- */

static const char *truth(bool value)
{
    return value ? "true" : "false";
}

const char *spk_driver_result_text(const struct sparksubmit_result *result,
                                   enum sparksubmit_field field)
{
    if (result->kind == SPK_RESULT_LIST)
        return field == SPARKSUBMIT_FIELD_NEXT_PAGE_TOKEN
                   ? or_empty(result->list->next_page_token)
                   : "";
    if (result->kind == SPK_RESULT_KILL)
        return field == SPARKSUBMIT_FIELD_AMBIGUOUS ? truth(result->kill->ambiguous) : "";
    if (result->kind == SPK_RESULT_WATCH && field == SPARKSUBMIT_FIELD_RESUME_TOKEN)
        return or_empty(result->watch->resume_token);
    if (field == SPARKSUBMIT_FIELD_AMBIGUOUS)
        return truth(result->kind == SPK_RESULT_WATCH ? result->watch->ambiguous
                                                      : result->get->ambiguous);
    return get_text(result, field);
}

size_t spk_driver_result_count(const struct sparksubmit_result *result,
                               enum sparksubmit_list list)
{
    bool names = list == SPARKSUBMIT_LIST_DRIVER_NAMESPACES ||
                 list == SPARKSUBMIT_LIST_DRIVER_POD_NAMES ||
                 list == SPARKSUBMIT_LIST_DRIVER_POD_UIDS;

    if (result->kind == SPK_RESULT_KILL)
        return names || list == SPARKSUBMIT_LIST_KILL_DISPOSITIONS ? result->kill->n_drivers
                                                                   : 0;
    if (result->kind == SPK_RESULT_LIST)
        return names || list == SPARKSUBMIT_LIST_DRIVER_STATES ||
                       list == SPARKSUBMIT_LIST_DRIVER_APP_NAMES ||
                       list == SPARKSUBMIT_LIST_DRIVER_CREATED_AT
                   ? result->list->n_submissions
                   : 0;
    bool told = list == SPARKSUBMIT_LIST_DIAGNOSIS_CAUSES ||
                list == SPARKSUBMIT_LIST_DIAGNOSIS_REASONS ||
                list == SPARKSUBMIT_LIST_DIAGNOSIS_TEXTS;
    return told && the_driver(result) ? the_driver(result)->n_diagnosis : 0;
}

const char *spk_driver_result_item(const struct sparksubmit_result *result,
                                   enum sparksubmit_list list, size_t index)
{
    if (index >= spk_driver_result_count(result, list))
        return "";
    if (result->kind == SPK_RESULT_LIST)
        return listed(result, list, index);
    return result->kind == SPK_RESULT_KILL ? killed(result, list, index)
                                           : diagnosis(result, list, index);
}
