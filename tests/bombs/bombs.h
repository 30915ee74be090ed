/* SPDX-License-Identifier: Apache-2.0 */
/**
 * bombs.h: inputs of strangers that grow in one place. A bomb of size n is its head, n units
 * and its tail; in a unit '@' is its number, '+' the next one, and '~' counts
 * down.
 */
#pragma once

#include <stddef.h>

/** Where a bomb goes in. */
enum bomb_kind {
    BOMB_MANIFEST,          /* the rest of spec, after what every application has; goes in
                             * as JSON and as a typed message */
    BOMB_DOCUMENT,          /* a whole manifest */
    BOMB_COMMAND,           /* arguments, each ends in '\1', after the usual ones */
    BOMB_DEFAULTS,          /* spark-defaults.conf */
    BOMB_PROPERTIES,        /* the file of --properties-file */
    BOMB_CORE_SITE,         /* core-site.xml */
    BOMB_DRIVER_TEMPLATE,   /* text of the drivers' pod template */
    BOMB_EXECUTOR_TEMPLATE, /* text of the executors' */
    BOMB_CONF_FILES,        /* names of files of SPARK_CONF_DIR, each ends in '\1' */
    BOMB_VARIABLES,         /* names of variables, each ends in '\1' */
    BOMB_VARIABLE,          /* one variable, "NAME=value", where no file is read */
};

struct bomb {
    const char *name;
    enum bomb_kind kind;
    const char *head, *unit, *tail;
    const char *separator; /* NULL: none */
    size_t limit; /* units: the largest that a limit of the product admits, or one more */
};

extern const struct bomb bombs[];
extern const size_t bombs_n;
