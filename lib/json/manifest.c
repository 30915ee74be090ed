/* SPDX-License-Identifier: Apache-2.0 */
#include "json/manifest.h"

#include "json/read.h"
#include "json/yaml.h"

#include <string.h>

/* The first byte from at on that is no blank; NUL at the end. */
static char first_byte(const char **at, const char *end)
{
    while (*at < end && **at && strchr(" \t\r\n", **at))
        ++*at;
    if (*at == end)
        return '\0';
    return **at;
}

static bool is_utf16(const char *bytes, size_t length)
{
    return length >= 2 &&
           (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0);
}

/* JSON that is none may be YAML in flow style; the fault told is that of what it looks like.
 */
static bool read_braces(struct spk_arena *arena, const char *bytes, size_t length,
                        struct spk_warnings *warnings, cJSON **out, struct spk_err *err)
{
    const char *inside = (const char *)memchr(bytes, '{', length) + 1;
    struct spk_warnings found = {0};
    struct spk_err other = {0};
    bool looks_like_json = first_byte(&inside, bytes + length) == '"';

    if (spk_json_read_manifest(arena, bytes, length, &found, out, err)) {
        for (size_t i = 0; warnings && i < found.n; i++)
            spk_warn(warnings, arena, found.items[i].code, found.items[i].field, "%s",
                     found.items[i].message);
        return true;
    }
    if (err->reason != SPK_INVALID_MANIFEST)
        return false;
    if (spk_yaml_read(arena, bytes, length, warnings, out, &other)) {
        *err = (struct spk_err){0};
        return true;
    }
    if (!looks_like_json)
        *err = other;
    return false;
}

bool spk_manifest_read(struct spk_arena *arena, const char *bytes, size_t length,
                       struct spk_warnings *warnings, cJSON **out, struct spk_err *err)
{
    const char *at = bytes;

    if (is_utf16(bytes, length))
        return spk_fail(err, SPK_INVALID_MANIFEST, "the document is UTF-16; save it as UTF-8");
    if (first_byte(&at, bytes + length) == '{')
        return read_braces(arena, bytes, length, warnings, out, err);
    return spk_yaml_read(arena, bytes, length, warnings, out, err);
}
