/* SPDX-License-Identifier: Apache-2.0 */
#include "payload.h"

#include <string.h>

static struct spk_bytes bytes_of(const ProtobufCBinaryData *data)
{
    return (struct spk_bytes){(const char *)data->data, data->len};
}

static bool read_template(Google__Protobuf__Struct *tree, bool has_text,
                          const ProtobufCBinaryData *text, const char *name,
                          struct spk_template *out, struct spk_err *err)
{
    if (tree && has_text) {
        (void)spk_fail(err, SPK_INVALID_FIELD, "it excludes %s", name);
        return spk_fail_at(err, "%s_text", name);
    }
    if (!tree && !has_text)
        return true;
    *out = (struct spk_template){.tree = spk_struct_tree(tree), .origin = name};
    if (has_text)
        out->text = bytes_of(text);
    return true;
}

/* Variables and files of the caller's instead of the server's own. */
static const struct spk_environment *read_environment(struct spk_arena *arena,
                                                      const Spk__SparkSubmitCommand *command,
                                                      const struct spk_settings *settings)
{
    struct spk_environment *environment = spk_alloc(arena, sizeof(*environment));
    struct spk_conf variables = {.arena = arena};
    struct spk_named_bytes *files =
        spk_alloc_array(arena, command->n_conf_files, sizeof(*files));

    for (size_t i = 0; i < command->n_environment; i++)
        spk_conf_append(&variables, command->environment[i]->key,
                        command->environment[i]->value, "environment");
    spk_conf_sort(&variables);
    for (size_t i = 0; i < command->n_conf_files; i++)
        files[i] = (struct spk_named_bytes){command->conf_files[i]->key,
                                            bytes_of(&command->conf_files[i]->value)};
    *environment = settings->environment;
    if (command->n_environment) {
        environment->variables = variables.entries;
        environment->n = variables.n;
    }
    if (command->n_conf_files) {
        environment->has_conf_dir = true;
        environment->conf_dir = "conf_files";
        environment->conf_files = (struct spk_files){files, command->n_conf_files};
    }
    return environment;
}

static bool read_command(struct spk_arena *arena, const Spk__SparkSubmitCommand *command,
                         const struct spk_settings *settings, struct spk_payload *out,
                         struct spk_err *err)
{
    out->kind = SPK_PAYLOAD_COMMAND;
    out->arguments = (struct spk_strings){(const char **)command->args, command->n_args};
    for (size_t i = 0; i < command->n_properties; i++)
        spk_conf_append(&out->properties, command->properties[i]->key,
                        command->properties[i]->value,
                        spk_printf(arena, "properties[%.200s]", command->properties[i]->key));
    spk_conf_sort(&out->properties);
    if (command->n_environment || command->n_conf_files)
        out->environment = read_environment(arena, command, settings);
    return read_template(command->driver_pod_template, command->has_driver_pod_template_text,
                         &command->driver_pod_template_text, "driver_pod_template",
                         &out->driver_template, err) &&
           read_template(command->executor_pod_template,
                         command->has_executor_pod_template_text,
                         &command->executor_pod_template_text, "executor_pod_template",
                         &out->executor_template, err);
}

bool spk_payload_read(struct spk_arena *arena, const struct spk_payload_message *message,
                      const struct spk_settings *settings, struct spk_payload *out,
                      struct spk_err *err)
{
    struct spk_payload payload = {.properties = {.arena = arena}};

    switch (message->form) {
    case 1:
        payload.kind = SPK_PAYLOAD_APPLICATION;
        payload.application = message->application;
        break;
    case 2:
        payload.kind = SPK_PAYLOAD_MANIFEST;
        payload.manifest = bytes_of(message->manifest);
        break;
    case 3:
        if (!read_command(arena, message->command, settings, &payload, err))
            return false;
        break;
    default:
        return spk_fail(err, SPK_INVALID_MESSAGE,
                        "one of application, manifest and command is needed");
    }
    *out = payload;
    return true;
}

const char *spk_given(const char *text)
{
    return text && *text ? text : NULL;
}

enum spk_pod_mutation spk_read_pod_mutation(int value)
{
    static const enum spk_pod_mutation choices[] = {
        [SPK__POD_MUTATION__POD_MUTATION_UNSPECIFIED] = SPK_MUTATION_DEFAULT,
        [SPK__POD_MUTATION__POD_MUTATION_NONE] = SPK_MUTATION_NONE,
        [SPK__POD_MUTATION__POD_MUTATION_NATIVE] = SPK_MUTATION_NATIVE,
        [SPK__POD_MUTATION__POD_MUTATION_AUTO] = SPK_MUTATION_AUTO,
    };

    return choices[value];
}

Spk__PodMutation spk_pod_mutation_message(enum spk_pod_mutation mutation)
{
    return mutation == SPK_MUTATION_AUTO     ? SPK__POD_MUTATION__POD_MUTATION_AUTO
           : mutation == SPK_MUTATION_NATIVE ? SPK__POD_MUTATION__POD_MUTATION_NATIVE
                                             : SPK__POD_MUTATION__POD_MUTATION_NONE;
}

enum spk_controller_steps spk_read_controller_steps(int value)
{
    static const enum spk_controller_steps choices[] = {
        [SPK__CONTROLLER_STEPS__CONTROLLER_STEPS_UNSPECIFIED] = SPK_STEPS_DEFAULT,
        [SPK__CONTROLLER_STEPS__CONTROLLER_STEPS_NONE] = SPK_STEPS_NONE,
        [SPK__CONTROLLER_STEPS__CONTROLLER_STEPS_APPLY] = SPK_STEPS_APPLY,
    };

    return choices[value];
}

static void add_messages(struct spk_arena *arena, const struct spk_warnings *warnings,
                         Spk__Warning **list, size_t *n)
{
    for (size_t i = 0; i < warnings->n; i++) {
        Spk__Warning *message = spk_alloc(arena, sizeof(*message));

        spk__warning__init(message);
        message->code = warnings->items[i].code;
        message->message = warnings->items[i].message;
        message->field = warnings->items[i].field;
        list[(*n)++] = message;
    }
}

Spk__Warning **spk_warning_messages(struct spk_arena *arena, const struct spk_warnings *ours,
                                    const struct spk_warnings *more, size_t *n)
{
    Spk__Warning **list = spk_alloc_array(arena, ours->n + more->n, sizeof(*list));

    *n = 0;
    add_messages(arena, ours, list, n);
    add_messages(arena, more, list, n);
    return list;
}
