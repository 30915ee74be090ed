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

/*
 * True for texts that Spark's client refuses as a quantity. A unit starts at the first letter
 * that is one of a unit: "e3" is one too, but "e3M" is not. A field of its own is built anew,
 * which needs an amount; a value in a map is not.
 *
 * @source io.fabric8.kubernetes.api.model.Quantity#parse
 */
bool spk_quantity_has_odd_unit(const char *text);
bool spk_quantity_has_no_amount(const char *text, bool is_field);

/** The client's words for either; NULL: it takes the text. */
const char *spk_quantity_flaw(const char *text, bool is_field);
