/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/budget.h"

#include "base/limits.h"

#define MIN_WRITE_MS     2500
#define MARGIN_MS        1500
#define MAX_WRITE_S      9
#define MAX_BACKOFF_MS   5000
#define FIRST_BACKOFF_MS 100
#define LAST_READ_MS     1000 /* of the time left, for the last read */
#define SPREAD           5    /* a Retry-After is drawn out by up to this part of it */

int spk_write_timeout_s(int64_t remaining_ms)
{
    if (remaining_ms < MIN_WRITE_MS)
        return 0;
    int64_t seconds = (remaining_ms - MARGIN_MS) / 1000;
    if (seconds < 1)
        return 1;
    return seconds > MAX_WRITE_S ? MAX_WRITE_S : (int)seconds;
}

int64_t spk_read_limit_ms(int64_t remaining_ms)
{
    remaining_ms -= SPK_ANSWER_MARGIN_MS;
    if (remaining_ms <= 0)
        return 0;
    return remaining_ms > SPK_KUBE_READ_MS ? SPK_KUBE_READ_MS : remaining_ms;
}

int64_t spk_longest_wait_ms(int64_t remaining_ms, bool write)
{
    int64_t wait = remaining_ms - (write ? MIN_WRITE_MS : SPK_ANSWER_MARGIN_MS + LAST_READ_MS);

    return wait > 0 ? wait : 0;
}

/* splitmix64, Steele, Lea and Flood 2014. */
static uint64_t draw(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15U);

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

int64_t spk_backoff_ms(unsigned tries, int64_t retry_after_ms, uint64_t *jitter)
{
    int64_t most = tries > 6 ? MAX_BACKOFF_MS : (int64_t)FIRST_BACKOFF_MS << tries;

    if (most > MAX_BACKOFF_MS)
        most = MAX_BACKOFF_MS;
    int64_t wait = (int64_t)(draw(jitter) % (uint64_t)(most + 1));
    if (retry_after_ms > SPK_MAX_WAIT_MS)
        retry_after_ms = SPK_MAX_WAIT_MS;
    if (retry_after_ms <= wait)
        return wait;
    return retry_after_ms + (int64_t)(draw(jitter) % (uint64_t)(retry_after_ms / SPREAD + 1));
}
