/* SPDX-License-Identifier: Apache-2.0 */
/** on_read.h: what a GET leads to, by what it was sent for. Part of the machine. */
#pragma once

#include "deploy/step.h"

void spk_on_application_found(struct spk_step *step);
void spk_on_application_absent(struct spk_step *step);
void spk_on_name_found(struct spk_step *step); /* validate_only */

/* A part that is not settled. */
void spk_on_found(struct spk_step *step);
void spk_on_absent(struct spk_step *step);

/* The driver whose gate is being opened, or that is relabelled. */
void spk_on_gate_found(struct spk_step *step);
void spk_on_label_found(struct spk_step *step);
void spk_on_gone(struct spk_step *step);

/* Any read: it said nothing, was answered about another object, or was refused. */
void spk_on_unclear(struct spk_step *step);
void spk_on_stranger(struct spk_step *step);
void spk_on_read_refused(struct spk_step *step);
