/* SPDX-License-Identifier: Apache-2.0 */
#include "hand_over.h"

#include "commandline/template_files.h"
#include "spark/conf_dir.h"

#include <assert.h>
#include <string.h>

/* The value of a word that is option, or starts with "option="; NULL: it is another word. */
static const char *value_of(const struct spk_strings *words, size_t *at, const char *option)
{
    const char *word = words->items[*at];
    size_t length = strlen(option);

    assert(word);
    if (strncmp(word, option, length) != 0)
        return NULL;
    if (word[length] == '=')
        return word + length + 1;
    if (word[length] || *at + 1 >= words->n)
        return NULL;
    return words->items[++*at];
}

static bool names_file(const struct spk_strings *words, size_t *at)
{
    return value_of(words, at, "--properties-file") ||
           value_of(words, at, "--extra-properties-file");
}

/* Keys that are not handed over; NULL: none. */
struct dropped {
    const char *endpoint, *driver_template, *executor_template;
};

static const char *file_key(const struct spk_template *template, const char *key)
{
    bool read = template->text.data && *template->origin == '/';

    return read ? key : NULL;
}

static bool is_dropped(const struct dropped *dropped, const char *key, size_t length)
{
    const char *const keys[] = {dropped->endpoint, dropped->driver_template,
                                dropped->executor_template};

    for (size_t i = 0; i < SPK_LEN(keys); i++)
        if (keys[i] && strlen(keys[i]) == length && !memcmp(keys[i], key, length))
            return true;
    return false;
}

static bool sets_dropped(const struct spk_strings *words, size_t *at,
                         const struct dropped *dropped)
{
    static const char *const options[] = {"--conf", "-c"};
    size_t start = *at;

    for (size_t i = 0; i < SPK_LEN(options); i++) {
        const char *value = value_of(words, at, options[i]);

        if (value && is_dropped(dropped, value, strcspn(value, "=")))
            return true;
        *at = start;
    }
    return false;
}

/* The last words are the application's own. */
static struct spk_strings take_words(struct spk_arena *arena, const struct spk_strings *given,
                                     const struct spk_command_line *line,
                                     const struct dropped *dropped)
{
    size_t end = given->n - line->submission.arguments.n;
    struct spk_strings words = {0};

    for (size_t i = 0; i < given->n; i++)
        if (i >= end || !(names_file(given, &i) || sets_dropped(given, &i, dropped)))
            spk_strings_add(arena, &words, given->items[i]);
    return words;
}

static void take_properties(struct spk_arena *arena, const struct spk_conf *conf,
                            const struct dropped *dropped, struct spk_job *job)
{
    struct spk_pair *pairs = spk_alloc_array(arena, conf->n, sizeof(*pairs));

    for (size_t i = 0; i < conf->n; i++) {
        const struct spk_conf_entry *entry = &conf->entries[i];

        if (!is_dropped(dropped, entry->key, strlen(entry->key)))
            pairs[job->n_properties++] = (struct spk_pair){entry->key, entry->value};
    }
    job->properties = pairs;
}

/* Those that are shipped; what spark-defaults.conf says is among the properties. */
static void take_files(struct spk_arena *arena, const struct spk_files *files,
                       struct spk_job *job)
{
    struct spk_pair *pairs = spk_alloc_array(arena, files->n, sizeof(*pairs));
    size_t *lengths = spk_alloc_array(arena, files->n, sizeof(*lengths));

    for (size_t i = 0; i < files->n; i++) {
        const struct spk_named_bytes *file = &files->items[i];

        if (spk_conf_dir_excludes(file->name))
            continue;
        pairs[job->n_conf_files] = (struct spk_pair){file->name, file->bytes.data};
        lengths[job->n_conf_files++] = file->bytes.length;
    }
    job->conf_files = pairs;
    job->conf_file_lengths = lengths;
}

struct spk_job spk_hand_over(struct spk_arena *arena, const struct spk_strings *arguments,
                             const struct spk_command_line *line, const char *endpoint)
{
    const struct spk_template *driver = &line->submission.driver_template;
    const struct spk_template *executor = &line->submission.executor_template;
    const struct dropped dropped = {endpoint, file_key(driver, SPK_DRIVER_TEMPLATE_KEY),
                                    file_key(executor, SPK_EXECUTOR_TEMPLATE_KEY)};
    struct spk_strings words = take_words(arena, arguments, line, &dropped);
    struct spk_job job = {
        .arguments = words.items,
        .n_arguments = words.n,
        .driver_template = driver->text.data,
        .driver_template_length = driver->text.length,
        .executor_template = executor->text.data,
        .executor_template_length = executor->text.length,
    };

    take_properties(arena, &line->properties, &dropped, &job);
    take_files(arena, &line->submission.environment.conf_files, &job);
    return job;
}
