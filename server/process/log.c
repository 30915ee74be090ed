/* SPDX-License-Identifier: Apache-2.0 */
#include "process/log.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "process/log_writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_VALUE    256
#define KEEP_FOR_END 4 /* "}\n" and the NUL */

struct spk_log spk_log_make(int fd, enum spk_log_level level, enum spk_log_format format)
{
    bool json = format == SPK_LOG_JSON || (format == SPK_LOG_AUTO && !isatty(fd));

    return (struct spk_log){.fd = fd, .level = level, .json = json, .wall_ms = spk_wall_ms};
}

static void put(struct spk_log_line *line, const char *text)
{
    size_t room = sizeof(line->text) - KEEP_FOR_END - line->length, length = strlen(text);

    if (length > room)
        return;
    memcpy(line->text + line->length, text, length);
    line->length += length;
}

/* Length bytes at value: one character, or a byte that is none. */
static void put_character(struct spk_log_line *line, const char *value, size_t length,
                          uint32_t code)
{
    bool json = line->log->json;
    char text[8] = {0};

    if (code == '"' || code == '\\')
        (void)snprintf(text, sizeof(text), "\\%c", (int)code);
    else if (length == 0)
        (void)snprintf(text, sizeof(text), json ? "\xEF\xBF\xBD" : "\\x%02x",
                       (unsigned char)*value);
    else if (spk_is_control(code))
        (void)snprintf(text, sizeof(text), json || code > 0x7F ? "\\u%04x" : "\\x%02x",
                       (unsigned)code);
    else
        memcpy(text, value, length);
    put(line, text);
}

static void put_escaped(struct spk_log_line *line, const char *value)
{
    size_t left = strlen(value), n = 0;

    while (left) {
        uint32_t code;
        size_t length = spk_utf8_read(value, left, &code), step = length ? length : 1;

        n += step;
        if (n > MAX_VALUE)
            return;
        put_character(line, value, length, code);
        value += step;
        left -= step;
    }
}

static bool is_plain(const char *value)
{
    for (; *value; value++)
        if (*value <= ' ' || *value > '~' || strchr("\"=\\", *value))
            return false;
    return true;
}

static void put_key(struct spk_log_line *line, const char *key)
{
    put(line, line->log->json ? ",\"" : "  ");
    put(line, key);
    put(line, line->log->json ? "\":" : "=");
}

void spk_log_begin(const struct spk_log *log, struct spk_log_line *line,
                   enum spk_log_level level, const char *message)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    static const char *const padded[] = {"DEBUG", "INFO ", "WARN ", "ERROR"};
    char text[96], stamp[SPK_TIMESTAMP_SIZE] = "1970-01-01T00:00:00Z";

    line->length = 0;
    line->log = log && level >= log->level ? log : NULL;
    if (!line->log)
        return;
    int64_t now = log->wall_ms();
    /* A clock whose year has five digits leaves the text as it is. */
    bool ignored = spk_timestamp_write(now / 1000, stamp);
    (void)ignored;
    if (log->json)
        (void)snprintf(text, sizeof(text),
                       "{\"ts\":\"%.19s.%03dZ\",\"level\":\"%s\",\"msg\":\"", stamp,
                       (int)(now % 1000), names[level]);
    else
        (void)snprintf(text, sizeof(text), "%.8s.%03d %s ", stamp + strlen("1970-01-01T"),
                       (int)(now % 1000), padded[level]);
    put(line, text);
    put_escaped(line, message);
    put(line, log->json ? "\"" : "");
}

void spk_log_text(struct spk_log_line *line, const char *key, const char *value)
{
    if (!line->log || !value || !*value)
        return;
    bool quote = line->log->json || !is_plain(value);

    /* A value that does not fit is left out as a whole, so that the line stays valid. */
    size_t before = line->length;
    put_key(line, key);
    put(line, quote ? "\"" : "");
    put_escaped(line, value);
    if (line->length + 8 > sizeof(line->text) - KEEP_FOR_END)
        line->length = before;
    else
        put(line, quote ? "\"" : "");
}

void spk_log_int(struct spk_log_line *line, const char *key, int64_t value)
{
    char text[32];

    if (!line->log || line->length + 128 > sizeof(line->text))
        return;
    (void)snprintf(text, sizeof(text), "%" PRId64, value);
    put_key(line, key);
    put(line, text);
}

void spk_log_bool(struct spk_log_line *line, const char *key, bool value)
{
    if (!line->log || line->length + 128 > sizeof(line->text))
        return;
    put_key(line, key);
    put(line, value ? "true" : "false");
}

void spk_log_close(struct spk_log_line *line)
{
    if (!line->log)
        return;
    if (line->log->json)
        line->text[line->length++] = '}';
    line->text[line->length++] = '\n';
}

void spk_log_end(struct spk_log_line *line)
{
    spk_log_close(line);
    if (!line->log)
        return;
    if (line->log->writer) {
        spk_log_writer_put(line->log->writer, line->text, line->length);
        return;
    }
    /* There is no one to tell when standard error is gone. */
    ssize_t ignored = write(line->log->fd, line->text, line->length);
    (void)ignored;
}

void spk_log_event(const struct spk_log *log, enum spk_log_level level, const char *message,
                   const char *key, const char *value)
{
    struct spk_log_line line;

    spk_log_begin(log, &line, level, message);
    if (key)
        spk_log_text(&line, key, value);
    spk_log_end(&line);
}

bool spk_log_allowed(const struct spk_log *log, struct spk_log_limit *limit)
{
    int64_t minute = log->wall_ms() / 60000;

    if (atomic_exchange(&limit->minute, minute) != minute)
        atomic_store(&limit->count, 0);
    if (atomic_fetch_add(&limit->count, 1) < limit->most)
        return true;
    if (atomic_fetch_add(&limit->left_out, 1) == 0 && log->writer)
        spk_log_writer_note(log->writer, limit);
    return false;
}
