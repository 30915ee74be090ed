/* SPDX-License-Identifier: Apache-2.0 */
/** A quantity is accepted exactly if Kubernetes' form fits, and its canonical text is stable.
 */
#include "base/limits.h"
#include "kubernetes/quantity.h"

#include "fuzz.h"

#include <regex.h>
#include <string.h>

/* apimachinery's own expression is stricter in its digits and looser in its suffixes. */
static const char form[] = "^[+-]?[0-9]*([.][0-9]*)?"
                           "([numkMGTPE]|[KMGTPE]i|[eE][-+]?[0-9]+)?$";

static bool fits(const char *text)
{
    regex_t expression;

    SPK_PROMISE(regcomp(&expression, form, REG_EXTENDED | REG_NOSUB) == 0);
    bool good = regexec(&expression, text, 0, NULL, 0) == 0;
    regfree(&expression);
    return good && *text != '\0';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(4));
    struct spk_err err = {0};
    const char *out = NULL, *again = NULL;

    if (size > 200 || memchr(data, '\0', size))
        return 0;
    const char *text = spk_strndup(&arena, (const char *)data, size);
    bool good = spk_quantity_canonical(&arena, text, &out, &err);
    const char *exponent = strpbrk(text, "eE");
    /* Exponents of more than three digits are refused, which the expression does not say. */
    if (!exponent || strlen(exponent) < 5)
        SPK_PROMISE(good == fits(text));
    if (!good) {
        SPK_PROMISE(!out && err.reason == SPK_INVALID_FIELD && err.text[0]);
        return 0;
    }
    if (spk_quantity_canonical(&arena, out, &again, &err))
        SPK_PROMISE(strcmp(out, again) == 0);
    return 0;
}
