/* SPDX-License-Identifier: Apache-2.0 */
/**
 * methods.h: the table of all methods that the server answers. Registration, look-up by path,
 * reflection, limits and the log read it; nothing else knows a path.
 */
#pragma once

#include "grpc/admission.h"
#include "grpc/call.h"
#include "grpc/messages.h"

/** How often client and server speak. */
enum spk_method_kind {
    SPK_METHOD_UNARY,            /* one request, one answer */
    SPK_METHOD_SERVER_STREAMING, /* one request, any number of answers */
    SPK_METHOD_BIDI_STREAMING,   /* any number of both */
};

struct spk_method {
    const char *path;                          /* "/spark.submit.v1.SubmitService/Submit" */
    const ProtobufCMessageDescriptor *request; /* type of its request */
    enum spk_method_kind kind;
    enum spk_admission_class admission;
    const struct spk_mapping *operation; /* of the service; NULL: bidi */
    spk_call_fn *serve; /* bidi: answers by itself, inside the call's recovery point */
    bool routine;       /* true if calls that succeed are logged at debug only */
};

extern const struct spk_method spk_methods[];
extern const size_t spk_n_methods;

/** The row of path, which is not NUL-terminated; NULL: there is no such method. */
const struct spk_method *spk_method_find(const char *path, size_t length);

/**
 * True if the core knows the method by name and reads its one request before the call is seen.
 * The calls of other methods are seen as soon as their metadata has come; serve reads.
 */
bool spk_method_is_registered(const struct spk_method *method);
