/* SPDX-License-Identifier: Apache-2.0 */
#include "application/field.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "spark/submit/v1/spark_application.pb-c.h"

#include "test.h"

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *type_name(const ProtobufCFieldDescriptor *field)
{
    static const struct {
        ProtobufCType type;
        const char *name;
    } names[] = {
        {PROTOBUF_C_TYPE_STRING, "string"},  {PROTOBUF_C_TYPE_INT32, "int32"},
        {PROTOBUF_C_TYPE_INT64, "int64"},    {PROTOBUF_C_TYPE_BOOL, "bool"},
        {PROTOBUF_C_TYPE_MESSAGE, "object"},
    };

    for (size_t i = 0; i < SPK_LEN(names); i++)
        if (names[i].type == field->type)
            return names[i].name;
    return "?";
}

/* All fields below a message as "path type". */
static void list_fields(struct spk_arena *arena, struct spk_strings *lines, const char *prefix,
                        const ProtobufCMessageDescriptor *message)
{
    for (unsigned i = 0; i < message->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->fields[i];
        const char *path = spk_printf(arena, "%s%s", prefix, spk_field_json_name(field).text);
        const ProtobufCMessageDescriptor *below = field->descriptor;
        const char *step = spk_field_is_repeated(field) ? "[]." : ".";

        if (spk_field_is_map(field)) {
            const ProtobufCFieldDescriptor *value = &below->fields[1];

            spk_strings_add(arena, lines, spk_printf(arena, "%s map", path));
            below = spk_field_is_message(value) ? value->descriptor : NULL;
            step = ".*.";
        } else {
            spk_strings_add(arena, lines,
                            spk_printf(arena, "%s %s%s", path,
                                       spk_field_is_repeated(field) ? "list of " : "",
                                       type_name(field)));
            below = spk_field_is_message(field) && !spk_field_is_struct(field) ? below : NULL;
        }
        if (below)
            list_fields(arena, lines, spk_printf(arena, "%s%s", path, step), below);
    }
}

static void test_json_names_and_types_are_those_of_the_crd(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    struct spk_strings ours = {0}, lines;
    struct spk_bytes bytes;
    struct spk_err err = {0};
    size_t n = 0;

    CU_ASSERT_FATAL(spk_file_read(&arena, SPK_FIXTURES "/spark_application_fields.txt",
                                  SPK_MIB(1), &bytes, &err));
    list_fields(&arena, &ours, "", &spk__spark_application__descriptor);
    qsort(ours.items, ours.n, sizeof(*ours.items), compare_texts);
    lines = spk_split(&arena, spk_strndup(&arena, bytes.data, bytes.length), '\n');
    for (size_t i = 0; i < lines.n; i++) {
        if (*lines.items[i] == '\0' || *lines.items[i] == '#')
            continue;
        SPK_ASSERT_TEXT(n < ours.n ? ours.items[n] : NULL, lines.items[i]);
        n++;
    }
    CU_ASSERT_EQUAL(n, ours.n);
}

static void test_both_roles_number_common_fields_alike(void)
{
    const ProtobufCMessageDescriptor *driver = &spk__driver_spec__descriptor;
    unsigned common = 0;

    for (unsigned i = 0; i < driver->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &driver->fields[i];
        const ProtobufCFieldDescriptor *twin = protobuf_c_message_descriptor_get_field_by_name(
            &spk__executor_spec__descriptor, field->name);

        CU_ASSERT_EQUAL(field->id < 50, twin != NULL);
        if (twin) {
            CU_ASSERT_EQUAL(twin->id, field->id);
            CU_ASSERT_EQUAL(twin->type, field->type);
            common++;
        }
    }
    CU_ASSERT_EQUAL(common, 36);
}

static void test_names_find_their_fields_exactly(void)
{
    const ProtobufCMessageDescriptor *spec = &spk__spark_application_spec__descriptor;
    static const char *const unknown[] = {"",          "spark_conf",     "SparkConf",
                                          "sparkconf", "sparkUiOptions", "sparkConfX"};

    for (unsigned i = 0; i < spec->n_fields; i++)
        CU_ASSERT_PTR_EQUAL(spk_field_find(spec, spk_field_json_name(&spec->fields[i]).text),
                            &spec->fields[i]);
    for (size_t i = 0; i < SPK_LEN(unknown); i++)
        CU_ASSERT_PTR_NULL(spk_field_find(spec, unknown[i]));
}

static CU_TestInfo tests[] = {
    SPK_TEST(json_names_and_types_are_those_of_the_crd),
    SPK_TEST(both_roles_number_common_fields_alike),
    SPK_TEST(names_find_their_fields_exactly),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("fields", tests)
