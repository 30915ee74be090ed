/* SPDX-License-Identifier: Apache-2.0 */
#include "library/reply.h"

#include "base/limits.h"
#include "google/rpc/error_details.pb-c.h"
#include "google/rpc/status.pb-c.h"
#include "library/call.h"
#include "spark/submit/v1/submit_service.pb-c.h"
#include "test.h"

#include <pthread.h>

#define SMALL_STACK (128 * 1024)

/* Written from the end, as the length of what is inside comes before it. */
struct bytes {
    uint8_t *start, *end;
    uint8_t memory[256 * 1024];
};

static void wrap(struct bytes *bytes, uint8_t tag)
{
    size_t length = (size_t)(bytes->end - bytes->start);
    uint8_t digits[5], n = 0;

    do {
        digits[n++] = (uint8_t)((length & 0x7F) | (length > 0x7F ? 0x80 : 0));
        length >>= 7;
    } while (length);
    bytes->start -= n;
    memcpy(bytes->start, digits, n);
    *--bytes->start = tag;
}

/* A RenderResponse with one object: levels of {"": {"": ...}}. */
static void nest(struct bytes *bytes, size_t levels)
{
    bytes->start = bytes->end = bytes->memory + sizeof(bytes->memory);
    for (size_t i = 0; i < levels; i++) {
        wrap(bytes, 0x2A); /* Value.struct_value */
        wrap(bytes, 0x12); /* FieldsEntry.value */
        wrap(bytes, 0x0A); /* Struct.fields */
    }
    wrap(bytes, 0x1A); /* RenderedObject.object */
    wrap(bytes, 0x0A); /* RenderResponse.objects */
}

static ProtobufCMessage *unpack(const struct bytes *bytes)
{
    return spk_reply_unpack(&spk__render_response__descriptor, bytes->start,
                            (size_t)(bytes->end - bytes->start));
}

static void *unpack_nested(void *argument)
{
    struct bytes *bytes = argument;

    return unpack(bytes);
}

static void test_nested_replies_are_refused_on_a_small_stack(void)
{
    struct bytes *bytes = calloc(1, sizeof(*bytes));
    pthread_attr_t attributes;
    pthread_t thread;
    void *reply = bytes;

    CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
    nest(bytes, 6000);
    CU_ASSERT(bytes->end - bytes->start > 58 * 1024);
    (void)pthread_attr_init(&attributes);
    CU_ASSERT_EQUAL_FATAL(pthread_attr_setstacksize(&attributes, SMALL_STACK), 0);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, &attributes, unpack_nested, bytes), 0);
    (void)pthread_join(thread, &reply);
    (void)pthread_attr_destroy(&attributes);
    CU_ASSERT_PTR_NULL(reply);
    free(bytes);
}

static void test_depth_is_counted_in_messages(void)
{
    struct bytes *bytes = calloc(1, sizeof(*bytes));
    /* RenderResponse, RenderedObject, Struct; three more for each level. */
    size_t most = (SPK_MAX_REPLY_DEPTH - 3) / 3;

    CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
    nest(bytes, most);
    ProtobufCMessage *reply = unpack(bytes);
    CU_ASSERT_PTR_NOT_NULL(reply);
    spk_reply_free(reply);
    nest(bytes, most + 1);
    CU_ASSERT_PTR_NULL(unpack(bytes));
    free(bytes);
}

static void test_fields_are_counted(void)
{
    const struct {
        uint8_t field[2];
    } kinds[] = {
        {{0x0A, 0}}, /* empty messages */
        {{0x12, 0}}, /* empty texts */
        {{0x78, 0}}, /* fields that are not known */
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t n = 2 * ((size_t)SPK_MAX_REPLY_FIELDS + 1);
        uint8_t *bytes = malloc(n);

        CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
        for (size_t k = 0; k < n; k += 2)
            memcpy(bytes + k, kinds[i].field, 2);
        CU_ASSERT_PTR_NULL(spk_reply_unpack(&spk__render_response__descriptor, bytes, n));
        ProtobufCMessage *reply =
            spk_reply_unpack(&spk__render_response__descriptor, bytes, n - 2);
        CU_ASSERT_PTR_NOT_NULL(reply);
        spk_reply_free(reply);
        free(bytes);
    }
}

static void test_a_text_is_bounded(void)
{
    size_t length = SPK_MAX_STRING + 1;
    char *text = malloc(length + 1);
    Spk__SubmitResponse response = SPK__SUBMIT_RESPONSE__INIT;

    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    memset(text, 'n', length);
    text[length] = '\0';
    response.namespace_ = text;
    uint8_t *bytes = malloc(length + 16);
    CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
    for (size_t more = 0; more < 2; more++) {
        response.namespace_ = text + 1 - more;
        size_t n = spk__submit_response__pack(&response, bytes);
        ProtobufCMessage *reply =
            spk_reply_unpack(&spk__submit_response__descriptor, bytes, n);

        CU_ASSERT_EQUAL(!reply, more == 1);
        spk_reply_free(reply);
    }
    free(bytes);
    free(text);
}

/* ---- details of an error ---- */

static struct sparksubmit_error error_of(const uint8_t *details, size_t length)
{
    grpc_metadata entry = {
        .key = grpc_slice_from_static_string("grpc-status-details-bin"),
        .value = grpc_slice_from_static_buffer(details, length),
    };
    grpc_metadata_array trailers = {.count = 1, .capacity = 1, .metadata = &entry};
    struct sparksubmit_error error = {0};

    spk_error_from_status(&error, "", GRPC_STATUS_UNAVAILABLE,
                          grpc_slice_from_static_string("told"), &trailers);
    return error;
}

static struct sparksubmit_error error_with_delay(int64_t seconds, int32_t nanos)
{
    Google__Protobuf__Duration delay = GOOGLE__PROTOBUF__DURATION__INIT;
    Google__Rpc__RetryInfo info = GOOGLE__RPC__RETRY_INFO__INIT;
    Google__Protobuf__Any any, *details[] = {&any};
    Google__Rpc__Status status;
    uint8_t packed[64], bytes[256];

    google__protobuf__any__init(&any);
    google__rpc__status__init(&status);
    delay.seconds = seconds;
    delay.nanos = nanos;
    info.retry_delay = &delay;
    any.type_url = (char[]){"type.googleapis.com/google.rpc.RetryInfo"};
    any.value.len = google__rpc__retry_info__pack(&info, packed);
    any.value.data = packed;
    status.n_details = 1;
    status.details = details;
    return error_of(bytes, google__rpc__status__pack(&status, bytes));
}

static void test_a_delay_is_a_time_or_none(void)
{
    const struct {
        int64_t seconds;
        int32_t nanos;
        int64_t want;
    } cases[] = {
        {0, 0, 0},
        {2, 500000000, 2500},
        {0, 999999999, 999},
        {86400, 0, 86400000},
        {86401, 0, -1},
        {-1, 0, -1},
        {INT64_MIN, 0, -1},
        {INT64_MAX, 0, -1},
        {0, -2147483647, -1},
        {5, -1, -1},
        {0, 1000000000, -1},
        {0, INT32_MAX, -1},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sparksubmit_error error = error_with_delay(cases[i].seconds, cases[i].nanos);

        CU_ASSERT_EQUAL(error.retry_after_ms, cases[i].want);
        SPK_ASSERT_TEXT(error.text, "told");
    }
}

static void test_details_may_lack_anything(void)
{
    static const char *const types[] = {"ErrorInfo", "BadRequest", "RetryInfo", ""};
    /* One entry, message or violation that is empty, by the number of its field. */
    static const uint8_t values[][2] = {{0x0A, 0}, {0x12, 0}, {0x1A, 0}};
    const size_t n = sizeof(values) / sizeof(values[0]);

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        for (size_t k = 0; k <= n; k++) { /* the last has no value at all */
            Google__Protobuf__Any any, *details[] = {&any};
            Google__Rpc__Status status;
            uint8_t bytes[256];
            char type[64];

            google__protobuf__any__init(&any);
            google__rpc__status__init(&status);
            (void)snprintf(type, sizeof(type), "type.googleapis.com/google.rpc.%s", types[i]);
            any.type_url = type;
            any.value.len = k < n ? 2 : 0;
            any.value.data = (uint8_t *)(uintptr_t)values[k % n];
            status.n_details = 1;
            status.details = details;
            struct sparksubmit_error error =
                error_of(bytes, google__rpc__status__pack(&status, bytes));
            CU_ASSERT_EQUAL(error.code, GRPC_STATUS_UNAVAILABLE);
            SPK_ASSERT_TEXT(error.field, "");
        }
    const uint8_t nameless[] = {0x1A, 0}; /* an Any of no type */
    SPK_ASSERT_TEXT(error_of(nameless, sizeof(nameless)).reason, "");
}

static void test_a_server_that_was_not_reached_is_named(void)
{
    const struct {
        grpc_status_code code;
        const char *message, *want;
        int outcome;
    } cases[] = {
        {GRPC_STATUS_UNAVAILABLE,
         "failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:1: Failed "
         "to connect to remote host: Connection refused",
         "cannot connect to 'tcp://h:1': Connection refused", SPARKSUBMIT_OUTCOME_NOT_CREATED},
        {GRPC_STATUS_UNAVAILABLE,
         "DNS resolution failed for h:1: C-ares status is not ARES_SUCCESS qtype=AAAA name=h "
         "is_balancer=0: Domain name not found",
         "cannot find the host of 'tcp://h:1': Domain name not found",
         SPARKSUBMIT_OUTCOME_NOT_CREATED},
        {GRPC_STATUS_DEADLINE_EXCEEDED, "Deadline Exceeded",
         "the deadline passed without an answer from 'tcp://h:1'",
         SPARKSUBMIT_OUTCOME_UNSETTLED},
        {GRPC_STATUS_UNAVAILABLE, "Socket closed", "Socket closed",
         SPARKSUBMIT_OUTCOME_UNSETTLED},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const grpc_metadata_array none = {0};
        struct sparksubmit_error error;

        spk_error_from_status(&error, "tcp://h:1", cases[i].code,
                              grpc_slice_from_static_string(cases[i].message), &none);
        SPK_ASSERT_TEXT(error.text, cases[i].want);
        CU_ASSERT_EQUAL(error.outcome, cases[i].outcome);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        SPK_TEST(nested_replies_are_refused_on_a_small_stack),
        SPK_TEST(depth_is_counted_in_messages),
        SPK_TEST(fields_are_counted),
        SPK_TEST(a_text_is_bounded),
        SPK_TEST(a_delay_is_a_time_or_none),
        SPK_TEST(a_server_that_was_not_reached_is_named),
        SPK_TEST(details_may_lack_anything),
        CU_TEST_INFO_NULL,
    };

    return spk_test_run("client_reply", tests);
}
