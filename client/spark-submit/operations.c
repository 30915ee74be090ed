/* SPDX-License-Identifier: Apache-2.0 */
#include "operations.h"

#include "cluster.h"
#include "driver/state.h"
#include "failure.h"
#include "kubernetes/names.h"
#include "log.h"
#include "pod_state.h"
#include "submit/query_call.h"

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

/* A query that is waited for. */
struct operation {
    struct spk_query_call call;
    struct spk_driver_query query;
    size_t named; /* drivers that were named before their deletion */
};

static void say_deleting(struct spk_query_call *call, const struct spk_query_request *request)
{
    struct operation *operation = call->context;

    if (request->verb != SPK_QUERY_DELETE || operation->named > operation->query.at)
        return; /* it is tried again */
    operation->named++;
    submit_say("Deleting driver pod: %s.", request->name);
}

/* Kubernetes has no Pod of a name that it would refuse. */
static bool cannot_be(const struct spk_driver_target *target)
{
    return !target->is_prefix && !spk_is_dns1123_subdomain(target->name);
}

static bool carry_out(struct spk_arena *arena, struct spk_api *api,
                      struct operation *operation, struct spk_err *err)
{
    operation->query.any_role = true;
    operation->call.arena = arena;
    operation->call.api = api;
    operation->call.query = &operation->query;
    operation->call.context = operation;
    operation->call.deadline_ms = INT64_MAX / 2; /* each request has its own limit */
    if (cannot_be(&operation->query.target) || spk_query_call_wait(&operation->call))
        return true;
    *err = operation->call.err;
    submit_note_request(err, arena, &operation->call.last);
    return false;
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
    struct operation *operation = spk_alloc(arena, sizeof(*operation));

    if (!grace_period(reader, &grace, &has_grace, err))
        return false;
    submit_say("Submitting a request to kill submission %s in %s. Grace period in secs: %s",
               id, spk_conf_get(reader->conf, "spark.master"),
               has_grace ? spk_printf(arena, "%" PRId64, grace) : "not set.");
    announce_client(reader);
    if (!parse_id(arena, api, id, &target, err))
        return false;
    /* 3.5 and 4.0 do not look first, and say nothing of a driver that is not there. */
    operation->query = (struct spk_driver_query){
        .purpose = SPK_QUERY_KILL,
        .target = target,
        .grace_s = has_grace ? &grace : NULL,
        .blind = !target.is_prefix && !spk_version_at_least(reader->version, SPK_SPARK_4_1),
    };
    operation->call.before = target.is_prefix ? say_deleting : NULL;
    if (!carry_out(arena, api, operation, err))
        return false;
    if (!operation->query.n_found && !operation->query.blind)
        say_none(&target);
    return true;
}

bool submit_status(struct spk_api *api, const struct spk_reader *reader, const char *id,
                   struct spk_err *err)
{
    struct spk_arena *arena = reader->arena;
    struct spk_driver_target target;
    struct operation *operation = spk_alloc(arena, sizeof(*operation));

    submit_say("Submitting a request for the status of submission %s in %s.", id,
               spk_conf_get(reader->conf, "spark.master"));
    announce_client(reader);
    if (!parse_id(arena, api, id, &target, err))
        return false;
    operation->query.target = target;
    if (!carry_out(arena, api, operation, err))
        return false;
    if (!operation->query.n_found)
        say_none(&target);
    for (size_t i = 0; i < operation->query.n_found; i++) {
        struct spk_driver_state driver =
            spk_driver_state_read(arena, operation->query.found[i].pod);

        fprintf(stderr, "Application status (driver): %s\n", submit_pod_state(arena, &driver));
    }
    return true;
}
