/* SPDX-License-Identifier: Apache-2.0 */
/** budget.h: how much time a request may take, and how long to wait before the next. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SPK_MAX_POSTS   5U /* per object; patches likewise */
#define SPK_MAX_GETS    10U
#define SPK_MAX_WAIT_MS 30000

/** ?timeout= of a write, in seconds, with so much time left; 0: no write is started. */
int spk_write_timeout_s(int64_t remaining_ms);

/** How long the answer to a read is waited for; 0: no read is started. */
int64_t spk_read_limit_ms(int64_t remaining_ms);

/** How long may be waited, with so much time left, for a write or a read to start. */
int64_t spk_longest_wait_ms(int64_t remaining_ms, bool write);

/**
 * Full jitter: random(0, min(5 s, 100 ms * 2^tries)), or retry_after_ms and up to a fifth of
 * it if that is larger: those who were turned away together do not come back together. *jitter
 * is the state of the generator.
 */
int64_t spk_backoff_ms(unsigned tries, int64_t retry_after_ms, uint64_t *jitter);
