/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A kubeconfig may hold any bytes. It gives a complete configuration or an error that says
 * where, and no message holds a secret: in the seeds those are the word MARKER.
 */
#include "apiserver/config/discover.h"
#include "base/limits.h"

#include "fuzz.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MARKER "hunter2secret"

/* Whether every MARKER stands where a secret does; elsewhere it may well be told. */
static bool has_secret(const char *text)
{
    static const char *const places[] = {"  token: ", "  password: ", "  client-key-data: "};
    bool found = false;

    for (const char *at = text; (at = strstr(at, MARKER)); at++) {
        bool secret = false;

        for (size_t i = 0; i < SPK_LEN(places); i++) {
            size_t n = strlen(places[i]);
            if ((size_t)(at - text) >= n && !memcmp(at - n, places[i], n))
                secret = true;
        }
        if (!secret)
            return false;
        found = true;
    }
    return found;
}

static void check(const struct spk_kube_config *config)
{
    const struct spk_kube_address *address = &config->address;

    SPK_PROMISE(address->host && *address->host && address->port && *address->port);
    SPK_PROMISE(address->prefix && config->source);
    SPK_PROMISE(!config->ns || *config->ns);
    SPK_PROMISE(config->as.extra_keys.n == config->as.extra_values.n);
}

static void load(struct spk_arena *arena, const char *path, const char *text)
{
    struct spk_kube_source source = {.kubeconfig = path, .allow_http = true};
    struct spk_kube_config config = {0};
    struct spk_err err = {0};
    bool secret = has_secret(text);

    if (!spk_kube_config_load(arena, &source, &config, &err)) {
        SPK_PROMISE(err.reason == SPK_CREDENTIALS_MISSING || err.reason == SPK_INVALID_FIELD ||
                    err.reason == SPK_UNSUPPORTED_FEATURE);
        SPK_PROMISE(err.text[0] && !(secret && strstr(err.text, MARKER)));
        return;
    }
    check(&config);
    SPK_PROMISE(!secret || !strstr(config.source, MARKER));
    for (size_t i = 0; i < config.warnings.n; i++)
        SPK_PROMISE(!secret || !strstr(config.warnings.items[i], MARKER));
}

struct input {
    struct spk_arena arena;
    const char *path;
    const uint8_t *bytes;
    size_t size;
};

static void run(void *argument)
{
    struct input *input = argument;

    load(&input->arena, input->path,
         spk_strndup(&input->arena, (const char *)input->bytes, input->size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[] = "/tmp/fuzz-kubeconfig-XXXXXX", path[64];
    struct input input = {SPK_ARENA_LIMIT(SPK_MIB(64)), path, data, size};
    int file = mkstemp(name);

    SPK_PROMISE(file >= 0 && unlink(name) == 0);
    SPK_PROMISE(write(file, data, size) == (ssize_t)size);
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    if (!spk_arena_run(&input.arena, run, &input))
        SPK_PROMISE(input.arena.used <= input.arena.limit);
    spk_arena_free(&input.arena);
    (void)close(file);
    return 0;
}
