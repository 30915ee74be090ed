/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/config/discover.h"
#include "apiserver/config/exec.h"
#include "base/base64.h"
#include "base/limits.h"

#include "test.h"

#include <sys/stat.h>
#include <unistd.h>

#define MEMORY (32U << 20)
#define PEM    "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n"

static char directory[] = "/tmp/spk-kubeconfig-XXXXXX";

/* Write a file of the test's directory; returns its path. */
static const char *put(struct spk_arena *arena, const char *name, const char *text)
{
    const char *path = spk_printf(arena, "%s/%s", directory, name);

    (void)unlink(path);
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT(fputs(text, file) >= 0);
    CU_ASSERT_EQUAL(fclose(file), 0);
    CU_ASSERT_EQUAL(chmod(path, 0600), 0);
    return path;
}

/* A kubeconfig with one cluster, user and context, whose bodies are given. */
static const char *kubeconfig(struct spk_arena *arena, const char *cluster, const char *user)
{
    return spk_printf(
        arena,
        "apiVersion: v1\nkind: Config\npreferences: {}\n"
        "clusters:\n- name: c\n  cluster: {%s}\n"
        "users:\n- name: u\n  user: {%s}\n"
        "contexts:\n- name: x\n  context: {cluster: c, user: u, namespace: team}\n"
        "current-context: x\n",
        cluster, user);
}

static bool load(struct spk_arena *arena, const char *text, struct spk_kube_config *out,
                 struct spk_err *err)
{
    struct spk_kube_source source = {.kubeconfig = put(arena, "config", text)};

    return spk_kube_config_load(arena, &source, out, err);
}

#define SERVER "server: 'https://10.0.0.1:6443'"

static void test_every_feature_is_read(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = {0};
    struct spk_err err = {0};
    const char *pem = spk_base64_encode(&arena, PEM, strlen(PEM));
    const char *cluster = spk_printf(&arena,
                                     "server: 'https://[::1]:6443/k8s/c-1/', "
                                     "certificate-authority: nowhere, "
                                     "certificate-authority-data: %s, tls-server-name: api.x, "
                                     "proxy-url: 'socks5://p:1080', unknown: {a: [b]}",
                                     pem);
    const char *user = spk_printf(&arena,
                                  "client-certificate-data: %s, client-key-data: %s, "
                                  "token: t, as: other, as-uid: '7', as-groups: [g, h], "
                                  "as-user-extra: {Scope: [a, b]}",
                                  pem, pem);

    CU_ASSERT_FATAL(load(&arena, kubeconfig(&arena, cluster, user), &config, &err));
    SPK_ASSERT_TEXT(spk_kube_address_url(&arena, &config.address),
                    "https://[::1]:6443/k8s/c-1");
    SPK_ASSERT_TEXT(config.ns, "team");
    SPK_ASSERT_TEXT(config.ca.data, PEM);
    SPK_ASSERT_TEXT(config.client_certificate.data, PEM);
    SPK_ASSERT_TEXT(config.client_key.data, PEM);
    SPK_ASSERT_TEXT(config.tls_server_name, "api.x");
    SPK_ASSERT_TEXT(config.proxy_url, "socks5://p:1080");
    SPK_ASSERT_TEXT(config.token, "t");
    SPK_ASSERT_TEXT(config.as.user, "other");
    SPK_ASSERT_TEXT(config.as.uid, "7");
    CU_ASSERT_EQUAL(config.as.groups.n, 2);
    CU_ASSERT_EQUAL_FATAL(config.as.extra_values.n, 2);
    SPK_ASSERT_TEXT(config.as.extra_keys.items[1], "Scope");
    SPK_ASSERT_TEXT(config.as.extra_values.items[1], "b");
    SPK_ASSERT_TEXT(config.source,
                    spk_printf(&arena, "kubeconfig '%s/config', context 'x'", directory));
    CU_ASSERT_EQUAL(config.warnings.n, 0);
}

static void test_paths_are_relative_to_their_file(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = {0};
    struct spk_err err = {0};

    (void)put(&arena, "ca.pem", PEM "ca");
    (void)put(&arena, "cert.pem", PEM "cert");
    const char *key = put(&arena, "key.pem", PEM "key");
    const char *user = spk_printf(
        &arena, "client-certificate: ./cert.pem, client-key: '%s', tokenFile: sub/token", key);
    CU_ASSERT_FATAL(load(&arena,
                         kubeconfig(&arena, SERVER ", certificate-authority: ca.pem", user),
                         &config, &err));
    SPK_ASSERT_TEXT(config.ca.data, PEM "ca");
    SPK_ASSERT_TEXT(config.client_certificate.data, PEM "cert");
    SPK_ASSERT_TEXT(config.client_key.data, PEM "key");
    SPK_ASSERT_TEXT(config.token_file, spk_printf(&arena, "%s/sub/token", directory));
}

static void test_json_is_yaml(void)
{
    static const char text[] =
        "{\"apiVersion\":\"v1\",\"kind\":\"Config\",\"current-context\":\"x\",\n"
        "\t\"clusters\":[{\"name\":\"c\",\"cluster\":{\"server\":\"https:\\/\\/h\"}}],"
        "\"users\":[{\"name\":\"u\",\"user\":{\"username\":\"n\",\"password\":\"p\"}}],"
        "\"contexts\":[{\"name\":\"x\",\"context\":{\"cluster\":\"c\",\"user\":\"u\"}}]}";
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = {0};
    struct spk_err err = {0};

    CU_ASSERT_FATAL(load(&arena, text, &config, &err));
    SPK_ASSERT_TEXT(spk_kube_address_url(&arena, &config.address), "https://h:443");
    SPK_ASSERT_TEXT(config.username, "n");
    SPK_ASSERT_TEXT(config.password, "p");
    CU_ASSERT_PTR_NULL(config.ns);
}

static void test_in_a_list_the_first_definition_wins(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = {0};
    struct spk_err err = {0};
    const char *first = put(&arena, "first",
                            "clusters:\n- name: c\n  cluster: {server: 'https://first'}\n"
                            "current-context: x\n");
    const char *second =
        put(&arena, "second",
            "clusters:\n- name: c\n  cluster: {server: 'https://second', tls-server-name: n}\n"
            "- name: d\n  cluster: {server: 'https://d'}\n"
            "users:\n- name: u\n  user: {token: second}\ncurrent-context: y\n");
    const char *third = put(&arena, "third",
                            "contexts:\n- name: x\n  context: {cluster: c, user: u}\n"
                            "- name: y\n  context: {cluster: d, user: u, namespace: z}\n"
                            "users:\n- name: u\n  user: {token: third}\n");
    struct spk_kube_source source = {
        .kubeconfig_list =
            spk_printf(&arena, "%s/missing::%s:%s:%s", directory, first, second, third),
        .service_host = "10.0.0.1"};

    CU_ASSERT_FATAL(spk_kube_config_load(&arena, &source, &config, &err));
    SPK_ASSERT_TEXT(config.address.host, "first");
    SPK_ASSERT_TEXT(config.token, "second");
    CU_ASSERT_PTR_NULL(config.tls_server_name);
    source.context = "y";
    source.ns = "given";
    CU_ASSERT_FATAL(spk_kube_config_load(&arena, &source, &config, &err));
    SPK_ASSERT_TEXT(config.address.host, "d");
    SPK_ASSERT_TEXT(config.ns, "given");
    source.context = NULL;
    source.server = "https://elsewhere:1234";
    CU_ASSERT_FATAL(spk_kube_config_load(&arena, &source, &config, &err));
    SPK_ASSERT_TEXT(config.address.host, "elsewhere");
    SPK_ASSERT_TEXT(config.token, "second");
}

static void test_the_sources_have_an_order(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = {0};
    struct spk_err err = {0};

    (void)put(&arena, "token", "pod-token\n");
    (void)put(&arena, "ca.crt", PEM);
    (void)put(&arena, "namespace", "pod-ns\n");
    (void)mkdir(spk_printf(&arena, "%s/.kube", directory), 0700);
    (void)put(&arena, ".kube/config",
              kubeconfig(&arena, "server: 'https://home'", "token: h"));
    const char *flag =
        put(&arena, "flag", kubeconfig(&arena, "server: 'https://flag'", "token: f"));
    const char *list =
        put(&arena, "list", kubeconfig(&arena, "server: 'https://list'", "token: l"));
    struct spk_kube_source source = {.kubeconfig = flag,
                                     .kubeconfig_list = list,
                                     .home = directory,
                                     .service_account = directory,
                                     .service_host = "fd00::1",
                                     .service_port_https = "6443",
                                     .service_port = "1",
                                     .https_proxy = "http://proxy:3128",
                                     .no_proxy = "a,b"};

    CU_ASSERT_FATAL(spk_kube_config_load(&arena, &source, &config, &err));
    SPK_ASSERT_TEXT(config.address.host, "flag");
    SPK_ASSERT_TEXT(config.proxy_url, "http://proxy:3128");
    SPK_ASSERT_TEXT(config.no_proxy, "a,b");
    source.kubeconfig = NULL;
    CU_ASSERT_FATAL(spk_kube_config_load(&arena, &source, &config, &err));
    SPK_ASSERT_TEXT(config.address.host, "list");
    source.kubeconfig_list = "/missing";
    CU_ASSERT_FATAL(spk_kube_config_load(&arena, &source, &config, &err));
    SPK_ASSERT_TEXT(config.source, "in-cluster");
    SPK_ASSERT_TEXT(spk_kube_address_url(&arena, &config.address), "https://[fd00::1]:6443");
    SPK_ASSERT_TEXT(config.ca.data, PEM);
    SPK_ASSERT_TEXT(config.ns, "pod-ns");
    SPK_ASSERT_TEXT(config.token_file, spk_printf(&arena, "%s/token", directory));
    CU_ASSERT_PTR_NULL(config.proxy_url);
    SPK_ASSERT_TEXT(config.no_proxy, "*");
    source.service_port_https = "";
    CU_ASSERT_FATAL(spk_kube_config_load(&arena, &source, &config, &err));
    SPK_ASSERT_TEXT(config.address.port, "1");
    source.home_first = true;
    CU_ASSERT_FATAL(spk_kube_config_load(&arena, &source, &config, &err));
    SPK_ASSERT_TEXT(config.address.host, "home");
    source.home_first = false;
    source.service_host = NULL;
    CU_ASSERT_FATAL(spk_kube_config_load(&arena, &source, &config, &err));
    SPK_ASSERT_TEXT(config.address.host, "home");
    source.home = NULL;
    CU_ASSERT_FALSE(spk_kube_config_load(&arena, &source, &config, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_CREDENTIALS_MISSING);
    source.server = "https://explicit";
    CU_ASSERT_FATAL(spk_kube_config_load(&arena, &source, &config, &err));
    SPK_ASSERT_TEXT(config.address.host, "explicit");
    source.service_host = "10.0.0.1";
    source.service_account = "/missing"; /* a Pod without a token: the address is enough */
    CU_ASSERT_FATAL(spk_kube_config_load(&arena, &source, &config, &err));
    SPK_ASSERT_TEXT(config.source, "the given address");
    source.server = NULL;
    CU_ASSERT_FALSE(spk_kube_config_load(&arena, &source, &config, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_INVALID_FIELD);
}

static void test_a_given_bearer_needs_no_login_of_the_user(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = {0};
    struct spk_err err = {0};
    const char *text = kubeconfig(&arena, SERVER, "exec: {command: c}, as: other");
    struct spk_kube_source source = {.kubeconfig = put(&arena, "config", text)};

    CU_ASSERT_FALSE(spk_kube_config_load(&arena, &source, &config, &err));
    source.has_bearer = true;
    CU_ASSERT_FATAL(spk_kube_config_load(&arena, &source, &config, &err));
    SPK_ASSERT_TEXT(config.as.user, "other");
}

#define EXEC "exec: {apiVersion: client.authentication.k8s.io/v1, command: ./bin/c, "

static void test_a_command_is_known_where_it_may_be_run(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = {0};
    struct spk_err err = {0};
    const char *text =
        kubeconfig(&arena, SERVER,
                   EXEC "args: [a, '$(b)'], env: [{name: N, value: V}], installHint: h, "
                        "provideClusterInfo: true}");
    const char *path = put(&arena, "config", text);
    struct spk_kube_source source = {.kubeconfig = path, .allow_exec = true};

    CU_ASSERT_FATAL(spk_kube_config_load(&arena, &source, &config, &err));
    CU_ASSERT_PTR_NOT_NULL_FATAL(config.exec);
    SPK_ASSERT_TEXT(config.exec->command, spk_printf(&arena, "%.*s/./bin/c",
                                                     (int)(strrchr(path, '/') - path), path));
    SPK_ASSERT_TEXT(
        spk_join(&arena, config.exec->arguments.items, config.exec->arguments.n, " "),
        "a $(b)");
    SPK_ASSERT_TEXT(config.exec->variables.items[0], "N");
    SPK_ASSERT_TEXT(config.exec->values.items[0], "V");
    SPK_ASSERT_TEXT(config.exec->install_hint, "h");
    const char *info = spk_kube_exec_info(&arena, config.exec, &config);
    CU_ASSERT_PTR_NOT_NULL(strstr(info, "\"kind\":\"ExecCredential\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(info, "\"server\":\"https://"));
    CU_ASSERT_PTR_NOT_NULL(strstr(info, "\"interactive\":false"));
}

static void test_a_token_wins_over_a_command(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = {0};
    struct spk_err err = {0};
    const char *text = kubeconfig(&arena, SERVER, EXEC "}, token: t");
    struct spk_kube_source source = {.kubeconfig = put(&arena, "config", text)};

    CU_ASSERT_FATAL(spk_kube_config_load(&arena, &source, &config, &err));
    CU_ASSERT_PTR_NULL(config.exec);
    SPK_ASSERT_TEXT(config.token, "t");
}

static void test_what_a_command_prints_is_taken_or_refused(void)
{
#define V1           "\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\""
#define STATUS(text) "{" V1 ",\"status\":{" text "}}"
    static const struct {
        const char *printed, *token, *certificate, *text;
    } cases[] = {
        {STATUS("\"token\":\"t\""), "t", NULL, ""},
        {STATUS("\"clientCertificateData\":\"C\",\"clientKeyData\":\"K\""), NULL, "C", ""},
        {STATUS("\"token\":\"t\",\"clientCertificateData\":\"C\",\"clientKeyData\":\"K\""),
         "t", "C", ""},
        {"", NULL, NULL, "it printed no ExecCredential"},
        {"SECRET", NULL, NULL, "it printed no ExecCredential"},
        {"{\"kind\":\"Secret\"}", NULL, NULL, "it printed no ExecCredential"},
        {"{\"apiVersion\":\"client.authentication.k8s.io/"
         "v1beta1\",\"kind\":\"ExecCredential\"}",
         NULL, NULL,
         "it printed an ExecCredential of another version than "
         "client.authentication.k8s.io/v1"},
        {"{" V1 "}", NULL, NULL, "it printed an ExecCredential without token and certificate"},
        {STATUS("\"token\":7"), NULL, NULL,
         "it printed an ExecCredential without token and certificate"},
        {STATUS("\"clientCertificateData\":\"SECRET\""), NULL, NULL,
         "it printed a client certificate without key, or a key without one"},
    };
    const struct spk_kube_exec exec = {.api_version = "client.authentication.k8s.io/v1"};

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
        struct spk_bytes printed = {cases[i].printed, strlen(cases[i].printed)};
        struct spk_kube_config config = {0};
        struct spk_err err = {0};
        bool ok = spk_kube_exec_take(&arena, &exec, printed, &config, &err);

        CU_ASSERT_EQUAL(ok, !*cases[i].text);
        SPK_ASSERT_TEXT(err.text, cases[i].text);
        SPK_ASSERT_TEXT(config.token, cases[i].token);
        SPK_ASSERT_TEXT(config.client_certificate.data, cases[i].certificate);
    }
#undef V1
#undef STATUS
}

static void test_a_file_without_a_context_says_nothing_of_a_given_server(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = {0};
    struct spk_err err = {0};
    const char *text = spk_replace(&arena, kubeconfig(&arena, SERVER, "token: t"),
                                   "current-context: x", "current-context: ''");
    struct spk_kube_source source = {.kubeconfig_list = put(&arena, "config", text)};

    CU_ASSERT_FALSE(spk_kube_config_load(&arena, &source, &config, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_CREDENTIALS_MISSING);
    source.server = "https://explicit";
    CU_ASSERT_FATAL(spk_kube_config_load(&arena, &source, &config, &err));
    SPK_ASSERT_TEXT(config.address.host, "explicit");
    CU_ASSERT_PTR_NULL(config.token);
    source.context = "x";
    CU_ASSERT_FATAL(spk_kube_config_load(&arena, &source, &config, &err));
    SPK_ASSERT_TEXT(config.token, "t");
}

/* cluster and user bodies, and the end of the error's text; "{}" marks the file's place. */
static const struct {
    const char *cluster, *user;
    enum spk_reason reason;
    const char *text;
} bodies[] = {
    {SERVER, "exec: {command: SECRET}", SPK_INVALID_FIELD,
     "config: line 9, column 10: exec needs the apiVersion client.authentication.k8s.io/v1 or "
     "client.authentication.k8s.io/v1beta1"},
    {SERVER, "exec: {apiVersion: client.authentication.k8s.io/v1, args: [SECRET]}",
     SPK_INVALID_FIELD, "config: line 9, column 10: exec needs a command"},
    {SERVER, "exec: {apiVersion: client.authentication.k8s.io/v1, command: c, args: SECRET}",
     SPK_INVALID_FIELD, "config: line 9, column 74: args must be a list"},
    {SERVER,
     "exec: {apiVersion: client.authentication.k8s.io/v1, command: c, env: [{value: SECRET}]}",
     SPK_INVALID_FIELD, "config: line 9, column 80: a variable has a name and a value"},
    {SERVER,
     "exec: {apiVersion: client.authentication.k8s.io/v1, command: c, interactiveMode: "
     "Always}",
     SPK_UNSUPPORTED_FEATURE,
     "config: line 9, column 10: exec wants to ask a person, who is not there"},
    {SERVER, "exec: {apiVersion: client.authentication.k8s.io/v1, command: SECRET}",
     SPK_UNSUPPORTED_FEATURE,
     "exec (a command that makes credentials) is not run here: use token, tokenFile or a "
     "client certificate"},
    {SERVER, "auth-provider: {name: gcp}", SPK_UNSUPPORTED_FEATURE,
     "config: line 9, column 10: auth-provider was removed from Kubernetes in 1.26 in favour "
     "of "
     "exec: use token, tokenFile or a client certificate"},
    {"server: 'http://10.0.0.1'", "", SPK_INVALID_FIELD,
     "plain http is only for a loopback address"},
    {"server: 'http://127.0.0.1.evil.com'", "", SPK_INVALID_FIELD,
     "plain http is only for a loopback address"},
    {"server: 'http://127.0.0.1:1'", "username: SECRET", SPK_INVALID_FIELD,
     "a password is only sent over https"},
    {"server: '10.0.0.1'", "", SPK_INVALID_FIELD,
     "config: line 6, column 13: server must start with https://"},
    {"server: 'https://SECRET@h'", "", SPK_INVALID_FIELD,
     "server must be an address without user, query or fragment"},
    {"server: 'https://h:0'", "", SPK_INVALID_FIELD, "server has no valid port"},
    {"server: 'https://h:65536'", "", SPK_INVALID_FIELD, "server has no valid port"},
    {"server: 'https://'", "", SPK_INVALID_FIELD, "server has no valid host"},
    {"server: 'https://a%20b'", "", SPK_INVALID_FIELD, "server has no valid host"},
    {"", "", SPK_CREDENTIALS_MISSING, "config: cluster 'c' names no server"},
    {SERVER ", insecure-skip-tls-verify: true", "", SPK_INVALID_FIELD,
     "insecure-skip-tls-verify is not allowed"},
    {SERVER ", insecure-skip-tls-verify: SECRET", "", SPK_INVALID_FIELD,
     "insecure-skip-tls-verify must be true or false"},
    {SERVER ", certificate-authority: [a]", "", SPK_INVALID_FIELD,
     "certificate-authority must be text"},
    {SERVER ", certificate-authority-data: SECRET", "", SPK_INVALID_FIELD,
     "certificate-authority-data is not base64"},
    {SERVER ", certificate-authority-data: U0VDUkVU", "", SPK_INVALID_FIELD,
     "the certificate authority is not a PEM certificate"},
    {SERVER ", certificate-authority: /missing", "", SPK_INVALID_FIELD,
     "cannot read '/missing': No such file or directory"},
    {SERVER ", proxy-url: 'ftp://SECRET@p'", "", SPK_INVALID_FIELD,
     "the proxy is not an http, https or socks5 address"},
    {SERVER, "client-key-data: MA==", SPK_INVALID_FIELD,
     "a client certificate needs its key, and a key its certificate"},
    {SERVER, "client-certificate-data: MA==", SPK_INVALID_FIELD,
     "a client certificate needs its key, and a key its certificate"},
    {SERVER, "client-certificate-data: MA==, client-key-data: RU5DUllQVEVEIFNFQ1JFVA==",
     SPK_INVALID_FIELD, "an encrypted client key is not supported"},
    {SERVER, "username: n, token: SECRET", SPK_INVALID_FIELD,
     "both a token and a password are given"},
    {SERVER, "as-groups: [SECRET]", SPK_INVALID_FIELD,
     "as-uid, as-groups and as-user-extra need as"},
    {SERVER, "as: a, as-groups: SECRET", SPK_INVALID_FIELD, "as-groups must be a list"},
    {SERVER, "as: a, as-user-extra: {k: SECRET}", SPK_INVALID_FIELD, "k must be a list"},
};

static void check_refusal(const char *text, const char *ending, enum spk_reason reason)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = {.ns = "untouched"};
    struct spk_err err = {0};

    CU_ASSERT_FALSE(load(&arena, text, &config, &err));
    SPK_ASSERT_TEXT(spk_reason_name(err.reason), spk_reason_name(reason));
    SPK_ASSERT_TEXT(config.ns, "untouched");
    CU_ASSERT_PTR_NULL(strstr(err.text, "SECRET"));
    if (!spk_ends_with(err.text, ending))
        fprintf(stderr, "\n'%s' does not end with '%s'\n", err.text, ending);
    CU_ASSERT(spk_ends_with(err.text, ending));
}

static void test_what_cannot_be_is_refused_by_name(void)
{
    for (size_t i = 0; i < SPK_LEN(bodies); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);

        check_refusal(kubeconfig(&arena, bodies[i].cluster, bodies[i].user), bodies[i].text,
                      bodies[i].reason);
    }
}

static void test_broken_files_are_refused_with_their_place(void)
{
    static const struct {
        const char *text, *ending;
    } cases[] = {
        {"a: &x SECRET\n", "line 1, column 4: anchors, aliases and tags are not allowed"},
        {"a: *SECRET\n", "line 1, column 4: anchors, aliases and tags are not allowed"},
        {"a: !!str SECRET\n", "line 1, column 4: anchors, aliases and tags are not allowed"},
        {"<<: {a: SECRET}\n", "line 1, column 1: merge keys are not allowed"},
        {"a: SECRET\na: 2\n", "line 2, column 1: the key 'a' is given twice"},
        {"a:\n\t- SECRET\n", "line 2, column 1: found character that cannot start any token"},
        {"a: SECRET\n---\nb: 1\n", "a second document is not allowed"},
        {"[SECRET]\n", "line 1, column 1: the file must be a map"},
        {"SECRET\n", "line 1, column 1: the file must be a map"},
        {"a: \"SECRET\n", "line 2, column 1: found unexpected end of stream"},
        {"a: [SECRET\n", "line 2, column 1: did not find expected ',' or ']'"},
        {"{a: SECRET\n", "line 2, column 1: did not find expected ',' or '}'"},
        {"? [a]\n: SECRET\n", "line 1, column 3: a key must be plain text"},
        {"a: \"\\0SECRET\"\n", "line 1, column 4: a NUL is not allowed"},
        {"a: \xff\n", "the file is not valid UTF-8"},
        {"clusters: {a: SECRET}\n", "line 1, column 1: clusters must be a list"},
        {"users: [SECRET]\n", "line 1, column 9: an entry needs a name"},
        {"users: [{user: SECRET}]\n", "line 1, column 9: an entry needs a name"},
        {"contexts:\n- name: a\n- name: a\n", "line 3, column 3: name is used twice"},
        {"contexts: []\n", "config: no context is chosen"},
        {"", "config: no context is chosen"},
        {"# nothing\n", "config: no context is chosen"},
        {"current-context: a\n", "config: there is no context 'a'"},
        {"current-context: a\ncontexts: [{name: a}]\n", "config: there is no cluster ''"},
        {"current-context: a\ncontexts: [{name: a, context: {cluster: b}}]\n",
         "config: there is no cluster 'b'"},
        {"current-context: a\ncontexts: [{name: a, context: [b]}]\n",
         "line 2, column 22: context must be a map"},
        {"current-context: a\ncontexts: [{name: a, context: {cluster: c, user: v}}]\n"
         "clusters: [{name: c, cluster: {server: 'https://h'}}]\n",
         "config: there is no user 'v'"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++)
        check_refusal(cases[i].text, cases[i].ending,
                      strstr(cases[i].ending, "config: ") ? SPK_CREDENTIALS_MISSING
                                                          : SPK_INVALID_FIELD);
}

static void test_files_are_bounded(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_buf deep = {.arena = &arena}, many = {.arena = &arena},
                   large = {.arena = &arena};

    spk_buf_text(&deep, "a: ");
    for (int i = 0; i < 32; i++)
        spk_buf_text(&deep, "[");
    check_refusal(spk_buf_string(&deep), "more than 32 levels", SPK_INVALID_FIELD);
    spk_buf_text(&many, "a: [");
    for (int i = 0; i < 20001; i++)
        spk_buf_text(&many, "0,");
    check_refusal(spk_buf_string(&many), "more than 20000 values", SPK_INVALID_FIELD);
    while (large.length < 2 * SPK_MAX_KUBECONFIG)
        spk_buf_text(&large, "# a comment that is long enough\n");
    check_refusal(spk_buf_string(&large), "larger than 1048576 bytes", SPK_INVALID_FIELD);
}

static void test_files_that_others_may_write_are_noticed(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = {0};
    struct spk_err err = {0};
    const char *path = put(&arena, "open", kubeconfig(&arena, SERVER, "token: t"));
    struct spk_kube_source source = {.kubeconfig = path};

    CU_ASSERT_EQUAL(chmod(path, 0620), 0);
    CU_ASSERT(spk_kube_config_load(&arena, &source, &config, &err));
    CU_ASSERT_EQUAL(config.warnings.n, 1);
    source.strict_files = true;
    CU_ASSERT_FALSE(spk_kube_config_load(&arena, &source, &config, &err));
    CU_ASSERT(spk_ends_with(err.text, "is writable by group or others"));
    source.kubeconfig = "/missing";
    CU_ASSERT_FALSE(spk_kube_config_load(&arena, &source, &config, &err));
    SPK_ASSERT_TEXT(err.text, "cannot read '/missing': No such file or directory");
}

static void test_what_is_dangerous_can_be_allowed(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = {0};
    struct spk_err err = {0};
    struct spk_kube_source source = {
        .kubeconfig = put(&arena, "http", kubeconfig(&arena, "server: 'http://10.0.0.1'", "")),
        .allow_http = true};

    CU_ASSERT(spk_kube_config_load(&arena, &source, &config, &err));
    CU_ASSERT_FALSE(config.address.tls);
    SPK_ASSERT_TEXT(config.address.port, "80");
    CU_ASSERT(load(&arena, kubeconfig(&arena, "server: 'http://[::1]:8001'", "token: t"),
                   &config, &err));
    source.kubeconfig = put(&arena, "insecure",
                            kubeconfig(&arena, SERVER ", insecure-skip-tls-verify: true", ""));
    source.allow_insecure = true;
    CU_ASSERT(spk_kube_config_load(&arena, &source, &config, &err));
    CU_ASSERT(config.insecure);
}

static void test_base64_goes_both_ways(void)
{
    static const char *const texts[] = {"",     "f",     "fo",     "foo",
                                        "foob", "fooba", "foobar", "\xff\xfe\xfd"};
    static const char *const broken[] = {"A",        "AA",   "AAA",  "A===", "AA=A",
                                         "AA==AAAA", "A A=", "====", "AA-_"};

    for (size_t i = 0; i < SPK_LEN(texts); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
        struct spk_bytes bytes = {0};

        CU_ASSERT_FATAL(spk_base64_decode(
            &arena, spk_base64_encode(&arena, texts[i], strlen(texts[i])), &bytes));
        CU_ASSERT_EQUAL(bytes.length, strlen(texts[i]));
        SPK_ASSERT_TEXT(bytes.data, texts[i]);
    }
    for (size_t i = 0; i < SPK_LEN(broken); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
        struct spk_bytes bytes = {"untouched", 1};

        CU_ASSERT_FALSE(spk_base64_decode(&arena, broken[i], &bytes));
        SPK_ASSERT_TEXT(bytes.data, "untouched");
    }
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    SPK_ASSERT_TEXT(spk_base64_encode(&arena, "fooba", 5), "Zm9vYmE=");
}

static CU_TestInfo tests[] = {
    SPK_TEST(every_feature_is_read),
    SPK_TEST(paths_are_relative_to_their_file),
    SPK_TEST(json_is_yaml),
    SPK_TEST(in_a_list_the_first_definition_wins),
    SPK_TEST(the_sources_have_an_order),
    SPK_TEST(a_given_bearer_needs_no_login_of_the_user),
    SPK_TEST(a_command_is_known_where_it_may_be_run),
    SPK_TEST(a_token_wins_over_a_command),
    SPK_TEST(what_a_command_prints_is_taken_or_refused),
    SPK_TEST(a_file_without_a_context_says_nothing_of_a_given_server),
    SPK_TEST(what_cannot_be_is_refused_by_name),
    SPK_TEST(broken_files_are_refused_with_their_place),
    SPK_TEST(files_are_bounded),
    SPK_TEST(files_that_others_may_write_are_noticed),
    SPK_TEST(what_is_dangerous_can_be_allowed),
    SPK_TEST(base64_goes_both_ways),
    CU_TEST_INFO_NULL,
};

/* The files of one run; nothing else stands in the directory. */
static void clean(void)
{
    static const char *const names[] = {
        "config", "ca.pem", "cert.pem", "key.pem",   "first",        "second",
        "third",  "token",  "ca.crt",   "namespace", ".kube/config", "flag",
        "list",   "open",   "http",     "insecure",  ".kube",        ""};

    for (size_t i = 0; i < SPK_LEN(names); i++) {
        char path[256];

        (void)snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
        (void)remove(path);
    }
}

int main(void)
{
    if (!mkdtemp(directory))
        return EXIT_FAILURE;
    int result = spk_test_run("kubeconfig", tests);
    clean();
    return result;
}
