/* SPDX-License-Identifier: Apache-2.0 */
#include "base/random.h"

#include <stdio.h>
#include <sys/random.h>

bool spk_random(void *bytes, size_t length, struct spk_err *err)
{
    /* Up to 256 bytes come whole or not at all. */
    if (getrandom(bytes, length, 0) != (ssize_t)length)
        return spk_fail(err, SPK_INTERNAL_ERROR, "the kernel has no random numbers");
    return true;
}

bool spk_random_hex(char out[SPK_RANDOM_HEX_SIZE], struct spk_err *err)
{
    unsigned char bytes[(SPK_RANDOM_HEX_SIZE - 1) / 2];

    if (!spk_random(bytes, sizeof(bytes), err))
        return false;
    for (size_t i = 0; i < sizeof(bytes); i++)
        (void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    return true;
}
