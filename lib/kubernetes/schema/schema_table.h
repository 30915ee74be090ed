/* SPDX-License-Identifier: Apache-2.0 */
/** schema_table.h: the form of the generated table of core/v1 types. For schema*.c only. */
#pragma once

#include "kubernetes/schema/schema.h"

#include <stddef.h>

enum spk_field_kind { STRING, TIME, BOOL, INT32, INT64, QUANTITY, INT_OR_STRING, OBJECT, ANY };
enum spk_field_shape { ONE, LIST, MAP }; /* of kind; a map's keys are strings */

/* Flags: how Go holds a field, which decides what it writes. */
#define POINTER 1U /* an explicit zero is not an absent value */
#define KEPT    2U /* no omitempty: always written */
#define ELEMENT 4U /* of a list or map: no field of its own */

struct spk_field {
    const char *name;
    unsigned char kind, shape, flags;
    unsigned char type; /* of an OBJECT: see spk_type_of */
};

struct spk_type {
    const char *name;
    const struct spk_field *fields; /* sorted by name */
    size_t n;
};

extern const struct spk_type spk_types[]; /* sorted by name */
extern const size_t spk_types_n;

/* Types beyond spk_types: of Volcano, and the place of one that is in there. */
enum { SPK_OBJECT_META = 239, SPK_VOLCANO_TYPES = 240 };

/** The type of an OBJECT: of spk_types by its index, or one of those beyond. */
const struct spk_type *spk_type_of(const struct spk_field *field);

/** spk_schema_fabric8 of one value as the field's. */
bool spk_fabric8_read(struct spk_arena *arena, const struct spk_field *field,
                      const struct spk_fabric8 *how, const cJSON *in, cJSON **out,
                      struct spk_err *err) SPK_CHECK;

/* Shared by both readers; spk_field_element gives the field of one element or map value. */
const struct spk_field *spk_type_field(const struct spk_type *type, const char *name);
struct spk_field spk_field_element(const struct spk_field *field);

/** The Kubernetes 1.<n> that brought the field; 0: every client has it. */
int spk_field_since(const struct spk_type *type, const struct spk_field *field);

/** "expected string, found number; quote it"; returns false. */
bool spk_schema_refuse(struct spk_err *err, enum spk_reason reason,
                       const struct spk_field *field, const cJSON *found);

/** How the elements of a list or map are read; err says where one is at fault. */
struct spk_element_reader {
    struct spk_arena *arena;
    bool (*read)(const void *reader, const struct spk_field *element, const cJSON *in,
                 cJSON **out);
    const void *reader;
    enum spk_reason refusal; /* of what is no list or map */
    struct spk_err *err;
};

/** Read a value as the field's list or map. @owner  *out is a new tree in the arena */
bool spk_field_elements(const struct spk_field *field, const struct spk_element_reader *how,
                        const cJSON *in, cJSON **out) SPK_CHECK;

/** As spk_json_set, for keys that are known to be new: sets of many keys stay linear. */
void spk_field_put(cJSON *object, const char *key, cJSON *value);
