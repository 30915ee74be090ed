/* SPDX-License-Identifier: Apache-2.0 */
/** spark_home.h: which Spark is installed in a folder. */
#pragma once

#include "base/arena.h"

/**
 * The version that home/RELEASE tells in its first line, "Spark 4.1.4 (git revision ...)
 * built ...", else the one in the name of home/jars/spark-core_2.13-4.1.4.jar: Spark's
 * Python package has no RELEASE. NULL: neither is there.
 */
const char *submit_spark_home_version(struct spk_arena *arena, const char *home);
