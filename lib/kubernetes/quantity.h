/* SPDX-License-Identifier: Apache-2.0 */
/**
 * quantity.h: Kubernetes quantities ("500m", "1.5Gi") as the API server re-serialises them.
 *
 * @source k8s.io/apimachinery/pkg/api/resource; vectors in tests/golden/vectors
 */
#pragma once

#include "base/err.h"

/**
 * The canonical text. Blanks are not trimmed; apimachinery does so when it reads JSON.
 *
 * @errors INVALID_FIELD  with apimachinery's text
 */
bool spk_quantity_canonical(struct spk_arena *arena, const char *text, const char **out,
                            struct spk_err *err) SPK_CHECK;
