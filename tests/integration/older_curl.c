/* SPDX-License-Identifier: Apache-2.0 */
/* Stands before curl_easy_setopt (linked with --wrap). */
#include "older_curl.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Everything that came after 7.77. */
static const CURLoption newer[] = {
    CURLOPT_MAXLIFETIME_CONN, CURLOPT_CA_CACHE_TIMEOUT,    CURLOPT_QUICK_EXIT,
    CURLOPT_PROTOCOLS_STR,    CURLOPT_REDIR_PROTOCOLS_STR, CURLOPT_PREREQFUNCTION,
    CURLOPT_PREREQDATA,
};
static CURLoption forgotten;               /* 0: none */
static _Atomic(const char *) protocols[2]; /* each client has a thread */

/* The option as text, or as bits with the number that curl.h deprecates. */
static void note(CURLoption option, const void *value)
{
    enum { BITS = CURLOPTTYPE_LONG + 181, REDIRECTS_BITS };
    const char *name = (long)(intptr_t)value == CURLPROTO_HTTPS  ? "https"
                       : (long)(intptr_t)value == CURLPROTO_HTTP ? "http"
                                                                 : "other";

    if (option == CURLOPT_PROTOCOLS_STR)
        protocols[0] = strcmp(value, "https") == 0 ? "https" : "other";
    else if (option == CURLOPT_REDIR_PROTOCOLS_STR)
        protocols[1] = strcmp(value, "https") == 0 ? "https" : "other";
    else if ((int)option == BITS)
        protocols[0] = name;
    else if ((int)option == REDIRECTS_BITS)
        protocols[1] = name;
}

const char *older_curl_protocols(bool of_redirects)
{
    return protocols[of_redirects];
}

void older_curl_forgets(CURLoption option)
{
    forgotten = option;
}

bool older_curl_is_played(void)
{
    return getenv("SPK_TEST_OLDER_LIBCURL") != NULL;
}

static bool is_unknown(CURLoption option)
{
    if (forgotten && option == forgotten)
        return true;
    if (!older_curl_is_played())
        return false;
    for (size_t i = 0; i < sizeof(newer) / sizeof(newer[0]); i++)
        if (newer[i] == option)
            return true;
    return false;
}

CURLcode __real_curl_easy_setopt(CURL *easy, CURLoption option, ...);
CURLcode __wrap_curl_easy_setopt(CURL *easy, CURLoption option, ...);

/* Each kind of argument, long and pointer alike, fills one register or slot of the stack. */
CURLcode __wrap_curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
    va_list list;

    va_start(list, option);
    void *value = va_arg(list, void *);
    va_end(list);
    if (!is_unknown(option)) {
        note(option, value);
        return __real_curl_easy_setopt(easy, option, value);
    }
    /* A library that cannot be told how long to keep authorities does not keep any. */
    if (option == CURLOPT_CA_CACHE_TIMEOUT)
        (void)__real_curl_easy_setopt(easy, option, value);
    return CURLE_UNKNOWN_OPTION;
}
