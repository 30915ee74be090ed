/* SPDX-License-Identifier: Apache-2.0 */
#include "translate/identity.h"

#include "kubernetes/marks.h"
#include "kubernetes/names.h"
#include "kubernetes/object.h"
#include "spark/digest.h"
#include "spark/driver/pod_template.h"

static const char *non_empty(const char *text)
{
    return text && *text ? text : NULL;
}

const char *spk_given_submission_id(const struct spk_request *request,
                                    const Spk__SparkApplication *application)
{
    const char *given = non_empty(request->submission_id);

    if (given || !application)
        return given;
    return non_empty(spk_json_get_text(spk_struct_tree(application->status), "submissionID"));
}

/* ---- owners ---- */

struct spk_owner spk_owner_of_application(const Spk__SparkApplication *application)
{
    return (struct spk_owner){
        .name = spk_application_name(application),
        .uid = non_empty(spk_application_uid(application)),
        .uid_field = "metadata.uid",
    };
}

static bool is_application(const cJSON *owner)
{
    const char *api = spk_json_get_text(owner, "apiVersion");

    return api && spk_starts_with(api, SPK_OPERATOR_GROUP) &&
           spk_text_equal(spk_json_get_text(owner, "kind"), "SparkApplication");
}

/* The template as Spark will read it; NULL: none, or the plan will say what is wrong. */
static const cJSON *template_of(struct spk_arena *arena,
                                const struct spk_submission *submission)
{
    const struct spk_template *given = &submission->driver_template;
    struct spk_reader reader = spk_reader_of(arena, submission);
    struct spk_pod_template loaded = {0};
    struct spk_err ignored = {0};

    if (given->tree || !given->text.data ||
        !spk_pod_template_load(given, &reader, &loaded, NULL, &ignored))
        return given->tree;
    return loaded.pod;
}

static bool check_owner(const char *origin, size_t at, const char *name, struct spk_err *err)
{
    if (spk_is_dns1123_subdomain(name))
        return true;
    (void)spk_fail(err, SPK_INVALID_FIELD, "'%.64s' is not the name of a SparkApplication",
                   name);
    return spk_fail_at(err, "%s.metadata.ownerReferences[%zu].name", origin, at);
}

bool spk_owner_of_command(struct spk_arena *arena, const struct spk_submission *submission,
                          struct spk_owner *out, struct spk_err *err)
{
    const char *origin = submission->driver_template.origin;
    size_t i = 0;

    *out = (struct spk_owner){0};
    SPK_JSON_EACH (owner,
                   spk_json_at(template_of(arena, submission), "metadata.ownerReferences")) {
        const char *name = non_empty(spk_json_get_text(owner, "name"));
        size_t at = i++;

        if (!is_application(owner))
            continue;
        if (name)
            *out = (struct spk_owner){
                .name = name,
                .uid = non_empty(spk_json_get_text(owner, "uid")),
                .uid_field =
                    spk_printf(arena, "%s.metadata.ownerReferences[%zu].uid", origin, at),
            };
        return !name || check_owner(origin, at, name, err);
    }
    return true;
}

/* ---- the key ---- */

static int64_t counter(const Google__Protobuf__Struct *parent, const char *key)
{
    int64_t value = 0;

    (void)spk_json_get_int(spk_json_get(spk_struct_tree(parent), key), &value);
    return value;
}

/*
 * The operator adds one to the attempts in memory before it submits and stores them
 * afterwards, with the id: the stored ones are this attempt's only if its id is there.
 */
static int64_t stored_attempts(const cJSON *status, const char *submission_id)
{
    int64_t attempts = 0;

    (void)spk_json_get_int(spk_json_get(status, "submissionAttempts"), &attempts);
    return submission_id &&
                   spk_text_equal(spk_json_get_text(status, "submissionID"), submission_id)
               ? attempts
               : attempts + (attempts < INT64_MAX);
}

/* Take the counters of a command from its application as it is stored. */
static bool take_stored(const cJSON *stored, const struct spk_owner *owner,
                        struct spk_key_input *input, struct spk_err *err)
{
    const cJSON *status = spk_json_get(stored, "status");
    const char *uid = spk_object_uid(stored);

    if (!spk_text_equal(uid, owner->uid)) {
        (void)spk_fail(err, SPK_APPLICATION_DELETED,
                       "SparkApplication '%.253s' has uid '%.63s', not '%.63s': the one that "
                       "this driver is for is gone",
                       owner->name, uid ? uid : "", owner->uid);
        return spk_fail_at(err, "%s", owner->uid_field);
    }
    input->has_counters = true;
    (void)spk_json_get_int(spk_json_at(stored, "metadata.generation"), &input->generation);
    (void)spk_json_get_int(spk_json_get(status, "executionAttempts"),
                           &input->execution_attempts);
    input->submission_attempts = stored_attempts(status, input->submission_id);
    return true;
}

static const char *conf_or(const struct spk_conf *conf, const char *key, const char *otherwise)
{
    const char *value = spk_conf_get(conf, key);

    return value ? value : otherwise;
}

bool spk_identify(struct spk_arena *arena, const struct spk_request *request,
                  const Spk__SparkApplication *application, const struct spk_owner *owner,
                  const struct spk_submission *submission, struct spk_key *out,
                  struct spk_err *err)
{
    const struct spk_conf *conf = &submission->conf;
    struct spk_key_input input = {
        .idempotency_key = non_empty(request->idempotency_key),
        .default_key = non_empty(request->default_key),
        .ns = conf_or(conf, "spark.kubernetes.namespace", "default"),
        .tenant = request->tenant,
        .application = conf_or(conf, "spark.app.name", "spark"),
        .uid = owner->uid,
        .submission_id = spk_given_submission_id(request, application),
        .random = request->random,
        .input_sha256 = spk_submission_digest(arena, submission),
    };

    if (!application && !input.submission_id)
        input.submission_id = non_empty(spk_conf_get(conf, SPK_CONF_DRIVER_SUBMISSION_ID));
    if (!application && request->stored && owner->uid &&
        !take_stored(request->stored, owner, &input, err))
        return false;
    if (application && owner->uid) {
        input.has_counters = true;
        input.generation = counter(application->metadata, "generation");
        input.submission_attempts = counter(application->status, "submissionAttempts");
        input.execution_attempts = counter(application->status, "executionAttempts");
    }
    return spk_key_make(arena, &input, out, err);
}
