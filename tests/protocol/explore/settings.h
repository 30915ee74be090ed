/* SPDX-License-Identifier: Apache-2.0 */
/** settings.h: what is explored, from one caller with many faults to several without. */
#pragma once

#include "state.h"

extern const struct setting settings[];
extern const size_t n_settings;
