/* SPDX-License-Identifier: Apache-2.0 */
/**
 * entry.h: reading a configuration key as Spark reads a declared entry: alternatives and
 * deprecated spellings, the default of the version in force, ${...} substitution, type check.
 * A raw read is spk_conf_get.
 *
 * @source org.apache.spark.internal.config.ConfigEntry, ConfigReader;
 *         org.apache.spark.deploy.k8s.Config
 */
#pragma once

#include "spark/submission.h"

/** Whose configuration is read. Environment variables serve ${env:NAME}. */
struct spk_reader {
    struct spk_arena *arena;
    const struct spk_conf *conf;
    const struct spk_version *version;
    const struct spk_environment *environment;
};

/* Each gives the default when the key is not set; a key without default gives NULL or leaves
 * *is_set false. @errors INVALID_FIELD  Spark's text of the version; field blamed by origin */
bool spk_entry_text(const struct spk_reader *reader, const char *key, const char **out,
                    struct spk_err *err) SPK_CHECK;
bool spk_entry_bool(const struct spk_reader *reader, const char *key, bool *out,
                    struct spk_err *err) SPK_CHECK;
bool spk_entry_int(const struct spk_reader *reader, const char *key, int32_t *out,
                   bool *is_set, struct spk_err *err) SPK_CHECK;
bool spk_entry_double(const struct spk_reader *reader, const char *key, double *out,
                      bool *is_set, struct spk_err *err) SPK_CHECK;
bool spk_entry_mib(const struct spk_reader *reader, const char *key, int64_t *out,
                   bool *is_set, struct spk_err *err) SPK_CHECK;
/** Split at ',', trimmed, blank parts dropped. */
bool spk_entry_list(const struct spk_reader *reader, const char *key, struct spk_strings *out,
                    struct spk_err *err) SPK_CHECK;

/** A double as Java prints it: "0.1", "1.0", "5.0E-4", "1.0E7". */
const char *spk_java_double(struct spk_arena *arena, double value);

/** A size such as "512m" in bytes. @errors INVALID_FIELD  not a size of this version */
bool spk_size_bytes(const struct spk_version *version, const char *text, int64_t default_unit,
                    int64_t *out, struct spk_err *err) SPK_CHECK;
