/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/http/endpoint.h"

#include "apiserver/http/easy.h"
#include "base/limits.h"

#include <string.h>
#include <sys/utsname.h>

static struct spk_bytes copy_bytes(struct spk_arena *arena, struct spk_bytes bytes)
{
    struct spk_bytes copy = {NULL, bytes.length};

    if (bytes.data)
        copy.data = spk_strndup(arena, bytes.data, bytes.length);
    return copy;
}

static struct spk_strings copy_strings(struct spk_arena *arena, struct spk_strings list)
{
    struct spk_strings copy = {0};

    for (size_t i = 0; i < list.n; i++)
        spk_strings_add(arena, &copy, spk_strdup(arena, list.items[i]));
    return copy;
}

static struct spk_kube_config copy_config(struct spk_arena *arena,
                                          const struct spk_kube_config *config)
{
    struct spk_kube_config copy = *config;
    const char **texts[] = {
        &copy.source,  &copy.address.host, &copy.address.port, &copy.address.prefix,
        &copy.ns,      &copy.proxy_url,    &copy.no_proxy,     &copy.tls_server_name,
        &copy.token,   &copy.token_file,   &copy.username,     &copy.password,
        &copy.as.user, &copy.as.uid,       &copy.mode,
    };
    struct spk_bytes *bytes[] = {&copy.ca, &copy.client_certificate, &copy.client_key};
    struct spk_strings *lists[] = {&copy.as.groups, &copy.as.extra_keys, &copy.as.extra_values,
                                   &copy.warnings};

    for (size_t i = 0; i < SPK_LEN(texts); i++)
        *texts[i] = spk_strdup(arena, *texts[i]);
    for (size_t i = 0; i < SPK_LEN(bytes); i++)
        *bytes[i] = copy_bytes(arena, *bytes[i]);
    for (size_t i = 0; i < SPK_LEN(lists); i++)
        *lists[i] = copy_strings(arena, *lists[i]);
    return copy;
}

static const char *user_agent(struct spk_arena *arena, const char *mode)
{
    struct utsname system;
    const char *machine = uname(&system) == 0 ? system.machine : "unknown";

    return spk_printf(arena, "sparksubmit/%s (linux/%.32s) %.32s", SPK_VERSION, machine,
                      mode ? mode : "library");
}

bool spk_endpoint_open(struct spk_arena *arena, const struct spk_kube_config *config,
                       struct spk_endpoint *out, struct spk_err *err)
{
    struct spk_endpoint endpoint = {.config = copy_config(arena, config)};
    struct spk_kube_address named = endpoint.config.address;
    const char *connect_to = NULL;

    endpoint.url = endpoint.base = spk_kube_address_url(arena, &endpoint.config.address);
    endpoint.user_agent = user_agent(arena, config->mode);
    if (config->tls_server_name && named.tls) {
        /* The URL carries the certificate's name, the connection goes to the address. */
        const char *authority = strstr(endpoint.url, "://") + 3;
        authority = spk_strndup(arena, authority, strcspn(authority, "/"));
        named.host = endpoint.config.tls_server_name;
        endpoint.base = spk_kube_address_url(arena, &named);
        connect_to = spk_printf(arena, "::%s", authority);
        endpoint.host = spk_printf(arena, "Host: %s", authority);
    }
    if (!spk_impersonation_headers(arena, &endpoint.config.as, &endpoint.as, err))
        return false;
    if (connect_to) {
        endpoint.connect_to = curl_slist_append(NULL, connect_to);
        if (!endpoint.connect_to)
            return spk_fail(err, SPK_INTERNAL_ERROR, "out of memory");
    }
    *out = endpoint;
    return true;
}

void spk_endpoint_close(struct spk_endpoint *endpoint)
{
    curl_slist_free_all(endpoint->connect_to);
    endpoint->connect_to = NULL;
}

/* Options that are numbers; newer: a library that does not know it does not need it either. */
static const struct {
    CURLoption option;
    long value;
    bool newer;
} numbers[] = {
    {CURLOPT_NOSIGNAL, 1, false},                 /* SIGALRM belongs to the whole process */
    {CURLOPT_NETRC, CURL_NETRC_IGNORED, false},   /* a password that nobody configured */
    {CURLOPT_UNRESTRICTED_AUTH, 0, false},        /* credentials are for the one host */
    {CURLOPT_FOLLOWLOCATION, 0, false},           /* no API server redirects a client */
    {CURLOPT_PATH_AS_IS, 1, false},               /* dot segments would become another path */
    {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1, false}, /* a proxy's are not the answer's */
    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2, false}, /* as kube-apiserver's default */
    {CURLOPT_SSL_ENABLE_ALPN, 1, false},                  /* HTTP/2 is agreed on by it */
    /* A resumed session skips the chain's verification. */
    {CURLOPT_SSL_SESSIONID_CACHE, 0, false},
    {SPK_CURLOPT_CA_CACHE_TIMEOUT, 0, true}, /* else a parsed CA outlives its file for 24 h */
    {CURLOPT_PIPEWAIT, 1, false}, /* else a cold burst opens a connection for each */
    /* Idle connections that a firewall has forgotten end within 3 minutes. */
    {CURLOPT_TCP_KEEPALIVE, 1, false},
    {CURLOPT_TCP_KEEPIDLE, 30, false},
    {CURLOPT_TCP_KEEPINTVL, 15, false},
    {CURLOPT_MAXAGE_CONN, 90, false}, /* idle for longer, it may be half closed */
    /* Else the end of a request waits for the thread that still asks a name server. */
    {SPK_CURLOPT_QUICK_EXIT, 1, true},
    {SPK_CURLOPT_MAXLIFETIME_CONN, 600, true}, /* spreads load after API servers restarted */
};

static bool apply_tls(const struct spk_kube_config *config, CURL *easy, struct spk_err *err)
{
    long verify = config->insecure ? 0 : 1;
    const struct {
        CURLoption option;
        const struct spk_bytes *pem;
    } pems[] = {
        {SPK_CURLOPT_CAINFO_BLOB, &config->ca},
        {SPK_CURLOPT_SSLCERT_BLOB, &config->client_certificate},
        {SPK_CURLOPT_SSLKEY_BLOB, &config->client_key},
    };

    for (size_t i = 0; i < SPK_LEN(pems); i++)
        if (!spk_easy_blob(easy, pems[i].option, pems[i].pem->data, pems[i].pem->length, err))
            return false;
    return spk_easy_long(easy, CURLOPT_SSL_VERIFYPEER, verify, err) &&
           spk_easy_long(easy, CURLOPT_SSL_VERIFYHOST, verify * 2, err) &&
           /* Where a CA is named, only that one counts: no directory of the system beside it.
            */
           (!config->ca.data || spk_easy_text(easy, CURLOPT_CAPATH, NULL, err)) &&
           spk_easy_text(easy, CURLOPT_SSLCERTTYPE, "PEM", err) &&
           spk_easy_text(easy, CURLOPT_SSLKEYTYPE, "PEM", err);
}

/* An empty text keeps libcurl from asking the environment. */
static bool apply_proxy(const struct spk_kube_config *config, CURL *easy, struct spk_err *err)
{
    const char *proxy = config->proxy_url ? config->proxy_url : "";
    const char *none = config->no_proxy ? config->no_proxy : "";

    return spk_easy_text(easy, CURLOPT_PROXY, proxy, err) &&
           spk_easy_text(easy, CURLOPT_NOPROXY, none, err);
}

/* The one protocol of the address; nothing is redirected, so the second list is a safeguard.
 */
static bool apply_protocols(const struct spk_kube_config *config, CURL *easy,
                            struct spk_err *err)
{
    bool tls = config->address.tls;
    long version = config->http1 ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS;

    return spk_easy_long(easy, CURLOPT_HTTP_VERSION, version, err) &&
           spk_easy_text_or_bits(easy, SPK_CURLOPT_PROTOCOLS_STR, tls ? "https" : "http",
                                 SPK_CURLOPT_PROTOCOLS, tls ? CURLPROTO_HTTPS : CURLPROTO_HTTP,
                                 err) &&
           spk_easy_text_or_bits(easy, SPK_CURLOPT_REDIR_PROTOCOLS_STR, "https",
                                 SPK_CURLOPT_REDIR_PROTOCOLS, CURLPROTO_HTTPS, err);
}

bool spk_endpoint_apply(const struct spk_endpoint *endpoint, CURL *easy, struct spk_err *err)
{
    const struct spk_kube_config *config = &endpoint->config;
    long connect_ms = config->connect_timeout_ms ? config->connect_timeout_ms
                                                 : SPK_KUBE_CONNECT_MS;

    curl_easy_reset(easy);
    for (size_t i = 0; i < SPK_LEN(numbers); i++) {
        CURLoption option = numbers[i].option;
        long value = numbers[i].value;

        if (numbers[i].newer ? !spk_easy_long_if_known(easy, option, value, err)
                             : !spk_easy_long(easy, option, value, err))
            return false;
    }
    if (curl_easy_setopt(easy, CURLOPT_CONNECT_TO, endpoint->connect_to) != CURLE_OK)
        return spk_fail(err, SPK_INTERNAL_ERROR, "libcurl does not take CURLOPT_CONNECT_TO");
    return apply_protocols(config, easy, err) &&
           spk_easy_text(easy, CURLOPT_USERAGENT, endpoint->user_agent, err) &&
           spk_easy_long(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms, err) &&
           apply_tls(config, easy, err) && apply_proxy(config, easy, err);
}

bool spk_endpoint_apply_multi(CURLM *multi, long connections, struct spk_err *err)
{
    const struct {
        CURLMoption option;
        long value;
    } options[] = {
        {CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX}, /* streams of HTTP/2 share connections */
        /* Without a limit every transfer above the stream limit opens its own connection. */
        {CURLMOPT_MAX_HOST_CONNECTIONS, connections},
        /* Room for those that are being replaced. */
        {CURLMOPT_MAX_TOTAL_CONNECTIONS, 2 * connections},
        {CURLMOPT_MAX_CONCURRENT_STREAMS, 100}, /* as many as limits.h reckons with */
    };

    for (size_t i = 0; i < SPK_LEN(options); i++)
        if (curl_multi_setopt(multi, options[i].option, options[i].value) != CURLM_OK)
            return spk_fail(err, SPK_INTERNAL_ERROR, "libcurl %s does not take option %d",
                            curl_version_info(CURLVERSION_NOW)->version,
                            (int)options[i].option);
    return true;
}
