/* SPDX-License-Identifier: Apache-2.0 */
/**
 * executor_overrides.h: what the driver undoes of the changes in the executors' template.
 * Spark takes a template first and then sets what is its own, where the webhook comes last.
 *
 * @source org.apache.spark.deploy.k8s.features.{BasicExecutorFeatureStep,
 *         EnvSecretsFeatureStep, HadoopConfExecutorFeatureStep, LocalDirsFeatureStep}
 */
#pragma once

#include "kubernetes/mutation.h"
#include "spark/conf/conf.h"
#include "spark/conf/version.h"

/** Facts that the driver will know when it makes executors. */
struct spk_executor_facts {
    const struct spk_conf *conf; /* after assembly */
    struct spk_version version;
    bool has_hadoop_conf; /* true if the submitter ships a HADOOP_CONF_DIR */
};

/**
 * Warn with EXECUTOR_FIELD_NOT_APPLIED of each change that executors will not have as it is;
 * of what Spark sets to the very same value there is nothing to say.
 */
void spk_executor_overrides(struct spk_arena *arena, const struct spk_mutations *changes,
                            const struct spk_executor_facts *facts,
                            struct spk_warnings *warnings);
