/* SPDX-License-Identifier: Apache-2.0 */
/**
 * maker.h: random SparkApplications as JSON trees, led by the message's descriptor, so that a
 * new field is made without a word here. Most are valid; the rest break one rule or another.
 */
#pragma once

#include "dice.h"

#include "application/field.h"
#include "json/json.h"

/** How often each field was made, over all applications. */
struct tally {
    struct {
        const ProtobufCMessageDescriptor *message;
        const ProtobufCFieldDescriptor *field;
        size_t n;
    } rows[256];
    size_t n;
};

/** A row for every field below a message. */
void tally_fields(struct tally *tally, const ProtobufCMessageDescriptor *message);

/** An application; the same for the same dice. */
cJSON *make_application(struct spk_arena *arena, struct dice *dice, struct tally *tally);

/** Break a tree somewhere: a value of another type, a null, or a member nobody knows. */
void damage(struct spk_arena *arena, struct dice *dice, cJSON *tree);
