/* SPDX-License-Identifier: Apache-2.0 */
/** submission_fixture.h: a small prepared submission, for tests of what creates it. */
#pragma once

#include "submit/submit.h"

#define FIXTURE_UID "5a7b1c2d-0001-4000-8000-00000000a001"

struct submission_choice {
    enum spk_variant variant;
    const char *ns, *name; /* of the application; its driver is <name>-driver */
    const char *submission_id;
    int64_t attempts;
    bool shared;             /* with a ConfigMap of the controller steps, <name>-prom-conf */
    const char *shared_data; /* what it says */
};

/** A Pod, a ConfigMap and a Service, and a call that would create them. */
struct submission_fixture {
    struct spk_arena arena;
    struct spk_key key;
    struct spk_parts parts;
    struct spk_submit_call call; /* deadline_ms is the caller's to set */
    unsigned done;               /* how often done was called */
};

/** What call->done is; context is the fixture. */
void submission_fixture_init(struct submission_fixture *fixture, struct spk_api *api,
                             const struct submission_choice *choice);
