/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "spark/conf/profile.h"

#include "command_line_fixture.h"
#include "test.h"

#define JAR " local:///a.jar"
#define UPLOAD(resource)                                                                      \
    "Please specify spark.kubernetes.file.upload.path property. It would not help, though: "  \
    "'" resource "' is a file of the submitting machine, which is not uploaded here; put it " \
    "into the image and use local://, or use a remote URL"
#define NO_CLASS "--master k8s://https://h --deploy-mode cluster "

/* The words, a property of the result, and its value (NULL: absent). */
static void test_options_become_properties(void)
{
    static const struct {
        const char *words, *key, *value;
    } cases[] = {
        {JAR, "spark.master", "k8s://https://h:1"},
        {JAR, "spark.submit.deployMode", "cluster"},
        {JAR, "spark.jars", "local:///a.jar"},
        {JAR, "spark.submit.pyFiles", ""},
        {JAR, "spark.app.name", "app"},
        {JAR, "spark.app.submitTime", NULL},
        {"--master k8s://h:2" JAR, "spark.master", "k8s://https://h:2"},
        {"--master k8s://HTTP://h:2/x" JAR, "spark.master", "k8s://HTTP://h:2/x"},
        {"--conf=spark.a=b=c" JAR, "spark.a", "b=c"},
        {"-c spark.a=1 --conf spark.a=2" JAR, "spark.a", "2"},
        {"--conf spark.a=" JAR, "spark.a", ""},
        {"--conf _spark.a=1" JAR, "_spark.a", NULL},
        {"--conf other=1" JAR, "other", NULL},
        {"--conf spark.a=x\ry" JAR, "spark.a", "xy"},
        {"--driver-memory 2g --conf spark.driver.memory=3g" JAR, "spark.driver.memory", "3g"},
        {"--conf spark.driver.memory=3g --driver-memory 2g" JAR, "spark.driver.memory", "2g"},
        {"--executor-memory 2g --conf spark.executor.memory=3g" JAR, "spark.executor.memory",
         "2g"},
        {"--num-executors=5" JAR, "spark.executor.instances", "5"},
        {"--driver-class-path /a:/b" JAR, "spark.driver.extraClassPath", "/a:/b"},
        {"--name --verbose" JAR, "spark.app.name", "--verbose"},
        {"--conf spark.app.name=conf" JAR, "spark.app.name", "app"},
        {"--conf spark.driver.host=h" JAR, "spark.driver.host", NULL},
        {"--jars local:///b.jar,,https://h/c%7E.jar" JAR, "spark.jars",
         "local:///b.jar,https://h/c~.jar,local:///a.jar"},
        {"--conf spark.jars=_local:///b.jar_,_" JAR, "spark.jars",
         "local:///b.jar,local:///a.jar"},
        {"--jars local:///b.jar spark-internal", "spark.jars", "local:///b.jar"},
        {"--py-files local:///b.zip local:///a.py", "spark.submit.pyFiles", "local:///b.zip"},
        {"local:///a.py", "spark.jars", NULL},
        {"--files s3a://b/f#g" JAR, "spark.files", "s3a://b/f#g"},
        {"--archives ''" JAR, "spark.archives", ""},
        {"--packages g:a:1,h/b/2 --repositories https://r" JAR, "spark.jars.packages",
         "g:a:1,h/b/2"},
        {"--principal p --keytab local:///k" JAR, "spark.kerberos.keytab", "local:///k"},
        {"--queue q --supervise --total-executor-cores 4" JAR, "spark.yarn.queue", NULL},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 22);
        struct spk_command_line line = {0};
        struct spk_err err = {0};

        CU_ASSERT(spk_test_parse(&arena, SPK_SPARK_4_1, cases[i].words, NULL, &line, &err));
        SPK_ASSERT_TEXT(err.text, "");
        SPK_ASSERT_TEXT(spk_conf_get(&line.submission.conf, cases[i].key), cases[i].value);
    }
}

static void test_resources_decide_language_class_and_name(void)
{
    static const struct {
        const char *words;
        enum spk_language language;
        const char *main_class, *resource, *name;
    } cases[] = {
        {"--class a.B local:///x/y.jar", SPK_JVM, "a.B", "local:///x/y.jar", "a.B"},
        {"--class '' local:///x/y.jar", SPK_JVM, "", "local:///x/y.jar", ""},
        {"--class a.B spark-internal", SPK_JVM, "a.B", "spark-internal", "a.B"},
        {"local:///x/y.py", SPK_PYTHON, "org.apache.spark.deploy.PythonRunner",
         "local:///x/y.py", "y.py"},
        {"--class a.B local:///x/y.py", SPK_PYTHON, "org.apache.spark.deploy.PythonRunner",
         "local:///x/y.py", "a.B"},
        {"local:///x/y.R", SPK_R, "org.apache.spark.deploy.RRunner", "local:///x/y.R", "y.R"},
        {"dir/y.r", SPK_R, "org.apache.spark.deploy.RRunner", "file:/home/dir/dir/y.r", "y.r"},
        {"--name n s3a://b/y.py", SPK_PYTHON, "org.apache.spark.deploy.PythonRunner",
         "s3a://b/y.py", "n"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 22);
        struct spk_command_line line = {0};
        struct spk_err err = {0};

        CU_ASSERT(spk_test_parse_bare(&arena, SPK_SPARK_4_1,
                                      spk_printf(&arena, NO_CLASS "%s", cases[i].words), NULL,
                                      &line, &err));
        SPK_ASSERT_TEXT(err.text, "");
        CU_ASSERT_EQUAL(line.submission.language, cases[i].language);
        SPK_ASSERT_TEXT(line.submission.main_class, cases[i].main_class);
        SPK_ASSERT_TEXT(line.submission.primary_resource, cases[i].resource);
        SPK_ASSERT_TEXT(spk_conf_get(&line.submission.conf, "spark.app.name"), cases[i].name);
    }
}

static void test_arguments_of_the_application_are_untouched(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 22);
    struct spk_command_line line = {0};
    struct spk_err err = {0};

    CU_ASSERT(spk_test_parse(&arena, SPK_SPARK_4_1,
                             "--proxy-user u local:///a.jar 1 two_words "
                             "'' --conf spark.x=y -h",
                             NULL, &line, &err));
    SPK_ASSERT_TEXT(
        spk_join(&arena, line.submission.arguments.items, line.submission.arguments.n, "|"),
        "1|two words||--conf|spark.x=y|-h");
    SPK_ASSERT_TEXT(line.submission.arguments_origin, "args");
    SPK_ASSERT_TEXT(line.submission.proxy_user, "u");
    CU_ASSERT_EQUAL(line.command, SPK_COMMAND_SUBMIT);
}

/* ---- refusals ---- */

static const struct {
    const char *words, *text, *field;
    bool is_launcher;
} refusals[] = {
    {"--bogus x" JAR, "Unrecognized option: --bogus", "args[8]", true},
    {"--bogus=x" JAR, "Unrecognized option: --bogus", "args[8]", true},
    {"--name=" JAR, "Unrecognized option: --name=", "args[8]", true},
    {"-c=spark.a=b" JAR, "Unrecognized option: -c=spark.a=b", "args[8]", true},
    {"--extra-properties-file f" JAR, "Unrecognized option: --extra-properties-file",
     "args[8]", true},
    {"--jars", "Missing argument for option '--jars'.", "args[8]", true},
    {"--conf spark.a" JAR, "Invalid argument to --conf: spark.a", "args[9]", true},
    {"--verbose", "Missing application resource.", "args", true},
    {"--properties-file none" JAR, "Invalid properties file 'none'.", "args[9]", true},
    {"--driver-java-options -Dx='a" JAR, "Invalid option string: -Dx='a", "args[9]", true},
    {"--conf spark.driver.defaultJavaOptions=-Da_'-Xmx1g'" JAR,
     "Not allowed to specify max heap(Xmx) memory settings through java options (was -Da "
     "'-Xmx1g'). Use the corresponding --driver-memory or spark.driver.memory configuration "
     "instead.",
     "args[9]", true},
    {"--deploy-mode remote" JAR, "--deploy-mode must be either \"client\" or \"cluster\"",
     "args[9]", false},
    {"--driver-memory 0" JAR,
     "Driver memory must be a positive number (Spark's units: 1g, 1536m; found '0')",
     "args[9]", false},
    {"--driver-memory 2GiB" JAR,
     "Driver memory must be a positive number (Spark's units: 1g, 1536m; found '2GiB')",
     "args[9]", false},
    {"--executor-memory 1.5g" JAR,
     "Executor memory must be a positive number (Spark's units: 1g, 1536m; found '1.5g')",
     "args[9]", false},
    {"--driver-cores 1_" JAR, "Driver cores must be a positive number (found '1 ')", "args[9]",
     false},
    {"--executor-cores two" JAR, "Executor cores must be a positive number (found 'two')",
     "args[9]", false},
    {"--conf spark.cores.max=0" JAR,
     "Total executor cores must be a positive number (found '0')", "args[9]", false},
    {"--num-executors 0" JAR, "Number of executors must be a positive number (found '0')",
     "args[9]", false},
    {"--remote sc://h" JAR, "Remote cannot be specified with master and/or deploy mode.",
     "args[9]", false},
    {"--proxy-user a --principal p" JAR,
     "Only one of --proxy-user or --principal can be provided.", "args[9]", false},
    {"--proxy-user ''" JAR, "Null user", "args[9]", false},
    {"--master nomad://h" JAR, "Master must either be yarn or start with spark, k8s, or local",
     "args[9]", false},
    {"--master k8s:x" JAR, "Master must either be yarn or start with spark, k8s, or local",
     "args[9]", false},
    {"--master k8s://ftp://h" JAR,
     "Invalid Kubernetes master scheme: ftp found in URL: ftp://h", "args[9]", false},
    {"--master k8s://" JAR, "'https://' is not a URL such as https://HOST:PORT", "args[9]",
     false},
    {"--master local[*]" JAR, "Cluster deploy mode is not compatible with master \"local\"",
     "args[9]", false},
    {"--master yarn" JAR,
     "When running with master 'yarn' either HADOOP_CONF_DIR or YARN_CONF_DIR must be set in "
     "the "
     "environment.",
     "args[9]", false},
    {"pyspark-shell", "Cluster deploy mode is not applicable to Spark shells.", "args[8]",
     false},
    {"--class org.apache.spark.sql.hive.thriftserver.HiveThriftServer2 spark-internal",
     "Cluster deploy mode is not applicable to Spark Thrift server.", "args[9]", false},
    {"--packages g:a" JAR,
     "requirement failed: Provided Maven Coordinates must be in the form "
     "'groupId:artifactId:version'. The coordinate provided is: g:a",
     "args[9]", false},
    {"--conf spark.jars.ivySettings=/none" JAR,
     "requirement failed: Ivy settings file /none does not exist", "args[9]", false},
    {"--principal p --keytab /none" JAR,
     "requirement failed: Keytab file: /none does not exist", "args[11]", false},
    {"--jars HTTP://h/a.jar" JAR, "No FileSystem for scheme \"HTTP\"", "args[9]", false},
    {"--jars local:///a,_local:///b" JAR, "'file:/home/dir/%20local:/b' is not a legal URI",
     "args[9]", false},
    {"--jars https://h/a.jar local:///a.R", "URI scheme is not \"file\"", "args[9]", false},
    {"/opt/a.jar", UPLOAD("/opt/a.jar"), "args[8]", false},
    {"local:///my_app/a.jar", UPLOAD("local:///my app/a.jar"), "args[8]", false},
};

static void test_refusals_have_sparks_words(void)
{
    for (size_t i = 0; i < SPK_LEN(refusals); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 22);
        struct spk_command_line line = {.submission_id = "untouched"};
        struct spk_err err = {0};

        CU_ASSERT_FALSE(
            spk_test_parse(&arena, SPK_SPARK_4_1, refusals[i].words, NULL, &line, &err));
        CU_ASSERT_EQUAL(err.reason, SPK_INVALID_SPARK_SUBMIT_ARGS);
        SPK_ASSERT_TEXT(err.text, refusals[i].text);
        SPK_ASSERT_TEXT(err.field, refusals[i].field);
        CU_ASSERT_EQUAL(err.notes != NULL, refusals[i].is_launcher);
        SPK_ASSERT_TEXT(line.submission_id, "untouched");
    }
}

static void test_a_missing_class_is_said_as_spark_says_it(void)
{
    static const struct {
        const char *resource, *why;
    } cases[] = {
        {"local:///a.jar", "No FileSystem for scheme \"local\""},
        {"/none.jar", "File file:/none.jar does not exist"},
        {"spark-internal", "File spark-internal does not exist"},
        {"https://h/a.jar", "the JAR is not opened here"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 22);
        struct spk_command_line line = {0};
        struct spk_err err = {0};
        const char *words = spk_printf(&arena, NO_CLASS "%s", cases[i].resource);

        CU_ASSERT_FALSE(spk_test_parse_bare(&arena, SPK_SPARK_4_1, words, NULL, &line, &err));
        SPK_ASSERT_TEXT(err.text,
                        spk_printf(&arena,
                                   "Failed to get main class in JAR with error '%s'.  Please "
                                   "specify one with --class.",
                                   cases[i].why));
    }
}

static void test_a_local_master_is_told_what_is_submitted_to(void)
{
    static const struct {
        const char *words, *master, *field;
    } cases[] = {
        {"--master local[2] --class X local:///a.jar", "local[2]", "args[1]"},
        {"--class X local:///a.jar", "local[*]", "args"},
        {"--deploy-mode client --master local --class X local:///a.jar", "local", "args[3]"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 22);
        struct spk_command_line line = {0};
        struct spk_err err = {0};

        CU_ASSERT_FALSE(
            spk_test_parse_bare(&arena, SPK_SPARK_4_1, cases[i].words, NULL, &line, &err));
        CU_ASSERT_EQUAL(err.reason, SPK_UNSUPPORTED_FEATURE);
        SPK_ASSERT_TEXT(err.field, cases[i].field);
        SPK_ASSERT_TEXT(
            err.text, spk_printf(&arena,
                                 "master '%s' would run Spark on the submitting machine; use "
                                 "k8s://https://HOST:PORT and --deploy-mode cluster",
                                 cases[i].master));
    }
}

static void test_what_only_a_jvm_could_do_is_refused(void)
{
    static const struct spk_test_file files[] = {{"/k", "K"}, {"/l/x.jar", "J"}, {NULL, NULL}};
    static const struct {
        const char *words;
        bool is_server;
    } cases[] = {
        {"--deploy-mode client" JAR, false},
        {"--conf spark.kubernetes.file.upload.path=s3a://b /opt/a.jar", false},
        {"--principal p --keytab /k" JAR, false},
        {"--jars /l/*.jar" JAR, false},
        {"--jars s3a://b/*.jar" JAR, false},
        {"--conf spark.kubernetes.driver.podTemplateFile=https://h/t.yaml" JAR, false},
        {"--conf spark.kubernetes.driver.podTemplateFile=/t.yaml" JAR, true},
        {"--conf spark.kubernetes.executor.podTemplateFile=/t.yaml" JAR, true},
        {"--properties-file /p.conf" JAR, true},
        {"--extra-properties-file /p.conf" JAR, true},
        {"--conf spark.jars.ivySettings=/i.xml" JAR, true},
        {"--principal p --keytab /k" JAR, true},
        {"--jars /l/*.jar" JAR, true},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 22);
        struct spk_test_machine machine = {.files = files, .is_server = cases[i].is_server};
        struct spk_command_line line = {0};
        struct spk_err err = {0};

        CU_ASSERT_FALSE(
            spk_test_parse(&arena, SPK_SPARK_4_2, cases[i].words, &machine, &line, &err));
        CU_ASSERT_EQUAL(err.reason, SPK_UNSUPPORTED_FEATURE);
        CU_ASSERT(spk_starts_with(err.field, "args["));
    }
}

/* ---- files and environment ---- */

static const struct spk_test_file property_files[] = {
    {"/home/dir/main.conf", "spark.a main \nspark.b=main\nnot.spark=1\nspark.app.name=main"},
    {"/one.conf", "spark.b one\nspark.c one"},
    {"/two.conf", "spark.c two\nspark.d=\\n two \\n"},
    {"/bad.conf", "spark.a=\\u12"},
    {NULL, NULL},
};

static void test_sources_of_properties_have_an_order(void)
{
    static const struct spk_test_file conf_dir[] = {
        {"spark-defaults.conf", "spark.a defaults\nspark.z defaults\nspark.master k8s://x"},
        {NULL, NULL},
    };
    static const struct spk_test_machine machine = {.files = property_files,
                                                    .conf_dir = conf_dir};
    static const struct {
        const char *words, *key, *value;
    } cases[] = {
        {"", "spark.a", "defaults"},
        {"--conf spark.a=conf", "spark.a", "conf"},
        {"--properties-file main.conf", "spark.a", "main"},
        {"--properties-file main.conf", "spark.z", NULL},
        {"--properties-file main.conf", "not.spark", NULL},
        {"--properties-file main.conf", "spark.app.name", "app"},
        {"--properties-file main.conf --load-spark-defaults", "spark.z", "defaults"},
        {"--properties-file main.conf --load-spark-defaults", "spark.a", "main"},
        {"--extra-properties-file /one.conf", "spark.a", "defaults"},
        {"--extra-properties-file /one.conf --properties-file main.conf", "spark.b", "one"},
        {"--extra-properties-file /one.conf --extra-properties-file=/two.conf", "spark.c",
         "two"},
        {"--extra-properties-file /two.conf", "spark.d", "\n two \n"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 22);
        struct spk_command_line line = {0};
        struct spk_err err = {0};

        CU_ASSERT(spk_test_parse(&arena, SPK_SPARK_4_2,
                                 spk_printf(&arena, "%s" JAR, cases[i].words), &machine, &line,
                                 &err));
        SPK_ASSERT_TEXT(err.text, "");
        SPK_ASSERT_TEXT(spk_conf_get(&line.submission.conf, cases[i].key), cases[i].value);
    }
}

static void test_a_malformed_properties_file_is_the_launchers_error(void)
{
    static const struct spk_test_machine machine = {.files = property_files};
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 22);
    struct spk_command_line line = {0};
    struct spk_err err = {0};

    CU_ASSERT_FALSE(spk_test_parse(&arena, SPK_SPARK_4_2, "--properties-file /bad.conf" JAR,
                                   &machine, &line, &err));
    SPK_ASSERT_TEXT(err.text, "Malformed \\uxxxx encoding.");
    SPK_ASSERT_TEXT(err.field, "args[9]");
    CU_ASSERT_PTR_NOT_NULL(err.notes);
}

static void test_the_environment_fills_what_is_open(void)
{
    static const char *const variables[] = {
        "MASTER=k8s://https://e",   "DEPLOY_MODE=cluster",    "SPARK_DRIVER_MEMORY=2g",
        "SPARK_EXECUTOR_MEMORY=3g", "SPARK_EXECUTOR_CORES=4", NULL};
    static const struct spk_test_machine machine = {.environment = variables};
    static const struct {
        const char *key, *value, *origin;
    } cases[] = {
        {"spark.master", "k8s://https://e", "environment[MASTER]"},
        {"spark.submit.deployMode", "cluster", "environment[DEPLOY_MODE]"},
        {"spark.driver.memory", "2g", "environment[SPARK_DRIVER_MEMORY]"},
        {"spark.executor.memory", "5g", "args[1]"},
        {"spark.executor.cores", "4", "environment[SPARK_EXECUTOR_CORES]"},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 22);
    struct spk_command_line line = {0};
    struct spk_err err = {0};

    CU_ASSERT(spk_test_parse_bare(&arena, SPK_SPARK_4_1,
                                  "--conf spark.executor.memory=5g local:///a.py", &machine,
                                  &line, &err));
    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        const struct spk_conf_entry *entry =
            spk_conf_find(&line.submission.conf, cases[i].key);

        CU_ASSERT_PTR_NOT_NULL(entry);
        SPK_ASSERT_TEXT(entry ? entry->value : NULL, cases[i].value);
        SPK_ASSERT_TEXT(entry ? entry->origin : NULL, cases[i].origin);
    }
}

static void test_templates_are_read_from_local_places(void)
{
    static const struct spk_test_file files[] = {
        {"/t x.yaml", "driver"}, {"/home/dir/e.yaml", "executor"}, {NULL, NULL}};
    static const struct spk_test_machine machine = {.files = files};
    static const char *const places[] = {"file:///t%20x.yaml", "local:/t%20x.yaml",
                                         "/t%20x.yaml"};

    for (size_t i = 0; i < SPK_LEN(places); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 22);
        struct spk_command_line line = {0};
        struct spk_err err = {0};

        CU_ASSERT(spk_test_parse(
            &arena, SPK_SPARK_4_1,
            spk_printf(&arena,
                       "--conf spark.kubernetes.driver.podTemplateFile=%s --conf "
                       "spark.kubernetes.executor.podTemplateFile=${spark.t} --conf "
                       "spark.t=e.yaml" JAR,
                       places[i]),
            &machine, &line, &err));
        SPK_ASSERT_TEXT(err.text, "");
        SPK_ASSERT_TEXT(line.submission.driver_template.text.data, "driver");
        SPK_ASSERT_TEXT(line.submission.executor_template.text.data, "executor");
    }
}

static void test_a_missing_template_is_said_in_the_lines_words(void)
{
    static const struct {
        enum spk_line line;
        const char *key, *text;
    } cases[] = {
        {SPK_SPARK_4_1, "driver", "Could not load pod from template file. /none"},
        {SPK_SPARK_4_0, "executor", "/none (No such file or directory)"},
        {SPK_SPARK_4_1, "executor", "/none"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 22);
        struct spk_command_line line = {0};
        struct spk_err err = {0};

        CU_ASSERT_FALSE(spk_test_parse(
            &arena, cases[i].line,
            spk_printf(&arena, "--conf spark.kubernetes.%s.podTemplateFile=/none" JAR,
                       cases[i].key),
            NULL, &line, &err));
        CU_ASSERT_EQUAL(err.reason, SPK_INVALID_POD_TEMPLATE);
        SPK_ASSERT_TEXT(err.text, cases[i].text);
        SPK_ASSERT_TEXT(err.field, "args[9]");
    }
}

static void test_an_excluded_template_step_reads_nothing(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 22);
    struct spk_command_line line = {0};
    struct spk_err err = {0};

    CU_ASSERT(
        spk_test_parse(&arena, SPK_SPARK_4_1,
                       "--conf spark.kubernetes.executor.podTemplateFile=/none --conf "
                       "spark.kubernetes.driver.pod.excludedFeatureSteps="
                       "org.apache.spark.deploy.k8s.features.PodTemplateConfigMapStep" JAR,
                       NULL, &line, &err));
    CU_ASSERT_PTR_NULL(line.submission.executor_template.text.data);
}

static void test_an_inline_template_wins_with_a_warning(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 22);
    struct spk_argument arguments[] = {
        {"--conf", NULL},
        {"spark.kubernetes.driver.podTemplateFile=/none", NULL},
        {"--conf", NULL},
        {"spark.kubernetes.executor.podTemplateFile=/none", "spec.executor"},
        {"--class", NULL},
        {"a.B", "spec.mainClass"},
        {"--deploy-mode", NULL},
        {"cluster", NULL},
        {"--master", NULL},
        {"k8s://h", NULL},
        {"local:///a.jar", "spec.mainApplicationFile"},
        {"1", "spec.arguments"},
    };
    struct spk_invocation invocation = {
        .arguments = arguments,
        .n = SPK_LEN(arguments),
        .driver_template = {.tree = spk_json_new_object(&arena), .origin = "template"},
        .executor_template = {.tree = spk_json_new_object(&arena), .origin = "spec.executor"},
        .version = {spk_profile_of(SPK_SPARK_4_1), "4.1.4"},
    };
    struct spk_command_line line = {0};
    struct spk_err err = {0};

    CU_ASSERT(spk_command_line_parse(&arena, &invocation, &line, &err));
    SPK_ASSERT_TEXT(err.text, "");
    CU_ASSERT_EQUAL(line.warnings.n, 1);
    SPK_ASSERT_TEXT(line.warnings.items[0].code, "TEMPLATE_KEY_IGNORED");
    SPK_ASSERT_TEXT(line.warnings.items[0].field, "args[1]");
    CU_ASSERT_PTR_EQUAL(line.submission.driver_template.tree, invocation.driver_template.tree);
    SPK_ASSERT_TEXT(line.submission.arguments_origin, "spec.arguments");
    SPK_ASSERT_TEXT(spk_conf_find(&line.submission.conf, "spark.jars")->origin,
                    "spec.mainApplicationFile");
}

/* ---- lines, commands, limits ---- */

static void test_lines_differ(void)
{
    static const struct {
        const char *words;
        bool accepted[SPK_SPARK_LINES];
    } cases[] = {
        {"--load-spark-defaults" JAR, {false, true, true, true, true}},
        {"--driver-default-class-path /x" JAR, {false, true, true, true, true}},
        {"--extra-properties-file /none" JAR, {false, false, false, false, false}},
        {"--driver-memory 2GiB" JAR, {false, false, false, true, true}},
        {"--driver-java-options -Dx=noXmxhere" JAR, {false, true, true, true, true}},
        {"--driver-java-options -Dx='a" JAR, {true, false, false, false, false}},
        {"connect-shell", {false, false, false, false, false}},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++)
        for (size_t j = 0; j < SPK_SPARK_LINES; j++) {
            SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 22);
            struct spk_command_line line = {0};
            struct spk_err err = {0};

            CU_ASSERT_EQUAL(
                spk_test_parse(&arena, (enum spk_line)j, cases[i].words, NULL, &line, &err),
                cases[i].accepted[j]);
        }
}

static void test_commands_besides_submitting(void)
{
    static const struct {
        const char *words;
        enum spk_command command;
        const char *id;
    } cases[] = {
        {"", SPK_COMMAND_USAGE_ERROR, NULL},
        {"--usage-error", SPK_COMMAND_USAGE_ERROR, NULL},
        {"--master k8s://h -h local:///a.jar", SPK_COMMAND_HELP, NULL},
        {"--version --help", SPK_COMMAND_VERSION, NULL},
        {"--kill ns:app* --master k8s://h", SPK_COMMAND_KILL, "ns:app*"},
        {"--status=ns:app --master k8s://h", SPK_COMMAND_STATUS, "ns:app"},
        {"--kill x --help", SPK_COMMAND_HELP, NULL},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 22);
        struct spk_command_line line = {0};
        struct spk_err err = {0};

        CU_ASSERT(
            spk_test_parse_bare(&arena, SPK_SPARK_4_1, cases[i].words, NULL, &line, &err));
        SPK_ASSERT_TEXT(err.text, "");
        CU_ASSERT_EQUAL(line.command, cases[i].command);
        if (cases[i].id) {
            SPK_ASSERT_TEXT(line.submission_id, cases[i].id);
            SPK_ASSERT_TEXT(spk_conf_get(&line.submission.conf, "spark.master"),
                            "k8s://https://h");
        }
    }
}

static void test_two_commands_exclude_each_other(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 22);
    struct spk_command_line line = {0};
    struct spk_err err = {0};

    CU_ASSERT_FALSE(
        spk_test_parse_bare(&arena, SPK_SPARK_4_1, "--kill a --status a", NULL, &line, &err));
    SPK_ASSERT_TEXT(err.text, "Action cannot be both KILL and REQUEST_STATUS.");
}

static void test_kill_and_status_are_for_kubernetes(void)
{
    static const struct {
        const char *words, *master;
    } cases[] = {
        {"--kill ns:app --master yarn", "yarn"},
        {"--status ns:app --master local", "local"},
        {"--status ns:app --conf spark.master=k8s:h", "k8s:h"},
        {"--status ns:app", "local[*]"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 22);
        struct spk_command_line line = {.submission_id = "untouched"};
        struct spk_err err = {0};

        CU_ASSERT_FALSE(
            spk_test_parse_bare(&arena, SPK_SPARK_4_1, cases[i].words, NULL, &line, &err));
        CU_ASSERT_EQUAL(err.reason, SPK_INVALID_SPARK_SUBMIT_ARGS);
        SPK_ASSERT_TEXT(err.text, spk_printf(&arena,
                                             "No external SparkSubmitOperations clients "
                                             "found for master url: '%s'",
                                             cases[i].master));
        SPK_ASSERT_TEXT(line.submission_id, "untouched");
    }
}

/* n arguments of length bytes behind the usual ones. */
static bool parse_many(struct spk_arena *arena, size_t n, size_t length, bool of_application,
                       struct spk_err *err)
{
    struct spk_argument *arguments = spk_alloc_array(arena, n + 7, sizeof(*arguments));
    static const char *const usual[] = {"--master", "k8s://h", "--deploy-mode",
                                        "cluster",  "--class", "a.B"};
    struct spk_command_line line = {0};
    struct spk_invocation invocation = {.arguments = arguments,
                                        .version = {spk_profile_of(SPK_SPARK_4_1), "4.1.4"}};
    char *text = spk_alloc(arena, length + 1);

    memset(text, 'x', length);
    for (size_t i = 0; i < SPK_LEN(usual); i++)
        arguments[invocation.n++].text = usual[i];
    if (of_application)
        arguments[invocation.n++].text = "local:///a.jar";
    for (size_t i = 0; i < n; i++)
        arguments[invocation.n++].text = of_application || i % 2 ? text : "--name";
    if (!of_application)
        arguments[invocation.n++].text = "local:///a.jar";
    return spk_command_line_parse(arena, &invocation, &line, err);
}

static void test_vectors_are_bounded(void)
{
    static const struct {
        size_t n, length;
        bool of_application, accepted;
    } cases[] = {
        {SPK_MAX_APP_ARGUMENTS, 10, true, true},
        {SPK_MAX_APP_ARGUMENTS + 1, 10, true, false},
        {1, SPK_MAX_APP_ARGUMENT - 1, true, true},
        {1, SPK_MAX_APP_ARGUMENT, true, false},
        {9, SPK_MAX_APP_ARGUMENT - 1, true, false},
        {SPK_MAX_ARGUMENTS - 8, 1, false, true},
        {SPK_MAX_ARGUMENTS, 1, false, false},
        {2, SPK_MAX_ARGUMENT_BYTES, false, false},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 24);
        struct spk_err err = {0};

        CU_ASSERT_EQUAL(
            parse_many(&arena, cases[i].n, cases[i].length, cases[i].of_application, &err),
            cases[i].accepted);
        CU_ASSERT_EQUAL(err.reason,
                        cases[i].accepted ? SPK_NO_REASON : SPK_INVALID_SPARK_SUBMIT_ARGS);
        CU_ASSERT(cases[i].accepted || !strcmp(err.field, "args"));
    }
}

static void test_texts_that_are_not_utf8_are_refused(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 22);
    struct spk_command_line line = {0};
    struct spk_err err = {0};

    CU_ASSERT_FALSE(
        spk_test_parse(&arena, SPK_SPARK_4_1, "--conf spark.a=\xff" JAR, NULL, &line, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_INVALID_SPARK_SUBMIT_ARGS);
    SPK_ASSERT_TEXT(err.field, "args[9]");
}

static CU_TestInfo tests[] = {
    SPK_TEST(options_become_properties),
    SPK_TEST(resources_decide_language_class_and_name),
    SPK_TEST(arguments_of_the_application_are_untouched),
    SPK_TEST(refusals_have_sparks_words),
    SPK_TEST(a_missing_class_is_said_as_spark_says_it),
    SPK_TEST(a_local_master_is_told_what_is_submitted_to),
    SPK_TEST(what_only_a_jvm_could_do_is_refused),
    SPK_TEST(sources_of_properties_have_an_order),
    SPK_TEST(a_malformed_properties_file_is_the_launchers_error),
    SPK_TEST(the_environment_fills_what_is_open),
    SPK_TEST(templates_are_read_from_local_places),
    SPK_TEST(a_missing_template_is_said_in_the_lines_words),
    SPK_TEST(an_excluded_template_step_reads_nothing),
    SPK_TEST(an_inline_template_wins_with_a_warning),
    SPK_TEST(lines_differ),
    SPK_TEST(commands_besides_submitting),
    SPK_TEST(two_commands_exclude_each_other),
    SPK_TEST(kill_and_status_are_for_kubernetes),
    SPK_TEST(vectors_are_bounded),
    SPK_TEST(texts_that_are_not_utf8_are_refused),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("command_line", tests)
