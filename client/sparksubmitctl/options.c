/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <stdio.h>
#include <string.h>

enum kind { TEXT, LIST, SWITCH };

/* Option, kind, where it goes, first letters of its commands, its value's name, a line of
 * help.
 */
static const struct option {
    const char *name;
    enum kind kind;
    size_t offset;
    const char *commands, *value, *help;
} options[] = {
#define TEXT_ROW(name, member, commands, value, help)                                         \
    {                                                                                         \
        name, TEXT, offsetof(struct ctl_options, member), commands, value, help               \
    }
#define LIST_ROW(name, member, commands, value, help)                                         \
    {                                                                                         \
        name, LIST, offsetof(struct ctl_options, member), commands, value, help               \
    }
#define SWITCH_ROW(name, member, commands, help)                                              \
    {                                                                                         \
        name, SWITCH, offsetof(struct ctl_options, member), commands, NULL, help              \
    }
    TEXT_ROW("-f", file, "sr", "FILE", "manifest, YAML or JSON; - is stdin"),
    TEXT_ROW("-o", output, "srih", "FORMAT",
             "render: yaml (default), json; others: text, json"),
    TEXT_ROW(
        "--endpoint", endpoint, "srih", "ADDRESS",
        "server; submit, info, health: SPK_ENDPOINT, else unix:/run/spark-submit/grpc.sock"),
    TEXT_ROW("--timeout", timeout, "srih", "DURATION", "deadline of a call, 30s by default"),
    TEXT_ROW("--spark-version", spark_version, "sr", "X.Y.Z",
             "translate for this Spark version"),
    TEXT_ROW("--submission-id", submission_id, "sr", "ID", "submission id of the attempt"),
    TEXT_ROW("--idempotency-key", idempotency_key, "sr", "KEY", "key of the attempt"),
    TEXT_ROW("--uid", uid, "r", "UID", "render: metadata.uid of a manifest that has none"),
    TEXT_ROW("--pod-mutation", pod_mutation, "sr", "none|native",
             "who changes pods as the webhook does"),
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
             "render: a flag of the operator's controller; repeatable"),
    TEXT_ROW("--unknown-fields", unknown_fields, "r", "refuse|warn", "render: unknown fields"),
    TEXT_ROW("--stage", stage, "r", "STAGE",
             "render: objects (default), submission, application"),
    SWITCH_ROW("--plain", plain, "r", "render: exactly what spark-submit would have sent"),
    SWITCH_ROW("--validate", validate, "s", "submit: only check, create nothing"),
    SWITCH_ROW("--require-submission-id", require_submission_id, "s",
               "submit: no other submission id will do"),
    SWITCH_ROW("--no-defaults", skip_defaults, "sr", "do not fill in the operator's defaults"),
    TEXT_ROW("--service", service, "h", "NAME", "health: service to ask for"),
    SWITCH_ROW("--help", help, "srih", "this text"),
    SWITCH_ROW("--version", version, "srih", "the version"),
#undef TEXT_ROW
#undef LIST_ROW
#undef SWITCH_ROW
};

const char *ctl_options_help(struct spk_arena *arena)
{
    struct spk_buf text = {.arena = arena};

    spk_buf_text(
        &text,
        "usage: sparksubmitctl COMMAND [OPTION...] [-f FILE | -- ARGUMENT...]\n\n"
        "commands:\n"
        "  submit   submit an application or a spark-submit command line\n"
        "  render   show what would be created; needs neither server nor cluster\n"
        "  info     what a server is and can do\n"
        "  health   exit 0 when the server is serving, 1 when not, 2 when unreachable\n\n"
        "options:\n");
    for (size_t i = 0; i < SPK_LEN(options); i++) {
        const char *left = options[i].value
                               ? spk_printf(arena, "%s %s", options[i].name, options[i].value)
                               : options[i].name;
        spk_buf_printf(&text, "  %-32s %s\n", left, options[i].help);
    }
    spk_buf_text(&text,
                 "\nexit: 0 OK, 1 refused, 2 usage, 3 try again later, 4 outcome unknown, "
                 "5 not found\n");
    return spk_buf_string(&text);
}

static const struct option *find_option(const char *name, size_t length)
{
    for (size_t i = 0; i < SPK_LEN(options); i++)
        if (strlen(options[i].name) == length && !strncmp(options[i].name, name, length))
            return &options[i];
    return NULL;
}

static void store(struct spk_arena *arena, struct ctl_options *out,
                  const struct option *option, const char *value)
{
    void *at = (char *)out + option->offset;

    if (option->kind == SWITCH)
        *(bool *)at = true;
    else if (option->kind == LIST)
        spk_strings_add(arena, at, value);
    else
        *(const char **)at = value;
}

/* One option at argv[*i]; advances *i over its value. */
static bool take_option(struct spk_arena *arena, int argc, char *const *argv, int *i,
                        struct ctl_options *out, struct spk_err *err)
{
    const char *text = argv[*i], *equals = strchr(text, '=');
    bool joined = spk_starts_with(text, "--") && equals;
    const struct option *option =
        find_option(text, joined ? (size_t)(equals - text) : strlen(text));

    if (!option)
        return spk_fail(err, SPK_INVALID_FIELD, "'%.64s' is not an option", text);
    out->given |= 1U << (option - options);
    if (joined && option->kind == SWITCH)
        return spk_fail(err, SPK_INVALID_FIELD, "'%s' takes no value", option->name);
    if (joined || option->kind == SWITCH) {
        store(arena, out, option, joined ? equals + 1 : NULL);
        return true;
    }
    if (*i + 1 >= argc)
        return spk_fail(err, SPK_INVALID_FIELD, "'%s' needs a value", option->name);
    store(arena, out, option, argv[++*i]);
    return true;
}

/* Values that are one of a few words. */
static bool check_words(const struct ctl_options *options_given, struct spk_err *err)
{
    const struct {
        const char *name, *value, *allowed;
    } words[] = {
        {"-o", options_given->output,
         *options_given->command == 'r' ? " yaml json " : " text json "},
        {"--stage", options_given->stage, " objects submission application "},
        {"--pod-mutation", options_given->pod_mutation, " none native "},
        {"--controller-steps", options_given->controller_steps, " none apply "},
        {"--unknown-fields", options_given->unknown_fields, " refuse warn "},
    };

    for (size_t i = 0; i < SPK_LEN(words); i++) {
        char padded[64];

        if (!words[i].value)
            continue;
        (void)snprintf(padded, sizeof(padded), " %.60s ", words[i].value);
        if (!*words[i].value || strchr(words[i].value, ' ') ||
            !strstr(words[i].allowed, padded))
            return spk_fail(err, SPK_INVALID_FIELD, "'%.60s' is not a value of %s:%s",
                            words[i].value, words[i].name, words[i].allowed);
    }
    return true;
}

/* "250ms", "10s", "5m"; a bare number is seconds. */
static bool parse_duration(struct spk_arena *arena, const char *text, int64_t *out,
                           struct spk_err *err)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"", 1000}};
    int64_t number;

    for (size_t i = 0; i < SPK_LEN(units); i++) {
        size_t length = strlen(text), tail = strlen(units[i].unit);

        if (spk_ends_with(text, units[i].unit) &&
            spk_parse_int64(spk_strndup(arena, text, length - tail), &number) && number > 0 &&
            number <= 120000 / units[i].ms) {
            *out = number * units[i].ms;
            return true;
        }
    }
    return spk_fail(err, SPK_INVALID_FIELD,
                    "'%.32s' is not a duration of 1ms to 2m such as 30s", text);
}

/* An option that a command does not look at would mislead. */
static bool check_options(const struct ctl_options *given, struct spk_err *err)
{
    for (size_t i = 0; i < SPK_LEN(options); i++)
        if ((given->given & (1U << i)) && !strchr(options[i].commands, *given->command))
            return spk_fail(err, SPK_INVALID_FIELD, "'%s' is no option of %.64s",
                            options[i].name, given->command);
    return true;
}

/* Options that cannot have an effect in this place. */
static bool check_places(const struct ctl_options *given, struct spk_err *err)
{
    bool remote = given->endpoint || !strcmp(given->command, "submit");
    bool other_stage = given->stage && strcmp(given->stage, "objects") != 0;
    const struct {
        bool wrong;
        const char *why;
    } rules[] = {
        {given->file && (given->driver_template || given->executor_template),
         "templates are for a command line; a manifest carries its own"},
        {given->file && remote && (given->environment.n || given->conf_dir),
         "--env and --spark-conf-dir are the server's configuration for a manifest"},
        {!given->file && given->uid, "--uid is for a manifest"},
        {given->plain && other_stage, "--plain is for --stage objects"},
        {given->endpoint && !strcmp(given->command, "render") &&
             (given->operator_options.n || given->unknown_fields),
         "--operator-option and --unknown-fields are the server's configuration with "
         "--endpoint"},
    };

    for (size_t i = 0; i < SPK_LEN(rules); i++)
        if (rules[i].wrong)
            return spk_fail(err, SPK_INVALID_FIELD, "%s", rules[i].why);
    return true;
}

static bool check_together(struct spk_arena *arena, struct ctl_options *out,
                           struct spk_err *err)
{
    bool works_on_job = !strcmp(out->command, "submit") || !strcmp(out->command, "render");

    if (!check_options(out, err) || !check_words(out, err))
        return false;
    if (out->timeout && !parse_duration(arena, out->timeout, &out->timeout_ms, err))
        return false;
    out->format = spk_text_equal(out->output, "json") ? CTL_JSON
                  : !strcmp(out->command, "render")   ? CTL_YAML
                                                      : CTL_TEXT;
    if (works_on_job && !out->file == !out->arguments.n)
        return spk_fail(err, SPK_INVALID_FIELD,
                        "give either -f FILE or -- and spark-submit's arguments");
    return check_places(out, err);
}

bool ctl_options_parse(struct spk_arena *arena, int argc, char *const *argv,
                       struct ctl_options *out, struct spk_err *err)
{
    struct ctl_options parsed = {0};
    int i = 1;

    for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (argv[i][0] == '-' && argv[i][1]) {
            if (!take_option(arena, argc, argv, &i, &parsed, err))
                return false;
            continue;
        }
        if (parsed.command)
            return spk_fail(err, SPK_INVALID_FIELD, "'%.64s' is one argument too many",
                            argv[i]);
        parsed.command = argv[i];
    }
    for (i++; i < argc; i++)
        spk_strings_add(arena, &parsed.arguments, argv[i]);
    if (!parsed.command && !parsed.help && !parsed.version)
        return spk_fail(err, SPK_INVALID_FIELD, "no command was given");
    if (parsed.command && !check_together(arena, &parsed, err))
        return false;
    *out = parsed;
    return true;
}

enum spk_choice ctl_choice(const char *word)
{
    if (!word)
        return SPK_CHOICE_DEFAULT;
    return strcmp(word, "none") == 0 ? SPK_CHOICE_NONE : SPK_CHOICE_DO;
}
