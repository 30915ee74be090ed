/* SPDX-License-Identifier: Apache-2.0 */
#include "operator/controller/byte_size.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "go/quote.h"

#define MIB          INT64_C(1048576)
#define MIN_OVERHEAD (384 * MIB)

static const struct unit {
    const char *suffix;
    int64_t bytes;
} units[] = {
    {"b", 1},
    {"k", INT64_C(1) << 10},
    {"kb", INT64_C(1) << 10},
    {"m", INT64_C(1) << 20},
    {"mb", INT64_C(1) << 20},
    {"g", INT64_C(1) << 30},
    {"gb", INT64_C(1) << 30},
    {"t", INT64_C(1) << 40},
    {"tb", INT64_C(1) << 40},
    {"p", INT64_C(1) << 50},
    {"pb", INT64_C(1) << 50},
};

/* Longest text that can be a size: 19 digits and a suffix. */
#define SIZE_LENGTH 24

static bool find_unit(const char *suffix, int64_t *bytes)
{
    char lower[SIZE_LENGTH];
    size_t n = strlen(suffix);

    if (n >= sizeof(lower))
        return false;
    for (size_t i = 0; i <= n; i++)
        lower[i] =
            (char)(suffix[i] >= 'A' && suffix[i] <= 'Z' ? suffix[i] - 'A' + 'a' : suffix[i]);
    for (size_t i = 0; i < SPK_LEN(units); i++)
        if (strcmp(units[i].suffix, lower) == 0) {
            *bytes = units[i].bytes;
            return true;
        }
    return false;
}

bool spk_byte_size(const char *text, int64_t *out, struct spk_err *err)
{
    size_t digits = strspn(text, "0123456789");
    char number[SIZE_LENGTH];
    int64_t value = 0, bytes = 0;

    if (digits > 0 && digits < sizeof(number) && find_unit(text + digits, &bytes)) {
        memcpy(number, text, digits);
        number[digits] = '\0';
        if (spk_parse_int64(number, &value) && value <= INT64_MAX / bytes) {
            *out = value * bytes;
            return true;
        }
    }
    return spk_fail(err, SPK_INVALID_FIELD, "unable to parse byte string: %.64s", text);
}

/* Sizes are below 2^63 each; a sum of a few of them is cut there. */
static int64_t sum(int64_t a, int64_t b)
{
    return a > INT64_MAX - b ? INT64_MAX : a + b;
}

/* Go's words for a number that is none, without hexadecimal ones; NaN has no sign. */
static bool is_special(const char *text)
{
    bool is_signed = *text == '+' || *text == '-';
    const char *word = text + is_signed;

    return strcasecmp(word, "inf") == 0 || strcasecmp(word, "infinity") == 0 ||
           (!is_signed && strcasecmp(word, "nan") == 0);
}

/* The complaint of strconv.ParseFloat about the text; NULL: there is none. */
static const char *parse_float(const char *text, double *out)
{
    static const char number[] = "0123456789+-.eE";
    char *end;

    *out = strtod(text, &end);
    if (is_special(text))
        return NULL;
    if (!*text || *end || strspn(text, number) < strlen(text))
        return "invalid syntax";
    return isinf(*out) ? "value out of range" : NULL;
}

static bool read_factor(const struct spk_working_copy *draft, double *out, struct spk_err *err)
{
    const char *text = draft->spec->memory_overhead_factor;
    const char *type = spk_working_copy_text(draft->spec->type);

    if (!text) {
        bool jvm = spk_text_equal(type, "Java") || spk_text_equal(type, "Scala");

        *out = jvm ? 0.1 : 0.4;
        return true;
    }
    const char *wrong = parse_float(text, out);
    if (!wrong)
        return true;
    (void)spk_fail(err, SPK_INVALID_FIELD,
                   "failed to parse memory overhead factor as float: strconv.ParseFloat: "
                   "parsing %s: %s",
                   spk_quote_go(draft->arena, spk_cut(draft->arena, text, 64)), wrong);
    return spk_fail_at(err, "spec.memoryOverheadFactor");
}

static bool add_heap(const struct spk_working_copy *draft, const struct spk_role *role,
                     int64_t *total, struct spk_err *err)
{
    int64_t heap = 0, overhead = 0;
    double factor;

    if (!read_factor(draft, &factor, err))
        return false;
    if (role->memory && !spk_byte_size(role->memory, &heap, err))
        return spk_fail_at(err, "%s.memory", role->path);
    if (role->memory_overhead && !spk_byte_size(role->memory_overhead, &overhead, err))
        return spk_fail_at(err, "%s.memoryOverhead", role->path);
    if (!role->memory_overhead) {
        double share = (double)heap * factor;

        overhead = MIN_OVERHEAD;
        if (share > (double)MIN_OVERHEAD)
            overhead = share < 9e18 ? (int64_t)share : INT64_MAX;
    }
    *total = sum(heap, overhead);
    return true;
}

/* bare_unit: bytes of a number without suffix; 0: a suffix is needed. */
static bool add_conf(const struct spk_working_copy *draft, const char *key, int64_t bare_unit,
                     int64_t *total, struct spk_err *err)
{
    const struct spk_conf_entry *entry = spk_conf_find(&draft->spark_conf, key);
    int64_t bytes = 0;

    if (!entry)
        return true;
    if (bare_unit > 0 && spk_parse_int64(entry->value, &bytes) && bytes >= 0 &&
        bytes <= INT64_MAX / bare_unit)
        bytes *= bare_unit;
    else if (!spk_byte_size(entry->value, &bytes, err))
        return spk_fail_at(err, "%s", entry->origin);
    *total = sum(*total, bytes);
    return true;
}

bool spk_pod_memory(const struct spk_working_copy *draft, const struct spk_role *role,
                    const char **out, struct spk_err *err)
{
    const char *off_heap = spk_conf_get(&draft->spark_conf, "spark.memory.offHeap.enabled");
    bool executor = role == &draft->executor;
    int64_t total = 0;

    if (!add_heap(draft, role, &total, err))
        return false;
    if (executor && spk_text_equal(draft->spec->type, "Python") &&
        !add_conf(draft, "spark.executor.pyspark.memory", MIB, &total, err))
        return false;
    if (executor && off_heap && !spk_text_equal(off_heap, "false") &&
        !add_conf(draft, "spark.memory.offHeap.size", 0, &total, err))
        return false;
    *out = spk_printf(draft->arena, "%" PRId64 "Mi", total / MIB);
    return true;
}
