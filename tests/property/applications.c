/* SPDX-License-Identifier: Apache-2.0 */
/*
 * applications [COUNT [SEED]]: random SparkApplications, valid and not, through the whole
 * core. JSON, YAML and protobuf of one application give the same bytes or the same refusal;
 * rendering twice gives the same bytes; a refusal says which field; refusals and warnings are
 * UTF-8; every field was there at least once. Half of the applications are damaged after that,
 * and must be taken or refused likewise.
 */
#include "maker.h"
#include "pack.h"

#include "base/limits.h"
#include "grpc/codec/wire.h"
#include "spark/submit/v1/spark_application.pb-c.h"
#include "translate/translate.h"
#include "json/write.h"
#include "json/yaml.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct result {
    const char *text; /* canonical bytes; NULL: refused */
    struct spk_err err;
    struct spk_warnings warnings;
};

static struct result render(struct spk_arena *arena, const struct spk_payload *payload)
{
    struct spk_settings settings = spk_settings_default();
    struct spk_request request = {
        .payload = *payload, .tenant = "", .pod_mutation = SPK_MUTATION_NATIVE};
    struct spk_view view = {.stage = SPK_STAGE_OBJECTS};
    struct spk_prepared prepared;
    struct result result = {0};
    cJSON *tree;

    if (spk_render(arena, &settings, &request, &view, &tree, &prepared, &result.err)) {
        result.text = spk_json_write(arena, tree);
        result.warnings = prepared.warnings;
    }
    return result;
}

static struct result render_text(struct spk_arena *arena, const char *text)
{
    struct spk_payload payload = {.kind = SPK_PAYLOAD_MANIFEST,
                                  .manifest = {text, strlen(text)}};

    return render(arena, &payload);
}

static struct result render_message(struct spk_arena *arena, const cJSON *tree)
{
    const ProtobufCMessageDescriptor *descriptor = &spk__spark_application__descriptor;
    struct spk_wire_options options = {.application = descriptor};
    struct spk_payload payload = {.kind = SPK_PAYLOAD_APPLICATION};
    struct spk_buf bytes = {.arena = arena};
    struct spk_warnings warnings = {0};
    struct result result = {0};
    ProtobufCMessage *message;

    pack_message(&bytes, tree, descriptor);
    if (!spk_wire_decode(arena, descriptor,
                         (struct spk_bytes){spk_buf_string(&bytes), bytes.length}, &options,
                         &message, &warnings, &result.err))
        return result;
    payload.application = (Spk__SparkApplication *)message;
    return render(arena, &payload);
}

struct trial {
    struct spk_arena *arena;
    struct dice dice;
    struct tally *tally;
    size_t accepted, failures;
    uint64_t number;
};

static void blame(struct trial *t, const char *what, const char *manifest,
                  const struct result *a, const struct result *b)
{
    t->failures++;
    printf("application %" PRIu64 ": %s\n  %s\n  %s: %s\n  %s: %s\n", t->number, what,
           manifest, a->err.field, a->text ? "accepted" : a->err.text, b->err.field,
           b->text ? "accepted" : b->err.text);
}

static bool is_same(const struct result *a, const struct result *b)
{
    return spk_text_equal(a->text, b->text) && a->err.reason == b->err.reason &&
           strcmp(a->err.field, b->err.field) == 0;
}

static bool is_utf8(const char *text)
{
    return spk_is_utf8(text, strlen(text));
}

static bool tells_utf8(const struct result *result)
{
    bool good = is_utf8(result->err.text) && is_utf8(result->err.field);

    for (const struct spk_violation *at = result->err.violations; at; at = at->next)
        good = good && is_utf8(at->field) && is_utf8(at->text);
    for (size_t i = 0; i < result->warnings.n; i++)
        good = good && is_utf8(result->warnings.items[i].message) &&
               is_utf8(result->warnings.items[i].field);
    return good;
}

static void check(struct trial *t, const cJSON *tree, bool typed)
{
    const char *json = spk_json_write(t->arena, tree);
    struct result first = render_text(t->arena, json);
    struct result again = render_text(t->arena, json);
    struct result yaml = render_text(t->arena, spk_yaml_write(t->arena, tree));

    t->accepted += first.text != NULL;
    if (!first.text && first.err.field[0] == '\0')
        blame(t, "refused without a field", json, &first, &first);
    if (!tells_utf8(&first))
        blame(t, "told in half characters", json, &first, &first);
    if (!is_same(&first, &again))
        blame(t, "rendered twice, not the same", json, &first, &again);
    if (!is_same(&first, &yaml))
        blame(t, "YAML is not as JSON", json, &first, &yaml);
    if (!typed)
        return;
    struct result message = render_message(t->arena, tree);
    if (!is_same(&first, &message))
        blame(t, "protobuf is not as JSON", json, &first, &message);
}

static void run(void *argument)
{
    struct trial *t = argument;
    cJSON *tree = make_application(t->arena, &t->dice, t->tally);

    check(t, tree, true);
    if (dice_percent(&t->dice, 50)) {
        damage(t->arena, &t->dice, tree);
        check(t, tree, false);
    }
}

/* How many fields no application had. */
static size_t report_missing(const struct tally *tally)
{
    size_t missing = 0;

    for (size_t i = 0; i < tally->n; i++) {
        if (tally->rows[i].n > 0)
            continue;
        printf("never made: %s.%s\n", tally->rows[i].message->short_name,
               tally->rows[i].field->name);
        missing++;
    }
    return missing;
}

int main(int argc, char **argv)
{
    uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    size_t accepted = 0, failures = 0;
    struct tally tally = {0};

    tally_fields(&tally, &spk__spark_application__descriptor);
    for (uint64_t i = 0; i < n && failures < 10; i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(256));
        struct trial trial = {.arena = &arena,
                              .dice = dice_seeded(seed + i),
                              .tally = &tally,
                              .number = seed + i};

        if (!spk_arena_run(&arena, run, &trial)) {
            printf("application %" PRIu64 ": out of memory\n", seed + i);
            failures++;
        }
        accepted += trial.accepted;
        failures += trial.failures;
    }
    failures += report_missing(&tally);
    printf("%" PRIu64 " applications, %zu renderings accepted, %zu failures\n", n, accepted,
           failures);
    return failures > 0 || accepted == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
