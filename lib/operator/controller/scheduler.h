/* SPDX-License-Identifier: Apache-2.0 */
/**
 * scheduler.h: what the controller does before it submits for a batch scheduler: a PodGroup to
 * make, and changes to the draft that tell the scheduler which pods belong together.
 *
 * @source spark-operator internal/scheduler/{volcano,yunikorn,kubescheduler},
 *         internal/controller/sparkapplication/controller.go
 */
#pragma once

#include "operator/operator.h"
#include "operator/working_copy.h"

/**
 * Set up the scheduler that the application or the options name; *pod_group is NULL unless one
 * is to be made.
 *
 * @errors INVALID_FIELD  an unknown scheduler, or sizes that cannot be read; with the
 *                        operator's text
 */
bool spk_scheduler_apply(struct spk_working_copy *draft,
                         const struct spk_operator_options *options, cJSON **pod_group,
                         struct spk_err *err) SPK_CHECK;

/** The work of one batch scheduler before a submission. */
typedef bool spk_schedule_fn(struct spk_working_copy *draft, cJSON **pod_group,
                             struct spk_err *err);

spk_schedule_fn spk_schedule_volcano, spk_schedule_yunikorn, spk_schedule_kube;

/** A PodGroup owned by the application, minMember 1. */
cJSON *spk_pod_group(const struct spk_working_copy *draft, const char *api_version,
                     const char *name);

/**
 * The sums of cpu and memory that pods of the application ask for, as a ResourceList. Memory
 * is read as a quantity ("512m" is half a byte) and left out when it is none ("1g").
 *
 * @source spark-operator pkg/util/resource: SumResourceList; internal/scheduler/resourceusage
 */
cJSON *spk_pod_group_resources(const struct spk_working_copy *draft, bool with_driver);
