/* SPDX-License-Identifier: Apache-2.0 */
/**
 * watch_events.h: the stream of a watch, taken apart: one JSON object a line, in pieces that
 * end anywhere. Only the beginning of one line is kept from piece to piece, within a limit.
 *
 * @source https://kubernetes.io/docs/reference/using-api/api-concepts/
 *         (efficient detection of changes, watch bookmarks)
 */
#pragma once

#include "apiserver/api.h"

struct spk_watch_reader {
    struct spk_arena memory; /* of the line that is being read */
    struct spk_buf line;
    void (*on_event)(void *context, const struct spk_watch_event *event);
    bool (*is_over)(void *context); /* whoever listens wants no more */
    void *context;
    struct spk_arena *kept; /* status is put there */
    const char *status;     /* JSON of an ERROR event's Status; NULL: none came */
    int code;               /* that of the Status: 410, ... */
    const char *trouble;    /* why reading ended; NULL: it goes on, or ended with status */
};

/**
 * Read the next piece; on_event is called for each event that ends in it.
 *
 * @errors false: reading has ended, by an ERROR event, by is_over, or as trouble says
 */
bool spk_watch_read(struct spk_watch_reader *reader, const char *data,
                    size_t length) SPK_CHECK;

/** True if the stream may end here: not inside a line. */
bool spk_watch_is_between(const struct spk_watch_reader *reader);

/** Give back what is kept. */
void spk_watch_done(struct spk_watch_reader *reader);
