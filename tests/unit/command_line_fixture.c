/* SPDX-License-Identifier: Apache-2.0 */
#include "command_line_fixture.h"

#include "spark/conf/profile.h"

#include <string.h>

#define USUAL "--master k8s://https://h:1 --deploy-mode cluster --name app --class org.Main "

static bool read_file(void *context, struct spk_arena *arena, const char *path,
                      struct spk_bytes *out, struct spk_err *err)
{
    const struct spk_test_machine *machine = context;

    (void)arena;
    for (const struct spk_test_file *file = machine->files; file && file->path; file++)
        if (!strcmp(file->path, path)) {
            *out = (struct spk_bytes){file->text, strlen(file->text)};
            return true;
        }
    return spk_fail(err, SPK_INVALID_FIELD, "cannot read '%s'", path);
}

static bool read_directory(void *context, struct spk_arena *arena, const char *path,
                           struct spk_files *out, struct spk_err *err)
{
    const struct spk_test_machine *machine = context;
    struct spk_named_bytes *items = spk_alloc_array(arena, 16, sizeof(*items));
    size_t length = strlen(path);

    (void)err;
    *out = (struct spk_files){items, 0};
    for (const struct spk_test_file *file = machine->files; file && file->path; file++)
        if (!strncmp(file->path, path, length) && file->path[length] == '/')
            items[out->n++].name = file->path + length + 1;
    return true;
}

static void describe(struct spk_arena *arena, const struct spk_test_machine *machine,
                     struct spk_environment *environment)
{
    struct spk_conf variables = {.arena = arena};
    struct spk_named_bytes *files = spk_alloc_array(arena, 16, sizeof(*files));

    for (size_t i = 0; machine->environment && machine->environment[i]; i++) {
        const char *equals = strchr(machine->environment[i], '=');

        spk_conf_set(&variables,
                     spk_strndup(arena, machine->environment[i],
                                 (size_t)(equals - machine->environment[i])),
                     equals + 1, "environment");
    }
    environment->variables = variables.entries;
    environment->n = variables.n;
    environment->conf_files.items = files;
    for (const struct spk_test_file *file = machine->conf_dir; file && file->path; file++)
        files[environment->conf_files.n++] =
            (struct spk_named_bytes){file->path, {file->text, strlen(file->text)}};
    environment->cwd = "/home/dir";
    environment->user = "user";
    if (machine->is_server)
        return;
    environment->context = (void *)(uintptr_t)machine;
    environment->read_file = read_file;
    environment->read_directory = read_directory;
}

static char *word(struct spk_arena *arena, const char *text)
{
    char *copy = spk_strdup(arena, strcmp(text, "''") != 0 ? text : "");

    for (char *c = copy; *c; c++)
        if (*c == '_')
            *c = ' ';
    return copy;
}

bool spk_test_parse_bare(struct spk_arena *arena, enum spk_line line, const char *words,
                         const struct spk_test_machine *machine, struct spk_command_line *out,
                         struct spk_err *err)
{
    static const struct spk_test_machine none = {0};
    struct spk_strings list = spk_split(arena, words, ' ');
    struct spk_argument *arguments = spk_alloc_array(arena, list.n, sizeof(*arguments));
    struct spk_invocation invocation = {
        .arguments = arguments,
        .properties.arena = arena,
        .version = {spk_profile_of(line), spk_line_reference(line)},
    };

    for (size_t i = 0; i < list.n; i++)
        if (*list.items[i])
            arguments[invocation.n++].text = word(arena, list.items[i]);
    describe(arena, machine ? machine : &none, &invocation.environment);
    return spk_command_line_parse(arena, &invocation, out, err);
}

bool spk_test_parse(struct spk_arena *arena, enum spk_line line, const char *words,
                    const struct spk_test_machine *machine, struct spk_command_line *out,
                    struct spk_err *err)
{
    return spk_test_parse_bare(arena, line, spk_printf(arena, USUAL "%s", words), machine, out,
                               err);
}
