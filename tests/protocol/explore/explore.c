/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Explores the machine of lib/deploy: every way that a few calls can go, with a cluster that
 * fails. Each state is looked at once, and every step is checked.
 *
 *   protocol_explore                             every setting, each up to its daily limit
 *   protocol_explore --until-broken [STATES [INVARIANT]]
 *                                                each up to so many, to the first that fails;
 *                                                without an invariant
 *   protocol_explore --all [STATES]              without limits; fails with fewer states
 *   protocol_explore --setting NAME [STATES]     one setting
 *   protocol_explore --setting NAME --path PATH  print every step of a path
 *   protocol_explore --table                     the machine's table, and how often each row
 *                                                was taken; fails if one never was
 *   protocol_explore --means                     checks the exploration itself
 *   protocol_explore --list                      settings and invariants
 */
#include "print.h"
#include "properties.h"
#include "search.h"
#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_ROWS     512U
#define TWICE_STATES 800 /* of a setting, whose next states are compared */

static uint64_t rows[MAX_ROWS];

static double seconds_since(const struct timespec *start)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static bool explore(const struct setting *setting, const struct search_options *options,
                    struct search_result *total)
{
    struct search_result result = search(setting, options);

    printf("%-62s %9zu states %9zu steps %8zu at rest, depth %3zu%s\n", setting->name,
           result.states, result.steps, result.quiet, result.deepest,
           result.complete ? ", all" : "");
    (void)fflush(stdout);
    total->states += result.states;
    total->steps += result.steps;
    total->quiet += result.quiet;
    if (result.deepest > total->deepest)
        total->deepest = result.deepest;
    return result.good;
}

/* least: so many states must have been seen. */
static bool explore_all(bool daily, size_t least)
{
    struct search_result total = {0};
    struct timespec start;
    bool good = true;

    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    for (size_t i = 0; i < n_settings; i++)
        good &= explore(&settings[i],
                        &(struct search_options){.limit = daily ? settings[i].daily : SIZE_MAX,
                                                 .rows = rows},
                        &total);
    double seconds = seconds_since(&start);
    printf("%zu distinct states, %zu steps, deepest path %zu; %.0f states per second\n",
           total.states, total.steps, total.deepest, (double)total.states / seconds);
    if (total.states < least)
        printf("fewer than %zu\n", least);
    return good && total.states >= least;
}

/* The first setting that shows something ends it. */
static bool explore_until_broken(size_t limit, const char *without)
{
    struct search_options options = {.limit = limit, .without = without};
    struct search_result total = {0};

    for (size_t i = 0; i < n_settings; i++)
        if (!explore(&settings[i], &options, &total))
            return false;
    return true;
}

/* That nothing is lost: a text tells all of a state, and the order of children matters not. */
static bool check_means(void)
{
    bool good = true;

    for (size_t i = 0; i < n_settings; i++) {
        const struct setting *setting = &settings[i];
        struct search_options options = {.limit = TWICE_STATES, .twice = true};

        good &= search(setting, &options).good;
        printf("%-62s texts tell all of a state\n", setting->name);
        options = (struct search_options){.limit = SIZE_MAX};
        if (!setting->reduced || !setting->small)
            continue;
        struct search_result reduced = search(setting, &options);
        options.unreduced = true;
        struct search_result all = search(setting, &options);
        printf("%-62s %zu states instead of %zu, %s ends\n", setting->name, reduced.states,
               all.states, reduced.ends == all.ends ? "the same" : "OTHER");
        good &= reduced.ends == all.ends && reduced.good && all.good;
    }
    return good;
}

static bool print_table(void)
{
    size_t n, never = 0;
    const struct spk_machine_row *table = spk_machine_rows(&n);

    for (size_t i = 0; i < n; i++) {
        printf("%-18s %-12s %9llu  %s\n", spk_request_name(table[i].request),
               spk_observation_name(table[i].seen), (unsigned long long)rows[i],
               table[i].does);
        never += rows[i] == 0;
    }
    printf("%zu rows, %zu never taken\n", n, never);
    return never == 0;
}

static const struct setting *find_setting(const char *name)
{
    for (size_t i = 0; i < n_settings; i++)
        if (strcmp(settings[i].name, name) == 0)
            return &settings[i];
    fprintf(stderr, "no setting '%s'\n", name);
    exit(2);
}

static void print_lists(void)
{
    for (size_t i = 0; i < n_settings; i++)
        printf("%s\n", settings[i].name);
    printf("\n");
    properties_print();
}

static size_t number(int argc, char **argv, int at, size_t otherwise)
{
    return argc > at ? strtoul(argv[at], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    struct search_result total = {0};
    bool good = true;

    if (strcmp(what, "") == 0)
        good = explore_all(true, 0);
    else if (strcmp(what, "--all") == 0)
        good = explore_all(false, number(argc, argv, 2, 0));
    else if (strcmp(what, "--until-broken") == 0)
        good = explore_until_broken(number(argc, argv, 2, 8000), argc > 3 ? argv[3] : NULL);
    else if (strcmp(what, "--table") == 0)
        good = explore_all(true, 0) && print_table();
    else if (strcmp(what, "--means") == 0)
        good = check_means();
    else if (strcmp(what, "--list") == 0)
        print_lists();
    else if (strcmp(what, "--setting") == 0 && argc == 5 && strcmp(argv[3], "--path") == 0)
        good = search_replay(find_setting(argv[2]), argv[4]);
    else if (strcmp(what, "--setting") == 0 && (argc == 3 || argc == 4))
        good = explore(find_setting(argv[2]),
                       &(struct search_options){.limit = number(argc, argv, 3, SIZE_MAX)},
                       &total);
    else {
        fprintf(stderr, "protocol_explore [--until-broken [STATES [INVARIANT]] | --all "
                        "[STATES] | --table | "
                        "--means | --list | --setting NAME "
                        "[STATES | --path PATH]]\n");
        return 2;
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
