/* SPDX-License-Identifier: Apache-2.0 */
#include "local/argument_name.h"

#include <stdlib.h>
#include <string.h>

#define MAX_NAME 128

/* The index of "args[3]"; SIZE_MAX: field is something else. */
static size_t index_of(const char *field)
{
    const char *digits = field + strlen("args[");

    if (!spk_starts_with(field, "args["))
        return SIZE_MAX;
    size_t n = strspn(digits, "0123456789");
    return n == 0 || n > 6 || strcmp(digits + n, "]") != 0 ? SIZE_MAX
                                                           : strtoul(digits, NULL, 10);
}

const char *spk_argument_name(struct spk_arena *arena, const struct spk_strings *arguments,
                              const char *field)
{
    size_t index = index_of(field);

    if (index >= arguments->n)
        return NULL;
    const char *word = arguments->items[index];
    const char *option = index ? arguments->items[index - 1] : "";
    bool conf = !strcmp(option, "--conf") || !strcmp(option, "-c");
    size_t length = strcspn(word, "=");

    if (!conf && *word != '-')
        return NULL;
    return spk_printf(arena, "%s%.*s", conf ? "--conf " : "",
                      (int)(length < MAX_NAME ? length : MAX_NAME), word);
}
