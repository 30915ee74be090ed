/* SPDX-License-Identifier: Apache-2.0 */
#include "search.h"

#include "print.h"
#include "properties.h"
#include "visited.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_DEPTH   1000U
#define LEVEL_ARENA ((size_t)4 << 20)
#define MAX_TRIES   3U
#define MAX_REPAIR  1000U /* steps of a repeated call */

/** One state on the way, with what its machines point to. */
struct level {
    struct state state;
    struct spk_arena arena;
    struct choice choices[MAX_CHOICES];
    unsigned n, next;
};

struct run {
    struct exploration x;
    const struct search_options *options;
    struct visited visited;
    struct visited ends;      /* clusters at rest from which a repeated call ended well */
    struct visited summaries; /* of states at rest */
    struct level *levels[MAX_DEPTH];
    size_t depth;
    struct search_result result;
};

static struct level *enter(struct run *run)
{
    assert(run->depth < MAX_DEPTH);
    struct level **level = &run->levels[run->depth++];
    if (!*level)
        *level = calloc(1, sizeof(**level));
    assert(*level);
    (*level)->arena = (struct spk_arena)SPK_ARENA_LIMIT(LEVEL_ARENA);
    (*level)->n = (*level)->next = 0;
    return *level;
}

static void leave(struct run *run)
{
    spk_arena_free(&run->levels[--run->depth]->arena);
}

/* What the cluster does by itself comes first, then requests, one after the other. */
static bool repair_step(struct exploration *x, struct state *state, struct spk_arena *arena)
{
    struct choice choices[MAX_CHOICES];
    unsigned n = state_choices(x, state, choices);
    const struct choice *next = NULL;

    for (unsigned i = 0; i < n; i++)
        if (choices[i].kind == CHOICE_COLLECT || choices[i].kind == CHOICE_END ||
            (choices[i].kind == CHOICE_SERVE && !next))
            next = &choices[i];
    if (next)
        state_step(x, state, next, arena);
    return next && !x->broken;
}

/* I-9: nothing fails any more, and whoever called last calls again. */
static void check_good_end(struct exploration *x, const struct state *from, bool print)
{
    struct spk_arena arena = SPK_ARENA_LIMIT(LEVEL_ARENA);
    static struct state state;
    const struct call_record *last = &from->calls[from->n_calls - 1], *call = last;

    state_copy(&state, from);
    state.faults = state.crashes = state.repeats = state.cancels = 0;
    state.delays = state.deletions = 0;
    state.n_flying = 0;
    for (unsigned try = 0; try < MAX_TRIES && !x->broken; try++) {
        unsigned steps = 0;

        call = &state.calls[state.n_calls];
        state_call(x, &state, last->caller, last->rendering, false, &arena);
        while (repair_step(x, &state, &arena))
            assert(++steps < MAX_REPAIR);
        if (call->told == TOLD_OK)
            break;
    }
    if (print)
        printf("a clean repeat:\n%s", print_state(x, &state, &arena));
    bool excused = x->setting->may_be_refused ||
                   (x->setting->application && !state.cluster.things[SLOT_APPLICATION].there);
    if (!x->broken && call->told != TOLD_OK && !excused) {
        x->broken = "I-9 good_end";
        (void)snprintf(x->why, sizeof(x->why), "a repeated call ends with %s",
                       spk_reason_name(call->reason));
    }
    spk_arena_free(&arena);
}

static void check_quiet(struct run *run, const struct state *state, bool print)
{
    struct exploration *x = &run->x;
    static struct state copy;
    struct spk_arena arena = SPK_ARENA_LIMIT(LEVEL_ARENA);
    const struct call_record *last = &state->calls[state->n_calls - 1];

    run->result.quiet++;
    state_copy(&copy, state);
    properties_check(x, &copy, &(struct happening){.kind = HAPPENED_QUIET});
    uint64_t end = print_hash(spk_printf(&arena, "%u.%u.%d\n%s", last->caller, last->rendering,
                                         state->meddled, print_cluster(x, state, &arena)));
    uint64_t summary = print_hash(print_summary(x, state, &arena));
    run->result.ends += visited_add(&run->summaries, summary, 0) ? summary : 0;
    spk_arena_free(&arena);
    if (!x->broken && visited_add(&run->ends, end, 0))
        check_good_end(x, state, print);
}

static uint64_t hash_state(const struct exploration *x, const struct state *state)
{
    struct spk_arena arena = SPK_ARENA_LIMIT(LEVEL_ARENA);
    uint64_t hash = print_hash(print_state(x, state, &arena));

    spk_arena_free(&arena);
    return hash;
}

/* A sum over all states that a state can become next. */
static uint64_t hash_successors(struct exploration *x, const struct state *state)
{
    struct choice choices[MAX_CHOICES];
    unsigned n = state_choices(x, state, choices);
    static struct state next;
    uint64_t sum = 0;

    for (unsigned i = 0; i < n && !x->broken; i++) {
        struct spk_arena arena = SPK_ARENA_LIMIT(LEVEL_ARENA);

        state_copy(&next, state);
        state_step(x, &next, &choices[i], &arena);
        sum += hash_state(x, &next);
        spk_arena_free(&arena);
    }
    return sum;
}

static bool is_new(struct run *run, const struct state *state)
{
    uint64_t hash = hash_state(&run->x, state);
    uint64_t next = run->options->twice ? hash_successors(&run->x, state) : 0;
    bool added = !run->x.broken && visited_add(&run->visited, hash, next);

    if (!added && !run->x.broken && visited_value(&run->visited, hash) != next) {
        run->x.broken = "print";
        (void)snprintf(run->x.why, sizeof(run->x.why),
                       "a state with the text of an earlier one goes on differently");
    }
    return added;
}

/* What is at the top was just reached. */
static void arrive_at(struct run *run)
{
    struct level *level = run->levels[run->depth - 1];

    if (run->x.broken)
        return;
    if (!is_new(run, &level->state)) {
        if (!run->x.broken)
            leave(run);
        return;
    }
    run->result.states++;
    if (run->depth - 1 > run->result.deepest)
        run->result.deepest = run->depth - 1;
    if (state_is_quiet(&level->state))
        check_quiet(run, &level->state, false);
    level->n = state_choices(&run->x, &level->state, level->choices);
}

static void print_path(const struct run *run)
{
    printf("%s: %s\nprotocol_explore --setting '%s' --path ", run->x.broken, run->x.why,
           run->x.setting->name);
    for (size_t i = 0; i + 1 < run->depth; i++)
        printf("%s%u", i ? "." : "", run->levels[i]->next - 1);
    printf("\n");
}

static void close_run(struct run *run)
{
    while (run->depth > 0)
        leave(run);
    for (size_t i = 0; i < MAX_DEPTH; i++)
        free(run->levels[i]);
    visited_free(&run->visited);
    visited_free(&run->ends);
    visited_free(&run->summaries);
    exploration_close(&run->x);
}

struct search_result search(const struct setting *setting,
                            const struct search_options *options)
{
    static struct run run;

    run = (struct run){.options = options};
    exploration_open(&run.x, setting);
    run.x.rows = options->rows;
    run.x.without = options->without;
    run.x.reduced = setting->reduced && !options->unreduced;
    struct level *top = enter(&run);
    state_begin(&run.x, &top->state, &top->arena);
    arrive_at(&run);
    while (run.depth > 0 && !run.x.broken && run.result.states < options->limit) {
        top = run.levels[run.depth - 1];
        if (top->next == top->n) {
            leave(&run);
            continue;
        }
        if (run.depth == MAX_DEPTH) {
            run.x.broken = "I-9 good_end";
            (void)snprintf(run.x.why, sizeof(run.x.why), "it never ends");
            break;
        }
        const struct choice *choice = &top->choices[top->next++];
        struct level *next = enter(&run);
        state_copy(&next->state, &top->state);
        state_step(&run.x, &next->state, choice, &next->arena);
        run.result.steps++;
        arrive_at(&run);
    }
    run.result.good = !run.x.broken;
    run.result.complete = run.depth == 0;
    if (run.x.broken)
        print_path(&run);
    close_run(&run);
    return run.result;
}

/* The next number of a path; false: it ends. */
static bool take_index(const char **path, unsigned *index)
{
    char *end;

    if (!**path)
        return false;
    *index = (unsigned)strtoul(*path, &end, 10);
    *path = *end == '.' ? end + 1 : end;
    return true;
}

bool search_replay(const struct setting *setting, const char *path)
{
    static struct run run;
    struct spk_arena arena = SPK_ARENA_LIMIT((size_t)64 << 20);
    static struct state state;
    struct choice choices[MAX_CHOICES];
    unsigned index, step = 0;

    run = (struct run){0};
    exploration_open(&run.x, setting);
    run.x.reduced = setting->reduced;
    state_begin(&run.x, &state, &arena);
    printf("%s", print_state(&run.x, &state, &arena));
    while (!run.x.broken && take_index(&path, &index)) {
        if (index >= state_choices(&run.x, &state, choices)) {
            printf("there is no choice %u\n", index);
            break;
        }
        printf("\n%u: %s\n", ++step, print_choice(&state, &choices[index], &arena));
        state_step(&run.x, &state, &choices[index], &arena);
        printf("%s", print_state(&run.x, &state, &arena));
    }
    if (!run.x.broken && state_is_quiet(&state))
        check_quiet(&run, &state, true);
    bool good = !run.x.broken;
    if (!good)
        printf("%s: %s\n", run.x.broken, run.x.why);
    spk_arena_free(&arena);
    close_run(&run);
    return good;
}
