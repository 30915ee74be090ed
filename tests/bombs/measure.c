/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Renders bombs of several sizes and prints a line for each: name, size, peak of memory in
 * KiB, microseconds of thread CPU, steps, reason, field. Under callgrind each rendering is
 * dumped on its own, with "name size" as its reason, in place of memory and time.
 *
 * measure PARTS [NAME...]: all, or those named, at these parts of their limits: "8,4,1" is an
 * eighth, a quarter and all of it. measure write NAME: the text of one at its limit.
 */
#include "base/limits.h"
#include "translate/translate.h"
#include "json/manifest.h"
#include "json/yaml.h"

#include "../property/pack.h"
#include "bombs.h"
#include "grpc/codec/wire.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <valgrind/callgrind.h>

#define HEAD                                                                                  \
    "{\"apiVersion\":\"sparkoperator.k8s.io/v1beta2\",\"kind\":\"SparkApplication\","         \
    "\"metadata\":{\"name\":\"bomb\",\"namespace\":\"n\"},\"spec\":{\"type\":\"Scala\","      \
    "\"mode\":\"cluster\",\"mainClass\":\"M\",\"sparkVersion\":\"4.1.4\""
#define IMAGE    ",\"image\":\"i\""
#define RESOURCE ",\"mainApplicationFile\":\"local:///a.jar\""

/* ---- making a bomb ---- */

struct text {
    char *data;
    size_t length, capacity;
};

static void put(struct text *text, const char *bytes, size_t length)
{
    if (text->length + length + 1 > text->capacity) {
        text->capacity = 2 * (text->length + length + 1);
        text->data = realloc(text->data, text->capacity);
        if (!text->data)
            abort();
    }
    memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = '\0';
}

static void put_unit(struct text *text, const char *unit, size_t i, size_t n)
{
    char number[32];

    for (;;) {
        size_t length = strcspn(unit, "@+~");

        put(text, unit, length);
        unit += length;
        if (*unit == '\0')
            return;
        if (*unit == '~')
            (void)snprintf(number, sizeof(number), "%08zu", n - i);
        else
            (void)snprintf(number, sizeof(number), "%zu", i + (*unit == '+'));
        put(text, number, strlen(number));
        unit++;
    }
}

static bool mentions(const struct bomb *bomb, const char *key)
{
    return strstr(bomb->head, key) != NULL;
}

static struct text make(const struct bomb *bomb, size_t n)
{
    struct text text = {0};

    if (bomb->kind == BOMB_MANIFEST) {
        put(&text, HEAD, strlen(HEAD));
        if (!mentions(bomb, "\"image\""))
            put(&text, IMAGE, strlen(IMAGE));
        if (!mentions(bomb, "\"mainApplicationFile\""))
            put(&text, RESOURCE, strlen(RESOURCE));
        if (!mentions(bomb, "\"driver\""))
            put(&text, ",\"driver\":{}", 12);
        if (!mentions(bomb, "\"executor\""))
            put(&text, ",\"executor\":{}", 14);
        put(&text, ",", 1);
    }
    put(&text, bomb->head, strlen(bomb->head));
    for (size_t i = 0; i < n; i++) {
        if (i && bomb->separator)
            put(&text, bomb->separator, strlen(bomb->separator));
        put_unit(&text, bomb->unit, i, n);
    }
    put(&text, bomb->tail, strlen(bomb->tail));
    if (bomb->kind == BOMB_MANIFEST)
        put(&text, "}}", 2);
    return text;
}

/* ---- handing it in ---- */

struct rendering {
    struct spk_arena arena;
    bool is_typed;
    const struct bomb *bomb;
    const struct text *text;
    struct spk_bytes bytes;
    struct spk_payload payload;
    struct spk_environment environment;
    struct spk_err err;
};

static bool read_file(void *context, struct spk_arena *arena, const char *path,
                      struct spk_bytes *out, struct spk_err *err)
{
    (void)arena;
    (void)path;
    (void)err;
    *out = *(const struct spk_bytes *)context;
    return true;
}

/* The words of the text, each of which ends in '\1'; they are cut there. */
static struct spk_strings words_of(struct spk_arena *arena, char *text)
{
    struct spk_strings words = {0};
    char *end;

    for (; (end = strchr(text, '\1')); text = end + 1) {
        *end = '\0';
        spk_strings_add(arena, &words, text);
    }
    return words;
}

static void add_arguments(struct rendering *job, const char *const *arguments, size_t n)
{
    for (size_t i = 0; i < n; i++)
        spk_strings_add(&job->arena, &job->payload.arguments, arguments[i]);
}

static void add_conf_files(struct rendering *job, const struct spk_strings *names,
                           struct spk_bytes bytes)
{
    struct spk_named_bytes *files = spk_alloc_array(&job->arena, names->n, sizeof(*files));

    for (size_t i = 0; i < names->n; i++)
        files[i] = (struct spk_named_bytes){names->items[i], bytes};
    job->environment.conf_dir = "conf_files";
    job->environment.has_conf_dir = true;
    job->environment.conf_files = (struct spk_files){files, names->n};
}

static void add_conf_file(struct rendering *job, const char *name)
{
    const struct spk_strings names = {&name, 1};

    add_conf_files(job, &names, job->bytes);
}

static void add_variables(struct rendering *job, const struct spk_strings *names)
{
    struct spk_conf variables = {.arena = &job->arena};

    for (size_t i = 0; i < names->n; i++)
        spk_conf_set(&variables, names->items[i], "v", "environment");
    job->environment.variables = variables.entries;
    job->environment.n = variables.n;
}

static void add_variable(struct rendering *job)
{
    struct spk_conf variables = {.arena = &job->arena};
    char *equals = strchr(job->text->data, '=');

    *equals = '\0';
    spk_conf_set(&variables, job->text->data, equals + 1, "environment");
    job->environment.variables = variables.entries;
    job->environment.n = variables.n;
    job->environment.read_file = NULL;
}

static void add_command(struct rendering *job)
{
    static const char *const usual[] = {"--master",      "k8s://https://h",
                                        "--deploy-mode", "cluster",
                                        "--class",       "M",
                                        "--conf",        "spark.kubernetes.container.image=i",
                                        "--name",        "bomb"};
    static const char *const file[] = {"--properties-file", "/file"};
    static const char *const rest[] = {"local:///a.jar"};
    const enum bomb_kind kind = job->bomb->kind;
    struct spk_strings words = {0};

    job->payload.kind = SPK_PAYLOAD_COMMAND;
    job->payload.environment = &job->environment;
    job->payload.properties.arena = &job->arena;
    add_arguments(job, usual, SPK_LEN(usual));
    if (kind == BOMB_COMMAND || kind == BOMB_CONF_FILES || kind == BOMB_VARIABLES)
        words = words_of(&job->arena, job->text->data);
    if (kind == BOMB_COMMAND)
        add_arguments(job, words.items, words.n);
    if (kind == BOMB_PROPERTIES)
        add_arguments(job, file, SPK_LEN(file));
    if (kind == BOMB_CONF_FILES)
        add_conf_files(job, &words, (struct spk_bytes){"v", 1});
    if (kind == BOMB_VARIABLES)
        add_variables(job, &words);
    if (kind == BOMB_VARIABLE)
        add_variable(job);
    add_arguments(job, rest, SPK_LEN(rest));
}

/* As the server does with a request. */
static bool decode(struct rendering *job)
{
    static const struct spk_wire_options options = {
        .application = &spk__spark_application__descriptor};
    struct spk_warnings warnings = {0};
    ProtobufCMessage *message = NULL;

    if (!spk_wire_decode(&job->arena, options.application, job->bytes, &options, &message,
                         &warnings, &job->err))
        return false;
    job->payload.kind = SPK_PAYLOAD_APPLICATION;
    job->payload.application = (Spk__SparkApplication *)message;
    return true;
}

static bool prepare(struct rendering *job)
{
    struct spk_template template = {.text = job->bytes, .origin = "template"};

    job->environment = (struct spk_environment){
        .user = "spark", .read_file = read_file, .context = &job->bytes};
    if (job->is_typed)
        return decode(job);
    if (job->bomb->kind == BOMB_MANIFEST || job->bomb->kind == BOMB_DOCUMENT) {
        job->payload.kind = SPK_PAYLOAD_MANIFEST;
        job->payload.manifest = job->bytes;
        return true;
    }
    add_command(job);
    if (job->bomb->kind == BOMB_DEFAULTS)
        add_conf_file(job, "spark-defaults.conf");
    else if (job->bomb->kind == BOMB_CORE_SITE)
        add_conf_file(job, "core-site.xml");
    else if (job->bomb->kind == BOMB_DRIVER_TEMPLATE)
        job->payload.driver_template = template;
    else if (job->bomb->kind == BOMB_EXECUTOR_TEMPLATE)
        job->payload.executor_template = template;
    return true;
}

static void render(void *argument)
{
    struct rendering *job = argument;
    struct spk_settings settings = spk_settings_default();
    struct spk_view view = {.stage = SPK_STAGE_OBJECTS};
    struct spk_prepared prepared = {0};
    cJSON *tree = NULL;

    if (!prepare(job))
        return;
    settings.environment.user = "spark";
    struct spk_request request = {
        .payload = job->payload, .tenant = "", .pod_mutation = SPK_MUTATION_NATIVE};
    if (spk_render(&job->arena, &settings, &request, &view, &tree, &prepared, &job->err))
        (void)spk_yaml_write(&job->arena, tree);
}

/* The JSON in *bytes as a message; what is too large to be read as JSON has none. */
static bool pack(struct spk_arena *arena, struct spk_bytes *bytes)
{
    struct spk_buf packed = {.arena = arena};
    struct spk_warnings warnings = {0};
    struct spk_err err = {0};
    cJSON *tree = NULL;

    if (!spk_manifest_read(arena, bytes->data, bytes->length, &warnings, &tree, &err))
        return false;
    spk_json_remove(tree, "apiVersion");
    spk_json_remove(tree, "kind");
    pack_message(&packed, tree, &spk__spark_application__descriptor);
    *bytes = (struct spk_bytes){spk_buf_string(&packed), packed.length};
    return true;
}

/* ---- measuring ---- */

static long read_peak_kib(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    long kib = 0;

    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, "VmHWM: %ld", &kib) == 1)
            break;
    if (file)
        (void)fclose(file);
    return kib;
}

/* The peak is then what is resident now. */
static void reset_peak(void)
{
    FILE *file = fopen("/proc/self/clear_refs", "w");

    (void)malloc_trim(0);
    if (!file || fputs("5", file) < 0 || fclose(file) != 0)
        abort();
}

static long cpu_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

static void measure(const struct bomb *bomb, const char *name, size_t n, bool is_typed)
{
    SPK_ARENA packing = SPK_ARENA_LIMIT(SPK_MIB(512));
    struct text text = make(bomb, n);
    struct rendering job = {.arena = {.limit = SPK_ARENA_BYTES, .max_steps = SPK_MAX_STEPS},
                            .is_typed = is_typed,
                            .bomb = bomb,
                            .text = &text,
                            .bytes = {text.data, text.length}};
    char label[128];

    if (is_typed && !pack(&packing, &job.bytes)) {
        free(text.data);
        return;
    }
    (void)snprintf(label, sizeof(label), "%s %zu", name, n);
    reset_peak();
    long peak = read_peak_kib(), before = cpu_us();
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_ZERO_STATS;
    bool finished = spk_arena_run(&job.arena, render, &job);
    CALLGRIND_DUMP_STATS_AT(label);
    CALLGRIND_STOP_INSTRUMENTATION;
    long us = cpu_us() - before;
    peak = read_peak_kib() - peak;
    if (!finished)
        (void)spk_fail_exhausted(&job.err, &job.arena);
    const char *reason = spk_reason_name(job.err.reason);
    printf("%s %zu %ld %ld %zu %s %s %s\n", name, n, peak, us, job.arena.steps,
           *reason ? reason : "OK", *job.err.field ? job.err.field : "-", job.err.text);
    spk_arena_free(&job.arena);
    free(text.data);
}

/* One of names, or there are none. */
static bool is_wanted(const char *name, char **names)
{
    if (!*names)
        return true;
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

static void measure_parts(const struct bomb *bomb, bool is_typed, const char *parts,
                          char **names)
{
    char name[96];

    (void)snprintf(name, sizeof(name), "%s%s", is_typed ? "typed-" : "", bomb->name);
    if (!is_wanted(name, names))
        return;
    for (const char *at = parts; at; at = strchr(at, ',')) {
        at += *at == ',';
        size_t part = strtoul(at, NULL, 10);

        if (!part)
            abort();
        measure(bomb, name, bomb->limit / part, is_typed);
    }
}

static void write_text(const char *name)
{
    for (size_t i = 0; i < bombs_n; i++) {
        if (strcmp(bombs[i].name, name) != 0)
            continue;
        struct text text = make(&bombs[i], bombs[i].limit);

        (void)fwrite(text.data, 1, text.length, stdout);
        free(text.data);
    }
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return EXIT_FAILURE;
    if (argc == 3 && strcmp(argv[1], "write") == 0) {
        write_text(argv[2]);
        return EXIT_SUCCESS;
    }
    for (size_t i = 0; i < bombs_n; i++) {
        measure_parts(&bombs[i], false, argv[1], argv + 2);
        if (bombs[i].kind == BOMB_MANIFEST)
            measure_parts(&bombs[i], true, argv[1], argv + 2);
    }
    return EXIT_SUCCESS;
}
