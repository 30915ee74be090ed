/* SPDX-License-Identifier: Apache-2.0 */
/**
 * easy.h: options of a libcurl handle. The library that is there at run time may be older than
 * the header, and the header older than an option: such an option is left out where the caller
 * can do without, and named otherwise.
 *
 * @source https://curl.se/libcurl/c/symbols-in-versions.html
 */
#pragma once

#include "base/err.h"

#include <curl/curl.h>

/** Options newer than some libraries that are still in use, by the numbers of curl.h. */
#define SPK_CURLOPT_MAXLIFETIME_CONN    ((CURLoption)314)
#define SPK_CURLOPT_CA_CACHE_TIMEOUT    ((CURLoption)321)
#define SPK_CURLOPT_QUICK_EXIT          ((CURLoption)322)
#define SPK_CURLOPT_PREREQDATA          ((CURLoption)10313)
#define SPK_CURLOPT_PROTOCOLS_STR       ((CURLoption)10318)
#define SPK_CURLOPT_REDIR_PROTOCOLS_STR ((CURLoption)10319)
#define SPK_CURLOPT_PREREQFUNCTION      ((CURLoption)20312)
#define SPK_CURLOPT_SSLCERT_BLOB        ((CURLoption)40291)
#define SPK_CURLOPT_SSLKEY_BLOB         ((CURLoption)40292)
#define SPK_CURLOPT_CAINFO_BLOB         ((CURLoption)40309)

/** Options that newer headers call deprecated: protocols as bits instead of names. */
#define SPK_CURLOPT_PROTOCOLS       ((CURLoption)181)
#define SPK_CURLOPT_REDIR_PROTOCOLS ((CURLoption)182)

/** Set an option. @errors INTERNAL_ERROR  names the option and the library's version */
bool spk_easy_long(CURL *easy, CURLoption option, long value, struct spk_err *err) SPK_CHECK;
bool spk_easy_text(CURL *easy, CURLoption option, const char *text,
                   struct spk_err *err) SPK_CHECK;

/** Bytes that live as long as the handle; none leave the option alone. */
bool spk_easy_blob(CURL *easy, CURLoption option, const char *data, size_t length,
                   struct spk_err *err) SPK_CHECK;

/** Set an option unless the library is too old to know it. */
bool spk_easy_long_if_known(CURL *easy, CURLoption option, long value,
                            struct spk_err *err) SPK_CHECK;

/** Set option to text or, where the library is too old to know it, older to bits. */
bool spk_easy_text_or_bits(CURL *easy, CURLoption option, const char *text, CURLoption older,
                           long bits, struct spk_err *err) SPK_CHECK;
