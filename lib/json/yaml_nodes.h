/* SPDX-License-Identifier: Apache-2.0 */
/**
 * yaml_nodes.h: one value of a YAML document into a tree, event by event of libyaml. Private
 * to yaml.c, which opens the stream and finds the documents.
 */
#pragma once

#include "base/err.h"
#include "base/warning.h"
#include "json/duplicate.h"

#include <yaml.h>

/* libyaml's memory; deferred, because an allocation from the arena may not return. */
struct spk_yaml_events {
    yaml_parser_t parser;
    yaml_event_t event; /* the current one */
};

struct spk_yaml_anchor;

struct spk_yaml_reader {
    struct spk_arena *arena;
    struct spk_yaml_events *yaml;
    const char *bytes;
    size_t length;
    size_t nodes;
    bool is_template; /* true if it is the dialect of Spark's client, else kubectl's */
    unsigned deepest; /* level reached since an anchor last reset it */
    struct spk_yaml_anchor *anchors;
    unsigned n_anchors;
    const struct spk_json_step *path; /* of the value that is being read */
    struct spk_warnings *warnings;    /* of manifests; NULL: duplicates are not told */
    struct spk_err *err;
};

/** Refuse the document at a place; returns false. @units line, column: from 1 */
bool spk_yaml_refuse_at(struct spk_yaml_reader *r, size_t line, size_t column,
                        const char *why);

/** Refuse the document at the current event; returns false. */
bool spk_yaml_refuse(struct spk_yaml_reader *r, const char *why);

#ifdef __clang_analyzer__ /* as in base/err.h: it would follow "true" as well */
#define spk_yaml_refuse_at(...) ((void)spk_yaml_refuse_at(__VA_ARGS__), false)
#define spk_yaml_refuse(...)    ((void)spk_yaml_refuse(__VA_ARGS__), false)
#endif

/** Go to the next event. */
bool spk_yaml_next(struct spk_yaml_reader *r) SPK_CHECK;

/** Read the value that starts with the current event and ends with the current event. */
bool spk_yaml_node(struct spk_yaml_reader *r, unsigned depth, cJSON **out) SPK_CHECK;
