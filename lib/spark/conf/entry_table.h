/* SPDX-License-Identifier: Apache-2.0 */
/**
 * entry_table.h: the declared entries of Spark's configuration: a row per key, a default per
 * line.
 */
#pragma once

#include "spark/conf/version.h"

enum spk_entry_type {
    SPK_ENTRY_TEXT,
    SPK_ENTRY_BOOL,
    SPK_ENTRY_INT,
    SPK_ENTRY_LONG,
    SPK_ENTRY_DOUBLE,
    SPK_ENTRY_LIST, /* at commas, trimmed, without empty elements */
    SPK_ENTRY_MIB,
    SPK_ENTRY_MS, /* durations, by what a bare number counts */
    SPK_ENTRY_SECONDS,
    SPK_ENTRY_MINUTES,
};

/** Which numbers are allowed, and what Spark says about others. */
struct spk_entry_rule {
    double low, high;
    bool above_low; /* true if low itself is not allowed */
    const char *text;
};

struct spk_entry {
    const char *key;
    enum spk_entry_type type;
    enum spk_line since, until;            /* the lines that declare it, both included */
    const char *defaults[SPK_SPARK_LINES]; /* as text; NULL: none */
    const char *fallback;                  /* the key that is asked when this one is absent */
    const char *alternative;               /* a former spelling */
    const struct spk_entry_rule *rule;
    const char *choices; /* the allowed values, '|' between them */
};

/** All entries, sorted by key. */
extern const struct spk_entry spk_entries[];
extern const size_t spk_entries_n;

/** The entry that a line declares under key; NULL: none. */
const struct spk_entry *spk_entry_find(const char *key, enum spk_line line);
