/* SPDX-License-Identifier: Apache-2.0 */
#include "operations.h"

#include "base/limits.h"
#include "cluster.h"
#include "failure.h"
#include "kubernetes/object.h"
#include "log.h"
#include "pod_state.h"
#include "json/write.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct target {
    const char *ns;   /* NULL: every namespace */
    const char *name; /* without the final '*' of a prefix */
    bool is_prefix;
};

/* Without a namespace it is that of the credentials; without that, too, a name needs one. */
static bool parse_id(struct spk_arena *arena, const struct spk_api *api, const char *id,
                     struct target *out, struct spk_err *err)
{
    const char *colon = strchr(id, ':');
    const char *name = colon ? colon + 1 : id;

    out->ns = colon ? spk_strndup(arena, id, (size_t)(colon - id)) : api->default_namespace;
    out->is_prefix = spk_ends_with(name, "*");
    out->name = spk_strndup(arena, name, strlen(name) - out->is_prefix);
    if (out->ns || out->is_prefix)
        return true;
    return spk_fail(err, SPK_INVALID_SPARK_SUBMIT_ARGS,
                    "namespace not specified for an operation requiring one and no default "
                    "was found in the Config.");
}

/* The drivers whose name starts as asked, or the one of that name. */
static bool find_drivers(struct spk_arena *arena, struct spk_api *api,
                         const struct target *target, cJSON **out, struct spk_err *err)
{
    struct spk_api_request request = {
        .verb = SPK_API_LIST,
        .resource = spk_resource_find("v1", "Pod"),
        .ns = target->ns,
        .label_selector = "spark-role=driver",
    };
    cJSON *found = spk_json_new_array(arena);
    struct spk_api_reply reply;
    const cJSON *pod;

    if (!target->is_prefix) {
        if (!submit_cluster_pod(arena, api, target->ns, target->name, &pod, err))
            return false;
        (void)spk_json_push(found, spk_json_copy(arena, pod));
        *out = found;
        return true;
    }
    if (!submit_cluster_call(arena, api, &request, &reply, err))
        return false;
    if (!spk_json_is_array(spk_json_get(reply.object, "items")))
        return spk_fail(err, SPK_KUBE_ERROR, "the answer is no list of Pods");
    SPK_JSON_EACH (item, spk_json_get(reply.object, "items")) {
        const char *name = spk_json_string(spk_json_at(item, "metadata.name"));

        if (name && spk_starts_with(name, target->name))
            (void)spk_json_push(found, spk_json_copy(arena, item));
    }
    *out = found;
    return true;
}

static void say_none(const struct target *target)
{
    fputs(target->is_prefix ? "No applications found.\n" : "Application not found.\n", stderr);
}

/* grace: seconds; NULL: each Pod's own. */
static const char *delete_options(struct spk_arena *arena, const int64_t *grace)
{
    cJSON *options = spk_json_new_object(arena);

    spk_json_text(options, "apiVersion", "v1");
    spk_json_text(options, "kind", "DeleteOptions");
    spk_json_text(options, "propagationPolicy", "Background");
    if (grace)
        spk_json_int(options, "gracePeriodSeconds", *grace);
    return spk_json_write(arena, options);
}

static bool grace_period(const struct spk_reader *reader, int64_t *out, bool *is_set,
                         struct spk_err *err)
{
    static const char key[] = "spark.kubernetes.appKillPodDeletionGracePeriod";
    int64_t ms = 0;

    if (!spk_entry_long(reader, key, &ms, is_set, err))
        return false;
    if (ms < 0) {
        (void)spk_fail(err, SPK_INVALID_FIELD, "'%.32s' is not a time such as 30s",
                       spk_conf_get(reader->conf, key));
        return spk_conf_blame(err, reader->conf, key);
    }
    *out = ms / 1000;
    return true;
}

/* Later lines make their client without this word. */
static void announce_client(const struct spk_reader *reader)
{
    if (!spk_version_at_least(reader->version, SPK_SPARK_4_0))
        submit_cluster_announce(reader->conf);
}

bool submit_kill(struct spk_api *api, const struct spk_reader *reader, const char *id,
                 struct spk_err *err)
{
    struct spk_arena *arena = reader->arena;
    struct target target;
    int64_t grace = 0;
    bool has_grace = false;
    cJSON *pods;

    if (!grace_period(reader, &grace, &has_grace, err))
        return false;
    submit_say("Submitting a request to kill submission %s in %s. Grace period in secs: %s",
               id, spk_conf_get(reader->conf, "spark.master"),
               has_grace ? spk_printf(arena, "%" PRId64, grace) : "not set.");
    announce_client(reader);
    if (!parse_id(arena, api, id, &target, err))
        return false;
    const char *options = delete_options(arena, has_grace ? &grace : NULL);
    /* 3.5 and 4.0 do not look first, and say nothing of a driver that is not there. */
    if (!target.is_prefix && !spk_version_at_least(reader->version, SPK_SPARK_4_1))
        return submit_cluster_delete_pod(arena, api, target.ns, target.name, options, err);
    if (!find_drivers(arena, api, &target, &pods, err))
        return false;
    if (!spk_json_size(pods))
        say_none(&target);
    SPK_JSON_EACH (pod, pods) {
        const char *name = spk_json_string(spk_json_at(pod, "metadata.name"));

        if (target.is_prefix)
            submit_say("Deleting driver pod: %s.", name);
        if (!submit_cluster_delete_pod(arena, api, spk_object_namespace(pod), name, options,
                                       err))
            return false;
    }
    return true;
}

bool submit_status(struct spk_api *api, const struct spk_reader *reader, const char *id,
                   struct spk_err *err)
{
    struct spk_arena *arena = reader->arena;
    struct target target;
    cJSON *pods;

    submit_say("Submitting a request for the status of submission %s in %s.", id,
               spk_conf_get(reader->conf, "spark.master"));
    announce_client(reader);
    if (!parse_id(arena, api, id, &target, err) ||
        !find_drivers(arena, api, &target, &pods, err))
        return false;
    if (!spk_json_size(pods))
        say_none(&target);
    SPK_JSON_EACH (pod, pods)
        fprintf(stderr, "Application status (driver): %s\n", submit_pod_state(arena, pod));
    return true;
}
