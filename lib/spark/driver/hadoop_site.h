/* SPDX-License-Identifier: Apache-2.0 */
/**
 * hadoop_site.h: one value of a Hadoop configuration file (core-site.xml).
 */
#pragma once

#include "base/file.h"

/**
 * The value of the last property of that name, without blanks around it; NULL: there is none.
 * A file that is no XML has no properties. Includes, entities and ${references} are not
 * followed.
 *
 * @source org.apache.hadoop.conf.Configuration.Parser
 */
const char *spk_hadoop_site_get(struct spk_arena *arena, const struct spk_bytes *file,
                                const char *name);
