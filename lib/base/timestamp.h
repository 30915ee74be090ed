/* SPDX-License-Identifier: Apache-2.0 */
/** timestamp.h: times as Kubernetes writes them. */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stdint.h>

/** "2026-01-31T12:00:00Z" to Unix seconds. @errors false: it is something else */
bool spk_timestamp_read(const char *text, int64_t *out) SPK_CHECK;
