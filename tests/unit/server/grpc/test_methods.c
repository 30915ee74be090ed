/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/methods.h"

#include "base/limits.h"
#include "grpc/health/v1/health.pb-c.h"
#include "grpc/reflection.h"
#include "grpc/reflection/v1/reflection.pb-c.h"
#include "grpc/reflection/v1alpha/reflection.pb-c.h"
#include "spark/submit/v1/submit_service.pb-c.h"
#include "test.h"

/* Every service that the server speaks, as its file defines it. */
static const ProtobufCServiceDescriptor *const services[] = {
    &grpc__health__v1__health__descriptor,
    &grpc__reflection__v1__server_reflection__descriptor,
    &grpc__reflection__v1alpha__server_reflection__descriptor,
    &spk__submit_service__descriptor,
};

static void test_each_defined_method_has_a_row_of_its_type(void)
{
    size_t n = 0;

    for (size_t i = 0; i < SPK_LEN(services); i++)
        for (unsigned j = 0; j < services[i]->n_methods; j++) {
            const ProtobufCMethodDescriptor *defined = &services[i]->methods[j];
            char path[128];
            int length =
                snprintf(path, sizeof(path), "/%s/%s", services[i]->name, defined->name);
            const struct spk_method *row = spk_method_find(path, (size_t)length);

            n++;
            CU_ASSERT_PTR_NOT_NULL_FATAL(row);
            SPK_ASSERT_TEXT(row->path, path);
            CU_ASSERT_PTR_EQUAL(row->request, defined->input);
            CU_ASSERT_EQUAL(row->operation == NULL, row->kind == SPK_METHOD_BIDI_STREAMING);
            CU_ASSERT_EQUAL(row->serve != NULL, row->kind == SPK_METHOD_BIDI_STREAMING);
        }
    CU_ASSERT_EQUAL(n, spk_n_methods);
}

static void test_a_path_is_found_whole_and_only_whole(void)
{
    static const char known[] = "/spark.submit.v1.SubmitService/Submit";
    static const char *const unknown[] = {"", "/", "/spark.submit.v1.SubmitService/Submi",
                                          "/spark.submit.v1.SubmitService/Submit2",
                                          "/spark.submit.v1.SubmitService/submit"};

    const struct spk_method *row = spk_method_find(known, strlen(known));

    CU_ASSERT_PTR_NOT_NULL_FATAL(row);
    SPK_ASSERT_TEXT(row->path, known);
    for (size_t i = 0; i < SPK_LEN(unknown); i++)
        CU_ASSERT_PTR_NULL(spk_method_find(unknown[i], strlen(unknown[i])));
}

static void test_reflection_knows_the_service_of_each_row(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(4));
    struct spk_reflection index;
    struct spk_err err = {0};
    size_t length;
    const uint8_t *bytes = spk_descriptor_set(&length);

    CU_ASSERT_FATAL(spk_reflection_index(&arena, bytes, length, &index, &err));
    for (size_t i = 0; i < spk_n_methods; i++) {
        const char *service = spk_methods[i].path + 1;
        size_t cut = strcspn(service, "/");
        bool found = false;

        for (size_t j = 0; j < index.n_symbols; j++)
            found = found ||
                    (index.symbols[j].is_service && strlen(index.symbols[j].name) == cut &&
                     strncmp(index.symbols[j].name, service, cut) == 0);
        CU_ASSERT(found);
    }
}

/* A class has room for streams, or it is one of calls with one answer. */
static void test_streams_have_places_and_calls_have_none(void)
{
    struct spk_admission_limits limits;

    spk_admission_limits_init(&limits);
    for (size_t i = 0; i < spk_n_methods; i++) {
        const struct spk_method *row = &spk_methods[i];

        CU_ASSERT_FATAL(row->admission < SPK_ADMISSION_CLASSES);
        CU_ASSERT_EQUAL(limits.streams[row->admission] > 0, row->kind != SPK_METHOD_UNARY);
        CU_ASSERT_EQUAL(spk_method_is_registered(row), row->kind != SPK_METHOD_BIDI_STREAMING);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(each_defined_method_has_a_row_of_its_type),
    SPK_TEST(a_path_is_found_whole_and_only_whole),
    SPK_TEST(reflection_knows_the_service_of_each_row),
    SPK_TEST(streams_have_places_and_calls_have_none),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("methods", tests)
