/* SPDX-License-Identifier: Apache-2.0 */
#include "library/result.h"

#include "library/reply.h"

#include <stdlib.h>
#include <string.h>

struct sparksubmit_result *spk_result_new(enum spk_result_kind kind, ProtobufCMessage *reply)
{
    struct sparksubmit_result *result = calloc(1, sizeof(*result));

    if (!result)
        return NULL;
    result->kind = kind;
    result->reply = reply;
    if (!spk_driver_result_init(result)) {
        free(result);
        return NULL;
    }
    return result;
}

void sparksubmit_result_free(struct sparksubmit_result *result)
{
    if (!result)
        return;
    spk_reply_free(result->reply);
    free(result->words);
    free(result);
}

const ProtobufCMessage *spk_result_message(const struct sparksubmit_result *result)
{
    return result->reply;
}

/* Fields that are plain texts of a reply. */
static const struct {
    enum sparksubmit_field field;
    enum spk_result_kind kind;
    size_t offset;
} texts[] = {
#define SUBMIT(field, member)                                                                 \
    {                                                                                         \
        SPARKSUBMIT_FIELD_##field, SPK_RESULT_SUBMIT, offsetof(Spk__SubmitResponse, member)   \
    }
#define INFO(field, member)                                                                   \
    {                                                                                         \
        SPARKSUBMIT_FIELD_##field, SPK_RESULT_INFO, offsetof(Spk__GetInfoResponse, member)    \
    }
    SUBMIT(NAMESPACE, namespace_),
    SUBMIT(DRIVER_POD_NAME, driver_pod_name),
    SUBMIT(DRIVER_POD_UID, driver_pod_uid),
    SUBMIT(SPARK_APPLICATION_ID, spark_application_id),
    SUBMIT(APP_NAME, app_name),
    SUBMIT(SUBMISSION_ID, effective_submission_id),
    SUBMIT(POD_PHASE, pod_phase),
    SUBMIT(ATTEMPT, attempt),
    SUBMIT(IDEMPOTENCY_KEY, idempotency_key),
    INFO(SERVER_NAME, name),
    INFO(SERVER_VERSION, version),
    INFO(API_VERSION, api_version),
    INFO(RENDER_REVISION, render_revision),
    INFO(MODE, mode),
    INFO(KUBERNETES_VERSION, kubernetes_version),
    INFO(DEFAULT_SPARK_VERSION, default_spark_version),
#undef SUBMIT
#undef INFO
};

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* Bytes are followed by a NUL (spk_reply_allocator sees to it); protobuf-c keeps none for an
   empty field. */
static const char *object_text(const Spk__RenderedObject *object)
{
    if (!object || object->content_case != SPK__RENDERED_OBJECT__CONTENT_TEXT)
        return "";
    return or_empty((const char *)object->text.data);
}

static const char *mutation_name(int has, Spk__PodMutation mutation)
{
    static const char *const names[] = {"", "NONE", "NATIVE", "AUTO"};
    size_t i = has ? (size_t)mutation : 0;

    return i < sizeof(names) / sizeof(names[0]) ? names[i] : "";
}

static const char *rendered_text(const Spk__RenderResponse *render,
                                 enum sparksubmit_field field)
{
    if (field == SPARKSUBMIT_FIELD_APPLICATION)
        return object_text(render->application);
    if (field == SPARKSUBMIT_FIELD_POD_MUTATION)
        return mutation_name(render->has_pod_mutation, render->pod_mutation);
    if (!render->submission)
        return "";
    if (field == SPARKSUBMIT_FIELD_DRIVER_TEMPLATE)
        return object_text(render->submission->driver_pod_template);
    return field == SPARKSUBMIT_FIELD_EXECUTOR_TEMPLATE
               ? object_text(render->submission->executor_pod_template)
               : "";
}

const char *sparksubmit_result_text(const struct sparksubmit_result *result,
                                    enum sparksubmit_field field)
{
    if (result->kind == SPK_RESULT_RENDER)
        return rendered_text(result->render, field);
    if (result->kind >= SPK_RESULT_GET)
        return spk_driver_result_text(result, field);
    if (result->kind == SPK_RESULT_SUBMIT && field == SPARKSUBMIT_FIELD_ADOPTED)
        return result->submit->adopted ? "true" : "false";
    if (result->kind == SPK_RESULT_SUBMIT && field == SPARKSUBMIT_FIELD_WOULD_ADOPT)
        return result->submit->would_adopt ? "true" : "false";
    if (result->kind == SPK_RESULT_INFO && field == SPARKSUBMIT_FIELD_POD_MUTATION)
        return mutation_name(result->info->has_pod_mutation, result->info->pod_mutation);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const char *text;

        if (texts[i].field != field || texts[i].kind != result->kind)
            continue;
        memcpy(&text, (const char *)result->reply + texts[i].offset, sizeof(text));
        return or_empty(text);
    }
    return "";
}

/* ---- lists ---- */

static const char *disposition_name(Spk__Disposition disposition)
{
    static const char *const names[] = {"", "CREATED", "ADOPTED", "DRY_RUN_OK",
                                        "DRY_RUN_REFUSED"};
    size_t i = (size_t)disposition;

    return i < sizeof(names) / sizeof(names[0]) ? names[i] : "";
}

static const char *submit_object(const struct sparksubmit_result *result,
                                 enum sparksubmit_list list, size_t i)
{
    const Spk__ObjectRef *object = result->submit->objects[i];

    if (list == SPARKSUBMIT_LIST_OBJECT_KINDS)
        return or_empty(object->kind);
    if (list == SPARKSUBMIT_LIST_OBJECT_NAMES)
        return or_empty(object->name);
    return list == SPARKSUBMIT_LIST_OBJECT_UIDS ? or_empty(object->uid)
                                                : disposition_name(object->disposition);
}

static const char *render_object(const struct sparksubmit_result *result,
                                 enum sparksubmit_list list, size_t i)
{
    const Spk__RenderedObject *object = result->render->objects[i];

    if (list == SPARKSUBMIT_LIST_OBJECT_KINDS)
        return or_empty(object->kind);
    return list == SPARKSUBMIT_LIST_OBJECT_NAMES ? or_empty(object->name)
                                                 : object_text(object);
}

static const char *render_submission(const struct sparksubmit_result *result,
                                     enum sparksubmit_list list, size_t i)
{
    const Spk__RenderedSubmission *submission = result->render->submission;

    return list == SPARKSUBMIT_LIST_ARGUMENTS ? submission->arguments[i]
                                              : object_text(submission->extra_objects[i]);
}

static const char *warning(const struct sparksubmit_result *result, enum sparksubmit_list list,
                           size_t i)
{
    const Spk__Warning *item = result->kind == SPK_RESULT_SUBMIT ? result->submit->warnings[i]
                                                                 : result->render->warnings[i];

    if (list == SPARKSUBMIT_LIST_WARNING_CODES)
        return or_empty(item->code);
    return or_empty(list == SPARKSUBMIT_LIST_WARNING_FIELDS ? item->field : item->message);
}

static const char *info_item(const struct sparksubmit_result *result,
                             enum sparksubmit_list list, size_t i)
{
    if (list == SPARKSUBMIT_LIST_SPARK_VERSIONS)
        return result->info->supported_spark_versions[i];
    return list == SPARKSUBMIT_LIST_FEATURES ? result->info->features[i]
                                             : result->info->payload_forms[i];
}

static size_t n_extra(const struct sparksubmit_result *result)
{
    return result->render->submission ? result->render->submission->n_extra_objects : 0;
}

static size_t n_arguments(const struct sparksubmit_result *result)
{
    return result->render->submission ? result->render->submission->n_arguments : 0;
}

/* Which reply has which list, how long it is there, and how to read one item. */
static const struct list_row {
    enum sparksubmit_list list;
    enum spk_result_kind kind;
    size_t count_offset; /* of a size_t in the reply; 0: count says */
    size_t (*count)(const struct sparksubmit_result *result);
    const char *(*item)(const struct sparksubmit_result *result, enum sparksubmit_list list,
                        size_t i);
} lists[] = {
#define SUBMIT(list, member, item)                                                            \
    {                                                                                         \
        SPARKSUBMIT_LIST_##list, SPK_RESULT_SUBMIT, offsetof(Spk__SubmitResponse, member),    \
            NULL, item                                                                        \
    }
#define RENDER(list, member, item)                                                            \
    {                                                                                         \
        SPARKSUBMIT_LIST_##list, SPK_RESULT_RENDER, offsetof(Spk__RenderResponse, member),    \
            NULL, item                                                                        \
    }
#define INFO(list, member)                                                                    \
    {                                                                                         \
        SPARKSUBMIT_LIST_##list, SPK_RESULT_INFO, offsetof(Spk__GetInfoResponse, member),     \
            NULL, info_item                                                                   \
    }
    SUBMIT(OBJECT_KINDS, n_objects, submit_object),
    SUBMIT(OBJECT_NAMES, n_objects, submit_object),
    SUBMIT(OBJECT_UIDS, n_objects, submit_object),
    SUBMIT(OBJECT_DISPOSITIONS, n_objects, submit_object),
    SUBMIT(WARNING_CODES, n_warnings, warning),
    SUBMIT(WARNING_FIELDS, n_warnings, warning),
    SUBMIT(WARNINGS, n_warnings, warning),
    RENDER(OBJECT_KINDS, n_objects, render_object),
    RENDER(OBJECT_NAMES, n_objects, render_object),
    RENDER(OBJECTS, n_objects, render_object),
    RENDER(WARNING_CODES, n_warnings, warning),
    RENDER(WARNING_FIELDS, n_warnings, warning),
    RENDER(WARNINGS, n_warnings, warning),
    {SPARKSUBMIT_LIST_EXTRA_OBJECTS, SPK_RESULT_RENDER, 0, n_extra, render_submission},
    {SPARKSUBMIT_LIST_ARGUMENTS, SPK_RESULT_RENDER, 0, n_arguments, render_submission},
    INFO(SPARK_VERSIONS, n_supported_spark_versions),
    INFO(FEATURES, n_features),
    INFO(PAYLOAD_FORMS, n_payload_forms),
#undef SUBMIT
#undef RENDER
#undef INFO
};

static const struct list_row *find_list(const struct sparksubmit_result *result,
                                        enum sparksubmit_list list)
{
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        if (lists[i].list == list && lists[i].kind == result->kind)
            return &lists[i];
    return NULL;
}

size_t sparksubmit_result_count(const struct sparksubmit_result *result,
                                enum sparksubmit_list list)
{
    const struct list_row *row = find_list(result, list);
    size_t count;

    if (result->kind >= SPK_RESULT_GET)
        return spk_driver_result_count(result, list);
    if (!row)
        return 0;
    if (row->count)
        return row->count(result);
    memcpy(&count, (const char *)result->reply + row->count_offset, sizeof(count));
    return count;
}

const char *sparksubmit_result_item(const struct sparksubmit_result *result,
                                    enum sparksubmit_list list, size_t index)
{
    const struct list_row *row = find_list(result, list);

    if (result->kind >= SPK_RESULT_GET)
        return spk_driver_result_item(result, list, index);
    return row && index < sparksubmit_result_count(result, list)
               ? row->item(result, list, index)
               : "";
}
