/* SPDX-License-Identifier: Apache-2.0 */
/** log.h: lines on stderr as Spark writes them: "yy/MM/dd HH:mm:ss LEVEL Class: text". */
#pragma once

#include "base/compiler.h"

void submit_log(const char *level, const char *logger, const char *fmt, ...) SPK_PRINTF(3, 4);
