/* SPDX-License-Identifier: Apache-2.0 */
#include "json/yaml.h"

#include "base/limits.h"
#include "json/read.h"
#include "json/yaml_nodes.h"

#include <string.h>

#undef spk_yaml_refuse_at /* what an analyzer sees instead */
#undef spk_yaml_refuse

static void release(void *argument)
{
    struct spk_yaml_events *yaml = argument;

    yaml_event_delete(&yaml->event);
    yaml_parser_delete(&yaml->parser);
}

/* Whether a line has the opening braces of Go templates (Helm) and Jinja. */
static bool has_braces(const struct spk_yaml_reader *r, size_t line)
{
    const char *at = r->bytes, *end = r->bytes + r->length;

    for (; at && line > 1; line--) {
        at = memchr(at, '\n', (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
    for (; at && at + 1 < end && *at != '\n'; at++)
        if (at[0] == '{' && at[1] == '{')
            return true;
    return false;
}

bool spk_yaml_refuse_at(struct spk_yaml_reader *r, size_t line, size_t column, const char *why)
{
    enum spk_reason reason = r->is_template ? SPK_INVALID_POD_TEMPLATE : SPK_INVALID_MANIFEST;
    const char *advice =
        has_braces(r, line) ? "; '{{' looks like a template that was not rendered" : "";

    (void)spk_fail(r->err, reason, "line %zu, column %zu: %s%s", line, column, why, advice);
    spk_err_note(r->err, r->arena, "line", spk_printf(r->arena, "%zu", line));
    spk_err_note(r->err, r->arena, "column", spk_printf(r->arena, "%zu", column));
    return false;
}

bool spk_yaml_refuse(struct spk_yaml_reader *r, const char *why)
{
    const yaml_mark_t *mark = &r->yaml->event.start_mark;

    return spk_yaml_refuse_at(r, mark->line + 1, mark->column + 1, why);
}

/* A byte that is no YAML character has an offset only. */
static bool refuse_character(struct spk_yaml_reader *r)
{
    const yaml_parser_t *parser = &r->yaml->parser;
    size_t line = 1, column = 1;

    for (size_t i = 0; i < parser->problem_offset; i++) {
        column = r->bytes[i] == '\n' ? 1 : column + 1;
        line += r->bytes[i] == '\n';
    }
    return spk_yaml_refuse_at(r, line, column, parser->problem);
}

bool spk_yaml_next(struct spk_yaml_reader *r)
{
    yaml_parser_t *parser = &r->yaml->parser;

    yaml_event_delete(&r->yaml->event);
    if (yaml_parser_parse(parser, &r->yaml->event))
        return true;
    if (parser->error == YAML_READER_ERROR)
        return refuse_character(r);
    return spk_yaml_refuse_at(r, parser->problem_mark.line + 1,
                              parser->problem_mark.column + 1,
                              parser->problem ? parser->problem : "this is not YAML");
}

/* Whether the current event is a document without content; null is one for Spark's client. */
static bool is_nothing(const struct spk_yaml_reader *r)
{
    const yaml_event_t *event = &r->yaml->event;

    if (event->type != YAML_SCALAR_EVENT || !event->data.scalar.plain_implicit ||
        event->data.scalar.tag || event->data.scalar.anchor)
        return false;
    return event->data.scalar.length == 0 ||
           (r->is_template && strcmp((const char *)event->data.scalar.value, "null") == 0);
}

/* After a document's start. */
static bool read_document(struct spk_yaml_reader *r, cJSON **tree)
{
    const yaml_event_t *event = &r->yaml->event;
    bool has_directive = event->data.document_start.version_directive ||
                         event->data.document_start.tag_directives.start !=
                             event->data.document_start.tag_directives.end;

    if (has_directive && !r->is_template)
        return spk_yaml_refuse(r, "directives are not supported");
    if (!spk_yaml_next(r))
        return false;
    if (is_nothing(r)) /* counted, too: a document costs three bytes */
        return ++r->nodes > SPK_MAX_NODES ? spk_yaml_refuse(r, "more than 20000 values")
                                          : spk_yaml_next(r);
    if (*tree)
        return spk_yaml_refuse(r, "a second document; only one is taken");
    r->anchors = NULL;
    return spk_yaml_node(r, 1, tree) && spk_yaml_next(r);
}

static bool read_stream(struct spk_yaml_reader *r, cJSON **out)
{
    cJSON *tree = NULL;

    do {
        if (!spk_yaml_next(r))
            return false;
    } while (r->yaml->event.type == YAML_STREAM_START_EVENT);
    while (r->yaml->event.type == YAML_DOCUMENT_START_EVENT)
        if (!read_document(r, &tree) || !spk_yaml_next(r))
            return false;
    if (!tree)
        return spk_yaml_refuse_at(r, 1, 1, "the document is empty");
    *out = tree;
    return true;
}

static bool read_yaml(struct spk_yaml_reader *r, const char *bytes, size_t length, cJSON **out)
{
    if (!spk_is_utf8(bytes, length))
        return spk_fail(r->err,
                        r->is_template ? SPK_INVALID_POD_TEMPLATE : SPK_INVALID_MANIFEST,
                        "the document is not valid UTF-8");
    r->bytes = bytes;
    r->length = length;
    r->yaml = spk_alloc(r->arena, sizeof(*r->yaml));
    if (!yaml_parser_initialize(&r->yaml->parser))
        return spk_yaml_refuse_at(r, 1, 1, "no memory for the YAML parser");
    spk_defer(r->arena, release, r->yaml);
    yaml_parser_set_input_string(&r->yaml->parser, (const unsigned char *)bytes, length);
    bool good = read_stream(r, out);
    /* Given back early; what is deferred finds it empty. */
    release(r->yaml);
    memset(r->yaml, 0, sizeof(*r->yaml));
    return good;
}

bool spk_yaml_read(struct spk_arena *arena, const char *bytes, size_t length,
                   struct spk_warnings *warnings, cJSON **out, struct spk_err *err)
{
    struct spk_yaml_reader r = {.arena = arena, .warnings = warnings, .err = err};

    return read_yaml(&r, bytes, length, out);
}

/* Fractions of JSON outside of typed fields are doubles of Java, too; the schema does that. */
bool spk_yaml_read_template(struct spk_arena *arena, const char *bytes, size_t length,
                            cJSON **out, bool *is_json, struct spk_err *err)
{
    struct spk_yaml_reader r = {.arena = arena, .err = err, .is_template = true};
    size_t first = 0;

    while (first < length && bytes[first] && strchr(" \t\r\n\f\v", bytes[first]))
        first++;
    bool json = first < length && bytes[first] == '{';
    if (!json && !read_yaml(&r, bytes, length, out))
        return false;
    if (json && !spk_json_read_template(arena, bytes, length, out, err)) {
        err->reason = SPK_INVALID_POD_TEMPLATE;
        return false;
    }
    *is_json = json;
    return true;
}
