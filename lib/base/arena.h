/* SPDX-License-Identifier: Apache-2.0 */
/**
 * arena.h: the memory of one call. Everything a call makes lives here and goes with it;
 * nothing is freed by itself.
 *
 * Allocation never fails in the caller's sight. When the limit is reached, or malloc fails,
 * control jumps back to spk_arena_run, which returns false. So functions that own anything
 * outside an arena must not allocate from one while they hold it.
 *
 * One thread at a time uses an arena.
 */
#pragma once

#include "base/compiler.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct spk_arena_chunk;
struct spk_arena_defer;
struct spk_arena_recovery;

/** Reasons for which an arena ended a call. */
enum spk_arena_end {
    SPK_ARENA_NO_END,
    SPK_ARENA_NO_MEMORY, /* malloc failed */
    SPK_ARENA_FULL,      /* the limit of bytes */
    SPK_ARENA_SPENT,     /* the limit of steps */
};

struct spk_arena {
    struct spk_arena_chunk *chunks;
    struct spk_arena_defer *defers;
    struct spk_arena_recovery *recovery; /* innermost spk_arena_run, NULL outside */
    size_t used, limit;                  /* bytes taken from malloc, and how many may be */
    size_t steps, max_steps;             /* spent, and how many may be; 0: any number */
    enum spk_arena_end end;              /* why the last spk_arena_run returned false */
    const char
        *largest; /* path of the part of the request that has most in it; NULL: not known */
};

/** Declares an arena that is freed at scope exit: `SPK_ARENA arena = SPK_ARENA_LIMIT(n);` */
#define SPK_ARENA SPK_CLEANUP(spk_arena_free) struct spk_arena
#define SPK_ARENA_LIMIT(n)                                                                    \
    {                                                                                         \
        .limit = (n)                                                                          \
    }

/** Run the deferred functions, last first, and give all memory back; the arena is empty then.
 */
void spk_arena_free(struct spk_arena *arena);

/**
 * Call fn(argument) with a recovery point for arena.
 *
 * @errors false: the arena was exhausted; fn did not return, what it made is still in the
 * arena
 */
bool spk_arena_run(struct spk_arena *arena, void (*fn)(void *), void *argument) SPK_CHECK;

SPK_NORETURN void spk_arena_spent(struct spk_arena *arena); /* of spk_spend */

/**
 * A step is one turn of a loop that looks at something of the request and allocates nothing: a
 * loop that allocates is bounded by the limit of bytes. When the steps of an arena are spent,
 * it is exhausted: so a loop in a loop is an error, and no standstill.
 *
 * A loop that goes over a text or list once spends none, because the limits of input bound it:
 * so with URIs, texts of properties, XML and Java options.
 */
static inline void spk_spend(struct spk_arena *arena, size_t steps)
{
    arena->steps += steps;
    if (arena->max_steps && arena->steps > arena->max_steps)
        spk_arena_spent(arena);
}

/** Zeroed, aligned for any type, never NULL. Outside spk_arena_run exhaustion ends the
 * process. */
void *spk_alloc(struct spk_arena *arena, size_t size);

/** As spk_alloc for an array; an overflowing product exhausts the arena. */
void *spk_alloc_array(struct spk_arena *arena, size_t count, size_t size);

/** A larger copy of an array; the old one stays where it is. */
void *spk_grow_array(struct spk_arena *arena, const void *old, size_t old_count,
                     size_t new_count, size_t size);

char *spk_strdup(struct spk_arena *arena, const char *text); /* NULL gives NULL */
char *spk_strndup(struct spk_arena *arena, const char *text, size_t length);
char *spk_printf(struct spk_arena *arena, const char *fmt, ...) SPK_PRINTF(2, 3);
char *spk_vprintf(struct spk_arena *arena, const char *fmt, va_list args) SPK_PRINTF(2, 0);

/** Call fn(argument) when the arena is freed, last in first out: how foreign memory joins it.
 */
void spk_defer(struct spk_arena *arena, void (*fn)(void *), void *argument);
