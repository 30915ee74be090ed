/* SPDX-License-Identifier: Apache-2.0 */
/**
 * log.h: lines on stderr as Spark writes them. Control characters in them, line feeds too, are
 * escaped: what a server says cannot forge a line.
 */
#pragma once

#include "base/compiler.h"

/** "yy/MM/dd HH:mm:ss LEVEL logger: text". */
void submit_log(const char *level, const char *logger, const char *fmt, ...) SPK_PRINTF(3, 4);

/** The same, then lines as they are: their values are printable already. */
void submit_log_block(const char *logger, const char *headline, const char *lines);

/** A line without time and level. */
void submit_say(const char *fmt, ...) SPK_PRINTF(1, 2);
