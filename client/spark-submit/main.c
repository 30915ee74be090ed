/* SPDX-License-Identifier: Apache-2.0 */
/* A drop-in for bin/spark-submit: same options, exit codes and the log lines tools look for.
 */
#include "apiserver/http/kube.h"
#include "base/limits.h"
#include "cluster.h"
#include "commandline/version_guess.h"
#include "failure.h"
#include "local/argument_name.h"
#include "operations.h"
#include "spark_env.h"
#include "submit.h"
#include "usage.h"
#include "verbose.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* Exit codes, as Spark gives them to System.exit: a shell sees its -1 as 255. */
enum { EXIT_SUBMITTED = 0, EXIT_REFUSED = 1, EXIT_NO_ARGUMENTS = 255 };

struct program {
    struct spk_arena *arena;
    int argc;
    char **argv;
    int status;
    const char *url; /* of the API server, for messages */
};

static bool operate(struct spk_arena *arena, const struct submit_machine *machine,
                    const struct submit_arguments *arguments,
                    const struct spk_command_line *line, struct spk_err *err)
{
    const struct spk_conf *conf = &line->submission.conf;
    struct spk_reader reader = {.arena = arena,
                                .conf = conf,
                                .version = &arguments->version,
                                .environment = &machine->environment};
    struct submit_cluster *cluster;

    if (!submit_cluster_open(arena, machine, conf, &cluster, err))
        return false;
    return line->command == SPK_COMMAND_KILL
               ? submit_kill(cluster->api, &reader, line->submission_id, err)
               : submit_status(cluster->api, &reader, line->submission_id, err);
}

static bool carry_out(struct program *program, const struct submit_machine *machine,
                      const struct submit_arguments *arguments,
                      const struct spk_command_line *line, struct spk_err *err)
{
    switch (line->command) {
    case SPK_COMMAND_SUBMIT:
        return arguments->dry_run ? submit_show(program->arena, machine, arguments, line, err)
                                  : submit_run(program->arena, machine, arguments, line,
                                               &program->status, err);
    case SPK_COMMAND_KILL:
    case SPK_COMMAND_STATUS:
        return operate(program->arena, machine, arguments, line, err);
    case SPK_COMMAND_VERSION:
        submit_print_version(arguments->version.text);
        return true;
    case SPK_COMMAND_HELP:
        submit_print_usage();
        return true;
    case SPK_COMMAND_USAGE_ERROR:
        submit_print_usage();
        program->status = program->argc < 2 ? EXIT_NO_ARGUMENTS : EXIT_REFUSED;
        return true;
    }
    return true;
}

static struct spk_invocation invocation_of(struct spk_arena *arena,
                                           const struct submit_machine *machine,
                                           const struct submit_arguments *arguments)
{
    struct spk_argument *list = spk_alloc_array(arena, arguments->list.n, sizeof(*list));

    for (size_t i = 0; i < arguments->list.n; i++)
        list[i].text = arguments->list.items[i];
    return (struct spk_invocation){
        .arguments = list,
        .n = arguments->list.n,
        .properties = {.arena = arena},
        .environment = machine->environment,
        .version = arguments->version,
    };
}

/* The version decides labels, texts and objects: a guess is told if it stays one. */
static bool find_version(struct spk_arena *arena, struct submit_machine *machine,
                         struct submit_arguments *arguments, struct spk_warnings *warnings,
                         struct spk_err *err)
{
    struct spk_invocation invocation = invocation_of(arena, machine, arguments);

    if (machine->spark_version)
        return spk_version_resolve(arena, machine->spark_version, NULL, false,
                                   &arguments->version, warnings, err);
    spk_guess_version(arena, &invocation, "spark_version",
                      "set SPK_SPARK_VERSION, or SPARK_HOME to a Spark", &arguments->guess);
    arguments->version = invocation.version;
    machine->environment = invocation.environment;
    return true;
}

/* In Spark's order: what is odd, then with --verbose what was understood, even of arguments
 * that are refused. A command line that the launcher refuses gets its messages only. */
static bool parse(struct spk_arena *arena, const struct submit_machine *machine,
                  const struct submit_arguments *arguments, struct spk_command_line *out,
                  struct spk_err *err)
{
    struct spk_invocation invocation = invocation_of(arena, machine, arguments);
    bool ok = spk_command_line_parse(arena, &invocation, out, err);
    submit_print_warnings(&out->warnings, NULL);
    if (ok || !submit_note(err, "launcher"))
        submit_print_arguments(arena, &invocation);
    if (ok)
        submit_print_submission(out);
    return ok;
}

/* Options of this program alone: taken out before Spark's options are read. */
static void take_arguments(const struct program *program, struct submit_arguments *arguments)
{
    int at = 1;

    arguments->dry_run = program->argc > 1 && strcmp(program->argv[1], "--dry-run") == 0;
    for (at += arguments->dry_run; at < program->argc; at++)
        spk_strings_add(program->arena, &arguments->list, program->argv[at]);
}

static void note_url(struct program *program, const struct spk_command_line *line)
{
    const char *master = spk_conf_get(&line->submission.conf, "spark.master");

    if (!master || !spk_starts_with(master, "k8s://"))
        return;
    const char *url = master + strlen("k8s://");
    size_t length = strlen(url);
    while (length && url[length - 1] == '/')
        length--;
    program->url = spk_strndup(program->arena, url, length);
}

/* Properties that only a JVM would take from its options. */
static void warn_of_java_options(struct spk_arena *arena, const struct submit_machine *machine,
                                 struct spk_warnings *warnings)
{
    static const char *const variables[] = {"SPARK_SUBMIT_OPTS", "JAVA_TOOL_OPTIONS",
                                            "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"};
    const struct spk_files *files = &machine->environment.conf_files;

    for (size_t i = 0; i < SPK_LEN(variables); i++) {
        const char *value = submit_machine_get(machine, variables[i]);

        if (value && strstr(value, "-Dspark."))
            spk_warn(warnings, arena, "JAVA_OPTIONS_IGNORED", variables[i],
                     "-Dspark.* in %s counts for a JVM only; use --conf", variables[i]);
    }
    for (size_t i = 0; i < files->n; i++)
        if (!strcmp(files->items[i].name, "java-opts") &&
            strstr(files->items[i].bytes.data, "-Dspark."))
            spk_warn(warnings, arena, "JAVA_OPTIONS_IGNORED", "java-opts",
                     "-Dspark.* in java-opts counts for a JVM only; use --conf");
}

static void print_all_warnings(struct spk_arena *arena, struct spk_warnings *warnings,
                               const struct spk_warnings *guess)
{
    struct spk_warnings all = {0};

    spk_warnings_add(&all, arena, guess);
    spk_warnings_add(&all, arena, warnings);
    submit_print_warnings(&all, NULL);
}

static bool understand(struct program *program, struct submit_machine *machine,
                       struct submit_arguments *arguments, struct spk_command_line *line,
                       struct spk_err *err)
{
    struct spk_arena *arena = program->arena;
    struct spk_warnings warnings = {0};

    if (!submit_machine_look(arena, machine, err) ||
        !find_version(arena, machine, arguments, &warnings, err))
        return false;
    warn_of_java_options(arena, machine, &warnings);
    bool ok = parse(arena, machine, arguments, line, err);
    if (ok && line->command == SPK_COMMAND_SUBMIT)
        submit_print_warnings(&warnings, NULL); /* and the guess later: it may be none */
    else if (line->command != SPK_COMMAND_HELP && line->command != SPK_COMMAND_USAGE_ERROR)
        print_all_warnings(arena, &warnings, &arguments->guess);
    return ok;
}

static void run(void *argument)
{
    struct program *program = argument;
    struct submit_arguments arguments = {0};
    struct submit_machine machine;
    struct spk_command_line line = {0};
    struct spk_err err = {0};

    take_arguments(program, &arguments);
    bool ok = submit_spark_env_load(program->arena, &arguments.list, &err) &&
              spk_kube_init(&err) && understand(program, &machine, &arguments, &line, &err);
    if (ok) {
        note_url(program, &line);
        ok = carry_out(program, &machine, &arguments, &line, &err);
    }
    if (!ok) {
        const char *name = submit_note(&err, "argument");

        if (!name)
            name = spk_argument_name(program->arena, &arguments.list, err.field);
        submit_print_failure(&err, program->url, name);
        program->status = EXIT_REFUSED;
    }
}

int main(int argc, char **argv)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(4 * SPK_ARENA_BYTES);
    struct program program = {&arena, argc, argv, EXIT_SUBMITTED, ""};

    (void)signal(SIGPIPE, SIG_IGN);
    if (!spk_arena_run(&arena, run, &program)) {
        fputs(
            "Exception in thread \"main\" java.lang.OutOfMemoryError: the command line needs "
            "too much memory\n",
            stderr);
        program.status = EXIT_REFUSED;
    }
    spk_arena_free(&arena);
    spk_kube_done();
    return program.status;
}
