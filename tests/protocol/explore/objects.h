/* SPDX-License-Identifier: Apache-2.0 */
/**
 * objects.h: between the plain data of a cluster and the JSON that a machine sends and sees.
 * A uid is "u7u", a resourceVersion "v7v", so that a text about a state can be put into a
 * canonical form whatever is in it.
 */
#pragma once

#include "../rendering.h"
#include "cluster.h"

/** The renderings of a scenario; they outlive all states. */
struct renderings {
    struct rendering items[MAX_RENDERINGS];
    unsigned n;
};

/** The number in "u7u" or "v7v"; 0: there is none. */
uint16_t objects_number(const char *text);

/** How many bytes such a text has that text begins with; 0: it does not. */
size_t objects_number_length(const char *text);

/** The slot of a part of a rendering. */
unsigned objects_slot(const struct renderings *renderings, unsigned rendering, size_t part);

/** What a slot holds, as an API server shows it, or its metadata only. */
cJSON *objects_show(struct spk_arena *arena, const struct renderings *renderings,
                    const struct thing *thing, unsigned slot, bool metadata_only);

/** The body of a create, an update or a merge patch. */
struct thing objects_read(struct spk_arena *arena, const struct renderings *renderings,
                          const char *body, uint16_t *version, uint16_t *uid);

/** The tests and operations of a JSON patch. */
void objects_read_patch(struct spk_arena *arena, const char *body, struct request *request);

/** Whether two bodies are equal but for uids and resourceVersions; a hash. */
uint64_t objects_digest(const char *body);

/** Two numbers of a body of a DELETE. */
void objects_read_delete(struct spk_arena *arena, const char *body, struct request *request);
