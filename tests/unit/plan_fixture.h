/* SPDX-License-Identifier: Apache-2.0 */
/**
 * plan_fixture.h: a submission made of "key=value" texts, planned, and the places of the plan
 * by name. A fixture owns its arena: plan_fixture_done gives it back.
 */
#pragma once

#include "spark/driver/driver.h"

struct plan_fixture {
    struct spk_arena arena;
    struct spk_submission submission;
    struct spk_ids ids;
    struct spk_plan plan;
    struct spk_err err;
};

/** A JVM application "app" with an image and a jar, nothing else. */
void plan_fixture_init(struct plan_fixture *fixture, enum spk_line line);
void plan_fixture_done(struct plan_fixture *fixture);

/** Set "key=value", blamed as "conf:key". */
void plan_fixture_set(struct plan_fixture *fixture, const char *setting);

/** Whether a plan was made; else fixture->err is filled in. */
bool plan_fixture_make(struct plan_fixture *fixture);

/**
 * What stands at a place, as canonical JSON: "Kind:path" in the first object of that kind,
 * "container:path" in the last container of the driver, "properties:key" (as a string). A
 * path is of keys and indices: "spec.ports.0.name". "" if nothing is there.
 */
const char *plan_fixture_at(struct plan_fixture *fixture, const char *place);
