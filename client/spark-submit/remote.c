/* SPDX-License-Identifier: Apache-2.0 */
#include "remote.h"

#include "failure.h"
#include "local/argument_name.h"
#include "local/call_error.h"
#include "local/for_server.h"
#include "log.h"
#include "spark/conf/substitution.h"
#include "sparksubmit/client.h"

#include <dlfcn.h>
#include <string.h>

#define LIBRARY "libsparksubmit.so.1"

/* Variables that spark-submit reads; a server refuses the last one, with advice. */
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
    bool (*open)(struct sparksubmit_client **, const struct sparksubmit_client_config *,
                 struct sparksubmit_error *);
    void (*close)(struct sparksubmit_client *);
    bool (*submit)(struct sparksubmit_client *, const struct sparksubmit_submit *, int64_t,
                   struct sparksubmit_result **, struct sparksubmit_error *);
    const char *(*text)(const struct sparksubmit_result *, enum sparksubmit_field);
    size_t (*count)(const struct sparksubmit_result *, enum sparksubmit_list);
    const char *(*item)(const struct sparksubmit_result *, enum sparksubmit_list, size_t);
    void (*free)(struct sparksubmit_result *);
};

static bool load(struct library *library, struct spk_err *err)
{
    const struct {
        const char *name;
        void *function; /* of a pointer to a function: POSIX lets dlsym fill it so */
    } symbols[] = {
        {"sparksubmit_client_open", &library->open},
        {"sparksubmit_client_close", &library->close},
        {"sparksubmit_client_submit", &library->submit},
        {"sparksubmit_result_text", &library->text},
        {"sparksubmit_result_count", &library->count},
        {"sparksubmit_result_item", &library->item},
        {"sparksubmit_result_free", &library->free},
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

static struct sparksubmit_pair *pairs_of(const struct spk_conf *variables)
{
    struct sparksubmit_pair *pairs =
        spk_alloc_array(variables->arena, variables->n, sizeof(*pairs));

    for (size_t i = 0; i < variables->n; i++)
        pairs[i] =
            (struct sparksubmit_pair){variables->entries[i].key, variables->entries[i].value};
    return pairs;
}

/* The server has neither our files nor our environment: both travel with the arguments. */
static struct sparksubmit_job make_job(struct spk_arena *arena,
                                       const struct submit_machine *machine,
                                       const struct spk_command_line *line)
{
    struct spk_conf variables =
        take_variables(arena, &machine->environment, &line->submission);
    struct sparksubmit_job job = spk_job_for_server(arena, line, true, SUBMIT_ENDPOINT_KEY);

    job.environment = pairs_of(&variables);
    job.n_environment = variables.n;
    return job;
}

/* The server counts the arguments that were sent, which are not those that were typed. */
static bool take_error(struct spk_arena *arena, const struct sparksubmit_job *job,
                       const struct sparksubmit_error *error, struct spk_err *err)
{
    const struct spk_strings sent = {(const char **)(uintptr_t)job->arguments,
                                     job->n_arguments};

    (void)spk_err_from_error(arena, error, err);
    const char *argument = spk_argument_name(arena, &sent, err->field);
    spk_err_note(err, arena, "argument", argument ? argument : "");
    return false;
}

/* Warnings that reading the command line here has given already are not repeated. */
static void print_warnings(struct spk_arena *arena, const struct library *library,
                           const struct sparksubmit_result *result,
                           const struct spk_warnings *said)
{
    struct spk_warnings warnings = {0};

    for (size_t i = 0; i < library->count(result, SPARKSUBMIT_LIST_WARNINGS); i++)
        spk_warn(&warnings, arena, library->item(result, SPARKSUBMIT_LIST_WARNING_CODES, i),
                 library->item(result, SPARKSUBMIT_LIST_WARNING_FIELDS, i), "%s",
                 library->item(result, SPARKSUBMIT_LIST_WARNINGS, i));
    submit_print_warnings(&warnings, said);
}

/* Texts of the result end with it. */
static struct submit_driver driver_of(struct spk_arena *arena, const struct library *library,
                                      const struct sparksubmit_result *result)
{
    return (struct submit_driver){
        .ns = spk_strdup(arena, library->text(result, SPARKSUBMIT_FIELD_NAMESPACE)),
        .pod = spk_strdup(arena, library->text(result, SPARKSUBMIT_FIELD_DRIVER_POD_NAME)),
        .uid = spk_strdup(arena, library->text(result, SPARKSUBMIT_FIELD_DRIVER_POD_UID)),
        .application_name =
            spk_strdup(arena, library->text(result, SPARKSUBMIT_FIELD_APP_NAME)),
        .application_id =
            spk_strdup(arena, library->text(result, SPARKSUBMIT_FIELD_SPARK_APPLICATION_ID)),
    };
}

bool submit_remote(struct spk_arena *arena, const struct submit_machine *machine,
                   const char *endpoint, const struct submit_arguments *arguments,
                   const struct spk_command_line *line, struct submit_driver *out,
                   struct spk_err *err)
{
    struct sparksubmit_client_config config = {.size = sizeof(config), .target = endpoint};
    struct sparksubmit_submit request = {
        .size = sizeof(request),
        .job = make_job(arena, machine, line),
        .spark_version = arguments->version.text,
        .require_submission_id = true,
    };
    struct library library = {0};
    struct sparksubmit_client *client = NULL;
    struct sparksubmit_result *result = NULL;
    struct sparksubmit_error error;

    if (!load(&library, err))
        return false;
    if (!library.open(&client, &config, &error))
        return take_error(arena, &request.job, &error, err);
    bool ok = library.submit(client, &request, 0, &result, &error);
    if (ok) {
        print_warnings(arena, &library, result, &line->warnings);
        *out = driver_of(arena, &library, result);
    } else {
        (void)take_error(arena, &request.job, &error, err);
    }
    library.free(result);
    library.close(client);
    return ok;
}
