/* SPDX-License-Identifier: Apache-2.0 */
#include "driver/kill.h"

#include "json/json.h"
#include "json/write.h"

const char *spk_delete_options(struct spk_arena *arena, const struct spk_delete *how)
{
    cJSON *options = spk_json_new_object(arena);

    spk_json_text(options, "apiVersion", "v1");
    spk_json_text(options, "kind", "DeleteOptions");
    if (how->uid || how->resource_version) {
        cJSON *preconditions = spk_json_child(options, "preconditions");

        spk_json_text(preconditions, "uid", how->uid);
        spk_json_text(preconditions, "resourceVersion", how->resource_version);
    }
    if (how->in_background)
        spk_json_text(options, "propagationPolicy", "Background");
    if (how->dry_run)
        spk_json_push_text(spk_json_list(options, "dryRun"), "All");
    if (how->grace_s)
        spk_json_int(options, "gracePeriodSeconds", *how->grace_s);
    return spk_json_write(arena, options);
}

bool spk_delete_is_done(int http)
{
    return http / 100 == 2 || http == 404 || http == 409;
}
