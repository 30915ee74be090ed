/* SPDX-License-Identifier: Apache-2.0 */
/** environment.h: what spark-submit reads besides its arguments, as data. */
#pragma once

#include "base/file.h"
#include "spark/conf/conf.h"

/** One plain file of SPARK_CONF_DIR, or of another directory that is shipped. */
struct spk_named_bytes {
    const char *name;
    struct spk_bytes bytes;
};

struct spk_files {
    const struct spk_named_bytes *items;
    size_t n;
};

/** Everything that spark-submit reads besides its arguments. Nothing of the process's own
 * counts. */
struct spk_environment {
    const struct spk_conf_entry *variables; /* key = name; unique, in byte order */
    size_t n;
    bool has_conf_dir;    /* true if SPARK_CONF_DIR is a directory; conf_files are its files */
    const char *conf_dir; /* its path, for messages; NULL: none */
    struct spk_files conf_files;
    const char *user; /* the OS or Hadoop user: SPARK_USER when nothing else says so */
    /**
     * Read a file named by an option or key on behalf of the submitting user; NULL: files
     * cannot be read here (a server). @errors as spk_file_read
     */
    bool (*read_file)(void *context, struct spk_arena *arena, const char *path,
                      struct spk_bytes *out, struct spk_err *err);
    /** The plain files of a directory; NULL likewise. */
    bool (*read_directory)(void *context, struct spk_arena *arena, const char *path,
                           struct spk_files *out, struct spk_err *err);
    void *context;
    const char *cwd; /* relative paths are relative to it; NULL: "/" */
};

const char *spk_environment_get(const struct spk_environment *environment, const char *name);
