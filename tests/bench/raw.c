/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The least that any submitter has to do: the writes themselves, over one connection per
 * caller. Its time is the API server's.
 */
#include "bench.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_OBJECTS 8

struct caller {
    CURL *curl;
    struct curl_slist *headers;
    char *bodies[MAX_OBJECTS], *urls[MAX_OBJECTS];
    int n;
    char *body; /* of the request under way */
};

static bool begin(void)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

static size_t ignore(char *bytes, size_t size, size_t n, void *unused)
{
    (void)bytes;
    (void)unused;
    return size * n;
}

static void read_objects(struct caller *caller, const char *url, const char *folder)
{
    for (int i = 0; i < MAX_OBJECTS; i++) {
        char name[32], whole[4096];

        (void)snprintf(name, sizeof(name), "%d.json", i + 1);
        caller->bodies[i] = bench_read(folder, name);
        if (!caller->bodies[i])
            break;
        (void)snprintf(name, sizeof(name), "%d.path", i + 1);
        char *path = bench_read(folder, name);
        (void)snprintf(whole, sizeof(whole), "%s%s", url, path ? path : "");
        free(path);
        caller->urls[i] = strdup(whole);
        caller->n = i + 1;
    }
}

static void *open_caller(const struct bench_place *place)
{
    struct caller *caller = calloc(1, sizeof(*caller));
    char authorization[512];

    if (!caller)
        return NULL;
    read_objects(caller, place->url, place->folder);
    (void)snprintf(authorization, sizeof(authorization), "Authorization: Bearer %s",
                   place->token);
    caller->headers = curl_slist_append(NULL, authorization);
    caller->headers = curl_slist_append(caller->headers, "Content-Type: application/json");
    caller->body = malloc(BENCH_TEXT);
    caller->curl = curl_easy_init();
    curl_easy_setopt(caller->curl, CURLOPT_CAINFO, place->ca_file);
    curl_easy_setopt(caller->curl, CURLOPT_HTTPHEADER, caller->headers);
    curl_easy_setopt(caller->curl, CURLOPT_WRITEFUNCTION, ignore);
    curl_easy_setopt(caller->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(caller->curl, CURLOPT_PROXY, "");
    curl_easy_setopt(caller->curl, CURLOPT_TIMEOUT, 60L);
    curl_easy_setopt(caller->curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    return caller;
}

static bool submit(void *argument, long number)
{
    struct caller *caller = argument;

    for (int i = 0; i < caller->n; i++) {
        long status = 0;

        bench_number(caller->bodies[i], number, caller->body);
        curl_easy_setopt(caller->curl, CURLOPT_URL, caller->urls[i]);
        curl_easy_setopt(caller->curl, CURLOPT_POSTFIELDS, caller->body);
        CURLcode code = curl_easy_perform(caller->curl);
        (void)curl_easy_getinfo(caller->curl, CURLINFO_RESPONSE_CODE, &status);
        if (code != CURLE_OK || status != 201) {
            fprintf(stderr, "%s: %s, HTTP %ld\n", caller->urls[i], curl_easy_strerror(code),
                    status);
            return false;
        }
    }
    return caller->n > 0;
}

static void close_caller(void *argument)
{
    struct caller *caller = argument;

    curl_easy_cleanup(caller->curl);
    curl_slist_free_all(caller->headers);
    for (int i = 0; i < MAX_OBJECTS; i++) {
        free(caller->bodies[i]);
        free(caller->urls[i]);
    }
    free(caller->body);
    free(caller);
}

const struct bench_method bench_raw = {begin, open_caller, submit, close_caller,
                                       curl_global_cleanup};
