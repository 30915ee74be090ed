/* SPDX-License-Identifier: Apache-2.0 */
/**
 * operations.h: what spark-submit does with a driver that exists: wait for its end, --kill,
 * --status.
 */
#pragma once

#include "apiserver/api.h"
#include "spark/entry.h"

/**
 * Print state changes and status lines until the driver ended or is gone.
 *
 * @source org.apache.spark.deploy.k8s.submit.LoggingPodStatusWatcherImpl
 */
bool submit_wait(struct spk_api *api, const struct spk_reader *reader, const char *ns,
                 const char *pod, const char *application_name, const char *application_id,
                 struct spk_err *err) SPK_CHECK;

/** @source org.apache.spark.deploy.k8s.submit.K8sSubmitOps */
bool submit_kill(struct spk_api *api, const struct spk_reader *reader, const char *id,
                 struct spk_err *err) SPK_CHECK;
bool submit_status(struct spk_api *api, const struct spk_reader *reader, const char *id,
                   struct spk_err *err) SPK_CHECK;
