/* SPDX-License-Identifier: Apache-2.0 */
/** timestamp.h: times of RFC 3339, read and written as Kubernetes writes them. */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stdint.h>

#define SPK_TIMESTAMP_SIZE sizeof("2026-01-31T12:00:00Z")

/**
 * Write any time of RFC 3339, with a fraction or an offset, as Kubernetes stores it: whole
 * seconds in UTC.
 *
 * @errors false: it is something else; out is untouched
 * @source https://www.rfc-editor.org/rfc/rfc3339, Go's time.Parse(time.RFC3339)
 */
bool spk_timestamp_utc(const char *text, char out[SPK_TIMESTAMP_SIZE]) SPK_CHECK;

/**
 * Write Unix seconds as Kubernetes does.
 *
 * @errors false: the year has no four digits; out is untouched
 */
bool spk_timestamp_write(int64_t seconds, char out[SPK_TIMESTAMP_SIZE]) SPK_CHECK;

/** "2026-01-31T12:00:00Z" to Unix seconds. @errors false: it is something else */
bool spk_timestamp_read(const char *text, int64_t *out) SPK_CHECK;
