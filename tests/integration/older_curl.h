/* SPDX-License-Identifier: Apache-2.0 */
/**
 * older_curl.h: a libcurl that does not know some options: with SPK_TEST_OLDER_LIBCURL in the
 * environment none that came after 7.77.0.
 */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>

/** From now on option is unknown, too; 0: none. */
void older_curl_forgets(CURLoption option);

/** The protocols that every handle so far was limited to, for requests or for redirects, in
 * whatever form the library takes: "https"; NULL: none was set. */
const char *older_curl_protocols(bool of_redirects);

/** Whether the environment asks for an old library. */
bool older_curl_is_played(void);
