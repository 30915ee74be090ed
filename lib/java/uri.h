/* SPDX-License-Identifier: Apache-2.0 */
/**
 * uri.h: URIs as java.net.URI understands them, and paths that are turned into them.
 */
#pragma once

#include "base/text.h"

/** The parts of a legal URI; raw, as they stand in the text. */
struct spk_uri {
    const char *scheme;   /* NULL: none */
    const char *specific; /* what follows the scheme, without the fragment */
    const char *path;     /* NULL: opaque, as in "a:b" */
    const char *fragment; /* NULL: none */
};

/** Take text apart. false: not a legal URI. @source java.net.URI.Parser */
bool spk_uri_parse(struct spk_arena *arena, const char *text, struct spk_uri *out) SPK_CHECK;

/**
 * A resource as Spark resolves it: with a scheme unchanged, otherwise (or when it is no legal
 * URI) the absolute file URI of the path. cwd: NULL is "/".
 *
 * @source org.apache.spark.util.Utils.resolveURI
 */
const char *spk_uri_resolve(struct spk_arena *arena, const char *text, const char *cwd);

/** Each element between commas resolved, blank elements dropped. @source Utils.resolveURIs */
const char *spk_uri_resolve_list(struct spk_arena *arena, const char *list, const char *cwd);

/**
 * Take a URI apart and put it together again, as the constructor of java.net.URI with three
 * arguments does: needless escapes vanish. Without its fragment, which is decoded.
 */
const char *spk_uri_requoted(struct spk_arena *arena, const struct spk_uri *uri);

/** text with its %XX decoded; what is not UTF-8 then becomes U+FFFD. */
const char *spk_uri_decode(struct spk_arena *arena, const char *text);

/** Whether the resource is on the submitting machine: no scheme or "file". */
bool spk_uri_is_local(struct spk_arena *arena, const char *text);

/**
 * What is said of such a resource, its only argument: with SPK_UPLOAD_PATH_KEY, and without
 * it, where Spark's own sentence comes first, for which people search.
 */
#define SPK_UPLOAD_PATH_KEY "spark.kubernetes.file.upload.path"
#define SPK_NOT_UPLOADED                                                                      \
    "'%.200s' is a file of the submitting machine, which is not uploaded here; put it into "  \
    "the image and use local://, or use a remote URL"
#define SPK_NO_UPLOAD_PATH                                                                    \
    "Please specify " SPK_UPLOAD_PATH_KEY                                                     \
    " property. It would not help, though: " SPK_NOT_UPLOADED

/** path itself if it is absolute, else below cwd (NULL: "/"). */
const char *spk_path_absolute(struct spk_arena *arena, const char *path, const char *cwd);
