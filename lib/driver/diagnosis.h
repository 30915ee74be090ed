/* SPDX-License-Identifier: Apache-2.0 */
/**
 * diagnosis.h: known causes for which a driver does not run or has not ended well, found in
 * its Pod and in the events about it. The words are Kubernetes'.
 */
#pragma once

#include "base/text.h"
#include "json/json.h"

enum spk_cause {
    SPK_CAUSE_UNSCHEDULABLE,  /* no node takes it */
    SPK_CAUSE_IMAGE_PULL,     /* an image cannot be had */
    SPK_CAUSE_CONFIG_MISSING, /* a ConfigMap or Secret, or a key of it, does not exist */
    SPK_CAUSE_VOLUME_PENDING, /* a volume or its claim is not there yet */
    SPK_CAUSE_QUOTA,          /* a queue's or namespace's quota is used up */
    SPK_CAUSE_EVICTED,        /* the cluster took its place away */
    SPK_CAUSE_OOM_KILLED,     /* a container used more memory than it may */
};

struct spk_diagnosis {
    enum spk_cause cause;
    const char *reason; /* "ImagePullBackOff" */
    const char *text;   /* "container x: Back-off pulling image ..."; "" if none was given */
};

/** In the order in which they were found, each once. */
struct spk_diagnoses {
    struct spk_diagnosis *items;
    size_t n;
};

/** "UNSCHEDULABLE", ... */
const char *spk_cause_name(enum spk_cause cause);

/** Causes that the Pod itself tells. @owner everything lives in arena */
struct spk_diagnoses spk_diagnose_pod(struct spk_arena *arena, const cJSON *pod);

/**
 * Add what events (a List of Events of that Pod) tell and the Pod does not: only a kubelet's
 * events say that a volume cannot be mounted.
 *
 * @owner  everything lives in arena
 * @source k8s.io/kubernetes: pkg/kubelet/events/event.go
 */
void spk_diagnose_events(struct spk_arena *arena, const cJSON *events,
                         struct spk_diagnoses *out);
