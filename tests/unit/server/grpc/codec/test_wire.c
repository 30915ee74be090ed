/* SPDX-License-Identifier: Apache-2.0 */
#include "application/application.h"
#include "base/limits.h"
#include "grpc/codec/struct_message.h"
#include "grpc/codec/wire.h"
#include "packable.h"
#include "spark/submit/v1/submit_service.pb-c.h"
#include "test.h"

static const struct spk_wire_options options = {
    .application = &spk__spark_application__descriptor};

/* Messages are put together by hand: a growing text is a growing message. */
static void put_varint(struct spk_buf *buf, uint64_t value)
{
    for (; value > 0x7F; value >>= 7)
        spk_buf_char(buf, (char)(value | 0x80));
    spk_buf_char(buf, (char)value);
}

static void put_bytes(struct spk_buf *buf, uint32_t number, const char *bytes, size_t length)
{
    put_varint(buf, (uint64_t)number << 3 | 2);
    put_varint(buf, length);
    spk_buf_put(buf, bytes, length);
}

static void put_text(struct spk_buf *buf, uint32_t number, const char *text)
{
    put_bytes(buf, number, text, strlen(text));
}

static void put_message(struct spk_buf *buf, uint32_t number, struct spk_buf *inner)
{
    put_bytes(buf, number, spk_buf_string(inner), inner->length);
}

static bool decode(struct spk_arena *arena, struct spk_buf *buf, Spk__SubmitRequest **out,
                   struct spk_warnings *warnings, struct spk_err *err)
{
    ProtobufCMessage *message = NULL;
    bool ok = spk_wire_decode(arena, &spk__submit_request__descriptor,
                              (struct spk_bytes){spk_buf_string(buf), buf->length}, &options,
                              &message, warnings, err);

    *out = (Spk__SubmitRequest *)message;
    return ok;
}

static void check_refused(struct spk_arena *arena, struct spk_buf *buf, enum spk_reason reason,
                          const char *field, const char *text)
{
    struct spk_warnings warnings = {0};
    struct spk_err err = {0};
    Spk__SubmitRequest *request = NULL;

    CU_ASSERT_FALSE(decode(arena, buf, &request, &warnings, &err));
    CU_ASSERT_EQUAL(err.reason, reason);
    SPK_ASSERT_TEXT(err.field, field);
    SPK_ASSERT_TEXT(err.text, text);
    CU_ASSERT_PTR_NULL(request);
}

/* ---- random messages there and back ---- */

struct maker {
    struct spk_arena *arena;
    uint64_t state;
    unsigned left; /* messages that may still be made */
};

static uint64_t draw(struct maker *m, uint64_t n)
{
    m->state = m->state * 6364136223846793005U + 1442695040888963407U;
    return (m->state >> 33) % n;
}

static cJSON *random_tree(struct maker *m, unsigned depth)
{
    cJSON *object = spk_json_new_object(m->arena);

    for (uint64_t i = draw(m, 4); i; i--) {
        const char *key = spk_printf(m->arena, "k%u", (unsigned)i);
        cJSON *list;

        switch (draw(m, depth ? 7 : 5)) {
        case 0:
            spk_json_text(object, key, "\xc3\xa9t\xc3\xa9");
            break;
        case 1:
            spk_json_int(object, key, (int64_t)draw(m, 1U << 30) - 1000);
            break;
        case 2:
            spk_json_bool(object, key, draw(m, 2));
            break;
        case 3:
            spk_json_set(object, key, spk_json_new_null(m->arena));
            break;
        case 4:
            spk_json_set(object, key,
                         spk_json_new_number(m->arena, spk_printf(m->arena, "%u.1e-7",
                                                                  (unsigned)draw(m, 99))));
            break;
        case 5:
            spk_json_set(object, key, random_tree(m, depth - 1));
            break;
        default:
            list = spk_json_list(object, key);
            spk_json_push_text(list, "");
            spk_json_push(list, random_tree(m, depth - 1));
            break;
        }
    }
    return object;
}

/* Messages nest, so this one stands first. */
static ProtobufCMessage *random_message(struct maker *m,
                                        const ProtobufCMessageDescriptor *descriptor);

static bool is_struct(const ProtobufCFieldDescriptor *field)
{
    const ProtobufCMessageDescriptor *descriptor = field->descriptor;

    return field->type == PROTOBUF_C_TYPE_MESSAGE &&
           strcmp(descriptor->name, "google.protobuf.Struct") == 0;
}

static void random_value(struct maker *m, const ProtobufCFieldDescriptor *field, void *slot)
{
    uint64_t bits = draw(m, 1U << 31) * (draw(m, 2) ? 1 : 0x100000001U);

    switch ((int)field->type) {
    case PROTOBUF_C_TYPE_MESSAGE:
        if (is_struct(field))
            *(void **)slot = spk_struct_message(m->arena, random_tree(m, 3));
        else
            *(void **)slot = random_message(m, field->descriptor);
        break;
    case PROTOBUF_C_TYPE_STRING:
        *(char **)slot = spk_printf(m->arena, "text-%u", (unsigned)draw(m, 1000000));
        break;
    case PROTOBUF_C_TYPE_BYTES:
        ((ProtobufCBinaryData *)slot)->data = (uint8_t *)spk_strndup(m->arena, "\0\xff", 2);
        ((ProtobufCBinaryData *)slot)->len = 2;
        break;
    case PROTOBUF_C_TYPE_BOOL:
        *(protobuf_c_boolean *)slot = (protobuf_c_boolean)draw(m, 2);
        break;
    case PROTOBUF_C_TYPE_ENUM:
        *(int *)slot = (int)draw(m, 3);
        break;
    case PROTOBUF_C_TYPE_INT64:
        memcpy(slot, &bits, 8);
        break;
    case PROTOBUF_C_TYPE_INT32:
        *(int32_t *)slot = (int32_t)bits;
        break;
    default:
        CU_FAIL("a type that no message of ours has");
    }
}

static void random_field(struct maker *m, const ProtobufCFieldDescriptor *field, char *message)
{
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        size_t n = draw(m, 12);
        char *array = spk_alloc_array(m->arena, n, 16);
        size_t size = field->type == PROTOBUF_C_TYPE_BYTES ? 16 : sizeof(void *);

        for (size_t i = 0; i < n; i++)
            random_value(m, field, array + i * size);
        *(size_t *)(message + field->quantifier_offset) = n;
        *(void **)(message + field->offset) = array;
        return;
    }
    if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
        *(uint32_t *)(message + field->quantifier_offset) = field->id;
    else if (field->quantifier_offset)
        *(protobuf_c_boolean *)(message + field->quantifier_offset) = 1;
    random_value(m, field, message + field->offset);
}

static bool is_entry(const ProtobufCMessageDescriptor *descriptor)
{
    return spk_ends_with(descriptor->short_name, "Entry");
}

static ProtobufCMessage *random_message(struct maker *m,
                                        const ProtobufCMessageDescriptor *descriptor)
{
    ProtobufCMessage *message = spk_alloc(m->arena, descriptor->sizeof_message);
    bool has_oneof = false;

    descriptor->message_init(message);
    if (m->left)
        m->left--;
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        bool oneof = field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF;

        if (is_entry(descriptor) || (m->left && draw(m, 2) && !(oneof && has_oneof))) {
            random_field(m, field, (char *)message);
            has_oneof = has_oneof || oneof;
        }
    }
    return message;
}

/* Maps of a random message would have equal keys: number them. */
static void number_keys(struct spk_arena *arena, ProtobufCMessage *message, unsigned *next)
{
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        char *at = (char *)message;
        void **slot = (void **)(void *)(at + field->offset);
        size_t n = 1;

        if (is_entry(message->descriptor) && i == 0)
            *(char **)slot = spk_printf(arena, "key-%u", (*next)++);
        if (field->type != PROTOBUF_C_TYPE_MESSAGE || is_struct(field))
            continue;
        if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
            *(uint32_t *)(at + field->quantifier_offset) != field->id)
            continue;
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            n = *(size_t *)(at + field->quantifier_offset);
            slot = *slot;
        }
        for (size_t j = 0; j < n; j++)
            if (slot[j])
                number_keys(arena, slot[j], next);
    }
}

static void test_what_protobuf_c_packs_is_decoded_to_the_same(void)
{
    for (unsigned seed = 1; seed <= 300; seed++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(64));
        struct maker m = {&arena, seed, 60};
        struct spk_warnings warnings = {0};
        struct spk_err err = {0};
        unsigned next = 0;
        ProtobufCMessage *made = random_message(&m, &spk__submit_request__descriptor), *got;

        number_keys(&arena, made, &next);
        size_t length = protobuf_c_message_get_packed_size(made);
        uint8_t *packed = spk_alloc(&arena, length);
        protobuf_c_message_pack(made, packed);

        bool ok = spk_wire_decode(&arena, made->descriptor,
                                  (struct spk_bytes){(const char *)packed, length}, &options,
                                  &got, &warnings, &err);
        SPK_ASSERT_TEXT(err.text, "");
        CU_ASSERT_FATAL(ok);
        spk_make_packable(&arena, got);
        CU_ASSERT_EQUAL_FATAL(protobuf_c_message_get_packed_size(got), length);
        uint8_t *again = spk_alloc(&arena, length);
        protobuf_c_message_pack(got, again);
        CU_ASSERT(memcmp(packed, again, length) == 0);
    }
}

/* ---- refusals ---- */

static void test_broken_bytes_are_refused_with_their_place(void)
{
    static const struct {
        const char *bytes;
        size_t length;
        enum spk_reason reason;
        const char *field, *text;
    } cases[] = {
        {"\x22", 1, SPK_INVALID_MESSAGE, "", "the message ends in the middle of a field"},
        {"\x22\x05"
         "ab",
         4, SPK_INVALID_MESSAGE, "", "the message ends in the middle of a field"},
        {"\x23", 1, SPK_INVALID_MESSAGE, "", "groups are not accepted"},
        {"\x02\x00", 2, SPK_INVALID_MESSAGE, "", "a field number is out of range"},
        {"\x26", 1, SPK_INVALID_MESSAGE, "", "a field has an unknown wire type"},
        {"\x30\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11, SPK_INVALID_MESSAGE, "",
         "a varint is longer than 64 bits"},
        {"\x20\x01", 2, SPK_INVALID_MESSAGE, "idempotency_key",
         "the field has the wrong wire type"},
        {"\x22\x01\xff", 3, SPK_INVALID_MESSAGE, "idempotency_key",
         "a string is not valid UTF-8"},
        {"\x22\x01\x00", 3, SPK_INVALID_MESSAGE, "idempotency_key",
         "a string contains a NUL byte"},
        {"\x78\x07", 2, SPK_INVALID_FIELD, "pod_mutation",
         "the enumeration has no such value"},
        {"\x0a\x03\x98\x3f\x01", 5, SPK_UNKNOWN_FIELD, "",
         "there is no field number 1011 here"},
        {"\x0a\x05\x22\x03\x98\x3f\x01", 7, SPK_UNKNOWN_FIELD, "spec",
         "there is no field number 1011 here"},
        {"\x1a\x04\x0a\x00\x0a\x01\xff", 7, SPK_INVALID_MESSAGE, "",
         "the message ends in the middle of a field"},
        {"\x1a\x05\x0a\x00\x0a\x01\xff", 7, SPK_INVALID_MESSAGE, "args[1]",
         "a string is not valid UTF-8"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(1));
        struct spk_buf buf = {.arena = &arena};

        spk_buf_put(&buf, cases[i].bytes, cases[i].length);
        check_refused(&arena, &buf, cases[i].reason, cases[i].field, cases[i].text);
    }
}

static void test_unknown_fields_matter_only_in_the_application(void)
{
    static const struct spk_wire_options lenient = {
        .application = &spk__spark_application__descriptor, .warn_unknown_fields = true};
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
    struct spk_warnings warnings = {0};
    struct spk_err err = {0};
    ProtobufCMessage *message = NULL;
    static const uint8_t inside[] = {0x0a, 5, 0x22, 3, 0x98, 0x3f, 1};
    Spk__SubmitRequest *request;
    struct spk_buf outside = {.arena = &arena};

    CU_ASSERT(spk_wire_decode(&arena, &spk__submit_request__descriptor,
                              (struct spk_bytes){(const char *)inside, sizeof(inside)},
                              &lenient, &message, &warnings, &err));
    CU_ASSERT_EQUAL_FATAL(warnings.n, 1);
    SPK_ASSERT_TEXT(warnings.items[0].code, "UNKNOWN_FIELD_IGNORED");
    SPK_ASSERT_TEXT(warnings.items[0].field, "spec");

    put_text(&outside, 99, "something new");
    CU_ASSERT(decode(&arena, &outside, &request, &warnings, &err));
    CU_ASSERT_EQUAL(warnings.n, 1);
    put_bytes(&outside, 99, spk_alloc(&arena, SPK_MAX_UNKNOWN), SPK_MAX_UNKNOWN);
    check_refused(&arena, &outside, SPK_INVALID_MESSAGE, "",
                  "there are more than 64 KiB of unknown fields");
}

static void test_repeated_sub_messages_merge(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(1));
    struct spk_buf buf = {.arena = &arena};
    struct spk_warnings warnings = {0};
    struct spk_err err = {0};
    Spk__SubmitRequest *request;
    /* application {spec {type: "Java"}}, then application {spec {mode: "cluster"} kind: "x"}
     */
    static const char first[] = "\x0a\x08\x22\x06\x12\x04"
                                "Java";
    static const char second[] = "\x0a\x0e\x22\x09\x22\x07"
                                 "cluster\x12\x01x";

    spk_buf_put(&buf, first, sizeof(first) - 1);
    spk_buf_put(&buf, second, sizeof(second) - 1);
    CU_ASSERT_FATAL(decode(&arena, &buf, &request, &warnings, &err));
    SPK_ASSERT_TEXT(request->application->kind, "x");
    SPK_ASSERT_TEXT(request->application->spec->type, "Java");
    SPK_ASSERT_TEXT(request->application->spec->mode, "cluster");

    /* Another form of a oneof replaces what was there. */
    put_text(&buf, 2, "{}");
    CU_ASSERT_FATAL(decode(&arena, &buf, &request, &warnings, &err));
    CU_ASSERT_EQUAL(request->payload_case, SPK__SUBMIT_REQUEST__PAYLOAD_MANIFEST);
    CU_ASSERT_EQUAL(request->manifest.len, 2);
}

static void put_property(struct spk_buf *command, const char *key, const char *value)
{
    struct spk_buf entry = {.arena = command->arena};

    put_text(&entry, 1, key);
    put_text(&entry, 2, value);
    put_message(command, 4, &entry);
}

static void test_keys_are_unique(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(1));
    struct spk_buf buf = {.arena = &arena}, command = {.arena = &arena};

    put_property(&command, "spark.a", "1");
    put_property(&command, "b", "1");
    put_property(&command, "spark.a", "2");
    put_message(&buf, 3, &command);
    check_refused(&arena, &buf, SPK_INVALID_MESSAGE, "properties[spark.a]",
                  "a key is given twice");
}

/* application {metadata: tree} */
static void put_metadata(struct spk_buf *buf, const char *metadata, size_t length)
{
    struct spk_buf application = {.arena = buf->arena};

    put_bytes(&application, 3, metadata, length);
    put_message(buf, 1, &application);
}

static void put_value(struct spk_buf *object, const char *key, struct spk_buf *value)
{
    struct spk_buf entry = {.arena = object->arena};

    put_text(&entry, 1, key);
    put_message(&entry, 2, value);
    put_message(object, 1, &entry);
}

static void check_value(const char *bytes, size_t length, enum spk_reason reason,
                        const char *field, const char *text)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(1));
    struct spk_buf buf = {.arena = &arena}, object = {.arena = &arena}, value = object;

    spk_buf_put(&value, bytes, length);
    put_value(&object, "a", &value);
    put_metadata(&buf, spk_buf_string(&object), object.length);
    check_refused(&arena, &buf, reason, field, text);
}

static void test_values_of_a_struct_are_checked(void)
{
    check_value("", 0, SPK_INVALID_MESSAGE, "metadata.a", "a value has no kind");
    check_value("\x08\x00\x20\x01", 4, SPK_INVALID_MESSAGE, "metadata.a",
                "a value has two kinds");
    check_value("\x11\0\0\0\0\0\0\xf0\x7f", 9, SPK_INVALID_FIELD, "metadata.a",
                "a number is not finite");
    check_value("\x11\0\0\0\0\0\0\x40\x43", 9, SPK_INVALID_FIELD, "metadata.a",
                "an integer beyond 2^53-1 cannot be kept here: send the application as a "
                "manifest");
    check_value("\x32\x05\x0a\x03\x1a\x01\xff", 7, SPK_INVALID_MESSAGE, "metadata.a[0]",
                "a string is not valid UTF-8");
    check_value("\x2a\x05\x0a\x03\x0a\x01z", 7, SPK_INVALID_MESSAGE, "metadata.a.z",
                "a key has no value");
    check_value("\x2a\x12\x0a\x07\x0a\x01z\x12\x02\x08\x00\x0a\x07\x0a\x01z\x12\x02\x08\x00",
                20, SPK_INVALID_MESSAGE, "metadata.a.z", "a key is given twice");
    check_value("\x48\x01", 2, SPK_UNKNOWN_FIELD, "metadata.a",
                "there is no field number 9 here");
}

/* ---- limits: at the limit, and one above ---- */

static struct spk_buf nested_lists(struct spk_arena *arena, unsigned depth)
{
    struct spk_buf value = {.arena = arena};

    put_varint(&value, 1 << 3);
    put_varint(&value, 0);
    for (unsigned i = 0; i < depth; i++) {
        struct spk_buf list = {.arena = arena}, outer = {.arena = arena};

        put_message(&list, 1, &value);
        put_message(&outer, 6, &list);
        value = outer;
    }
    return value;
}

static bool fits_depth(struct spk_arena *arena, unsigned lists)
{
    struct spk_buf buf = {.arena = arena}, object = {.arena = arena};
    struct spk_buf value = nested_lists(arena, lists);
    struct spk_warnings warnings = {0};
    struct spk_err err = {0};
    Spk__SubmitRequest *request;

    put_value(&object, "a", &value);
    put_metadata(&buf, spk_buf_string(&object), object.length);
    bool ok = decode(arena, &buf, &request, &warnings, &err);
    if (!ok)
        SPK_ASSERT_TEXT(err.text, "lists and objects are nested more than 32 deep");
    return ok;
}

static bool fits_arguments(struct spk_arena *arena, size_t n, size_t keys, const char *refusal)
{
    struct spk_buf buf = {.arena = arena}, command = {.arena = arena};
    struct spk_warnings warnings = {0};
    struct spk_err err = {0};
    Spk__SubmitRequest *request;

    for (size_t i = 0; i < n; i++)
        put_text(&command, 1, "");
    for (size_t i = 0; i < keys; i++)
        put_property(&command, spk_printf(arena, "k%zu", i), "");
    put_message(&buf, 3, &command);
    bool ok = decode(arena, &buf, &request, &warnings, &err);
    SPK_ASSERT_TEXT(err.text, ok ? "" : refusal);
    return ok;
}

static bool fits_nodes(struct spk_arena *arena, size_t n)
{
    struct spk_buf buf = {.arena = arena}, object = {.arena = arena};
    struct spk_warnings warnings = {0};
    struct spk_err err = {0};
    Spk__SubmitRequest *request;

    /* Each list is one value that holds 4999: null values are two bytes. */
    struct spk_buf nulls = {.arena = arena}, value = {.arena = arena};
    for (size_t i = 0; i < 4999; i++)
        put_bytes(&nulls, 1, "\x08\x00", 2);
    put_message(&value, 6, &nulls);
    for (size_t i = 0; i < n / 5000; i++)
        put_value(&object, spk_printf(arena, "k%zu", i), &value);
    struct spk_buf one = {.arena = arena};
    spk_buf_put(&one, "\x08\x00", 2);
    for (size_t i = 0; i < n % 5000; i++)
        put_value(&object, spk_printf(arena, "n%zu", i), &one);
    put_metadata(&buf, spk_buf_string(&object), object.length);
    bool ok = decode(arena, &buf, &request, &warnings, &err);
    SPK_ASSERT_TEXT(err.text, ok ? "" : "there are more than 20000 values");
    return ok;
}

static bool fits_string(struct spk_arena *arena, size_t length)
{
    struct spk_buf buf = {.arena = arena};
    struct spk_warnings warnings = {0};
    struct spk_err err = {0};
    Spk__SubmitRequest *request;
    char *text = spk_alloc(arena, length + 1);

    memset(text, 'x', length);
    put_text(&buf, 4, text);
    bool ok = decode(arena, &buf, &request, &warnings, &err);
    SPK_ASSERT_TEXT(err.text, ok ? "" : "a string is longer than 1 MiB");
    return ok;
}

static void test_limits_hold_exactly(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(512));
    const char *list = "a list has more than 16384 elements";
    const char *map = "a map has more than 4096 keys";

    CU_ASSERT(fits_depth(&arena, SPK_MAX_DEPTH - 1));
    CU_ASSERT_FALSE(fits_depth(&arena, SPK_MAX_DEPTH));
    CU_ASSERT(fits_arguments(&arena, SPK_MAX_ARGUMENTS, 0, list));
    CU_ASSERT_FALSE(fits_arguments(&arena, SPK_MAX_ARGUMENTS + 1, 0, list));
    CU_ASSERT(fits_arguments(&arena, 0, SPK_MAX_KEYS, map));
    CU_ASSERT_FALSE(fits_arguments(&arena, 0, SPK_MAX_KEYS + 1, map));
    CU_ASSERT(fits_nodes(&arena, SPK_MAX_NODES));
    CU_ASSERT_FALSE(fits_nodes(&arena, SPK_MAX_NODES + 1));
    CU_ASSERT(fits_string(&arena, SPK_MAX_STRING));
    CU_ASSERT_FALSE(fits_string(&arena, SPK_MAX_STRING + 1));
}

static void test_sub_messages_are_counted(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(64));
    struct spk_buf buf = {.arena = &arena}, application = {.arena = &arena};

    /* spec, 60,000 times and empty: merged in place, so only the count ends it. */
    for (size_t i = 0; i < SPK_MAX_WIRE_MESSAGES; i++)
        put_bytes(&application, 4, "", 0);
    put_message(&buf, 1, &application);
    check_refused(&arena, &buf, SPK_INVALID_MESSAGE, "",
                  "there are more than 60000 messages in this one");
}

static void test_a_request_above_2_mib_is_too_large(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(64));
    struct spk_buf buf = {.arena = &arena};

    put_bytes(&buf, 2, spk_alloc(&arena, SPK_MAX_REQUEST), SPK_MAX_REQUEST);
    check_refused(&arena, &buf, SPK_REQUEST_TOO_LARGE, "", "the request is larger than 2 MiB");
}

static CU_TestInfo tests[] = {
    SPK_TEST(what_protobuf_c_packs_is_decoded_to_the_same),
    SPK_TEST(broken_bytes_are_refused_with_their_place),
    SPK_TEST(unknown_fields_matter_only_in_the_application),
    SPK_TEST(repeated_sub_messages_merge),
    SPK_TEST(keys_are_unique),
    SPK_TEST(values_of_a_struct_are_checked),
    SPK_TEST(limits_hold_exactly),
    SPK_TEST(sub_messages_are_counted),
    SPK_TEST(a_request_above_2_mib_is_too_large),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("wire", tests)
