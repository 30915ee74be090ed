/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"

#include "json/write.h"
#include "json/yaml.h"

#include <stdio.h>
#include <string.h>

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

static int exit_code(enum spk_code code, enum spk_outcome outcome, const char *reason)
{
    if (outcome == SPK_OUTCOME_UNKNOWN)
        return CTL_UNKNOWN;
    if (is_too_large(reason))
        return CTL_REFUSED;
    if (code == SPK_UNAVAILABLE || code == SPK_RESOURCE_EXHAUSTED ||
        code == SPK_DEADLINE_EXCEEDED)
        return CTL_RETRYABLE;
    return code == SPK_NOT_FOUND ? CTL_NOT_FOUND : CTL_REFUSED;
}

static void add_violation(cJSON *tree, const char *field, const char *text)
{
    if (!*field)
        return;
    cJSON *violation = spk_json_push_object(spk_json_list(tree, "violations"));
    spk_json_text(violation, "field", field);
    spk_json_text(violation, "description", text);
}

static cJSON *error_tree(struct spk_arena *arena, const char *code, const char *reason,
                         const char *text)
{
    cJSON *tree = spk_json_new_object(arena);

    spk_json_text(tree, "code", code);
    spk_json_text(tree, "reason", reason);
    spk_json_text(tree, "message", text);
    (void)spk_json_list(tree, "violations");
    return tree;
}

static void print_line(const char *code, const char *reason, const char *field,
                       const char *text)
{
    fprintf(stderr, "error: %s%s%s%s%s (%s)\n", field, *field ? ": " : "", text,
            *reason ? " " : "", *reason ? reason : "", code);
}

int ctl_print_err(struct spk_arena *arena, const struct ctl_options *options,
                  const struct spk_err *err)
{
    enum spk_code code = spk_reason_code(err->reason);
    cJSON *tree =
        error_tree(arena, spk_code_name(code), spk_reason_name(err->reason), err->text);

    if (options->format != CTL_JSON) {
        print_line(spk_code_name(code), spk_reason_name(err->reason), err->field, err->text);
        for (const struct spk_violation *more = err->violations; more; more = more->next)
            fprintf(stderr, "error: %s: %s\n", more->field, more->text);
        return exit_code(code, err->outcome, spk_reason_name(err->reason));
    }
    add_violation(tree, err->field, err->text);
    for (const struct spk_violation *more = err->violations; more; more = more->next)
        add_violation(tree, more->field, more->text);
    fprintf(stderr, "%s\n", spk_json_write(arena, tree));
    return exit_code(code, err->outcome, spk_reason_name(err->reason));
}

/* The server's text names the field first, which has a place of its own here. */
static const char *clause_of(const struct spk_error *error)
{
    size_t length = strlen(error->field);
    bool named = length && !strncmp(error->text, error->field, length) &&
                 !strncmp(error->text + length, ": ", 2);

    return named ? error->text + length + 2 : error->text;
}

int ctl_print_error(struct spk_arena *arena, const struct ctl_options *options,
                    const struct spk_error *error)
{
    const char *code = spk_code_name((enum spk_code)error->code);
    cJSON *tree = error_tree(arena, code, error->reason, clause_of(error));
    const char *field, *text;
    bool json = options->format == CTL_JSON;

    if (!json)
        print_line(code, error->reason, error->field, clause_of(error));
    for (size_t i = 0; spk_error_violation(error, i, &field, &text); i++) {
        if (json)
            add_violation(tree, field, text);
        else if (i > 0 || !*error->field)
            fprintf(stderr, "error: %s: %s\n", field, text);
    }
    if (json)
        fprintf(stderr, "%s\n", spk_json_write(arena, tree));
    return exit_code((enum spk_code)error->code, (enum spk_outcome)error->outcome,
                     error->reason);
}

void ctl_print_warning(const char *code, const char *field, const char *message)
{
    fprintf(stderr, "warning: %s%s%s %s\n", field, *field ? ": " : "", message, code);
}

void ctl_print_tree(struct spk_arena *arena, const struct ctl_options *options,
                    const cJSON *tree)
{
    fputs(options->format == CTL_JSON ? spk_json_write_pretty(arena, tree)
                                      : spk_yaml_write(arena, tree),
          stdout);
}

void ctl_print_warnings(const struct spk_result *result)
{
    for (size_t i = 0; i < spk_result_count(result, SPK_LIST_WARNINGS); i++)
        ctl_print_warning(spk_result_item(result, SPK_LIST_WARNING_CODES, i),
                          spk_result_item(result, SPK_LIST_WARNING_FIELDS, i),
                          spk_result_item(result, SPK_LIST_WARNINGS, i));
}
