/* SPDX-License-Identifier: Apache-2.0 */
/**
 * write.h: a tree as bytes. Canonical: members sorted by the bytes of their keys, numbers as
 * their text, so equal trees give equal bytes. The text ends with a NUL and no line feed,
 * unless said otherwise.
 */
#pragma once

#include "json/json.h"

/** One line without blanks. */
char *spk_json_write(struct spk_arena *arena, const cJSON *tree);

/** Indented by two blanks, with a final line feed. */
char *spk_json_write_pretty(struct spk_arena *arena, const cJSON *tree);

/** text as a JSON string with its quotes. */
void spk_json_write_string(struct spk_buf *buf, const char *text);
