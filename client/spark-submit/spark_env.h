/* SPDX-License-Identifier: Apache-2.0 */
/**
 * spark_env.h: spark-env.sh, where an installation of Spark sets variables. It is run by bash
 * and may do anything; without such a file nothing is started.
 */
#pragma once

#include "base/err.h"
#include "base/text.h"

/**
 * Run $SPARK_CONF_DIR/spark-env.sh, else $SPARK_HOME/conf/spark-env.sh, unless
 * SPARK_ENV_LOADED is set; the environment of this process becomes what it leaves. To be
 * called once, before anything looks at the environment and before there are threads. The
 * output of the file goes to stderr. words are the arguments of spark-submit: the file sees
 * them.
 *
 * @errors INVALID_FIELD  bash cannot be run; the file ends the shell; too many variables
 * @source bin/load-spark-env.sh
 */
bool submit_spark_env_load(struct spk_arena *arena, const struct spk_strings *words,
                           struct spk_err *err) SPK_CHECK;
