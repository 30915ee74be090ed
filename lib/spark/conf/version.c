/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/conf/version.h"

#include "base/text.h"
#include "spark/conf/profile.h"

#include <stdlib.h>
#include <string.h>

#define COLUMN_3_5(type, name, a, b, c, d, e) .name = (a),
#define COLUMN_4_0(type, name, a, b, c, d, e) .name = (b),
#define COLUMN_4_1(type, name, a, b, c, d, e) .name = (c),
#define COLUMN_4_2(type, name, a, b, c, d, e) .name = (d),
#define COLUMN_4_3(type, name, a, b, c, d, e) .name = (e),

static const struct spk_profile profiles[SPK_SPARK_LINES] = {
    {.line = SPK_SPARK_3_5, SPK_PROFILE(COLUMN_3_5)},
    {.line = SPK_SPARK_4_0, SPK_PROFILE(COLUMN_4_0)},
    {.line = SPK_SPARK_4_1, SPK_PROFILE(COLUMN_4_1)},
    {.line = SPK_SPARK_4_2, SPK_PROFILE(COLUMN_4_2)},
    {.line = SPK_SPARK_4_3, SPK_PROFILE(COLUMN_4_3)},
};

/* A label's value holds no more. */
#define MAX_TEXT 63

/* A version as far as it can be read. */
struct parsed {
    const char *text; /* without what stands before the number */
    long major, minor;
    bool has_patch;
};

const struct spk_profile *spk_profile_of(enum spk_line line)
{
    return &profiles[line];
}

enum spk_line spk_version_line(const struct spk_version *version)
{
    return version->profile->line;
}

bool spk_version_at_least(const struct spk_version *version, enum spk_line line)
{
    return version->profile->line >= line;
}

const char *spk_line_reference(enum spk_line line)
{
    return profiles[line].reference;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* One to four digits at *at. */
static bool read_number(const char **at, long *out)
{
    const char *start = *at;

    while (is_digit(**at))
        ++*at;
    if (*at == start || *at - start > 4)
        return false;
    *out = strtol(start, NULL, 10);
    return true;
}

/* True for what may follow the patch, "-preview2", "-amzn-1": the text stays a label's value.
 */
static bool is_suffix(const char *text)
{
    if (!*text)
        return true;
    if (*text != '-' && *text != '.')
        return false;
    for (const char *c = text; *c; c++)
        if (!is_word(*c) && !strchr("._-", *c))
            return false;
    return is_word(text[strlen(text) - 1]);
}

static bool parse(const char *text, struct parsed *out)
{
    struct parsed parsed = {.text = text + (*text == 'v' || *text == 'V')};
    const char *at = parsed.text;
    long patch;

    if (strlen(text) > MAX_TEXT || !read_number(&at, &parsed.major) || *at++ != '.' ||
        !read_number(&at, &parsed.minor))
        return false;
    if (*at == '.' && strchr("xX*", at[1]) && at[1] && !at[2]) {
        /* any patch */
    } else if (*at == '.') {
        at++;
        parsed.has_patch = true;
        if (!read_number(&at, &patch) || !is_suffix(at))
            return false;
    } else if (*at) {
        return false;
    }
    *out = parsed;
    return true;
}

/* The newest line not above the version, else the oldest; *exact: it is the version's own. */
static enum spk_line nearest(const struct parsed *version, bool *exact)
{
    enum spk_line line = SPK_SPARK_3_5;

    *exact = false;
    for (size_t i = 0; i < SPK_SPARK_LINES; i++) {
        struct parsed own;

        if (!parse(profiles[i].reference, &own) || own.major > version->major ||
            (own.major == version->major && own.minor > version->minor))
            break;
        line = (enum spk_line)i;
        *exact = own.major == version->major && own.minor == version->minor;
    }
    return line;
}

/* false: text is no version of a supported line; *out is the nearest there is. */
static bool resolve_text(struct spk_arena *arena, const char *text, struct spk_version *out)
{
    struct parsed parsed;
    bool exact;

    if (!parse(text, &parsed)) {
        *out = (struct spk_version){0};
        return false;
    }
    enum spk_line line = nearest(&parsed, &exact);

    out->profile = &profiles[line];
    out->text = exact && parsed.has_patch ? spk_strdup(arena, parsed.text)
                                          : profiles[line].reference;
    return exact;
}

struct spk_version spk_version_newest(void)
{
    const struct spk_profile *profile = &profiles[SPK_SPARK_LINES - 1];

    return (struct spk_version){profile, profile->reference};
}

bool spk_version_of_image(struct spk_arena *arena, const char *image, struct spk_version *out)
{
    const char *slash = strrchr(image, '/'), *digest = strchr(image, '@');
    const char *end = digest ? digest : image + strlen(image);
    const char *tag = spk_strndup(arena, image, (size_t)(end - image));
    struct spk_version version;

    tag = strrchr(slash && slash < end ? tag + (slash - image) : tag, ':');
    if (!tag || !resolve_text(arena, tag + 1, &version))
        return false;
    version.text = spk_strndup(arena, version.text, strspn(version.text, ".0123456789"));
    *out = version;
    return true;
}

bool spk_version_resolve(struct spk_arena *arena, const char *requested, const char *fallback,
                         bool strict, struct spk_version *out, struct spk_warnings *warnings,
                         struct spk_err *err)
{
    struct spk_version version = {0}, otherwise = {0};
    bool exact = requested && resolve_text(arena, requested, &version);

    if (requested && !exact && strict)
        return spk_fail(err, SPK_UNSUPPORTED_SPARK_VERSION,
                        "Spark '%.64s' is not supported, nearest is %s", requested,
                        version.profile ? version.text
                                        : profiles[SPK_SPARK_LINES - 1].reference);
    if (!version.profile) {
        if (fallback)
            (void)resolve_text(arena, fallback, &otherwise);
        if (!otherwise.profile)
            otherwise = spk_version_newest();
        version = otherwise;
    }
    if (requested && !exact)
        spk_warn(warnings, arena, "SPARK_VERSION_APPROXIMATED", "spark_version",
                 "Spark '%.64s' is not supported, it is treated as %s", requested,
                 version.text);
    *out = version;
    return true;
}
