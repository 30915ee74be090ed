/* SPDX-License-Identifier: Apache-2.0 */
/**
 * service.h: SubmitService: its methods and what all of them need. It is immutable once the
 * server runs.
 */
#pragma once

#include "config/options.h"
#include "grpc/call.h"
#include "process/probe.h"
#include "translate/translate.h"

struct spk_service {
    const struct spk_config *config;
    struct spk_settings settings;
    struct spk_api *api;
    const struct spk_probe *probe; /* knows the API server's version */
    struct spk_queue *running;     /* submissions under way */
    bool verifies_uids;            /* of applications, before anything is created for them */
};

/** The service of a call. */
const struct spk_service *spk_service_of(const struct spk_call *call);

/**
 * The request of a call as a message of its method's type; NULL: the call has been answered.
 * Warnings are about ignored fields.
 */
ProtobufCMessage *spk_service_decode(struct spk_call *call, struct spk_warnings *warnings);

/** Tell all running submissions to send no further request; each still answers. */
void spk_service_cancel_all(struct spk_service *service);

/* The methods; each answers, now or later. */
void spk_method_submit(struct spk_call *call);
void spk_method_render(struct spk_call *call);
void spk_method_get_info(struct spk_call *call);
