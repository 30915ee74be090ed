/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/adopt.h"

#include "base/timestamp.h"
#include "deploy/content.h"
#include "kubernetes/marks.h"
#include "kubernetes/object.h"

#include <string.h>

#define MAX_GRACE_S   30
#define COLLECTION_MS 5000 /* an object whose owner is gone lives about 3 s */

const char *spk_submission_label(const cJSON *object)
{
    return spk_object_get_label(object, SPK_LABEL_SUBMISSION_ID);
}

static const cJSON *application_owner(const cJSON *object)
{
    SPK_JSON_EACH (owner, spk_json_at(object, "metadata.ownerReferences"))
        if (spk_text_equal(spk_json_get_text(owner, "kind"), "SparkApplication"))
            return owner;
    return NULL;
}

static bool is_owned_by(const cJSON *object, const char *uid)
{
    SPK_JSON_EACH (owner, spk_json_at(object, "metadata.ownerReferences"))
        if (uid && spk_text_equal(spk_json_get_text(owner, "uid"), uid))
            return true;
    return false;
}

int spk_gate_index(const cJSON *pod)
{
    int index = 0;

    SPK_JSON_EACH (gate, spk_json_at(pod, "spec.schedulingGates")) {
        if (spk_text_equal(spk_json_get_text(gate, "name"), SPK_GATE))
            return index;
        index++;
    }
    return -1;
}

/* Whether observed is of our attempt, and of our very rendering. */
static bool has_attempt(const struct spk_key *key, const cJSON *observed)
{
    const char *mark = spk_object_get_annotation(observed, SPK_MARK_KEY);

    return mark && spk_starts_with(mark, key->attempt_sha256) &&
           mark[strlen(key->attempt_sha256)] == '/';
}

static bool has_key(const struct spk_key *key, const cJSON *observed)
{
    return has_attempt(key, observed) &&
           spk_text_equal(spk_object_get_annotation(observed, SPK_MARK_KEY) +
                              strlen(key->attempt_sha256) + 1,
                          key->object_sha256);
}

bool spk_is_ours(const struct spk_claimant *claimant, const struct spk_part *part,
                 const cJSON *observed)
{
    const char *ns = spk_object_namespace(part->object);

    return spk_text_equal(spk_object_name(observed), spk_object_name(part->object)) &&
           spk_text_equal(spk_object_namespace(observed), ns) &&
           (part->kind == SPK_PART_CONTROLLER || has_key(claimant->key, observed));
}

/* Facts about the Pod under the driver's name. */
enum {
    ATTEMPT = 1 << 0,   /* A agrees */
    INPUT = 1 << 1,     /* I agrees */
    RENDERING = 1 << 2, /* K agrees, and the variant opens gates */
    OWNER = 1 << 3, /* owner uid equals the one we would set; both absent counts as equal */
    CALLER_KEY = 1 << 4, /* the caller chose our key */
    DELETING = 1 << 5,
    ENDED = 1 << 6, /* Succeeded or Failed */
    GATED = 1 << 7,
    KEYED = 1 << 8,     /* has a key annotation, of any attempt */
    SAME_APP = 1 << 9,  /* owned by the same SparkApplication */
    SAME_ID = 1 << 10,  /* carries our submission id */
    NAMESAKE = 1 << 11, /* owned by an earlier SparkApplication of the same name */
};

/*
 * The first row all of whose facts hold, and none of the excluded, decides. An owner that does
 * not agree ends it: annotations are chosen by whoever makes the Pod. Gated Pods are no
 * drivers yet; they are gone on with only if they are of our very rendering. A driver of
 * another attempt with our submission id is the one that was asked for before the counters
 * moved on, unless it has ended: then the attempt at hand is the next one.
 */
static const struct pod_rule {
    unsigned facts, excluded;
    enum spk_adoption verdict;
    int row;
    enum spk_reason reason;
} pod_rules[] = {
    {ATTEMPT, OWNER, SPK_REFUSE, 13, SPK_DRIVER_POD_EXISTS},
    {ATTEMPT | CALLER_KEY, INPUT, SPK_REFUSE, 4, SPK_REQUEST_ID_REUSED},
    {ATTEMPT | GATED, INPUT, SPK_REFUSE, 4, SPK_REQUEST_ID_REUSED},
    {ATTEMPT | DELETING, 0, SPK_REFUSE, 3, SPK_SUBMISSION_BEING_DELETED},
    {ATTEMPT | GATED | RENDERING, 0, SPK_CONTINUE, 1, SPK_NO_REASON},
    {ATTEMPT | GATED, 0, SPK_REFUSE, 1, SPK_TRANSLATOR_CHANGED},
    {ATTEMPT, INPUT, SPK_ADOPT, 5, SPK_NO_REASON},
    {ATTEMPT | ENDED, 0, SPK_ADOPT, 2, SPK_NO_REASON},
    {ATTEMPT, 0, SPK_ADOPT, 1, SPK_NO_REASON},
    {SAME_APP | SAME_ID | KEYED | DELETING, ENDED, SPK_REFUSE, 6,
     SPK_SUBMISSION_BEING_DELETED},
    {SAME_APP | SAME_ID | KEYED, GATED | ENDED, SPK_ADOPT, 6, SPK_NO_REASON},
    {DELETING, 0, SPK_REFUSE, 7, SPK_PREVIOUS_RUN_TERMINATING},
    {SAME_APP | KEYED | ENDED, 0, SPK_REFUSE, 9, SPK_DRIVER_POD_EXISTS},
    {SAME_APP | KEYED, 0, SPK_REFUSE, 8, SPK_DRIVER_POD_EXISTS},
    {NAMESAKE, 0, SPK_REFUSE, 10, SPK_PREVIOUS_RUN_TERMINATING},
    {0, 0, SPK_REFUSE, 11, SPK_DRIVER_POD_EXISTS},
};

static const char *phase(const cJSON *pod)
{
    const char *text = spk_json_string(spk_json_at(pod, "status.phase"));

    return text ? text : "";
}

static unsigned pod_facts(const struct spk_claimant *claimant, const cJSON *pod)
{
    const struct spk_key *key = claimant->key;
    const cJSON *owner = application_owner(pod);
    const char *owner_uid = spk_json_get_text(owner, "uid");
    const cJSON *ours = application_owner(claimant->parts->pod);
    bool same_app = claimant->uid && spk_text_equal(owner_uid, claimant->uid);
    const struct {
        unsigned fact;
        bool holds;
    } facts[] = {
        {ATTEMPT, has_attempt(key, pod)},
        {INPUT,
         spk_text_equal(spk_object_get_annotation(pod, SPK_MARK_INPUT), key->input_sha256)},
        {RENDERING,
         has_key(key, pod) && claimant->parts->variant == SPK_VARIANT_GATED_POD_FIRST},
        {OWNER, spk_text_equal(owner_uid, spk_json_get_text(ours, "uid"))},
        {CALLER_KEY, key->source != SPK_KEY_COUNTERS},
        {DELETING, spk_object_is_deleting(pod)},
        {ENDED, strcmp(phase(pod), "Succeeded") == 0 || strcmp(phase(pod), "Failed") == 0},
        {GATED, spk_gate_index(pod) >= 0},
        {KEYED, spk_object_get_annotation(pod, SPK_MARK_KEY) != NULL},
        {SAME_APP, same_app},
        {SAME_ID, spk_text_equal(spk_submission_label(pod), key->submission_id)},
        {NAMESAKE, claimant->uid && owner && !same_app &&
                       spk_text_equal(spk_json_get_text(owner, "name"),
                                      spk_json_get_text(ours, "name"))},
    };
    unsigned all = 0;

    for (size_t i = 0; i < SPK_LEN(facts); i++)
        all |= facts[i].holds ? facts[i].fact : 0;
    return all;
}

/* The rest of the time that a Pod has to end, within 1..30 s. */
static int64_t rest_of_grace_ms(const struct spk_claimant *claimant, const cJSON *pod)
{
    const char *text = spk_json_string(spk_json_at(pod, "metadata.deletionTimestamp"));
    int64_t end, rest = COLLECTION_MS / 1000;

    if (text && claimant->date_s && spk_timestamp_read(text, &end))
        rest = end - claimant->date_s;
    if (rest < 1)
        rest = 1;
    return (rest > MAX_GRACE_S ? MAX_GRACE_S : rest) * 1000;
}

/* Texts behind the driver's name: the first row of the reason all of whose facts hold.
 * A key is advised only where it leads to this very driver: of the same input, and of the same
 * owner or none likewise. */
static const struct {
    enum spk_reason reason;
    unsigned facts;
    const char *text;
} refusals[] = {
    {SPK_REQUEST_ID_REUSED, 0, "was made with the same key from other content"},
    {SPK_TRANSLATOR_CHANGED, 0, "was prepared by another version and has not started"},
    {SPK_SUBMISSION_BEING_DELETED, 0, "is being deleted"},
    {SPK_PREVIOUS_RUN_TERMINATING, 0, "is of an earlier run and being deleted"},
    {SPK_DRIVER_POD_EXISTS, SAME_APP | KEYED | ENDED,
     "already exists: it is of another attempt of this application, and has ended; delete it "
     "to start this one"},
    {SPK_DRIVER_POD_EXISTS, SAME_APP | KEYED,
     "already exists: it is of another attempt of this application; delete it to start this "
     "one"},
    {SPK_DRIVER_POD_EXISTS, KEYED | INPUT | OWNER,
     "already exists: it was made from the same input under another key; pass the "
     "idempotency_key or submission_id of that submission to adopt it, or delete it"},
    {SPK_DRIVER_POD_EXISTS, 0,
     "already exists and is of another submission; delete it, or give this driver another "
     "name"},
};

static void explain(struct spk_err *err, enum spk_reason reason, unsigned facts,
                    const cJSON *pod)
{
    const char *uid = spk_object_uid(pod);
    size_t i = 0;

    while (i + 1 < SPK_LEN(refusals) &&
           (refusals[i].reason != reason || (facts & refusals[i].facts) != refusals[i].facts))
        i++;
    spk_fail(err, reason, "driver '%.253s' (uid %.64s, phase %.16s) %s", spk_object_name(pod),
             uid ? uid : "unknown", phase(pod), refusals[i].text);
}

static void describe(struct spk_err *err, struct spk_arena *arena, unsigned facts,
                     const cJSON *pod)
{
    spk_err_note(err, arena, "existing_uid", spk_object_uid(pod));
    spk_err_note(err, arena, "existing_phase", phase(pod));
    spk_err_note(err, arena, "existing_submission_id", spk_submission_label(pod));
    spk_err_note(err, arena, "existing_key", spk_object_get_annotation(pod, SPK_MARK_KEY));
    spk_err_note(err, arena, "same_application", facts & SAME_APP ? "true" : "false");
}

struct spk_adopted spk_adopt_pod(struct spk_arena *arena, const struct spk_claimant *claimant,
                                 const cJSON *observed, struct spk_err *err)
{
    unsigned facts = pod_facts(claimant, observed);
    const struct pod_rule *rule = pod_rules;

    while ((facts & rule->facts) != rule->facts || (facts & rule->excluded))
        rule++;
    if (rule->verdict == SPK_REFUSE) {
        explain(err, rule->reason, facts, observed);
        describe(err, arena, facts, observed);
        if (rule->reason == SPK_PREVIOUS_RUN_TERMINATING)
            err->retry_after_ms = rest_of_grace_ms(claimant, observed);
    }
    return (struct spk_adopted){
        .verdict = rule->verdict, .row = rule->row, .input_changed = rule->row == 5};
}

/* Facts about an object under a child's name. */
enum {
    C_KEY = 1 << 0,     /* the key annotation is that of this attempt */
    C_OWNER = 1 << 1,   /* an owner has the expected uid */
    C_CONTENT = 1 << 2, /* its content is equal */
    C_DELETING = 1 << 3,
    C_SHARED = 1 << 4,    /* of the controller steps */
    C_POD_OWNED = 1 << 5, /* variant G: the owner must be our Pod */
    C_ORPHAN = 1 << 6,    /* owned by an earlier Pod of our Pod's name */
};

/* As pod_rules. A child of our rendering with another Pod as owner is left over from a Pod
 * that is gone, and about to be collected. */
static const struct child_rule {
    unsigned facts, excluded;
    enum spk_adoption verdict;
    enum spk_reason reason;
} child_rules[] = {
    {C_POD_OWNED | C_KEY, C_OWNER, SPK_REFUSE, SPK_PREVIOUS_RUN_TERMINATING},
    {C_SHARED | C_ORPHAN, C_OWNER, SPK_REFUSE, SPK_PREVIOUS_RUN_TERMINATING},
    {C_DELETING, 0, SPK_REFUSE, SPK_SUBMISSION_BEING_DELETED},
    {C_SHARED | C_OWNER, 0, SPK_UPDATE, SPK_NO_REASON},
    {C_KEY | C_OWNER | C_CONTENT, C_SHARED, SPK_ADOPT, SPK_NO_REASON},
    {0, 0, SPK_REFUSE, SPK_OBJECT_FOREIGN},
};

/* The uid that an owner of the child must have. */
static const char *expected_owner(const struct spk_claimant *claimant,
                                  const struct spk_part *part)
{
    if (part->kind == SPK_PART_CONTROLLER && claimant->uid)
        return claimant->uid;
    return claimant->parts->variant == SPK_VARIANT_GATED_POD_FIRST ? claimant->pod_uid
                                                                   : claimant->uid;
}

/* The name is our Pod's now, so any other Pod of it is gone. */
static bool is_owned_by_namesake(const struct spk_claimant *claimant, const cJSON *observed)
{
    SPK_JSON_EACH (owner, spk_json_at(observed, "metadata.ownerReferences"))
        if (spk_text_equal(spk_json_get_text(owner, "kind"), "Pod") &&
            spk_text_equal(spk_json_get_text(owner, "name"),
                           spk_object_name(claimant->parts->pod)) &&
            !spk_text_equal(spk_json_get_text(owner, "uid"), claimant->pod_uid))
            return true;
    return false;
}

static unsigned child_facts(struct spk_arena *arena, const struct spk_claimant *claimant,
                            const struct spk_part *part, const cJSON *observed)
{
    bool shared = part->kind == SPK_PART_CONTROLLER;
    const struct {
        unsigned fact;
        bool holds;
    } facts[] = {
        {C_KEY, has_key(claimant->key, observed)},
        {C_OWNER, is_owned_by(observed, expected_owner(claimant, part))},
        {C_CONTENT, spk_content_agrees(arena, part, observed)},
        {C_DELETING, spk_object_is_deleting(observed)},
        {C_SHARED, shared},
        {C_POD_OWNED, claimant->parts->variant == SPK_VARIANT_GATED_POD_FIRST && !shared},
        {C_ORPHAN, claimant->pod_uid && is_owned_by_namesake(claimant, observed)},
    };
    unsigned all = 0;

    for (size_t i = 0; i < SPK_LEN(facts); i++)
        all |= facts[i].holds ? facts[i].fact : 0;
    return all;
}

struct spk_adopted spk_adopt_child(struct spk_arena *arena,
                                   const struct spk_claimant *claimant,
                                   const struct spk_part *part, const cJSON *observed,
                                   struct spk_err *err)
{
    unsigned facts = child_facts(arena, claimant, part, observed);
    const struct child_rule *rule = child_rules;
    const char *kind = spk_object_kind(part->object), *name = spk_object_name(part->object);

    while ((facts & rule->facts) != rule->facts || (facts & rule->excluded))
        rule++;
    if (rule->verdict == SPK_REFUSE) {
        spk_fail(err, rule->reason,
                 rule->reason == SPK_OBJECT_FOREIGN
                     ? "%.32s '%.253s' exists and is not of this submission"
                     : "%.32s '%.253s' of an earlier run is being deleted",
                 kind, name);
        if (rule->reason == SPK_PREVIOUS_RUN_TERMINATING)
            err->retry_after_ms = COLLECTION_MS;
        spk_err_note(err, arena, "kind", kind);
        spk_err_note(err, arena, "name", name);
    }
    return (struct spk_adopted){.verdict = rule->verdict};
}

/* Members of want that observed lacks or has differently; with removal also null for what only
 * observed has. NULL: none. */
static cJSON *changed_members(struct spk_arena *arena, const cJSON *want,
                              const cJSON *observed, bool removal)
{
    cJSON *patch = spk_json_new_object(arena);

    SPK_JSON_EACH (member, want)
        if (!spk_json_equal(member, spk_json_get(observed, member->string)))
            spk_json_set(patch, member->string, spk_json_copy(arena, member));
    if (removal)
        SPK_JSON_EACH (member, observed)
            if (!spk_json_get(want, member->string))
                spk_json_set(patch, member->string, spk_json_new_null(arena));
    return spk_json_size(patch) > 0 ? patch : NULL;
}

cJSON *spk_adopt_update(struct spk_arena *arena, const cJSON *object, const cJSON *observed)
{
    static const struct {
        const char *field;
        bool removal;
    } fields[] = {{"data", true}, {"binaryData", true}, {"spec", false}};
    cJSON *patch = spk_json_new_object(arena);

    for (size_t i = 0; i < SPK_LEN(fields); i++) {
        const cJSON *want = spk_json_get(object, fields[i].field);

        if (want)
            spk_json_set(patch, fields[i].field,
                         changed_members(arena, want, spk_json_get(observed, fields[i].field),
                                         fields[i].removal));
    }
    cJSON *labels = changed_members(arena, spk_json_at(object, "metadata.labels"),
                                    spk_json_at(observed, "metadata.labels"), false);
    if (labels)
        spk_json_set(spk_json_child(patch, "metadata"), "labels", labels);
    if (spk_json_size(patch) == 0)
        return NULL;
    spk_json_text(spk_json_child(patch, "metadata"), "resourceVersion",
                  spk_json_string(spk_json_at(observed, "metadata.resourceVersion")));
    return patch;
}
