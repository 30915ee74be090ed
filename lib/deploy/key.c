/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/key.h"

#include "base/text.h"
#include "kubernetes/names.h"

#include <inttypes.h>
#include <string.h>

#define MAX_ID      128
#define MAX_COUNTER ((INT64_C(1) << 53) - 1)
#define SHORT_HEX   16

static const char *given(const char *text)
{
    return text && *text ? text : NULL;
}

/* True for an id that a caller may choose (SEC-36). */
static bool is_id(const char *text)
{
    static const char legal[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-";
    size_t length = strlen(text);

    return length > 0 && length <= MAX_ID && strspn(text, legal) == length;
}

static bool check_key(const char *key, const char *field, struct spk_err *err)
{
    if (!given(key) || is_id(key))
        return true;
    spk_fail(err, SPK_INVALID_FIELD,
             "'%.32s' is not an idempotency key: 1 to 128 characters of [A-Za-z0-9._:-]", key);
    return spk_fail_at(err, "%s", field);
}

static bool check_ids(const struct spk_key_input *input, struct spk_err *err)
{
    if (!check_key(input->idempotency_key, "idempotency_key", err) ||
        !check_key(input->default_key, "default_idempotency_key", err))
        return false;
    if (given(input->submission_id) && !spk_is_label_value(input->submission_id)) {
        spk_fail(err, SPK_INVALID_FIELD,
                 "'%.32s' is not a submission id: it must be a label value, at most 63 "
                 "characters",
                 input->submission_id);
        return spk_fail_at(err, "submission_id");
    }
    if (given(input->uid) && !spk_is_label_value(input->uid)) {
        spk_fail(err, SPK_INVALID_FIELD, "'%.32s' is not a uid", input->uid);
        return spk_fail_at(err, "metadata.uid");
    }
    return true;
}

static bool check_counters(const struct spk_key_input *input, struct spk_err *err)
{
    const struct {
        int64_t value;
        const char *field;
    } counters[] = {
        {input->generation, "metadata.generation"},
        {input->submission_attempts, "status.submissionAttempts"},
        {input->execution_attempts, "status.executionAttempts"},
    };

    for (size_t i = 0; i < SPK_LEN(counters); i++) {
        if (counters[i].value >= 0 && counters[i].value <= MAX_COUNTER)
            continue;
        spk_fail(err, SPK_INVALID_FIELD, "%" PRId64 " is not in 0..%" PRId64,
                 counters[i].value, MAX_COUNTER);
        return spk_fail_at(err, "%s", counters[i].field);
    }
    return true;
}

static enum spk_key_source choose(const struct spk_key_input *input)
{
    if (given(input->idempotency_key))
        return SPK_KEY_CALLER;
    if (input->has_counters && given(input->uid))
        return SPK_KEY_COUNTERS;
    if (given(input->submission_id))
        return SPK_KEY_SUBMISSION;
    if (given(input->default_key))
        return SPK_KEY_CALLER;
    return given(input->random) ? SPK_KEY_RANDOM : SPK_KEY_INPUT;
}

static const char *decimal(struct spk_arena *arena, int64_t value)
{
    return spk_printf(arena, "%" PRId64, value);
}

/* The key that names the attempt; NULL: something else does. */
static const char *key_in_use(const struct spk_key_input *input, enum spk_key_source source)
{
    if (source == SPK_KEY_RANDOM)
        return input->random;
    if (source != SPK_KEY_CALLER)
        return NULL;
    return given(input->idempotency_key) ? input->idempotency_key : input->default_key;
}

/* All keys hash alike, so that a default or random one that the caller gets back can be used
 * as one of its own. */
static const char *attempt_hash(struct spk_arena *arena, const struct spk_key_input *input,
                                enum spk_key_source source)
{
    const char *key = key_in_use(input, source);
    const char *caller[] = {"key/v1",           input->ns,  input->tenant,
                            input->application, input->uid, key};
    const char *counters[] = {"cr/v1",
                              input->ns,
                              input->uid,
                              decimal(arena, input->generation),
                              decimal(arena, input->submission_attempts),
                              decimal(arena, input->execution_attempts)};
    const char *submission[] = {"sid/v1",           input->ns,  input->tenant,
                                input->application, input->uid, input->submission_id};
    const char *rendering[] = {"render/v1", input->input_sha256};
    const struct {
        const char *const *fields;
        size_t n;
    } rows[] = {
        [SPK_KEY_CALLER] = {caller, SPK_LEN(caller)},
        [SPK_KEY_COUNTERS] = {counters, SPK_LEN(counters)},
        [SPK_KEY_SUBMISSION] = {submission, SPK_LEN(submission)},
        [SPK_KEY_RANDOM] = {caller, SPK_LEN(caller)},
        [SPK_KEY_INPUT] = {rendering, SPK_LEN(rendering)},
    };

    return spk_hash_fields(arena, rows[source].fields, rows[source].n);
}

const char *spk_key_uuid(struct spk_arena *arena, const char *sha256)
{
    return spk_printf(arena, "%.8s-%.4s-%.4s-%.4s-%.12s", sha256, sha256 + 8, sha256 + 12,
                      sha256 + 16, sha256 + 20);
}

bool spk_key_make(struct spk_arena *arena, const struct spk_key_input *input,
                  struct spk_key *out, struct spk_err *err)
{
    if (!check_ids(input, err) || !check_counters(input, err))
        return false;

    struct spk_key key = {.source = choose(input), .input_sha256 = input->input_sha256};
    key.attempt_sha256 = attempt_hash(arena, input, key.source);
    key.submission_id = given(input->submission_id);
    if (!key.submission_id)
        key.submission_id = spk_key_uuid(arena, key.attempt_sha256);

    const char *object[] = {"obj/v1", key.attempt_sha256, key.submission_id, key.input_sha256,
                            decimal(arena, SPK_RENDER_REVISION)};
    key.object_sha256 = spk_hash_fields(arena, object, SPK_LEN(object));
    key.attempt = spk_strndup(arena, key.attempt_sha256, SHORT_HEX);
    key.object = spk_strndup(arena, key.object_sha256, SHORT_HEX);
    key.idempotency_key = key_in_use(input, key.source);
    if (key.source == SPK_KEY_COUNTERS)
        key.order = spk_printf(arena, "%" PRId64 ".%" PRId64 ".%" PRId64, input->generation,
                               input->execution_attempts, input->submission_attempts);
    *out = key;
    return true;
}
