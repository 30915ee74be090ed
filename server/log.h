/* SPDX-License-Identifier: Apache-2.0 */
/**
 * log.h: one line per event on stderr, as text or as JSON. A line is put together on the
 * stack and written at once, so threads never mix their lines. Values are cut at 256 bytes,
 * lines at 4 KiB; control and non-ASCII bytes are escaped. Never payloads, tokens or values of
 * properties.
 */
#pragma once

#include "base/compiler.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum spk_log_level { SPK_LOG_DEBUG, SPK_LOG_INFO, SPK_LOG_WARN, SPK_LOG_ERROR };
enum spk_log_format { SPK_LOG_AUTO, SPK_LOG_TEXT, SPK_LOG_JSON };

struct spk_log {
    int fd;
    enum spk_log_level level;
    bool json;
    int64_t (*wall_ms)(void);
};

/** A log on fd; AUTO is text on a terminal. */
struct spk_log spk_log_make(int fd, enum spk_log_level level, enum spk_log_format format);

struct spk_log_line {
    const struct spk_log *log; /* NULL: below the level, nothing is written */
    size_t length;
    char text[4096];
};

/** Start a line; message is a constant text. */
void spk_log_begin(const struct spk_log *log, struct spk_log_line *line,
                   enum spk_log_level level, const char *message);
void spk_log_text(struct spk_log_line *line, const char *key,
                  const char *value); /* NULL, "": none */
void spk_log_int(struct spk_log_line *line, const char *key, int64_t value);
void spk_log_bool(struct spk_log_line *line, const char *key, bool value);
void spk_log_end(struct spk_log_line *line);

/** A line with no or one field. */
void spk_log_event(const struct spk_log *log, enum spk_log_level level, const char *message,
                   const char *key, const char *value);

/** At most five equal events a minute; starts as {0}. */
struct spk_log_limit {
    _Atomic int64_t minute;
    atomic_uint count;
};
bool spk_log_allowed(struct spk_log_limit *limit, int64_t wall_ms);
