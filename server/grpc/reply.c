/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/reply.h"

#include "base/limits.h"
#include "base/text.h"
#include "google/rpc/error_details.pb-c.h"
#include "google/rpc/status.pb-c.h"

#include <inttypes.h>
#include <string.h>

#define DOMAIN      "spark-submit.internal"
#define MAX_DETAILS 6
#define MAX_TEXT    512 /* bytes of one text inside the details */

enum detail {
    BAD_REQUEST = 1,
    PRECONDITION = 2,
    QUOTA = 4,
    RESOURCE = 8,
    RETRY = 16,
};

/* Details that go with a reason besides ErrorInfo, and the delay when the error names none. */
static const struct {
    enum spk_reason reason;
    unsigned details;
    int64_t retry_ms;
} rules[] = {
    {SPK_INVALID_MESSAGE, BAD_REQUEST, 0},
    {SPK_UNKNOWN_FIELD, BAD_REQUEST, 0},
    {SPK_INVALID_FIELD, BAD_REQUEST, 0},
    {SPK_INVALID_MANIFEST, BAD_REQUEST, 0},
    {SPK_INVALID_SPARK_SUBMIT_ARGS, BAD_REQUEST, 0},
    {SPK_INVALID_POD_TEMPLATE, BAD_REQUEST, 0},
    {SPK_UNSUPPORTED_SPARK_VERSION, BAD_REQUEST, 0},
    {SPK_UNSUPPORTED_FEATURE, BAD_REQUEST, 0},
    {SPK_KUBE_REJECTED, BAD_REQUEST, 0},
    {SPK_KUBE_QUOTA_UNSPECIFIED, QUOTA, 0},
    {SPK_POLICY_DENIED, BAD_REQUEST, 0},
    {SPK_KUBE_FORBIDDEN, RESOURCE, 0},
    {SPK_NAMESPACE_NOT_FOUND, RESOURCE, 0},
    {SPK_APPLICATION_NOT_FOUND, RESOURCE, 0},
    {SPK_SUBMISSION_NOT_FOUND, RESOURCE, 0},
    {SPK_DRIVER_POD_EXISTS, RESOURCE, 0},
    {SPK_OBJECT_FOREIGN, RESOURCE, 0},
    {SPK_GATES_UNSUPPORTED, PRECONDITION, 0},
    {SPK_POD_SECURITY_VIOLATION, PRECONDITION, 0},
    {SPK_SERVICE_ACCOUNT_MISSING, PRECONDITION, 0},
    {SPK_NAMESPACE_TERMINATING, PRECONDITION, 0},
    {SPK_ADMISSION_DENIED, PRECONDITION, 0},
    {SPK_DRY_RUN_UNSUPPORTED, PRECONDITION, 0},
    {SPK_KIND_UNKNOWN, PRECONDITION, 0},
    {SPK_KUBE_QUOTA_EXCEEDED, QUOTA | RETRY, 30000},
    {SPK_SERVER_OVERLOADED, RETRY, 0},
    {SPK_TENANT_RATE_LIMITED, QUOTA | RETRY, 0},
    {SPK_SUBMISSION_BEING_DELETED, RESOURCE, 0},
    {SPK_APPLICATION_DELETED, RESOURCE, 0},
    {SPK_KUBE_UNREACHABLE, RETRY, 1000},
    {SPK_KUBE_ERROR, RETRY, 1000},
    {SPK_KUBE_THROTTLED, RETRY, 1000},
    {SPK_KUBE_QUOTA_UNKNOWN, RETRY, 1000},
    {SPK_KUBE_CREDENTIALS_REJECTED, RETRY, 5000},
    {SPK_PREVIOUS_RUN_TERMINATING, RETRY | RESOURCE, 1000},
    {SPK_SERVER_DRAINING, RETRY, 0},
    {SPK_AUDIT_UNAVAILABLE, RETRY, 1000},
};

struct maker {
    struct spk_arena *arena;
    const struct spk_err *err;
    const char *request_id;
    unsigned details;
    int64_t retry_ms;
    size_t violations; /* how many of BadRequest are kept */
    size_t omitted;
    size_t notes; /* how many entries ErrorInfo.metadata may have */
    Google__Protobuf__Any *items[MAX_DETAILS];
    size_t n;
};

/* protobuf-c's structs are not const; packing does not write through them. */
static char *text_of(struct maker *m, const char *text)
{
    size_t length = strlen(text);

    if (length > MAX_TEXT)
        for (length = MAX_TEXT; length && ((unsigned char)text[length] & 0xC0) == 0x80;)
            length--;
    return spk_strndup(m->arena, text, length);
}

static char *note(struct maker *m, const char *key)
{
    for (const struct spk_note *at = m->err->notes; at; at = at->next)
        if (strcmp(at->key, key) == 0)
            return text_of(m, at->value);
    return text_of(m, "");
}

static void add(struct maker *m, const char *type, const ProtobufCMessage *message)
{
    Google__Protobuf__Any *any = spk_alloc(m->arena, sizeof(*any));

    google__protobuf__any__init(any);
    any->type_url = spk_printf(m->arena, "type.googleapis.com/google.rpc.%s", type);
    any->value.len = protobuf_c_message_get_packed_size(message);
    any->value.data = spk_alloc(m->arena, any->value.len);
    (void)protobuf_c_message_pack(message, any->value.data);
    m->items[m->n++] = any;
}

static void add_metadata(struct maker *m, Google__Rpc__ErrorInfo *info, const char *key,
                         const char *value)
{
    Google__Rpc__ErrorInfo__MetadataEntry *entry = spk_alloc(m->arena, sizeof(*entry));

    if (!value || !*value)
        return;
    google__rpc__error_info__metadata_entry__init(entry);
    entry->key = text_of(m, key);
    entry->value = text_of(m, value);
    info->metadata[info->n_metadata++] = entry;
}

static void add_error_info(struct maker *m)
{
    Google__Rpc__ErrorInfo info;
    const struct spk_err *err = m->err;
    size_t notes = 0;

    google__rpc__error_info__init(&info);
    for (const struct spk_note *at = err->notes; at; at = at->next)
        notes++;
    info.reason = text_of(m, spk_reason_name(err->reason));
    info.domain = text_of(m, DOMAIN);
    info.metadata = spk_alloc_array(m->arena, notes + 4, sizeof(*info.metadata));
    add_metadata(m, &info, "outcome", spk_outcome_name(err->outcome));
    add_metadata(m, &info, "retry", spk_retry_name(spk_reason_retry(err->reason)));
    add_metadata(m, &info, "request_id", m->request_id);
    if (m->omitted)
        add_metadata(m, &info, "violations_omitted", spk_printf(m->arena, "%zu", m->omitted));
    for (const struct spk_note *at = err->notes; at && m->notes > info.n_metadata;
         at = at->next)
        add_metadata(m, &info, at->key, at->value);
    add(m, "ErrorInfo", &info.base);
}

static void add_violation(struct maker *m, Google__Rpc__BadRequest *request, const char *field,
                          const char *text)
{
    Google__Rpc__BadRequest__FieldViolation *violation =
        spk_alloc(m->arena, sizeof(*violation));

    google__rpc__bad_request__field_violation__init(violation);
    violation->field = text_of(m, field);
    violation->description = text_of(m, text);
    request->field_violations[request->n_field_violations++] = violation;
}

static void add_bad_request(struct maker *m)
{
    Google__Rpc__BadRequest request;
    const struct spk_violation *at = m->err->violations;

    google__rpc__bad_request__init(&request);
    request.field_violations =
        spk_alloc_array(m->arena, m->violations + 1, sizeof(*request.field_violations));
    add_violation(m, &request, m->err->field, m->err->text);
    for (size_t i = 0; i < m->violations; i++, at = at->next)
        add_violation(m, &request, at->field, at->text);
    add(m, "BadRequest", &request.base);
}

/* The subject is what has to change first: a field, else an object, else the driver. */
static char *subject(struct maker *m)
{
    char *name = m->err->field[0] ? text_of(m, m->err->field) : note(m, "name");

    return *name ? name : note(m, "pod");
}

static void add_precondition(struct maker *m)
{
    Google__Rpc__PreconditionFailure failure;
    Google__Rpc__PreconditionFailure__Violation violation;
    Google__Rpc__PreconditionFailure__Violation *list[] = {&violation};

    google__rpc__precondition_failure__init(&failure);
    google__rpc__precondition_failure__violation__init(&violation);
    violation.type = text_of(m, spk_reason_name(m->err->reason));
    violation.subject = subject(m);
    violation.description = text_of(m, m->err->text);
    failure.n_violations = 1;
    failure.violations = list;
    add(m, "PreconditionFailure", &failure.base);
}

static void add_quota(struct maker *m)
{
    Google__Rpc__QuotaFailure failure;
    Google__Rpc__QuotaFailure__Violation violation;
    Google__Rpc__QuotaFailure__Violation *list[] = {&violation};

    google__rpc__quota_failure__init(&failure);
    google__rpc__quota_failure__violation__init(&violation);
    violation.subject = note(m, "quota");
    violation.description = text_of(m, m->err->text);
    failure.n_violations = 1;
    failure.violations = list;
    add(m, "QuotaFailure", &failure.base);
}

/* Errors without an object of their own: kind and note of the object they are about. */
static const struct {
    enum spk_reason reason;
    const char *kind, *note;
} subjects[] = {
    {SPK_DRIVER_POD_EXISTS, "Pod", "pod"},
    {SPK_SUBMISSION_BEING_DELETED, "Pod", "pod"},
    {SPK_PREVIOUS_RUN_TERMINATING, "Pod", "pod"},
    {SPK_NAMESPACE_NOT_FOUND, "Namespace", "namespace"},
};

static void add_resource(struct maker *m)
{
    Google__Rpc__ResourceInfo info;

    google__rpc__resource_info__init(&info);
    info.resource_type = note(m, "kind");
    info.resource_name = note(m, "name");
    for (size_t i = 0; i < SPK_LEN(subjects) && !*info.resource_name; i++) {
        if (subjects[i].reason != m->err->reason)
            continue;
        info.resource_type = text_of(m, subjects[i].kind);
        info.resource_name = note(m, subjects[i].note);
    }
    info.description = text_of(m, m->err->text);
    add(m, "ResourceInfo", &info.base);
}

static void add_retry(struct maker *m)
{
    Google__Rpc__RetryInfo info;
    Google__Protobuf__Duration delay;

    google__rpc__retry_info__init(&info);
    google__protobuf__duration__init(&delay);
    delay.seconds = m->retry_ms / 1000;
    delay.nanos = (int32_t)(m->retry_ms % 1000) * 1000000;
    info.retry_delay = &delay;
    add(m, "RetryInfo", &info.base);
}

static void choose(struct maker *m, uint64_t jitter)
{
    for (size_t i = 0; i < SPK_LEN(rules); i++) {
        if (rules[i].reason != m->err->reason)
            continue;
        m->details = rules[i].details;
        m->retry_ms = rules[i].retry_ms ? rules[i].retry_ms : (int64_t)(500 + jitter % 1001);
    }
    if (m->err->retry_after_ms > 0) {
        m->details |= RETRY;
        m->retry_ms = m->err->retry_after_ms;
    }
}

static void build(struct maker *m, Google__Rpc__Status *status)
{
    static const struct {
        enum detail detail;
        void (*add)(struct maker *);
    } order[] = {
        {BAD_REQUEST, add_bad_request},
        {PRECONDITION, add_precondition},
        {QUOTA, add_quota},
        {RESOURCE, add_resource},
        {RETRY, add_retry},
    };

    m->n = 0;
    add_error_info(m);
    for (size_t i = 0; i < SPK_LEN(order); i++)
        if (m->details & order[i].detail)
            order[i].add(m);
    status->details = m->items;
    status->n_details = m->n;
}

static char *make_message(struct maker *m)
{
    const struct spk_err *err = m->err;
    char *text =
        spk_printf(m->arena, "%s%s%s", err->field, err->field[0] ? ": " : "", err->text);
    size_t length = strlen(text);

    if (length > SPK_MAX_STATUS_MESSAGE) {
        length = SPK_MAX_STATUS_MESSAGE;
        while (length && ((unsigned char)text[length] & 0xC0) == 0x80)
            length--;
        text[length] = '\0';
    }
    return text;
}

void spk_reply_make(struct spk_arena *arena, const struct spk_err *err, const char *request_id,
                    uint64_t jitter, struct spk_reply *out)
{
    struct maker m = {.arena = arena, .err = err, .request_id = request_id, .notes = 24};
    Google__Rpc__Status status;
    enum spk_retry retry = spk_reason_retry(err->reason);

    google__rpc__status__init(&status);
    for (const struct spk_violation *at = err->violations; at; at = at->next)
        m.violations++;
    if (m.violations > 64) {
        m.omitted = m.violations - 64;
        m.violations = 64;
    }
    choose(&m, jitter);
    status.code = (int32_t)spk_reason_code(err->reason);
    status.message = make_message(&m);
    build(&m, &status);
    while (google__rpc__status__get_packed_size(&status) > SPK_MAX_STATUS_DETAILS &&
           (m.violations || m.notes)) {
        if (m.violations) {
            m.violations--;
            m.omitted++;
        } else {
            m.notes--;
        }
        build(&m, &status);
    }
    out->code = spk_reason_code(err->reason);
    out->message = status.message;
    out->details_length = google__rpc__status__get_packed_size(&status);
    uint8_t *details = spk_alloc(arena, out->details_length);
    (void)google__rpc__status__pack(&status, details);
    out->details = details;
    out->pushback = NULL;
    if (m.details & RETRY)
        out->pushback = spk_printf(arena, "%" PRId64, m.retry_ms);
    else if (retry != SPK_RETRY_SAME_KEY)
        out->pushback = "-1";
}
