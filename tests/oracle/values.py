# SPDX-License-Identifier: Apache-2.0
"""Pools of values for generated cases: most of a pool is valid, the rest is odd or wrong."""

NAMES = ["app", "My Spark App", "1st-job", "123", "-x", "a--b__c..d", "___", "Größe 数据", "x" * 35,
         "y" * 36, "z" * 63, "g" * 120, "trailing-", "  spaced  ", "İstanbul", "a.b.c", "K-Kelvin",
         "tab\tname", "name#hash", "emoji-😀", "0", "UPPER_case", "a" * 34 + "-b", "x/y", "é", "-",
         "ſharp", "q" * 62 + "-", "1" + "-" * 40 + "2", "٣digits"]
MEMORY = ["512m", "1g", "2g", "4g", "3333m", "1024k", "4096M", "2G", "3gb", "1t", "512", "1073741824b",
          "8gb", "700mb", " 1g ", "1536m", "10g", "384m", "100m", "1kb", "2tb", "1p", "900MB"]
BAD_MEMORY = ["", "abc", "1.5g", "-1g", "1gib", "1 g", "g", "0x10m", "1gi", "99999999999g", "0", "1e3m"]
MEBIBYTES = ["0", "1", "100", "384", "512m", "1g", "1025", "2048m", "700", " 64 ", "1048576k"]
BAD_MEBIBYTES = ["-1", "x", "1.5", "10mib", "", "1z"]
DOUBLES = ["0.1", "0.4", "0.10", "1", "1e-3", ".5", "1d", "0x1p3", "0.0005", "10000000", "0", "2.5",
           "1e7", "123456.789", " 0.2 ", "0.3f", "1E-4", "9999999.9", "1.0e10", "0.30000000000000004",
           "1e-10", "+0.25", "100", "4.9e-324"]
BAD_DOUBLES = ["-0.1", "abc", "", "1,5", "0x1", "NaN", "Infinity", "--1", "1e400"]
BOOLEANS = ["true", "false", "TRUE", " false ", "False", "True"]
BAD_BOOLEANS = ["yes", "", "1", "maybe", "tru e"]
INTEGERS = ["1", "2", "4", "8", "3", "+2", "16", "007"]
BAD_INTEGERS = ["0", "-1", "1.5", "x", "", "2147483648", "1e1", "0x4", " 2 "]
CORES = ["1", "500m", "1.5", "0.1", "2", "250m", "1000m", "4", "100m", "3.14159", "1e0", "0.5"]
BAD_CORES = ["", "x", "1.5.2", "-1", "1 ", "1core", "m"]
SIZES = ["1Gi", "5G", "500Mi", "100Ti", "2Ki", "1048576", "100G", "1Pi", "2048"]
BAD_SIZES = ["10", "0", "abc", "", "1.5Gi", "1", "-5Gi", "1gi", "5Xi", "1023"]
PORTS = ["7078", "7079", "40000", "0", "1024", " 7100 ", "65535", "8080"]
BAD_PORTS = [" 7100 ", "x", "", "-1", "70000", "7.5", "80"]
TEXTS = ["v", "two words", "a=b", "a,b", "", "ü", "x:y", "#no-comment", "with\ttab", "line\nfeed",
         "back\\slash", "'quoted'", '"double"', "${spark.app.name}", "${env:SPARK_USER}", "${spark.app.submitTime}",
         "${unknown:x}", "{{APP_ID}}", "x-{{APP_ID}}-{{EXECUTOR_ID}}", "$(POD)", "!", "😀", " lead",
         "trail ", "\u00a0nbsp", "a\fb", "{{OTHER}}", "true", "1.0", "null", "~"]
IMAGES = ["registry.example/spark:tag", "spark", "repo:{{SPARK_VERSION}}", "img:${spark.executor.cores}",
          "r/i@sha256:" + "a" * 64, "${spark.app.name}:1", "i:${spark.app.submitTime}"]
KEYS = ["a", "b", "team", "example.com/role", "Case", "with.dot", "x_y", "zz", "9", "a/b/c", "é", "spark"]
VARIABLES = ["FOO", "BAR", "foo.bar", "PATH", "lower", "A_1", "JAVA_HOME", "with-dash", "_X", "Z9",
             "SPARK_EXTRA", "K.L"]
BAD_VARIABLES = ["1X", "with space", "é", "A/B", ""]
PATHS = ["/data", "/mnt/x", "/a/b/c", "/opt/conf", "/with space", "/data/", "/é", "relative", "/v1", "/v2"]
OBJECT_NAMES = ["one", "two-x", "s3", "with.dot", "upper-Case", "under_score", "n" * 40, "a", "b", "zz9"]
URIS = ["local:///opt/lib/a.jar", "local:///opt/lib/b.jar", "http://repo.example/c.jar",
        "https://repo.example/d.jar?x=1", "local:/e.zip", "local:///opt/x#alias", "http://h:81/%20y.jar",
        "local:///opt/ü.jar"]
ODD_URIS = ["", "  ", "local:///opt/*.jar", "http://h/[x].jar", "local:///o/{a,b}.jar",
            " local:///opt/lib/a.jar "]
ARGUMENTS = ["10", "--flag", "--x=y", "", "two words", "a'b", '"q"', "$HOME", "ü", "--conf", "-c", "*",
             "a\nb", "back\\", "{{APP_ID}}", "local:///x", "😀", "--driver-memory", "#", "a,b"]
JAVA_OPTIONS = ["-Dx=y", "-XX:+UseG1GC -Dspark.x=1", "-Da='b c'", '-Dq="1 2"', "", "-Xss4m", "-Dempty=",
                "  -Dlead=1", "-Dü=é", "-verbose:gc\t-Dtab=1", "-Dapp={{APP_ID}} -De={{EXECUTOR_ID}}",
                "-Da=b\\ c", "-DfooXmxbar=1"]
BAD_JAVA_OPTIONS = ["-Xmx1g", "-Da=1 -Xmx2g", "-Dunclosed='x", '-Dunclosed="', "'-Xmx1g'"]
TIMES = ["10s", "1min", "2h", "500ms", "30", "1d", " 5s ", "1m", "100us"]
BAD_TIMES = ["x", "", "-1s", "1.5s", "1 s", "5 parsecs", "1w"]
PROPERTY_KEYS = ["spark.sql.shuffle.partitions", "spark.eventLog.enabled", "spark.x", "spark.é", "spark.a b",
                 "spark.hadoop.fs.s3a.endpoint", "spark.hadoop.x", "spark.ui.prometheus.enabled",
                 "spark.metrics.conf.*.sink.csv.period", "spark.executor.extraClassPath",
                 "spark.executor.extraLibraryPath", "spark.sql.catalog.c", "spark.serializer",
                 "spark.a:b", "spark.#", "spark.tab\tkey", "spark.yarn.executor.memoryOverhead",
                 "spark.yarn.driver.memoryOverhead", "spark.shuffle.file.buffer.kb", "spark.cores.max",
                 "spark.app.id", "spark.app.submitTime", "spark.driver.host", "spark.home",
                 "spark.oauthToken", "spark.my.oauthToken", "spark.sparkr.r.command", "spark.r.command",
                 "spark.driver.supervise", "spark.redaction.regex", "spark."]
