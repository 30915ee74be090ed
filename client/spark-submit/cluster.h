/* SPDX-License-Identifier: Apache-2.0 */
/**
 * cluster.h: the API server that a command line names, and single requests to it that are
 * waited for.
 */
#pragma once

#include "apiserver/api.h"
#include "host.h"

/** A client and what it was made of. */
struct submit_cluster {
    struct spk_api *api;
    const struct submit_machine *machine;
    const struct spk_conf *conf;
    bool has_exec;   /* true if a command made the credentials */
    bool is_renewed; /* true if it ran again and what it made was not accepted yet */
};

/** Say which credentials are looked for, as Spark does. */
void submit_cluster_announce(const struct spk_conf *conf);

/**
 * Open a client for spark.master with the credentials that spark-submit would use.
 *
 * @owner  *out and its client live in arena
 * @errors those of spk_kube_config_load and submit_exec_credential; INVALID_FIELD  a key of
 *         spark.kubernetes.authenticate.submission names a file that cannot be read
 * @source org.apache.spark.deploy.k8s.SparkKubernetesClientFactory
 */
bool submit_cluster_open(struct spk_arena *arena, const struct submit_machine *machine,
                         const struct spk_conf *conf, struct submit_cluster **out,
                         struct spk_err *err) SPK_CHECK;

/**
 * Make the credentials anew after the API server refused them, if a command makes them and the
 * refused ones are not of a renewal that never helped: the client is another one then.
 */
void submit_cluster_renew(struct submit_cluster *cluster);

/**
 * Carry out a request and wait for its end; *out is the answer, whatever it is.
 *
 * @errors those of spk_status_fail: anything but a 2xx; KUBE_ERROR: a 2xx without an object
 */
bool submit_cluster_call(struct spk_arena *arena, struct spk_api *api,
                         const struct spk_api_request *request, struct spk_api_reply *out,
                         struct spk_err *err) SPK_CHECK;

/**
 * Delete a Pod. One that is not there, or that does not meet the preconditions of options (a
 * DeleteOptions), is as good as deleted.
 */
bool submit_cluster_delete_pod(struct spk_arena *arena, struct spk_api *api, const char *ns,
                               const char *name, const char *options,
                               struct spk_err *err) SPK_CHECK;

/**
 * Read a Pod; *out is NULL when the API server says that there is none.
 *
 * @owner  *out lives in arena
 * @errors KUBE_ERROR  the answer is another object, or none
 */
bool submit_cluster_pod(struct spk_arena *arena, struct spk_api *api, const char *ns,
                        const char *name, const cJSON **out, struct spk_err *err) SPK_CHECK;
