/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/api.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define AUTHENTICATION "authentication.k8s.io/v1"
#define AUTHORIZATION  "authorization.k8s.io/v1"
#define VOLCANO        "scheduling.volcano.sh/v1beta1"
#define SIGS_SCHEDULE  "scheduling.x-k8s.io/v1alpha1"
#define NETWORKING     "networking.k8s.io/v1"
#define OPERATOR       "sparkoperator.k8s.io/v1beta2"

#define OTHER_SCHEDULER "choose a batch scheduler that needs no PodGroup, as YuniKorn"

/* Everything that the program may touch. */
static const struct spk_resource resources[] = {
    {"Pod", "v1", "pods", false, false, NULL},
    {"ConfigMap", "v1", "configmaps", false, false, NULL},
    {"Service", "v1", "services", false, true, NULL},
    {"PersistentVolumeClaim", "v1", "persistentvolumeclaims", false, false, NULL},
    {"Secret", "v1", "secrets", false, false, NULL},
    {"Event", "v1", "events", false, false, NULL},
    {"NetworkPolicy", NETWORKING, "networkpolicies", false, false, NULL},
    {"PodGroup", VOLCANO, "podgroups", false, false,
     "install Volcano (https://volcano.sh), or " OTHER_SCHEDULER},
    {"PodGroup", SIGS_SCHEDULE, "podgroups", false, false,
     "install the CustomResourceDefinitions of the scheduler plugins "
     "(https://scheduler-plugins.sigs.k8s.io), or " OTHER_SCHEDULER},
    {"SparkApplication", OPERATOR, "sparkapplications", false, false,
     "install the CustomResourceDefinitions of the Spark operator"},
    {"TokenReview", AUTHENTICATION, "tokenreviews", true, false, NULL},
    {"SelfSubjectAccessReview", AUTHORIZATION, "selfsubjectaccessreviews", true, false, NULL},
};

const struct spk_resource *spk_resource_find(const char *api_version, const char *kind)
{
    for (size_t i = 0; i < SPK_LEN(resources); i++)
        if (spk_text_equal(resources[i].kind, kind) &&
            (!api_version || spk_text_equal(resources[i].api_version, api_version)))
            return &resources[i];
    return NULL;
}

const char *spk_resource_kind(const char *plural)
{
    for (size_t i = 0; i < SPK_LEN(resources); i++)
        if (spk_text_equal(resources[i].plural, plural))
            return resources[i].kind;
    return plural;
}

bool spk_api_is_write(enum spk_api_verb verb)
{
    return verb == SPK_API_CREATE || verb == SPK_API_UPDATE || verb == SPK_API_JSON_PATCH ||
           verb == SPK_API_MERGE_PATCH || verb == SPK_API_DELETE;
}

void spk_api_start(struct spk_api *api, struct spk_api_job *job)
{
    if (api->observer)
        job->started_ms = api->ops->now_ms(api);
    api->ops->start(api, job);
}

void spk_api_cancel(struct spk_api *api, struct spk_api_job *job)
{
    api->ops->cancel(api, job);
}

void spk_api_finish(struct spk_api *api, struct spk_api_job *job)
{
    struct spk_api_observer *observer = api->observer;

    if (observer && observer->request && job->request.verb != SPK_API_WAIT)
        observer->request(observer, job, api->ops->now_ms(api) - job->started_ms);
    job->done(job);
}

void spk_api_path(const struct spk_api_request *request, char *out, size_t size)
{
    const struct spk_resource *resource = request->resource;
    bool in_namespace = request->ns && resource && !resource->cluster_scoped;

    if (!resource) {
        (void)snprintf(out, size, "%s", request->verb == SPK_API_VERSION ? "/version" : "");
        return;
    }
    (void)snprintf(out, size, "%s/%s%s%s/%s%s%s",
                   strchr(resource->api_version, '/') ? "/apis" : "/api",
                   resource->api_version, in_namespace ? "/namespaces/" : "",
                   in_namespace ? request->ns : "", resource->plural, request->name ? "/" : "",
                   request->name ? request->name : "");
}

const char *spk_api_verb_name(enum spk_api_verb verb)
{
    static const char *const names[] = {
        [SPK_API_GET] = "GET",           [SPK_API_LIST] = "LIST",
        [SPK_API_WATCH] = "WATCH",       [SPK_API_UPDATE] = "UPDATE",
        [SPK_API_CREATE] = "CREATE",     [SPK_API_JSON_PATCH] = "PATCH",
        [SPK_API_MERGE_PATCH] = "PATCH", [SPK_API_DELETE] = "DELETE",
        [SPK_API_VERSION] = "GET",       [SPK_API_WAIT] = "WAIT",
    };

    return names[verb];
}

void spk_api_close(struct spk_api *api)
{
    if (api)
        api->ops->close(api);
}
