/* SPDX-License-Identifier: Apache-2.0 */
/**
 * struct_field.h: embedded Kubernetes objects, google.protobuf.Struct in the .proto, are JSON
 * trees here: every Struct pointer inside a message made by our decoders is really a struct
 * spk_struct.
 */
#pragma once

#include "spark/submit/v1/spark_application.pb-c.h"
#include "json/json.h"

struct spk_struct {
    Google__Protobuf__Struct base; /* first, so that the two pointers convert; always empty */
    cJSON *tree;                   /* an object; numbers keep their text */
};

/** A Struct field of a message as a tree; NULL for NULL. */
cJSON *spk_struct_tree(const Google__Protobuf__Struct *field);

/** A new Struct field holding tree; tree must live in arena. */
Google__Protobuf__Struct *spk_struct_new(struct spk_arena *arena, cJSON *tree);
