/* SPDX-License-Identifier: Apache-2.0 */
/** ports.h: the ports of the driver. Its pod and its Service disagree in one corner. */
#pragma once

#include "spark/driver/driver.h"

struct spk_ports {
    struct spk_port {
        const char *name;
        int32_t number;
    } items[4];
    size_t n;
};

/**
 * In Spark's order. @errors INVALID_FIELD  not an integer
 * @source BasicDriverFeatureStep: the block manager's port falls back to
 *         spark.blockManager.port
 */
bool spk_ports_of_pod(const struct spk_driver *driver, struct spk_ports *out,
                      struct spk_err *err) SPK_CHECK;

/** @source DriverServiceFeatureStep: there it does not */
bool spk_ports_of_service(const struct spk_driver *driver, struct spk_ports *out,
                          struct spk_err *err) SPK_CHECK;
