/* SPDX-License-Identifier: Apache-2.0 */
/* Through the service, as a program that links libsparksubmit: a connection per caller. */
#include "bench.h"

#include <sparksubmit/client.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct caller {
    struct sparksubmit_client *client;
    char *manifest, *text;
};

static bool begin(void)
{
    return true;
}

static void end(void)
{
}

static void close_caller(void *argument)
{
    struct caller *caller = argument;

    sparksubmit_client_close(caller->client);
    free(caller->manifest);
    free(caller->text);
    free(caller);
}

static void *open_caller(const struct bench_place *place)
{
    struct sparksubmit_client_config config = {.size = sizeof(config),
                                               .target = place->target};
    struct caller *caller = calloc(1, sizeof(*caller));
    struct sparksubmit_error error;

    if (!caller)
        return NULL;
    caller->manifest = bench_read(place->folder, "manifest.json");
    caller->text = malloc(BENCH_TEXT);
    if (!caller->manifest || !caller->text ||
        !sparksubmit_client_open(&caller->client, &config, &error)) {
        close_caller(caller);
        return NULL;
    }
    return caller;
}

static bool submit(void *argument, long number)
{
    struct caller *caller = argument;
    struct sparksubmit_submit request = {.size = sizeof(request)};
    struct sparksubmit_result *result = NULL;
    struct sparksubmit_error error;

    bench_number(caller->manifest, number, caller->text);
    request.job.manifest = caller->text;
    request.job.manifest_length = strlen(caller->text);
    if (!sparksubmit_client_submit(caller->client, &request, 60000, &result, &error)) {
        fprintf(stderr, "%d %s %s: %s\n", error.code, error.reason, error.field, error.text);
        return false;
    }
    bool created =
        strcmp(sparksubmit_result_text(result, SPARKSUBMIT_FIELD_ADOPTED), "false") == 0;
    sparksubmit_result_free(result);
    return created;
}

const struct bench_method bench_service = {begin, open_caller, submit, close_caller, end};
