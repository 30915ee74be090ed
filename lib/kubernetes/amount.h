/* SPDX-License-Identifier: Apache-2.0 */
/**
 * amount.h: Kubernetes quantities as numbers: what the operator adds up, and how the sums are
 * spelled. A sum keeps the spelling of its first addend that is not zero.
 *
 * @source k8s.io/apimachinery/pkg/api/resource: Quantity.Add, CanonicalizeBytes
 */
#pragma once

#include "base/err.h"

enum spk_amount_form { SPK_DECIMAL, SPK_BINARY, SPK_EXPONENT };

__extension__ typedef __int128 spk_nanos;

struct spk_amount {
    spk_nanos nanos; /* at most 2^63 - 1 units, so sums and small products fit */
    enum spk_amount_form form;
};

/** @errors INVALID_FIELD  with apimachinery's text */
bool spk_amount_parse(struct spk_arena *arena, const char *text, struct spk_amount *out,
                      struct spk_err *err) SPK_CHECK;

struct spk_amount spk_amount_of(int64_t units);
struct spk_amount spk_amount_add(struct spk_amount a, struct spk_amount b);
struct spk_amount spk_amount_times(struct spk_amount a, int64_t n); /* n >= 0 */

/** Canonical: "2500m", "7680Mi", "1k", "0". */
const char *spk_amount_text(struct spk_arena *arena, struct spk_amount amount);
