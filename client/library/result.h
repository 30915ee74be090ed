/* SPDX-License-Identifier: Apache-2.0 */
/** result.h: a reply and its accessors. Private to the library. */
#pragma once

#include "spark/submit/v1/submit_service.pb-c.h"
#include "sparksubmit/client.h"

enum spk_result_kind { SPK_RESULT_SUBMIT, SPK_RESULT_RENDER, SPK_RESULT_INFO };

/** The reply itself, for programs that print all of it. */
const ProtobufCMessage *spk_result_message(const struct sparksubmit_result *result);

/** Owns reply from now on; NULL when memory is out, reply is the caller's then. */
struct sparksubmit_result *spk_result_new(enum spk_result_kind kind, ProtobufCMessage *reply);
