/* SPDX-License-Identifier: Apache-2.0 */
#include "duration.h"

#include "base/text.h"

#include <string.h>

#define DAY_MS 86400000

bool submit_parse_duration(struct spk_arena *arena, const char *text, int64_t unit_ms,
                           int64_t *out)
{
    const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1},      {"min", 60000}, {"s", 1000},  {"m", 60000},
                 {"h", 3600000}, {"d", DAY_MS},  {"", unit_ms}};
    int64_t number;

    for (size_t i = 0; i < SPK_LEN(units); i++) {
        size_t tail = strlen(units[i].unit), length = strlen(text);

        if (spk_ends_with(text, units[i].unit) &&
            spk_parse_int64(spk_strndup(arena, text, length - tail), &number) &&
            number < INT64_MAX / DAY_MS && number > INT64_MIN / DAY_MS) {
            *out = number * units[i].ms;
            return true;
        }
    }
    return false;
}
