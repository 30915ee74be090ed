/* SPDX-License-Identifier: Apache-2.0 */
/** kill.h: deleting what exists, and nothing that took its name meanwhile. */
#pragma once

#include "base/text.h"

/** How an object is deleted; zero: as the API server would by itself. */
struct spk_delete {
    const char *uid;              /* only the object of that uid; NULL: whichever is there */
    const char *resource_version; /* only while it is as it was seen; NULL: in any state */
    const int64_t *grace_s;       /* for its containers to end; NULL: its own */
    bool in_background;           /* true: at once, and what it owns after it */
    bool dry_run; /* true to delete nothing: beside a body an API server ignores ?dryRun= */
};

/**
 * The body of the DELETE.
 *
 * @source
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/delete-options/
 */
const char *spk_delete_options(struct spk_arena *arena, const struct spk_delete *how);

/**
 * True if an answer to a DELETE leaves nothing to delete: it was done, the object is gone, or
 * it is not the one of the preconditions any more.
 */
bool spk_delete_is_done(int http);
