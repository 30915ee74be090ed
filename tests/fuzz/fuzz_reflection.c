/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A reflection request may be any bytes: an answer decodes, a refusal has a reason.
 */
#include "base/limits.h"
#include "grpc/reflection.h"
#include "grpc/reflection/v1/reflection.pb-c.h"

#include "fuzz.h"

/* The server's own index, made once. */
static const struct spk_reflection *embedded(void)
{
    static struct spk_arena arena = SPK_ARENA_LIMIT(SPK_MIB(16));
    static struct spk_reflection index;
    struct spk_err err = {0};
    size_t length;
    const uint8_t *set = spk_descriptor_set(&length);

    if (index.n_files == 0)
        SPK_PROMISE(spk_reflection_index(&arena, set, length, &index, &err));
    return &index;
}

static void answer(struct spk_arena *arena, const uint8_t *data, size_t size)
{
    struct spk_err err = {0};
    const uint8_t *bytes = NULL;
    size_t length;

    if (!spk_reflection_answer(arena, embedded(), data, size, &bytes, &length, &err)) {
        SPK_PROMISE(err.reason == SPK_INVALID_MESSAGE && err.text[0]);
        return;
    }
    Grpc__Reflection__V1__ServerReflectionResponse *response =
        grpc__reflection__v1__server_reflection_response__unpack(NULL, length, bytes);
    SPK_PROMISE(response);
    grpc__reflection__v1__server_reflection_response__free_unpacked(response, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(256));

    answer(&arena, data, size);
    return 0;
}
