/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A manifest may be any bytes. A refusal has a reason and a text, and a field where one is to
 * blame; what is accepted is written, read again, and stays as it is.
 */
#include "application/application.h"
#include "base/limits.h"
#include "json/write.h"

#include "fuzz.h"

#include <string.h>

static const struct spk_application_options options = {.warn_unknown_fields = true,
                                                       .apply_defaults = true};

static bool load(struct spk_arena *arena, const char *bytes, size_t size,
                 Spk__SparkApplication **out, struct spk_err *err)
{
    struct spk_warnings warnings = {0};

    bool good = spk_application_read(arena, bytes, size, &options, out, &warnings, err) &&
                spk_application_check(arena, *out, &options, &warnings, err);
    spk_promise_utf8_warnings(&warnings);
    return good;
}

struct input {
    struct spk_arena arena;
    const char *bytes;
    size_t size;
};

static void run(void *argument)
{
    struct input *input = argument;
    Spk__SparkApplication *application = NULL, *again = NULL;
    struct spk_err err = {0};

    if (!load(&input->arena, input->bytes, input->size, &application, &err)) {
        SPK_PROMISE(err.reason != SPK_NO_REASON && err.text[0] != '\0');
        SPK_PROMISE(err.reason != SPK_INVALID_FIELD || err.field[0] != '\0');
        spk_promise_utf8_err(&err);
        return;
    }
    SPK_PROMISE(application->spec && application->spec->driver && application->spec->executor);
    const char *text =
        spk_json_write(&input->arena, spk_application_tree(&input->arena, application));
    SPK_PROMISE(load(&input->arena, text, strlen(text), &again, &err));
    SPK_PROMISE(strcmp(text, spk_json_write(&input->arena,
                                            spk_application_tree(&input->arena, again))) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {SPK_ARENA_LIMIT(SPK_MIB(64)), (const char *)data, size};

    if (!spk_arena_run(&input.arena, run, &input))
        SPK_PROMISE(input.arena.used <= input.arena.limit);
    spk_arena_free(&input.arena);
    return 0;
}
