/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include "base/limits.h"
#include "base/printable.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

static void print_stamp(const char *level, const char *logger)
{
    time_t now = time(NULL);
    struct tm local;
    char stamp[32];

    (void)localtime_r(&now, &local);
    (void)strftime(stamp, sizeof(stamp), "%Y/%m/%d %H:%M:%S", &local);
    fprintf(stderr, "%s %s %s: ", stamp + 2, level, logger); /* two digits of the year */
}

static void print_line(const char *fmt, va_list args) SPK_PRINTF(1, 0);
static void print_line(const char *fmt, va_list args)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(1));
    char text[SPK_MAX_PRINTED];

    (void)vsnprintf(text, sizeof(text), fmt, args);
    fprintf(stderr, "%s\n", spk_printable(&arena, text, sizeof(text)));
}

void submit_log(const char *level, const char *logger, const char *fmt, ...)
{
    va_list args;

    print_stamp(level, logger);
    va_start(args, fmt);
    print_line(fmt, args);
    va_end(args);
}

void submit_log_block(const char *logger, const char *headline, const char *lines)
{
    print_stamp("INFO", logger);
    fprintf(stderr, "%s%s\n", headline, lines);
}

void submit_say(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    print_line(fmt, args);
    va_end(args);
}
