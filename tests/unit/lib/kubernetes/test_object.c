/* SPDX-License-Identifier: Apache-2.0 */
#include "kubernetes/object.h"

#include "base/limits.h"
#include "json/write.h"

#include "test.h"

static void test_an_object_is_made_and_read(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    cJSON *object = spk_object(&arena, "v1", "Service", "s");

    spk_object_label(object, "a", "1");
    spk_object_label(object, "a", "2");
    spk_object_label(object, "b", NULL);
    spk_object_annotation(object, "c", "");
    SPK_ASSERT_TEXT(spk_json_write(&arena, object),
                    "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{"
                    "\"annotations\":{\"c\":\"\"},\"labels\":{\"a\":\"2\"},\"name\":\"s\"}}");
    SPK_ASSERT_TEXT(spk_object_kind(object), "Service");
    SPK_ASSERT_TEXT(spk_object_name(object), "s");
    SPK_ASSERT_TEXT(spk_object_namespace(object), "");
    SPK_ASSERT_TEXT(spk_object_name(NULL), "");
}

static void test_the_size_of_an_object_is_bounded(void)
{
    static const struct {
        const char *kind, *map;
        size_t most; /* bytes of one value that still fit, with room for the rest */
        bool is_more_refused;
    } cases[] = {
        {"ConfigMap", "data", SPK_MAX_CONFIGMAP - 1, true},
        {"Pod", "spec", SPK_MAX_CONFIGMAP, false},
        {"Pod", "spec", SPK_MAX_OBJECT - 100, true},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++)
        for (size_t more = 0; more < 200; more += 199) {
            SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
            cJSON *object = spk_object(&arena, "v1", cases[i].kind, "a");
            char *value = spk_alloc(&arena, cases[i].most + more + 1);
            bool good = !more || !cases[i].is_more_refused;
            struct spk_err err = {0};

            memset(value, 'x', cases[i].most + more);
            spk_json_text(spk_json_child(object, cases[i].map), "k", value);
            CU_ASSERT_EQUAL(spk_object_fits(&arena, object, &err), good);
            CU_ASSERT_EQUAL(err.reason, good ? SPK_NO_REASON : SPK_OBJECT_TOO_LARGE);
        }
}

static CU_TestInfo tests[] = {
    SPK_TEST(an_object_is_made_and_read),
    SPK_TEST(the_size_of_an_object_is_bounded),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("object", tests)
