/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/driver/driver_memory.h"

#include "spark/conf/profile.h"

#define MIN_OVERHEAD_MIB   384
#define NON_JVM_FACTOR     0.4
#define K                  "spark.kubernetes."
#define DEFAULT_FACTOR_KEY K "memoryOverheadFactor"
#define DRIVER_FACTOR_KEY  "spark.driver.memoryOverheadFactor"

int64_t spk_memory_overhead_mib(double factor, int64_t heap_mib, int64_t minimum_mib)
{
    double product = factor * (double)heap_mib;
    int64_t overhead = 0;

    if (product >= (double)INT32_MAX)
        overhead = INT32_MAX;
    else if (product <= (double)INT32_MIN)
        overhead = INT32_MIN;
    else if (product == product) /* NaN becomes 0 */
        overhead = (int64_t)product;
    return overhead > minimum_mib ? overhead : minimum_mib;
}

static bool read_default_factor(const struct spk_reader *reader, enum spk_language language,
                                double *out, struct spk_err *err)
{
    bool is_set = false;

    if (language != SPK_JVM && !spk_conf_find(reader->conf, DEFAULT_FACTOR_KEY)) {
        *out = NON_JVM_FACTOR;
        return true;
    }
    return spk_entry_double(reader, DEFAULT_FACTOR_KEY, out, &is_set, err);
}

static bool read_minimum(const struct spk_reader *reader, int64_t *out, struct spk_err *err)
{
    bool is_set = false;

    *out = MIN_OVERHEAD_MIB;
    if (!reader->version->profile->has_min_memory_overhead)
        return true;
    return spk_entry_mib(reader, "spark.driver.minMemoryOverhead", out, &is_set, err);
}

bool spk_driver_memory(const struct spk_reader *reader, enum spk_language language,
                       struct spk_driver_memory *out, struct spk_err *err)
{
    int64_t heap = 0, minimum = 0, overhead = 0;
    double default_factor = 0, factor = 0;
    bool is_set = false, is_overhead_set = false;

    if (!spk_entry_mib(reader, "spark.driver.memory", &heap, &is_set, err) ||
        !read_default_factor(reader, language, &default_factor, err))
        return false;
    factor = default_factor;
    if (spk_conf_find(reader->conf, DRIVER_FACTOR_KEY) &&
        !spk_entry_double(reader, DRIVER_FACTOR_KEY, &factor, &is_set, err))
        return false;
    if (!read_minimum(reader, &minimum, err) ||
        !spk_entry_mib(reader, "spark.driver.memoryOverhead", &overhead, &is_overhead_set,
                       err))
        return false;
    if (!is_overhead_set)
        overhead = spk_memory_overhead_mib(factor, heap, minimum);
    *out = (struct spk_driver_memory){heap + overhead, default_factor};
    return true;
}
