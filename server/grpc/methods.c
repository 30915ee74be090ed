/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/methods.h"

#include "grpc/health/v1/health.pb-c.h"
#include "grpc/reflection/v1/reflection.pb-c.h"
#include "grpc/reflection/v1alpha/reflection.pb-c.h"
#include "grpc/reflection_service.h"
#include "spark/submit/v1/submit_service.pb-c.h"

#include <string.h>

#define REFLECTION(version)                                                                   \
    grpc__reflection__##version##__server_reflection_request__descriptor

const struct spk_method spk_methods[] = {
    {"/grpc.health.v1.Health/Check", &grpc__health__v1__health_check_request__descriptor,
     SPK_METHOD_UNARY, SPK_ADMIT_ALWAYS, &spk_health_check_mapping, NULL, false},
    {"/grpc.health.v1.Health/List", &grpc__health__v1__health_list_request__descriptor,
     SPK_METHOD_UNARY, SPK_ADMIT_ALWAYS, &spk_health_list_mapping, NULL, false},
    {"/grpc.health.v1.Health/Watch", &grpc__health__v1__health_check_request__descriptor,
     SPK_METHOD_SERVER_STREAMING, SPK_ADMIT_HEALTH_WATCH, &spk_health_watch_mapping, NULL,
     false},
    {"/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", &REFLECTION(v1),
     SPK_METHOD_BIDI_STREAMING, SPK_ADMIT_REFLECTION, NULL, spk_reflection_serve, true},
    {"/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &REFLECTION(v1alpha),
     SPK_METHOD_BIDI_STREAMING, SPK_ADMIT_REFLECTION, NULL, spk_reflection_serve, true},
    {"/spark.submit.v1.SubmitService/GetInfo", &spk__get_info_request__descriptor,
     SPK_METHOD_UNARY, SPK_ADMIT_CALL, &spk_info_mapping, NULL, false},
    {"/spark.submit.v1.SubmitService/GetSubmission", &spk__get_submission_request__descriptor,
     SPK_METHOD_UNARY, SPK_ADMIT_CALL, &spk_get_mapping, NULL, false},
    {"/spark.submit.v1.SubmitService/KillSubmission",
     &spk__kill_submission_request__descriptor, SPK_METHOD_UNARY, SPK_ADMIT_CALL,
     &spk_kill_mapping, NULL, false},
    {"/spark.submit.v1.SubmitService/ListSubmissions",
     &spk__list_submissions_request__descriptor, SPK_METHOD_UNARY, SPK_ADMIT_CALL,
     &spk_list_mapping, NULL, false},
    {"/spark.submit.v1.SubmitService/Render", &spk__render_request__descriptor,
     SPK_METHOD_UNARY, SPK_ADMIT_CALL, &spk_render_mapping, NULL, false},
    {"/spark.submit.v1.SubmitService/Submit", &spk__submit_request__descriptor,
     SPK_METHOD_UNARY, SPK_ADMIT_CALL, &spk_submit_mapping, NULL, false},
    {"/spark.submit.v1.SubmitService/WatchSubmission",
     &spk__watch_submission_request__descriptor, SPK_METHOD_SERVER_STREAMING, SPK_ADMIT_WATCH,
     &spk_watch_mapping, NULL, false},
};
const size_t spk_n_methods = SPK_LEN(spk_methods);

const struct spk_method *spk_method_find(const char *path, size_t length)
{
    for (size_t i = 0; i < spk_n_methods; i++)
        if (strlen(spk_methods[i].path) == length &&
            memcmp(spk_methods[i].path, path, length) == 0)
            return &spk_methods[i];
    return NULL;
}

bool spk_method_is_registered(const struct spk_method *method)
{
    return method->kind != SPK_METHOD_BIDI_STREAMING;
}
