/* SPDX-License-Identifier: Apache-2.0 */
/** Sizes, durations and numbers as Java reads them are taken exactly if they have Java's form.
 */
#include "base/limits.h"
#include "java/java_number.h"

#include "fuzz.h"

#include <regex.h>
#include <string.h>

static bool fits(const char *expression, const char *text)
{
    regex_t compiled;

    SPK_PROMISE(regcomp(&compiled, expression, REG_EXTENDED | REG_NOSUB | REG_ICASE) == 0);
    bool good = regexec(&compiled, text, 0, NULL, 0) == 0;
    regfree(&compiled);
    return good;
}

/* Printable, nothing around the number, and too few digits to overflow. */
static bool is_plain(const char *text)
{
    size_t digits = 0, length = strlen(text);

    for (size_t i = 0; i < length; i++) {
        if (text[i] <= ' ' || text[i] > '~')
            return false;
        digits += text[i] >= '0' && text[i] <= '9';
    }
    return digits < 4 && length < 20;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(1));
    struct spk_why why;
    int64_t value = 0, again = 0;
    int32_t narrow = 0;
    double real;

    if (size > 100 || memchr(data, '\0', size))
        return 0;
    const char *text = spk_strndup(&arena, (const char *)data, size);

    bool is_size = spk_size_parse(text, 1, false, &value, &why);
    SPK_PROMISE(is_size || why.text[0]);
    if (is_plain(text))
        SPK_PROMISE(is_size == fits("^-?[0-9]+(b|kb?|mb?|gb?|tb?|pb?)?$", text));
    if (is_size && spk_size_parse(text, 1 << 20, false, &again, &why) && value > 1 << 20)
        SPK_PROMISE(again == value || again >= value >> 20);

    bool is_time = spk_time_parse(text, 1, &value, &why);
    SPK_PROMISE(is_time || why.text[0]);
    if (is_plain(text))
        SPK_PROMISE(is_time == fits("^-?[0-9]+(us|ms|s|m|min|h|d)?$", text));

    bool is_long = spk_java_parse_long(text, &value);
    if (is_plain(text))
        SPK_PROMISE(is_long == fits("^[-+]?[0-9]+$", text));
    if (spk_java_parse_int(text, &narrow))
        SPK_PROMISE(is_long && value == narrow);
    SPK_PROMISE(!is_long || spk_java_parse_double(text, &real));
    return 0;
}
