/* SPDX-License-Identifier: Apache-2.0 */
#include "kubernetes/schema/schema.h"

#include "kubernetes/schema/schema_table.h"

#include <stdlib.h>
#include <string.h>

static int compare_type(const void *name, const void *type)
{
    return strcmp(name, ((const struct spk_type *)type)->name);
}

static int compare_field(const void *name, const void *field)
{
    return strcmp(name, ((const struct spk_field *)field)->name);
}

const struct spk_type *spk_type_find(const char *name)
{
    return bsearch(name, spk_types, spk_types_n, sizeof(*spk_types), compare_type);
}

const struct spk_field *spk_type_field(const struct spk_type *type, const char *name)
{
    if (type->n == 0)
        return NULL;
    return bsearch(name, type->fields, type->n, sizeof(*type->fields), compare_field);
}

static const char *expected_name(const struct spk_field *field)
{
    static const char *const kinds[] = {[STRING] = "string",
                                        [TIME] = "time such as 2026-01-31T12:00:00Z",
                                        [BOOL] = "boolean",
                                        [INT32] = "32-bit integer",
                                        [INT64] = "integer",
                                        [QUANTITY] = "quantity",
                                        [INT_OR_STRING] = "integer or string",
                                        [OBJECT] = "object",
                                        [ANY] = "any value"};

    if (field->shape == ONE)
        return kinds[field->kind];
    return field->shape == LIST ? "list" : "object";
}

bool spk_schema_refuse(struct spk_err *err, enum spk_reason reason,
                       const struct spk_field *field, const cJSON *found)
{
    bool quotable = field->shape == ONE &&
                    (field->kind == STRING || field->kind == QUANTITY) &&
                    (spk_json_is_number(found) || spk_json_is_bool(found));
    const char *text = spk_json_string(found) ? spk_json_string(found)
                                              : spk_json_number_text(found);

    if (quotable || !text)
        return spk_fail(err, reason, "expected %s, found %s%s", expected_name(field),
                        spk_json_type_name(found), quotable ? "; quote it" : "");
    return spk_fail(err, reason, "expected %s, found %s '%.32s'", expected_name(field),
                    spk_json_type_name(found), text);
}

struct spk_field spk_field_element(const struct spk_field *field)
{
    struct spk_field element = *field;

    element.shape = ONE;
    element.flags = KEPT | ELEMENT;
    return element;
}

void spk_field_put(cJSON *object, const char *key, cJSON *value)
{
    (void)spk_json_push(object, value);
    value->string = spk_strdup(spk_json_arena(object), key);
}

static bool read_list(const struct spk_element_reader *how, const struct spk_field *element,
                      const cJSON *in, cJSON **out)
{
    cJSON *list = spk_json_new_array(how->arena), *value;
    size_t i = 0;

    SPK_JSON_EACH (item, in) {
        if (!how->read(how->reader, element, item, &value))
            return spk_fail_in(how->err, "[%zu]", i);
        (void)spk_json_push(list, value);
        i++;
    }
    *out = list;
    return true;
}

static bool read_map(const struct spk_element_reader *how, const struct spk_field *element,
                     const cJSON *in, cJSON **out)
{
    cJSON *map = spk_json_new_object(how->arena), *value;

    SPK_JSON_EACH (item, in) {
        if (!how->read(how->reader, element, item, &value))
            return spk_fail_in(how->err, "[%.64s]", item->string);
        spk_field_put(map, item->string, value);
    }
    *out = map;
    return true;
}

bool spk_field_elements(const struct spk_field *field, const struct spk_element_reader *how,
                        const cJSON *in, cJSON **out)
{
    const struct spk_field element = spk_field_element(field);
    bool is_list = field->shape == LIST;

    if (is_list ? !spk_json_is_array(in) : !spk_json_is_object(in))
        return spk_schema_refuse(how->err, how->refusal, field, in);
    return is_list ? read_list(how, &element, in, out) : read_map(how, &element, in, out);
}
