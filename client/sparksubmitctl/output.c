/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"

#include "base/limits.h"
#include "base/printable.h"
#include "local/argument_name.h"
#include "local/call_error.h"
#include "json/write.h"
#include "json/yaml.h"

#include <stdio.h>
#include <string.h>

/* An error of either kind. */
struct failure {
    enum spk_code code;
    const char *reason, *field, *text, *attempt, *key, *default_key;
    enum spk_outcome outcome;
    enum spk_retry retry;
    const char **fields, **texts; /* all violations, the first too */
    size_t n;
};

static const char *clean(struct spk_arena *arena, const char *text)
{
    return spk_printable(arena, text, SPK_MAX_PRINTED_TEXT);
}

/* RESOURCE_EXHAUSTED that no repetition can change. */
static bool is_too_large(const char *reason)
{
    static const enum spk_reason reasons[] = {SPK_REQUEST_TOO_LARGE, SPK_RESULT_TOO_LARGE,
                                              SPK_OBJECT_TOO_LARGE};

    for (size_t i = 0; i < SPK_LEN(reasons); i++)
        if (!strcmp(reason, spk_reason_name(reasons[i])))
            return true;
    return false;
}

static int exit_code(const struct failure *failure)
{
    if (failure->outcome == SPK_OUTCOME_UNKNOWN)
        return CTL_UNKNOWN;
    if (is_too_large(failure->reason))
        return CTL_REFUSED;
    if (failure->code == SPK_UNAVAILABLE || failure->code == SPK_RESOURCE_EXHAUSTED ||
        failure->code == SPK_DEADLINE_EXCEEDED)
        return CTL_RETRYABLE;
    return failure->code == SPK_NOT_FOUND ? CTL_NOT_FOUND : CTL_REFUSED;
}

static void add_violation(struct spk_arena *arena, struct failure *failure, const char *field,
                          const char *text)
{
    if (!*field)
        return;
    failure->fields = spk_grow_array(arena, failure->fields, failure->n, failure->n + 1,
                                     sizeof(*failure->fields));
    failure->texts = spk_grow_array(arena, failure->texts, failure->n, failure->n + 1,
                                    sizeof(*failure->texts));
    failure->fields[failure->n] = field;
    failure->texts[failure->n++] = text;
}

static void print_json(struct spk_arena *arena, const struct ctl_options *options,
                       const struct failure *failure)
{
    cJSON *tree = spk_json_new_object(arena);

    if (options->source)
        spk_json_text(tree, "source", options->source);
    spk_json_text(tree, "code", spk_code_name(failure->code));
    spk_json_text(tree, "reason", failure->reason);
    spk_json_text(tree, "message", failure->text);
    spk_json_text(tree, "outcome", spk_outcome_name(failure->outcome));
    spk_json_text(tree, "retry", spk_retry_name(failure->retry));
    spk_json_text(tree, "attempt", failure->attempt);
    spk_json_text(tree, "idempotencyKey", failure->key);
    spk_json_text(tree, "defaultIdempotencyKey", failure->default_key);
    cJSON *violations = spk_json_list(tree, "violations");
    for (size_t i = 0; i < failure->n; i++) {
        cJSON *violation = spk_json_push_object(violations);

        spk_json_text(violation, "field", failure->fields[i]);
        spk_json_text(violation, "description", failure->texts[i]);
    }
    fprintf(stderr, "%s\n", spk_printable_json(arena, spk_json_write(arena, tree)));
}

/* A number says little to whoever typed the arguments: the option or property is named. */
static const char *name_field(struct spk_arena *arena, const struct ctl_options *options,
                              const char *field)
{
    const char *name = spk_argument_name(arena, &options->arguments, field);

    return clean(arena, name ? spk_printf(arena, "%s (%s)", field, name) : field);
}

static void print_line(struct spk_arena *arena, const struct ctl_options *options,
                       const char *tag, const char *field, const char *text)
{
    const char *source = options->source ? clean(arena, options->source) : "";

    fprintf(stderr, "%s: %s%s%s%s%s\n", tag, source, *source ? ": " : "", field,
            *field ? ": " : "", clean(arena, text));
}

/* Tell what exists now: the caller's next step depends on it. */
static void print_outcome(struct spk_arena *arena, const struct failure *failure)
{
    static const char *const notes[] = {
        [SPARKSUBMIT_OUTCOME_NOT_CREATED] = NULL,
        [SPARKSUBMIT_OUTCOME_PARTIAL] =
            "some of its objects may exist; no driver starts from them",
        [SPARKSUBMIT_OUTCOME_CREATED] = "the driver exists",
        [SPK_OUTCOME_UNKNOWN] = "it is not known whether the driver exists",
    };

    if ((size_t)failure->outcome < SPK_LEN(notes) && notes[failure->outcome])
        fprintf(stderr, "outcome: %s\n", notes[failure->outcome]);
    if (failure->retry != SPK_RETRY_SAME_KEY)
        return;
    if (*failure->key)
        fprintf(stderr, "to repeat it safely: --idempotency-key %s\n",
                clean(arena, failure->key));
    else if (*failure->default_key)
        fprintf(stderr, "to repeat it safely: --default-idempotency-key %s\n",
                clean(arena, failure->default_key));
}

static int print_failure(struct spk_arena *arena, const struct ctl_options *options,
                         const struct failure *failure)
{
    const char *tag = spk_printf(
        arena, "error[%s]",
        clean(arena, *failure->reason ? failure->reason : spk_code_name(failure->code)));

    if (options->format == CTL_JSON) {
        print_json(arena, options, failure);
        return exit_code(failure);
    }
    print_line(arena, options, tag, name_field(arena, options, failure->field), failure->text);
    for (size_t i = 0; i < failure->n; i++)
        if (i > 0 || !*failure->field)
            print_line(arena, options, tag, name_field(arena, options, failure->fields[i]),
                       failure->texts[i]);
    print_outcome(arena, failure);
    return exit_code(failure);
}

/* Spark's own text does not always say why a file cannot be read. */
static const char *text_of(struct spk_arena *arena, const struct spk_err *err)
{
    for (const struct spk_note *note = err->notes; note; note = note->next)
        if (strcmp(note->key, "cause") == 0)
            return spk_printf(arena, "%s (%s)", err->text, note->value);
    return err->text;
}

int ctl_print_err(struct spk_arena *arena, const struct ctl_options *options,
                  const struct spk_err *err)
{
    const char *text = text_of(arena, err);
    struct failure failure = {
        .code = spk_reason_code(err->reason),
        .reason = spk_reason_name(err->reason),
        .field = err->field,
        .text = text,
        .attempt = "",
        .key = "",
        .default_key = "",
        .outcome = err->outcome,
        .retry = spk_reason_retry(err->reason),
    };

    add_violation(arena, &failure, err->field, text);
    for (const struct spk_violation *more = err->violations; more; more = more->next)
        add_violation(arena, &failure, more->field, more->text);
    return print_failure(arena, options, &failure);
}

int ctl_print_error(struct spk_arena *arena, const struct ctl_options *options,
                    const struct sparksubmit_error *error)
{
    struct failure failure = {
        .code = (enum spk_code)error->code,
        .reason = error->reason,
        .field = error->field,
        .text = spk_error_clause(error),
        .attempt = error->attempt,
        .key = error->idempotency_key,
        .default_key = error->default_idempotency_key,
        .outcome = spk_error_outcome(error),
        .retry = spk_error_retry(error),
    };
    const char *field, *text;

    for (size_t i = 0; sparksubmit_error_violation(error, i, &field, &text); i++)
        add_violation(arena, &failure, field, text);
    return print_failure(arena, options, &failure);
}

void ctl_print_warning(struct spk_arena *arena, const struct ctl_options *options,
                       const char *code, const char *field, const char *message)
{
    print_line(arena, options, spk_printf(arena, "warning[%s]", clean(arena, code)),
               name_field(arena, options, field), message);
}

void ctl_print_warnings(struct spk_arena *arena, const struct ctl_options *options,
                        const struct sparksubmit_result *result)
{
    for (size_t i = 0; i < sparksubmit_result_count(result, SPARKSUBMIT_LIST_WARNINGS); i++)
        ctl_print_warning(arena, options,
                          sparksubmit_result_item(result, SPARKSUBMIT_LIST_WARNING_CODES, i),
                          sparksubmit_result_item(result, SPARKSUBMIT_LIST_WARNING_FIELDS, i),
                          sparksubmit_result_item(result, SPARKSUBMIT_LIST_WARNINGS, i));
}

void ctl_print_tree(struct spk_arena *arena, const struct ctl_options *options,
                    const cJSON *tree)
{
    if (options->format == CTL_JSON) {
        fputs(spk_printable_json(arena, spk_json_write_pretty(arena, tree)), stdout);
        return;
    }
    if (options->source)
        printf("---\n# %s\n", clean(arena, options->source));
    fputs(spk_yaml_write(arena, tree), stdout);
}

void ctl_print_json_line(struct spk_arena *arena, const cJSON *tree)
{
    printf("%s\n", spk_printable_json(arena, spk_json_write(arena, tree)));
}

void ctl_print_line(struct spk_arena *arena, const char *text)
{
    printf("%s\n", clean(arena, text));
}

void ctl_print_row(struct spk_arena *arena, const char *label, const char *value)
{
    if (*value)
        printf("%-16s %s\n", clean(arena, label), clean(arena, value));
}
