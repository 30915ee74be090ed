/* SPDX-License-Identifier: Apache-2.0 */
#include "commandline/options.h"

#include "base/limits.h"
#include "spark/conf/profile.h"

#include <stdio.h>
#include <string.h>

/* Effects of options. The ones from NO_VALUE on are switches. */
enum effect {
    SETS,      /* the setting */
    SETS_CONF, /* the property, in the order of --conf */
    CONF,
    PROPERTIES_FILE,
    EXTRA_PROPERTIES_FILE,
    KILL,
    STATUS,
    NO_VALUE,
    HELP = NO_VALUE,
    VERSION,
    USAGE_ERROR,
    VERBOSE,
    LOAD_DEFAULTS,
    SUPERVISE,
};

struct option {
    const char *name, *alias;
    enum effect effect;
    enum spk_setting_id setting; /* of SETS */
    const char *property;        /* of SETS_CONF */
    enum spk_line since;
};

#define SETTING(name, id)                                                                     \
    {                                                                                         \
        name, NULL, SETS, id, NULL, SPK_SPARK_3_5                                             \
    }
#define PROPERTY(name, key, since)                                                            \
    {                                                                                         \
        name, NULL, SETS_CONF, SPK_SETTINGS, key, since                                       \
    }
#define ACTION(name, alias, effect, since)                                                    \
    {                                                                                         \
        name, alias, effect, SPK_SETTINGS, NULL, since                                        \
    }

static const struct option options[] = {
    SETTING("--archives", SPK_SET_ARCHIVES),
    SETTING("--class", SPK_SET_CLASS),
    ACTION("--conf", "-c", CONF, SPK_SPARK_3_5),
    SETTING("--deploy-mode", SPK_SET_DEPLOY_MODE),
    PROPERTY("--driver-class-path", "spark.driver.extraClassPath", SPK_SPARK_3_5),
    SETTING("--driver-cores", SPK_SET_DRIVER_CORES),
    PROPERTY("--driver-default-class-path", "spark.driver.defaultExtraClassPath",
             SPK_SPARK_4_0),
    PROPERTY("--driver-java-options", "spark.driver.extraJavaOptions", SPK_SPARK_3_5),
    PROPERTY("--driver-library-path", "spark.driver.extraLibraryPath", SPK_SPARK_3_5),
    PROPERTY("--driver-memory", "spark.driver.memory", SPK_SPARK_3_5),
    SETTING("--exclude-packages", SPK_SET_EXCLUDES),
    SETTING("--executor-cores", SPK_SET_EXECUTOR_CORES),
    SETTING("--executor-memory", SPK_SET_EXECUTOR_MEMORY),
    ACTION("--extra-properties-file", NULL, EXTRA_PROPERTIES_FILE, SPK_SPARK_4_2),
    SETTING("--files", SPK_SET_FILES),
    ACTION("--help", "-h", HELP, SPK_SPARK_3_5),
    SETTING("--jars", SPK_SET_JARS),
    SETTING("--keytab", SPK_SET_KEYTAB),
    ACTION("--kill", NULL, KILL, SPK_SPARK_3_5),
    ACTION("--load-spark-defaults", NULL, LOAD_DEFAULTS, SPK_SPARK_4_0),
    SETTING("--master", SPK_SET_MASTER),
    SETTING("--name", SPK_SET_NAME),
    SETTING("--num-executors", SPK_SET_NUM_EXECUTORS),
    SETTING("--packages", SPK_SET_PACKAGES),
    SETTING("--principal", SPK_SET_PRINCIPAL),
    ACTION("--properties-file", NULL, PROPERTIES_FILE, SPK_SPARK_3_5),
    SETTING("--proxy-user", SPK_SET_PROXY_USER),
    SETTING("--py-files", SPK_SET_PY_FILES),
    SETTING("--queue", SPK_SET_QUEUE),
    SETTING("--remote", SPK_SET_REMOTE),
    SETTING("--repositories", SPK_SET_REPOSITORIES),
    ACTION("--status", NULL, STATUS, SPK_SPARK_3_5),
    ACTION("--supervise", NULL, SUPERVISE, SPK_SPARK_3_5),
    SETTING("--total-executor-cores", SPK_SET_TOTAL_EXECUTOR_CORES),
    ACTION("--usage-error", NULL, USAGE_ERROR, SPK_SPARK_3_5),
    ACTION("--verbose", "-v", VERBOSE, SPK_SPARK_3_5),
    ACTION("--version", NULL, VERSION, SPK_SPARK_3_5),
};

bool spk_launcher_fail(struct spk_arena *arena, struct spk_err *err, const char *origin,
                       const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    const char *text = spk_vprintf(arena, fmt, args);
    va_end(args);
    (void)spk_fail(err, SPK_INVALID_SPARK_SUBMIT_ARGS, "%s", text);
    spk_err_note(err, arena, "launcher", "1");
    return spk_fail_at(err, "%s", origin);
}

bool spk_submit_fail(struct spk_err *err, const char *origin, const char *fmt, ...)
{
    char text[sizeof(err->text)];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    (void)spk_fail(err, SPK_INVALID_SPARK_SUBMIT_ARGS, "%s", text);
    return spk_fail_at(err, "%s", origin);
}

struct scanner {
    struct spk_arena *arena;
    const struct spk_invocation *invocation;
    struct spk_options *out;
    size_t at;
};

static const char *origin_of(const struct scanner *scanner, size_t index)
{
    const char *origin = scanner->invocation->arguments[index].origin;

    return origin ? origin : spk_printf(scanner->arena, "args[%zu]", index);
}

/* bin/spark-class drops carriage returns after the launcher has run. */
static const char *without_returns(struct spk_arena *arena, const char *text)
{
    struct spk_buf buf = {.arena = arena};

    if (!strchr(text, '\r'))
        return text;
    for (const char *c = text; *c; c++)
        if (*c != '\r')
            spk_buf_char(&buf, *c);
    return spk_buf_string(&buf);
}

/* True if the text holds a line's end, which "." of a Java pattern does not match. */
static bool has_line_end(const char *text)
{
    static const char *const ends[] = {"\n", "\r", "\xC2\x85", "\u2028", "\u2029"};

    for (size_t i = 0; i < SPK_LEN(ends); i++)
        if (strstr(text, ends[i]))
            return true;
    return false;
}

/* Split "--option=value", the pattern (--[^=]+)=(.+); *value is NULL when it is not such. */
static const char *split_option(struct spk_arena *arena, const char *text, const char **value)
{
    const char *equals = strchr(text, '=');

    *value = NULL;
    if (!spk_starts_with(text, "--") || !equals || equals < text + 3 || !equals[1] ||
        has_line_end(equals + 1))
        return text;
    *value = equals + 1;
    return spk_strndup(arena, text, (size_t)(equals - text));
}

static const struct option *find_option(const char *name, enum spk_line line)
{
    for (size_t i = 0; i < SPK_LEN(options); i++)
        if (line >= options[i].since &&
            (!strcmp(options[i].name, name) || spk_text_equal(options[i].alias, name)))
            return &options[i];
    return NULL;
}

static bool take_conf(struct scanner *scanner, const struct spk_setting *given,
                      struct spk_err *err)
{
    struct spk_arena *arena = scanner->arena;
    const char *equals = strchr(given->value, '=');

    if (!equals)
        return spk_launcher_fail(arena, err, given->origin, "Invalid argument to --conf: %s",
                                 given->value);
    const char *key = spk_strndup(arena, given->value, (size_t)(equals - given->value));
    spk_conf_append(&scanner->out->conf, without_returns(arena, key),
                    without_returns(arena, equals + 1), given->origin);
    return true;
}

/* The first of --help, --version and --usage-error ends everything; --kill and --status not.
 */
static void take_command(struct spk_options *out, enum spk_command command)
{
    if (out->command == SPK_COMMAND_SUBMIT || out->command == SPK_COMMAND_KILL ||
        out->command == SPK_COMMAND_STATUS)
        out->command = command;
}

static bool take_submission(struct scanner *scanner, enum spk_command command,
                            const struct spk_setting *given, struct spk_err *err)
{
    static const char *const names[] = {
        [SPK_COMMAND_KILL] = "KILL", [SPK_COMMAND_STATUS] = "REQUEST_STATUS"};
    struct spk_options *out = scanner->out;

    if (out->command == SPK_COMMAND_KILL || out->command == SPK_COMMAND_STATUS)
        return spk_submit_fail(err, given->origin, "Action cannot be both %s and %s.",
                               names[out->command], names[command]);
    if (out->command != SPK_COMMAND_SUBMIT)
        return true;
    out->command = command;
    out->submission_id = without_returns(scanner->arena, given->value);
    return true;
}

static void take_extra_file(struct scanner *scanner, const struct spk_setting *given)
{
    struct spk_options *out = scanner->out;

    size_t n = out->n_extra_files;

    if ((n & (n - 1)) == 0)
        out->extra_files = spk_grow_array(scanner->arena, out->extra_files, n, n ? n * 2 : 1,
                                          sizeof(*out->extra_files));
    out->extra_files[out->n_extra_files++] = *given;
}

static bool take_value(struct scanner *scanner, const struct option *option,
                       const struct spk_setting *given, struct spk_err *err)
{
    struct spk_options *out = scanner->out;
    struct spk_setting clean = {without_returns(scanner->arena, given->value), given->origin};

    if (option->effect == CONF)
        return take_conf(scanner, given, err);
    if (option->effect == KILL || option->effect == STATUS)
        return take_submission(scanner,
                               option->effect == KILL ? SPK_COMMAND_KILL : SPK_COMMAND_STATUS,
                               given, err);
    if (option->effect == SETS)
        out->settings[option->setting] = clean;
    else if (option->effect == SETS_CONF)
        spk_conf_append(&out->conf, option->property, clean.value, clean.origin);
    else if (option->effect == PROPERTIES_FILE)
        out->properties_file = clean;
    else
        take_extra_file(scanner, &clean);
    return true;
}

static void take_switch(struct spk_options *out, enum effect effect)
{
    if (effect == HELP)
        take_command(out, SPK_COMMAND_HELP);
    else if (effect == VERSION)
        take_command(out, SPK_COMMAND_VERSION);
    else if (effect == USAGE_ERROR)
        take_command(out, SPK_COMMAND_USAGE_ERROR);
    else if (effect == LOAD_DEFAULTS)
        out->load_defaults = true;
    else if (effect == VERBOSE)
        out->verbose = true;
    else if (effect == SUPERVISE)
        out->supervise = true;
}

static bool take_option(struct scanner *scanner, const struct option *option,
                        const char *value, struct spk_err *err)
{
    struct spk_setting given = {value, origin_of(scanner, scanner->at)};

    if (option->effect >= NO_VALUE) {
        take_switch(scanner->out, option->effect);
        return true;
    }
    if (!value) {
        if (++scanner->at == scanner->invocation->n)
            return spk_launcher_fail(scanner->arena, err, given.origin,
                                     "Missing argument for option '%s'.", option->name);
        given = (struct spk_setting){scanner->invocation->arguments[scanner->at].text,
                                     origin_of(scanner, scanner->at)};
    }
    return take_value(scanner, option, &given, err);
}

static bool check_arguments(struct scanner *scanner, struct spk_err *err)
{
    const struct spk_strings *arguments = &scanner->out->arguments;
    const char *origin = scanner->out->arguments_origin;
    size_t bytes = 0;

    if (arguments->n > SPK_MAX_APP_ARGUMENTS)
        return spk_submit_fail(err, origin, "the application has more than %u arguments",
                               SPK_MAX_APP_ARGUMENTS);
    for (size_t i = 0; i < arguments->n; i++) {
        size_t length = strlen(arguments->items[i]);

        if (length >= SPK_MAX_APP_ARGUMENT)
            return spk_submit_fail(
                err, origin,
                "argument %zu of the application is %zu KiB or longer, Linux takes none such",
                i, SPK_MAX_APP_ARGUMENT / 1024);
        bytes += length;
    }
    if (bytes > SPK_MAX_APP_BYTES)
        return spk_submit_fail(err, origin, "the arguments of the application exceed 1 MiB");
    return true;
}

/* The primary resource and, behind it, the application's own arguments. */
static bool take_application(struct scanner *scanner, struct spk_err *err)
{
    const struct spk_invocation *invocation = scanner->invocation;
    struct spk_options *out = scanner->out;
    size_t first = scanner->at + 1;

    out->resource.value =
        without_returns(scanner->arena, invocation->arguments[scanner->at].text);
    out->resource.origin = origin_of(scanner, scanner->at);
    for (size_t i = first; i < invocation->n; i++)
        spk_strings_add(scanner->arena, &out->arguments,
                        without_returns(scanner->arena, invocation->arguments[i].text));
    out->arguments_origin = first < invocation->n && invocation->arguments[first].origin
                                ? invocation->arguments[first].origin
                                : "args";
    return check_arguments(scanner, err);
}

/* Limits, and texts that could not be written into any object. */
static bool check_vector(struct scanner *scanner, struct spk_err *err)
{
    const struct spk_invocation *invocation = scanner->invocation;
    size_t bytes = 0;

    if (invocation->n > SPK_MAX_ARGUMENTS)
        return spk_submit_fail(err, "args", "the command line has more than %u arguments",
                               SPK_MAX_ARGUMENTS);
    for (size_t i = 0; i < invocation->n; i++) {
        size_t length = strlen(invocation->arguments[i].text);

        bytes += length + 1;
        if (!spk_is_utf8(invocation->arguments[i].text, length))
            return spk_submit_fail(err, origin_of(scanner, i), "the argument is not UTF-8");
    }
    if (bytes > SPK_MAX_ARGUMENT_BYTES)
        return spk_submit_fail(err, "args", "the command line is longer than 1.5 MiB");
    return true;
}

/* The words from first on belong to option; value: what it was given. */
static void note_words(struct scanner *scanner, size_t first, const struct option *option,
                       const char *value)
{
    struct spk_word *words = scanner->out->words;

    if (!value)
        value = words[scanner->at].text;
    for (size_t i = first; i <= scanner->at; i++) {
        words[i].names_file = option->effect == PROPERTIES_FILE ||
                              option->effect == EXTRA_PROPERTIES_FILE;
        words[i].conf = option->effect == CONF ? without_returns(scanner->arena, value) : NULL;
    }
}

static bool scan(struct scanner *scanner, struct spk_err *err)
{
    const struct spk_invocation *invocation = scanner->invocation;

    for (; scanner->at < invocation->n; scanner->at++) {
        const char *value, *text = invocation->arguments[scanner->at].text;
        const char *name = split_option(scanner->arena, text, &value);
        const struct option *option =
            find_option(name, spk_version_line(&invocation->version));
        size_t first = scanner->at;

        if (option) {
            if (!take_option(scanner, option, value, err))
                return false;
            note_words(scanner, first, option, value);
            continue;
        }
        if (*text == '-')
            return spk_launcher_fail(scanner->arena, err, origin_of(scanner, scanner->at),
                                     "Unrecognized option: %s", name);
        return take_application(scanner, err);
    }
    return true;
}

/* The option is stricter with its words than the property. */
static bool check_deploy_mode(const struct spk_setting *mode, struct spk_err *err)
{
    if (!mode->value || !strcmp(mode->value, "client") || !strcmp(mode->value, "cluster"))
        return true;
    return spk_submit_fail(err, mode->origin,
                           "--deploy-mode must be either \"client\" or \"cluster\"");
}

bool spk_options_scan(struct spk_arena *arena, const struct spk_invocation *invocation,
                      struct spk_options *out, struct spk_err *err)
{
    struct spk_options options_found = {.conf.arena = arena, .arguments_origin = "args"};
    struct scanner scanner = {.arena = arena, .invocation = invocation, .out = &options_found};

    options_found.words = spk_alloc_array(arena, invocation->n, sizeof(*options_found.words));
    for (size_t i = 0; i < invocation->n; i++)
        options_found.words[i].text = invocation->arguments[i].text;
    if (!check_vector(&scanner, err))
        return false;
    if (invocation->n == 0)
        options_found.command = SPK_COMMAND_USAGE_ERROR;
    else if (!scan(&scanner, err) ||
             !check_deploy_mode(&options_found.settings[SPK_SET_DEPLOY_MODE], err))
        return false;
    spk_conf_sort(&options_found.conf);
    *out = options_found;
    return true;
}
