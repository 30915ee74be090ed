/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/reflection.h"

extern const uint8_t spk_descriptors_start[], spk_descriptors_end[];

const uint8_t *spk_descriptor_set(size_t *length)
{
    *length = (size_t)(spk_descriptors_end - spk_descriptors_start);
    return spk_descriptors_start;
}
