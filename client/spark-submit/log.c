/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

void submit_log(const char *level, const char *logger, const char *fmt, ...)
{
    time_t now = time(NULL);
    struct tm local;
    char stamp[32];
    va_list args;

    (void)localtime_r(&now, &local);
    (void)strftime(stamp, sizeof(stamp), "%Y/%m/%d %H:%M:%S", &local);
    fprintf(stderr, "%s %s %s: ", stamp + 2, level, logger); /* two digits of the year */
    va_start(args, fmt);
    (void)vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
}
