/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include "base/limits.h"

#include <string.h>

#define DRIVER_NOTES                                                                          \
    "NAME is the driver's Pod. Instead of it one of --app-name, --submission-id,\n"           \
    "--application-id and --attempt names a driver; of several the newest is meant."

static const struct ctl_command commands[] = {
    {"submit", 's', "[OPTION...] -f FILE | -- ARGUMENT...",
     "submit an application, or a spark-submit command line",
     "A submission that is repeated with its --idempotency-key finds the driver it made. "
     "Without\n"
     "one a default key is drawn, which counts if nothing else names the attempt: neither "
     "the\n"
     "manifest, the arguments nor --submission-id. An error tells it: the same command with "
     "this\n"
     "--default-idempotency-key is the same attempt, whichever counts.\n\n"
     "ids in the result: Key is what to pass back, Attempt is its short form in labels and "
     "names;\n"
     "Submission ID is the label sparkoperator.k8s.io/submission-id; Application ID is "
     "Spark's,\n"
     "the label spark-app-selector; Driver UID is the Pod's metadata.uid.\n\n"
     "With --validate the exit code is 1 when the API server would refuse an object; several "
     "-f\n"
     "and several applications in a file are taken then."},
    {"render", 'r', "[OPTION...] -f FILE... | -- ARGUMENT...",
     "show what would be created; needs neither server nor cluster",
     "Several -f, and several applications in a file, are rendered one after another. Other\n"
     "kinds in a file are left out with a warning. Names of objects depend on the API\n"
     "server's address: --api-server gives those that a server for this cluster makes."},
    {"status", 't', "[OPTION...] NS/NAME | NAME", "where a driver stands, and why it waits",
     DRIVER_NOTES},
    {"watch", 'w', "[OPTION...] NS/NAME | NAME", "a line for each change of a driver",
     DRIVER_NOTES "\n\nIt ends when the driver has ended: exit 0 if it succeeded, else 1."},
    {"kill", 'k', "[OPTION...] NS/NAME | NAME", "delete a driver, and with it what it owns",
     DRIVER_NOTES "\n\nNAME may end in '*': every driver whose name starts so is deleted."},
    {"list", 'l', "[OPTION...]", "the drivers of a namespace", NULL},
    {"info", 'i', "[OPTION...]", "what a server is and can do", NULL},
    {"health", 'h', "[OPTION...]",
     "exit 0 when a server is serving, 1 when not, 2 when unreachable",
     "services: \"\" (the default) is the process itself, and serving with an API server "
     "that\n"
     "does not answer, too; spark.submit.v1.SubmitService and readiness are serving when\n"
     "submissions can be carried out. Ask the first for liveness, the second for readiness."},
    {"version", 'v', "", "the version of this program", NULL},
    {"help", '?', "[COMMAND]", "this text, or that of a command", NULL},
};

#define TEXT_ROW(name, member, commands, value, help)                                         \
    {                                                                                         \
        name, CTL_OPTION_TEXT, offsetof(struct ctl_options, member), commands, value, help    \
    }
#define LIST_ROW(name, member, commands, value, help)                                         \
    {                                                                                         \
        name, CTL_OPTION_LIST, offsetof(struct ctl_options, member), commands, value, help    \
    }
#define SWITCH_ROW(name, member, commands, help)                                              \
    {                                                                                         \
        name, CTL_OPTION_SWITCH, offsetof(struct ctl_options, member), commands, NULL, help   \
    }
static const struct ctl_option options[] = {
    LIST_ROW("-f", files, "sr", "FILE", "manifest, YAML or JSON; - is stdin; repeatable"),
    TEXT_ROW("-o", output, "r", "yaml|json", "format of the objects, yaml by default"),
    TEXT_ROW("-o", output, "sihtwkl", "text|json", "format of the result, text by default"),
    TEXT_ROW("--endpoint", endpoint, "sihtwkl", "ADDRESS",
             "server; SPK_ENDPOINT, else unix:/run/spark-submit/grpc.sock"),
    TEXT_ROW("--endpoint", endpoint, "r", "ADDRESS", "let a server render; none by default"),
    TEXT_ROW("--timeout", timeout, "sritkl", "DURATION", "deadline of a call, 30s by default"),
    TEXT_ROW("--timeout", timeout, "w", "DURATION", "how long to watch, no limit by default"),
    TEXT_ROW("--timeout", timeout, "h", "DURATION", "deadline of a call, 5s by default"),
    SWITCH_ROW("--validate", validate, "s", "only check, create nothing"),
    SWITCH_ROW("--wait", wait, "s", "until the driver has ended, with a line for each change"),
    TEXT_ROW("--idempotency-key", idempotency_key, "sr", "KEY",
             "key of the attempt; choose it before the first try"),
    TEXT_ROW("--default-idempotency-key", default_key, "s", "KEY",
             "likewise, if nothing else names it; an error tells it"),
    TEXT_ROW("--submission-id", submission_id, "sr", "ID", "submission id of the attempt"),
    SWITCH_ROW("--require-submission-id", require_submission_id, "s",
               "no other submission id will do"),
    TEXT_ROW("--spark-version", spark_version, "sr", "X.Y.Z",
             "translate for this Spark version"),
    TEXT_ROW("--uid", uid, "r", "UID", "metadata.uid of a manifest that has none"),
    TEXT_ROW("--api-server", api_server, "r", "URL",
             "the cluster's API server, as a server's kubeconfig names it"),
    TEXT_ROW("--pod-mutation", pod_mutation, "sr", "auto|none|native",
             "the pod webhook's changes: native makes them"),
    TEXT_ROW("--controller-steps", controller_steps, "sr", "none|apply",
             "who does what the operator's controller does first"),
    TEXT_ROW("--driver-pod-template", driver_template, "sr", "FILE",
             "template of a command line"),
    TEXT_ROW("--executor-pod-template", executor_template, "sr", "FILE",
             "template of a command line"),
    TEXT_ROW("--spark-conf-dir", conf_dir, "sr", "DIR", "what SPARK_CONF_DIR would be"),
    LIST_ROW("--env", environment, "sr", "K=V",
             "environment spark-submit would see; repeatable"),
    LIST_ROW("--operator-option", operator_options, "r", "K=V",
             "a flag of the operator's controller; repeatable"),
    TEXT_ROW("--unknown-fields", unknown_fields, "r", "refuse|warn", "refuse by default"),
    TEXT_ROW("--stage", stage, "r", "objects|submission|application",
             "how far to go, objects by default"),
    SWITCH_ROW("--plain", plain, "r", "exactly what spark-submit would have sent"),
    SWITCH_ROW("--no-defaults", skip_defaults, "sr", "do not fill in the operator's defaults"),
    TEXT_ROW("-n", ns, "twkl", "NAMESPACE", "the server's namespace by default"),
    TEXT_ROW("--app-name", app_name, "twk", "NAME", "name of the application"),
    TEXT_ROW("--submission-id", submission_id, "twk", "ID",
             "label sparkoperator.k8s.io/submission-id"),
    TEXT_ROW("--application-id", application_id, "twk", "ID", "Spark's id, spark-0123..."),
    TEXT_ROW("--attempt", attempt, "twk", "ID",
             "as the result or error of a submission has it"),
    TEXT_ROW("--uid", uid, "twk", "UID", "only the Pod with this uid"),
    TEXT_ROW("--grace", grace, "k", "SECONDS",
             "for its containers to end; the Pod's own by default"),
    SWITCH_ROW("--dry-run", dry_run, "k", "delete nothing, ask whether it would be done"),
    TEXT_ROW("--service", service, "h", "NAME", "service to ask for, see below"),
    SWITCH_ROW("--help", help, "srihtwklv?", "this text; also -h"),
    /* Other spellings of the above: those of sparksubmitd and of the interface. */
    SWITCH_ROW("-h", help, "srihtwklv?", NULL),
    SWITCH_ROW("--version", version, "srihtwklv?", NULL),
    SWITCH_ROW("--validate-only", validate, "s", NULL),
    TEXT_ROW("--default-spark-version", spark_version, "sr", "X.Y.Z", NULL),
    LIST_ROW("--spark-env", environment, "sr", "K=V", NULL),
};

const struct ctl_command *ctl_commands(size_t *n)
{
    *n = SPK_LEN(commands);
    return commands;
}

const struct ctl_option *ctl_option_rows(size_t *n)
{
    *n = SPK_LEN(options);
    return options;
}

bool ctl_is(const struct ctl_options *given, const char *name)
{
    return strcmp(given->command->name, name) == 0;
}

static const struct ctl_command *find_command(const char *name)
{
    for (size_t i = 0; i < SPK_LEN(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* The row of an option for a command; letter 0: of any. A value may be joined by '='. */
static const struct ctl_option *find_option(const char *word, char letter)
{
    size_t length = spk_starts_with(word, "--") ? strcspn(word, "=") : strlen(word);

    for (size_t i = 0; i < SPK_LEN(options); i++)
        if (strlen(options[i].name) == length && !strncmp(options[i].name, word, length) &&
            (!letter || strchr(options[i].commands, letter)))
            return &options[i];
    return NULL;
}

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0';
}

static bool takes_next(const struct ctl_option *option, const char *word)
{
    return option && option->kind != CTL_OPTION_SWITCH && strlen(word) == strlen(option->name);
}

/* The words that decide first: the command, and whether help is asked for. */
struct outline {
    const char *command, *topic; /* topic: the second word */
    bool help, version;
};

static struct outline read_outline(int argc, char *const *argv)
{
    struct outline outline = {0};

    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *word = argv[i];

        if (!strcmp(word, "--help") || !strcmp(word, "-h"))
            outline.help = true;
        else if (!strcmp(word, "--version"))
            outline.version = true;
        else if (is_option(word))
            i += takes_next(find_option(word, 0), word) && i + 1 < argc &&
                 strcmp(argv[i + 1], "--help") != 0 && strcmp(argv[i + 1], "-h") != 0;
        else if (!outline.command)
            outline.command = word;
        else if (!outline.topic)
            outline.topic = word;
    }
    return outline;
}

static bool unknown_command(struct spk_arena *arena, const char *name, struct spk_err *err)
{
    struct spk_strings names = {0};

    for (size_t i = 0; i < SPK_LEN(commands); i++)
        spk_strings_add(arena, &names, commands[i].name);
    return spk_fail(err, SPK_INVALID_FIELD, "unknown command '%.64s'; the commands are %s",
                    name, spk_join(arena, names.items, names.n, ", "));
}

/* true with *done: there is nothing more to parse. */
static bool read_command(struct spk_arena *arena, int argc, char *const *argv,
                         struct ctl_options *out, bool *done, struct spk_err *err)
{
    struct outline outline = read_outline(argc, argv);
    bool help = outline.command && !strcmp(outline.command, "help");
    const char *name = help ? outline.topic : outline.command;

    out->command = name ? find_command(name) : NULL;
    out->help = outline.help || help;
    out->version = outline.version || (out->command && out->command->letter == 'v');
    *done = out->help || out->version;
    if (help && name && !out->command)
        return unknown_command(arena, name, err);
    if (*done || out->command)
        return true;
    return name ? unknown_command(arena, name, err)
                : spk_fail(err, SPK_INVALID_FIELD, "no command was given");
}

static void store(struct spk_arena *arena, struct ctl_options *out,
                  const struct ctl_option *option, const char *value)
{
    void *at = (char *)out + option->offset;

    if (option->kind == CTL_OPTION_SWITCH)
        *(bool *)at = true;
    else if (option->kind == CTL_OPTION_LIST)
        spk_strings_add(arena, at, value);
    else
        *(const char **)at = value;
}

/* Values that are one of a few words: the name of the value lists them. */
static bool check_word(struct spk_arena *arena, const struct ctl_option *option,
                       const char *value, struct spk_err *err)
{
    struct spk_strings words = spk_split(arena, option->value, '|');

    if (words.n < 2)
        return true;
    for (size_t i = 0; i < words.n; i++)
        if (strcmp(words.items[i], value) == 0)
            return true;
    return spk_fail(err, SPK_INVALID_FIELD, "'%.60s' is no value of %s: it takes %s", value,
                    option->name, option->value);
}

/* One option at argv[*i]; advances *i over its value. */
static bool take_option(struct spk_arena *arena, int argc, char *const *argv, int *i,
                        struct ctl_options *out, struct spk_err *err)
{
    const char *word = argv[*i], *equals = strchr(word, '=');
    const struct ctl_option *option = find_option(word, out->command->letter);
    bool joined = option && strlen(word) > strlen(option->name);

    if (!option && find_option(word, 0))
        return spk_fail(err, SPK_INVALID_FIELD, "'%.64s' is no option of %s", word,
                        out->command->name);
    if (!option)
        return spk_fail(err, SPK_INVALID_FIELD, "'%.64s' is not an option", word);
    if (joined && option->kind == CTL_OPTION_SWITCH)
        return spk_fail(err, SPK_INVALID_FIELD, "'%s' takes no value", option->name);
    if (takes_next(option, word) && *i + 1 >= argc)
        return spk_fail(err, SPK_INVALID_FIELD, "'%s' needs a value", option->name);
    const char *value = joined ? equals + 1 : takes_next(option, word) ? argv[++*i] : "";
    if (option->kind != CTL_OPTION_SWITCH && !check_word(arena, option, value, err))
        return false;
    store(arena, out, option, value);
    return true;
}

/* As sparksubmitd's durations, whole and up to the longest deadline. */
static bool read_duration(struct spk_arena *arena, const char *text, int64_t *out,
                          struct spk_err *err)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}};
    size_t digits = strspn(text, "0123456789");
    int64_t number = 0;
    bool ok = digits && digits <= 9 &&
              spk_parse_int64(spk_strndup(arena, text, digits), &number) && number > 0;

    for (size_t i = 0; ok && i < SPK_LEN(units); i++)
        if (!strcmp(text + digits, units[i].unit) &&
            number <= SPK_MAX_DEADLINE_MS / units[i].ms) {
            *out = number * units[i].ms;
            return true;
        }
    if (ok && !text[digits])
        return spk_fail(err, SPK_INVALID_FIELD,
                        "--timeout '%.32s' has no unit; give a unit: %.32ss", text, text);
    return spk_fail(err, SPK_INVALID_FIELD,
                    "--timeout '%.32s' is no duration of 1ms to 2m such as 30s", text);
}

/* Options that cannot have an effect in this place. */
static bool check_places(const struct ctl_options *given, struct spk_err *err)
{
    bool submit = ctl_is(given, "submit"), remote = given->endpoint || submit;
    bool other_stage = given->stage && strcmp(given->stage, "objects") != 0;
    const struct {
        bool wrong;
        const char *why;
    } rules[] = {
        {!given->files.n == !given->arguments.n,
         "give either -f FILE or -- and spark-submit's arguments"},
        {given->files.n > 1 && submit && !given->validate,
         "submit takes one -f: only render and submit --validate take several"},
        {given->wait && given->validate,
         "--validate creates nothing that --wait could wait for"},
        {given->files.n && (given->driver_template || given->executor_template),
         "templates are for a command line; a manifest carries its own"},
        {given->files.n && remote && (given->environment.n || given->conf_dir),
         "--env and --spark-conf-dir are the server's configuration for a manifest"},
        {!given->files.n && given->uid, "--uid is for a manifest"},
        {!given->files.n && given->api_server,
         "--api-server is for a manifest: a command line names it by --master"},
        {given->plain && other_stage, "--plain is for --stage objects"},
        {given->endpoint && !submit &&
             (given->operator_options.n || given->unknown_fields || given->api_server),
         "--operator-option, --unknown-fields and --api-server are the server's configuration "
         "with --endpoint"},
    };

    for (size_t i = 0; i < SPK_LEN(rules); i++)
        if (rules[i].wrong)
            return spk_fail(err, SPK_INVALID_FIELD, "%s", rules[i].why);
    return true;
}

/* "NS/NAME" in its parts. */
static bool split_driver(struct spk_arena *arena, struct ctl_options *out, struct spk_err *err)
{
    const char *slash = out->driver ? strchr(out->driver, '/') : NULL;

    if (!slash)
        return true;
    if (out->ns)
        return spk_fail(err, SPK_INVALID_FIELD, "'%.200s' names a namespace, and so does -n",
                        out->driver);
    out->ns = spk_strndup(arena, out->driver, (size_t)(slash - out->driver));
    out->driver = slash + 1;
    return true;
}

static bool check_driver(struct spk_arena *arena, struct ctl_options *out, struct spk_err *err)
{
    const char *const ids[] = {out->driver, out->app_name, out->submission_id,
                               out->application_id, out->attempt};
    int n = 0;

    for (size_t i = 0; i < SPK_LEN(ids); i++)
        n += ids[i] != NULL;
    if (n != 1)
        return spk_fail(err, SPK_INVALID_FIELD,
                        "name one driver: by NS/NAME, or by one of --app-name, "
                        "--submission-id, --application-id and --attempt");
    if (out->grace && (!spk_parse_int64(out->grace, &out->grace_s) || out->grace_s < 0))
        return spk_fail(err, SPK_INVALID_FIELD, "--grace '%.32s' is no number of seconds",
                        out->grace);
    return split_driver(arena, out, err);
}

static bool check_together(struct spk_arena *arena, struct ctl_options *out,
                           struct spk_err *err)
{
    bool works_on_driver = strchr("twk", out->command->letter) != NULL;

    bool works_on_job = ctl_is(out, "submit") || ctl_is(out, "render");

    if (out->timeout && !read_duration(arena, out->timeout, &out->timeout_ms, err))
        return false;
    out->format = spk_text_equal(out->output, "json") ? CTL_JSON
                  : ctl_is(out, "render")             ? CTL_YAML
                                                      : CTL_TEXT;
    if (!works_on_job && out->arguments.n)
        return spk_fail(err, SPK_INVALID_FIELD, "%s takes no arguments", out->command->name);
    if (works_on_driver)
        return check_driver(arena, out, err);
    return !works_on_job || check_places(out, err);
}

bool ctl_options_parse(struct spk_arena *arena, int argc, char *const *argv,
                       struct ctl_options *out, struct spk_err *err)
{
    struct ctl_options parsed = {0};
    bool done = false, command_seen = false;
    int i = 1;

    if (!read_command(arena, argc, argv, &parsed, &done, err))
        return false;
    out->command = parsed.command;
    for (; !done && i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (is_option(argv[i])) {
            if (!take_option(arena, argc, argv, &i, &parsed, err))
                return false;
            continue;
        }
        if (command_seen && (parsed.driver || !strchr("twk", parsed.command->letter)))
            return spk_fail(err, SPK_INVALID_FIELD, "'%.64s' is one argument too many",
                            argv[i]);
        if (command_seen)
            parsed.driver = argv[i];
        command_seen = true;
    }
    for (i++; !done && i < argc; i++)
        spk_strings_add(arena, &parsed.arguments, argv[i]);
    if (!done && !check_together(arena, &parsed, err))
        return false;
    *out = parsed;
    return true;
}

enum sparksubmit_choice ctl_choice(const char *word)
{
    static const struct {
        const char *word;
        enum sparksubmit_choice choice;
    } rows[] = {
        {"auto", SPARKSUBMIT_CHOICE_AUTO},
        {"none", SPARKSUBMIT_CHOICE_NONE},
        {"native", SPARKSUBMIT_CHOICE_DO},
        {"apply", SPARKSUBMIT_CHOICE_DO},
    };

    for (size_t i = 0; word && i < SPK_LEN(rows); i++)
        if (strcmp(rows[i].word, word) == 0)
            return rows[i].choice;
    return SPARKSUBMIT_CHOICE_DEFAULT;
}
