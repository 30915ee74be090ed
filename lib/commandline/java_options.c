/* SPDX-License-Identifier: Apache-2.0 */
#include "commandline/java_options.h"

#include "commandline/options.h"
#include "spark/conf/profile.h"

#include <string.h>

/* The words of a text as a shell splits them. false: a quote is not closed. */
static bool split_words(struct spk_arena *arena, const char *text, struct spk_strings *out)
{
    struct spk_buf word = {.arena = arena};
    struct spk_strings words = {0};
    bool in_word = false, escaped = false;
    char quote = '\0';

    for (const char *c = text; *c; c++) {
        bool blank = strchr(" \t\n\v\f\r", *c) != NULL;

        if (escaped) {
            spk_buf_char(&word, *c);
            escaped = false;
        } else if (*c == '\\' && quote != '\'') {
            in_word = escaped = true;
        } else if (quote ? *c == quote : *c == '\'' || *c == '"') {
            quote = (char)(quote ? '\0' : *c);
            in_word = true;
        } else if (!blank || quote) {
            spk_buf_char(&word, *c);
            in_word = true;
        } else if (in_word) {
            spk_strings_add(arena, &words, spk_strdup(arena, spk_buf_string(&word)));
            word = (struct spk_buf){.arena = arena};
            in_word = false;
        }
    }
    if (in_word)
        spk_strings_add(arena, &words, spk_buf_string(&word));
    *out = words;
    return !quote && !escaped;
}

static bool check_option(struct spk_arena *arena, const struct spk_conf_entry *entry,
                         const struct spk_version *version, struct spk_err *err)
{
    struct spk_strings words = {0};
    bool found = version->profile->xmx_anywhere && strstr(entry->value, "Xmx");

    if (!version->profile->xmx_anywhere && !split_words(arena, entry->value, &words))
        return spk_launcher_fail(arena, err, entry->origin, "Invalid option string: %s",
                                 entry->value);
    for (size_t i = 0; i < words.n; i++)
        found = found || spk_starts_with(words.items[i], "-Xmx");
    if (!found)
        return true;
    return spk_launcher_fail(arena, err, entry->origin,
                             "Not allowed to specify max heap(Xmx) memory settings through "
                             "java options (was %s). Use the corresponding --driver-memory or "
                             "spark.driver.memory configuration instead.",
                             entry->value);
}

bool spk_java_options_check(struct spk_arena *arena, const struct spk_conf *properties,
                            const struct spk_version *version, struct spk_err *err)
{
    static const char *const keys[] = {"spark.driver.defaultJavaOptions",
                                       "spark.driver.extraJavaOptions"};

    for (size_t i = 0; i < SPK_LEN(keys); i++) {
        const struct spk_conf_entry *entry = spk_conf_find(properties, keys[i]);

        if (entry && !check_option(arena, entry, version, err))
            return false;
    }
    return true;
}
