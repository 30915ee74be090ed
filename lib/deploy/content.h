/* SPDX-License-Identifier: Apache-2.0 */
/** content.h: whether a stored child holds what we would have put into it. */
#pragma once

#include "deploy/parts.h"

/**
 * Compare what matters to a driver and what the API server does not fill in by itself:
 * ConfigMaps byte for byte but for the number of spark.app.submitTime, wherever it stands,
 * which may differ between two renderings of one submission; of Services selector, clusterIP
 * and ports; of claims size, access modes and a storage class that we set.
 */
bool spk_content_agrees(struct spk_arena *arena, const struct spk_part *part,
                        const cJSON *observed);
