/* SPDX-License-Identifier: Apache-2.0 */
#include "usage.h"

#include <stdio.h>

void submit_print_usage(void)
{
    fputs(
        "Usage: spark-submit [options] <app jar | python file | R file> [app arguments]\n"
        "Usage: spark-submit --kill [submission ID] --master k8s://...\n"
        "Usage: spark-submit --status [submission ID] --master k8s://...\n"
        "Usage: spark-submit --dry-run [options] <app jar | python file | R file> [app "
        "arguments]\n"
        "\n"
        "Options:\n"
        "  --master MASTER_URL         k8s://https://host:port\n"
        "  --deploy-mode DEPLOY_MODE   cluster, the only mode of this program\n"
        "  --class CLASS_NAME          main class, for Java and Scala\n"
        "  --name NAME                 name of the application\n"
        "  --jars, --files, --archives, --py-files LIST   comma-separated\n"
        "  --packages, --exclude-packages, --repositories LIST   resolved by the driver\n"
        "  --conf, -c PROP=VALUE       any Spark property\n"
        "  --properties-file FILE      instead of conf/spark-defaults.conf\n"
        "  --driver-memory MEM, --driver-cores NUM, --driver-java-options,\n"
        "  --driver-library-path, --driver-class-path\n"
        "  --executor-memory MEM, --executor-cores NUM, --num-executors NUM\n"
        "  --proxy-user NAME           user the application runs as\n"
        "  --help, -h                  this text\n"
        "  --verbose, -v               more output\n"
        "  --version                   the version of Spark that is submitted for\n"
        "\n"
        "--dry-run, as the first word, shows on stdout what would be created.\n"
        "\n"
        "Environment: SPK_ENDPOINT hands the command line to a sparksubmitd;\n"
        "SPK_SPARK_VERSION is the version of Spark, else $SPARK_HOME/RELEASE or the name of\n"
        "$SPARK_HOME/jars/spark-core_*.jar says it. $SPARK_CONF_DIR/spark-env.sh is run.\n"
        "SPK_READ_CR=false: the SparkApplication that a driver template names is not read.\n"
        "SPK_ERRORS=plain prints errors by their reasons, not as exceptions of a JVM.\n",
        stderr);
}

void submit_print_version(const char *spark_version)
{
    fprintf(stderr,
            "Welcome to Spark version %s\n"
            "Submitted by sparksubmitd's spark-submit " SPK_VERSION ", without a JVM\n"
            "Type --help for more information.\n",
            spark_version);
}
