/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/driver/ports.h"

#define CONNECT_PORT 15002

static bool read_ports(const struct spk_driver *driver, int32_t block_port,
                       struct spk_ports *out, struct spk_err *err)
{
    int32_t rpc = 0, block = 0, ui = 0, connect = 0;
    bool is_set = false;

    if (!spk_entry_port(&driver->reader, "spark.driver.port", SPK_DEFAULT_RPC_PORT, &rpc,
                        err) ||
        !spk_entry_port(&driver->reader, "spark.driver.blockManager.port", block_port, &block,
                        err) ||
        !spk_entry_int(&driver->reader, "spark.ui.port", &ui, &is_set, err))
        return false;
    *out = (struct spk_ports){
        .items = {{"driver-rpc-port", rpc}, {"blockmanager", block}, {"spark-ui", ui}},
        .n = 3,
    };
    if (!driver->profile->connect_port)
        return true;
    if (!spk_entry_port(&driver->reader, "spark.connect.grpc.binding.port", CONNECT_PORT,
                        &connect, err))
        return false;
    out->items[out->n++] = (struct spk_port){"spark-connect", connect};
    return true;
}

bool spk_ports_of_pod(const struct spk_driver *driver, struct spk_ports *out,
                      struct spk_err *err)
{
    int32_t block = 0;

    return spk_entry_port(&driver->reader, "spark.blockManager.port", SPK_DEFAULT_BLOCK_PORT,
                          &block, err) &&
           read_ports(driver, block, out, err);
}

bool spk_ports_of_service(const struct spk_driver *driver, struct spk_ports *out,
                          struct spk_err *err)
{
    return read_ports(driver, SPK_DEFAULT_BLOCK_PORT, out, err);
}
