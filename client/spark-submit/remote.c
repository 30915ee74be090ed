/* SPDX-License-Identifier: Apache-2.0 */
#include "remote.h"

#include "log.h"
#include "sparksubmit/client.h"

#include <dlfcn.h>
#include <string.h>

#define LIBRARY "libsparksubmit.so.1"

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

/* The server has neither our files nor our environment: both travel with the arguments. */
static void fill_job(struct spk_arena *arena, const struct submit_machine *machine,
                     const struct submit_arguments *arguments,
                     const struct spk_command_line *line, struct spk_job *job)
{
    static const char *const names[] = {"SPARK_USER",
                                        "SPARK_LOCAL_DIRS",
                                        "PYSPARK_PYTHON",
                                        "PYSPARK_DRIVER_PYTHON",
                                        "MASTER",
                                        "DEPLOY_MODE",
                                        "SPARK_DRIVER_MEMORY",
                                        "SPARK_EXECUTOR_MEMORY",
                                        "SPARK_EXECUTOR_CORES"};
    const struct spk_files *files = &machine->environment.conf_files;
    struct spk_pair *variables = spk_alloc_array(arena, SPK_LEN(names), sizeof(*variables));
    struct spk_pair *pairs = spk_alloc_array(arena, files->n, sizeof(*pairs));
    size_t n = 0;

    for (size_t i = 0; i < SPK_LEN(names); i++) {
        const char *value = spk_environment_get(&machine->environment, names[i]);

        if (value)
            variables[n++] = (struct spk_pair){names[i], value};
    }
    for (size_t i = 0; i < files->n; i++)
        pairs[i] = (struct spk_pair){files->items[i].name, files->items[i].bytes.data};
    *job = (struct spk_job){
        .arguments = arguments->list.items,
        .n_arguments = arguments->list.n,
        .driver_template = line->submission.driver_template.text.data,
        .driver_template_length = line->submission.driver_template.text.length,
        .executor_template = line->submission.executor_template.text.data,
        .executor_template_length = line->submission.executor_template.text.length,
        .environment = variables,
        .n_environment = n,
        .conf_files = pairs,
        .n_conf_files = files->n,
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
                   const struct submit_arguments *arguments,
                   const struct spk_command_line *line, struct spk_err *err)
{
    const char *wait =
        spk_conf_get(&line->submission.conf, "spark.kubernetes.submission.waitAppCompletion");
    struct spk_client_config config = {.size = sizeof(config), .target = machine->endpoint};
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
