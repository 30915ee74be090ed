/* SPDX-License-Identifier: Apache-2.0 */
/**
 * key.h: who counts as the same attempt. Three hashes, computed before anything is rendered:
 * A (the attempt), I (the input, computed by the spark stage) and K (the rendering). Equal
 * input gives equal keys on every replica.
 */
#pragma once

#include "base/err.h"
#include "base/sha256.h"

/** Raised whenever any rendered byte may change. */
#define SPK_RENDER_REVISION 2

/** Where A comes from: the first row that applies, top to bottom. */
enum spk_key_source {
    SPK_KEY_CALLER,     /* idempotency_key, or default_key instead of SPK_KEY_RANDOM */
    SPK_KEY_COUNTERS,   /* uid, generation and attempt counters of the SparkApplication */
    SPK_KEY_SUBMISSION, /* the submission id */
    SPK_KEY_RANDOM,     /* 32 random bytes of the caller's */
    SPK_KEY_INPUT,      /* render only: the input hash */
};

struct spk_key_input {
    const char *idempotency_key; /* NULL: none, likewise below */
    const char *default_key;     /* used as one if nothing else names the attempt */
    const char *ns, *tenant, *application;
    const char *uid;
    bool has_counters; /* true if the payload is a SparkApplication with a uid */
    int64_t generation, submission_attempts, execution_attempts;
    const char *submission_id;
    const char *random;       /* 64 hex digits; NULL: rendering only */
    const char *input_sha256; /* I */
};

struct spk_key {
    enum spk_key_source source;
    const char *attempt_sha256, *input_sha256, *object_sha256; /* A, I, K: 64 hex digits */
    const char *attempt, *object;                              /* a, k: their first 16 */
    const char *order;           /* "<generation>.<execution>.<submission>"; NULL: unknown */
    const char *submission_id;   /* effective: given, or derived from A in UUID shape */
    const char *idempotency_key; /* the one in use: given or random; NULL: none is */
};

/**
 * Compute all of it. Callers parse the command line first, since I is taken over the
 * submission; the submission-id labels do not enter I, so an id derived from A may be set
 * afterwards.
 *
 * @errors INVALID_FIELD  a counter is out of 0..2^53-1, or an id breaks its grammar
 */
bool spk_key_make(struct spk_arena *arena, const struct spk_key_input *input,
                  struct spk_key *out, struct spk_err *err) SPK_CHECK;

/** The first 32 hex digits of a hash in UUID shape: 8-4-4-4-12. */
const char *spk_key_uuid(struct spk_arena *arena, const char *sha256);
