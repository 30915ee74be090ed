/* SPDX-License-Identifier: Apache-2.0 */
/**
 * host.h: the machine that spark-submit runs on: its environment, SPARK_CONF_DIR, the user,
 * the Spark version it stands for. The only place that reads the process's environment, once
 * spark_env.h has made it.
 */
#pragma once

#include "spark/submission.h"

struct submit_machine {
    struct spk_environment environment;
    const char *spark_version; /* SPK_SPARK_VERSION, else of $SPARK_HOME; NULL: unknown */
    const char *endpoint;      /* SPK_ENDPOINT; NULL: submit ourselves */
    bool reads_application; /* SPK_READ_CR; true: the SparkApplication of a driver is read */
};

/**
 * Look around.
 *
 * @errors INVALID_FIELD  SPARK_CONF_DIR cannot be read, SPK_READ_CR is neither true nor false
 */
bool submit_machine_look(struct spk_arena *arena, struct submit_machine *out,
                         struct spk_err *err) SPK_CHECK;

const char *submit_machine_get(const struct submit_machine *machine, const char *name);
