/* SPDX-License-Identifier: Apache-2.0 */
#include "process/random.h"

#include <stdlib.h>
#include <sys/random.h>

void spk_random(void *bytes, size_t length)
{
    if (getrandom(bytes, length, 0) != (ssize_t)length)
        abort();
}
