/* SPDX-License-Identifier: Apache-2.0 */
/**
 * watches.h: the watches of the API server in memory. The thread that changes something tells
 * every watch, outside locks; one watch is told by one thread at a time, which also tells what
 * comes meanwhile.
 */
#pragma once

#include "apiserver/memory/store.h"

struct spk_memory_watch;

struct spk_watches {
    struct spk_api *api; /* whose jobs these are */
    struct spk_store *store;
    pthread_mutex_t lock;
    struct spk_memory_watch *first;
    bool closing; /* true if no watch is taken any more */
};

/** Take over a job of SPK_API_WATCH and tell what there is to tell. */
void spk_watches_start(struct spk_watches *watches, struct spk_api_job *job);

/** Something has changed, or a job is marked as cancelled. */
void spk_watches_tell(struct spk_watches *watches);

/** Tell each watch, when nothing else is left, the newest version. */
void spk_watches_bookmark(struct spk_watches *watches);

/** End each watch as a server does whose time for it is over, or which closes for good. */
void spk_watches_end(struct spk_watches *watches, bool for_good);
