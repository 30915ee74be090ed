/* SPDX-License-Identifier: Apache-2.0 */
/** operations.h: --kill and --status of a driver that exists, "namespace:name" or with a final
 * '*'. */
#pragma once

#include "apiserver/api.h"
#include "spark/conf/read_entry.h"

/** @source org.apache.spark.deploy.k8s.submit.K8sSubmitOps */
bool submit_kill(struct spk_api *api, const struct spk_reader *reader, const char *id,
                 struct spk_err *err) SPK_CHECK;
bool submit_status(struct spk_api *api, const struct spk_reader *reader, const char *id,
                   struct spk_err *err) SPK_CHECK;
