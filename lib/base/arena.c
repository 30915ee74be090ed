/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CHUNK ((size_t)16 * 1024)
#define LARGE_CHUNK ((size_t)256 * 1024)
#define HUGE_CHUNK  ((size_t)1024 * 1024) /* few, so that malloc may map each by itself */

struct spk_arena_chunk {
    struct spk_arena_chunk *next;
    size_t size, used; /* bytes of data */
    alignas(max_align_t) unsigned char data[];
};

struct spk_arena_defer {
    struct spk_arena_defer *next;
    void (*fn)(void *);
    void *argument;
};

struct spk_arena_recovery {
    struct spk_arena_recovery *outer;
    jmp_buf point;
};

SPK_NORETURN static void exhausted(struct spk_arena *arena, enum spk_arena_end end)
{
    arena->end = end;
    if (!arena->recovery) {
        fputs("sparksubmit: arena exhausted outside a recovery point\n", stderr);
        abort();
    }
    longjmp(arena->recovery->point, 1);
}

void spk_arena_spent(struct spk_arena *arena)
{
    exhausted(arena, SPK_ARENA_SPENT);
}

/* The size of a new chunk that holds size bytes: it grows with what is in use, and shrinks
 * when the limit is near. */
static size_t chunk_size(const struct spk_arena *arena, size_t size, size_t room)
{
    size_t wanted = arena->used < FIRST_CHUNK * 4   ? FIRST_CHUNK
                    : arena->used < LARGE_CHUNK * 2 ? LARGE_CHUNK
                                                    : HUGE_CHUNK;

    while (wanted > room && wanted > FIRST_CHUNK)
        wanted /= 4;
    return wanted > room || wanted < size ? size : wanted;
}

static struct spk_arena_chunk *add_chunk(struct spk_arena *arena, size_t size)
{
    size_t header = sizeof(struct spk_arena_chunk), left = arena->limit - arena->used;
    size_t room = left > header ? left - header : 0, wanted = chunk_size(arena, size, room);

    if (wanted > room)
        exhausted(arena, SPK_ARENA_FULL);

    struct spk_arena_chunk *chunk = malloc(header + wanted);
    if (!chunk)
        exhausted(arena, SPK_ARENA_NO_MEMORY);
    chunk->next = arena->chunks;
    chunk->size = wanted;
    chunk->used = 0;
    arena->chunks = chunk;
    arena->used += header + wanted;
    return chunk;
}

/* Memory with any content. */
static void *take(struct spk_arena *arena, size_t size)
{
    const size_t unit = alignof(max_align_t);

    if (size > SIZE_MAX / 2)
        exhausted(arena, SPK_ARENA_FULL);
    size = size ? (size + unit - 1) / unit * unit : unit;

    struct spk_arena_chunk *chunk = arena->chunks;
    if (!chunk || chunk->size - chunk->used < size)
        chunk = add_chunk(arena, size);
    void *memory = chunk->data + chunk->used;
    chunk->used += size;
    return memory;
}

void *spk_alloc(struct spk_arena *arena, size_t size)
{
    return memset(take(arena, size), 0, size);
}

void *spk_alloc_array(struct spk_arena *arena, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        exhausted(arena, SPK_ARENA_FULL);
    return spk_alloc(arena, count * size);
}

void *spk_grow_array(struct spk_arena *arena, const void *old, size_t old_count,
                     size_t new_count, size_t size)
{
    void *array = spk_alloc_array(arena, new_count, size);

    if (old_count)
        memcpy(array, old, old_count * size);
    return array;
}

char *spk_strndup(struct spk_arena *arena, const char *text, size_t length)
{
    char *copy = take(arena, length + 1);

    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *spk_strdup(struct spk_arena *arena, const char *text)
{
    return text ? spk_strndup(arena, text, strlen(text)) : NULL;
}

char *spk_vprintf(struct spk_arena *arena, const char *fmt, va_list args)
{
    char first[256]; /* most texts fit: they are formatted once */
    va_list again;

    va_copy(again, args);
    int length = vsnprintf(first, sizeof(first), fmt, args);
    if (length < 0)
        exhausted(arena, SPK_ARENA_FULL);

    char *text = spk_alloc(arena, (size_t)length + 1);
    if ((size_t)length < sizeof(first))
        memcpy(text, first, (size_t)length);
    else
        (void)vsnprintf(text, (size_t)length + 1, fmt, again);
    va_end(again);
    return text;
}

char *spk_printf(struct spk_arena *arena, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    char *text = spk_vprintf(arena, fmt, args);
    va_end(args);
    return text;
}

void spk_defer(struct spk_arena *arena, void (*fn)(void *), void *argument)
{
    struct spk_arena_defer *defer = spk_alloc(arena, sizeof(*defer));

    defer->fn = fn;
    defer->argument = argument;
    defer->next = arena->defers;
    arena->defers = defer;
}

void spk_arena_free(struct spk_arena *arena)
{
    for (struct spk_arena_defer *defer = arena->defers; defer; defer = defer->next)
        defer->fn(defer->argument);
    arena->defers = NULL;
    while (arena->chunks) {
        struct spk_arena_chunk *next = arena->chunks->next;

        free(arena->chunks);
        arena->chunks = next;
    }
    arena->used = arena->steps = 0;
    arena->largest = NULL;
}

bool spk_arena_run(struct spk_arena *arena, void (*fn)(void *), void *argument)
{
    struct spk_arena_recovery recovery = {.outer = arena->recovery};

    if (setjmp(recovery.point) != 0) {
        arena->recovery = arena->recovery->outer;
        return false;
    }
    arena->recovery = &recovery;
    fn(argument);
    arena->recovery = recovery.outer;
    return true;
}
