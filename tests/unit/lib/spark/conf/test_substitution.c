/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/conf/profile.h"
#include "spark/conf/read_entry.h"
#include "spark/conf/substitution.h"

#include "../property/dice.h"
#include "test.h"

#include <ctype.h>

/* Properties that refer to each other, and one variable. */
struct setting {
    struct spk_conf conf;
    struct spk_environment environment;
    struct spk_conf_entry variable;
    struct spk_version version;
    struct spk_reader reader;
};

static void set_up(struct setting *setting, struct spk_arena *arena)
{
    *setting = (struct setting){.conf.arena = arena};
    spk_conf_set(&setting->conf, "spark.a", "A", "a");
    spk_conf_set(&setting->conf, "spark.b", "${spark.a}}${", "b");
    setting->variable = (struct spk_conf_entry){"E", "${spark.b}e", "environment"};
    setting->environment.variables = &setting->variable;
    setting->environment.n = 1;
    setting->version =
        (struct spk_version){spk_profile_of(SPK_SPARK_4_1), spk_line_reference(SPK_SPARK_4_1)};
    setting->reader = (struct spk_reader){.arena = arena,
                                          .conf = &setting->conf,
                                          .version = &setting->version,
                                          .environment = &setting->environment};
}

/* ---- Spark's pattern \$\{(?:(\w+?):)?(\S+?)\}, tried at each place without memory ---- */

struct match {
    const char *prefix, *name; /* prefix NULL: none */
    size_t length;
};

/* The length of the shortest run of non-blanks, at least one, that a '}' follows; 0: none. */
static size_t shortest_name(const char *text)
{
    for (size_t i = 0; text[i] && !isspace((unsigned char)text[i]); i++)
        if (text[i + 1] == '}')
            return i + 1;
    return 0;
}

static bool match_at(struct spk_arena *arena, const char *text, struct match *out)
{
    size_t word = 0, name;

    if (!spk_starts_with(text, "${"))
        return false;
    while (isalnum((unsigned char)text[2 + word]) || text[2 + word] == '_')
        word++;
    if (word && text[2 + word] == ':' && (name = shortest_name(text + 3 + word)) > 0) {
        *out = (struct match){spk_strndup(arena, text + 2, word),
                              spk_strndup(arena, text + 3 + word, name), 3 + word + name + 1};
        return true;
    }
    name = shortest_name(text + 2);
    *out = (struct match){NULL, spk_strndup(arena, text + 2, name), 2 + name + 1};
    return name > 0;
}

static const char *value_of(const struct setting *setting, const struct match *match)
{
    if (!match->prefix)
        return spk_conf_get(&setting->conf, match->name);
    return !strcmp(match->prefix, "env") && !strcmp(match->name, "E") ? setting->variable.value
                                                                      : NULL;
}

static const char *expand(const struct setting *setting, const char *text)
{
    struct spk_arena *arena = setting->conf.arena;
    struct spk_buf buf = {.arena = arena};
    struct match match;

    for (; *text; text += match.length) {
        const char *value = NULL;

        if (match_at(arena, text, &match))
            value = value_of(setting, &match);
        else
            match.length = 1;
        if (value)
            spk_buf_text(&buf, expand(setting, value));
        else
            spk_buf_put(&buf, text, match.length);
    }
    return spk_buf_string(&buf);
}

static const char *random_text(struct spk_arena *arena, struct dice *dice)
{
    static const char *const pieces[] = {
        "$",        "{",          "}",          "${",       "${",      ":", " ",
        "a",        "env:",       "spark.a",    "${",       "a_1:",    "}", "\n",
        "\xC3\xA9", "${spark.a}", "${spark.b}", "${env:E}", "${env:F}"};
    struct spk_buf buf = {.arena = arena};

    for (size_t i = dice_below(dice, 24); i > 0; i--)
        spk_buf_text(&buf, pieces[dice_below(dice, SPK_LEN(pieces))]);
    return spk_buf_string(&buf);
}

static void test_any_text_becomes_what_the_pattern_says(void)
{
    for (uint64_t seed = 1; seed <= 20000; seed++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct dice dice = dice_seeded(seed);
        struct setting setting;
        struct spk_err err = {0};
        const char *out = NULL;

        set_up(&setting, &arena);
        const char *text = random_text(&arena, &dice);
        CU_ASSERT_TRUE(spk_substitute(&setting.reader, "spark.k", text, &out, &err));
        SPK_ASSERT_TEXT(out, expand(&setting, text));
    }
}

/* As spk_substitution_variables: only E is set. */
static bool leads_to_variable(const struct setting *setting, const char *text)
{
    struct match match;

    for (; *text; text++)
        if (match_at(setting->conf.arena, text, &match)) {
            if (match.prefix && value_of(setting, &match))
                return true;
            text += match.length - 1;
        }
    return false;
}

static void test_the_variables_are_those_that_the_pattern_finds(void)
{
    for (uint64_t seed = 1; seed <= 20000; seed++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct dice dice = dice_seeded(seed);
        struct setting setting;

        set_up(&setting, &arena);
        const char *text = random_text(&arena, &dice);
        spk_conf_set(&setting.conf, "spark.k", text, "k");
        struct spk_conf used =
            spk_substitution_variables(&arena, &setting.conf, &setting.environment);
        CU_ASSERT_EQUAL(used.n > 0, leads_to_variable(&setting, text));
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(any_text_becomes_what_the_pattern_says),
    SPK_TEST(the_variables_are_those_that_the_pattern_finds),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("substitution", tests)
