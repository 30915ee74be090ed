/* SPDX-License-Identifier: Apache-2.0 */
#include "remote.h"

#include "log.h"
#include "spark/conf_dir.h"
#include "spark/substitution.h"
#include "sparksubmit/client.h"

#include <assert.h>
#include <dlfcn.h>
#include <string.h>

#define LIBRARY "libsparksubmit.so.1"

/* What spark-submit looks at in its environment; a server refuses the last, with advice. */
static const char *const variable_names[] = {
    "SPARK_USER",
    "SPARK_LOCAL_DIRS",
    "PYSPARK_PYTHON",
    "PYSPARK_DRIVER_PYTHON",
    "MASTER",
    "DEPLOY_MODE",
    "SPARK_DRIVER_MEMORY",
    "SPARK_EXECUTOR_MEMORY",
    "SPARK_EXECUTOR_CORES",
    "HADOOP_CONF_DIR",
};

/* The functions of the library that are used. */
struct library {
    void *handle;
    bool (*open)(struct spk_client **, const struct spk_client_config *, struct spk_error *);
    void (*close)(struct spk_client *);
    bool (*submit)(struct spk_client *, const struct spk_submit *, int64_t,
                   struct spk_result **, struct spk_error *);
    const char *(*text)(const struct spk_result *, enum spk_field);
    void (*free)(struct spk_result *);
};

static bool load(struct library *library, struct spk_err *err)
{
    const struct {
        const char *name;
        void *function; /* of a pointer to a function: POSIX lets dlsym fill it so */
    } symbols[] = {
        {"spk_client_open", &library->open},     {"spk_client_close", &library->close},
        {"spk_client_submit", &library->submit}, {"spk_result_text", &library->text},
        {"spk_result_free", &library->free},
    };

    library->handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!library->handle)
        return spk_fail(err, SPK_UNSUPPORTED_FEATURE,
                        "SPK_ENDPOINT needs " LIBRARY ", which cannot be loaded: %.200s",
                        dlerror());
    for (size_t i = 0; i < SPK_LEN(symbols); i++) {
        void *symbol = dlsym(library->handle, symbols[i].name);

        if (!symbol)
            return spk_fail(err, SPK_UNSUPPORTED_FEATURE, LIBRARY " has no %s",
                            symbols[i].name);
        memcpy(symbols[i].function, &symbol, sizeof(symbol));
    }
    return true;
}

/* The value of a word that is option, or starts with "option="; NULL: it is another word. */
static const char *value_of(const struct spk_strings *words, size_t *at, const char *option)
{
    const char *word = words->items[*at];
    size_t length = strlen(option);

    assert(word);
    if (strncmp(word, option, length) != 0)
        return NULL;
    if (word[length] == '=')
        return word + length + 1;
    if (word[length] || *at + 1 >= words->n)
        return NULL;
    return words->items[++*at];
}

/* A file of properties that only this machine has: its keys become words of the command line.
 */
static const char *file_option(const struct spk_strings *words, size_t *at)
{
    static const char *const options[] = {"--properties-file", "--extra-properties-file"};
    const char *value = NULL;

    for (size_t i = 0; i < SPK_LEN(options) && !value; i++)
        value = value_of(words, at, options[i]);
    return value;
}

static bool is_endpoint(const struct spk_strings *words, size_t *at)
{
    static const char *const options[] = {"--conf", "-c"};
    size_t start = *at;

    for (size_t i = 0; i < SPK_LEN(options); i++) {
        const char *value = value_of(words, at, options[i]);

        if (value && spk_starts_with(value, SUBMIT_ENDPOINT_KEY "="))
            return true;
        *at = start;
    }
    return false;
}

static void add_keys(struct spk_arena *arena, const struct spk_conf *conf, const char *origin,
                     struct spk_strings *out)
{
    for (size_t i = 0; i < conf->n; i++) {
        const struct spk_conf_entry *entry = &conf->entries[i];

        if (!spk_text_equal(entry->origin, origin) ||
            spk_text_equal(entry->key, SUBMIT_ENDPOINT_KEY))
            continue;
        spk_strings_add(arena, out, "--conf");
        spk_strings_add(arena, out, spk_printf(arena, "%s=%s", entry->key, entry->value));
    }
}

/*
 * The words for the server: what files of properties say comes first, where every later word
 * wins over it. *replaced says whether a file stands for spark-defaults.conf.
 */
static struct spk_strings portable_words(struct spk_arena *arena,
                                         const struct submit_arguments *arguments,
                                         const struct spk_command_line *line, bool *replaced)
{
    const struct spk_strings *given = &arguments->list;
    size_t end = given->n - line->submission.arguments.n;
    struct spk_strings words = {0}, kept = {0};
    bool load_defaults = false;

    for (size_t i = 0; i < given->n; i++) {
        const char *file = i < end ? file_option(given, &i) : NULL;

        if (file) {
            add_keys(arena, &line->submission.conf, file, &words);
            *replaced = true;
        } else if (i >= end || !is_endpoint(given, &i)) {
            load_defaults |= i < end && !strcmp(given->items[i], "--load-spark-defaults");
            spk_strings_add(arena, &kept, given->items[i]);
        }
    }
    for (size_t i = 0; i < kept.n; i++)
        spk_strings_add(arena, &words, kept.items[i]);
    *replaced = *replaced && !load_defaults;
    return words;
}

/*
 * Those variables, what properties refer to by ${env:NAME}, and the user: what only this
 * machine knows decides the objects as if they were made here. A proxy user is in the
 * arguments, and SPARK_USER would win over it.
 */
static struct spk_conf take_variables(struct spk_arena *arena,
                                      const struct spk_environment *environment,
                                      const struct spk_submission *submission)
{
    struct spk_conf out = spk_substitution_variables(arena, &submission->conf, environment);

    for (size_t i = 0; i < SPK_LEN(variable_names); i++) {
        const char *value = spk_environment_get(environment, variable_names[i]);

        if (value)
            spk_conf_set(&out, variable_names[i], value, "environment");
    }
    if (!submission->proxy_user)
        spk_conf_set_missing(&out, "SPARK_USER", environment->user, "environment");
    return out;
}

static struct spk_pair *pairs_of(const struct spk_conf *variables)
{
    struct spk_pair *pairs = spk_alloc_array(variables->arena, variables->n, sizeof(*pairs));

    for (size_t i = 0; i < variables->n; i++)
        pairs[i] = (struct spk_pair){variables->entries[i].key, variables->entries[i].value};
    return pairs;
}

/* What is no text is not shipped there either; with a NUL byte it cannot even travel. */
static size_t take_files(const struct spk_files *files, bool without_defaults,
                         struct spk_pair *out)
{
    size_t n = 0;

    for (size_t i = 0; i < files->n; i++) {
        const struct spk_named_bytes *file = &files->items[i];
        const char *flaw = spk_text_flaw(file->bytes.data, file->bytes.length);

        if (without_defaults && !strcmp(file->name, "spark-defaults.conf"))
            continue;
        if (flaw && !spk_conf_dir_excludes(file->name))
            submit_log("WARN", "Client", "the file '%.200s' of the configuration directory %s",
                       file->name, flaw);
        if (strlen(file->bytes.data) == file->bytes.length)
            out[n++] = (struct spk_pair){file->name, file->bytes.data};
    }
    return n;
}

/* The server has neither our files nor our environment: both travel with the arguments. */
static void fill_job(struct spk_arena *arena, const struct submit_machine *machine,
                     const struct submit_arguments *arguments,
                     const struct spk_command_line *line, struct spk_job *job)
{
    const struct spk_environment *environment = &machine->environment;
    struct spk_conf variables = take_variables(arena, environment, &line->submission);
    struct spk_pair *files = spk_alloc_array(arena, environment->conf_files.n, sizeof(*files));
    bool replaced = false;
    struct spk_strings words = portable_words(arena, arguments, line, &replaced);

    *job = (struct spk_job){
        .arguments = words.items,
        .n_arguments = words.n,
        .driver_template = line->submission.driver_template.text.data,
        .driver_template_length = line->submission.driver_template.text.length,
        .executor_template = line->submission.executor_template.text.data,
        .executor_template_length = line->submission.executor_template.text.length,
        .environment = pairs_of(&variables),
        .n_environment = variables.n,
        .conf_files = files,
        .n_conf_files = take_files(&environment->conf_files, replaced, files),
    };
}

static bool take_error(const struct spk_error *error, struct spk_err *err)
{
    for (enum spk_reason reason = SPK_NO_REASON; reason < SPK_REASON_COUNT; reason++)
        if (*error->reason && !strcmp(spk_reason_name(reason), error->reason))
            return spk_fail(err, reason, "%s", error->text);
    return spk_fail(err, SPK_KUBE_UNREACHABLE, "the server did not answer: %s", error->text);
}

static bool call(const struct library *library, const struct spk_client_config *config,
                 const struct spk_submit *request, struct spk_err *err)
{
    struct spk_client *client = NULL;
    struct spk_result *result = NULL;
    struct spk_error error;

    if (!library->open(&client, config, &error))
        return take_error(&error, err);
    bool ok = library->submit(client, request, 0, &result, &error);
    if (ok)
        submit_announce(library->text(result, SPK_FIELD_APP_NAME),
                        library->text(result, SPK_FIELD_SPARK_APPLICATION_ID),
                        library->text(result, SPK_FIELD_NAMESPACE),
                        library->text(result, SPK_FIELD_DRIVER_POD_NAME));
    else
        (void)take_error(&error, err);
    library->free(result);
    library->close(client);
    return ok;
}

bool submit_remote(struct spk_arena *arena, const struct submit_machine *machine,
                   const char *endpoint, const struct submit_arguments *arguments,
                   const struct spk_command_line *line, struct spk_err *err)
{
    const char *wait =
        spk_conf_get(&line->submission.conf, "spark.kubernetes.submission.waitAppCompletion");
    struct spk_client_config config = {.size = sizeof(config), .target = endpoint};
    struct spk_submit request = {
        .size = sizeof(request),
        .spark_version = arguments->version.text,
        .require_submission_id = true,
    };
    struct library library = {0};

    fill_job(arena, machine, arguments, line, &request.job);
    if (!load(&library, err))
        return false;
    if (!wait || strcmp(wait, "false") != 0)
        submit_log("WARN", "Client",
                   "a server carries the submission out: its end is not waited for");
    return call(&library, &config, &request, err);
}
