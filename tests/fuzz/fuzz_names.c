/* SPDX-License-Identifier: Apache-2.0 */
/** The grammars of names equal the regular expressions of apimachinery's validation package.
 */
#include "base/limits.h"
#include "base/text.h"
#include "kubernetes/names.h"

#include "fuzz.h"

#include <regex.h>
#include <string.h>

#define LABEL     "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
#define SUBDOMAIN LABEL "([.]" LABEL ")*"
#define QUALIFIED "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"

static const struct {
    bool (*check)(const char *text);
    const char *expression;
    size_t most; /* characters in all; 0: see below */
} grammars[] = {
    {spk_is_dns1123_label, "^" LABEL "$", 63},
    {spk_is_dns1035_label, "^[a-z]([-a-z0-9]*[a-z0-9])?$", 63},
    {spk_is_dns1123_subdomain, "^" SUBDOMAIN "$", 253},
    {spk_is_qualified_name, "^(" SUBDOMAIN "/)?" QUALIFIED "$", 0},
    {spk_is_label_value, "^(" QUALIFIED ")?$", 63},
    {spk_is_configmap_key, "^[-._a-zA-Z0-9]+$", 253},
    {spk_is_env_name, "^[-._a-zA-Z][-._a-zA-Z0-9]*$", 200},
};

static bool matches(const char *expression, const char *text)
{
    regex_t compiled;

    SPK_PROMISE(regcomp(&compiled, expression, REG_EXTENDED | REG_NOSUB) == 0);
    bool good = regexec(&compiled, text, 0, NULL, 0) == 0;
    regfree(&compiled);
    return good;
}

/* A qualified name's parts have lengths of their own. */
static bool fits_lengths(const char *text, size_t most)
{
    const char *slash = strchr(text, '/');

    if (most)
        return strlen(text) <= most;
    return strlen(slash ? slash + 1 : text) <= 63 && (!slash || slash - text <= 253);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(1));

    /* The first byte chooses the grammar. */
    if (size < 1 || size > 300 || memchr(data, '\0', size) || memchr(data, '\n', size))
        return 0;
    size_t i = data[0] % SPK_LEN(grammars);
    const char *text = spk_strndup(&arena, (const char *)data + 1, size - 1);
    bool good = matches(grammars[i].expression, text) && fits_lengths(text, grammars[i].most);
    bool is_file = grammars[i].check == spk_is_configmap_key ||
                   grammars[i].check == spk_is_env_name;

    if (is_file && (strcmp(text, ".") == 0 || spk_starts_with(text, "..")))
        good = false;
    if (grammars[i].check != spk_is_env_name || strlen(text) <= grammars[i].most)
        SPK_PROMISE(grammars[i].check(text) == good);
    return 0;
}
