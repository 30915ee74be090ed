/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/driver/resource_names.h"

#include <string.h>

#include "base/text.h"

#define MAX_SERVICE_NAME   63
#define MAX_LABEL_VALUE    63
#define DOTTED_CAPITAL_I   "\xc4\xb0"     /* U+0130: its lower case is i and a combining dot */
#define KELVIN_SIGN        "\xe2\x84\xaa" /* U+212A: its lower case is k */
#define IS_CONTINUATION(c) (((unsigned char)(c)&0xc0) == 0x80)

static bool is_kept(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Runs of anything else become one '-'. */
static void put_kept(struct spk_buf *buf, char c)
{
    if (is_kept(c))
        spk_buf_char(buf, c);
    else if (buf->length == 0 || buf->data[buf->length - 1] != '-')
        spk_buf_char(buf, '-');
}

static char *sanitize(struct spk_arena *arena, const char *text)
{
    struct spk_buf buf = {.arena = arena};

    for (const char *c = spk_trim(arena, text); *c; c++) {
        if (spk_starts_with(c, KELVIN_SIGN))
            put_kept(&buf, 'k');
        else if (spk_starts_with(c, DOTTED_CAPITAL_I))
            spk_buf_text(&buf, "i-");
        else if (*c >= 'A' && *c <= 'Z')
            put_kept(&buf, (char)(*c - 'A' + 'a'));
        else
            put_kept(&buf, *c);
        while (IS_CONTINUATION(c[1]))
            c++;
    }
    return spk_strdup(arena, spk_buf_string(&buf));
}

const char *spk_resource_prefix(struct spk_arena *arena, const char *app_name,
                                const char *unique_id)
{
    char *name = sanitize(arena, spk_printf(arena, "%s-%s", app_name, unique_id));

    if (*name == '-')
        name++;
    if (*name >= '0' && *name <= '9')
        *name = 'x';
    return name;
}

const char *spk_app_name_label(struct spk_arena *arena, const char *app_name)
{
    char *label = sanitize(arena, app_name);

    if (strlen(label) > MAX_LABEL_VALUE)
        label[MAX_LABEL_VALUE] = '\0';
    if (*label == '-')
        label++;
    size_t length = strlen(label);
    if (length > 0 && label[length - 1] == '-')
        label[length - 1] = '\0';
    return label;
}

const char *spk_service_name(struct spk_arena *arena, const char *prefix,
                             const char *service_id)
{
    const char *preferred = spk_printf(arena, "%s-driver-svc", prefix);

    if (strlen(preferred) <= MAX_SERVICE_NAME)
        return preferred;
    return spk_printf(arena, "spark-%s-driver-svc", service_id);
}
