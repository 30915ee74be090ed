/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/http/status.h"
#include "base/limits.h"
#include "json/write.h"

#include "test.h"

#define MEMORY (4U << 20)

/* A metav1.Status as the API server writes it; a NULL cause writes no details. */
static const char *status(struct spk_arena *arena, int code, const char *reason,
                          const char *message, const char *cause)
{
    cJSON *object = spk_json_new_object(arena);

    spk_json_text(object, "kind", "Status");
    spk_json_text(object, "apiVersion", "v1");
    spk_json_text(object, "status", "Failure");
    spk_json_text(object, "message", message);
    spk_json_text(object, "reason", reason);
    spk_json_int(object, "code", code);
    if (cause) {
        cJSON *causes = spk_json_list(spk_json_child(object, "details"), "causes");
        cJSON *item = spk_json_push_object(causes);

        spk_json_text(item, "reason", cause);
        spk_json_text(item, "message", "cause's \n message");
        spk_json_text(item, "field", "spec.containers[0].image");
    }
    return spk_json_write(arena, object);
}

/* Messages as Kubernetes 1.25 to 1.34 writes them. */
static const struct {
    int http;
    const char *reason, *message, *cause;
    enum spk_reason want;
} verdicts[] = {
    {403, "Forbidden",
     "pods is forbidden: User \"system:serviceaccount:ns:sa\" cannot create resource \"pods\" "
     "in "
     "API group \"\" in the namespace \"ns\"",
     NULL, SPK_KUBE_FORBIDDEN},
    {403, "Forbidden",
     "configmaps \"exceeded quota: x\" is forbidden: User \"exceeded quota: \" cannot create "
     "resource \"configmaps\" in API group \"\" in the namespace \"ns\"",
     NULL, SPK_KUBE_FORBIDDEN},
    {403, "Forbidden",
     "pods \"p\" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=2, "
     "limited: pods=2",
     NULL, SPK_KUBE_QUOTA_EXCEEDED},
    {403, "Forbidden", "pods \"p\" is forbidden: insufficient quota to consume: pods", NULL,
     SPK_KUBE_QUOTA_EXCEEDED},
    {403, "Forbidden",
     "pods \"p\" is forbidden: failed quota: compute: must specify limits.cpu for: c", NULL,
     SPK_KUBE_QUOTA_UNSPECIFIED},
    {403, "Forbidden",
     "pods \"p\" is forbidden: status unknown for quota: compute, resources: pods", NULL,
     SPK_KUBE_QUOTA_UNKNOWN},
    {403, "Forbidden",
     "pods \"p\" is forbidden: violates PodSecurity \"restricted:latest\": "
     "allowPrivilegeEscalation != false (container \"c\" must set "
     "securityContext.allowPrivilegeEscalation=false)",
     NULL, SPK_POD_SECURITY_VIOLATION},
    {403, "Forbidden",
     "pods \"p\" is forbidden: error looking up service account ns/spark: serviceaccount "
     "\"spark\" not found",
     NULL, SPK_SERVICE_ACCOUNT_MISSING},
    {403, "Forbidden",
     "pods \"p\" is forbidden: unable to create new content in namespace ns because it is "
     "being "
     "terminated",
     "NamespaceTerminating", SPK_NAMESPACE_TERMINATING},
    {403, "Forbidden",
     "admission webhook \"validate.kyverno.svc\" denied the request: no latest tag", NULL,
     SPK_ADMISSION_DENIED},
    {403, "Forbidden",
     "pods \"p\" is forbidden: maximum cpu usage per Container is 1, but limit is 2", NULL,
     SPK_ADMISSION_DENIED},
    {403, "Forbidden",
     "pods \"p\" is forbidden: memory max limit to request ratio per Container is 2, but "
     "provided "
     "ratio is 4.000000",
     NULL, SPK_ADMISSION_DENIED},
    {403, "Forbidden", "pods \"p\" is forbidden: no PriorityClass with name high was found",
     NULL, SPK_ADMISSION_DENIED},
    {403, "Forbidden",
     "pods \"p\" is forbidden: pod node label selector conflicts with its namespace node "
     "label "
     "selector",
     NULL, SPK_ADMISSION_DENIED},
    {403, "Forbidden", "pods \"p\" is forbidden: pod rejected: RuntimeClass \"x\" not found",
     NULL, SPK_ADMISSION_DENIED},
    {403, "Forbidden",
     "pods \"p\" is forbidden: image policy webhook backend denied one or more images: no",
     NULL, SPK_ADMISSION_DENIED},
    {403, "Forbidden",
     "pods \"p\" is forbidden: the integer value of priority (5) must not be provided in pod "
     "spec; priority admission controller computed 0 from the given PriorityClass name",
     NULL, SPK_ADMISSION_DENIED},
    {403, "Forbidden", "pods \"p\" is forbidden: something nobody has seen yet", NULL,
     SPK_KUBE_FORBIDDEN},
    {400, "BadRequest", "admission webhook \"a.b.c\" denied the request: no", NULL,
     SPK_ADMISSION_DENIED},
    {409, "Conflict", "admission webhook \"a.b.c\" denied the request: no", NULL,
     SPK_ADMISSION_DENIED},
    {422, "Invalid",
     "pods \"p\" is forbidden: ValidatingAdmissionPolicy 'images' with binding 'b' denied "
     "request: failed expression: false",
     "FieldValueInvalid", SPK_ADMISSION_DENIED},
    {422, "Invalid", "Pod \"p\" is invalid: spec.containers[0].image: Required value",
     "FieldValueRequired", SPK_KUBE_REJECTED},
    {400, "BadRequest", "strict decoding error: unknown field \"spec.foo\"", NULL,
     SPK_KUBE_REJECTED},
    {400, "BadRequest", "admission webhook a.b.c does not support dry run", NULL,
     SPK_DRY_RUN_UNSUPPORTED},
    {401, "Unauthorized", "Unauthorized", NULL, SPK_KUBE_CREDENTIALS_REJECTED},
    {404, "NotFound", "the server could not find the requested resource", NULL,
     SPK_KIND_UNKNOWN},
    {405, "MethodNotAllowed", "no", NULL, SPK_INTERNAL_ERROR},
    {406, "NotAcceptable", "no", NULL, SPK_INTERNAL_ERROR},
    {415, "UnsupportedMediaType", "no", NULL, SPK_INTERNAL_ERROR},
    {408, "", "no", NULL, SPK_KUBE_ERROR},
    {409, "AlreadyExists", "pods \"p\" already exists", NULL, SPK_DRIVER_POD_EXISTS},
    {409, "AlreadyExists", "object is being deleted: pods \"p\" already exists", NULL,
     SPK_SUBMISSION_BEING_DELETED},
    {409, "Conflict", "Operation cannot be fulfilled on resourcequotas \"q\"", NULL,
     SPK_KUBE_ERROR},
    {413, "RequestEntityTooLarge", "limit is 3145728", NULL, SPK_OBJECT_TOO_LARGE},
    {429, "TooManyRequests", "Too many requests, please try again later.", NULL,
     SPK_KUBE_THROTTLED},
    {500, "InternalError", "Internal error occurred: failed calling webhook \"a.b.c\"", NULL,
     SPK_KUBE_ERROR},
    {500, "", "etcdserver: request is too large", NULL, SPK_OBJECT_TOO_LARGE},
    {503, "ServiceUnavailable", "no", NULL, SPK_KUBE_ERROR},
    {302, "", "", NULL, SPK_KUBE_ERROR},
    {101, "", "", NULL, SPK_KUBE_ERROR},
};

static void test_every_refusal_has_its_reason(void)
{
    for (size_t i = 0; i < SPK_LEN(verdicts); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
        struct spk_api_reply reply = {.http = verdicts[i].http};
        const char *body = status(&arena, verdicts[i].http, verdicts[i].reason,
                                  verdicts[i].message, verdicts[i].cause);

        spk_status_decode(&reply, &arena, body, strlen(body));
        SPK_ASSERT_TEXT(reply.message, verdicts[i].message);
        SPK_ASSERT_TEXT(spk_reason_name(spk_status_reason(&reply)),
                        spk_reason_name(verdicts[i].want));
    }
}

static void test_without_an_answer_the_transport_decides(void)
{
    static const struct {
        enum spk_api_transport transport;
        int http;
        enum spk_reason want;
    } cases[] = {
        {SPK_API_NOT_SENT, 0, SPK_KUBE_UNREACHABLE},
        {SPK_API_INTERRUPTED, 0, SPK_KUBE_UNREACHABLE},
        {SPK_API_CANCELLED, 0, SPK_CALL_CANCELLED},
        {SPK_API_TRUNCATED, 201, SPK_NO_REASON},
        {SPK_API_TRUNCATED, 503, SPK_KUBE_ERROR},
        {SPK_API_ANSWERED, 200, SPK_NO_REASON},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct spk_api_reply reply = {.transport = cases[i].transport, .http = cases[i].http};

        CU_ASSERT_EQUAL(spk_status_reason(&reply), cases[i].want);
    }
}

static void test_a_status_is_decoded_in_full(void)
{
    static const char body[] =
        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\","
        "\"message\":\"namespaces \\\"x\\\" not found\",\"reason\":\"NotFound\",\"details\":"
        "{\"name\":\"x\",\"kind\":\"namespaces\",\"retryAfterSeconds\":7,\"causes\":["
        "{\"reason\":\"R\",\"message\":\"M\",\"field\":\"F\"},{}]},\"code\":404}";
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api_reply reply = {.http = 404, .retry_after_ms = 1000};

    spk_status_decode(&reply, &arena, body, strlen(body));
    SPK_ASSERT_TEXT(reply.reason, "NotFound");
    SPK_ASSERT_TEXT(reply.message, "namespaces \"x\" not found");
    SPK_ASSERT_TEXT(reply.details_kind, "namespaces");
    SPK_ASSERT_TEXT(reply.details_name, "x");
    CU_ASSERT_EQUAL(reply.retry_after_ms, 7000);
    CU_ASSERT_EQUAL_FATAL(reply.n_causes, 2);
    SPK_ASSERT_TEXT(reply.causes[0].field, "F");
    SPK_ASSERT_TEXT(reply.causes[0].message, "M");
    SPK_ASSERT_TEXT(reply.causes[0].reason, "R");
    SPK_ASSERT_TEXT(reply.causes[1].field, "");
    CU_ASSERT_EQUAL(spk_status_reason(&reply), SPK_NAMESPACE_NOT_FOUND);
}

static void test_a_proxys_page_is_no_status(void)
{
    static const char page[] = "<html>\n<h1>Bad \x01gateway\xff</h1></html>";
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api_reply reply = {.http = 502};

    spk_status_decode(&reply, &arena, page, strlen(page));
    SPK_ASSERT_TEXT(reply.reason, "");
    SPK_ASSERT_TEXT(reply.message, "");
    SPK_ASSERT_TEXT(reply.trouble, "<html><h1>Bad gateway</h1></html>");
    CU_ASSERT_EQUAL(spk_status_reason(&reply), SPK_KUBE_ERROR);

    char long_page[1000];
    memset(long_page, 'x', sizeof(long_page));
    spk_status_decode(&reply, &arena, long_page, sizeof(long_page));
    CU_ASSERT_EQUAL(strlen(reply.trouble), 200);
}

static void test_a_status_is_bounded(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api_reply reply = {.http = 422};
    cJSON *object = spk_json_new_object(&arena);
    struct spk_buf text = {.arena = &arena};

    for (int i = 0; i < 2000; i++)
        spk_buf_text(&text, "\u00e9");
    spk_buf_text(&text, "x");
    spk_json_text(object, "kind", "Status");
    spk_json_text(object, "message", spk_printf(&arena, "x%s", spk_buf_string(&text)));
    cJSON *causes = spk_json_list(spk_json_child(object, "details"), "causes");
    for (int i = 0; i < 200; i++)
        spk_json_text(spk_json_push_object(causes), "field", "f");
    const char *body = spk_json_write(&arena, object);

    spk_status_decode(&reply, &arena, body, strlen(body));
    CU_ASSERT_EQUAL(strlen(reply.message), SPK_MAX_STATUS_TEXT - 1);
    CU_ASSERT(spk_is_utf8(reply.message, strlen(reply.message)));
    CU_ASSERT_EQUAL(reply.n_causes, SPK_MAX_CAUSES);
}

static const char *note(const struct spk_err *err, const char *key)
{
    for (const struct spk_note *item = err->notes; item; item = item->next)
        if (strcmp(item->key, key) == 0)
            return item->value;
    return NULL;
}

static void test_a_refusal_becomes_an_error(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api_reply reply = {.http = 422, .retry_after_ms = 3000};
    struct spk_err err = {0};
    const char *body =
        status(&arena, 422, "Invalid", "Pod \"p\" is\ninvalid", "FieldValueInvalid");

    spk_status_decode(&reply, &arena, body, strlen(body));
    CU_ASSERT_FALSE(spk_status_fail(&reply, NULL, &arena, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_KUBE_REJECTED);
    SPK_ASSERT_TEXT(err.text, "the API server refused (HTTP 422): Pod \"p\" is invalid");
    CU_ASSERT_EQUAL(err.retry_after_ms, 3000);
    SPK_ASSERT_TEXT(note(&err, "kube_code"), "422");
    SPK_ASSERT_TEXT(note(&err, "kube_reason"), "Invalid");
    CU_ASSERT_PTR_NOT_NULL_FATAL(err.violations);
    SPK_ASSERT_TEXT(err.violations->field, "spec.containers[0].image");
    SPK_ASSERT_TEXT(err.violations->text, "cause's   message");

    reply = (struct spk_api_reply){.transport = SPK_API_NOT_SENT, .trouble = "no route"};
    CU_ASSERT_FALSE(spk_status_fail(&reply, NULL, &arena, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_KUBE_UNREACHABLE);
    SPK_ASSERT_TEXT(err.text, "the API server gave no answer: no route");
}

/* The page of an API server without the kind, and its Status for a group that it has. */
static void test_a_kind_that_is_not_served_is_named(void)
{
    static const char *const bodies[] = {
        "404 page not found\n",
        "{\"kind\":\"Status\",\"message\":\"the server could not find the requested "
        "resource\",\"reason\":\"NotFound\",\"details\":{},\"code\":404}",
    };
    static const struct {
        const char *api_version, *kind;
        enum spk_reason reason;
        const char *text;
    } cases[] = {
        {"scheduling.volcano.sh/v1beta1", "PodGroup", SPK_KIND_UNKNOWN,
         "the API server does not serve PodGroup of scheduling.volcano.sh/v1beta1 (HTTP 404): "
         "install Volcano (https://volcano.sh), or choose a batch scheduler that needs no "
         "PodGroup, as YuniKorn"},
        {"scheduling.x-k8s.io/v1alpha1", "PodGroup", SPK_KIND_UNKNOWN,
         "the API server does not serve PodGroup of scheduling.x-k8s.io/v1alpha1 (HTTP 404): "
         "install the CustomResourceDefinitions of the scheduler plugins "
         "(https://scheduler-plugins.sigs.k8s.io), or choose a batch scheduler that needs no "
         "PodGroup, as YuniKorn"},
        {"sparkoperator.k8s.io/v1beta2", "SparkApplication", SPK_KIND_UNKNOWN,
         "the API server does not serve SparkApplication of sparkoperator.k8s.io/v1beta2 "
         "(HTTP "
         "404): install the CustomResourceDefinitions of the Spark operator"},
        {"v1", "Pod", SPK_KUBE_ERROR,
         "Pod of v1 is unknown there (HTTP 404), and every API server serves it: something "
         "else answers at its address"},
    };

    for (size_t i = 0; i < SPK_LEN(cases) * SPK_LEN(bodies); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
        const char *body = bodies[i % SPK_LEN(bodies)];
        size_t at = i / SPK_LEN(bodies);
        struct spk_api_reply reply = {.http = 404};
        struct spk_err err = {0};

        spk_status_decode(&reply, &arena, body, strlen(body));
        CU_ASSERT_FALSE(spk_status_fail(
            &reply, spk_resource_find(cases[at].api_version, cases[at].kind), &arena, &err));
        SPK_ASSERT_TEXT(spk_reason_name(err.reason), spk_reason_name(cases[at].reason));
        SPK_ASSERT_TEXT(err.text, cases[at].text);
    }
}

static void test_a_redirect_shows_neither_user_nor_query(void)
{
    static const char *const values[][2] = {
        {"https://u:SECRET@login.example:8443/in?state=SECRET#SECRET",
         "https://login.example:8443/in"},
        {"https://login.example", "https://login.example"},
        {"https://u@v@login.example/a@b", "https://login.example/a@b"},
        {"/sign-in?x=SECRET", "/sign-in"},
        {"https://login.example/\x01\x1b[31m", "https://login.example/  [31m"},
        {"", ""},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api_reply reply = {.http = 302, .location = "https://login.example/"};
    struct spk_err err = {0};

    for (size_t i = 0; i < SPK_LEN(values); i++)
        SPK_ASSERT_TEXT(spk_status_location(&arena, values[i][0]), values[i][1]);
    CU_ASSERT_FALSE(spk_status_fail(&reply, NULL, &arena, &err));
    SPK_ASSERT_TEXT(spk_reason_name(err.reason), "KUBE_ERROR");
    SPK_ASSERT_TEXT(err.text, "HTTP 302 leads to 'https://login.example/', and no API server "
                              "redirects: something else answers at its address");
}

static void test_an_exceeded_quota_is_named(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api_reply reply = {
        .http = 403,
        .reason = "Forbidden",
        .message = "pods \"p\" is forbidden: exceeded quota: team, requested: cpu=2,pods=1, "
                   "used: cpu=3,pods=2, limited: cpu=4,pods=2",
    };
    struct spk_err err = {0};

    CU_ASSERT_FALSE(spk_status_fail(&reply, NULL, &arena, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_KUBE_QUOTA_EXCEEDED);
    CU_ASSERT_EQUAL(err.retry_after_ms, 30000);
    SPK_ASSERT_TEXT(note(&err, "quota"), "team");
    SPK_ASSERT_TEXT(note(&err, "requested"), "cpu=2,pods=1");
    SPK_ASSERT_TEXT(note(&err, "used"), "cpu=3,pods=2");
    SPK_ASSERT_TEXT(note(&err, "limited"), "cpu=4,pods=2");
}

static void test_warnings_are_unescaped_and_bounded(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_strings warnings = {0};

    spk_status_warning(&warnings, &arena, "299 - \"unknown field \\\"spec.foo\\\"\"");
    spk_status_warning(&warnings, &arena,
                       "299 - \"a, b\", 299 - \"second\" \"Mon\", 299 - \"c\"");
    spk_status_warning(&warnings, &arena, "299 - \"second\"");
    spk_status_warning(&warnings, &arena, "199 - \"another code\"");
    spk_status_warning(&warnings, &arena, "299 - \"not closed");
    spk_status_warning(&warnings, &arena, "299 - \"\xff\"");
    spk_status_warning(&warnings, &arena, "garbage");
    CU_ASSERT_EQUAL_FATAL(warnings.n, 4);
    SPK_ASSERT_TEXT(warnings.items[0], "unknown field \"spec.foo\"");
    SPK_ASSERT_TEXT(warnings.items[1], "a, b");
    SPK_ASSERT_TEXT(warnings.items[2], "second");
    SPK_ASSERT_TEXT(warnings.items[3], "c");

    char huge[5000] = "299 - \"";
    memset(huge + 7, 'w', 4990);
    huge[4997] = '"';
    spk_status_warning(&warnings, &arena, huge);
    CU_ASSERT_EQUAL_FATAL(warnings.n, 5);
    CU_ASSERT_EQUAL(strlen(warnings.items[4]), SPK_MAX_WARNING_TEXT);
    for (int i = 0; i < 40; i++)
        spk_status_warning(&warnings, &arena, spk_printf(&arena, "299 - \"n%d\"", i));
    CU_ASSERT_EQUAL(warnings.n, SPK_MAX_WARNINGS);
}

static void test_retry_after_is_seconds_or_a_date(void)
{
    static const int64_t now_s = 784111770; /* Sun, 06 Nov 1994 08:49:30 GMT */
    static const struct {
        const char *value;
        int64_t want_ms;
    } cases[] = {
        {"0", 0},
        {"1", 1000},
        {"40", 30000},
        {"-5", 0},
        {"99999999999", 30000},
        {"Sun, 06 Nov 1994 08:49:37 GMT", 7000},
        {"Sun, 06 Nov 1994 08:49:00 GMT", 0},
        {"Sun, 06 Nov 2094 08:49:37 GMT", 30000},
        {"soon", 0},
        {"", 0},
        {"1.5", 0},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++)
        CU_ASSERT_EQUAL(spk_status_retry_after_ms(cases[i].value, now_s), cases[i].want_ms);
}

static CU_TestInfo tests[] = {
    SPK_TEST(every_refusal_has_its_reason),
    SPK_TEST(without_an_answer_the_transport_decides),
    SPK_TEST(a_status_is_decoded_in_full),
    SPK_TEST(a_proxys_page_is_no_status),
    SPK_TEST(a_status_is_bounded),
    SPK_TEST(a_refusal_becomes_an_error),
    SPK_TEST(a_kind_that_is_not_served_is_named),
    SPK_TEST(a_redirect_shows_neither_user_nor_query),
    SPK_TEST(an_exceeded_quota_is_named),
    SPK_TEST(warnings_are_unescaped_and_bounded),
    SPK_TEST(retry_after_is_seconds_or_a_date),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("status", tests)
