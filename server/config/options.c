/* SPDX-License-Identifier: Apache-2.0 */
#include "config/options.h"

#include "base/file.h"
#include "base/limits.h"
#include "config/option_value.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#define HELP_COLUMNS 100

#define FIELD(name) offsetof(struct spk_config, name)

/* A choice is written through a pointer to int. */
_Static_assert(sizeof(enum spk_mode) == sizeof(int), "an enum has the size of an int");

/* flag, type, field, default, choices or what stands for the value, help. */
static const struct spk_option table[] = {
    {"mode", SPK_OPTION_CHOICE, FIELD(mode), "sidecar", "sidecar|standalone",
     "beside a Spark Operator, or on its own: then the SparkApplication of a uid is looked up "
     "first (not with --api-server=memory, which has none)"},
    {"listen", SPK_OPTION_LIST, FIELD(listen), "unix:///run/spark-submit/grpc.sock", "ADDRESS",
     "unix:PATH, an absolute path, or HOST:PORT (unix:///PATH, tcp://HOST:PORT and "
     "dns:///HOST:PORT mean the same); repeatable. Nobody else may write to the socket's "
     "directory: an emptyDir volume is open to all (0777), so name a sub-directory of it, "
     "which is made if need be"},
    {"uds-allow-uids", SPK_OPTION_UIDS, FIELD(allowed_uids), "auto", "UIDS",
     "users that may connect to a unix socket; default: own, 0 and 185"},
    {"allow-insecure-tcp", SPK_OPTION_BOOL, FIELD(allow_insecure_tcp), "false", NULL,
     "listen in plaintext beyond the loopback device"},
    {"api-server", SPK_OPTION_CHOICE, FIELD(api_server), "kube", "memory|kube",
     "a real API server, or one in memory for trials"},
    {"kubeconfig", SPK_OPTION_TEXT, FIELD(kubeconfig), "", "FILE",
     "kubeconfig; default: the service account of the Pod; in standalone mode, and there "
     "only, "
     "KUBECONFIG is before that and ~/.kube/config after"},
    {"context", SPK_OPTION_TEXT, FIELD(context), "", "NAME", "context of the kubeconfig"},
    {"namespace", SPK_OPTION_TEXT, FIELD(namespace_), "", "NAME",
     "namespace of applications that name none"},
    {"reflection", SPK_OPTION_CHOICE, FIELD(reflection), "auto", "auto|on|off",
     "serve gRPC reflection; auto: on unix and loopback listeners"},
    {"max-inflight", SPK_OPTION_COUNT, FIELD(max_inflight), "1024", "N",
     "calls under way before new ones are refused"},
    {"memory-budget", SPK_OPTION_SIZE, FIELD(memory_budget), "auto", "SIZE",
     "memory of all calls; auto: half of the cgroup's limit, else 256MiB"},
    {"default-deadline", SPK_OPTION_DURATION, FIELD(default_deadline_ms), "30s", "DURATION",
     "of calls that have none"},
    {"max-deadline", SPK_OPTION_DURATION, FIELD(max_deadline_ms), "120s", "DURATION",
     "longer ones are cut to this"},
    {"drain-delay", SPK_OPTION_DURATION, FIELD(drain_delay_ms), "auto", "DURATION",
     "from SIGTERM to closing the listeners; auto: 0s in sidecar mode and with "
     "--api-server=memory, else 5s; a second signal ends it"},
    {"drain-grace", SPK_OPTION_DURATION, FIELD(drain_grace_ms), "25s", "DURATION",
     "for running calls after that"},
    {"default-spark-version", SPK_OPTION_TEXT, FIELD(default_spark_version), "", "VERSION",
     "of applications that name none; default: the newest known"},
    {"strict-spark-version", SPK_OPTION_BOOL, FIELD(strict_spark_version), "false", NULL,
     "refuse Spark versions that have no profile of their own"},
    {"pod-mutation", SPK_OPTION_CHOICE, FIELD(pod_mutation), "auto", "auto|none|native",
     "leave the operator's pod webhook its work, or do it here; auto: native in standalone "
     "mode "
     "for applications without a uid"},
    {"executor-owner-reference", SPK_OPTION_BOOL, FIELD(executor_owner_reference), "false",
     NULL,
     "with native pod mutation: executors have the application as an owner, as with operators "
     "up to 2.5"},
    {"controller-steps", SPK_OPTION_CHOICE, FIELD(controller_steps), "auto", "auto|none|apply",
     "what the operator does before it submits; auto: none in sidecar mode"},
    {"read-cr", SPK_OPTION_BOOL, FIELD(read_cr), "true", NULL,
     "read the SparkApplication that the driver template of a command names, for callers that "
     "can use no other submission id: its counters tell the attempt"},
    {"unknown-fields", SPK_OPTION_CHOICE, FIELD(unknown_fields), "refuse", "refuse|warn",
     "of an application"},
    {"spark-user", SPK_OPTION_TEXT, FIELD(spark_user), "spark", "NAME",
     "SPARK_USER of drivers when nothing else says so"},
    {"spark-conf-dir", SPK_OPTION_TEXT, FIELD(spark_conf_dir), "", "DIRECTORY",
     "stands for SPARK_CONF_DIR"},
    {"spark-env", SPK_OPTION_LINES, FIELD(spark_env), NULL, "NAME=VALUE",
     "a variable that spark-submit would see; repeatable"},
    {"ingress-url-format", SPK_OPTION_TEXT, FIELD(ingress_url_format), "", "FORMAT",
     "the operator's flag"},
    {"enable-batch-scheduler", SPK_OPTION_BOOL, FIELD(enable_batch_scheduler), "true", NULL,
     "the operator's flag"},
    {"default-batch-scheduler", SPK_OPTION_TEXT, FIELD(default_batch_scheduler), "", "NAME",
     "the operator's flag"},
    {"kube-scheduler-names", SPK_OPTION_TEXT, FIELD(kube_scheduler_names), "kube-scheduler",
     "NAMES", "the operator's flag"},
    {"load-spark-defaults", SPK_OPTION_BOOL, FIELD(load_spark_defaults), "false", NULL,
     "the operator's flag"},
    {"submission-variant", SPK_OPTION_CHOICE, FIELD(submission_variant), "auto", "auto|G",
     "G: a gated driver first, always; auto: only without an owner"},
    {"janitor-interval", SPK_OPTION_DURATION, FIELD(janitor_interval_ms), "auto", "DURATION",
     "pause between two rounds that delete drivers nobody opened and children no driver uses; "
     "0s: never; auto: 0s in sidecar mode and with --api-server=memory, else 10m"},
    {"janitor-age", SPK_OPTION_DURATION, FIELD(janitor_age_ms), "10m", "DURATION",
     "the janitor leaves alone what is younger than this, or than four times --max-deadline"},
    {"janitor-namespaces", SPK_OPTION_LIST, FIELD(janitor_namespaces), NULL, "NAMES",
     "where the janitor works; default: the namespace of applications that name none"},
    {"janitor-user", SPK_OPTION_TEXT, FIELD(janitor_user), "", "NAME",
     "whom the janitor impersonates, system:serviceaccount:NAMESPACE:NAME for a service "
     "account; default: nobody"},
    {"log-level", SPK_OPTION_CHOICE, FIELD(log_level), "info", "debug|info|warn|error",
     "least level that is written"},
    {"log-format", SPK_OPTION_CHOICE, FIELD(log_format), "auto", "auto|text|json",
     "auto: text on a terminal, else JSON lines"},
};

static const struct {
    const char *flag;
    enum spk_start action;
    const char *help;
} actions[] = {
    {"help", SPK_START_HELP, "print this and exit"},
    {"version", SPK_START_VERSION, "print the version and exit"},
    {"print-config", SPK_START_PRINT, "print the values in force with their source and exit"},
    {"check-config", SPK_START_CHECK, "check the configuration and exit"},
};

/* ---- one source after the other ---- */

struct parser {
    struct spk_arena *arena;
    struct spk_start_options *out;
    struct spk_err *err;
    bool cleared[SPK_LEN(table)];
};

static size_t find_row(const char *name, size_t length)
{
    for (size_t i = 0; i < SPK_LEN(table); i++)
        if (strlen(table[i].flag) == length && strncmp(table[i].flag, name, length) == 0)
            return i;
    return SPK_LEN(table);
}

/* A flag may have the name that the same thing has in the other programs; a variable may not:
 * SPK_SPARK_VERSION is theirs. */
static size_t find_flag(const char *name, size_t length)
{
    static const struct {
        const char *name, *flag;
    } others[] = {{"env", "spark-env"}, {"spark-version", "default-spark-version"}};

    for (size_t i = 0; i < SPK_LEN(others); i++)
        if (strlen(others[i].name) == length && strncmp(others[i].name, name, length) == 0)
            return find_row(others[i].flag, strlen(others[i].flag));
    return find_row(name, length);
}

static bool set(struct parser *p, size_t row, const char *text, const char *source)
{
    if (!p->cleared[row] || strcmp(p->out->sources[row], source) != 0)
        spk_option_clear(&table[row], &p->out->config);
    p->cleared[row] = true;
    p->out->sources[row] = source;
    return spk_option_read(p->arena, &table[row], text, &p->out->config, p->err);
}

static bool read_defaults(struct parser *p)
{
    for (size_t i = 0; i < SPK_LEN(table); i++) {
        p->out->sources[i] = "default";
        if (!table[i].initial || table[i].type == SPK_OPTION_UIDS)
            continue;
        if (!set(p, i, table[i].initial, "default"))
            return false;
    }
    return true;
}

/* True for variables of the other programs: a user of those may have exported them. */
static bool is_of_a_client(const char *name)
{
    static const char *const names[] = {"SPK_ENDPOINT", "SPK_ERRORS", "SPK_SPARK_VERSION"};

    for (size_t i = 0; i < SPK_LEN(names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void note_strange(struct parser *p, const char *name)
{
    if (!is_of_a_client(name))
        spk_strings_add(p->arena, &p->out->strange, name);
}

/* SPK_DRAIN_DELAY=5s sets --drain-delay. */
static bool read_environment(struct parser *p, char *const *environment)
{
    for (; *environment; environment++) {
        const char *equals = strchr(*environment, '=');

        if (!spk_starts_with(*environment, "SPK_") || !equals)
            continue;
        size_t length = (size_t)(equals - *environment) - 4;
        char *name = spk_lower(p->arena, spk_strndup(p->arena, *environment + 4, length));
        for (char *c = name; *c; c++)
            if (*c == '_')
                *c = '-';
        size_t row = find_row(name, length);
        if (row == SPK_LEN(table))
            note_strange(p, spk_strndup(p->arena, *environment, length + 4));
        else if (!set(p, row, equals + 1, "environment"))
            return false;
    }
    return true;
}

static bool read_action(struct parser *p, const char *name)
{
    for (size_t i = 0; i < SPK_LEN(actions); i++) {
        if (strcmp(actions[i].flag, name) != 0)
            continue;
        p->out->action = actions[i].action;
        return true;
    }
    return false;
}

/* *argv is a flag; afterwards it is the last word that belongs to it. */
static bool read_flag(struct parser *p, char *const **argv)
{
    const char *word = **argv, *name = word + 2, *value = strchr(word, '=');

    if (!spk_starts_with(word, "--"))
        return spk_fail(p->err, SPK_UNKNOWN_FIELD, "'%.64s' is not a flag", word);
    if (!value && read_action(p, name))
        return true;
    size_t row = find_flag(name, value ? (size_t)(value - name) : strlen(name));
    if (row == SPK_LEN(table))
        return spk_fail(p->err, SPK_UNKNOWN_FIELD, "there is no flag '%.64s'", word);
    if (value)
        return set(p, row, value + 1, "flag");
    if (table[row].type == SPK_OPTION_BOOL)
        return set(p, row, "true", "flag");
    if (!(*argv)[1])
        return spk_fail(p->err, SPK_UNKNOWN_FIELD, "the flag '%.64s' needs a value", word);
    return set(p, row, *++*argv, "flag");
}

/* ---- what only the whole shows ---- */

static int64_t cgroup_budget(struct spk_arena *arena)
{
    struct spk_bytes bytes;
    struct spk_err err = {0};
    int64_t limit;

    if (!spk_file_read(arena, "/sys/fs/cgroup/memory.max", 64, &bytes, &err) ||
        !spk_parse_int64(spk_trim(arena, bytes.data), &limit) || limit <= 0)
        return (int64_t)SPK_MEMORY_BUDGET;
    return limit / 2;
}

static void fill_in(struct parser *p)
{
    struct spk_config *config = &p->out->config;
    /* Time for whoever routes calls here to learn that it ends; beside an operator, and in a
     * trial, nobody does. */
    bool routed = config->mode != SPK_MODE_SIDECAR && config->api_server == SPK_API_KUBE;

    if (config->drain_delay_ms < 0)
        config->drain_delay_ms = routed ? 5000 : 0;
    if (config->janitor_interval_ms < 0)
        config->janitor_interval_ms = routed ? SPK_JANITOR_INTERVAL_MS : 0;
    if (config->janitor_age_ms < 4 * config->max_deadline_ms)
        config->janitor_age_ms = 4 * config->max_deadline_ms;
    if (config->memory_budget == 0)
        config->memory_budget = cgroup_budget(p->arena);
    if (config->allowed_uids.n == 0) {
        config->allowed_uids.items = spk_alloc_array(p->arena, 3, sizeof(uid_t));
        config->allowed_uids.items[config->allowed_uids.n++] = geteuid();
        config->allowed_uids.items[config->allowed_uids.n++] = 0;
        config->allowed_uids.items[config->allowed_uids.n++] = 185;
    }
}

static bool check_listen(const struct spk_config *config, struct spk_err *err)
{
    for (size_t i = 0; i < config->listen.n; i++) {
        struct spk_address address = {0};

        if (!spk_address_parse(config->listen.items[i], &address, err))
            return spk_fail_at(err, "--listen");
        if (!address.is_unix && !address.is_loopback && !config->allow_insecure_tcp) {
            (void)spk_fail(err, SPK_INVALID_FIELD,
                           "plaintext on '%.64s' needs --allow-insecure-tcp", address.text);
            return spk_fail_at(err, "--listen");
        }
    }
    return true;
}

static bool check_janitor(const struct spk_config *config, struct spk_err *err)
{
    if (config->janitor_interval_ms == 0)
        return true;
    if (config->api_server == SPK_API_IN_MEMORY)
        return spk_fail(err, SPK_INVALID_FIELD, "an API server in memory has no janitor");
    if (config->janitor_interval_ms >= SPK_JANITOR_MIN_INTERVAL_MS)
        return true;
    return spk_fail(err, SPK_INVALID_FIELD, "it is neither 0s nor at least %ds",
                    SPK_JANITOR_MIN_INTERVAL_MS / 1000);
}

static bool check(const struct spk_config *config, struct spk_err *err)
{
    if (!check_listen(config, err))
        return false;
    if (config->api_server == SPK_API_IN_MEMORY && (config->kubeconfig || config->context)) {
        (void)spk_fail(err, SPK_INVALID_FIELD,
                       "an API server in memory has no kubeconfig and no context");
        return spk_fail_at(err, "--api-server");
    }
    if (config->default_deadline_ms == 0) {
        (void)spk_fail(err, SPK_INVALID_FIELD, "calls cannot have no time at all");
        return spk_fail_at(err, "--default-deadline");
    }
    if (config->default_deadline_ms > config->max_deadline_ms) {
        (void)spk_fail(err, SPK_INVALID_FIELD, "it is longer than --max-deadline");
        return spk_fail_at(err, "--default-deadline");
    }
    if (!check_janitor(config, err))
        return spk_fail_at(err, "--janitor-interval");
    for (size_t i = 0; i < config->spark_env.n; i++) {
        const char *equals = strchr(config->spark_env.items[i], '=');

        if (equals && equals != config->spark_env.items[i])
            continue;
        (void)spk_fail(err, SPK_INVALID_FIELD, "'%.64s' is not NAME=VALUE",
                       config->spark_env.items[i]);
        return spk_fail_at(err, "--spark-env");
    }
    return true;
}

/* Help is not refused to who has a mistake beside it. */
static bool asks_for_help(char *const *argv)
{
    for (size_t i = 1; argv[0] && argv[i]; i++)
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h") ||
            (i == 1 && !strcmp(argv[i], "help")))
            return true;
    return false;
}

bool spk_options_parse(struct spk_arena *arena, char *const *argv, char *const *environment,
                       struct spk_start_options *out, struct spk_err *err)
{
    struct spk_start_options options = {
        .sources = spk_alloc_array(arena, SPK_LEN(table), sizeof(*options.sources))};
    struct parser p = {.arena = arena, .out = &options, .err = err};

    if (!read_defaults(&p))
        return false;
    if (asks_for_help(argv)) {
        options.action = SPK_START_HELP;
        *out = options;
        return true;
    }
    if (!read_environment(&p, environment))
        return false;
    for (char *const *word = argv + 1; argv[0] && *word; word++)
        if (!read_flag(&p, &word))
            return false;
    fill_in(&p);
    if (options.action != SPK_START_HELP && options.action != SPK_START_VERSION &&
        !check(&options.config, err))
        return false;
    *out = options;
    return true;
}

/* Words of text in indented lines of at most HELP_COLUMNS. */
static void print_wrapped(FILE *file, const char *text, size_t indent)
{
    size_t column = indent;

    (void)fprintf(file, "%*s", (int)indent, "");
    while (*text) {
        size_t length = strcspn(text, " ");

        if (column > indent && column + 1 + length > HELP_COLUMNS) {
            (void)fprintf(file, "\n%*s", (int)indent, "");
            column = indent;
        }
        column +=
            (size_t)fprintf(file, "%s%.*s", column > indent ? " " : "", (int)length, text);
        text += length + (text[length] == ' ');
    }
    (void)fputc('\n', file);
}

static void print_row(struct spk_arena *arena, FILE *file, const struct spk_option *row)
{
    const char *initial = row->initial ? row->initial : "";

    (void)fprintf(file, "  --%s%s%s\n", row->flag, row->choices ? " " : "",
                  row->choices ? row->choices : "");
    print_wrapped(
        file, *initial ? spk_printf(arena, "%s (default %s)", row->help, initial) : row->help,
        8);
}

static const char help_head[] =
    "Usage: sparksubmitd [FLAGS]\n\n"
    "Submits Apache Spark applications to Kubernetes on behalf of gRPC callers.\n"
    "Each flag --NAME has an environment variable SPK_NAME; the flag wins.\n"
    "DURATION is a number with its unit: 250ms, 10s, 5m. SIZE likewise: 64KiB, 2MiB.\n\n";

static const char help_tail[] =
    "\nSignals: SIGTERM and SIGINT stop taking calls and end once the running ones are over; "
    "a\n"
    "second one ends the waiting, a third one the process. SIGUSR1 logs the state.\n"
    "\nHealth (grpc.health.v1.Health) names two services besides \"\", and says SERVING of\n"
    "  \"\"                              while the process works: for liveness\n"
    "  readiness                       while the API server answers, too: for readiness\n"
    "  spark.submit.v1.SubmitService   likewise\n"
    "\nExit codes:\n"
    "  0  stopped by a signal, all calls over    4  credentials or kubeconfig cannot be used\n"
    "  1  a value cannot be used                 6  no memory, thread or other means at "
    "start\n"
    "  2  there is no such flag                  7  calls were stuck when it was stopped\n"
    "  3  an address cannot be listened on       8  stopped by a third signal\n";

void spk_options_help(struct spk_arena *arena, FILE *file)
{
    (void)fputs(help_head, file);
    for (size_t i = 0; i < SPK_LEN(table); i++)
        print_row(arena, file, &table[i]);
    for (size_t i = 0; i < SPK_LEN(actions); i++)
        (void)fprintf(file, "  --%s\n        %s\n", actions[i].flag, actions[i].help);
    (void)fputs(help_tail, file);
}

void spk_options_print(struct spk_arena *arena, const struct spk_start_options *options,
                       FILE *file)
{
    for (size_t i = 0; i < SPK_LEN(table); i++)
        (void)fprintf(file, "%s=%s (%s)\n", table[i].flag,
                      spk_option_text(arena, &table[i], &options->config),
                      options->sources[i]);
}
