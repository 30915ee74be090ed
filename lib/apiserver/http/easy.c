/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/http/easy.h"

#include "base/compiler.h"

#include <stdio.h>
#include <string.h>

static const struct newer {
    CURLoption option;
    const char *name, *since;
} newer[] = {
    {SPK_CURLOPT_SSLCERT_BLOB, "CURLOPT_SSLCERT_BLOB", "7.71.0"},
    {SPK_CURLOPT_SSLKEY_BLOB, "CURLOPT_SSLKEY_BLOB", "7.71.0"},
    {SPK_CURLOPT_CAINFO_BLOB, "CURLOPT_CAINFO_BLOB", "7.77.0"},
    {SPK_CURLOPT_MAXLIFETIME_CONN, "CURLOPT_MAXLIFETIME_CONN", "7.80.0"},
    {SPK_CURLOPT_PREREQFUNCTION, "CURLOPT_PREREQFUNCTION", "7.80.0"},
    {SPK_CURLOPT_PREREQDATA, "CURLOPT_PREREQDATA", "7.80.0"},
    {SPK_CURLOPT_PROTOCOLS_STR, "CURLOPT_PROTOCOLS_STR", "7.85.0"},
    {SPK_CURLOPT_REDIR_PROTOCOLS_STR, "CURLOPT_REDIR_PROTOCOLS_STR", "7.85.0"},
    {SPK_CURLOPT_CA_CACHE_TIMEOUT, "CURLOPT_CA_CACHE_TIMEOUT", "7.87.0"},
    {SPK_CURLOPT_QUICK_EXIT, "CURLOPT_QUICK_EXIT", "7.87.0"},
};

#if LIBCURL_VERSION_NUM >= 0x075700
_Static_assert(SPK_CURLOPT_MAXLIFETIME_CONN == CURLOPT_MAXLIFETIME_CONN &&
                   SPK_CURLOPT_CA_CACHE_TIMEOUT == CURLOPT_CA_CACHE_TIMEOUT &&
                   SPK_CURLOPT_QUICK_EXIT == CURLOPT_QUICK_EXIT &&
                   SPK_CURLOPT_PREREQDATA == CURLOPT_PREREQDATA &&
                   SPK_CURLOPT_PROTOCOLS_STR == CURLOPT_PROTOCOLS_STR &&
                   SPK_CURLOPT_REDIR_PROTOCOLS_STR == CURLOPT_REDIR_PROTOCOLS_STR &&
                   SPK_CURLOPT_PREREQFUNCTION == CURLOPT_PREREQFUNCTION &&
                   SPK_CURLOPT_SSLCERT_BLOB == CURLOPT_SSLCERT_BLOB &&
                   SPK_CURLOPT_SSLKEY_BLOB == CURLOPT_SSLKEY_BLOB &&
                   SPK_CURLOPT_CAINFO_BLOB == CURLOPT_CAINFO_BLOB,
               "the numbers are those of curl.h");
#endif

static bool explain(CURLoption option, CURLcode code, struct spk_err *err)
{
    const char *version = curl_version_info(CURLVERSION_NOW)->version;
    char number[32];
    struct newer row = {option, number, NULL};

    (void)snprintf(number, sizeof(number), "option %d", (int)option);
    for (size_t i = 0; i < SPK_LEN(newer); i++)
        if (newer[i].option == option)
            row = newer[i];
    if (code == CURLE_UNKNOWN_OPTION && row.since)
        return spk_fail(err, SPK_INTERNAL_ERROR,
                        "libcurl %s does not know %s, which is needed here: install libcurl "
                        "%s or newer",
                        version, row.name, row.since);
    return spk_fail(err, SPK_INTERNAL_ERROR,
                    "libcurl %s does not take %s, which is needed: %s", version, row.name,
                    curl_easy_strerror(code));
}

bool spk_easy_long(CURL *easy, CURLoption option, long value, struct spk_err *err)
{
    CURLcode code = curl_easy_setopt(easy, option, value);

    return code == CURLE_OK || explain(option, code, err);
}

bool spk_easy_text(CURL *easy, CURLoption option, const char *text, struct spk_err *err)
{
    CURLcode code = curl_easy_setopt(easy, option, text);

    return code == CURLE_OK || explain(option, code, err);
}

bool spk_easy_blob(CURL *easy, CURLoption option, const char *data, size_t length,
                   struct spk_err *err)
{
    void *bytes;

    if (!data)
        return true;
    memcpy(&bytes, &data, sizeof(bytes)); /* libcurl does not write to it */
    struct curl_blob blob = {bytes, length, CURL_BLOB_NOCOPY};
    CURLcode code = curl_easy_setopt(easy, option, &blob);
    return code == CURLE_OK || explain(option, code, err);
}

bool spk_easy_long_if_known(CURL *easy, CURLoption option, long value, struct spk_err *err)
{
    CURLcode code = curl_easy_setopt(easy, option, value);

    return code == CURLE_OK || code == CURLE_UNKNOWN_OPTION || explain(option, code, err);
}

bool spk_easy_text_or_bits(CURL *easy, CURLoption option, const char *text, CURLoption older,
                           long bits, struct spk_err *err)
{
    CURLcode code = curl_easy_setopt(easy, option, text);

    if (code == CURLE_UNKNOWN_OPTION)
        return spk_easy_long(easy, older, bits, err);
    return code == CURLE_OK || explain(option, code, err);
}
