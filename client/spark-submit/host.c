/* SPDX-License-Identifier: Apache-2.0 */
#include "host.h"

#include "local/local_files.h"
#include "spark_home.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

const char *submit_machine_get(const struct submit_machine *machine, const char *name)
{
    const char *value = spk_environment_get(&machine->environment, name);

    return value && *value ? value : NULL;
}

static void take_variables(struct spk_arena *arena, struct spk_environment *environment)
{
    struct spk_conf variables = {.arena = arena};

    for (char **at = environ; *at; at++) {
        const char *equals = strchr(*at, '=');

        if (equals && equals != *at && spk_is_utf8(*at, strlen(*at)))
            spk_conf_set(&variables, spk_strndup(arena, *at, (size_t)(equals - *at)),
                         equals + 1, "environment");
    }
    environment->variables = variables.entries;
    environment->n = variables.n;
}

static const char *find_user(struct spk_arena *arena, const struct submit_machine *machine)
{
    const char *user = submit_machine_get(machine, "HADOOP_USER_NAME");
    const struct passwd *entry = user ? NULL : getpwuid(getuid());

    if (entry)
        user = spk_strdup(arena, entry->pw_name);
    return user ? user : spk_printf(arena, "%u", (unsigned)getuid());
}

/* @source bin/spark-class, bin/load-spark-env.sh: SPARK_CONF_DIR is $SPARK_HOME/conf by
 * default */
static bool take_conf_dir(struct spk_arena *arena, struct submit_machine *machine,
                          struct spk_err *err)
{
    struct spk_environment *environment = &machine->environment;
    const char *home = submit_machine_get(machine, "SPARK_HOME");
    struct stat info;

    environment->conf_dir = submit_machine_get(machine, "SPARK_CONF_DIR");
    if (!environment->conf_dir && home)
        environment->conf_dir = spk_printf(arena, "%s/conf", home);
    if (!environment->conf_dir || stat(environment->conf_dir, &info) != 0 ||
        !S_ISDIR(info.st_mode))
        return true;
    environment->has_conf_dir = true;
    return spk_local_directory(NULL, arena, environment->conf_dir, &environment->conf_files,
                               err);
}

static const char *find_version(struct spk_arena *arena, const struct submit_machine *machine)
{
    const char *version = submit_machine_get(machine, "SPK_SPARK_VERSION");
    const char *home = submit_machine_get(machine, "SPARK_HOME");

    return version || !home ? version : submit_spark_home_version(arena, home);
}

static bool take_switch(const struct submit_machine *machine, const char *name, bool *out,
                        struct spk_err *err)
{
    const char *text = submit_machine_get(machine, name);

    *out = !text || strcmp(text, "true") == 0;
    if (*out || strcmp(text, "false") == 0)
        return true;
    (void)spk_fail(err, SPK_INVALID_FIELD, "'%.32s' is not true or false", text);
    return spk_fail_at(err, "%s", name);
}

bool submit_machine_look(struct spk_arena *arena, struct submit_machine *out,
                         struct spk_err *err)
{
    struct submit_machine machine = {
        .environment = {.read_file = spk_local_file, .read_directory = spk_local_directory}};
    struct spk_streams *streams = spk_alloc(arena, sizeof(*streams));
    char *directory = spk_alloc(arena, 4096);

    streams->arena = arena;
    machine.environment.context = streams;
    take_variables(arena, &machine.environment);
    machine.environment.user = find_user(arena, &machine);
    machine.environment.cwd = getcwd(directory, 4096);
    machine.endpoint = submit_machine_get(&machine, "SPK_ENDPOINT");
    machine.spark_version = find_version(arena, &machine);
    if (!take_switch(&machine, "SPK_READ_CR", &machine.reads_application, err) ||
        !take_conf_dir(arena, &machine, err))
        return false;
    *out = machine;
    return true;
}
