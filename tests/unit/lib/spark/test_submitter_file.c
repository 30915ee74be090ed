/* SPDX-License-Identifier: Apache-2.0 */
#include "plan_fixture.h"
#include "test.h"

#include <string.h>

#define K     "spark.kubernetes."
#define X(n)  "xxxxxxxxxx" n
#define BYTES "content\n"

/* A submitting machine: its files, all with the same content but for the last ones. */
static const char *const paths[] = {
    "/dir/ca",          "/dir/krb5.conf", "/cwd/relative", "/hadoop/core-site.xml",
    "/home/conf/a.txt", "/dir/latin",     "/nul/nul",      "/secured/core-site.xml"};

#define SITE(value)                                                                           \
    "<configuration><property><name>hadoop.security.authentication</name><value>" value       \
    "</value></property></configuration>"

static struct spk_bytes content(const char *path)
{
    static const char latin[] = "\xe9";

    if (strcmp(path, "/dir/latin") == 0)
        return (struct spk_bytes){latin, 1};
    if (strcmp(path, "/nul/nul") == 0)
        return (struct spk_bytes){"a\0b", 3};
    if (strcmp(path, "/secured/core-site.xml") == 0)
        return (struct spk_bytes){SITE("kerberos"), strlen(SITE("kerberos"))};
    return (struct spk_bytes){BYTES, strlen(BYTES)};
}

static bool read_file(void *context, struct spk_arena *arena, const char *path,
                      struct spk_bytes *out, struct spk_err *err)
{
    (void)context;
    (void)arena;
    for (size_t i = 0; i < SPK_LEN(paths); i++)
        if (strcmp(paths[i], path) == 0) {
            *out = content(path);
            return true;
        }
    return spk_fail(err, SPK_INVALID_FIELD, "cannot read '%s': No such file or directory",
                    path);
}

static bool read_directory(void *context, struct spk_arena *arena, const char *path,
                           struct spk_files *out, struct spk_err *err)
{
    struct spk_named_bytes *items = spk_alloc_array(arena, SPK_LEN(paths), sizeof(*items));
    struct spk_files files = {items, 0};
    size_t length = strlen(path);

    (void)context;
    for (size_t i = 0; i < SPK_LEN(paths); i++)
        if (strncmp(paths[i], path, length) == 0 && paths[i][length] == '/')
            items[files.n++] =
                (struct spk_named_bytes){paths[i] + length + 1, content(paths[i])};
    if (files.n == 0)
        return spk_fail(err, SPK_INVALID_FIELD, "cannot read '%s': No such directory", path);
    *out = files;
    return true;
}

static void give_files(struct plan_fixture *fixture)
{
    struct spk_environment *environment = &fixture->submission.environment;

    environment->read_file = read_file;
    environment->read_directory = read_directory;
    environment->cwd = "/cwd";
}

static void test_named_files_are_shipped(void)
{
    static const struct {
        const char *setting, *place, *expected;
    } cases[] = {
        {K "authenticate.driver.caCertFile=/dir/ca", "Secret:data",
         "{\"ca-cert\":\"Y29udGVudAo=\"}"},
        {K "authenticate.driver.clientKeyFile=relative", "Secret:data",
         "{\"client-key\":\"Y29udGVudAo=\"}"},
        {K "authenticate.driver.caCertFile=/dir/ca",
         "properties:" K "authenticate.driver.mounted.caCertFile",
         "/mnt/secrets/spark-kubernetes-credentials/ca-cert"},
        {K "kerberos.krb5.path=/dir/krb5.conf", "ConfigMap:data",
         "{\"krb5.conf\":\"content\\n\"}"},
        {K "kerberos.krb5.path=/dir/krb5.conf", "Pod:spec.volumes.0.configMap",
         "{\"items\":[{\"key\":\"krb5.conf\",\"path\":\"krb5.conf\"}],\"name\":\"app-"
         "aaaaaaaaaaaaaaaa-krb5-file\"}"},
        {"spark.home=/home", "container:volumeMounts.1",
         "{\"mountPath\":\"/opt/spark/conf\",\"name\":\"spark-conf-volume-driver\"}"},
        {"spark.home=/home", "Pod:spec.volumes.1.configMap.items.0",
         "{\"key\":\"a.txt\",\"mode\":420,\"path\":\"a.txt\"}"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct plan_fixture fixture;

        plan_fixture_init(&fixture, SPK_SPARK_4_1);
        give_files(&fixture);
        plan_fixture_set(&fixture, cases[i].setting);
        CU_ASSERT_FATAL(plan_fixture_make(&fixture));
        SPK_ASSERT_TEXT(plan_fixture_at(&fixture, cases[i].place), cases[i].expected);
        plan_fixture_done(&fixture);
    }
}

static void test_files_that_are_not_there_are_refused(void)
{
    static const struct {
        const char *setting, *field, *text;
    } cases[] = {
        {K "authenticate.driver.caCertFile=/none", "conf:" K "authenticate.driver.caCertFile",
         "requirement failed: Driver CA cert file provided at /none does not exist or is not "
         "a file."},
        {K "kerberos.krb5.path=/none", "conf:" K "kerberos.krb5.path",
         "cannot read '/none': No such file or directory"},
        {K "kerberos.krb5.path=/dir/latin", "conf:" K "kerberos.krb5.path",
         "the file '/dir/latin' is not UTF-8"},
        {K "authenticate.submission.oauthTokenFile=/dir/ca",
         "conf:" K "authenticate.submission.oauthTokenFile",
         "a header value must not end with '\\r' or '\\n': the token in the file ends with a "
         "line feed"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct plan_fixture fixture;

        plan_fixture_init(&fixture, SPK_SPARK_4_1);
        give_files(&fixture);
        plan_fixture_set(&fixture, cases[i].setting);
        CU_ASSERT_FALSE(plan_fixture_make(&fixture));
        CU_ASSERT_EQUAL(fixture.err.reason, SPK_INVALID_FIELD);
        SPK_ASSERT_TEXT(fixture.err.field, cases[i].field);
        SPK_ASSERT_TEXT(fixture.err.text, cases[i].text);
        plan_fixture_done(&fixture);
    }
}

static void set_variable(struct plan_fixture *fixture, const char *name, const char *value)
{
    struct spk_conf_entry *variable = spk_alloc(&fixture->arena, sizeof(*variable));

    *variable = (struct spk_conf_entry){name, value, "environment"};
    fixture->submission.environment.variables = variable;
    fixture->submission.environment.n = 1;
}

static void test_the_hadoop_directory_is_shipped_even_if_it_is_not_there(void)
{
    static const struct {
        const char *path, *data;
    } cases[] = {
        {"/hadoop", "{\"core-site.xml\":\"content\\n\"}"},
        {"/none", "{}"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct plan_fixture fixture;

        plan_fixture_init(&fixture, SPK_SPARK_4_1);
        give_files(&fixture);
        set_variable(&fixture, "HADOOP_CONF_DIR", cases[i].path);
        CU_ASSERT_FATAL(plan_fixture_make(&fixture));
        SPK_ASSERT_TEXT(plan_fixture_at(&fixture, "ConfigMap:data"), cases[i].data);
        SPK_ASSERT_TEXT(plan_fixture_at(&fixture, "container:env.3"),
                        "{\"name\":\"HADOOP_CONF_DIR\",\"value\":\"/opt/hadoop/conf\"}");
        plan_fixture_done(&fixture);
    }
}

static void test_files_with_a_nul_are_shipped(void)
{
    struct plan_fixture fixture;

    plan_fixture_init(&fixture, SPK_SPARK_4_1);
    give_files(&fixture);
    set_variable(&fixture, "HADOOP_CONF_DIR", "/nul");
    CU_ASSERT_FATAL(plan_fixture_make(&fixture));
    SPK_ASSERT_TEXT(plan_fixture_at(&fixture, "ConfigMap:data"), "{\"nul\":\"a\\u0000b\"}");
    plan_fixture_done(&fixture);

    plan_fixture_init(&fixture, SPK_SPARK_4_1);
    give_files(&fixture);
    plan_fixture_set(&fixture, K "kerberos.krb5.path=/nul/nul");
    CU_ASSERT_FATAL(plan_fixture_make(&fixture));
    SPK_ASSERT_TEXT(plan_fixture_at(&fixture, "ConfigMap:data"), "{\"nul\":\"a\\u0000b\"}");
    plan_fixture_done(&fixture);
}

/* @source seen with spark-submit: the client's core-site.xml alone makes it want a realm */
static void test_tokens_of_a_secured_hadoop_are_refused(void)
{
    static const struct {
        const char *variable, *directory, *site; /* site: in SPARK_CONF_DIR; NULL: none */
        const char *settings[2];
        const char *field; /* NULL: it is made */
    } cases[] = {
        {"HADOOP_CONF_DIR", "/secured", NULL, {NULL}, "environment[HADOOP_CONF_DIR]"},
        {"YARN_CONF_DIR", "/secured", NULL, {NULL}, "environment[YARN_CONF_DIR]"},
        {"YARN_CONF_DIR",
         ":/none:/secured:/hadoop",
         NULL,
         {NULL},
         "environment[YARN_CONF_DIR]"},
        {"YARN_CONF_DIR", "/hadoop:/secured", NULL, {NULL}, NULL}, /* the first one found */
        {"YARN_CONF_DIR", "", NULL, {NULL}, NULL},
        {"X", "/secured", SITE("Kerberos"), {NULL}, "conf_files[core-site.xml]"},
        {"X", "/secured", SITE("token"), {NULL}, "conf_files[core-site.xml]"},
        {"X", "/secured", SITE("Simple"), {NULL}, NULL},
        {"X", "/secured", NULL, {NULL}, NULL},
        {"YARN_CONF_DIR", "/hadoop", NULL, {NULL}, NULL},
        {"YARN_CONF_DIR", "/none", NULL, {NULL}, NULL},
        {"YARN_CONF_DIR", "/secured", SITE("simple"), {NULL}, NULL}, /* the first one found */
        {"YARN_CONF_DIR",
         "/secured",
         NULL,
         {"spark.hadoop.hadoop.security.authentication=simple"},
         "environment[YARN_CONF_DIR]"},
        {"X", "", NULL, {"spark.hadoop.hadoop.security.authentication=kerberos"}, NULL},
        {"YARN_CONF_DIR",
         "/secured",
         NULL,
         {K "kerberos.tokenSecret.name=s", K "kerberos.tokenSecret.itemKey=k"},
         NULL},
        {"YARN_CONF_DIR",
         "/secured",
         NULL,
         {"spark.kerberos.principal=p", "spark.kerberos.keytab=local:///k"},
         NULL},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct spk_named_bytes site = {"core-site.xml", {cases[i].site, 0}};
        struct plan_fixture fixture;

        plan_fixture_init(&fixture, SPK_SPARK_4_1);
        give_files(&fixture);
        set_variable(&fixture, cases[i].variable, cases[i].directory);
        if (cases[i].site) {
            site.bytes.length = strlen(cases[i].site);
            fixture.submission.environment.has_conf_dir = true;
            fixture.submission.environment.conf_files = (struct spk_files){&site, 1};
        }
        for (size_t j = 0; j < 2 && cases[i].settings[j]; j++)
            plan_fixture_set(&fixture, cases[i].settings[j]);
        CU_ASSERT_EQUAL(plan_fixture_make(&fixture), !cases[i].field);
        if (cases[i].field) {
            CU_ASSERT_EQUAL(fixture.err.reason, SPK_UNSUPPORTED_FEATURE);
            SPK_ASSERT_TEXT(fixture.err.field, cases[i].field);
        }
        plan_fixture_done(&fixture);
    }
}

static void test_a_server_does_not_read_files(void)
{
    static const char *const settings[] = {
        K "authenticate.driver.clientCertFile=/x",
        K "authenticate.submission.caCertFile=/x",
        K "kerberos.krb5.path=/x",
    };
    struct plan_fixture fixture;

    for (size_t i = 0; i < SPK_LEN(settings); i++) {
        plan_fixture_init(&fixture, SPK_SPARK_4_1);
        plan_fixture_set(&fixture, settings[i]);
        CU_ASSERT_FALSE(plan_fixture_make(&fixture));
        CU_ASSERT_EQUAL(fixture.err.reason, SPK_UNSUPPORTED_FEATURE);
        CU_ASSERT(spk_starts_with(fixture.err.field, "conf:" K));
        plan_fixture_done(&fixture);
    }
    plan_fixture_init(&fixture, SPK_SPARK_4_1);
    set_variable(&fixture, "HADOOP_CONF_DIR", "/hadoop");
    CU_ASSERT_FALSE(plan_fixture_make(&fixture));
    CU_ASSERT_EQUAL(fixture.err.reason, SPK_UNSUPPORTED_FEATURE);
    plan_fixture_done(&fixture);
}

static size_t ignored_keys(const struct plan_fixture *fixture)
{
    size_t n = 0;

    for (size_t i = 0; i < fixture->plan.warnings.n; i++)
        n += strcmp(fixture->plan.warnings.items[i].code, "CONF_KEY_IGNORED") == 0;
    return n;
}

static void test_a_server_warns_of_what_it_never_uses(void)
{
    static const char *const settings[] = {
        K "context=x",
        K "file.upload.path=s3a://b",
        K "trust.certificates=true",
        K "authenticate.submission.clientCertFile=/x",
        K "authenticate.submission.clientKeyFile=/x",
        K "authenticate.submission.oauthToken=t",
    };

    for (size_t i = 0; i < 2 * SPK_LEN(settings); i++) {
        bool is_server = i < SPK_LEN(settings);
        struct plan_fixture fixture;

        plan_fixture_init(&fixture, SPK_SPARK_4_1);
        if (!is_server)
            give_files(&fixture);
        plan_fixture_set(&fixture, settings[i % SPK_LEN(settings)]);
        CU_ASSERT_FATAL(plan_fixture_make(&fixture));
        CU_ASSERT_EQUAL(ignored_keys(&fixture), is_server);
        plan_fixture_done(&fixture);
    }
}

static struct spk_named_bytes named(const char *name, const char *text)
{
    return (struct spk_named_bytes){name, {text, strlen(text)}};
}

/* @source seen in ConfigMaps made by spark-submit */
static void test_the_conf_directory_is_chosen_from(void)
{
    const struct spk_named_bytes files[] = {
        named("big.xml", X(X(X(X(X(X(X("")))))))),
        named("log4j2.properties", "a"),
        named("spark-defaults.conf", "no"),
        named("spark-env.sh", "b"),
        named("sparkfoo.properties", "no"),
        named("my-spark.conf", ""),
        named("x.tgz", "c"),
        named("x.zip", "no"),
        named("x.template", "no"),
        named(".hidden", "d"),
        named("latin", "\xe9"),
        {"nul", {"a\0b", 3}},
    };
    static const char *const warnings[] = {
        "the file 'latin' of the configuration directory is not UTF-8",
        "the file 'big.xml' of the configuration directory does not fit into "
        "`" K "configMap.maxSize`",
    };
    static const char *const kept[] = {".hidden", "log4j2.properties", "my-spark.conf",
                                       "nul",     "spark-env.sh",      "x.tgz"};
    struct plan_fixture fixture;

    plan_fixture_init(&fixture, SPK_SPARK_4_1);
    plan_fixture_set(&fixture, K "configMap.maxSize=90");
    fixture.submission.environment.has_conf_dir = true;
    fixture.submission.environment.conf_files = (struct spk_files){files, SPK_LEN(files)};
    CU_ASSERT_FATAL(plan_fixture_make(&fixture));
    CU_ASSERT_EQUAL_FATAL(fixture.plan.warnings.n, SPK_LEN(warnings));
    for (size_t i = 0; i < SPK_LEN(warnings); i++)
        SPK_ASSERT_TEXT(fixture.plan.warnings.items[i].message, warnings[i]);
    for (size_t i = 0; i < SPK_LEN(kept); i++)
        SPK_ASSERT_TEXT(
            plan_fixture_at(&fixture, spk_printf(&fixture.arena,
                                                 "Pod:spec.volumes.1.configMap.items.%zu.key",
                                                 i + (i > 4))),
            spk_printf(&fixture.arena, "\"%s\"", kept[i]));
    plan_fixture_done(&fixture);
}

static CU_TestInfo tests[] = {
    SPK_TEST(named_files_are_shipped),
    SPK_TEST(files_that_are_not_there_are_refused),
    SPK_TEST(the_hadoop_directory_is_shipped_even_if_it_is_not_there),
    SPK_TEST(files_with_a_nul_are_shipped),
    SPK_TEST(tokens_of_a_secured_hadoop_are_refused),
    SPK_TEST(a_server_does_not_read_files),
    SPK_TEST(a_server_warns_of_what_it_never_uses),
    SPK_TEST(the_conf_directory_is_chosen_from),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("submitter_file", tests)
