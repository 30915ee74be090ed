/* SPDX-License-Identifier: Apache-2.0 */
#include "operator/controller/web_ui.h"

#include "go/url.h"

#include <string.h>

/* The length of "{{ $name }}" at text, blanks inside the braces allowed; 0: it is not there.
 */
static size_t placeholder_length(const char *text, const char *name)
{
    static const char blanks[] = " \t\n\f\r";
    const char *at = text;

    if (!spk_starts_with(at, "{{"))
        return 0;
    at += 2;
    at += strspn(at, blanks);
    if (*at != '$' || !spk_starts_with(at + 1, name))
        return 0;
    at += 1 + strlen(name);
    at += strspn(at, blanks);
    return spk_starts_with(at, "}}") ? (size_t)(at + 2 - text) : 0;
}

static const char *replace(struct spk_arena *arena, const char *text, const char *name,
                           const char *value)
{
    struct spk_buf buf = {.arena = arena};

    while (*text) {
        size_t length = placeholder_length(text, name);

        if (length == 0) {
            spk_buf_char(&buf, *text++);
            continue;
        }
        spk_buf_text(&buf, value);
        text += length;
    }
    return spk_buf_string(&buf);
}

/* Spark draws the application's id only after this: {{$appId}} is empty here. */
static const char *expand(const struct spk_working_copy *draft, const char *format)
{
    format = replace(draft->arena, format, "appName", draft->name);
    format = replace(draft->arena, format, "appNamespace", draft->namespace_);
    return replace(draft->arena, format, "appId", "");
}

static bool ingress_url(const struct spk_working_copy *draft, const char *format,
                        struct spk_go_url *url, struct spk_err *err)
{
    const char *text = expand(draft, format);

    if (!spk_go_url_parse(draft->arena, text, url, err))
        return false;
    if (*url->scheme)
        return true;
    return spk_go_url_parse(draft->arena, spk_printf(draft->arena, "http://%s", text), url,
                            err);
}

bool spk_web_ui_apply(struct spk_working_copy *draft,
                      const struct spk_operator_options *options, struct spk_err *err)
{
    static const char origin[] = "ingress-url-format";
    struct spk_go_url url;

    if (!options->enable_ui_service || !spk_text_or_null(options->ingress_url_format))
        return true;
    if (!ingress_url(draft, options->ingress_url_format, &url, err)) {
        const char *why = spk_strdup(draft->arena, err->text);

        return spk_fail(err, SPK_INVALID_FIELD,
                        "failed to configure web UI: failed to get ingress url: %s", why);
    }
    if (!*url.path)
        return true;
    spk_conf_set_missing(&draft->spark_conf, "spark.ui.proxyBase", url.path, origin);
    spk_conf_set_missing(&draft->spark_conf, "spark.ui.proxyRedirectUri", "/", origin);
    return true;
}
