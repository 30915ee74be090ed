/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/content.h"

#include "kubernetes/quantity.h"

#include <string.h>

#define MILLISECONDS 13U /* digits of a time of today */

static const char submit_time[] = "spark.app.submitTime=";

/* Where the number of the submit time starts; NULL: the text has none. */
static const char *find_submit_time(const char *text)
{
    const char *at = text;

    while ((at = strstr(at, submit_time)) != NULL) {
        if (at == text || at[-1] == '\n')
            return at + strlen(submit_time);
        at += strlen(submit_time);
    }
    return NULL;
}

/* Other properties may refer to it; then it is a time of our own, not a user's short number.
 */
static bool equal_but_for_submit_time(const char *a, const char *b)
{
    const char *number_a = find_submit_time(a), *number_b = find_submit_time(b);

    if (!number_a || !number_b)
        return strcmp(a, b) == 0;
    size_t length_a = strspn(number_a, "0123456789");
    size_t length_b = strspn(number_b, "0123456789");
    bool is_long = length_a >= MILLISECONDS && length_b >= MILLISECONDS;
    while (*a && *b) {
        if ((is_long || (a == number_a && b == number_b)) && length_a && length_b &&
            strncmp(a, number_a, length_a) == 0 && strncmp(b, number_b, length_b) == 0) {
            a += length_a;
            b += length_b;
        } else if (*a++ != *b++) {
            return false;
        }
    }
    return *a == *b;
}

static bool equal_data(const cJSON *want, const cJSON *observed)
{
    if (spk_json_size(want) != spk_json_size(observed))
        return false;
    SPK_JSON_EACH (member, want) {
        const char *ours = spk_json_string(member);
        const char *theirs = spk_json_get_text(observed, member->string);

        if (!ours || !theirs || !equal_but_for_submit_time(ours, theirs))
            return false;
    }
    return true;
}

static bool configmap_agrees(struct spk_arena *arena, const cJSON *want, const cJSON *observed)
{
    (void)arena;
    return equal_data(spk_json_get(want, "data"), spk_json_get(observed, "data")) &&
           equal_data(spk_json_get(want, "binaryData"),
                      spk_json_get(observed, "binaryData")) &&
           spk_json_is_true(spk_json_get(want, "immutable")) ==
               spk_json_is_true(spk_json_get(observed, "immutable"));
}

static bool secret_agrees(struct spk_arena *arena, const cJSON *want, const cJSON *observed)
{
    (void)arena;
    return equal_data(spk_json_get(want, "data"), spk_json_get(observed, "data"));
}

/* Whether observed has every member of want with an equal value. */
static bool has_members(const cJSON *want, const cJSON *observed)
{
    SPK_JSON_EACH (member, want)
        if (!spk_json_equal(member, spk_json_get(observed, member->string)))
            return false;
    return true;
}

static bool equal_ports(const cJSON *want, const cJSON *observed)
{
    const cJSON *theirs = observed ? observed->child : NULL;

    if (spk_json_size(want) != spk_json_size(observed))
        return false;
    SPK_JSON_EACH (port, want) {
        if (!theirs || !has_members(port, theirs))
            return false;
        theirs = theirs->next;
    }
    return true;
}

static bool service_agrees(struct spk_arena *arena, const cJSON *want, const cJSON *observed)
{
    const cJSON *ours = spk_json_get(want, "spec"), *theirs = spk_json_get(observed, "spec");

    (void)arena;
    return spk_json_equal(spk_json_get(ours, "selector"), spk_json_get(theirs, "selector")) &&
           spk_text_equal(spk_json_get_text(ours, "clusterIP"),
                          spk_json_get_text(theirs, "clusterIP")) &&
           equal_ports(spk_json_get(ours, "ports"), spk_json_get(theirs, "ports"));
}

static bool equal_quantity(struct spk_arena *arena, const char *a, const char *b)
{
    struct spk_err err;

    if (spk_text_equal(a, b))
        return true;
    return a && b && spk_quantity_canonical(arena, a, &a, &err) &&
           spk_quantity_canonical(arena, b, &b, &err) && spk_text_equal(a, b);
}

static bool claim_agrees(struct spk_arena *arena, const cJSON *want, const cJSON *observed)
{
    const cJSON *ours = spk_json_get(want, "spec"), *theirs = spk_json_get(observed, "spec");
    const char *class = spk_json_get_text(ours, "storageClassName");

    return equal_quantity(
               arena, spk_json_string(spk_json_at(ours, "resources.requests.storage")),
               spk_json_string(spk_json_at(theirs, "resources.requests.storage"))) &&
           spk_json_equal(spk_json_get(ours, "accessModes"),
                          spk_json_get(theirs, "accessModes")) &&
           (!class || spk_text_equal(class, spk_json_get_text(theirs, "storageClassName")));
}

/* By kind of part; NULL: the key says enough, because the API server fills much in. */
static bool (*const agrees[])(struct spk_arena *arena, const cJSON *want,
                              const cJSON *observed) = {
    [SPK_PART_CLAIM] = claim_agrees,         [SPK_PART_SECRET] = secret_agrees,
    [SPK_PART_CONFIGMAP] = configmap_agrees, [SPK_PART_POLICY] = NULL,
    [SPK_PART_SERVICE] = service_agrees,     [SPK_PART_POD] = NULL,
};

bool spk_content_agrees(struct spk_arena *arena, const struct spk_part *part,
                        const cJSON *observed)
{
    return !agrees[part->kind] || agrees[part->kind](arena, part->object, observed);
}
