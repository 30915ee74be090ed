/* SPDX-License-Identifier: Apache-2.0 */
/** object.h: Kubernetes objects as JSON trees: making one, and reading what all have. */
#pragma once

#include "base/err.h"
#include "json/json.h"

/** {apiVersion, kind, metadata: {name}}; a NULL name leaves metadata empty. */
cJSON *spk_object(struct spk_arena *arena, const char *api_version, const char *kind,
                  const char *name);

const char *spk_object_kind(const cJSON *object); /* "" if absent, likewise below */
const char *spk_object_name(const cJSON *object);
const char *spk_object_namespace(const cJSON *object);

/* Metadata that may be absent: NULL then. Keys of maps hold dots, so they are no paths. */
const char *spk_object_uid(const cJSON *object);
const char *spk_object_get_label(const cJSON *object, const char *key);
const char *spk_object_get_annotation(const cJSON *object, const char *key);

/** True if the object is being deleted: it has a deletionTimestamp. */
bool spk_object_is_deleting(const cJSON *object);

/** One entry of metadata.labels or metadata.annotations, replaced if there; NULL adds nothing.
 */
void spk_object_label(cJSON *object, const char *key, const char *value);
void spk_object_annotation(cJSON *object, const char *key, const char *value);

/**
 * Whether etcd and the API server have room for object.
 *
 * @errors OBJECT_TOO_LARGE  with the size and the limit
 */
bool spk_object_fits(struct spk_arena *arena, const cJSON *object,
                     struct spk_err *err) SPK_CHECK;
