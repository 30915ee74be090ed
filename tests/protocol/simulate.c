/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every schedule of a few callers and faults, then many random ones.
 *
 *   protocol_simulate [RUNS [SEED]]
 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define DEFAULT_RUNS 2000UL

static const struct scenario exhaustive[] = {
    {"P, one caller, two faults", SPK_VARIANT_CHILDREN_FIRST, 1, 2, false, false, true, false,
     false},
    {"G, one caller, two faults", SPK_VARIANT_GATED_POD_FIRST, 1, 2, false, false, true, false,
     false},
    {"P with claim and shared object, one fault", SPK_VARIANT_CHILDREN_FIRST, 1, 1, true,
     false, true, false, false},
    {"G with claim and shared object, one fault", SPK_VARIANT_GATED_POD_FIRST, 1, 1, true,
     false, true, false, false},
    {"P, one caller with new ids, one fault", SPK_VARIANT_CHILDREN_FIRST, 1, 1, false, true,
     true, false, false},
    {"P with a look at the application, two faults", SPK_VARIANT_CHILDREN_FIRST, 1, 2, false,
     false, true, false, true},
    {"P, two callers, no fault", SPK_VARIANT_CHILDREN_FIRST, 2, 0, false, false, false, false,
     false},
    {"G, two callers, no fault", SPK_VARIANT_GATED_POD_FIRST, 2, 0, false, false, false, false,
     false},
    {"P, two callers of two renderings, no fault", SPK_VARIANT_CHILDREN_FIRST, 2, 0, false,
     true, false, false, false},
    {"G, two callers of two renderings, no fault", SPK_VARIANT_GATED_POD_FIRST, 2, 0, false,
     true, false, true, false},
};

static const struct scenario random_ones[] = {
    {"P, three callers, five faults", SPK_VARIANT_CHILDREN_FIRST, 3, 5, true, false, true,
     false, false},
    {"G, three callers, five faults", SPK_VARIANT_GATED_POD_FIRST, 3, 5, true, false, true,
     false, false},
    {"P, three callers of several renderings", SPK_VARIANT_CHILDREN_FIRST, 3, 4, false, true,
     true, false, false},
    {"G, two callers of several renderings", SPK_VARIANT_GATED_POD_FIRST, 2, 4, false, true,
     true, true, false},
};

static void print_history(const struct world *world)
{
    static const char *const verbs[] = {"GET", "LIST", "POST", "PATCH", "MERGE", "DELETE"};
    static const char *const kinds[] = {"sent", "created", "patched", "COMMITTED"};

    for (size_t i = 0; i < world->n_events; i++) {
        const struct event *event = &world->events[i];

        printf("  call %zu %s %s %s %s (%s)\n", event->call, kinds[event->kind],
               event->kind == EVENT_SENT ? verbs[event->verb] : "",
               event->object_kind ? event->object_kind : "", event->name ? event->name : "",
               fault_rules[event->fault].name);
    }
    for (size_t i = 0; i < world->n_calls; i++)
        printf("  call %zu: %s %s\n", i, world->calls[i]->submit.ok ? "OK" : "",
               world->calls[i]->submit.err.text);
}

static bool run_once(const struct scenario *scenario, struct choices *choices)
{
    static struct world world; /* large */

    world_open(&world, scenario, choices);
    world_run(&world);
    unsigned bad = invariants_check(&world);
    if (bad > 0) {
        printf("scenario: %s\n", scenario->name);
        choices_print(choices);
        print_history(&world);
    }
    world_close(&world);
    return bad == 0;
}

static bool run_all(const struct scenario *scenario)
{
    static struct choices choices;
    unsigned long runs = 0;

    choices = (struct choices){0};
    do {
        runs++;
        if (!run_once(scenario, &choices))
            return false;
    } while (choices_next(&choices));
    printf("%-50s %8lu schedules, all of them\n", scenario->name, runs);
    return true;
}

static bool run_random(const struct scenario *scenario, unsigned long runs, uint64_t seed)
{
    static struct choices choices;

    for (unsigned long i = 0; i < runs; i++) {
        choices = (struct choices){.random = true, .seed = seed + i};
        if (!run_once(scenario, &choices)) {
            printf("seed %llu\n", (unsigned long long)(seed + i));
            return false;
        }
    }
    printf("%-50s %8lu schedules from seed %llu\n", scenario->name, runs,
           (unsigned long long)seed);
    return true;
}

int main(int argc, char **argv)
{
    unsigned long runs = argc > 1 ? strtoul(argv[1], NULL, 10) : DEFAULT_RUNS;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL);

    for (size_t i = 0; i < SPK_LEN(exhaustive); i++)
        if (!run_all(&exhaustive[i]))
            return EXIT_FAILURE;
    for (size_t i = 0; i < SPK_LEN(random_ones); i++)
        if (!run_random(&random_ones[i], runs / SPK_LEN(random_ones), seed))
            return EXIT_FAILURE;
    return EXIT_SUCCESS;
}
