/* SPDX-License-Identifier: Apache-2.0 */
/** result.h: a reply and its accessors. Private to the library. */
#pragma once

#include "spark/submit/v1/submit_service.pb-c.h"
#include "sparksubmit/client.h"

enum spk_result_kind {
    SPK_RESULT_SUBMIT,
    SPK_RESULT_RENDER,
    SPK_RESULT_INFO,
    SPK_RESULT_GET,
    SPK_RESULT_LIST,
    SPK_RESULT_KILL,
    SPK_RESULT_WATCH,
};

/** Times and numbers of a reply as texts. */
struct spk_result_words {
    char created_at[24], started_at[24], finished_at[24], exit_code[12];
};

struct sparksubmit_result {
    enum spk_result_kind kind;
    union {
        ProtobufCMessage *reply;
        Spk__SubmitResponse *submit;
        Spk__RenderResponse *render;
        Spk__GetInfoResponse *info;
        Spk__GetSubmissionResponse *get;
        Spk__ListSubmissionsResponse *list;
        Spk__KillSubmissionResponse *kill;
        Spk__WatchSubmissionResponse *watch;
    };
    struct spk_result_words *words; /* one for each driver of get, watch and list */
};

/** Fill in the words of a reply about drivers; false: memory is out. */
bool spk_driver_result_init(struct sparksubmit_result *result);

/* The accessors of results of get, watch, list and kill. */
const char *spk_driver_result_text(const struct sparksubmit_result *result,
                                   enum sparksubmit_field field);
size_t spk_driver_result_count(const struct sparksubmit_result *result,
                               enum sparksubmit_list list);
const char *spk_driver_result_item(const struct sparksubmit_result *result,
                                   enum sparksubmit_list list, size_t index);

/** The reply itself, for programs that print all of it. */
const ProtobufCMessage *spk_result_message(const struct sparksubmit_result *result);

/** Owns reply from now on; NULL when memory is out, reply is the caller's then. */
struct sparksubmit_result *spk_result_new(enum spk_result_kind kind, ProtobufCMessage *reply);
