/* SPDX-License-Identifier: Apache-2.0 */
#include "inputs.h"

#include "base/limits.h"
#include "job.h"
#include "output.h"
#include "json/manifest.h"

#include <stdio.h>
#include <string.h>

#define KIND "SparkApplication"

/* A document of a file. */
struct document {
    struct spk_bytes text; /* with line feeds for the lines before it, so that errors count */
    size_t number;         /* from 1 */
    const char *kind, *name; /* "" if they cannot be read */
};

/* One input file and its documents. */
struct file {
    const char *path;
    struct document *documents; /* that hold anything */
    size_t n, applications;
};

/* One run with a recovery point of its own. */
struct task {
    struct spk_arena *arena;
    struct ctl_options options;
    struct spk_bytes manifest;
    ctl_input_fn *run;
    int status;
};

static void do_task(void *argument)
{
    struct task *task = argument;

    task->status = task->run(task->arena, &task->options, task->manifest);
}

static int run_one(const struct ctl_options *options, struct spk_bytes manifest,
                   ctl_input_fn *run)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(3 * SPK_ARENA_BYTES);
    struct task task = {&arena, *options, manifest, run, CTL_REFUSED};
    struct spk_err err = {0};

    if (spk_arena_run(&arena, do_task, &task))
        return task.status;
    spk_arena_free(&arena);
    (void)spk_fail(&err, SPK_REQUEST_TOO_LARGE, "the input needs too much memory");
    return ctl_print_err(&arena, options, &err);
}

/* ---- documents ---- */

static bool is_marker(const char *line, size_t length)
{
    return length >= 3 && !memcmp(line, "---", 3) &&
           (length == 3 || line[3] == ' ' || line[3] == '\t' || line[3] == '\r');
}

/* Blank lines, comments, directives and markers alone are no document. */
static bool is_content(const char *line, size_t length)
{
    size_t start = is_marker(line, length) ? 3 : 0;

    while (start < length && strchr(" \t\r", line[start]))
        start++;
    return start < length && line[start] != '#' && line[0] != '%' &&
           !(length - start >= 3 && !memcmp(line, "...", 3));
}

static void add_document(struct spk_arena *arena, struct file *file, const char *start,
                         const char *end, size_t line)
{
    size_t length = (size_t)(end - start);
    char *text = spk_alloc(arena, line + length + 1);

    memset(text, '\n', line);
    memcpy(text + line, start, length);
    file->documents =
        spk_grow_array(arena, file->documents, file->n, file->n + 1, sizeof(*file->documents));
    file->documents[file->n] =
        (struct document){.text = {text, line + length}, .number = file->n + 1};
    file->n++;
}

/* A marker in the first column ends a document wherever it stands, in a block text, too. */
static void split(struct spk_arena *arena, struct file *file, const struct spk_bytes *bytes)
{
    const char *start = bytes->data, *end = start + bytes->length;
    size_t start_line = 0, line = 0;
    bool content = false;

    for (const char *at = start; at < end; line++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((newline ? newline : end) - at);

        if (is_marker(at, length) && at > start) {
            if (content)
                add_document(arena, file, start, at, start_line);
            start = at;
            start_line = line;
            content = false;
        }
        content = content || is_content(at, length);
        at = newline ? newline + 1 : end;
    }
    if (content)
        add_document(arena, file, start, end, start_line);
}

static bool read_document(struct spk_arena *arena, struct document *document,
                          struct spk_err *err)
{
    cJSON *tree = NULL;

    if (!spk_manifest_read(arena, document->text.data, document->text.length, NULL, &tree,
                           err))
        return false;
    const char *kind = spk_json_get_text(tree, "kind");
    const char *name = spk_json_string(spk_json_at(tree, "metadata.name"));
    document->kind = kind ? kind : "";
    document->name = name ? name : "";
    return true;
}

static bool is_json(const struct spk_bytes *bytes)
{
    const char *first = bytes->data + strspn(bytes->data, " \t\r\n");

    return *first == '{' || *first == '[';
}

/* A file of one document is taken as it is: what is wrong with it the translation says. */
static bool read_file(struct spk_arena *arena, const char *path, struct file *file,
                      struct spk_err *err)
{
    struct spk_bytes bytes = {0};

    file->path = path;
    if (!ctl_read_text(arena, path, &bytes, err))
        return false;
    if (!is_json(&bytes))
        split(arena, file, &bytes);
    if (file->n < 2) {
        file->documents = spk_alloc(arena, sizeof(*file->documents));
        *file->documents = (struct document){.text = bytes, .number = 1, .kind = KIND};
        file->n = file->applications = 1;
        return true;
    }
    for (size_t i = 0; i < file->n; i++) {
        if (!read_document(arena, &file->documents[i], err))
            return false;
        file->applications += !strcmp(file->documents[i].kind, KIND);
    }
    return true;
}

static const char *describe(struct spk_arena *arena, const struct document *document)
{
    return spk_printf(arena, "%.64s%s%.64s%s", *document->kind ? document->kind : "no kind",
                      *document->name ? " '" : "", document->name, *document->name ? "'" : "");
}

/* All that are applications, or that are not. */
static const char *list(struct spk_arena *arena, const struct file *file, bool applications)
{
    struct spk_strings names = {0};

    for (size_t i = 0; i < file->n && names.n < 16; i++)
        if (!strcmp(file->documents[i].kind, KIND) == applications)
            spk_strings_add(arena, &names, describe(arena, &file->documents[i]));
    return spk_join(arena, names.items, names.n, ", ");
}

static bool check_file(struct spk_arena *arena, const struct ctl_options *options,
                       const struct file *file, struct spk_err *err)
{
    if (!file->applications)
        return spk_fail(err, SPK_INVALID_MANIFEST,
                        "none of the %zu documents of '%.200s' is a " KIND ": %.300s", file->n,
                        file->path, list(arena, file, false));
    if (file->applications > 1 && ctl_is(options, "submit") && !options->validate)
        return spk_fail(err, SPK_INVALID_MANIFEST,
                        "'%.200s' holds %zu applications, and one is submitted at a time: "
                        "%.300s",
                        file->path, file->applications, list(arena, file, true));
    if (file->applications < file->n)
        ctl_print_warning(arena, options, "DOCUMENTS_LEFT_OUT", "",
                          spk_printf(arena,
                                     "only " KIND "s are taken; '%.200s' also holds %.400s",
                                     file->path, list(arena, file, false)));
    return true;
}

static int worse(int a, int b)
{
    return a > b ? a : b;
}

static int run_file(struct spk_arena *arena, const struct ctl_options *options,
                    const char *path, ctl_input_fn *run)
{
    struct ctl_options copy = *options;
    struct spk_err err = {0};
    struct file file = {0};
    int status = CTL_OK;

    if (options->files.n > 1)
        copy.source = path;
    if (!read_file(arena, path, &file, &err) || !check_file(arena, &copy, &file, &err))
        return ctl_print_err(arena, &copy, &err);
    for (size_t i = 0; i < file.n; i++) {
        const struct document *document = &file.documents[i];

        if (strcmp(document->kind, KIND) != 0)
            continue;
        if (file.applications > 1)
            copy.source = spk_printf(arena, "%s, document %zu", path, document->number);
        status = worse(status, run_one(&copy, document->text, run));
    }
    return status;
}

/* The arena of a file is its own as well: a directory of them may be named. */
struct file_task {
    struct spk_arena *arena;
    const struct ctl_options *options;
    const char *path;
    ctl_input_fn *run;
    int status;
};

static void do_file(void *argument)
{
    struct file_task *task = argument;

    task->status = run_file(task->arena, task->options, task->path, task->run);
}

int ctl_for_each_input(struct spk_arena *arena, const struct ctl_options *options,
                       ctl_input_fn *run)
{
    int status = CTL_OK;

    if (!options->files.n)
        return run_one(options, (struct spk_bytes){0}, run);
    for (size_t i = 0; i < options->files.n; i++) {
        SPK_ARENA own = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
        struct file_task task = {&own, options, options->files.items[i], run, CTL_REFUSED};
        struct spk_err err = {0};

        if (!spk_arena_run(&own, do_file, &task)) {
            (void)spk_fail(&err, SPK_REQUEST_TOO_LARGE, "'%.200s' needs too much memory",
                           task.path);
            task.status = ctl_print_err(arena, options, &err);
        }
        status = worse(status, task.status);
    }
    return status;
}
