/* SPDX-License-Identifier: Apache-2.0 */
/**
 * reflection.h: which file defines which symbol, from a FileDescriptorSet, and the answers of
 * grpc.reflection.v1.ServerReflection (v1alpha is the same on the wire). Files are served as
 * the bytes they have in the set.
 */
#pragma once

#include "base/err.h"

struct spk_descriptor_file {
    const char *name;
    const uint8_t *bytes;
    size_t length;
};

struct spk_symbol {
    const char *name; /* "spark.submit.v1.SubmitRequest.manifest" */
    size_t file;
    bool is_service, is_message;
};

struct spk_reflection {
    struct spk_descriptor_file *files;
    struct spk_symbol *symbols; /* sorted by name */
    size_t n_files, n_symbols;
};

/**
 * Index a set; its bytes are kept, the names are copied.
 *
 * @errors INTERNAL_ERROR  not a FileDescriptorSet
 */
bool spk_reflection_index(struct spk_arena *arena, const uint8_t *bytes, size_t length,
                          struct spk_reflection *out, struct spk_err *err) SPK_CHECK;

/**
 * One request to its answer: packed ServerReflectionResponse, which may hold an error.
 *
 * @owner  *answer lives in arena
 * @errors INVALID_MESSAGE  the request cannot be decoded
 */
bool spk_reflection_answer(struct spk_arena *arena, const struct spk_reflection *index,
                           const uint8_t *request, size_t length, const uint8_t **answer,
                           size_t *answer_length, struct spk_err *err) SPK_CHECK;

/** The descriptors of everything the server speaks, embedded in the program. */
const uint8_t *spk_descriptor_set(size_t *length);
