/* SPDX-License-Identifier: Apache-2.0 */
#include "spark_home.h"

#include "base/text.h"
#include "local/local_files.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#define CORE "spark-core_2."
#define JAR  ".jar"

static const char *of_release(struct spk_arena *arena, const char *home)
{
    struct spk_err ignored;
    struct spk_bytes text;

    if (!spk_local_file(NULL, arena, spk_printf(arena, "%s/RELEASE", home), &text, &ignored) ||
        !spk_starts_with(text.data, "Spark "))
        return NULL;
    return spk_strndup(arena, text.data + 6, strcspn(text.data + 6, " \r\n"));
}

/* "spark-core_2.13-4.1.4.jar": the version stands behind that of Scala. */
static const char *dash_of(const char *name)
{
    return spk_starts_with(name, CORE) && spk_ends_with(name, JAR)
               ? strchr(name + strlen(CORE), '-')
               : NULL;
}

static int is_core(const struct dirent *entry)
{
    return dash_of(entry->d_name) != NULL;
}

static const char *of_jars(struct spk_arena *arena, const char *home)
{
    struct dirent **entries = NULL;
    int n = scandir(spk_printf(arena, "%s/jars", home), &entries, is_core, alphasort);
    const char *version = NULL;

    for (int i = 0; i < n; i++)
        spk_defer(arena, free, entries[i]);
    if (n >= 0)
        spk_defer(arena, free, entries);
    if (n > 0) {
        const char *start = dash_of(entries[0]->d_name) + 1;

        version = spk_strndup(arena, start, strlen(start) - strlen(JAR));
    }
    return version;
}

const char *submit_spark_home_version(struct spk_arena *arena, const char *home)
{
    const char *version = of_release(arena, home);

    return version ? version : of_jars(arena, home);
}
