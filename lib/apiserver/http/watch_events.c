/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/http/watch_events.h"

#include "base/limits.h"
#include "json/read.h"
#include "json/write.h"

#include <ctype.h>
#include <string.h>

/* A piece of a line on its way into memory. */
struct piece {
    struct spk_watch_reader *reader;
    const char *data;
    size_t length;
};

static void keep_piece(void *argument)
{
    struct piece *piece = argument;

    spk_buf_put(&piece->reader->line, piece->data, piece->length);
}

static void forget_line(struct spk_watch_reader *reader)
{
    spk_arena_free(&reader->memory);
    reader->line = (struct spk_buf){0};
}

static bool fail(struct spk_watch_reader *reader, const char *trouble)
{
    reader->trouble = trouble;
    forget_line(reader);
    return false;
}

static bool type_of(const char *name, enum spk_watch_type *out)
{
    static const char *const names[] = {
        [SPK_WATCH_ADDED] = "ADDED",
        [SPK_WATCH_MODIFIED] = "MODIFIED",
        [SPK_WATCH_DELETED] = "DELETED",
        [SPK_WATCH_BOOKMARK] = "BOOKMARK",
    };

    for (size_t i = 0; i < SPK_LEN(names); i++)
        if (spk_text_equal(names[i], name)) {
            *out = (enum spk_watch_type)i;
            return true;
        }
    return false;
}

static void keep_status(void *argument)
{
    struct piece *piece = argument;

    piece->reader->status = spk_strndup(piece->reader->kept, piece->data, piece->length);
}

static void end_with_status(struct spk_watch_reader *reader, const cJSON *status)
{
    const char *text = spk_json_write(&reader->memory, status);
    struct piece piece = {reader, text, strlen(text)};
    int64_t code;

    if (!spk_json_get_int(spk_json_get(status, "code"), &code) || code < 400 || code > 599)
        code = 500;
    if (!spk_arena_run(reader->kept, keep_status, &piece))
        reader->trouble = "the call's memory is used up";
    reader->code = (int)code;
}

/* Tell of the event that the line holds. */
static void tell(void *argument)
{
    struct spk_watch_reader *reader = argument;
    struct spk_watch_event event = {.arena = &reader->memory};
    struct spk_err ignored; /* its text may quote the line */
    cJSON *frame = NULL;

    if (!spk_json_read_stored(&reader->memory, reader->line.data, reader->line.length, &frame,
                              &ignored)) {
        reader->trouble = "the API server sent an event that is not JSON";
        return;
    }
    const char *type = spk_json_get_text(frame, "type");
    event.object = spk_json_get(frame, "object");
    if (!spk_json_is_object(event.object)) {
        reader->trouble = "the API server sent an event without an object";
        return;
    }
    if (spk_text_equal(type, "ERROR")) {
        end_with_status(reader, event.object);
        return;
    }
    if (!type_of(type, &event.type)) {
        reader->trouble = "the API server sent an event of an unknown type";
        return;
    }
    const char *version =
        spk_json_string(spk_json_at(event.object, "metadata.resourceVersion"));
    event.version = version ? version : "";
    reader->on_event(reader->context, &event);
}

/* Lines without anything are left out. */
static bool end_line(struct spk_watch_reader *reader)
{
    size_t length = reader->line.length;

    while (length && isspace((unsigned char)reader->line.data[length - 1]))
        length--;
    if (!length || reader->is_over(reader->context)) {
        bool over = length > 0;

        forget_line(reader);
        return !over;
    }
    reader->line.length = length;
    if (!spk_arena_run(&reader->memory, tell, reader))
        return fail(reader, "an event needs more memory than there is for one");
    if (reader->trouble || reader->code)
        return fail(reader, reader->trouble);
    forget_line(reader);
    return true;
}

bool spk_watch_read(struct spk_watch_reader *reader, const char *data, size_t length)
{
    while (length) {
        const char *end = memchr(data, '\n', length);
        size_t n = end ? (size_t)(end - data) : length;
        struct piece piece = {reader, data, n};

        if (n > SPK_MAX_WATCH_EVENT - reader->line.length)
            return fail(reader, "the API server sent an event that is too large");
        reader->memory.limit = SPK_EXCHANGE_BYTES;
        reader->line.arena = &reader->memory;
        if (!spk_arena_run(&reader->memory, keep_piece, &piece))
            return fail(reader, "an event needs more memory than there is for one");
        if (end && !end_line(reader))
            return false;
        n += end ? 1 : 0;
        data += n;
        length -= n;
    }
    return true;
}

bool spk_watch_is_between(const struct spk_watch_reader *reader)
{
    return reader->line.length == 0;
}

void spk_watch_done(struct spk_watch_reader *reader)
{
    forget_line(reader);
}
