/* SPDX-License-Identifier: Apache-2.0 */
/**
 * properties.h: java.util.Properties: the text of spark.properties, and reading such files.
 *
 * @source java.util.Properties#store(Writer), #load(Reader)
 */
#pragma once

#include "spark/conf/conf.h"

/**
 * The text, sorted by key, with comment as first line ("#" comment) and no date.
 *
 * @errors INTERNAL_ERROR  what was written does not read back as conf
 */
bool spk_properties_write(struct spk_arena *arena, const struct spk_conf *conf,
                          const char *comment, const char **out,
                          struct spk_err *err) SPK_CHECK;

/**
 * Read into conf, which must have its arena; keys that are there already are replaced; values
 * are as Properties.load gives them, untrimmed.
 *
 * @errors INVALID_SPARK_SUBMIT_ARGS  "Malformed \uxxxx encoding.", a NUL, more than 8192
 *                                    properties
 */
bool spk_properties_read(struct spk_conf *conf, const char *text, size_t length,
                         const char *origin, struct spk_err *err) SPK_CHECK;
