/* SPDX-License-Identifier: Apache-2.0 */
/** on_read.h: what a GET leads to. Part of the machine. */
#pragma once

#include "deploy/step.h"

void spk_look_on(struct spk_turn *turn);
