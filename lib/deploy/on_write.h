/* SPDX-License-Identifier: Apache-2.0 */
/** on_write.h: what the answer to a create or patch leads to. Part of the machine. */
#pragma once

#include "deploy/step.h"

/** Note what a write may have changed, whatever is done about it. */
void spk_note_effect(struct spk_step *step, enum spk_effect effect);

/* It had its effect. */
void spk_on_created(struct spk_step *step);
void spk_on_updated(struct spk_step *step);
void spk_on_opened(struct spk_step *step);
void spk_on_relabelled(struct spk_step *step);

void spk_on_again(struct spk_step *step);         /* wait, send it again */
void spk_on_unreadable(struct spk_step *step);    /* read what it did */
void spk_on_mismatch(struct spk_step *step);      /* likewise, once */
void spk_on_taken(struct spk_step *step);         /* read what has the name */
void spk_on_patch_failed(struct spk_step *step);  /* read what is there now */
void spk_on_update_failed(struct spk_step *step); /* the same, of a patch without a test */
void spk_on_silence(struct spk_step *step);       /* wait, read */
void spk_on_denied(struct spk_step *step);        /* read: it may be there all the same */
void spk_on_refused(struct spk_step *step); /* the last word, where nothing can be there */
