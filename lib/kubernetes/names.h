/* SPDX-License-Identifier: Apache-2.0 */
/**
 * names.h: the grammars of names, labels and keys.
 *
 * @source k8s.io/apimachinery/pkg/util/validation
 */
#pragma once

#include <stdbool.h>

bool spk_is_dns1123_label(const char *text);     /* namespaces: at most 63 */
bool spk_is_dns1035_label(const char *text);     /* Services, SparkApplications: at most 63 */
bool spk_is_dns1123_subdomain(const char *text); /* Pods, ConfigMaps, claims: at most 253 */
bool spk_is_qualified_name(const char *text);    /* label and annotation keys */
bool spk_is_label_value(const char *text);
bool spk_is_configmap_key(const char *text); /* [-._A-Za-z0-9]{1,253} */
bool spk_is_env_name(const char *text);
bool spk_is_variable_name(const char *text);  /* of a container, since 1.32: ASCII but '=' */
bool spk_is_scheduler_name(const char *text); /* as a qualified name's last part, but long */
