/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kube.h: the client of a real API server: one thread that runs every request over a few
 * shared HTTP/2 connections, and one more for watches from the first of them on. Any thread
 * starts and cancels jobs; done and on_event are called on these threads and must not block.
 */
#pragma once

#include "apiserver/api.h"
#include "apiserver/config/config.h"

/** Once in a program, before it has a second thread. @errors INTERNAL_ERROR */
bool spk_kube_init(struct spk_err *err) SPK_CHECK;

/** At the end, after the last client; harmless without spk_kube_init. */
void spk_kube_done(void);

/**
 * Open a client; config is copied. No request is sent yet. spk_kube_init must have been
 * called.
 *
 * @owner  *out is the caller's, until spk_api_close, which cancels watches and waits for all
 *         other jobs
 * @errors CREDENTIALS_INVALID  the token file cannot be read, the certificate has no key, the
 *                              key is encrypted
 *         INTERNAL_ERROR       no thread or no memory
 */
bool spk_kube_open(struct spk_api **out, const struct spk_kube_config *config,
                   struct spk_err *err) SPK_CHECK;
