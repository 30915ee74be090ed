/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "java/java_number.h"
#include "kubernetes/quantity.h"
#include "kubernetes/schema/schema.h"
#include "kubernetes/schema/schema_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct spk_arena *arena;
    const struct spk_fabric8 *how;
    struct spk_err *err;
};

static bool read_object(const struct reader *r, const struct spk_type *type, const cJSON *in,
                        cJSON **out);

static bool refuse(const struct reader *r, const struct spk_field *field, const cJSON *found)
{
    return spk_schema_refuse(r->err, SPK_INVALID_POD_TEMPLATE, field, found);
}

static bool has_fraction(const char *number)
{
    return strpbrk(number, ".eE") != NULL;
}

/* A decimal integer as Java's parseInt takes it: one sign, no blanks. */
static bool parse_integer(const char *text, int64_t *out)
{
    if (*text == '+')
        text++;
    if (*text == '-' && text[1] == '+')
        return false;
    return spk_parse_int64(text, out);
}

/* The digits of 0[oO]?[0-7]+ at text, NULL if that is not what stands there. */
static const char *octal_digits(const char *text)
{
    if (*text++ != '0')
        return NULL;
    text += *text == 'o' || *text == 'O';
    return *text >= '0' && *text <= '7' ? text : NULL;
}

/* 0[oO]?[0-7]+: the client reads the fields mode and defaultMode so; in 4.0 wherever it stands
 * in the text, which makes 100 a zero. */
static bool parse_octal(const struct spk_fabric8 *how, const struct spk_field *field,
                        const char *text, int64_t *out)
{
    const char *digits = octal_digits(text);

    if (strcmp(field->name, "mode") != 0 && strcmp(field->name, "defaultMode") != 0)
        return false;
    while (how->octal_inside && !digits && *text)
        digits = octal_digits(++text);
    if (!digits)
        return false;
    size_t length = strspn(digits, "01234567");
    if ((!how->octal_inside && digits[length]) || length > 20)
        return false;
    *out = (int64_t)strtoll(digits, NULL, 8); /* ends at the first other character */
    return true;
}

static bool in_range(const struct spk_field *field, int64_t value)
{
    return field->kind == INT64 || (value >= INT32_MIN && value <= INT32_MAX);
}

/* Jackson cuts the fraction off a number that is in range. */
static bool truncate_number(const struct spk_field *field, const char *text, int64_t *out)
{
    double value = strtod(text, NULL), limit = field->kind == INT64 ? 0x1p63 : 0x1p31;

    if (!has_fraction(text))
        return spk_parse_int64(text, out);
    if (!(value >= -limit && value < limit))
        return false;
    *out = (int64_t)value;
    return true;
}

static bool is_blank_or_null(const char *trimmed)
{
    return *trimmed == '\0' || strcmp(trimmed, "null") == 0;
}

/* *out stays NULL for a text that stands for nothing. */
static bool read_integer(const struct reader *r, const struct spk_field *field,
                         const cJSON *in, cJSON **out)
{
    bool strict = field->kind == INT32 && r->how->strict_int32, good;
    const char *number = spk_json_number_text(in);
    const char *text = number ? number : spk_json_string(in);
    int64_t value;

    if (!text)
        return refuse(r, field, in);
    if (!number && !strict) {
        text = spk_trim(r->arena, text);
        if (is_blank_or_null(text))
            return true;
    }
    if (r->how->octal_int32 && field->kind == INT32 &&
        parse_octal(r->how, field, text, &value))
        good = true;
    else if (number && !strict)
        good = truncate_number(field, number, &value);
    else
        good = parse_integer(text, &value);
    if (!good || !in_range(field, value))
        return refuse(r, field, in);
    *out = spk_json_new_int(r->arena, value);
    return true;
}

static bool read_bool(const struct reader *r, const struct spk_field *field, const cJSON *in,
                      cJSON **out)
{
    static const char *const words[] = {"true", "True", "TRUE", "false", "False", "FALSE"};
    const char *number = spk_json_number_text(in), *text = spk_json_string(in);

    if (spk_json_is_bool(in))
        *out = spk_json_copy(r->arena, in);
    if (number && !has_fraction(number))
        *out = spk_json_new_bool(r->arena, strtod(number, NULL) != 0);
    if (*out)
        return true;
    if (!text)
        return refuse(r, field, in);
    text = spk_trim(r->arena, text);
    for (size_t i = 0; i < SPK_LEN(words); i++)
        if (strcmp(text, words[i]) == 0)
            *out = spk_json_new_bool(r->arena, i < 3);
    return *out || is_blank_or_null(text) || refuse(r, field, in);
}

/* A scalar as text; NULL for anything else. */
static const char *scalar_text(const cJSON *in)
{
    if (spk_json_is_bool(in))
        return spk_json_is_true(in) ? "true" : "false";
    return spk_json_is_number(in) ? spk_json_number_text(in) : spk_json_string(in);
}

static bool read_string(const struct reader *r, const struct spk_field *field, const cJSON *in,
                        cJSON **out)
{
    const char *text = scalar_text(in);

    if (!text)
        return refuse(r, field, in);
    *out = spk_json_new_text(r->arena, text);
    return true;
}

/* A value without a type: JSON's numbers become Java's, all others stay. */
static cJSON *read_any(const struct reader *r, const cJSON *in)
{
    cJSON *copy = spk_json_copy(r->arena, in), *next;

    if (spk_json_is_number(in) && has_fraction(spk_json_number_text(in))) {
        double value = strtod(spk_json_number_text(in), NULL);
        const char *text = spk_java_double(r->arena, value);

        return isfinite(value) ? spk_json_new_number(r->arena, text)
                               : spk_json_new_text(r->arena, text);
    }
    if (spk_json_is_number(in) && strcmp(spk_json_number_text(in), "-0") == 0)
        return spk_json_new_int(r->arena, 0);
    if (!r->how->from_json || !copy->child)
        return copy;
    cJSON *fresh = spk_json_is_array(in) ? spk_json_new_array(r->arena)
                                         : spk_json_new_object(r->arena);
    for (cJSON *item = copy->child; item; item = next) {
        next = item->next;
        if (item->string)
            spk_field_put(fresh, item->string, read_any(r, item));
        else
            (void)spk_json_push(fresh, read_any(r, item));
    }
    return fresh;
}

static bool check_quantity(const struct reader *r, const struct spk_field *field, bool is_pair,
                           const char *text)
{
    bool is_field = !(field->flags & ELEMENT);

    if (!is_pair && spk_quantity_has_odd_unit(text))
        return spk_fail(r->err, SPK_INVALID_POD_TEMPLATE,
                        "Invalid quantity string format passed: '%.32s'", text);
    if (spk_quantity_has_no_amount(text, is_field))
        return spk_fail(r->err, SPK_INVALID_POD_TEMPLATE,
                        "Invalid quantity string format passed: '%.32s' has no number", text);
    return true;
}

/* The client takes a null for the text "null" here. */
static const char *pair_text(const cJSON *pair, const char *key)
{
    const cJSON *value = spk_json_get(pair, key);

    return value && spk_json_is_null(value) ? "null" : scalar_text(value);
}

/*
 * A quantity is read without a type first, so its numbers are Java's. It may also be the
 * client's own object of amount and format.
 */
static bool read_quantity(const struct reader *r, const struct spk_field *field,
                          const cJSON *in, cJSON **out)
{
    const char *amount = pair_text(in, "amount"), *format = pair_text(in, "format");
    const char *text = scalar_text(read_any(r, in));

    bool is_pair = amount && *amount;

    if (is_pair)
        text = spk_printf(r->arena, "%s%s", amount, format ? format : "");
    if (!text)
        return refuse(r, field, in);
    if (!check_quantity(r, field, is_pair, text))
        return false;
    *out = spk_json_new_text(r->arena, text);
    return true;
}

static bool read_int_or_string(const struct reader *r, const struct spk_field *field,
                               const cJSON *in, cJSON **out)
{
    int64_t value;

    if (spk_json_string(in))
        *out = spk_json_copy(r->arena, in);
    else if (spk_json_get_int(in, &value) && in_range(field, value))
        *out = spk_json_new_int(r->arena, value);
    return *out || refuse(r, field, in);
}

/* The client makes a class with one text in it from the text alone too. */
static bool read_single(const struct reader *r, const struct spk_field *field, const cJSON *in,
                        cJSON **out)
{
    const struct spk_type *type = spk_type_of(field);

    if (!spk_json_string(in) || type->n != 1 || type->fields[0].kind != STRING ||
        type->fields[0].shape != ONE)
        return refuse(r, field, in);
    *out = spk_json_new_object(r->arena);
    spk_json_text(*out, type->fields[0].name, spk_json_string(in));
    return true;
}

/* One value that is not null; *out is NULL before, and after if the value is nothing. */
static bool read_one(const struct reader *r, const struct spk_field *field, const cJSON *in,
                     cJSON **out)
{
    typedef bool read_fn(const struct reader *r, const struct spk_field *field,
                         const cJSON *in, cJSON **out);
    static read_fn *const readers[] = {
        [STRING] = read_string,
        [TIME] = read_string,
        [BOOL] = read_bool,
        [INT32] = read_integer,
        [INT64] = read_integer,
        [QUANTITY] = read_quantity,
        [INT_OR_STRING] = read_int_or_string,
    };

    if (field->kind == ANY) {
        *out = read_any(r, in);
        return true;
    }
    if (field->kind != OBJECT)
        return readers[field->kind](r, field, in, out);
    if (!spk_json_is_object(in))
        return read_single(r, field, in, out);
    return read_object(r, spk_type_of(field), in, out);
}

/* A null stays one among texts and map values; of a list of objects it is an empty one. */
static bool read_element(const void *reader, const struct spk_field *element, const cJSON *in,
                         cJSON **out)
{
    const struct reader *r = reader;

    *out = NULL;
    if (spk_json_is_null(in) && element->kind == OBJECT)
        return read_object(r, spk_type_of(element), in, out);
    if (!spk_json_is_null(in) && !read_one(r, element, in, out))
        return false;
    if (!*out)
        *out = spk_json_new_null(r->arena);
    return true;
}

/* A list or map. */
static bool read_elements(const struct reader *r, const struct spk_field *field,
                          const cJSON *in, cJSON **out)
{
    const struct spk_element_reader elements = {.arena = r->arena,
                                                .read = read_element,
                                                .reader = r,
                                                .refusal = SPK_INVALID_POD_TEMPLATE,
                                                .err = r->err};

    return spk_field_elements(field, &elements, in, out);
}

/* *out becomes NULL if the client leaves the field out: nulls, empty lists and maps. */
static bool read_field(const struct reader *r, const struct spk_field *field, const cJSON *in,
                       cJSON **out)
{
    *out = NULL;
    if (spk_json_is_null(in) && field->shape == LIST && strcmp(field->name, "containers") == 0)
        return refuse(r, field, in);
    if (spk_json_is_null(in))
        return true;
    if (field->shape == ONE)
        return read_one(r, field, in, out);
    if (!read_elements(r, field, in, out))
        return false;
    if (!(*out)->child)
        *out = NULL;
    return true;
}

static bool is_known(const struct reader *r, const struct spk_type *type,
                     const struct spk_field *field)
{
    return field && spk_field_since(type, field) <= r->how->model;
}

/* Defaults of the client's class OwnerReference, for an owner that lacks them. */
static void add_owner_kind(const cJSON *in, cJSON *owner)
{
    if (!spk_json_get(in, "apiVersion"))
        spk_json_text(owner, "apiVersion", "v1");
    if (!spk_json_get(in, "kind"))
        spk_json_text(owner, "kind", "OwnerReference");
}

static bool read_object(const struct reader *r, const struct spk_type *type, const cJSON *in,
                        cJSON **out)
{
    cJSON *object = spk_json_new_object(r->arena), *value;

    SPK_JSON_EACH (item, in) {
        const struct spk_field *field = spk_type_field(type, item->string);

        if (!is_known(r, type, field))
            value = read_any(r, item);
        else if (!read_field(r, field, item, &value))
            return spk_fail_in(r->err, "%s", item->string);
        if (value)
            spk_field_put(object, item->string, value);
    }
    if (r->how->owner_kinds && strcmp(type->name, "OwnerReference") == 0)
        add_owner_kind(in, object);
    *out = object;
    return true;
}

bool spk_fabric8_read(struct spk_arena *arena, const struct spk_field *field,
                      const struct spk_fabric8 *how, const cJSON *in, cJSON **out,
                      struct spk_err *err)
{
    const struct reader r = {.arena = arena, .how = how, .err = err};
    cJSON *value = NULL;

    if (!read_one(&r, field, in, &value))
        return false;
    *out = value;
    return true;
}

bool spk_schema_fabric8(struct spk_arena *arena, const struct spk_type *type,
                        const struct spk_fabric8 *how, const cJSON *in, cJSON **out,
                        struct spk_err *err)
{
    const struct spk_field root = {.kind = OBJECT, .type = (unsigned char)(type - spk_types)};

    return spk_fabric8_read(arena, &root, how, in, out, err);
}
