/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <string.h>

static const char values[] =
    "\nADDRESS is unix:PATH, unix:///PATH, an absolute path, HOST:PORT, tcp://HOST:PORT or\n"
    "dns:///HOST:PORT. DURATION is a number with its unit: 500ms, 30s, 2m.\n";
static const char exit_codes[] =
    "\nexit: 0 OK, 1 refused, 2 usage, 3 try again later, 4 outcome unknown, 5 not found\n"
    "After 3 and 4 repeat a submission with the key that its error tells.\n";

static void list_commands(struct spk_buf *text)
{
    size_t n;
    const struct ctl_command *commands = ctl_commands(&n);

    spk_buf_text(text, "usage: sparksubmitctl COMMAND [OPTION...]\n\n"
                       "Spark applications on Kubernetes: shown here, submitted by "
                       "sparksubmitd.\n\ncommands:\n");
    for (size_t i = 0; i < n; i++)
        spk_buf_printf(text, "  %-9s %s\n", commands[i].name, commands[i].summary);
    spk_buf_text(text, "\nsparksubmitctl COMMAND --help lists the options of a command.\n");
}

static void list_options(struct spk_buf *text, const struct ctl_command *command)
{
    size_t n;
    const struct ctl_option *options = ctl_option_rows(&n);

    spk_buf_text(text, "\noptions:\n");
    for (size_t i = 0; i < n; i++) {
        const struct ctl_option *option = &options[i];

        if (!option->help || !strchr(option->commands, command->letter))
            continue;
        const char *left = spk_printf(text->arena, "%s%s%s", option->name,
                                      option->value ? " " : "",
                                      option->value ? option->value : "");
        spk_buf_printf(text, "  %-38s %s\n", left, option->help);
    }
}

const char *ctl_help(struct spk_arena *arena, const struct ctl_command *command)
{
    struct spk_buf text = {.arena = arena};

    if (!command) {
        list_commands(&text);
    } else {
        spk_buf_printf(&text, "usage: sparksubmitctl %s %s\n\n%s\n", command->name,
                       command->usage, command->summary);
        list_options(&text, command);
        if (command->notes)
            spk_buf_printf(&text, "\n%s\n", command->notes);
    }
    if (!command || strchr("srihtwkl", command->letter))
        spk_buf_text(&text, values);
    if (!command || strchr("sritwkl", command->letter)) /* those of health are a probe's */
        spk_buf_text(&text, exit_codes);
    return spk_buf_string(&text);
}
