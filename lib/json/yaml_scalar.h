/* SPDX-License-Identifier: Apache-2.0 */
/** yaml_scalar.h: what a plain YAML scalar means, in either dialect. Inside lib/json only. */
#pragma once

#include "json/json.h"

enum spk_scalar_kind {
    SPK_SCALAR_TEXT,
    SPK_SCALAR_NULL,
    SPK_SCALAR_BOOL,
    SPK_SCALAR_INTEGER,   /* text: decimal, within int64 */
    SPK_SCALAR_FLOAT,     /* number; text, unless NULL, is how it is written */
    SPK_SCALAR_UNSIGNED,  /* an integer beyond int64 but within uint64: number */
    SPK_SCALAR_TIMESTAMP, /* a text that must be quoted to stay one */
    SPK_SCALAR_MERGE,     /* << */
};

struct spk_scalar {
    enum spk_scalar_kind kind;
    bool truth;
    double number;
    const char *text;
};

/** @source go.yaml.in/yaml/v2 2.4.2 resolve.go */
struct spk_scalar spk_scalar_go(struct spk_arena *arena, const char *text);

/** @source org.snakeyaml.engine.v2.resolver.JsonScalarResolver */
struct spk_scalar spk_scalar_java(struct spk_arena *arena, const char *text);
