/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/conf/deprecation.h"
#include "spark/conf/entry_table.h"
#include "spark/conf/profile.h"
#include "spark/conf/read_entry.h"
#include "spark/conf/substitution.h"

#include "test.h"

#define K "spark.kubernetes."

/* A reader over what the pairs set, with ENVVAR=env in the environment. */
struct setting {
    struct spk_conf conf;
    struct spk_environment environment;
    struct spk_conf_entry variable;
    struct spk_version version;
    struct spk_reader reader;
};

static void set_up(struct setting *setting, struct spk_arena *arena, enum spk_line line)
{
    *setting = (struct setting){.conf.arena = arena};
    setting->variable = (struct spk_conf_entry){"ENVVAR", "env", "environment"};
    setting->environment.variables = &setting->variable;
    setting->environment.n = 1;
    setting->version = (struct spk_version){spk_profile_of(line), spk_line_reference(line)};
    setting->reader = (struct spk_reader){.arena = arena,
                                          .conf = &setting->conf,
                                          .version = &setting->version,
                                          .environment = &setting->environment};
}

static void test_the_table_is_sorted_and_whole(void)
{
    for (size_t i = 0; i < spk_entries_n; i++) {
        const struct spk_entry *entry = &spk_entries[i];

        CU_ASSERT(i == 0 || strcmp(spk_entries[i - 1].key, entry->key) < 0);
        CU_ASSERT(entry->since <= entry->until);
        CU_ASSERT_PTR_EQUAL(spk_entry_find(entry->key, entry->since), entry);
        if (entry->fallback)
            CU_ASSERT_PTR_NOT_NULL(spk_entry_find(entry->fallback, entry->since));
    }
}

static void test_every_default_is_of_its_type(void)
{
    for (size_t i = 0; i < spk_entries_n; i++)
        for (size_t line = spk_entries[i].since; line <= spk_entries[i].until; line++) {
            SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
            struct setting setting;
            struct spk_strings list;
            struct spk_err err = {0};
            const char *key = spk_entries[i].key, *text;
            double real = 0;
            int64_t wide = 0;
            bool flag = false;

            set_up(&setting, &arena, (enum spk_line)line);
            CU_ASSERT(spk_entry_text(&setting.reader, key, &text, &err));
            if (spk_entries[i].type == SPK_ENTRY_BOOL)
                CU_ASSERT(spk_entry_bool(&setting.reader, key, &flag, &err))
            else if (spk_entries[i].type == SPK_ENTRY_DOUBLE)
                CU_ASSERT(spk_entry_double(&setting.reader, key, &real, NULL, &err))
            else if (spk_entries[i].type == SPK_ENTRY_LIST)
                CU_ASSERT(spk_entry_list(&setting.reader, key, &list, &err))
            else if (spk_entries[i].type != SPK_ENTRY_TEXT)
                CU_ASSERT(spk_entry_long(&setting.reader, key, &wide, NULL, &err));
            SPK_ASSERT_TEXT(err.text, "");
        }
}

static void test_values_defaults_and_fallbacks(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct setting setting;
    struct spk_err err = {0};
    const char *text = "";
    bool is_set = true, flag = false;
    int64_t mib = 0;
    int32_t port = 0;

    set_up(&setting, &arena, SPK_SPARK_4_3);
    CU_ASSERT(spk_entry_text(&setting.reader, K "driver.container.image", &text, &err));
    SPK_ASSERT_TEXT(text, NULL);
    spk_conf_set(&setting.conf, K "container.image", "repo", "args[1]");
    CU_ASSERT(spk_entry_text(&setting.reader, K "driver.container.image", &text, &err));
    SPK_ASSERT_TEXT(text, "repo");

    CU_ASSERT(spk_entry_mib(&setting.reader, "spark.driver.memory", &mib, &is_set, &err));
    CU_ASSERT_EQUAL(mib, 1024);
    CU_ASSERT_FALSE(is_set);
    spk_conf_set(&setting.conf, "spark.yarn.driver.memoryOverhead", "600", "args[2]");
    CU_ASSERT(
        spk_entry_mib(&setting.reader, "spark.driver.memoryOverhead", &mib, &is_set, &err));
    CU_ASSERT_EQUAL(mib, 600);
    CU_ASSERT(is_set);

    spk_conf_set(&setting.conf, K "securityContext.allowPrivilegeEscalation", " TRUE ", "a");
    CU_ASSERT(spk_entry_bool(
        &setting.reader, K "driver.securityContext.allowPrivilegeEscalation", &flag, &err));
    CU_ASSERT(flag);
    CU_ASSERT(spk_entry_port(&setting.reader, "spark.driver.port", 7078, &port, &err));
    CU_ASSERT_EQUAL(port, 7078);
    spk_conf_set(&setting.conf, "spark.driver.port", "0", "a");
    CU_ASSERT(spk_entry_port(&setting.reader, "spark.driver.port", 7078, &port, &err));
    CU_ASSERT_EQUAL(port, 0);
}

static void test_a_key_of_another_line_is_absent(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct setting setting;
    struct spk_err err = {0};
    struct spk_strings steps = {0};

    set_up(&setting, &arena, SPK_SPARK_4_0);
    spk_conf_set(&setting.conf, K "driver.pod.excludedFeatureSteps", "a, b,,", "args[1]");
    CU_ASSERT(
        spk_entry_list(&setting.reader, K "driver.pod.excludedFeatureSteps", &steps, &err));
    CU_ASSERT_EQUAL(steps.n, 0);
    set_up(&setting, &arena, SPK_SPARK_4_1);
    spk_conf_set(&setting.conf, K "driver.pod.excludedFeatureSteps", "a, b,,", "args[1]");
    CU_ASSERT(
        spk_entry_list(&setting.reader, K "driver.pod.excludedFeatureSteps", &steps, &err));
    CU_ASSERT_EQUAL(steps.n, 2);
}

/* One refusal, in the words of the old and of the newer lines. */
static const struct refusal {
    enum spk_entry_type type;
    const char *key, *value, *old_text, *new_text;
} refusals[] = {
    {SPK_ENTRY_BOOL, K "local.dirs.tmpfs", "yes",
     K "local.dirs.tmpfs should be boolean, but was yes",
     "[INVALID_CONF_VALUE.TYPE_MISMATCH] The value 'yes' in the config \"" K
     "local.dirs.tmpfs\" is invalid. It should be a/an 'boolean' value. SQLSTATE: 22022"},
    {SPK_ENTRY_INT, "spark.ui.port", "x", "spark.ui.port should be int, but was x",
     "[INVALID_CONF_VALUE.TYPE_MISMATCH] The value 'x' in the config \"spark.ui.port\" is "
     "invalid. It should be a/an 'int' value. SQLSTATE: 22022"},
    {SPK_ENTRY_MIB, "spark.driver.memoryOverhead", "lots",
     "Size must be specified as bytes (b), kibibytes (k), mebibytes (m), gibibytes (g), "
     "tebibytes (t), or pebibytes(p). E.g. 50b, 100k, or 250m. Failed to parse byte string: "
     "lots",
     "[INVALID_CONF_VALUE.TYPE_MISMATCH] The value 'lots' in the config "
     "\"spark.driver.memoryOverhead\" is invalid. It should be a/an 'bytes in MiB' value. "
     "SQLSTATE: 22022"},
    {SPK_ENTRY_MS, K "report.interval", "0s",
     "'0' in " K "report.interval is invalid. Logging interval must be a positive time value.",
     "[INVALID_CONF_VALUE.REQUIREMENT] The value '0ms' in the config \"" K
     "report.interval\" is invalid. Logging interval must be a positive time value. SQLSTATE: "
     "22022"},
    {SPK_ENTRY_DOUBLE, K "memoryOverheadFactor", "-1",
     "'-1.0' in " K "memoryOverheadFactor is invalid. Ensure that memory overhead is "
     "non-negative",
     "[INVALID_CONF_VALUE.REQUIREMENT] The value '-1.0' in the config \"" K
     "memoryOverheadFactor\" is invalid. Ensure that memory overhead is non-negative "
     "SQLSTATE: 22022"},
    {SPK_ENTRY_TEXT, K "driver.service.ipFamilies", "IPv4, IPv6",
     "The value of " K "driver.service.ipFamilies should be one of IPv4, IPv6, IPv4,IPv6, "
     "IPv6,IPv4, but was IPv4, IPv6",
     "[INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS] The value 'IPv4, IPv6' in the config \"" K
     "driver.service.ipFamilies\" is invalid. It should be one of 'IPv4, IPv6, IPv4,IPv6, "
     "IPv6,IPv4'. SQLSTATE: 22022"},
};

static bool read_as(const struct spk_reader *reader, const struct refusal *refusal,
                    struct spk_err *err)
{
    const char *text = NULL;
    int32_t narrow = 0;
    int64_t wide = 0;
    double real = 0;
    bool flag = false;

    if (refusal->type == SPK_ENTRY_TEXT)
        return spk_entry_text(reader, refusal->key, &text, err);
    if (refusal->type == SPK_ENTRY_BOOL)
        return spk_entry_bool(reader, refusal->key, &flag, err);
    if (refusal->type == SPK_ENTRY_INT)
        return spk_entry_int(reader, refusal->key, &narrow, NULL, err);
    if (refusal->type == SPK_ENTRY_DOUBLE)
        return spk_entry_double(reader, refusal->key, &real, NULL, err);
    return spk_entry_long(reader, refusal->key, &wide, NULL, err);
}

static void test_refusals_have_sparks_words(void)
{
    for (size_t i = 0; i < 2 * SPK_LEN(refusals); i++) {
        const struct refusal *refusal = &refusals[i / 2];
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct setting setting;
        struct spk_err err = {0};

        set_up(&setting, &arena, i % 2 ? SPK_SPARK_4_1 : SPK_SPARK_4_0);
        spk_conf_set(&setting.conf, refusal->key, refusal->value, "args[3]");
        CU_ASSERT_FALSE(read_as(&setting.reader, refusal, &err));
        CU_ASSERT_EQUAL(err.reason, SPK_INVALID_FIELD);
        SPK_ASSERT_TEXT(err.field, "args[3]");
        SPK_ASSERT_TEXT(err.text, i % 2 ? refusal->new_text : refusal->old_text);
    }
}

static void test_a_fallback_is_named_in_the_refusal(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct setting setting;
    struct spk_err err = {0};
    bool flag = true;

    set_up(&setting, &arena, SPK_SPARK_4_3);
    spk_conf_set(&setting.conf, K "driver.securityContext.allowPrivilegeEscalation", "nope",
                 "args[3]");
    CU_ASSERT_FALSE(spk_entry_bool(
        &setting.reader, K "driver.securityContext.allowPrivilegeEscalation", &flag, &err));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(err.text, "\"" K "securityContext.allowPrivilegeEscalation\""));
    SPK_ASSERT_TEXT(err.field, "args[3]");
    CU_ASSERT(flag);
}

static void test_references_are_replaced(void)
{
    static const struct {
        const char *value, *out;
    } cases[] = {
        {"a:${spark.x}", "a:bz$"},
        {"${env:ENVVAR}-${env:NOPE}", "env-${env:NOPE}"},
        {"${spark.absent}", "${spark.absent}"},
        {"${spark.executor.memory}", "1g"},
        {"${" K "report.interval}", "1s"},
        {"${" K "driver.container.image}", "${" K "driver.container.image}"},
        {"${}$${x}${", "${}$${x}${"},
        {"${foo:bar}", "${foo:bar}"},
        {"${spark.driver.memoryOverhead}", "512"},
        {"${ spark.x}", "${ spark.x}"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct setting setting;
        struct spk_err err = {0};
        const char *text = NULL;

        set_up(&setting, &arena, SPK_SPARK_4_1);
        spk_conf_set(&setting.conf, "spark.x", "b${spark.y}$", "a");
        spk_conf_set(&setting.conf, "spark.y", "z", "a");
        spk_conf_set(&setting.conf, "spark.yarn.driver.memoryOverhead", "512", "a");
        spk_conf_set(&setting.conf, K "namespace", cases[i].value, "a");
        CU_ASSERT(spk_entry_text(&setting.reader, K "namespace", &text, &err));
        SPK_ASSERT_TEXT(text, cases[i].out);
    }
}

static void test_the_submit_time_is_what_is_set_or_the_reader_s(void)
{
    static const struct {
        const char *set, *reader_s, *out;
    } cases[] = {
        {NULL, "1764000000000", "b-1764000000000"},
        {"5", "1764000000000", "b-5"},
        {"${spark.z}", "1764000000000", "b-7"},
        {NULL, NULL, "b-${spark.app.submitTime}"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct setting setting;
        struct spk_err err = {0};
        const char *text = NULL;

        set_up(&setting, &arena, SPK_SPARK_4_1);
        setting.reader.submit_time_ms = cases[i].reader_s;
        spk_conf_set(&setting.conf, "spark.y", "b-${spark.app.submitTime}", "a");
        spk_conf_set(&setting.conf, "spark.z", "7", "a");
        spk_conf_set(&setting.conf, K "namespace", "${spark.y}", "a");
        if (cases[i].set)
            spk_conf_set(&setting.conf, SPK_SUBMIT_TIME_KEY, cases[i].set, "a");
        CU_ASSERT(spk_entry_text(&setting.reader, K "namespace", &text, &err));
        SPK_ASSERT_TEXT(text, cases[i].out);
    }
}

static void test_variables_that_are_referred_to_are_known(void)
{
    static const struct spk_conf_entry variables[] = {
        {"A", "${env:C}", "e"}, {"B", "b", "e"}, {"C", "${env:A}${env:B}", "e"},
        {"D", "d", "e"},        {"E", "", "e"},
    };
    static const struct {
        const char *value, *names;
    } cases[] = {
        {"plain", ""},
        {"${env:B}", "B"},
        {"x${env:D}-${env:B}${env:D}", "B D"},
        {"${env:A}", "A B C"}, /* through each other, in a circle too */
        {"${env:E}${env:NOPE}", "E"},
        {"${B}${system:B}${env:}${env: B}${env:B", ""},
        {"${${env:D}", ""},
    };
    const struct spk_environment environment = {.variables = variables,
                                                .n = SPK_LEN(variables)};

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_conf conf = {.arena = &arena};
        struct spk_strings names = {0};

        spk_conf_set(&conf, "spark.x", cases[i].value, "a");
        struct spk_conf used = spk_substitution_variables(&arena, &conf, &environment);
        for (size_t j = 0; j < used.n; j++) {
            spk_strings_add(&arena, &names, used.entries[j].key);
            SPK_ASSERT_TEXT(used.entries[j].value,
                            spk_environment_get(&environment, used.entries[j].key));
        }
        SPK_ASSERT_TEXT(spk_join(&arena, names.items, names.n, " "), cases[i].names);
    }
}

static void test_bad_references_are_refused(void)
{
    static const struct {
        const char *value, *text;
        enum spk_reason reason;
    } cases[] = {
        {"${" K "namespace}",
         "requirement failed: Circular reference in ${" K "namespace}: " K "namespace",
         SPK_INVALID_FIELD},
        {"${spark.a}", "requirement failed: Circular reference in ${spark.a}: spark.a",
         SPK_INVALID_FIELD},
        {"${spark.task.cpus}",
         "${spark.task.cpus} is not set, and its default is not known here; set it",
         SPK_UNSUPPORTED_FEATURE},
        {"${system:java.version}",
         "${system:java.version} is a property of the submitting JVM, and there is none; "
         "write "
         "its value instead",
         SPK_UNSUPPORTED_FEATURE},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct setting setting;
        struct spk_err err = {0};
        const char *text = "untouched";

        set_up(&setting, &arena, SPK_SPARK_4_1);
        spk_conf_set(&setting.conf, "spark.a", "${spark.b}", "a");
        spk_conf_set(&setting.conf, "spark.b", "${spark.a}", "a");
        spk_conf_set(&setting.conf, K "namespace", cases[i].value, "args[9]");
        CU_ASSERT_FALSE(spk_entry_text(&setting.reader, K "namespace", &text, &err));
        CU_ASSERT_EQUAL(err.reason, cases[i].reason);
        SPK_ASSERT_TEXT(err.text, cases[i].text);
        SPK_ASSERT_TEXT(err.field, "args[9]");
        SPK_ASSERT_TEXT(text, "untouched");
    }
}

static void read_bomb(void *argument)
{
    struct setting *setting = argument;
    struct spk_err err = {0};
    const char *text = NULL;

    CU_ASSERT_FALSE(spk_entry_text(&setting->reader, K "namespace", &text, &err));
}

static void test_references_that_multiply_end_in_the_arena(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 22);
    struct setting setting;

    set_up(&setting, &arena, SPK_SPARK_4_1);
    spk_conf_set(&setting.conf, K "namespace", "${spark.1}${spark.1}", "a");
    for (int i = 1; i < 50; i++)
        spk_conf_set(&setting.conf, spk_printf(&arena, "spark.%d", i),
                     spk_printf(&arena, "${spark.%d}${spark.%d}", i + 1, i + 1), "a");
    CU_ASSERT_FALSE(spk_arena_run(&arena, read_bomb, &setting));
}

static void test_former_keys_are_warned_about(void)
{
    static const struct {
        const char *key, *text;
    } cases[] = {
        {"spark.yarn.keytab",
         "The configuration key 'spark.yarn.keytab' has been deprecated as of Spark 3.0 and "
         "may "
         "be removed in the future. Please use the new key 'spark.kerberos.keytab' instead."},
        {"spark.rpc",
         "The configuration key 'spark.rpc' has been deprecated as of Spark 2.0 and "
         "may be removed in the future. Not used anymore."},
        {"spark.akka.x", "The configuration key spark.akka.x is not supported anymore because "
                         "Spark doesn't use Akka since 2.0"},
        {"spark.blacklist.application.fetchFailure.enabled",
         "The configuration key 'spark.blacklist.application.fetchFailure.enabled' has been "
         "deprecated as of Spark 3.1.0 and may be removed in the future. Not used anymore. "
         "Please use spark.excludeOnFailure.application.fetchFailure.enabled"},
        {"spark.yarn.user.classpath.first",
         "The configuration key 'spark.yarn.user.classpath.first' has been deprecated as of "
         "Spark 1.3 and may be removed in the future. Please use "
         "spark.{driver,executor}.userClassPathFirst instead."},
        {"spark.driver.memory", NULL},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_warnings warnings = {0};
        struct spk_conf_entry entry = {cases[i].key, "v", "args[2]"};

        spk_deprecation_warn(&arena, &entry, &warnings);
        CU_ASSERT_EQUAL(warnings.n, cases[i].text ? 1 : 0);
        SPK_ASSERT_TEXT(warnings.n ? warnings.items[0].message : NULL, cases[i].text);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(the_table_is_sorted_and_whole),
    SPK_TEST(every_default_is_of_its_type),
    SPK_TEST(values_defaults_and_fallbacks),
    SPK_TEST(a_key_of_another_line_is_absent),
    SPK_TEST(refusals_have_sparks_words),
    SPK_TEST(a_fallback_is_named_in_the_refusal),
    SPK_TEST(references_are_replaced),
    SPK_TEST(the_submit_time_is_what_is_set_or_the_reader_s),
    SPK_TEST(variables_that_are_referred_to_are_known),
    SPK_TEST(bad_references_are_refused),
    SPK_TEST(references_that_multiply_end_in_the_arena),
    SPK_TEST(former_keys_are_warned_about),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("entry", tests)
