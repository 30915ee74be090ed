/* SPDX-License-Identifier: Apache-2.0 */
#include "operations.h"

#include "cluster.h"
#include "driver/find.h"
#include "driver/kill.h"
#include "failure.h"
#include "kubernetes/object.h"
#include "log.h"
#include "pod_state.h"

#include <inttypes.h>
#include <stdio.h>

/* Without a namespace it is that of the credentials; without that, too, a name needs one. */
static bool parse_id(struct spk_arena *arena, const struct spk_api *api, const char *id,
                     struct spk_driver_target *out, struct spk_err *err)
{
    *out = spk_driver_target_read(arena, id, api->default_namespace);
    if (out->ns || out->is_prefix)
        return true;
    return spk_fail(err, SPK_INVALID_SPARK_SUBMIT_ARGS,
                    "namespace not specified for an operation requiring one and no default "
                    "was found in the Config.");
}

static bool find_one(struct spk_arena *arena, struct spk_api *api,
                     const struct spk_driver_target *target, struct spk_drivers *out,
                     struct spk_err *err)
{
    const cJSON **pod = spk_alloc(arena, sizeof(*pod));

    if (!submit_cluster_pod(arena, api, target->ns, target->name, pod, err))
        return false;
    *out = (struct spk_drivers){.pods = pod, .n = *pod ? 1 : 0};
    return true;
}

static bool find_drivers(struct spk_arena *arena, struct spk_api *api,
                         const struct spk_driver_target *target, struct spk_drivers *out,
                         struct spk_err *err)
{
    struct spk_api_request request = {
        .verb = SPK_API_LIST,
        .resource = spk_resource_find("v1", "Pod"),
        .ns = target->ns,
        .label_selector = SPK_DRIVER_SELECTOR,
    };
    struct spk_api_reply reply;

    if (!target->is_prefix)
        return find_one(arena, api, target, out, err);
    if (!submit_cluster_call(arena, api, &request, &reply, err))
        return false;
    if (!spk_driver_select(arena, target, reply.object, out))
        return spk_fail(err, SPK_KUBE_ERROR, "the answer is no list of Pods");
    return true;
}

static void say_none(const struct spk_driver_target *target)
{
    fputs(target->is_prefix ? "No applications found.\n" : "Application not found.\n", stderr);
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
    struct spk_driver_target target;
    int64_t grace = 0;
    bool has_grace = false;
    struct spk_drivers drivers;

    if (!grace_period(reader, &grace, &has_grace, err))
        return false;
    submit_say("Submitting a request to kill submission %s in %s. Grace period in secs: %s",
               id, spk_conf_get(reader->conf, "spark.master"),
               has_grace ? spk_printf(arena, "%" PRId64, grace) : "not set.");
    announce_client(reader);
    if (!parse_id(arena, api, id, &target, err))
        return false;
    const char *options = spk_delete_options(
        arena,
        &(struct spk_delete){.grace_s = has_grace ? &grace : NULL, .in_background = true});
    /* 3.5 and 4.0 do not look first, and say nothing of a driver that is not there. */
    if (!target.is_prefix && !spk_version_at_least(reader->version, SPK_SPARK_4_1))
        return submit_cluster_delete_pod(arena, api, target.ns, target.name, options, err);
    if (!find_drivers(arena, api, &target, &drivers, err))
        return false;
    if (!drivers.n)
        say_none(&target);
    for (size_t i = 0; i < drivers.n; i++) {
        const cJSON *pod = drivers.pods[i];
        const char *name = spk_object_name(pod);

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
    struct spk_driver_target target;
    struct spk_drivers drivers;

    submit_say("Submitting a request for the status of submission %s in %s.", id,
               spk_conf_get(reader->conf, "spark.master"));
    announce_client(reader);
    if (!parse_id(arena, api, id, &target, err) ||
        !find_drivers(arena, api, &target, &drivers, err))
        return false;
    if (!drivers.n)
        say_none(&target);
    for (size_t i = 0; i < drivers.n; i++) {
        struct spk_driver_state driver = spk_driver_state_read(arena, drivers.pods[i]);

        fprintf(stderr, "Application status (driver): %s\n", submit_pod_state(arena, &driver));
    }
    return true;
}
