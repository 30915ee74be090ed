/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/http/request.h"
#include "base/limits.h"

#include "test.h"

#define MEMORY (4U << 20)

static const char body[] = "{}";

/* What stands on the wire, in one text: method, path, headers. */
static const char *wire(struct spk_arena *arena, const struct spk_api_request *request)
{
    struct spk_http_request out = {0};
    struct spk_err err = {0};

    if (!spk_request_build(arena, request, &out, &err))
        return spk_strdup(arena, err.text);
    return spk_printf(arena, "%s %s | %s", out.method, out.path,
                      spk_join(arena, out.headers.items, out.headers.n, " | "));
}

static void test_each_verb_has_its_form(void)
{
    const struct spk_resource *pod = spk_resource_find(NULL, "Pod");
    const struct {
        struct spk_api_request request;
        const char *want;
    } cases[] = {
        {{.verb = SPK_API_GET, .resource = pod, .ns = "ns", .name = "a.b"},
         "GET /api/v1/namespaces/ns/pods/a.b | Accept: application/json"},
        {{.verb = SPK_API_GET,
          .resource = pod,
          .ns = "ns",
          .name = "a",
          .metadata_only = true},
         "GET /api/v1/namespaces/ns/pods/a | Accept: "
         "application/json;as=PartialObjectMetadata;"
         "g=meta.k8s.io;v=v1,application/json"},
        {{.verb = SPK_API_LIST, .resource = pod, .ns = "ns", .label_selector = "a=b,c in (d)"},
         "GET /api/v1/namespaces/ns/pods?labelSelector=a%3Db%2Cc%20in%20%28d%29 | "
         "Accept: application/json"},
        {{.verb = SPK_API_LIST, .resource = pod, .ns = "ns", .cached = true},
         "GET /api/v1/namespaces/ns/pods?resourceVersion=0 | Accept: application/json"},
        {{.verb = SPK_API_LIST,
          .resource = pod,
          .ns = "ns",
          .label_selector = "a=b",
          .field_selector = "involvedObject.uid=u",
          .limit = 20,
          .continue_token = "t=",
          .metadata_only = true},
         "GET /api/v1/namespaces/ns/pods?labelSelector=a%3Db&"
         "fieldSelector=involvedObject.uid%3Du&limit=20&continue=t%3D | Accept: "
         "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"},
        {{.verb = SPK_API_WATCH,
          .resource = pod,
          .ns = "ns",
          .field_selector = "metadata.name=a",
          .version = "12",
          .timeout_s = 300,
          .metadata_only = true},
         "GET /api/v1/namespaces/ns/pods?fieldSelector=metadata.name%3Da&watch=true&"
         "allowWatchBookmarks=true&resourceVersion=12&timeoutSeconds=300 | Accept: "
         "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"},
        {{.verb = SPK_API_WATCH, .resource = pod, .label_selector = "a=b"},
         "GET /api/v1/pods?labelSelector=a%3Db&watch=true&allowWatchBookmarks=true | "
         "Accept: application/json"},
        {{.verb = SPK_API_UPDATE,
          .resource = pod,
          .ns = "ns",
          .name = "p",
          .body = body,
          .body_length = 2,
          .timeout_s = 9},
         "PUT /api/v1/namespaces/ns/pods/p?timeout=9s&fieldManager=spark-submit&"
         "fieldValidation=Warn | Accept: application/json | Content-Type: application/json"},
        {{.verb = SPK_API_CREATE,
          .resource = pod,
          .ns = "ns",
          .body = body,
          .body_length = 2,
          .timeout_s = 9,
          .audit_id = "11111111-2222-3333-4444-555555555555"},
         "POST /api/v1/namespaces/ns/pods?timeout=9s&fieldManager=spark-submit&"
         "fieldValidation=Warn | Accept: application/json | Content-Type: application/json | "
         "Audit-ID: 11111111-2222-3333-4444-555555555555"},
        {{.verb = SPK_API_CREATE,
          .resource = pod,
          .ns = "ns",
          .body = body,
          .body_length = 2,
          .dry_run = true,
          .strict = true,
          .traceparent = "00-ab-cd-01"},
         "POST /api/v1/namespaces/ns/pods?fieldManager=spark-submit&fieldValidation=Strict&"
         "dryRun=All | Accept: application/json | Content-Type: application/json | "
         "traceparent: 00-ab-cd-01"},
        {{.verb = SPK_API_JSON_PATCH,
          .resource = pod,
          .ns = "ns",
          .name = "p",
          .body = body,
          .body_length = 2},
         "PATCH /api/v1/namespaces/ns/pods/p?fieldManager=spark-submit&fieldValidation=Warn | "
         "Accept: application/json | Content-Type: application/json-patch+json"},
        {{.verb = SPK_API_MERGE_PATCH,
          .resource = spk_resource_find("scheduling.x-k8s.io/v1alpha1", "PodGroup"),
          .ns = "ns",
          .name = "p",
          .body = body,
          .body_length = 2},
         "PATCH /apis/scheduling.x-k8s.io/v1alpha1/namespaces/ns/podgroups/p?"
         "fieldManager=spark-submit&fieldValidation=Warn | Accept: application/json | "
         "Content-Type: application/merge-patch+json"},
        {{.verb = SPK_API_DELETE,
          .resource = spk_resource_find(NULL, "Service"),
          .ns = "ns",
          .name = "s",
          .body = body,
          .body_length = 2,
          .timeout_s = 3,
          .dry_run = true},
         "DELETE /api/v1/namespaces/ns/services/s?timeout=3s&dryRun=All | "
         "Accept: application/json | Content-Type: application/json"},
        {{.verb = SPK_API_VERSION}, "GET /version | Accept: application/json"},
        {{.verb = SPK_API_CREATE,
          .resource = spk_resource_find(NULL, "TokenReview"),
          .body = body,
          .body_length = 2},
         "POST /apis/authentication.k8s.io/v1/tokenreviews?fieldManager=spark-submit&"
         "fieldValidation=Warn | Accept: application/json | Content-Type: application/json"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);

        SPK_ASSERT_TEXT(wire(&arena, &cases[i].request), cases[i].want);
    }
}

static void refuse(struct spk_api_request request)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_http_request out = {.method = "untouched"};
    struct spk_err err = {0};

    CU_ASSERT_FALSE(spk_request_build(&arena, &request, &out, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_INTERNAL_ERROR);
    SPK_ASSERT_TEXT(out.method, "untouched");
    CU_ASSERT_PTR_NULL(out.path);
}

static void test_no_name_leaves_its_segment(void)
{
    static const char *const names[] = {
        "",       ".",   "..",   "../secrets/x", "a/b", "a?b",  "a#b",  "%2e%2e", "a%2fb",
        "a\r\nb", "A",   "a b",  "-a",           "a-",  "a..b", "a.-b", "a\x7f",  "\u00e9",
        "a&b",    "a;b", "a\\b", "a:b",          ".a",  "a.",   NULL};
    char longest[255];

    memset(longest, 'a', sizeof(longest) - 1);
    longest[254] = '\0';
    for (size_t i = 0; i < SPK_LEN(names); i++) {
        struct spk_api_request request = {.verb = SPK_API_GET,
                                          .resource = spk_resource_find(NULL, "ConfigMap"),
                                          .ns = "ns",
                                          .name = names[i]};

        refuse(request);
        request.name = "ok";
        request.ns = names[i];
        refuse(request);
    }
    refuse((struct spk_api_request){.verb = SPK_API_GET,
                                    .resource = spk_resource_find(NULL, "Pod"),
                                    .ns = "ns",
                                    .name = longest});
    refuse((struct spk_api_request){.verb = SPK_API_GET,
                                    .resource = spk_resource_find(NULL, "Pod"),
                                    .ns = "a.b",
                                    .name = "p"});
    refuse((struct spk_api_request){.verb = SPK_API_GET,
                                    .resource = spk_resource_find(NULL, "Service"),
                                    .ns = "ns",
                                    .name = "1a"});
    refuse((struct spk_api_request){.verb = SPK_API_GET, .ns = "ns", .name = "p"});
    refuse((struct spk_api_request){.verb = SPK_API_WAIT});
}

static void test_no_header_carries_a_second_one(void)
{
    static const char *const values[] = {
        "a\r\nImpersonate-User: admin", "a\nb", "a\x7f", "\u00e9", "", "a\tb"};
    static char huge[9 * 1024 + 1];
    struct spk_api_request request = {.verb = SPK_API_GET,
                                      .resource = spk_resource_find(NULL, "Pod"),
                                      .ns = "ns",
                                      .name = "p"};

    memset(huge, 'h', sizeof(huge) - 1);
    for (size_t i = 0; i <= SPK_LEN(values); i++) {
        const char *value = i < SPK_LEN(values) ? values[i] : huge;

        request.audit_id = value;
        refuse(request);
        request.audit_id = NULL;
        request.traceparent = value;
        refuse(request);
        request.traceparent = NULL;
    }
    request.verb = SPK_API_LIST;
    request.label_selector = "a=b\r\nX: y";
    refuse(request);
}

static const char *const groups[] = {"one", "two"}, *const keys[] = {"Acme/Scope"},
                         *const scopes[] = {"all"};

static void test_a_request_acts_as_somebody(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_impersonation as = {.user = "jane", .uid = "17"};
    struct spk_api_request request = {.verb = SPK_API_VERSION, .as = &as};

    for (size_t i = 0; i < SPK_LEN(groups); i++)
        spk_strings_add(&arena, &as.groups, groups[i]);
    spk_strings_add(&arena, &as.extra_keys, keys[0]);
    spk_strings_add(&arena, &as.extra_values, scopes[0]);
    SPK_ASSERT_TEXT(wire(&arena, &request),
                    "GET /version | Accept: application/json | Impersonate-User: jane | "
                    "Impersonate-Uid: 17 | Impersonate-Group: one | Impersonate-Group: two | "
                    "Impersonate-Extra-acme%2Fscope: all");
    as = (struct spk_impersonation){0};
    SPK_ASSERT_TEXT(wire(&arena, &request), "GET /version | Accept: application/json");
}

/* Each value in each place of whom to act as. */
static void test_no_name_to_act_as_carries_a_header(void)
{
    static const char *const values[] = {"a\r\nImpersonate-Group: system:masters",
                                         "a\nb",
                                         "a\rb",
                                         "a\x7f",
                                         "\u00e9",
                                         "",
                                         "a\tb"};
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);

    for (size_t i = 0; i < SPK_LEN(values); i++)
        for (int place = 0; place < 5; place++) {
            struct spk_impersonation as = {.user = place == 0 ? values[i] : "jane",
                                           .uid = place == 1 ? values[i] : NULL};
            struct spk_api_request request = {.verb = SPK_API_VERSION, .as = &as};
            struct spk_http_request out = {0};
            struct spk_err err = {0};

            if (place == 2)
                spk_strings_add(&arena, &as.groups, values[i]);
            if (place >= 3) {
                spk_strings_add(&arena, &as.extra_keys, place == 3 ? values[i] : "k");
                spk_strings_add(&arena, &as.extra_values, place == 4 ? values[i] : "v");
            }
            bool encoded = place == 3 && *values[i]; /* a key is written with %XX */
            CU_ASSERT_EQUAL(spk_request_build(&arena, &request, &out, &err), encoded);
            CU_ASSERT_EQUAL(err.reason, encoded ? SPK_NO_REASON : SPK_INVALID_FIELD);
            CU_ASSERT_PTR_NULL(strstr(err.text, "masters"));
        }
    struct spk_strings one = {.items = (const char *[]){"x"}, .n = 1};
    struct spk_impersonation nobody[] = {
        {.uid = "17"}, {.groups = one}, {.extra_keys = one, .extra_values = one}};
    for (size_t i = 0; i < SPK_LEN(nobody); i++) {
        struct spk_api_request request = {.verb = SPK_API_VERSION, .as = &nobody[i]};

        SPK_ASSERT_TEXT(wire(&arena, &request),
                        "a uid, groups and extra values to act with need a user to act as");
    }
}

static void test_a_body_is_bounded(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_http_request out = {0};
    struct spk_err err = {0};
    struct spk_api_request request = {.verb = SPK_API_CREATE,
                                      .resource = spk_resource_find(NULL, "Pod"),
                                      .ns = "ns",
                                      .body = body,
                                      .body_length = SPK_MAX_KUBE_BODY + 1};

    CU_ASSERT_FALSE(spk_request_build(&arena, &request, &out, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_OBJECT_TOO_LARGE);
    request.body_length = SPK_MAX_KUBE_BODY;
    CU_ASSERT(spk_request_build(&arena, &request, &out, &err));
}

static void test_the_surface_is_closed(void)
{
    CU_ASSERT_PTR_NULL(spk_resource_find(NULL, "Deployment"));
    CU_ASSERT_PTR_NULL(spk_resource_find(NULL, "pod"));
    CU_ASSERT_PTR_NULL(spk_resource_find("v2", "Pod"));
    CU_ASSERT_PTR_EQUAL(spk_resource_find("v1", "Pod"), spk_resource_find(NULL, "Pod"));
    CU_ASSERT(spk_resource_find(NULL, "TokenReview")->cluster_scoped);
}

static CU_TestInfo tests[] = {
    SPK_TEST(each_verb_has_its_form),
    SPK_TEST(no_name_leaves_its_segment),
    SPK_TEST(no_header_carries_a_second_one),
    SPK_TEST(a_request_acts_as_somebody),
    SPK_TEST(no_name_to_act_as_carries_a_header),
    SPK_TEST(a_body_is_bounded),
    SPK_TEST(the_surface_is_closed),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("request", tests)
