/* SPDX-License-Identifier: Apache-2.0 */
#include "local/for_server.h"

#include "commandline/template_files.h"
#include "spark/driver/conf_dir.h"

#include <string.h>

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

static struct spk_strings take_words(struct spk_arena *arena,
                                     const struct spk_command_line *line,
                                     const struct dropped *dropped)
{
    struct spk_strings words = {0};

    for (size_t i = 0; i < line->n_words; i++) {
        const struct spk_word *word = &line->words[i];

        if (!word->names_file &&
            !(word->conf && is_dropped(dropped, word->conf, strcspn(word->conf, "="))))
            spk_strings_add(arena, &words, word->text);
    }
    return words;
}

static void take_properties(struct spk_arena *arena, const struct spk_conf *conf,
                            const struct dropped *dropped, struct sparksubmit_job *job)
{
    struct sparksubmit_pair *pairs = spk_alloc_array(arena, conf->n, sizeof(*pairs));

    for (size_t i = 0; i < conf->n; i++) {
        const struct spk_conf_entry *entry = &conf->entries[i];

        if (!is_dropped(dropped, entry->key, strlen(entry->key)))
            pairs[job->n_properties++] = (struct sparksubmit_pair){entry->key, entry->value};
    }
    job->properties = pairs;
}

/* Those that are shipped; what spark-defaults.conf says is among the properties, and an empty
 * one stands for the directory. */
static void take_files(struct spk_arena *arena, const struct spk_files *files,
                       bool has_directory, struct sparksubmit_job *job)
{
    struct sparksubmit_pair *pairs = spk_alloc_array(arena, files->n + 1, sizeof(*pairs));
    size_t *lengths = spk_alloc_array(arena, files->n + 1, sizeof(*lengths));

    if (has_directory)
        pairs[job->n_conf_files++] = (struct sparksubmit_pair){"spark-defaults.conf", ""};
    for (size_t i = 0; i < files->n; i++) {
        const struct spk_named_bytes *file = &files->items[i];

        if (spk_conf_dir_excludes(file->name))
            continue;
        pairs[job->n_conf_files] = (struct sparksubmit_pair){file->name, file->bytes.data};
        lengths[job->n_conf_files++] = file->bytes.length;
    }
    job->conf_files = pairs;
    job->conf_file_lengths = lengths;
}

struct sparksubmit_job spk_job_for_server(struct spk_arena *arena,
                                          const struct spk_command_line *line,
                                          bool has_conf_dir, const char *endpoint)
{
    const struct spk_template *driver = &line->submission.driver_template;
    const struct spk_template *executor = &line->submission.executor_template;
    const struct dropped dropped = {endpoint, file_key(driver, SPK_DRIVER_TEMPLATE_KEY),
                                    file_key(executor, SPK_EXECUTOR_TEMPLATE_KEY)};
    struct spk_strings words = take_words(arena, line, &dropped);
    struct sparksubmit_job job = {
        .arguments = words.items,
        .n_arguments = words.n,
        .driver_template = driver->text.data,
        .driver_template_length = driver->text.length,
        .executor_template = executor->text.data,
        .executor_template_length = executor->text.length,
    };

    take_properties(arena, &line->properties, &dropped, &job);
    take_files(arena, &line->submission.environment.conf_files, has_conf_dir, &job);
    return job;
}
