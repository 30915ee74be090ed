/* SPDX-License-Identifier: Apache-2.0 */
#include "base/warning.h"

#include "base/limits.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* Between code, field and message in what is known: none of them holds it. */
#define BORDER '\x1F'

struct spk_warning_count {
    const char *code;
    size_t n;      /* different ones */
    char more[64]; /* message of the last one */
    struct spk_warning_count *next;
};

static struct spk_warning_count *count_of(struct spk_warnings *warnings,
                                          struct spk_arena *arena, const char *code)
{
    struct spk_warning_count **at = &warnings->counts;

    for (; *at; at = &(*at)->next)
        if (!strcmp((*at)->code, code))
            return *at;
    *at = spk_alloc(arena, sizeof(**at));
    (*at)->code = code;
    return *at;
}

static void append(struct spk_warnings *warnings, struct spk_arena *arena,
                   const struct spk_warning *warning)
{
    if ((warnings->n & (warnings->n - 1)) == 0) /* full, as the capacity doubles */
        warnings->items = spk_grow_array(arena, warnings->items, warnings->n,
                                         warnings->n ? 2 * warnings->n : 1,
                                         sizeof(*warnings->items));
    warnings->items[warnings->n++] = *warning;
}

/* One more of a code that is full: the last one of the code says how many. */
static void count_one_more(struct spk_warnings *warnings, struct spk_arena *arena,
                           struct spk_warning_count *count)
{
    if (count->n == SPK_MAX_WARNINGS_OF_CODE + 1)
        append(
            warnings, arena,
            &(struct spk_warning){.code = count->code, .message = count->more, .field = ""});
    (void)snprintf(count->more, sizeof(count->more), "and %zu more",
                   count->n - SPK_MAX_WARNINGS_OF_CODE);
}

/* Whether it is the first of its kind; counted then. */
static bool is_new(struct spk_warnings *warnings, struct spk_arena *arena, const char *text)
{
    warnings->known.arena = arena;
    return spk_set_add(&warnings->known, text);
}

static void add(struct spk_warnings *warnings, struct spk_arena *arena,
                const struct spk_warning *warning)
{
    const char *text = spk_printf(arena, "%s%c%s%c%s", warning->code, BORDER, warning->field,
                                  BORDER, warning->message);

    if (!is_new(warnings, arena, text))
        return;
    struct spk_warning_count *count = count_of(warnings, arena, warning->code);
    if (++count->n > SPK_MAX_WARNINGS_OF_CODE)
        count_one_more(warnings, arena, count);
    else
        append(warnings, arena, warning);
}

void spk_warn(struct spk_warnings *warnings, struct spk_arena *arena, const char *code,
              const char *field, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    char *message = spk_vprintf(arena, fmt, args);
    char *at = spk_plain_path(arena, field);

    va_end(args);
    (void)spk_repair_utf8(message);
    add(warnings, arena, &(struct spk_warning){.code = code, .message = message, .field = at});
}

/* Texts that are only counted at node and below; the depth is a logarithm. */
static void add_known(struct spk_warnings *warnings, struct spk_arena *arena,
                      const struct spk_set_node *node)
{
    if (!node)
        return;
    add_known(warnings, arena, node->left);
    if (is_new(warnings, arena, node->text)) {
        size_t length = (size_t)(strchr(node->text, BORDER) - node->text);
        struct spk_warning_count *count =
            count_of(warnings, arena, spk_strndup(arena, node->text, length));

        count->n++;
        count_one_more(warnings, arena, count);
    }
    add_known(warnings, arena, node->right);
}

void spk_warnings_add(struct spk_warnings *warnings, struct spk_arena *arena,
                      const struct spk_warnings *from)
{
    for (size_t i = 0; i < from->n; i++) {
        const struct spk_warning *warning = &from->items[i];
        bool is_count = false;

        for (const struct spk_warning_count *at = from->counts; at && !is_count; at = at->next)
            is_count = warning->message == at->more;
        if (!is_count)
            add(warnings, arena, warning);
    }
    add_known(warnings, arena, from->known.root);
}
