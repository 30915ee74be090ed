/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timestamp.h"
#include "kubernetes/quantity.h"
#include "kubernetes/schema/schema.h"
#include "kubernetes/schema/schema_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct spk_arena *arena;
    struct spk_err *err;
};

static bool read_object(const struct reader *r, const struct spk_type *type, const cJSON *in,
                        cJSON **out);

static bool refuse(const struct reader *r, const struct spk_field *field, const cJSON *found)
{
    return spk_schema_refuse(r->err, SPK_INVALID_FIELD, field, found);
}

/* A fraction of zero is an integer: the API server stores it so. */
static bool get_whole(const cJSON *in, int64_t *out)
{
    if (spk_json_get_int(in, out))
        return true;
    if (!spk_json_is_number(in))
        return false;
    double value = strtod(spk_json_number_text(in), NULL);
    if (!(fabs(value) < 0x1p53) || value != (double)(int64_t)value)
        return false;
    *out = (int64_t)value;
    return true;
}

static bool read_integer(const struct reader *r, const struct spk_field *field,
                         const cJSON *in, cJSON **out)
{
    int64_t value;

    if (!get_whole(in, &value))
        return refuse(r, field, in);
    if (field->kind != INT64 && (value < INT32_MIN || value > INT32_MAX))
        return refuse(r, field, in);
    *out = spk_json_new_int(r->arena, value);
    return true;
}

static bool read_quantity(const struct reader *r, const struct spk_field *field,
                          const cJSON *in, cJSON **out)
{
    const char *text = spk_json_is_number(in) ? spk_json_number_text(in) : spk_json_string(in);

    if (!text)
        return refuse(r, field, in);
    if (!spk_quantity_canonical(r->arena, spk_trim(r->arena, text), &text, r->err))
        return false;
    *out = spk_json_new_text(r->arena, text);
    return true;
}

/* @source k8s.io/apimachinery/pkg/apis/meta/v1/time.go */
static bool read_time(const struct reader *r, const struct spk_field *field, const cJSON *in,
                      cJSON **out)
{
    const char *text = spk_json_string(in);
    char utc[SPK_TIMESTAMP_SIZE];

    if (!text || !spk_timestamp_utc(text, utc))
        return refuse(r, field, in);
    *out = spk_json_new_text(r->arena, utc);
    return true;
}

/* One value that is not null. */
static bool read_one(const struct reader *r, const struct spk_field *field, const cJSON *in,
                     cJSON **out)
{
    switch ((enum spk_field_kind)field->kind) {
    case OBJECT:
        if (!spk_json_is_object(in))
            return refuse(r, field, in);
        return read_object(r, &spk_types[field->type], in, out);
    case QUANTITY:
        return read_quantity(r, field, in, out);
    case INT32:
    case INT64:
        return read_integer(r, field, in, out);
    case INT_OR_STRING:
        if (!spk_json_string(in))
            return read_integer(r, field, in, out);
        break;
    case STRING:
        if (!spk_json_string(in))
            return refuse(r, field, in);
        break;
    case TIME:
        return read_time(r, field, in, out);
    case BOOL:
        if (!spk_json_is_bool(in))
            return refuse(r, field, in);
        break;
    case ANY:
        break;
    }
    *out = spk_json_copy(r->arena, in);
    return true;
}

/* The value that Go has in a field that the input does not name. */
static bool zero_value(const struct reader *r, const struct spk_field *field, cJSON **out)
{
    if (field->shape != ONE || (field->flags & POINTER) || field->kind == ANY ||
        field->kind == TIME) {
        *out = spk_json_new_null(r->arena);
        return true;
    }
    if (field->kind == OBJECT)
        return read_object(r, &spk_types[field->type], NULL, out);
    if (field->kind == STRING)
        *out = spk_json_new_text(r->arena, "");
    else if (field->kind == QUANTITY)
        *out = spk_json_new_text(r->arena, "0");
    else if (field->kind == BOOL)
        *out = spk_json_new_bool(r->arena, false);
    else
        *out = spk_json_new_int(r->arena, 0);
    return true;
}

static bool is_zero(const cJSON *node)
{
    int64_t number;

    if (spk_json_string(node))
        return *spk_json_string(node) == '\0';
    if (spk_json_is_number(node))
        return spk_json_get_int(node, &number) && number == 0;
    return spk_json_is_bool(node) && !spk_json_is_true(node);
}

static bool read_element(const void *reader, const struct spk_field *element, const cJSON *in,
                         cJSON **out)
{
    const struct reader *r = reader;

    return spk_json_is_null(in) ? zero_value(r, element, out) : read_one(r, element, in, out);
}

/* A list or map. */
static bool read_elements(const struct reader *r, const struct spk_field *field,
                          const cJSON *in, cJSON **out)
{
    const struct spk_element_reader elements = {.arena = r->arena,
                                                .read = read_element,
                                                .reader = r,
                                                .refusal = SPK_INVALID_FIELD,
                                                .err = r->err};

    return spk_field_elements(field, &elements, in, out);
}

/* *out becomes NULL if Go leaves the field out. */
static bool read_field(const struct reader *r, const struct spk_field *field, const cJSON *in,
                       cJSON **out)
{
    *out = NULL;
    if (!in || spk_json_is_null(in))
        return !(field->flags & KEPT) || zero_value(r, field, out);
    if (!(field->shape == ONE ? read_one(r, field, in, out)
                              : read_elements(r, field, in, out)))
        return false;
    bool is_absent = field->shape == ONE ? is_zero(*out) : !*out || !(*out)->child;
    if (is_absent && !(field->flags & (KEPT | POINTER)))
        *out = NULL;
    return true;
}

/* in is an object, or NULL for an empty one. Types that contain themselves do not exist. */
static bool read_object(const struct reader *r, const struct spk_type *type, const cJSON *in,
                        cJSON **out)
{
    cJSON *object = spk_json_new_object(r->arena), *value;

    for (size_t i = 0; i < type->n; i++) {
        const struct spk_field *field = &type->fields[i];

        if (!read_field(r, field, spk_json_get(in, field->name), &value))
            return spk_fail_in(r->err, "%s", field->name);
        if (value)
            spk_field_put(object, field->name, value);
    }
    *out = object;
    return true;
}

bool spk_schema_go(struct spk_arena *arena, const struct spk_type *type, const cJSON *in,
                   cJSON **out, struct spk_err *err)
{
    const struct reader r = {.arena = arena, .err = err};
    const struct spk_field root = {.kind = OBJECT, .type = (unsigned char)(type - spk_types)};

    return read_one(&r, &root, in, out);
}
