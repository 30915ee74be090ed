/* SPDX-License-Identifier: Apache-2.0 */
/**
 * core.h: the translation itself, in process: bytes in, objects out. Pure: no network, no
 * cluster, no clock, no files, no global state; the same input gives the same bytes. For
 * linters, tests and programs that create the objects themselves.
 *
 * Rules. Inputs are borrowed until the call returns. The result's text lives until it is
 * freed. No function aborts on input or memory. Structs start with their size: set it to
 * sizeof, zero the rest.
 */
#ifndef SPARKSUBMIT_CORE_H
#define SPARKSUBMIT_CORE_H

#include <sparksubmit/error.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sparksubmit_core_stage {
    SPARKSUBMIT_CORE_OBJECTS,     /* a v1 List of the Kubernetes objects in creation order */
    SPARKSUBMIT_CORE_SUBMISSION,  /* what the operator hands to spark-submit */
    SPARKSUBMIT_CORE_APPLICATION, /* the defaulted SparkApplication */
};

struct sparksubmit_core_request {
    size_t size;
    const char *manifest; /* JSON or YAML of a SparkApplication; NULL: arguments */
    size_t manifest_length;
    const char *const *arguments; /* spark-submit's, without the program's name */
    size_t n_arguments;
    const char *spark_version; /* "4.1", "4.1.4"; NULL: the manifest's, else the newest */
    const char *submission_id; /* NULL: the manifest's, else derived from the input */
    const char *uid;           /* metadata.uid of a manifest that has none; NULL: none */
    enum sparksubmit_core_stage stage;
    bool plain;           /* true for exactly what spark-submit would have sent */
    bool native_mutation; /* true to apply what the operator's pod webhook would */
    bool yaml;            /* true for YAML instead of one line of JSON */
};

struct sparksubmit_core_result;

/**
 * Render.
 *
 * Owner: *out is the caller's until sparksubmit_core_free.
 * Errors: INVALID_ARGUMENT and the like with reason and field path; RESOURCE_EXHAUSTED when
 *         the input needs more memory than a call may have.
 */
SPARKSUBMIT_API bool sparksubmit_core_render(const struct sparksubmit_core_request *request,
                                             struct sparksubmit_core_result **out,
                                             struct sparksubmit_error *error);

/** The rendering, NUL-terminated; *length may be NULL. */
SPARKSUBMIT_API const char *sparksubmit_core_text(const struct sparksubmit_core_result *result,
                                                  size_t *length);

/** How many warnings there are, and one of them ("" beyond the end). */
SPARKSUBMIT_API size_t
sparksubmit_core_warning_count(const struct sparksubmit_core_result *result);
SPARKSUBMIT_API const char *
sparksubmit_core_warning(const struct sparksubmit_core_result *result, size_t index);

SPARKSUBMIT_API void
sparksubmit_core_free(struct sparksubmit_core_result *result); /* NULL is a no-op */

#ifdef __cplusplus
}
#endif
#endif
