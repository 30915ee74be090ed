/* SPDX-License-Identifier: Apache-2.0 */
/** url.h: as much of Go's URLs as the path of a web UI needs. */
#pragma once

#include "base/err.h"

struct spk_go_url {
    const char *scheme; /* lower case; "" if none */
    const char *path;   /* decoded; "" if none or if the URL is opaque */
};

/**
 * Parse text.
 *
 * @owner  *out lives in arena
 * @errors INVALID_FIELD  with the text of Go's error: parse "<text>": <why>
 * @source Go's net/url: Parse
 */
bool spk_go_url_parse(struct spk_arena *arena, const char *text, struct spk_go_url *out,
                      struct spk_err *err) SPK_CHECK;
