/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/driver/conf_dir.h"

#include <stdlib.h>
#include <string.h>

#define MAX_SIZE_KEY "spark.kubernetes.configMap.maxSize"

bool spk_conf_dir_excludes(const char *name)
{
    static const char *const endings[] = {".gz", ".zip", ".jar", ".tar", ".template"};

    for (size_t i = 0; i < SPK_LEN(endings); i++)
        if (spk_ends_with(name, endings[i]))
            return true;
    return spk_starts_with(name, "spark") &&
           (spk_ends_with(name, "conf") || spk_ends_with(name, "properties"));
}

/* Characters as Java counts them. */
static size_t utf16_length(const char *text)
{
    size_t n = 0;

    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;

        n += (byte & 0xc0) != 0x80;
        n += byte >= 0xf0;
    }
    return n;
}

static size_t total_size(const struct spk_named_bytes *file)
{
    return utf16_length(file->name) + file->bytes.length;
}

static int by_size(const void *a, const void *b)
{
    size_t left = total_size(a), right = total_size(b);

    if (left != right)
        return left < right ? -1 : 1;
    return strcmp(((const struct spk_named_bytes *)a)->name,
                  ((const struct spk_named_bytes *)b)->name);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct spk_named_bytes *)a)->name,
                  ((const struct spk_named_bytes *)b)->name);
}

/* The directory: SPARK_CONF_DIR, which the environment holds, else spark.home's. */
static struct spk_files find_files(const struct spk_reader *reader)
{
    const struct spk_environment *environment = reader->environment;
    const char *home = spk_conf_get(reader->conf, "spark.home");
    struct spk_files files = {0};
    struct spk_err ignored = {0};

    if (environment->has_conf_dir)
        return environment->conf_files;
    if (environment->conf_dir || !home || !environment->read_directory)
        return files;
    if (!environment->read_directory(environment->context, reader->arena,
                                     spk_printf(reader->arena, "%s/conf", home), &files,
                                     &ignored))
        files = (struct spk_files){0};
    return files;
}

bool spk_conf_dir_files(const struct spk_reader *reader, struct spk_files *out,
                        struct spk_warnings *warnings, struct spk_err *err)
{
    struct spk_files found = find_files(reader);
    struct spk_named_bytes *kept = spk_alloc_array(reader->arena, found.n + 1, sizeof(*kept));
    int64_t max_size = 0, sum = 0;
    size_t n_kept = 0, n_taken = 0;
    bool is_set = false;

    if (!spk_entry_long(reader, MAX_SIZE_KEY, &max_size, &is_set, err))
        return false;
    for (size_t i = 0; i < found.n; i++)
        if (!spk_conf_dir_excludes(found.items[i].name) &&
            (int64_t)total_size(&found.items[i]) <= max_size)
            kept[n_kept++] = found.items[i];
    qsort(kept, n_kept, sizeof(*kept), by_size);
    for (size_t i = 0; i < n_kept; i++) {
        struct spk_named_bytes file = kept[i];

        if (!spk_is_utf8(file.bytes.data, file.bytes.length)) {
            spk_warn(warnings, reader->arena, "CONF_FILE_SKIPPED", "",
                     "the file '%s' of the configuration directory is not UTF-8", file.name);
            continue;
        }
        file.bytes.data = spk_text_hold_nul(reader->arena, file.bytes.data, file.bytes.length);
        file.bytes.length = strlen(file.bytes.data);
        int64_t length = (int64_t)(utf16_length(file.name) + utf16_length(file.bytes.data));
        if (sum + length < max_size) {
            kept[n_taken++] = file;
            sum += length;
        } else {
            spk_warn(warnings, reader->arena, "CONF_FILE_SKIPPED", "",
                     "the file '%s' of the configuration directory does not fit into "
                     "`" MAX_SIZE_KEY "`",
                     file.name);
        }
    }
    qsort(kept, n_taken, sizeof(*kept), by_name);
    *out = (struct spk_files){kept, n_taken};
    return true;
}
