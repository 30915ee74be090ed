/* SPDX-License-Identifier: Apache-2.0 */
#include "translate/command_largest.h"

#include <string.h>

#define ELEMENT 64 /* bytes that anything takes, however little is in it */

struct largest {
    struct spk_arena *arena;
    const char *path;
    size_t bytes;
};

/* Offer a part by its own path; elements of a list count together as well. */
static void offer(struct largest *largest, const char *path, size_t bytes)
{
    if (bytes <= largest->bytes)
        return;
    largest->path = path;
    largest->bytes = bytes;
}

static void offer_arguments(struct largest *largest, const struct spk_strings *arguments)
{
    size_t sum = 0, most = 0, at = 0;

    for (size_t i = 0; i < arguments->n; i++) {
        size_t bytes = ELEMENT + strlen(arguments->items[i]);

        sum += bytes;
        if (bytes > most) {
            most = bytes;
            at = i;
        }
    }
    offer(largest, 2 * most > sum ? spk_printf(largest->arena, "args[%zu]", at) : "args", sum);
}

static void offer_files(struct largest *largest, const struct spk_files *files)
{
    size_t sum = 0, most = 0, at = 0;

    for (size_t i = 0; i < files->n; i++) {
        size_t bytes = ELEMENT + files->items[i].bytes.length;

        sum += bytes;
        if (bytes > most) {
            most = bytes;
            at = i;
        }
    }
    offer(largest,
          2 * most > sum ? spk_printf(largest->arena, "conf_files[%s]", files->items[at].name)
                         : "conf_files",
          sum);
}

static size_t conf_bytes(const struct spk_conf_entry *entries, size_t n)
{
    size_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += ELEMENT + strlen(entries[i].key) + strlen(entries[i].value);
    return sum;
}

const char *spk_command_largest(struct spk_arena *arena, const struct spk_payload *payload)
{
    const struct spk_environment *environment = payload->environment;
    struct largest largest = {.arena = arena, .path = "args"};

    offer_arguments(&largest, &payload->arguments);
    offer(&largest, "properties",
          conf_bytes(payload->properties.entries, payload->properties.n));
    offer(&largest, payload->driver_template.origin, payload->driver_template.text.length);
    offer(&largest, payload->executor_template.origin, payload->executor_template.text.length);
    if (environment) {
        offer(&largest, "environment", conf_bytes(environment->variables, environment->n));
        offer_files(&largest, &environment->conf_files);
    }
    return largest.path;
}
