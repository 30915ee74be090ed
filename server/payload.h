/* SPDX-License-Identifier: Apache-2.0 */
/** payload.h: the payload and the choices of Submit and Render in the core's terms. */
#pragma once

#include "spark/submit/v1/submit_service.pb-c.h"
#include "translate/translate.h"

/** The parts of the oneof; of those that are not set nothing is looked at. */
struct spk_payload_message {
    int form; /* 1 application, 2 manifest, 3 command; 0: none */
    Spk__SparkApplication *application;
    const ProtobufCBinaryData *manifest;
    const Spk__SparkSubmitCommand *command;
};

/**
 * Fill in *out.
 *
 * @owner  *out lives in arena and points into message and settings
 * @errors INVALID_MESSAGE  no payload
 *         INVALID_FIELD    a template is given twice
 */
bool spk_payload_read(struct spk_arena *arena, const struct spk_payload_message *message,
                      const struct spk_settings *settings, struct spk_payload *out,
                      struct spk_err *err) SPK_CHECK;

/** text, or NULL when it is empty: a caller may write an absent text so. */
const char *spk_given(const char *text);

/* Choices that both requests have; UNSPECIFIED is the server's default. */
enum spk_pod_mutation spk_read_pod_mutation(int value);
Spk__PodMutation spk_pod_mutation_message(enum spk_pod_mutation mutation);
enum spk_controller_steps spk_read_controller_steps(int value);

/** Warnings as an answer carries them. */
Spk__Warning **spk_warning_messages(struct spk_arena *arena, const struct spk_warnings *ours,
                                    const struct spk_warnings *more, size_t *n);
