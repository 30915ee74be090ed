/* SPDX-License-Identifier: Apache-2.0 */
#include "application/kind.h"

#include "base/text.h"
#include "kubernetes/marks.h"

#include <string.h>

/* Kinds that are sent by mistake, and what to do then. */
static const struct advice {
    const char *kind, *text;
} advice[] = {
    {"List", "a List holds several objects: send one SparkApplication at a time"},
    {"SparkApplicationList",
     "a SparkApplicationList holds several objects: send one SparkApplication at a time"},
    {"ScheduledSparkApplication",
     "a ScheduledSparkApplication is run by the operator's scheduler: send a SparkApplication "
     "whose spec is its spec.template"},
    {"SparkConnect", "SparkConnect servers are not submitted: send a SparkApplication"},
};

static bool refuse_kind(const char *kind, struct spk_err *err)
{
    for (size_t i = 0; i < SPK_LEN(advice); i++) {
        if (strcmp(advice[i].kind, kind) == 0) {
            (void)spk_fail(err, SPK_INVALID_MANIFEST, "%s", advice[i].text);
            return spk_fail_at(err, "kind");
        }
    }
    (void)spk_fail(err, SPK_INVALID_MANIFEST, "'%.64s' is not SparkApplication", kind);
    return spk_fail_at(err, "kind");
}

static bool refuse_version(const char *version, struct spk_err *err)
{
    const char *group = SPK_OPERATOR_GROUP;

    (void)spk_fail(err, SPK_INVALID_MANIFEST, "'%.64s' is not " SPK_OPERATOR_API "%s", version,
                   spk_starts_with(version, group) ? ", the only version that is served" : "");
    return spk_fail_at(err, "apiVersion");
}

bool spk_kind_check(const char *api_version, const char *kind, struct spk_err *err)
{
    if (kind && strcmp(kind, "SparkApplication") != 0)
        return refuse_kind(kind, err);
    if (api_version && strcmp(api_version, SPK_OPERATOR_API) != 0)
        return refuse_version(api_version, err);
    return true;
}
