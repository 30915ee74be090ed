/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/reflection.h"

#include "base/text.h"
#include "grpc/codec/cursor.h"
#include "grpc/codec/wire.h"
#include "grpc/reflection/v1/reflection.pb-c.h"

#include <stdlib.h>
#include <string.h>

/* Field numbers of google/protobuf/descriptor.proto. Members that a symbol of one kind may
 * hold: the number of the field, the kind of what is in it. */
enum kind {
    FILE_KIND,
    MESSAGE_KIND,
    FIELD_KIND,
    ENUM_KIND,
    VALUE_KIND,
    SERVICE_KIND,
    METHOD_KIND
};

static const struct {
    enum kind outer;
    uint32_t number;
    enum kind inner;
} parts[] = {
    {FILE_KIND, 4, MESSAGE_KIND},  {FILE_KIND, 5, ENUM_KIND},
    {FILE_KIND, 6, SERVICE_KIND},  {FILE_KIND, 7, FIELD_KIND},
    {MESSAGE_KIND, 2, FIELD_KIND}, {MESSAGE_KIND, 3, MESSAGE_KIND},
    {MESSAGE_KIND, 4, ENUM_KIND},  {MESSAGE_KIND, 6, FIELD_KIND},
    {ENUM_KIND, 2, VALUE_KIND},    {SERVICE_KIND, 2, METHOD_KIND},
};

struct indexer {
    struct spk_arena *arena;
    struct spk_reflection *out;
    size_t capacity;
    struct spk_err *err;
};

static bool broken(struct spk_err *err)
{
    return spk_fail(err, SPK_INTERNAL_ERROR, "the embedded descriptors are no descriptor set");
}

/* The text field number of a message; NULL if it is not there. */
static const char *find_text(struct spk_arena *arena, const uint8_t *bytes, size_t length,
                             uint32_t number)
{
    struct spk_cursor cursor = {bytes, bytes + length};
    struct spk_wire_field field;

    while (cursor.at < cursor.end && !spk_cursor_next(&cursor, &field))
        if (field.number == number && field.type == SPK_WIRE_BYTES)
            return spk_strndup(arena, (const char *)field.bytes, field.length);
    return NULL;
}

static void add_symbol(struct indexer *x, const char *name, enum kind kind)
{
    struct spk_reflection *out = x->out;

    if (out->n_symbols == x->capacity) {
        x->capacity = x->capacity ? x->capacity * 2 : 512;
        out->symbols = spk_grow_array(x->arena, out->symbols, out->n_symbols, x->capacity,
                                      sizeof(*out->symbols));
    }
    out->symbols[out->n_symbols++] = (struct spk_symbol){.name = name,
                                                         .file = out->n_files - 1,
                                                         .is_service = kind == SERVICE_KIND,
                                                         .is_message = kind == MESSAGE_KIND};
}

static const char *join(struct indexer *x, const char *scope, const char *name)
{
    return *scope ? spk_printf(x->arena, "%s.%s", scope, name) : name;
}

/* One descriptor inside scope and all within it; our own files nest only a few deep. Values
 * of an enumeration belong to the scope around it. */
static bool walk(struct indexer *x, const struct spk_wire_field *self, const char *scope,
                 enum kind kind, unsigned depth)
{
    struct spk_cursor cursor = {self->bytes, self->bytes + self->length};
    const char *name = scope;
    struct spk_wire_field field;

    if (depth > 16)
        return broken(x->err);
    if (kind != FILE_KIND) {
        const char *own = find_text(x->arena, self->bytes, self->length, 1);

        if (!own)
            return broken(x->err);
        name = join(x, scope, own);
        add_symbol(x, name, kind);
    }
    while (cursor.at < cursor.end) {
        if (spk_cursor_next(&cursor, &field))
            return broken(x->err);
        for (size_t i = 0; i < SPK_LEN(parts); i++)
            if (parts[i].outer == kind && parts[i].number == field.number &&
                field.type == SPK_WIRE_BYTES &&
                !walk(x, &field, kind == ENUM_KIND ? scope : name, parts[i].inner, depth + 1))
                return false;
    }
    return true;
}

static bool add_file(struct indexer *x, const struct spk_wire_field *field)
{
    struct spk_reflection *out = x->out;
    const char *name = find_text(x->arena, field->bytes, field->length, 1);
    const char *package = find_text(x->arena, field->bytes, field->length, 2);

    if (!name)
        return broken(x->err);
    out->files = spk_grow_array(x->arena, out->files, out->n_files, out->n_files + 1,
                                sizeof(*out->files));
    out->files[out->n_files++] =
        (struct spk_descriptor_file){name, field->bytes, field->length};
    return walk(x, field, package ? package : "", FILE_KIND, 0);
}

static int by_name(const void *a, const void *b)
{
    const struct spk_symbol *x = a, *y = b;

    return strcmp(x->name, y->name);
}

bool spk_reflection_index(struct spk_arena *arena, const uint8_t *bytes, size_t length,
                          struct spk_reflection *out, struct spk_err *err)
{
    struct spk_reflection made = {0};
    struct indexer x = {.arena = arena, .out = &made, .err = err};
    struct spk_cursor cursor = {bytes, bytes + length};
    struct spk_wire_field field;

    while (cursor.at < cursor.end) {
        if (spk_cursor_next(&cursor, &field) || field.type != SPK_WIRE_BYTES)
            return broken(err);
        if (field.number == 1 && !add_file(&x, &field))
            return false;
    }
    if (made.n_files == 0)
        return broken(err);
    if (made.symbols)
        qsort(made.symbols, made.n_symbols, sizeof(*made.symbols), by_name);
    *out = made;
    return true;
}

/* ---- answers ---- */

typedef Grpc__Reflection__V1__ServerReflectionRequest request_message;
typedef Grpc__Reflection__V1__ServerReflectionResponse response_message;

#define REQUEST(name) GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_##name
#define RESPONSE(name)                                                                        \
    GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_##name

static const struct spk_symbol *find_symbol(const struct spk_reflection *index,
                                            const char *name)
{
    struct spk_symbol key = {.name = name[0] == '.' ? name + 1 : name};

    return bsearch(&key, index->symbols, index->n_symbols, sizeof(key), by_name);
}

static void answer_error(struct spk_arena *arena, response_message *response,
                         enum spk_code code, const char *text)
{
    Grpc__Reflection__V1__ErrorResponse *error = spk_alloc(arena, sizeof(*error));

    grpc__reflection__v1__error_response__init(error);
    error->error_code = (int32_t)code;
    error->error_message = spk_strdup(arena, text);
    response->message_response_case = RESPONSE(ERROR_RESPONSE);
    response->error_response = error;
}

static void answer_file(struct spk_arena *arena, response_message *response,
                        const struct spk_descriptor_file *file)
{
    Grpc__Reflection__V1__FileDescriptorResponse *files = spk_alloc(arena, sizeof(*files));

    if (!file) {
        answer_error(arena, response, SPK_NOT_FOUND, "no file here has that");
        return;
    }
    grpc__reflection__v1__file_descriptor_response__init(files);
    files->n_file_descriptor_proto = 1;
    files->file_descriptor_proto = spk_alloc(arena, sizeof(ProtobufCBinaryData));
    files->file_descriptor_proto[0].data = (uint8_t *)(uintptr_t)file->bytes;
    files->file_descriptor_proto[0].len = file->length;
    response->message_response_case = RESPONSE(FILE_DESCRIPTOR_RESPONSE);
    response->file_descriptor_response = files;
}

static const struct spk_descriptor_file *file_by_name(const struct spk_reflection *index,
                                                      const char *name)
{
    for (size_t i = 0; i < index->n_files; i++)
        if (strcmp(index->files[i].name, name) == 0)
            return &index->files[i];
    return NULL;
}

static const struct spk_descriptor_file *file_of_symbol(const struct spk_reflection *index,
                                                        const char *name)
{
    const struct spk_symbol *symbol = find_symbol(index, name);

    return symbol ? &index->files[symbol->file] : NULL;
}

static void answer_services(struct spk_arena *arena, const struct spk_reflection *index,
                            response_message *response)
{
    Grpc__Reflection__V1__ListServiceResponse *list = spk_alloc(arena, sizeof(*list));

    grpc__reflection__v1__list_service_response__init(list);
    list->service = spk_alloc_array(arena, index->n_symbols, sizeof(*list->service));
    for (size_t i = 0; i < index->n_symbols; i++) {
        if (!index->symbols[i].is_service)
            continue;
        Grpc__Reflection__V1__ServiceResponse *service = spk_alloc(arena, sizeof(*service));
        grpc__reflection__v1__service_response__init(service);
        service->name = spk_strdup(arena, index->symbols[i].name);
        list->service[list->n_service++] = service;
    }
    response->message_response_case = RESPONSE(LIST_SERVICES_RESPONSE);
    response->list_services_response = list;
}

/* None of our files has extensions, so a known type has none. */
static void answer_extensions(struct spk_arena *arena, const struct spk_reflection *index,
                              response_message *response, const char *type)
{
    const struct spk_symbol *symbol = find_symbol(index, type);
    Grpc__Reflection__V1__ExtensionNumberResponse *numbers =
        spk_alloc(arena, sizeof(*numbers));

    if (!symbol || !symbol->is_message) {
        answer_error(arena, response, SPK_NOT_FOUND, "there is no such message");
        return;
    }
    grpc__reflection__v1__extension_number_response__init(numbers);
    numbers->base_type_name = spk_strdup(arena, symbol->name);
    response->message_response_case = RESPONSE(ALL_EXTENSION_NUMBERS_RESPONSE);
    response->all_extension_numbers_response = numbers;
}

static void answer(struct spk_arena *arena, const struct spk_reflection *index,
                   const request_message *request, response_message *response)
{
    switch ((int)request->message_request_case) {
    case REQUEST(FILE_BY_FILENAME):
        answer_file(arena, response, file_by_name(index, request->file_by_filename));
        return;
    case REQUEST(FILE_CONTAINING_SYMBOL):
        answer_file(arena, response, file_of_symbol(index, request->file_containing_symbol));
        return;
    case REQUEST(FILE_CONTAINING_EXTENSION):
        answer_error(arena, response, SPK_NOT_FOUND, "there are no extensions here");
        return;
    case REQUEST(ALL_EXTENSION_NUMBERS_OF_TYPE):
        answer_extensions(arena, index, response, request->all_extension_numbers_of_type);
        return;
    case REQUEST(LIST_SERVICES):
        answer_services(arena, index, response);
        return;
    default:
        answer_error(arena, response, SPK_INVALID_ARGUMENT, "the request asks for nothing");
    }
}

bool spk_reflection_answer(struct spk_arena *arena, const struct spk_reflection *index,
                           const uint8_t *request, size_t length, const uint8_t **bytes,
                           size_t *bytes_length, struct spk_err *err)
{
    static const struct spk_wire_options options = {0};
    struct spk_warnings warnings = {0};
    response_message response;
    ProtobufCMessage *message;

    grpc__reflection__v1__server_reflection_response__init(&response);
    if (!spk_wire_decode(arena, &grpc__reflection__v1__server_reflection_request__descriptor,
                         (struct spk_bytes){(const char *)request, length}, &options, &message,
                         &warnings, err))
        return false;
    response.original_request = (request_message *)message;
    response.valid_host = response.original_request->host;
    answer(arena, index, response.original_request, &response);
    *bytes_length =
        grpc__reflection__v1__server_reflection_response__get_packed_size(&response);
    uint8_t *packed = spk_alloc(arena, *bytes_length);
    (void)grpc__reflection__v1__server_reflection_response__pack(&response, packed);
    *bytes = packed;
    return true;
}
