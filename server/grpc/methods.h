/* SPDX-License-Identifier: Apache-2.0 */
/**
 * methods.h: the table of all methods that the server answers. Registration, look-up by path,
 * reflection, limits and the log read it; nothing else knows a path.
 */
#pragma once

#include "grpc/call.h"
#include "grpc/messages.h"

/** How often client and server speak. */
enum spk_method_kind {
    SPK_METHOD_UNARY,            /* one request, one answer */
    SPK_METHOD_SERVER_STREAMING, /* one request, any number of answers */
    SPK_METHOD_BIDI_STREAMING,   /* any number of both */
};

/** The limit that calls of a method are counted against. */
enum spk_admission_class {
    SPK_ADMIT_CALL,       /* calls under way and their memory; refused while draining */
    SPK_ADMIT_ALWAYS,     /* nothing: short, and answered from memory */
    SPK_ADMIT_WATCH,      /* health watches */
    SPK_ADMIT_REFLECTION, /* reflection streams */
    SPK_ADMISSION_CLASSES
};

/** One row per method; run is called inside the call's recovery point. */
struct spk_method {
    const char *path;                          /* "/spark.submit.v1.SubmitService/Submit" */
    const ProtobufCMessageDescriptor *request; /* type of its request */
    enum spk_method_kind kind;
    enum spk_admission_class admission;
    spk_call_fn *run;
    bool routine;                        /* calls that succeed are logged at debug only */
    const struct spk_mapping *operation; /* of the service; NULL: run answers by itself */
};

/* Rows of the table. */
enum {
    SPK_ROW_HEALTH_CHECK,
    SPK_ROW_HEALTH_LIST,
    SPK_ROW_HEALTH_WATCH,
    SPK_ROW_REFLECTION,
    SPK_ROW_REFLECTION_ALPHA,
    SPK_ROW_GET_INFO,
    SPK_ROW_GET_SUBMISSION,
    SPK_ROW_KILL_SUBMISSION,
    SPK_ROW_LIST_SUBMISSIONS,
    SPK_ROW_RENDER,
    SPK_ROW_SUBMIT,
    SPK_METHODS
};

extern const struct spk_method spk_methods[SPK_METHODS];

/** The row of path, which is not NUL-terminated; NULL: there is no such method. */
const struct spk_method *spk_method_find(const char *path, size_t length);

/**
 * True if the core knows the method by name and reads its request before the call is seen.
 * The calls of other methods are seen as soon as their metadata has come; run reads.
 */
bool spk_method_is_registered(const struct spk_method *method);
