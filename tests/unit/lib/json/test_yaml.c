/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "base/limits.h"
#include "json/manifest.h"
#include "json/read.h"
#include "json/write.h"
#include "json/yaml.h"

#include "test.h"

/* What sigs.k8s.io/yaml 1.6.0 (YAMLToJSONStrict) makes of the left side. */
static const struct {
    const char *in, *out;
} go_cases[] = {
    {"yes", "true"},
    {"Off", "false"},
    {"y", "true"},
    {"oN", "\"oN\""},
    {"~", "null"},
    {"Null", "null"},
    {"'yes'", "\"yes\""},
    {"0644", "420"},
    {"0o17", "15"},
    {"0x1F", "31"},
    {"-0b11", "-3"},
    {"0b-1", "-1"},
    {"08", "8"},
    {"1_000", "1000"},
    {"+1", "1"},
    {"-0", "0"},
    {"1:30", "\"1:30\""},
    {"1.50", "1.5"},
    {".5", "0.5"},
    {".2_86", "0.286"},
    {"._5", "\"._5\""},
    {"5.", "5"},
    {"1e3", "1000"},
    {"1e-7", "1e-7"},
    {"1e21", "1e+21"},
    {"1e400", "\"1e400\""},
    {"99999999999999999999", "1e+20"},
    {"18446744073709551615", "1.8446744073709552e+19"},
    {"9223372036854775807", "9223372036854775807"},
    {"2020-01-01", "\"2020-01-01\""},
    {"a: {1: b, true: c, 1.50: d, 72E9: e, .inf: f}",
     "{\"a\":{\".inf\":\"f\",\"1\":\"b\",\"1.5\":\"d\",\"7.2e+10\":\"e\",\"true\":\"c\"}}"},
    {"a: |\n  x\n  y\nb: >-\n  x\n  y\n", "{\"a\":\"x\\ny\\n\",\"b\":\"x y\"}"},
    {"\xEF\xBB\xBF"
     "a: 1\nb: \"\\u00e9\\n\"\n",
     "{\"a\":1,\"b\":\"\u00e9\\n\"}"},
    {"---\n# nothing\n---\na: []\n---\n...\n", "{\"a\":[]}"},
    {"a:\n- b\n-\n", "{\"a\":[\"b\",null]}"},
    {"a: {<<: &x {k: v}, l: w}\nb: *x\n",
     "{\"a\":{\"k\":\"v\",\"l\":\"w\"},\"b\":{\"k\":\"v\"}}"},
    {"a: {<<: &l [&x {k: v}, *x]}\nb: *l\nc: *x\n",
     "{\"a\":{\"k\":\"v\"},\"b\":[{\"k\":\"v\"},{\"k\":\"v\"}],\"c\":{\"k\":\"v\"}}"},
};

static void test_manifests_are_typed_as_kubectl_does(void)
{
    for (size_t i = 0; i < SPK_LEN(go_cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_err err = {0};
        cJSON *tree = NULL;

        CU_ASSERT(
            spk_yaml_read(&arena, go_cases[i].in, strlen(go_cases[i].in), NULL, &tree, &err));
        SPK_ASSERT_TEXT(err.text, "");
        if (tree)
            SPK_ASSERT_TEXT(spk_json_write(&arena, tree), go_cases[i].out);
    }
}

static void test_bad_manifests_are_refused_with_their_place(void)
{
    static const struct {
        const char *in, *text;
    } cases[] = {
        {"", "line 1, column 1: the document is empty"},
        {"# x\n---\n", "line 1, column 1: the document is empty"},
        {"a: [b, *x]", "line 1, column 8: an alias needs a complete anchor before it"},
        {"a: &x [*x]", "line 1, column 8: an alias needs a complete anchor before it"},
        {"a: &x {}\n*x : b", "line 2, column 1: a key must be a string"},
        {"<<: [{a: b}, c]",
         "line 1, column 5: a merge key takes a map, an alias of a map or a list of these"},
        {"a: !!int x", "line 1, column 4: the value does not fit its tag"},
        {"a: !x {}", "line 1, column 4: this tag is not supported"},
        {"a: !!binary aGk=", "line 1, column 4: this tag is not supported"},
        {"a: 1\nb: {{ .Values.x }}",
         "line 2, column 5: a key must be a string; '{{' looks like "
         "a template that was not rendered"},
        {"{{- if x }}\na: 1", "line 1, column 2: a key must be a string; '{{' looks like a "
                              "template that was not rendered"},
        {"%YAML 1.1\n---\na: 1\n", "line 1, column 1: directives are not supported"},
        {"? [a]\n: b\n", "line 1, column 3: a key must be a string"},
        {"~: a", "line 1, column 1: a key must not be null"},
        {"18446744073709551615: a",
         "line 1, column 1: a number as key does not fit 64 bits; quote it"},
        {"a: .inf", "line 1, column 4: an infinite number or NaN is not JSON; quote it"},
        {"a: 1\n---\nb: 1\n", "line 3, column 1: a second document; only one is taken"},
        {"a: \"x\\0\"", "line 1, column 4: a NUL is not allowed in a string"},
        {"a: [1", "line 2, column 1: did not find expected ',' or ']'"},
        {"a:\n  b\n c\x01", "line 3, column 3: control characters are not allowed"},
        {"\xff", "the document is not valid UTF-8"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_err err = {0};
        cJSON *tree = NULL;

        CU_ASSERT_FALSE(
            spk_yaml_read(&arena, cases[i].in, strlen(cases[i].in), NULL, &tree, &err));
        CU_ASSERT_EQUAL(err.reason, SPK_INVALID_MANIFEST);
        SPK_ASSERT_TEXT(err.text, cases[i].text);
        CU_ASSERT_PTR_NULL(tree);
    }
}

/* What kubectl 1.34.4 reads; what it refuses, is refused. See tests/golden/ask-kubectl. */
static void test_manifests_are_read_as_kubectl_reads_them(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
    struct spk_err err = {0};
    struct spk_bytes file;
    size_t rows = 0;

    CU_ASSERT_FATAL(spk_file_read(&arena, SPK_VECTORS "/manifests-kubectl.jsonl", SPK_MIB(1),
                                  &file, &err));
    for (const char *line = file.data, *end; (end = strchr(line, '\n')) != NULL;
         line = end + 1) {
        cJSON *row = NULL, *want = NULL, *got = NULL;

        CU_ASSERT_FATAL(spk_json_read(&arena, line, (size_t)(end - line), &row, &err));
        const char *in = spk_json_get_text(row, "in"), *out = spk_json_get_text(row, "out");
        bool ok = spk_manifest_read(&arena, in, strlen(in), NULL, &got, &err);
        CU_ASSERT_EQUAL(ok, *out != '!');
        if (ok && *out != '!') {
            CU_ASSERT_FATAL(spk_json_read(&arena, out, strlen(out), &want, &err));
            spk_json_remove(spk_json_child(want, "metadata"), "annotations");
            SPK_ASSERT_TEXT(spk_json_write(&arena, got), spk_json_write(&arena, want));
        }
        rows++;
    }
    CU_ASSERT_EQUAL(rows, 64);
}

static void test_keys_given_twice_are_told(void)
{
    static const struct {
        const char *in, *warnings;
    } cases[] = {
        {"a: 1\nb: 2\n", ""},
        {"a: 1\nb: 2\na: 3\n",
         "a: the value in line 3 replaces the one in line 1; remove one\n"},
        {"s:\n  l:\n  - c.d: 1\n    e: 2\n    c.d: 3\n",
         "s.l[0][c.d]: the value in line 5 replaces the one in line 3; remove one\n"},
        {"{\"s\":\n{\"l\": [1, {\"x\": 1,\n\"x\": 1}]}}",
         "s.l[1].x: the value in line 3 replaces the one in line 2; remove one\n"},
        {"a: 1\na: 2\na: 3\n",
         "a: the value in line 2 replaces the one in line 1; remove one\n"
         "a: the value in line 3 replaces the one in line 2; remove one\n"},
        {"<<: {a: 1}\na: 2\n", ""},
        {"a: 2\n<<: {a: 1}\n",
         "a: the merge key in line 2 replaces the value in line 1; merge "
         "first, then write what differs\n"},
        {"{\"a\": 1, \"a\": 2,}",
         "a: the value in line 1 replaces the one in line 1; remove one\n"},
        {"x: &x {a: 1, a: 2}\nb: *x\n",
         "x.a: the value in line 1 replaces the one in line 1; remove one\n"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_warnings warnings = {0};
        struct spk_buf told = {.arena = &arena};
        struct spk_err err = {0};
        cJSON *tree = NULL;

        CU_ASSERT(spk_manifest_read(&arena, cases[i].in, strlen(cases[i].in), &warnings, &tree,
                                    &err));
        for (size_t w = 0; w < warnings.n; w++) {
            SPK_ASSERT_TEXT(warnings.items[w].code, "DUPLICATE_KEY");
            spk_buf_printf(&told, "%s: %s\n", warnings.items[w].field,
                           warnings.items[w].message);
        }
        SPK_ASSERT_TEXT(spk_buf_string(&told), cases[i].warnings);
    }
}

static void test_faults_are_told_of_what_a_document_looks_like(void)
{
    static const struct {
        const char *in, *text;
    } cases[] = {
        {"{\"a\": tru}}", "line 1, column 7: this is not a JSON value"},
        {"{a: [}", "line 1, column 6: did not find expected node content"},
        {"{\"a\": {{ .Values.x }}}", "line 1, column 8: a key in double quotes is expected; "
                                     "'{{' looks like a template that "
                                     "was not rendered"},
        {"\xFF\xFE{\0", "the document is UTF-16; save it as UTF-8"},
        {"\xFE\xFF\0{", "the document is UTF-16; save it as UTF-8"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        size_t length = i < 3 ? strlen(cases[i].in) : 4;
        struct spk_err err = {0};
        cJSON *tree = NULL;

        CU_ASSERT_FALSE(spk_manifest_read(&arena, cases[i].in, length, NULL, &tree, &err));
        CU_ASSERT_EQUAL(err.reason, SPK_INVALID_MANIFEST);
        SPK_ASSERT_TEXT(err.text, cases[i].text);
        CU_ASSERT_PTR_NULL(tree);
    }
}

static bool read_levels(unsigned levels)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_buf text = {.arena = &arena};
    struct spk_err err = {0};
    cJSON *tree = NULL;

    for (unsigned i = 0; i < levels; i++)
        spk_buf_char(&text, '[');
    for (unsigned i = 0; i < levels; i++)
        spk_buf_char(&text, ']');
    return spk_yaml_read(&arena, text.data, text.length, NULL, &tree, &err);
}

static void test_depth_is_bounded(void)
{
    CU_ASSERT(read_levels(32));
    CU_ASSERT_FALSE(read_levels(33));
    CU_ASSERT_FALSE(read_levels(10000));
}

/* Spark's client through the real spark-submit 3.5.8 and 4.1.4; strings show what is none. */
static void test_templates_are_typed_as_spark_does(void)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"[1, 1.50, 1e3, 1e-5, 1e7, 5., -0, -0.0, true, null, ]",
         "[1,1.5,1000.0,1.0E-5,1.0E7,5.0,0,-0.0,true,null]"},
        {"[yes, on, 010, 0x1F, ~, True, .5, +1, 1_000, 1:30, .NaN, 2020-01-01]",
         "[\"yes\",\"on\",\"010\",\"0x1F\",\"~\",\"True\",\".5\",\"+1\",\"1_000\",\"1:30\","
         "\".NaN\",\"2020-01-01\"]"},
        {"[.inf, -.inf, .nan, 1e400]", "[\"Infinity\",\"-Infinity\",\"NaN\",\"Infinity\"]"},
        {"[12345678901234567890, 12345678.5]", "[12345678901234567890,1.23456785E7]"},
        {"--- {1: a, 1.50: b, true: c, yes: d, 010: e, ~: f}",
         "{\"010\":\"e\",\"1\":\"a\",\"1.5\":\"b\",\"true\":\"c\",\"yes\":\"d\",\"~\":\"f\"}"},
        {"a: &x {b: 1e3}\nc: [*x, *x]",
         "{\"a\":{\"b\":1000.0},\"c\":[{\"b\":1000.0},{\"b\":1000.0}]}"},
        {"[!!str 1e3, !!int '12', !!float 1, !!bool 'true', !!null '', ! 1]",
         "[\"1e3\",12,1.0,true,null,\"1\"]"},
        {"!!map {a: !!seq []}", "{\"a\":[]}"},
        {"<<: {a: b}", "{\"<<\":{\"a\":\"b\"}}"},
        {"%YAML 1.2\n---\na: b\n---\n", "{\"a\":\"b\"}"},
        {" {\"a\": 1.50, \"b\": 1e3}", "{\"a\":1.50,\"b\":1e3}"},
        {" {\"a\": 1, \"b\": {\"c\": 2}, \"a\": 3, \"b\": {}}", "{\"a\":3,\"b\":{}}"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_err err = {0};
        cJSON *tree = NULL;
        bool is_json;

        CU_ASSERT(spk_yaml_read_template(&arena, cases[i].in, strlen(cases[i].in), &tree,
                                         &is_json, &err));
        SPK_ASSERT_TEXT(err.text, "");
        CU_ASSERT_EQUAL(is_json, *cases[i].in == ' ');
        if (tree)
            SPK_ASSERT_TEXT(spk_json_write(&arena, tree), cases[i].out);
    }
}

static void test_bad_templates_are_refused(void)
{
    static const char *const cases[] = {
        "",           "a: 1\n---\nb: 1\n", "a: !foo b",    "a: !!int abc", "a: *x",
        "a: &x [*x]", "{\"a\": 1,}",       "a: 1\na: 1\n", "a:\n\tb: 1\n",
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_err err = {0};
        cJSON *tree = NULL;
        bool is_json = true;

        CU_ASSERT_FALSE(
            spk_yaml_read_template(&arena, cases[i], strlen(cases[i]), &tree, &is_json, &err));
        CU_ASSERT_EQUAL(err.reason, SPK_INVALID_POD_TEMPLATE);
        CU_ASSERT_PTR_NULL(tree);
        CU_ASSERT(is_json);
    }
}

static void test_empty_documents_are_bounded(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_buf text = {.arena = &arena};
    struct spk_err err = {0};
    cJSON *tree = NULL;

    for (int i = 0; i < 20001; i++)
        spk_buf_text(&text, "---\n");
    CU_ASSERT_FALSE(spk_yaml_read(&arena, text.data, text.length, NULL, &tree, &err));
    SPK_ASSERT_TEXT(strchr(err.text, ':') + 2, "more than 20000 values");
}

/* Aliases of aliases must not multiply beyond the limits of nodes and levels. */
static void test_aliases_are_bounded(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 24);
    struct spk_buf text = {.arena = &arena};
    struct spk_err err = {0};
    cJSON *tree = NULL;
    bool is_json;

    spk_buf_text(&text, "a0: &a0 [x, x]\n");
    for (int i = 1; i < 30; i++)
        spk_buf_printf(&text, "a%d: &a%d [*a%d, *a%d]\n", i, i, i - 1, i - 1);
    CU_ASSERT_FALSE(
        spk_yaml_read_template(&arena, text.data, text.length, &tree, &is_json, &err));
    SPK_ASSERT_TEXT(strchr(err.text, ':') + 2, "more than 20000 values");
    CU_ASSERT_FALSE(spk_yaml_read(&arena, text.data, text.length, NULL, &tree, &err));
    SPK_ASSERT_TEXT(strchr(err.text, ':') + 2, "more than 20000 values");
}

/* Merges of merges copy what they merge: the values they write count again. */
static void test_merges_are_bounded(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 24);
    struct spk_buf text = {.arena = &arena};
    struct spk_err err = {0};
    cJSON *tree = NULL;

    spk_buf_text(&text, "a0: &a0 {");
    for (int i = 0; i < 200; i++)
        spk_buf_printf(&text, "k%d: 1,", i);
    spk_buf_text(&text, "}\n");
    for (int i = 1; i < 99; i++)
        spk_buf_printf(&text, "a%d: &a%d {<<: [*a%d, *a%d], l: *a%d}\n", i, i, i - 1, i - 1,
                       i - 1);
    CU_ASSERT_FALSE(spk_yaml_read(&arena, text.data, text.length, NULL, &tree, &err));
    SPK_ASSERT_TEXT(strchr(err.text, ':') + 2, "more than 20000 values");
}

/* As sigs.k8s.io/yaml 1.6.0 (JSONToYAML) writes the left side. */
static void test_trees_are_written_as_go_does(void)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"{\"b\":[{\"x\":1,\"y\":[]},\"s\"],\"a\":{},\"c\":null}",
         "a: {}\nb:\n- x: 1\n  \"y\": []\n- s\nc: null\n"},
        {"{\"a10\":1,\"a9\":2,\"a_\":3,\"B\":4}", "B: 4\na_: 3\na9: 2\na10: 1\n"},
        {"[\"yes\",\"0644\",\"1:30\",\"2020-01-01\",\"\",\"~\",\"1e3\",\"a: b\",\"- x\",\" "
         "s\"]",
         "- \"yes\"\n- \"0644\"\n- \"1:30\"\n- \"2020-01-01\"\n- \"\"\n- \"~\"\n- \"1e3\"\n"
         "- 'a: b'\n- '- x'\n- ' s'\n"},
        {"[\"x\\ny\\n\",\"x\\ny\",\"\\u0007\",\"\\u00e9\"]",
         "- |\n  x\n  y\n- |-\n  x\n  y\n- \"\\a\"\n- \u00e9\n"},
        {"[1,1.5,1e3,1234567.5]", "- 1\n- 1.5\n- 1000\n- 1.2345675e+06\n"},
        {"[\"=\",\"=x\"]", "- \"=\"\n- =x\n"},
        {"[true,\"true\"]", "- true\n- \"true\"\n"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_err err = {0};
        cJSON *tree = NULL;

        CU_ASSERT_FATAL(spk_json_read(&arena, cases[i].in, strlen(cases[i].in), &tree, &err));
        SPK_ASSERT_TEXT(spk_yaml_write(&arena, tree), cases[i].out);
    }
}

static void test_what_is_written_reads_back_equal(void)
{
    for (size_t i = 0; i < SPK_LEN(go_cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_err err = {0};
        cJSON *tree = NULL, *again = NULL;

        CU_ASSERT_FATAL(
            spk_yaml_read(&arena, go_cases[i].in, strlen(go_cases[i].in), NULL, &tree, &err));
        const char *text = spk_yaml_write(&arena, tree);
        CU_ASSERT_FATAL(spk_yaml_read(&arena, text, strlen(text), NULL, &again, &err));
        SPK_ASSERT_TEXT(spk_json_write(&arena, again), spk_json_write(&arena, tree));
    }
}

static void write_much(void *arena)
{
    cJSON *array = spk_json_new_array(arena);

    for (;;) {
        spk_json_push_text(array, "x");
        (void)spk_yaml_write(arena, array);
    }
}

static void test_exhaustion_inside_libyaml_leaks_nothing(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(100000);

    CU_ASSERT_FALSE(spk_arena_run(&arena, write_much, &arena));
}

static CU_TestInfo tests[] = {
    SPK_TEST(manifests_are_typed_as_kubectl_does),
    SPK_TEST(bad_manifests_are_refused_with_their_place),
    SPK_TEST(manifests_are_read_as_kubectl_reads_them),
    SPK_TEST(keys_given_twice_are_told),
    SPK_TEST(faults_are_told_of_what_a_document_looks_like),
    SPK_TEST(depth_is_bounded),
    SPK_TEST(templates_are_typed_as_spark_does),
    SPK_TEST(bad_templates_are_refused),
    SPK_TEST(empty_documents_are_bounded),
    SPK_TEST(aliases_are_bounded),
    SPK_TEST(merges_are_bounded),
    SPK_TEST(trees_are_written_as_go_does),
    SPK_TEST(what_is_written_reads_back_equal),
    SPK_TEST(exhaustion_inside_libyaml_leaks_nothing),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("yaml", tests)
