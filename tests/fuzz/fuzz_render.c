/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The whole pure pipeline: a manifest, or (after a NUL) arguments separated by NUL, becomes
 * objects or a refusal. Twice gives the same bytes; objects are complete, have names that
 * Kubernetes takes, and exactly one of them is the driver.
 */
#include "base/limits.h"
#include "kubernetes/names.h"
#include "translate/translate.h"
#include "json/read.h"
#include "json/write.h"

#include "fuzz.h"

#include <string.h>

struct input {
    struct spk_arena arena;
    const char *bytes;
    size_t size;
    struct spk_view view;
};

struct result {
    const char *text; /* NULL: refused */
    struct spk_err err;
};

static struct spk_payload payload_of(struct input *input)
{
    struct spk_payload payload = {.kind = SPK_PAYLOAD_MANIFEST,
                                  .manifest = {input->bytes, input->size}};
    const char *at = input->bytes + 1, *end = input->bytes + input->size;

    if (input->size == 0 || *input->bytes != '\0')
        return payload;
    payload.kind = SPK_PAYLOAD_COMMAND;
    while (at < end) {
        const char *stop = memchr(at, '\0', (size_t)(end - at));

        if (!stop)
            stop = end;
        spk_strings_add(&input->arena, &payload.arguments,
                        spk_strndup(&input->arena, at, (size_t)(stop - at)));
        at = stop + 1;
    }
    return payload;
}

static void check_object(const cJSON *object)
{
    const char *kind = spk_json_get_text(object, "kind");
    const char *name = spk_json_get_text(spk_json_get(object, "metadata"), "name");

    SPK_PROMISE(kind && *kind && spk_json_get_text(object, "apiVersion"));
    SPK_PROMISE(name && spk_is_dns1123_subdomain(name));
}

static void check_list(const cJSON *list)
{
    size_t drivers = 0;

    SPK_PROMISE(!strcmp(spk_json_get_text(list, "kind"), "List"));
    SPK_JSON_EACH (object, spk_json_get(list, "items")) {
        check_object(object);
        drivers += !strcmp(spk_json_get_text(object, "kind"), "Pod");
    }
    SPK_PROMISE(drivers == 1);
}

static struct result render(struct input *input)
{
    struct spk_settings settings = spk_settings_default();
    struct spk_request request = {
        .payload = payload_of(input), .tenant = "", .pod_mutation = SPK_MUTATION_NATIVE};
    struct spk_prepared prepared;
    struct result result = {0};
    cJSON *tree = NULL, *again = NULL;

    settings.warn_unknown_fields = true;
    if (!spk_render(&input->arena, &settings, &request, &input->view, &tree, &prepared,
                    &result.err)) {
        SPK_PROMISE(result.err.reason != SPK_NO_REASON && result.err.text[0] != '\0');
        spk_promise_utf8_err(&result.err);
        return result;
    }
    spk_promise_utf8_warnings(&prepared.warnings);
    if (input->view.stage == SPK_STAGE_OBJECTS)
        check_list(tree);
    result.text = spk_json_write(&input->arena, tree);
    SPK_PROMISE(
        strlen(result.text) > SPK_MAX_REQUEST ||
        spk_json_read(&input->arena, result.text, strlen(result.text), &again, &result.err));
    return result;
}

static void run(void *argument)
{
    struct input *input = argument;
    struct result first = render(input), second = render(input);

    SPK_PROMISE(spk_text_equal(first.text, second.text));
    SPK_PROMISE(first.err.reason == second.err.reason);
    SPK_PROMISE(!strcmp(first.err.text, second.err.text));
    SPK_PROMISE(!strcmp(first.err.field, second.err.field));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct spk_view views[] = {
        {SPK_STAGE_OBJECTS, false}, {SPK_STAGE_OBJECTS, true}, {SPK_STAGE_SUBMISSION, false}};

    /* The last byte chooses the view, so that a manifest is an input as it is. */
    size_t view = size ? data[size - 1] % SPK_LEN(views) : 0;
    struct input input = {SPK_ARENA_LIMIT(SPK_MIB(64)), (const char *)data, size, views[view]};

    if (!spk_arena_run(&input.arena, run, &input))
        SPK_PROMISE(input.arena.used <= input.arena.limit);
    spk_arena_free(&input.arena);
    return 0;
}
