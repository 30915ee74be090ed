/* SPDX-License-Identifier: Apache-2.0 */
#include "library/attempt.h"

#include <ctype.h>
#include <string.h>

#define SUBMISSION_ID "spark.kubernetes.driver.label.sparkoperator.k8s.io/submission-id="

/* The rest of a manifest. */
struct text {
    const char *at, *end;
};

static bool starts(struct text text, const char *word)
{
    size_t length = strlen(word);

    return (size_t)(text.end - text.at) >= length && memcmp(text.at, word, length) == 0;
}

static void skip_space(struct text *text)
{
    while (text->at < text->end && isspace((unsigned char)*text->at))
        text->at++;
}

/* ---- JSON ---- */

/* Over a string, to behind its closing quote; false: it has none. */
static bool skip_string(struct text *text)
{
    for (text->at++; text->at < text->end; text->at++) {
        if (*text->at == '\\')
            text->at++;
        else if (*text->at == '"')
            return text->at++, true;
    }
    return false;
}

/* Behind the string at text: is it the key of an object or string? */
static bool is_value(struct text text, char first)
{
    skip_space(&text);
    if (!starts(text, ":"))
        return false;
    text.at++;
    skip_space(&text);
    return text.at < text.end && *text.at == first;
}

static bool is_key(struct text start, struct text behind, const char *quoted, char first)
{
    return (size_t)(behind.at - start.at) == strlen(quoted) && starts(start, quoted) &&
           is_value(behind, first);
}

static bool is_empty_string(struct text behind)
{
    const char *quote = memchr(behind.at, '"', (size_t)(behind.end - behind.at));

    return !quote || quote + 1 >= behind.end || quote[1] == '"';
}

static bool json_has_uid(struct text text)
{
    int depth = 0;
    bool in_metadata = false;

    while (text.at < text.end) {
        struct text start = text;

        if (*text.at == '"') {
            if (!skip_string(&text))
                return false;
            if (depth == 1)
                in_metadata = is_key(start, text, "\"metadata\"", '{');
            else if (depth == 2 && in_metadata && is_key(start, text, "\"uid\"", '"'))
                return !is_empty_string(text);
            continue;
        }
        if (*text.at == '#') /* a comment: this is YAML */
            return false;
        depth += (*text.at == '{' || *text.at == '[') - (*text.at == '}' || *text.at == ']');
        text.at++;
    }
    return false;
}

/* ---- YAML in block style ---- */

static struct text take_line(struct text *text)
{
    const char *newline = memchr(text->at, '\n', (size_t)(text->end - text->at));
    struct text line = {text->at, newline ? newline : text->end};

    text->at = newline ? newline + 1 : text->end;
    while (line.end > line.at && isspace((unsigned char)line.end[-1]))
        line.end--;
    return line;
}

/* True if the rest of the line behind "uid:" is a plain or quoted text that is not empty. */
static bool is_plain_text(struct text value)
{
    static const char *const nothing[] = {"~", "null", "Null", "NULL"};

    if (value.at == value.end || *value.at != ' ')
        return false;
    skip_space(&value);
    if (value.at == value.end)
        return false;
    if (*value.at == '"' || *value.at == '\'')
        return value.end - value.at > 2 && value.at[1] != *value.at;
    for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++)
        if (starts(value, nothing[i]) && (value.end == value.at + strlen(nothing[i]) ||
                                          value.at[strlen(nothing[i])] == ' '))
            return false;
    return isalnum((unsigned char)*value.at) != 0;
}

/* Nothing but a key can stand at the column where the keys of metadata start. */
static bool yaml_has_uid(struct text text)
{
    bool in_metadata = false;
    ptrdiff_t column = 0; /* of the keys of metadata; 0: not seen yet */

    while (text.at < text.end) {
        struct text line = take_line(&text), word = line;

        skip_space(&word);
        if (word.at == word.end || *word.at == '#')
            continue;
        if (word.at == line.at) {
            in_metadata = starts(line, "metadata:") && line.end - line.at == 9;
            column = 0;
            continue;
        }
        if (!in_metadata)
            continue;
        if (!column)
            column = word.at - line.at;
        if (word.at - line.at == column && starts(word, "uid:")) {
            word.at += 4;
            return is_plain_text(word);
        }
    }
    return false;
}

/* ---- arguments ---- */

static bool takes_no_value(const char *option)
{
    static const char *const flags[] = {
        "--help", "-h",        "--supervise",   "--verbose",
        "-v",     "--version", "--usage-error", "--load-spark-defaults"};

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        if (strcmp(option, flags[i]) == 0)
            return true;
    return strchr(option, '=') != NULL;
}

/* Only before the application's own arguments; the last one wins, and over properties. */
static bool arguments_have_id(const struct sparksubmit_job *job)
{
    bool found = false;

    for (size_t i = 0; i < job->n_properties; i++)
        if (strncmp(job->properties[i].key, SUBMISSION_ID, strlen(SUBMISSION_ID) - 1) == 0 &&
            job->properties[i].key[strlen(SUBMISSION_ID) - 1] == '\0')
            found = job->properties[i].value[0] != '\0';
    for (size_t i = 0; i < job->n_arguments && job->arguments[i][0] == '-'; i++) {
        const char *option = job->arguments[i], *value = NULL;

        if (strncmp(option, "--conf=", 7) == 0)
            value = option + 7;
        else if (!takes_no_value(option) && ++i < job->n_arguments &&
                 (!strcmp(option, "--conf") || !strcmp(option, "-c")))
            value = job->arguments[i];
        if (value && strncmp(value, SUBMISSION_ID, strlen(SUBMISSION_ID)) == 0)
            found = value[strlen(SUBMISSION_ID)] != '\0';
    }
    return found;
}

bool spk_attempt_is_told(const struct sparksubmit_job *job)
{
    struct text text = {job->manifest, job->manifest + job->manifest_length};

    if (!job->manifest)
        return arguments_have_id(job);
    skip_space(&text);
    if (starts(text, "{"))
        return json_has_uid(text);
    text.at = job->manifest;
    return yaml_has_uid(text);
}
