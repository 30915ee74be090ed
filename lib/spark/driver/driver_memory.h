/* SPDX-License-Identifier: Apache-2.0 */
/**
 * driver_memory.h: how much memory the driver's container asks for: the heap and what the JVM
 * and other processes need beside it.
 *
 * @source org.apache.spark.deploy.k8s.features.BasicDriverFeatureStep
 */
#pragma once

#include "spark/submission.h"

struct spk_driver_memory {
    int64_t total_mib;
    double default_factor; /* what spark.kubernetes.memoryOverheadFactor becomes */
};

/** max(int(factor x heap), minimum), with Java's conversion of a double to an int. */
int64_t spk_memory_overhead_mib(double factor, int64_t heap_mib, int64_t minimum_mib);

/** @errors INVALID_FIELD  as spk_entry_mib and spk_entry_double */
bool spk_driver_memory(const struct spk_reader *reader, enum spk_language language,
                       struct spk_driver_memory *out, struct spk_err *err) SPK_CHECK;
