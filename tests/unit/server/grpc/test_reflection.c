/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/reflection.h"

#include "base/text.h"
#include "grpc/reflection/v1/reflection.pb-c.h"
#include "test.h"

static struct spk_reflection embedded(struct spk_arena *arena)
{
    struct spk_reflection index = {0};
    struct spk_err err = {0};
    size_t length;
    const uint8_t *bytes = spk_descriptor_set(&length);

    CU_ASSERT_FATAL(spk_reflection_index(arena, bytes, length, &index, &err));
    return index;
}

static Grpc__Reflection__V1__ServerReflectionResponse *
ask(struct spk_arena *arena, const Grpc__Reflection__V1__ServerReflectionRequest *request)
{
    struct spk_reflection index = embedded(arena);
    struct spk_err err = {0};
    const uint8_t *answer;
    uint8_t packed[512];
    size_t length = grpc__reflection__v1__server_reflection_request__pack(request, packed),
           n = 0;

    CU_ASSERT_FATAL(spk_reflection_answer(arena, &index, packed, length, &answer, &n, &err));
    return grpc__reflection__v1__server_reflection_response__unpack(NULL, n, answer);
}

#define REQUEST(name) GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_##name

static void check_file_of(const char *symbol, const char *file)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(4 << 20);
    Grpc__Reflection__V1__ServerReflectionRequest request;

    grpc__reflection__v1__server_reflection_request__init(&request);
    request.message_request_case = REQUEST(FILE_CONTAINING_SYMBOL);
    request.file_containing_symbol = spk_strdup(&arena, symbol);
    Grpc__Reflection__V1__ServerReflectionResponse *response = ask(&arena, &request);
    CU_ASSERT_PTR_NOT_NULL_FATAL(response);
    if (file) {
        Grpc__Reflection__V1__FileDescriptorResponse *files =
            response->file_descriptor_response;

        CU_ASSERT_EQUAL_FATAL(
            response->message_response_case,
            GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_FILE_DESCRIPTOR_RESPONSE);
        /* A FileDescriptorProto starts with its name. */
        CU_ASSERT(memcmp(files->file_descriptor_proto[0].data + 2, file, strlen(file)) == 0);
    } else {
        CU_ASSERT_EQUAL(response->error_response->error_code, SPK_NOT_FOUND);
    }
    grpc__reflection__v1__server_reflection_response__free_unpacked(response, NULL);
}

static void test_every_kind_of_symbol_is_found(void)
{
    check_file_of("spark.submit.v1.SubmitService", "spark/submit/v1/submit_service.proto");
    check_file_of("spark.submit.v1.SubmitService.Submit",
                  "spark/submit/v1/submit_service.proto");
    check_file_of("spark.submit.v1.SubmitRequest.manifest",
                  "spark/submit/v1/submit_service.proto");
    check_file_of("spark.submit.v1.SparkApplicationSpec.SparkConfEntry",
                  "spark/submit/v1/spark_application.proto");
    check_file_of("spark.submit.v1.POD_MUTATION_NATIVE",
                  "spark/submit/v1/submit_service.proto");
    check_file_of(".google.protobuf.Struct", "google/protobuf/struct.proto");
    check_file_of("grpc.health.v1.Health", "grpc/health/v1/health.proto");
    check_file_of("spark.submit.v1", NULL);
    check_file_of("", NULL);
}

static void test_services_are_listed_sorted(void)
{
    static const char *const expected[] = {
        "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection", "spark.submit.v1.SubmitService"};
    SPK_ARENA arena = SPK_ARENA_LIMIT(4 << 20);
    Grpc__Reflection__V1__ServerReflectionRequest request;

    grpc__reflection__v1__server_reflection_request__init(&request);
    request.message_request_case = REQUEST(LIST_SERVICES);
    request.list_services = spk_strdup(&arena, "*");
    Grpc__Reflection__V1__ServerReflectionResponse *response = ask(&arena, &request);
    const Grpc__Reflection__V1__ListServiceResponse *list = response->list_services_response;
    CU_ASSERT_EQUAL_FATAL(list->n_service, SPK_LEN(expected));
    for (size_t i = 0; i < SPK_LEN(expected); i++)
        SPK_ASSERT_TEXT(list->service[i]->name, expected[i]);
    SPK_ASSERT_TEXT(response->original_request->list_services, "*");
    grpc__reflection__v1__server_reflection_response__free_unpacked(response, NULL);
}

static void test_extensions_of_a_known_type_are_none(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(4 << 20);
    Grpc__Reflection__V1__ServerReflectionRequest request;

    grpc__reflection__v1__server_reflection_request__init(&request);
    request.message_request_case = REQUEST(ALL_EXTENSION_NUMBERS_OF_TYPE);
    request.all_extension_numbers_of_type =
        spk_strdup(&arena, "spark.submit.v1.SubmitRequest");
    Grpc__Reflection__V1__ServerReflectionResponse *response = ask(&arena, &request);
    SPK_ASSERT_TEXT(response->all_extension_numbers_response->base_type_name,
                    "spark.submit.v1.SubmitRequest");
    CU_ASSERT_EQUAL(response->all_extension_numbers_response->n_extension_number, 0);
    grpc__reflection__v1__server_reflection_response__free_unpacked(response, NULL);
}

static void test_broken_sets_and_requests_are_refused(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(4 << 20);
    struct spk_reflection index = {0};
    struct spk_err err = {0};
    size_t length, n = 0;
    const uint8_t *bytes = spk_descriptor_set(&length), *answer = NULL;

    CU_ASSERT_FALSE(spk_reflection_index(&arena, bytes, length - 1, &index, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_INTERNAL_ERROR);
    CU_ASSERT_EQUAL(index.n_files, 0);
    CU_ASSERT_FALSE(spk_reflection_index(&arena, bytes, 0, &index, &err));
    CU_ASSERT_FALSE(
        spk_reflection_answer(&arena, &index, (const uint8_t *)"\xff", 1, &answer, &n, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_INVALID_MESSAGE);
    CU_ASSERT_PTR_NULL(answer);
}

static CU_TestInfo tests[] = {
    SPK_TEST(every_kind_of_symbol_is_found),
    SPK_TEST(services_are_listed_sorted),
    SPK_TEST(extensions_of_a_known_type_are_none),
    SPK_TEST(broken_sets_and_requests_are_refused),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("reflection", tests)
