/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timestamp.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Days from 1970-01-01 to a date of the Gregorian calendar; years start in March here. */
static int64_t days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year < 0 ? year - 399 : year) / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* n digits at *text, which moves behind them. */
static bool take_number(const char **text, size_t n, int *out)
{
    int value = 0;

    for (size_t i = 0; i < n; i++) {
        char c = (*text)[i];

        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *text += n;
    *out = value;
    return true;
}

static bool take_char(const char **text, char c)
{
    bool is_there = **text == c;

    *text += is_there;
    return is_there;
}

static int days_of(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return days[month - 1] + (leap && month == 2);
}

/* A date and the seconds of its day. */
struct moment {
    int year, month, day;
    int64_t seconds;
};

static bool take_date(const char **text, struct moment *out)
{
    return take_number(text, 4, &out->year) && take_char(text, '-') &&
           take_number(text, 2, &out->month) && take_char(text, '-') &&
           take_number(text, 2, &out->day) && out->month >= 1 && out->month <= 12 &&
           out->day >= 1 && out->day <= days_of(out->year, out->month);
}

static bool take_clock(const char **text, struct moment *out)
{
    int hour, minute, second;

    /* Go takes an hour of one digit, too. */
    if ((!take_number(text, 2, &hour) && !take_number(text, 1, &hour)) ||
        !take_char(text, ':') || !take_number(text, 2, &minute) || !take_char(text, ':') ||
        !take_number(text, 2, &second) || hour > 23 || minute > 59 || second > 59)
        return false;
    out->seconds = (hour * 60LL + minute) * 60 + second;
    return true;
}

/* Digits after a point or, as Go takes it, a comma. */
static bool take_fraction(const char **text)
{
    int ignored;

    if (!take_char(text, '.') && !take_char(text, ','))
        return true;
    if (!take_number(text, 1, &ignored))
        return false;
    while (take_number(text, 1, &ignored))
        ;
    return true;
}

static bool take_zone(const char **text, struct moment *out)
{
    bool is_behind = **text == '-';
    int hours, minutes;

    if (take_char(text, 'Z'))
        return true;
    if ((!take_char(text, '+') && !take_char(text, '-')) || !take_number(text, 2, &hours) ||
        !take_char(text, ':') || !take_number(text, 2, &minutes) || hours > 24 || minutes > 60)
        return false;
    out->seconds += (is_behind ? 60LL : -60LL) * (hours * 60 + minutes);
    return true;
}

bool spk_timestamp_utc(const char *text, char out[SPK_TIMESTAMP_SIZE])
{
    struct moment moment;

    if (!take_date(&text, &moment) || !take_char(&text, 'T') || !take_clock(&text, &moment) ||
        !take_fraction(&text) || !take_zone(&text, &moment) || *text)
        return false;
    return spk_timestamp_write(
        days_from_civil(moment.year, moment.month, moment.day) * 86400 + moment.seconds, out);
}

bool spk_timestamp_write(int64_t seconds, char out[SPK_TIMESTAMP_SIZE])
{
    time_t time = (time_t)seconds;
    struct tm utc;

    if (!gmtime_r(&time, &utc) || utc.tm_year < -1900 || utc.tm_year > 9999 - 1900)
        return false;
    (void)snprintf(out, SPK_TIMESTAMP_SIZE, "%04d-%02d-%02dT%02d:%02d:%02dZ",
                   utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
                   utc.tm_sec);
    return true;
}

bool spk_timestamp_read(const char *text, int64_t *out)
{
    int year, month, day, hour, minute, second, end = 0;

    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second,
               &end) != 6 ||
        strcmp(text + end, "Z") != 0)
        return false;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 ||
        hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return false;
    *out = days_from_civil(year, month, day) * 86400 + (hour * 60LL + minute) * 60 + second;
    return true;
}
