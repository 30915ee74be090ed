/* SPDX-License-Identifier: Apache-2.0 */
/**
 * read_entry.h: reading a configuration key as Spark reads a declared entry: alternatives and
 * deprecated spellings, the default of the version in force, ${...} substitution, type check.
 * A raw read is spk_conf_get.
 *
 * @source org.apache.spark.internal.config.ConfigEntry, ConfigReader;
 *         org.apache.spark.deploy.k8s.Config
 */
#pragma once

#include "base/text.h"
#include "spark/conf/environment.h"
#include "spark/conf/version.h"

/** Whose configuration is read. Environment variables serve ${env:NAME}. */
struct spk_reader {
    struct spk_arena *arena;
    const struct spk_conf *conf;
    const struct spk_version *version;
    const struct spk_environment *environment;
    const char *submit_time_ms; /* ${spark.app.submitTime}, if conf has none; may be NULL */
};

#define SPK_SUBMIT_TIME_KEY "spark.app.submitTime"

/*
 * Each gives the default when the key is not set. A key without default gives NULL as text,
 * and leaves a number as it was. *is_set (may be NULL) says whether the configuration has the
 * key, a former spelling, or a key it falls back to. A key that the version does not declare
 * reads as absent.
 *
 * @errors INVALID_FIELD  Spark's text of the version; field blamed by origin
 *         UNSUPPORTED_FEATURE  ${system:...}
 */
bool spk_entry_text(const struct spk_reader *reader, const char *key, const char **out,
                    struct spk_err *err) SPK_CHECK;
bool spk_entry_bool(const struct spk_reader *reader, const char *key, bool *out,
                    struct spk_err *err) SPK_CHECK;
bool spk_entry_int(const struct spk_reader *reader, const char *key, int32_t *out,
                   bool *is_set, struct spk_err *err) SPK_CHECK;
bool spk_entry_double(const struct spk_reader *reader, const char *key, double *out,
                      bool *is_set, struct spk_err *err) SPK_CHECK;
/** Also what counts in MiB or lasts (in ms). */
bool spk_entry_long(const struct spk_reader *reader, const char *key, int64_t *out,
                    bool *is_set, struct spk_err *err) SPK_CHECK;
bool spk_entry_mib(const struct spk_reader *reader, const char *key, int64_t *out,
                   bool *is_set, struct spk_err *err) SPK_CHECK;
/** Split at ',', trimmed, blank parts dropped. */
bool spk_entry_list(const struct spk_reader *reader, const char *key, struct spk_strings *out,
                    struct spk_err *err) SPK_CHECK;

/**
 * A port that Spark reads raw: not trimmed, not substituted; absent gives fallback.
 *
 * @source org.apache.spark.SparkConf.getInt
 */
bool spk_entry_port(const struct spk_reader *reader, const char *key, int32_t fallback,
                    int32_t *out, struct spk_err *err) SPK_CHECK;

/**
 * A size such as "512m" in bytes; a bare number counts default_unit bytes, 1 or 1 << 20.
 *
 * @errors INVALID_FIELD  not a size of this version
 */
bool spk_size_bytes(const struct spk_version *version, const char *text, int64_t default_unit,
                    int64_t *out, struct spk_err *err) SPK_CHECK;
