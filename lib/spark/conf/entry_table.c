/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/conf/entry_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* In which lines an entry exists. */
#define ALL_LINES SPK_SPARK_3_5, SPK_SPARK_4_3
#define SINCE_4_0 SPK_SPARK_4_0, SPK_SPARK_4_3
#define SINCE_4_1 SPK_SPARK_4_1, SPK_SPARK_4_3
#define SINCE_4_2 SPK_SPARK_4_2, SPK_SPARK_4_3
#define SINCE_4_3 SPK_SPARK_4_3, SPK_SPARK_4_3
#define UNTIL_4_0 SPK_SPARK_3_5, SPK_SPARK_4_0

/* Its default in each line. */
#define EACH(v3_5, v4_0, v4_1, v4_2, v4_3) .defaults = {v3_5, v4_0, v4_1, v4_2, v4_3}
#define SAME(value)                        .defaults = {value, value, value, value, value}
#define NO_DEFAULT                         .defaults = {NULL}

static const struct spk_entry_rule configmap_size = {
    .low = -INFINITY, .high = 1048576, .text = "Must have at most 1048576 bytes"};
static const struct spk_entry_rule not_negative = {
    .high = INFINITY, .text = "Ensure that memory overhead is non-negative"};
static const struct spk_entry_rule positive_factor = {
    .high = INFINITY,
    .above_low = true,
    .text = "Ensure that memory overhead is a double greater than 0"};
static const struct spk_entry_rule logging_interval = {
    .high = INFINITY,
    .above_low = true,
    .text = "Logging interval must be a positive time value."};

/*
 * Everything declared under spark.kubernetes., and the other keys that a submission reads or
 * may refer to by ${...}. Rules and choices stand where a submission reads the entry: nobody
 * checks others.
 */
const struct spk_entry spk_entries[] = {
    {"spark.archives", SPK_ENTRY_LIST, ALL_LINES, SAME("")},
    {"spark.authenticate", SPK_ENTRY_BOOL, ALL_LINES, SAME("false")},
    {"spark.authenticate.enableSaslEncryption", SPK_ENTRY_BOOL, ALL_LINES, SAME("false")},
    {"spark.driver.cores", SPK_ENTRY_INT, ALL_LINES, SAME("1")},
    {"spark.driver.memory", SPK_ENTRY_MIB, ALL_LINES, SAME("1g")},
    {"spark.driver.memoryOverhead", SPK_ENTRY_MIB, ALL_LINES, NO_DEFAULT,
     .alternative = "spark.yarn.driver.memoryOverhead"},
    {"spark.driver.memoryOverheadFactor", SPK_ENTRY_DOUBLE, ALL_LINES, SAME("0.1"),
     .rule = &positive_factor},
    {"spark.driver.minMemoryOverhead", SPK_ENTRY_MIB, SINCE_4_0, SAME("384m")},
    {"spark.driver.port", SPK_ENTRY_INT, ALL_LINES, SAME("0")},
    {"spark.executor.cores", SPK_ENTRY_INT, ALL_LINES, SAME("1")},
    {"spark.executor.memory", SPK_ENTRY_MIB, ALL_LINES, SAME("1g")},
    {"spark.executor.memoryOverhead", SPK_ENTRY_MIB, ALL_LINES, NO_DEFAULT,
     .alternative = "spark.yarn.executor.memoryOverhead"},
    {"spark.files", SPK_ENTRY_LIST, ALL_LINES, SAME("")},
    {"spark.jars", SPK_ENTRY_LIST, ALL_LINES, SAME("")},
    {"spark.kerberos.keytab", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT,
     .alternative = "spark.yarn.keytab"},
    {"spark.kerberos.principal", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT,
     .alternative = "spark.yarn.principal"},
    {"spark.kubernetes.allocation.batch.delay", SPK_ENTRY_MS, ALL_LINES, SAME("1s")},
    {"spark.kubernetes.allocation.batch.size", SPK_ENTRY_INT, ALL_LINES,
     EACH("5", "10", "10", "20", "20")},
    {"spark.kubernetes.allocation.driver.readinessTimeout", SPK_ENTRY_SECONDS, ALL_LINES,
     SAME("1s")},
    {"spark.kubernetes.allocation.executor.timeout", SPK_ENTRY_MS, ALL_LINES, SAME("600s")},
    {"spark.kubernetes.allocation.maxPendingPods", SPK_ENTRY_INT, ALL_LINES,
     SAME("2147483647")},
    {"spark.kubernetes.allocation.maxPendingPodsPerRp", SPK_ENTRY_INT, SINCE_4_1,
     SAME("2147483647")},
    {"spark.kubernetes.allocation.maximum", SPK_ENTRY_INT, SINCE_4_1, SAME("2147483647")},
    {"spark.kubernetes.allocation.pods.allocator", SPK_ENTRY_TEXT, ALL_LINES, SAME("direct")},
    {"spark.kubernetes.allocation.recoveryMode.enabled", SPK_ENTRY_BOOL, SINCE_4_2,
     NO_DEFAULT},
    {"spark.kubernetes.appKillPodDeletionGracePeriod", SPK_ENTRY_SECONDS, ALL_LINES,
     NO_DEFAULT},
    {"spark.kubernetes.authenticate.driver.serviceAccountName", SPK_ENTRY_TEXT, ALL_LINES,
     NO_DEFAULT},
    {"spark.kubernetes.authenticate.executor.serviceAccountName", SPK_ENTRY_TEXT, ALL_LINES,
     NO_DEFAULT},
    {"spark.kubernetes.configMap.maxSize", SPK_ENTRY_LONG, ALL_LINES, SAME("1048576"),
     .rule = &configmap_size},
    {"spark.kubernetes.container.image", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.kubernetes.container.image.pullPolicy", SPK_ENTRY_TEXT, ALL_LINES,
     SAME("IfNotPresent"), .choices = "Always|Never|IfNotPresent"},
    {"spark.kubernetes.container.image.pullSecrets", SPK_ENTRY_LIST, ALL_LINES, SAME("")},
    {"spark.kubernetes.context", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.kubernetes.decommission.script", SPK_ENTRY_TEXT, ALL_LINES, SAME("/opt/decom.sh")},
    {"spark.kubernetes.driver.annotateExitException", SPK_ENTRY_BOOL, SINCE_4_1,
     SAME("false")},
    {"spark.kubernetes.driver.connectionTimeout", SPK_ENTRY_INT, ALL_LINES, SAME("10000")},
    {"spark.kubernetes.driver.container.image", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT,
     .fallback = "spark.kubernetes.container.image"},
    {"spark.kubernetes.driver.limit.cores", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.kubernetes.driver.master", SPK_ENTRY_TEXT, ALL_LINES,
     SAME("https://kubernetes.default.svc")},
    {"spark.kubernetes.driver.ownPersistentVolumeClaim", SPK_ENTRY_BOOL, ALL_LINES,
     SAME("true")},
    {"spark.kubernetes.driver.pod.excludedFeatureSteps", SPK_ENTRY_LIST, SINCE_4_1, SAME("")},
    {"spark.kubernetes.driver.pod.featureSteps", SPK_ENTRY_LIST, ALL_LINES, SAME("")},
    {"spark.kubernetes.driver.pod.name", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.kubernetes.driver.podTemplateContainerName", SPK_ENTRY_TEXT, ALL_LINES,
     NO_DEFAULT},
    {"spark.kubernetes.driver.podTemplateFile", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.kubernetes.driver.request.cores", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.kubernetes.driver.requestTimeout", SPK_ENTRY_INT, ALL_LINES, SAME("10000")},
    {"spark.kubernetes.driver.resourceNamePrefix", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.kubernetes.driver.reusePersistentVolumeClaim", SPK_ENTRY_BOOL, ALL_LINES,
     SAME("true")},
    {"spark.kubernetes.driver.scheduler.name", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.kubernetes.driver.securityContext.allowPrivilegeEscalation", SPK_ENTRY_BOOL,
     SINCE_4_3, NO_DEFAULT,
     .fallback = "spark.kubernetes.securityContext.allowPrivilegeEscalation"},
    {"spark.kubernetes.driver.service.deleteOnTermination", SPK_ENTRY_BOOL, ALL_LINES,
     SAME("true")},
    {"spark.kubernetes.driver.service.ipFamilies", SPK_ENTRY_TEXT, ALL_LINES, SAME("IPv4"),
     .choices = "IPv4|IPv6|IPv4,IPv6|IPv6,IPv4"},
    {"spark.kubernetes.driver.service.ipFamilyPolicy", SPK_ENTRY_TEXT, ALL_LINES,
     SAME("SingleStack"), .choices = "SingleStack|PreferDualStack|RequireDualStack"},
    {"spark.kubernetes.driver.service.publishNotReadyAddresses", SPK_ENTRY_BOOL, SINCE_4_3,
     SAME("false")},
    {"spark.kubernetes.driver.waitToReusePersistentVolumeClaim", SPK_ENTRY_BOOL, ALL_LINES,
     SAME("false")},
    {"spark.kubernetes.dynamicAllocation.deleteGracePeriod", SPK_ENTRY_MS, ALL_LINES,
     SAME("5s")},
    {"spark.kubernetes.executor.apiPollingInterval", SPK_ENTRY_MS, ALL_LINES, SAME("30s")},
    {"spark.kubernetes.executor.checkAllContainers", SPK_ENTRY_BOOL, ALL_LINES,
     EACH("false", "true", "true", "true", "true")},
    {"spark.kubernetes.executor.container.image", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT,
     .fallback = "spark.kubernetes.container.image"},
    {"spark.kubernetes.executor.decommissionLabel", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.kubernetes.executor.decommissionLabelValue", SPK_ENTRY_TEXT, ALL_LINES,
     NO_DEFAULT},
    {"spark.kubernetes.executor.deleteOnTermination", SPK_ENTRY_BOOL, ALL_LINES, SAME("true")},
    {"spark.kubernetes.executor.deletedExecutorsCacheTimeout", SPK_ENTRY_SECONDS, SINCE_4_1,
     SAME("180000ms")},
    {"spark.kubernetes.executor.disableConfigMap", SPK_ENTRY_BOOL, ALL_LINES, SAME("false")},
    {"spark.kubernetes.executor.enableApiPolling", SPK_ENTRY_BOOL, ALL_LINES, SAME("true")},
    {"spark.kubernetes.executor.enableApiWatcher", SPK_ENTRY_BOOL, ALL_LINES, SAME("true")},
    {"spark.kubernetes.executor.enablePollingWithResourceVersion", SPK_ENTRY_BOOL, ALL_LINES,
     SAME("false")},
    {"spark.kubernetes.executor.eventProcessingInterval", SPK_ENTRY_MS, ALL_LINES, SAME("1s")},
    {"spark.kubernetes.executor.limit.cores", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.kubernetes.executor.minTasksPerExecutorBeforeRolling", SPK_ENTRY_INT, ALL_LINES,
     SAME("0")},
    {"spark.kubernetes.executor.missingPodDetectDelta", SPK_ENTRY_MS, ALL_LINES, SAME("30s")},
    {"spark.kubernetes.executor.pod.excludedFeatureSteps", SPK_ENTRY_LIST, SINCE_4_1,
     SAME("")},
    {"spark.kubernetes.executor.pod.featureSteps", SPK_ENTRY_LIST, ALL_LINES, SAME("")},
    {"spark.kubernetes.executor.podDeletionCost", SPK_ENTRY_INT, SINCE_4_2, NO_DEFAULT},
    {"spark.kubernetes.executor.podNamePrefix", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.kubernetes.executor.podTemplateContainerName", SPK_ENTRY_TEXT, ALL_LINES,
     NO_DEFAULT},
    {"spark.kubernetes.executor.podTemplateFile", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.kubernetes.executor.pvc.resizeFactor", SPK_ENTRY_DOUBLE, SINCE_4_2, SAME("1.0")},
    {"spark.kubernetes.executor.pvc.resizeInterval", SPK_ENTRY_MINUTES, SINCE_4_2,
     SAME("300000ms")},
    {"spark.kubernetes.executor.pvc.resizeThreshold", SPK_ENTRY_DOUBLE, SINCE_4_2,
     SAME("0.5")},
    {"spark.kubernetes.executor.request.cores", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.kubernetes.executor.resizeFactor", SPK_ENTRY_DOUBLE, SINCE_4_2, SAME("0.1")},
    {"spark.kubernetes.executor.resizeInterval", SPK_ENTRY_SECONDS, SINCE_4_2, SAME("1m")},
    {"spark.kubernetes.executor.resizeThreshold", SPK_ENTRY_DOUBLE, SINCE_4_2, SAME("0.9")},
    {"spark.kubernetes.executor.rollInterval", SPK_ENTRY_SECONDS, ALL_LINES, SAME("0ms")},
    {"spark.kubernetes.executor.rollPolicy", SPK_ENTRY_TEXT, ALL_LINES, SAME("OUTLIER")},
    {"spark.kubernetes.executor.scheduler.name", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.kubernetes.executor.securityContext.allowPrivilegeEscalation", SPK_ENTRY_BOOL,
     SINCE_4_3, NO_DEFAULT,
     .fallback = "spark.kubernetes.securityContext.allowPrivilegeEscalation"},
    {"spark.kubernetes.executor.terminationGracePeriodSeconds", SPK_ENTRY_SECONDS, SINCE_4_1,
     SAME("30s")},
    {"spark.kubernetes.executor.useDriverPodIP", SPK_ENTRY_BOOL, SINCE_4_1,
     EACH(NULL, NULL, "false", "false", "true")},
    {"spark.kubernetes.executorSnapshotsSubscribersShutdownGracePeriod", SPK_ENTRY_SECONDS,
     ALL_LINES, SAME("20s")},
    {"spark.kubernetes.file.upload.path", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.kubernetes.hadoop.configMapName", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.kubernetes.jars.avoidDownloadSchemes", SPK_ENTRY_LIST, SINCE_4_0, SAME("")},
    {"spark.kubernetes.kerberos.krb5.configMapName", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.kubernetes.kerberos.krb5.path", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.kubernetes.kerberos.tokenSecret.itemKey", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.kubernetes.kerberos.tokenSecret.name", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.kubernetes.legacy.useReadWriteOnceAccessMode", SPK_ENTRY_BOOL, ALL_LINES,
     EACH("true", "false", "false", "false", "false")},
    {"spark.kubernetes.local.dirs.tmpfs", SPK_ENTRY_BOOL, ALL_LINES, SAME("false")},
    {"spark.kubernetes.memoryOverheadFactor", SPK_ENTRY_DOUBLE, ALL_LINES, SAME("0.1"),
     .rule = &not_negative},
    {"spark.kubernetes.namespace", SPK_ENTRY_TEXT, ALL_LINES, SAME("default")},
    {"spark.kubernetes.pyspark.pythonVersion", SPK_ENTRY_TEXT, UNTIL_4_0, NO_DEFAULT},
    {"spark.kubernetes.report.interval", SPK_ENTRY_MS, ALL_LINES, SAME("1s"),
     .rule = &logging_interval},
    {"spark.kubernetes.resource.type", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.kubernetes.scheduler.name", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.kubernetes.securityContext.allowPrivilegeEscalation", SPK_ENTRY_BOOL, SINCE_4_3,
     SAME("false")},
    {"spark.kubernetes.submission.connectionTimeout", SPK_ENTRY_INT, ALL_LINES, SAME("10000")},
    {"spark.kubernetes.submission.requestTimeout", SPK_ENTRY_INT, ALL_LINES, SAME("10000")},
    {"spark.kubernetes.submission.waitAppCompletion", SPK_ENTRY_BOOL, ALL_LINES, SAME("true")},
    {"spark.kubernetes.submitInDriver", SPK_ENTRY_BOOL, ALL_LINES, SAME("false")},
    {"spark.kubernetes.trust.certificates", SPK_ENTRY_BOOL, ALL_LINES, SAME("false")},
    {"spark.network.crypto.enabled", SPK_ENTRY_BOOL, ALL_LINES, SAME("false")},
    {"spark.pyspark.driver.python", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.pyspark.python", SPK_ENTRY_TEXT, ALL_LINES, NO_DEFAULT},
    {"spark.security.directCredentialProviders.enabled", SPK_ENTRY_BOOL, SINCE_4_3,
     SAME("false")},
    {"spark.submit.pyFiles", SPK_ENTRY_LIST, ALL_LINES, SAME("")},
    {"spark.ui.port", SPK_ENTRY_INT, ALL_LINES, SAME("4040")},
};

const size_t spk_entries_n = SPK_LEN(spk_entries);

static int compare_key(const void *key, const void *entry)
{
    return strcmp(key, ((const struct spk_entry *)entry)->key);
}

const struct spk_entry *spk_entry_find(const char *key, enum spk_line line)
{
    const struct spk_entry *entry =
        bsearch(key, spk_entries, spk_entries_n, sizeof(*spk_entries), compare_key);

    return entry && line >= entry->since && line <= entry->until ? entry : NULL;
}
