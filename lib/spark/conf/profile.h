/* SPDX-License-Identifier: Apache-2.0 */
/**
 * profile.h: what differs between Spark lines, as one table: a row per difference, a column
 * per line. Adding a Spark line means adding a column here and in entry_table.c.
 */
#pragma once

#include "spark/conf/version.h"

/* X(type, name, 3.5, 4.0, 4.1, 4.2, 4.3) */
#define SPK_PROFILE(X)                                                                        \
    /* the patch whose behaviour was recorded */                                              \
    X(const char *, reference, "3.5.8", "4.0.3", "4.1.4", "4.2.1", "4.3.0")                   \
    /* texts of refusals */                                                                   \
    X(const char *, master_kinds, "spark, mesos, k8s, or local", "spark, k8s, or local",      \
      "spark, k8s, or local", "spark, k8s, or local", "spark, k8s, or local")                 \
    X(const char *, master_prefix, "k8s", "k8s", "k8s://", "k8s://", "k8s://")                \
    X(const char *, connect_server_refusal,                                                   \
      "Cluster deploy mode is not applicable to Spark Connect server.",                       \
      "Cluster deploy mode is not applicable to Spark Connect server.",                       \
      "Cluster deploy mode is not applicable to Spark Connect server.",                       \
      "Launching Spark Connect server in cluster deploy mode is supported only for YARN",     \
      "Launching Spark Connect server in cluster deploy mode is supported only for YARN")     \
    X(const char *, missing_file, "%s (No such file or directory)",                           \
      "%s (No such file or directory)", "%s", "%s", "%s")                                     \
    /* command line */                                                                        \
    X(bool, has_connect_shell, false, true, true, true, true)                                 \
    /* Xmx anywhere in the Java options is refused, not only as a word's start */             \
    X(bool, xmx_anywhere, true, false, false, false, false)                                   \
    /* configuration */                                                                       \
    X(bool, iec_size_units, false, false, false, true, true)                                  \
    /* errors start with [INVALID_CONF_VALUE...] */                                           \
    X(bool, error_conditions, false, false, true, true, true)                                 \
    X(bool, app_id_in_labels, false, true, true, true, true)                                  \
    X(bool, spark_version_in_images, false, false, true, true, true)                          \
    X(bool, has_min_memory_overhead, false, true, true, true, true)                           \
    X(bool, checks_python_version, true, true, false, false, false)                           \
    X(bool, has_excluded_steps, false, false, true, true, true)                               \
    /* volumes */                                                                             \
    X(bool, host_path_type, false, true, true, true, true)                                    \
    X(bool, sub_path_expr, false, true, true, true, true)                                     \
    X(bool, claim_labels, false, true, true, true, true)                                      \
    X(bool, checks_size_unit, false, true, true, true, true)                                  \
    /* driver pod, Service and other objects */                                               \
    X(bool, connect_port, false, false, true, true, true)                                     \
    X(bool, connect_app_protocol, false, false, false, true, true)                            \
    X(bool, publish_not_ready_addresses, false, false, false, false, true)                    \
    X(bool, network_policy, false, false, false, true, true)                                  \
    X(bool, privilege_escalation, false, false, false, false, true)                           \
    X(bool, proxy_user_is_spark_user, false, false, false, false, true)                       \
    X(bool, service_account_warning, false, false, false, false, true)                        \
    X(bool, volcano_step, false, false, false, true, true)                                    \
    X(bool, direct_credential_providers, false, false, false, false, true)                    \
    /* pod templates: 0644, 5.5 and '' in integers of 32 bits, owners, the client's types */  \
    X(bool, template_octal, false, true, true, true, true)                                    \
    X(bool, template_octal_inside, false, true, false, false, false)                          \
    X(bool, template_fractions, true, false, false, false, false)                             \
    X(bool, template_empty_integer, true, false, false, false, false)                         \
    X(bool, template_owner_kinds, false, true, true, true, true)                              \
    X(int, template_model, 26, 32, 33, 35, 35)

struct spk_profile {
#define X(type, name, v3_5, v4_0, v4_1, v4_2, v4_3) type name;
    SPK_PROFILE(X)
#undef X
    enum spk_line line;
};

/** The profile of a line. */
const struct spk_profile *spk_profile_of(enum spk_line line);
