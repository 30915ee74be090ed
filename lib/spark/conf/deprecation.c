/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/conf/deprecation.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* A key, since which version it is deprecated, and what Spark advises; sorted by key. The
 * texts are those of the newest line: an older one says the same about the keys that it knows.
 */
static const struct deprecated {
    const char *key, *since, *advice;
} deprecated[] = {
    {"spark.blacklist.application.fetchFailure.enabled", "3.1.0",
     "Not used anymore. Please use spark.excludeOnFailure.application.fetchFailure.enabled"},
    {"spark.blacklist.application.maxFailedExecutorsPerNode", "3.1.0",
     "Not used anymore. Please use "
     "spark.excludeOnFailure.application.maxFailedExecutorsPerNode"},
    {"spark.blacklist.application.maxFailedTasksPerExecutor", "3.1.0",
     "Not used anymore. Please use "
     "spark.excludeOnFailure.application.maxFailedTasksPerExecutor"},
    {"spark.blacklist.enabled", "3.1.0",
     "Not used anymore. Please use spark.excludeOnFailure.enabled"},
    {"spark.blacklist.killBlacklistedExecutors", "3.1.0",
     "Not used anymore. Please use spark.excludeOnFailure.killExcludedExecutors"},
    {"spark.blacklist.stage.maxFailedExecutorsPerNode", "3.1.0",
     "Not used anymore. Please use spark.excludeOnFailure.stage.maxFailedExecutorsPerNode"},
    {"spark.blacklist.stage.maxFailedTasksPerExecutor", "3.1.0",
     "Not used anymore. Please use spark.excludeOnFailure.stage.maxFailedTasksPerExecutor"},
    {"spark.blacklist.task.maxTaskAttemptsPerExecutor", "3.1.0",
     "Not used anymore. Please use spark.excludeOnFailure.task.maxTaskAttemptsPerExecutor"},
    {"spark.blacklist.task.maxTaskAttemptsPerNode", "3.1.0",
     "Not used anymore. Please use spark.excludeOnFailure.task.maxTaskAttemptsPerNode"},
    {"spark.blacklist.timeout", "3.1.0",
     "Not used anymore. Please use spark.excludeOnFailure.timeout"},
    {"spark.cache.class", "0.8",
     "The spark.cache.class property is no longer being used! Specify storage levels using "
     "the RDD.persist() method instead."},
    {"spark.executor.logs.rolling.size.maxBytes", "1.4",
     "Please use the new key 'spark.executor.logs.rolling.maxSize' instead."},
    {"spark.executor.plugins", "3.0.0",
     "Feature replaced with new plugin API. See Monitoring documentation."},
    {"spark.executor.port", "2.0.0", "Not used anymore"},
    {"spark.files.userClassPathFirst", "1.3",
     "Please use the new key 'spark.executor.userClassPathFirst' instead."},
    {"spark.history.fs.cleaner.interval.seconds", "1.4",
     "Please use the new key 'spark.history.fs.cleaner.interval' instead."},
    {"spark.history.fs.cleaner.maxAge.seconds", "1.4",
     "Please use the new key 'spark.history.fs.cleaner.maxAge' instead."},
    {"spark.history.fs.update.interval.seconds", "1.4",
     "Please use the new key 'spark.history.fs.update.interval' instead."},
    {"spark.history.fs.updateInterval", "1.3",
     "Please use the new key 'spark.history.fs.update.interval' instead."},
    {"spark.history.updateInterval", "1.3",
     "Please use the new key 'spark.history.fs.update.interval' instead."},
    {"spark.io.compression.lz4.block.size", "1.4",
     "Please use the new key 'spark.io.compression.lz4.blockSize' instead."},
    {"spark.io.compression.snappy.block.size", "1.4",
     "Please use the new key 'spark.io.compression.snappy.blockSize' instead."},
    {"spark.kryoserializer.buffer.max.mb", "1.4",
     "Please use the new key 'spark.kryoserializer.buffer.max' instead."},
    {"spark.kryoserializer.buffer.mb", "1.4",
     "Please use spark.kryoserializer.buffer instead. The default value for "
     "spark.kryoserializer.buffer.mb was previously specified as '0.064'. Fractional values "
     "are no longer accepted. To specify the equivalent now, one may use '64k'."},
    {"spark.maxRemoteBlockSizeFetchToMem", "3.0",
     "Please use the new key 'spark.network.maxRemoteBlockSizeFetchToMem' instead."},
    {"spark.network.remoteReadNioBufferConversion", "3.5.2",
     "Please open a JIRA ticket to report it if you need to use this configuration."},
    {"spark.reducer.maxMbInFlight", "1.4",
     "Please use the new key 'spark.reducer.maxSizeInFlight' instead."},
    {"spark.reducer.maxReqSizeShuffleToMem", "2.3",
     "Please use the new key 'spark.network.maxRemoteBlockSizeFetchToMem' instead."},
    {"spark.rpc", "2.0", "Not used anymore."},
    {"spark.rpc.numRetries", "2.2.0", "Not used anymore"},
    {"spark.rpc.retry.wait", "2.2.0", "Not used anymore"},
    {"spark.scheduler.blacklist.unschedulableTaskSetTimeout", "3.1.0",
     "Not used anymore. Please use "
     "spark.scheduler.excludeOnFailure.unschedulableTaskSetTimeout"},
    {"spark.scheduler.executorTaskBlacklistTime", "2.1.0",
     "Not used anymore. Please use the new excludedOnFailure options, "
     "spark.excludeOnFailure.*"},
    {"spark.scheduler.listenerbus.eventqueue.size", "2.3",
     "Please use the new key 'spark.scheduler.listenerbus.eventqueue.capacity' instead."},
    {"spark.shuffle.file.buffer.kb", "1.4",
     "Please use the new key 'spark.shuffle.file.buffer' instead."},
    {"spark.shuffle.server.chunkFetchHandlerThreadsPercent", "4.2.0",
     "Using separate chunkFetchHandlers could be problematic according to the underlying "
     "netty layer"},
    {"spark.shuffle.server.finalizeShuffleMergeThreadsPercent", "4.2.0",
     "Using separate finalizeWorkers could be problematic according to the underlying netty "
     "layer"},
    {"spark.shuffle.service.index.cache.entries", "2.3.0",
     "Not used anymore. Please use spark.shuffle.service.index.cache.size"},
    {"spark.shuffle.spill", "1.6", "Not used anymore."},
    {"spark.shuffle.unsafe.file.output.buffer", "4.0.0",
     "Please use spark.shuffle.localDisk.file.output.buffer"},
    {"spark.sql.kafkaConsumerCache.capacity", "3.0",
     "Please use the new key 'spark.kafka.consumer.cache.capacity' instead."},
    {"spark.streaming.minRememberDuration", "1.5",
     "Please use the new key 'spark.streaming.fileStream.minRememberDuration' instead."},
    {"spark.unsafe.offHeap", "1.6",
     "Please use the new key 'spark.memory.offHeap.enabled' instead."},
    {"spark.yarn.access.hadoopFileSystems", "3.0",
     "Please use the new key 'spark.kerberos.access.hadoopFileSystems' instead."},
    {"spark.yarn.access.namenodes", "2.2",
     "Please use the new key 'spark.kerberos.access.hadoopFileSystems' instead."},
    {"spark.yarn.am.port", "2.0.0", "Not used anymore"},
    {"spark.yarn.applicationMaster.waitTries", "1.3",
     "Please use the new key 'spark.yarn.am.waitTime' instead."},
    {"spark.yarn.blacklist.executor.launch.blacklisting.enabled", "3.1.0",
     "Not used anymore. Please use spark.yarn.executor.launch.excludeOnFailure.enabled"},
    {"spark.yarn.credentials.file.retention.count", "2.4.0", "Not used anymore."},
    {"spark.yarn.credentials.file.retention.days", "2.4.0", "Not used anymore."},
    {"spark.yarn.driver.memoryOverhead", "2.3",
     "Please use the new key 'spark.driver.memoryOverhead' instead."},
    {"spark.yarn.executor.failuresValidityInterval", "3.5",
     "Please use the new key 'spark.executor.failuresValidityInterval' instead."},
    {"spark.yarn.executor.memoryOverhead", "2.3",
     "Please use the new key 'spark.executor.memoryOverhead' instead."},
    {"spark.yarn.jar", "2.0", "Please use the new key 'spark.yarn.jars' instead."},
    {"spark.yarn.kerberos.relogin.period", "3.0",
     "Please use the new key 'spark.kerberos.relogin.period' instead."},
    {"spark.yarn.keytab", "3.0", "Please use the new key 'spark.kerberos.keytab' instead."},
    {"spark.yarn.max.executor.failures", "3.5",
     "Please use the new key 'spark.executor.maxNumFailures' instead."},
    {"spark.yarn.max.worker.failures", "1.5",
     "Please use the new key 'spark.yarn.max.executor.failures' instead."},
    {"spark.yarn.principal", "3.0",
     "Please use the new key 'spark.kerberos.principal' instead."},
    {"spark.yarn.services", "3.0.0", "Feature no longer available."},
    {"spark.yarn.user.classpath.first", "1.3",
     "Please use spark.{driver,executor}.userClassPathFirst instead."},
};

static int by_key(const void *key, const void *entry)
{
    return strcmp(key, ((const struct deprecated *)entry)->key);
}

void spk_deprecation_warn(struct spk_arena *arena, const struct spk_conf_entry *entry,
                          struct spk_warnings *warnings)
{
    const struct deprecated *found =
        bsearch(entry->key, deprecated, SPK_LEN(deprecated), sizeof(deprecated[0]), by_key);

    if (found)
        spk_warn(warnings, arena, "DEPRECATED_FIELD", entry->origin,
                 "The configuration key '%s' has been deprecated as of Spark %s and may be "
                 "removed in the future. %s",
                 entry->key, found->since, found->advice);
    if (spk_starts_with(entry->key, "spark.akka") ||
        spk_starts_with(entry->key, "spark.ssl.akka"))
        spk_warn(warnings, arena, "DEPRECATED_FIELD", entry->origin,
                 "The configuration key %s is not supported anymore because Spark doesn't use "
                 "Akka since 2.0",
                 entry->key);
}
