/* SPDX-License-Identifier: Apache-2.0 */
/** reflection_service.h: the reflection stream, v1 and v1alpha alike. */
#pragma once

struct spk_call;

void spk_reflection_serve(struct spk_call *call);
