/* SPDX-License-Identifier: Apache-2.0 */
/** wait.h: waiting for the end of a driver, as waitAppCompletion asks. */
#pragma once

#include "cluster.h"
#include "spark/conf/read_entry.h"

/** The driver that is waited for. */
struct submit_driver {
    const char *ns, *pod, *uid; /* uid "": whatever Pod has the name */
    const char *application_name, *application_id;
};

/**
 * The time between two status lines; read before anything is created.
 *
 * @errors INVALID_FIELD  spark.kubernetes.report.interval is no positive time
 */
bool submit_wait_interval(const struct spk_reader *reader, int64_t *out_ms,
                          struct spk_err *err) SPK_CHECK;

/**
 * Print state changes and status lines until the driver ended or is gone, which is seen within
 * a second; a Pod of another uid under its name means that it is gone. An API server that
 * cannot be reached for a while is waited for too.
 *
 * SIGINT and SIGTERM end the waiting, not the driver: *signal is their number then, else 0.
 *
 * @source org.apache.spark.deploy.k8s.submit.LoggingPodStatusWatcherImpl
 */
bool submit_wait(struct submit_cluster *cluster, struct spk_arena *arena,
                 const struct submit_driver *driver, int64_t interval_ms, int *signal,
                 struct spk_err *err) SPK_CHECK;
