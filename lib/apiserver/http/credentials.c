/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/http/credentials.h"

#include "apiserver/header.h"
#include "base/base64.h"
#include "base/limits.h"

#include <string.h>

#define MAX_AGE_MS 60000

/* The file's bytes, the token's copy, the header, and room for the arena's own use. */
#define MEMORY (4 * SPK_MAX_TOKEN + SPK_KIB(64))

struct reading {
    struct spk_arena *arena;
    const struct spk_kube_config *config; /* NULL: only the file */
    const char *path;
    const char *header; /* out */
    struct spk_err *err;
};

/* Printable ASCII without blanks, within the limit. */
static bool is_token(const char *text)
{
    return spk_is_header_value(text, SPK_MAX_TOKEN) && !strchr(text, ' ');
}

static bool read_token_file(struct reading *reading)
{
    struct spk_bytes bytes;
    struct spk_err inner;

    if (!spk_file_read(reading->arena, reading->path, SPK_MAX_TOKEN, &bytes, &inner))
        return spk_fail(reading->err, SPK_CREDENTIALS_INVALID, "%s", inner.text);
    size_t length = bytes.length;
    while (length && strchr(" \t\r\n\v\f", bytes.data[length - 1]))
        length--;
    const char *token = spk_strndup(reading->arena, bytes.data, length);
    if (strlen(token) != length || !is_token(token))
        return spk_fail(reading->err, SPK_CREDENTIALS_INVALID, "'%.200s' holds no token",
                        reading->path);
    reading->header = spk_printf(reading->arena, "Authorization: Bearer %s", token);
    return true;
}

static void read_given(struct reading *reading)
{
    const struct spk_kube_config *config = reading->config;

    if (config->token_file) {
        (void)read_token_file(reading);
        return;
    }
    if (config->token && !is_token(config->token)) {
        (void)spk_fail(reading->err, SPK_CREDENTIALS_INVALID, "the token is not one");
        return;
    }
    if (config->token) {
        reading->header =
            spk_printf(reading->arena, "Authorization: Bearer %s", config->token);
        return;
    }
    if (!config->username)
        return;
    const char *pair = spk_printf(reading->arena, "%s:%s", config->username,
                                  config->password ? config->password : "");
    reading->header = spk_printf(reading->arena, "Authorization: Basic %s",
                                 spk_base64_encode(reading->arena, pair, strlen(pair)));
    if (!spk_is_header_value(reading->header, SPK_MAX_TOKEN))
        (void)spk_fail(reading->err, SPK_CREDENTIALS_INVALID, "the password is too long");
}

static void run_given(void *argument)
{
    read_given(argument);
}

static void run_file(void *argument)
{
    (void)read_token_file(argument);
}

bool spk_credentials_init(struct spk_credentials *credentials,
                          const struct spk_kube_config *config, int64_t now_ms,
                          struct spk_err *err)
{
    struct spk_err problem = {0};
    struct spk_credentials fresh = {.read_ms = now_ms, .token_file = config->token_file};

    for (size_t i = 0; i < SPK_LEN(fresh.memory); i++)
        fresh.memory[i].limit = MEMORY;
    struct reading reading = {.arena = &fresh.memory[0],
                              .config = config,
                              .path = config->token_file,
                              .err = &problem};
    if (!spk_arena_run(reading.arena, run_given, &reading))
        (void)spk_fail(&problem, SPK_INTERNAL_ERROR, "out of memory");
    if (problem.reason != SPK_NO_REASON) {
        spk_credentials_done(&fresh);
        *err = problem;
        return false;
    }
    fresh.header = reading.header;
    *credentials = fresh;
    (void)pthread_mutex_init(&credentials->lock, NULL);
    return true;
}

void spk_credentials_done(struct spk_credentials *credentials)
{
    for (size_t i = 0; i < SPK_LEN(credentials->memory); i++)
        spk_arena_free(&credentials->memory[i]);
    credentials->header = NULL;
}

/* Read the file into the memory that is free; what is in force goes only for something else.
 */
static void reload(struct spk_credentials *credentials, int64_t now_ms)
{
    unsigned other = (credentials->generation + 1) % 2;
    struct spk_arena *arena = &credentials->memory[other];
    struct spk_err problem = {0};
    struct reading reading = {
        .arena = arena, .path = credentials->token_file, .err = &problem};

    credentials->read_ms = now_ms;
    spk_arena_free(arena);
    if (!spk_arena_run(arena, run_file, &reading) || !reading.header) {
        credentials->reload_errors++;
        return;
    }
    if (strcmp(reading.header, credentials->header) == 0)
        return;
    credentials->header = reading.header;
    credentials->generation++;
}

bool spk_credentials_append(struct spk_credentials *credentials, int64_t now_ms,
                            struct curl_slist **headers, unsigned *generation)
{
    bool ok = true;

    (void)pthread_mutex_lock(&credentials->lock);
    if (credentials->token_file && now_ms - credentials->read_ms >= MAX_AGE_MS)
        reload(credentials, now_ms);
    if (credentials->header) {
        struct curl_slist *longer = curl_slist_append(*headers, credentials->header);

        ok = longer != NULL;
        *headers = ok ? longer : *headers;
    }
    *generation = credentials->generation;
    (void)pthread_mutex_unlock(&credentials->lock);
    return ok;
}

void spk_credentials_count(struct spk_credentials *credentials, unsigned *generation,
                           unsigned *reload_errors)
{
    (void)pthread_mutex_lock(&credentials->lock);
    *generation = credentials->generation;
    *reload_errors = credentials->reload_errors;
    (void)pthread_mutex_unlock(&credentials->lock);
}

bool spk_credentials_refused(struct spk_credentials *credentials, unsigned generation,
                             int64_t now_ms)
{
    (void)pthread_mutex_lock(&credentials->lock);
    if (generation == credentials->generation && credentials->token_file)
        reload(credentials, now_ms);
    bool renewed = generation != credentials->generation;
    (void)pthread_mutex_unlock(&credentials->lock);
    return renewed;
}
