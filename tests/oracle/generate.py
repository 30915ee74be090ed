#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Seeded random spark-submit commands, valid and not: generate.py [--cases N] [--seed S] > cases.jsonl
--each N makes N commands about each subject instead.

Case i of seed S depends on S and i alone. What the real one would need other machines for (a Hadoop
file system, a repository, user code of client mode) is left out.
"""

import argparse
import json
import random

import template
import values as v

K = "spark.kubernetes."
BAD = 0.02


class Builder:
    """A command in the making: properties by key, options, environment, files."""

    def __init__(self, dice):
        self.dice = dice
        self.conf, self.options, self.env, self.files = {}, [], {}, {}

    def chance(self, share):
        return self.dice.random() < share

    def pick(self, good, bad=()):
        return self.dice.choice(bad if bad and self.chance(BAD) else good)

    def text(self):
        return self.pick(v.TEXTS)

    def set(self, key, good, bad=(), share=1.0):
        if self.chance(share):
            self.conf[key] = self.pick(good, bad)

    def option(self, name, good, bad=(), share=1.0):
        if self.chance(share):
            self.options.append((name, self.pick(good, bad)))

    def several(self, most):
        return range(self.dice.randint(1, most))


# ---- one function per subject: each is in a command with a share of its own ----

def memory(b):
    b.set("spark.driver.memory", v.MEMORY, v.BAD_MEMORY, 0.5)
    b.option("--driver-memory", v.MEMORY, v.BAD_MEMORY, 0.3)
    b.set("spark.executor.memory", v.MEMORY, v.BAD_MEMORY, 0.4)
    b.option("--executor-memory", v.MEMORY, v.BAD_MEMORY, 0.2)
    b.set("spark.driver.memoryOverhead", v.MEBIBYTES, v.BAD_MEBIBYTES, 0.3)
    b.set("spark.executor.memoryOverhead", v.MEBIBYTES, v.BAD_MEBIBYTES, 0.2)
    b.set("spark.driver.minMemoryOverhead", v.MEBIBYTES, v.BAD_MEBIBYTES, 0.2)
    b.set("spark.executor.minMemoryOverhead", v.MEBIBYTES, v.BAD_MEBIBYTES, 0.1)


def overhead(b):
    b.set(K + "memoryOverheadFactor", v.DOUBLES, v.BAD_DOUBLES, 0.5)
    b.set("spark.driver.memoryOverheadFactor", v.DOUBLES, v.BAD_DOUBLES, 0.4)
    b.set("spark.executor.memoryOverheadFactor", v.DOUBLES, v.BAD_DOUBLES, 0.3)
    b.set("spark.memory.offHeap.enabled", v.BOOLEANS, v.BAD_BOOLEANS, 0.3)
    b.set("spark.memory.offHeap.size", ["1g", "100m", "512", "2048k"], ["0", "x", ""], 0.4)
    b.set("spark.executor.pyspark.memory", v.MEMORY, v.BAD_MEMORY, 0.2)


def cores(b):
    b.set("spark.driver.cores", v.INTEGERS, v.BAD_INTEGERS, 0.4)
    b.option("--driver-cores", v.INTEGERS, v.BAD_INTEGERS, 0.2)
    b.set("spark.executor.cores", v.INTEGERS, v.BAD_INTEGERS, 0.4)
    b.option("--executor-cores", v.INTEGERS, v.BAD_INTEGERS, 0.2)
    b.option("--num-executors", v.INTEGERS, v.BAD_INTEGERS, 0.2)
    b.option("--total-executor-cores", v.INTEGERS, v.BAD_INTEGERS, 0.05)
    for role in ("driver", "executor"):
        b.set(K + role + ".request.cores", v.CORES, v.BAD_CORES, 0.3)
        b.set(K + role + ".limit.cores", v.CORES, v.BAD_CORES, 0.3)
    b.set("spark.task.cpus", ["1", "2"], ["0", "x", "0.5"], 0.05)


def gpus(b):
    for role in ("driver", "executor"):
        for name in b.dice.sample(["gpu", "fpga", "tpu.x"], b.dice.randint(0, 2)):
            head = "spark.%s.resource.%s." % (role, name)
            b.set(head + "amount", ["1", "2", "8"], ["0", "x", "1.5", "", "-1"], 0.98)
            b.set(head + "vendor", ["nvidia.com", "amd.com", ""], (), 0.97)
            b.set(head + "discoveryScript", ["/opt/gpu.sh", ""], (), 0.3)


def images(b):
    b.set(K + "container.image", v.IMAGES, [""], 0.9)
    b.set(K + "driver.container.image", v.IMAGES, [""], 0.6)
    b.set(K + "executor.container.image", v.IMAGES, [""], 0.5)
    b.set(K + "container.image.pullPolicy", ["Always", "Never", "IfNotPresent"], ["always", "", " Never "], 0.5)
    b.set(K + "container.image.pullSecrets", ["one", "one,two", " a , ,b,", "${spark.app.name}", "x,x"], [""], 0.5)


def labels(b):
    for kind in ("driver.label.", "driver.annotation.", "driver.service.label.", "driver.service.annotation.",
                 "executor.label.", "executor.annotation.", "node.selector.", "driver.node.selector.",
                 "executor.node.selector."):
        if b.chance(0.3):
            for _ in b.several(4):
                b.set(K + kind + b.pick(v.KEYS, ["", "spark-role", "spark-app-selector", "spark-version"]), v.TEXTS)


def environment(b):
    for head in (K + "driverEnv.", "spark.executorEnv."):
        if b.chance(0.7):
            for _ in b.several(6):
                b.set(head + b.pick(v.VARIABLES, v.BAD_VARIABLES), v.TEXTS)


def secrets(b):
    for role in ("driver", "executor"):
        for _ in range(b.dice.randint(0, 3)):
            b.set(K + role + ".secrets." + b.pick(v.OBJECT_NAMES, [""]), v.PATHS, [""])
        for _ in range(b.dice.randint(0, 3)):
            b.set(K + role + ".secretKeyRef." + b.pick(v.VARIABLES, [""]),
                  ["s:k", "my-secret:the.key", "a:b"], ["nocolon", "a:b:c", ":", "a:", "", ":b"])


def volume(b, role):
    kind = b.pick(["emptyDir", "hostPath", "persistentVolumeClaim", "nfs"], ["emptydir", "configMap", ""])
    name = b.dice.choice(["data", "spark-local-dir-1", "spark-local-dir-x", "v", "two", "UPPER", "n9"])
    head = K + "%s.volumes.%s.%s." % (role, kind, name)
    if any(key.startswith(K + role + ".volumes.") and "." + name + "." in key for key in b.conf):
        return  # two of a name come in hash order
    b.set(head + "mount.path", v.PATHS, [""], 0.98)
    b.set(head + "mount.readOnly", v.BOOLEANS[:3], v.BAD_BOOLEANS, 0.4)
    b.set(head + "mount.subPath", ["sub", "a/b", ""], (), 0.25)
    b.set(head + "mount.subPathExpr", ["$(POD)", "x"], (), 0.08)
    needed = {"hostPath": ["path"], "persistentVolumeClaim": ["claimName"], "nfs": ["path", "server"]}
    choices = {"path": ["/host", "/exports/x", ""], "claimName": ["c", "OnDemand", "pre-OnDemand", "on-demand", ""],
               "server": ["nfs.example", "10.0.0.1"], "storageClass": ["fast", "", "OnDemand"],
               "sizeLimit": v.SIZES, "medium": ["Memory", "", "HugePages"], "type": ["Directory", "File", ""]}
    for option, pool in choices.items():
        share = 0.97 if option in needed.get(kind, []) else 0.3
        b.set(head + "options." + option, pool, v.BAD_SIZES if option == "sizeLimit" else (), share)
    for extra in ("label", "annotation"):
        if b.chance(0.15):
            b.set(head + extra + "." + b.pick(v.KEYS, [""]), v.TEXTS)


def volumes(b):
    for _ in b.several(3):
        volume(b, "driver")
    if b.chance(0.5):
        volume(b, "executor")
    b.set(K + "legacy.useReadWriteOnceAccessMode", v.BOOLEANS, v.BAD_BOOLEANS, 0.2)


def local_dirs(b):
    b.set("spark.local.dir", ["/tmp/a", "/a,/b", "/a,,/b,", " /x ", "relative", "${spark.app.name}"], [""], 0.5)
    b.set(K + "local.dirs.tmpfs", v.BOOLEANS, v.BAD_BOOLEANS, 0.5)
    b.set(K + "driverEnv.SPARK_LOCAL_DIRS", ["/env/a", "/env/a,/env/b"], (), 0.2)
    if b.chance(0.3):
        b.env["SPARK_LOCAL_DIRS"] = b.pick(["/l", "/l,/m", ""])


def service(b):
    b.set(K + "driver.service.ipFamilyPolicy", ["SingleStack", "PreferDualStack", "RequireDualStack"],
          ["singlestack", ""], 0.5)
    b.set(K + "driver.service.ipFamilies", ["IPv4", "IPv6", "IPv4,IPv6", "IPv6,IPv4"], ["ipv4", "IPv4, IPv6", ""], 0.5)
    b.set(K + "driver.service.publishNotReadyAddresses", v.BOOLEANS, v.BAD_BOOLEANS, 0.4)
    b.set(K + "driver.service.deleteOnTermination", v.BOOLEANS, v.BAD_BOOLEANS, 0.2)
    b.set("spark.driver.host", ["h", "10.0.0.1"], (), 0.1)
    b.set("spark.driver.bindAddress", ["0.0.0.0", ""], (), 0.03)


def ports(b):
    for key in ("spark.driver.port", "spark.driver.blockManager.port", "spark.blockManager.port", "spark.ui.port",
                "spark.connect.grpc.binding.port"):
        b.set(key, v.PORTS, v.BAD_PORTS, 0.35)
    b.set("spark.ui.enabled", v.BOOLEANS, v.BAD_BOOLEANS, 0.2)


def accounts(b):
    b.set(K + "authenticate.driver.serviceAccountName", ["sa", "", "${spark.app.name}", "sa two"], (), 0.7)
    b.set(K + "authenticate.executor.serviceAccountName", ["esa", ""], (), 0.4)
    b.set(K + "authenticate.serviceAccountName", ["x"], (), 0.1)
    for key in ("scheduler.name", "driver.scheduler.name", "executor.scheduler.name"):
        b.set(K + key, ["volcano", "my scheduler", "", "${env:SPARK_USER}"], (), 0.35)


def credentials(b):
    head = K + "authenticate.driver."
    b.set(head + "oauthToken", ["token", "", "tok en"], (), 0.3)
    for name, file in (("caCertFile", "ca.pem"), ("clientKeyFile", "key"), ("clientCertFile", "crt")):
        if b.chance(0.3):
            b.conf[head + name] = "{{DIR}}/" + b.pick([file], ["missing"])
            b.files[file] = b.pick(["CONTENT", "", "ü\nline\n"])
        b.set(head + "mounted." + name, ["/mnt/" + file, ""], (), 0.2)
    b.set(head + "mounted.oauthTokenFile", ["/mnt/token"], (), 0.2)
    b.set(K + "authenticate.submission.oauthToken", ["submit-token"], (), 0.2)
    b.set(K + "authenticate.executor.oauthToken", ["e"], (), 0.1)
    b.set(K + "trust.certificates", v.BOOLEANS, v.BAD_BOOLEANS, 0.2)


def hadoop(b):
    if b.chance(0.5):
        directory = "{{DIR}}/" + b.pick(["hc"], ["none"])
        b.env["HADOOP_CONF_DIR"] = directory
        for name in b.dice.sample(["core-site.xml", "hdfs-site.xml", "log4j.properties", "x", "ü.xml"], 2):
            b.files["hc/" + name] = b.pick(["<configuration></configuration>", "", "a: b\n", "'\"\\é"])
    b.set(K + "hadoop.configMapName", ["hcm", ""], (), 0.1 if b.env.get("HADOOP_CONF_DIR") else 0.8)


def kerberos(b):
    if b.chance(0.5):
        b.conf[K + "kerberos.krb5.path"] = "{{DIR}}/" + b.pick(["my-krb5.conf"], ["missing.conf"])
        b.files["my-krb5.conf"] = b.pick(["[libdefaults]\n", "", "é\ttab"])
    b.set(K + "kerberos.krb5.configMapName", ["kcm", ""], (), 0.1 if K + "kerberos.krb5.path" in b.conf else 0.8)
    both = b.chance(0.5)
    b.set(K + "kerberos.tokenSecret.name", ["ts"], (), 1 if both else 0.05)
    b.set(K + "kerberos.tokenSecret.itemKey", ["tk"], (), 1 if both else 0.05)


def templates(b):
    for role, share in (("driver", 0.9), ("executor", 0.5)):
        if not b.chance(share):
            continue
        text = template.make(b.dice)
        if role == "executor" and b.chance(0.3):
            text = template.of_executors(b.dice)
        name = b.pick([role + ".yaml", role + "-template", role + " template.yml"])
        b.files[name] = text
        path = "{{DIR}}/" + b.pick([name], ["missing.yaml"])
        b.conf[K + role + ".podTemplateFile"] = b.pick(["", "", "file://"]) + path
        names = template.container_names(text) + ["plain", "absent", ""]
        b.set(K + role + ".podTemplateContainerName", names, (), 0.4)


VOLCANO = "org.apache.spark.deploy.k8s.features.VolcanoFeatureStep"


def pod_groups(b):
    b.set(K + "driver.pod.featureSteps", [VOLCANO], (), 0.98)
    b.set(K + "executor.pod.featureSteps", [VOLCANO], (), 0.3)
    b.set("spark.kubernetes.scheduler.name", ["volcano"], (), 0.7)
    if b.chance(0.7):
        b.files["pod-group.yaml"] = template.pod_group(b.dice)
        b.conf[K + "scheduler.volcano.podGroupTemplateFile"] = "{{DIR}}/" + b.pick(["pod-group.yaml"], ["missing"])
    if b.chance(0.4):
        b.conf[K + "scheduler.volcano.podGroupTemplateJson"] = template.pod_group(b.dice)


def python_and_r(b):
    b.set("spark.pyspark.python", ["python3.11", "/usr/bin/python3", ""], (), 0.5)
    b.set("spark.pyspark.driver.python", ["python3", ""], (), 0.4)
    for name in ("PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON"):
        if b.chance(0.3):
            b.env[name] = b.pick(["/env/python", ""])
        b.set(K + "driverEnv." + name, ["/driver/python"], (), 0.2)
    b.set(K + "pyspark.pythonVersion", ["3"], ["2", "x"], 0.1)
    b.set("spark.executorEnv.PYSPARK_PYTHON", ["/e/python"], (), 0.1)


def java_options(b):
    for key in ("spark.driver.extraJavaOptions", "spark.driver.defaultJavaOptions",
                "spark.executor.extraJavaOptions", "spark.executor.defaultJavaOptions"):
        b.set(key, v.JAVA_OPTIONS, v.BAD_JAVA_OPTIONS, 0.35)
    b.option("--driver-java-options", v.JAVA_OPTIONS, v.BAD_JAVA_OPTIONS, 0.3)
    for key in ("spark.driver.extraClassPath", "spark.executor.extraClassPath", "spark.driver.extraLibraryPath"):
        b.set(key, ["/a.jar:/b.jar", "", "/x y"], (), 0.3)
    b.option("--driver-class-path", ["/cp", "/c p", ""], (), 0.3)
    b.option("--driver-library-path", ["/lib"], (), 0.2)
    b.option("--driver-default-class-path", ["/dcp"], (), 0.03)
    b.set("spark.driver.defaultExtraClassPath", ["hive-jackson/*", ""], (), 0.1)


def dependencies(b):
    for option, key in (("--jars", "spark.jars"), ("--files", "spark.files"), ("--archives", "spark.archives"),
                        ("--py-files", "spark.submit.pyFiles")):
        pool = [",".join(b.pick(v.URIS, v.ODD_URIS) for _ in b.several(4))]
        if b.chance(0.3):
            b.option(option, pool)
        b.set(key, pool, [""], 0.3)
    b.set("spark.kubernetes.file.upload.path", ["s3a://b/p"], (), 0.05)
    if b.chance(0.04):
        b.conf["spark.files"] = "/local/file"


def executors(b):
    for key, pool in (("podNamePrefix", ["p", "a-b", "x" * 60]), ("deleteOnTermination", v.BOOLEANS),
                      ("checkAllContainers", v.BOOLEANS), ("disableConfigMap", v.BOOLEANS),
                      ("enableApiPolling", v.BOOLEANS), ("terminationGracePeriodSeconds", ["10s", "0", "2m"]),
                      ("useDriverPodIP", v.BOOLEANS), ("podDeletionCost", ["5", "-3"]),
                      ("rollPolicy", ["ID", "outlier"]), ("rollInterval", v.TIMES),
                      ("decommissionLabel", ["l"]), ("decommissionLabelValue", ["v"]),
                      ("resizeInterval", ["1m", "0"]), ("resizeThreshold", ["0.5"]), ("resizeFactor", ["0.2"]),
                      ("apiPollingInterval", v.TIMES), ("minTasksPerExecutorBeforeRolling", ["0", "3"])):
        b.set(K + "executor." + key, pool, ["", "x", "-1"], 0.15)
    b.set("spark.executor.instances", ["1", "2", "10"], ["0", "-1", "x"], 0.4)
    b.set("spark.dynamicAllocation.enabled", v.BOOLEANS, v.BAD_BOOLEANS, 0.3)
    b.set("spark.decommission.enabled", v.BOOLEANS, v.BAD_BOOLEANS, 0.2)
    b.set("spark.io.encryption.enabled", v.BOOLEANS, v.BAD_BOOLEANS, 0.1)
    b.set("spark.authenticate", v.BOOLEANS, v.BAD_BOOLEANS, 0.1)


def allocation(b):
    for key, pool in (("batch.size", v.INTEGERS), ("batch.delay", v.TIMES), ("maxPendingPods", ["10"]),
                      ("pods.allocator", ["direct", "statefulset", "deployment", "Deployment"]),
                      ("driver.readinessTimeout", v.TIMES), ("executor.timeout", v.TIMES), ("maximum", ["100"]),
                      ("recoveryMode.enabled", v.BOOLEANS)):
        b.set(K + "allocation." + key, pool, ["x", "", "0"], 0.3)
    for key in ("reusePersistentVolumeClaim", "ownPersistentVolumeClaim", "waitToReusePersistentVolumeClaim",
                "annotateExitException"):
        b.set(K + "driver." + key, v.BOOLEANS, v.BAD_BOOLEANS, 0.2)


STEPS = ["BasicDriverFeatureStep", "DriverKubernetesCredentialsFeatureStep", "DriverServiceFeatureStep",
         "MountSecretsFeatureStep", "EnvSecretsFeatureStep", "MountVolumesFeatureStep", "DriverCommandFeatureStep",
         "HadoopConfDriverFeatureStep", "KerberosConfDriverFeatureStep", "PodTemplateConfigMapStep",
         "LocalDirsFeatureStep", "NetworkPolicyFeatureStep"]


def feature_steps(b):
    package = "org.apache.spark.deploy.k8s.features."
    chosen = b.dice.sample(STEPS, b.dice.randint(1, 3))
    names = [b.pick([package + name], [name, "org.example.None"]) for name in chosen]
    b.conf[K + "driver.pod.excludedFeatureSteps"] = b.pick([",", " , "]).join(names)
    b.set(K + "executor.pod.excludedFeatureSteps", [package + "LocalDirsFeatureStep"], (), 0.2)
    b.set(K + "driver.pod.featureSteps", ["org.example.Step", "", " , "], (), 0.05)


def security(b):
    for key in ("securityContext", "driver.securityContext", "executor.securityContext"):
        b.set(K + key + ".allowPrivilegeEscalation", v.BOOLEANS, v.BAD_BOOLEANS, 0.4)


def submission(b):
    for key in ("submission.connectionTimeout", "submission.requestTimeout", "driver.connectionTimeout"):
        b.set(K + key, ["10000", "60000"], ["x", "", "1.5"], 0.3)
    b.set(K + "report.interval", v.TIMES, v.BAD_TIMES, 0.3)
    b.set(K + "appKillPodDeletionGracePeriod", v.TIMES, v.BAD_TIMES, 0.1)
    b.set(K + "context", ["ctx"], (), 0.03)
    b.set(K + "driver.master", ["https://other", ""], (), 0.2)
    b.set(K + "submitInDriver", ["true", "x"], (), 0.1)
    b.set(K + "resource.type", ["java", "python", "r", "x"], (), 0.15)
    b.set(K + "driver.resourceNamePrefix", ["prefix"], (), 0.1)


def naming(b):
    b.set(K + "driver.pod.name", ["my-driver", "d" * 70, "", "Upper", "${spark.app.name}-d",
                                  "t-${spark.app.submitTime}"], (), 0.6)
    b.set(K + "namespace", ["ns", "default", "other-ns", "${env:SPARK_USER}"], (), 0.6)
    b.set("spark.app.name", v.NAMES, [""], 0.5)


def conf_dir(b):
    for name in b.dice.sample(["log4j2.properties", "metrics.properties", "spark-env.sh", ".hidden", "a.gz", "b.jar",
                               "c.template", "my-spark.conf", "sparkfoo.properties", "é.txt", "x.tgz",
                               "spark.kubernetes.namespace", "sub/inner.txt", "big.txt", "with space"], 4):
        b.files["conf/" + name] = b.pick(["x\n", "", "ü=é\n", "a\tb\\c\n", "long " * 400])
    b.set(K + "configMap.maxSize", ["100", "2500", "1048576", "20"], ["x", "", "-1", "1048577", "1.5"], 0.5)


def ordinary(b):
    for _ in b.several(6):
        key, text = b.pick(v.PROPERTY_KEYS), b.text()
        # What is computed from the time of the run cannot be compared.
        if key.endswith("memoryOverhead"):
            text = text.replace("${spark.app.submitTime}", "384")
        b.conf[key] = text


def switches(b):
    b.option("--proxy-user", ["alice", "a b", "ü"], [""], 0.4)
    b.option("--queue", ["q"], (), 0.2)
    if b.chance(0.3):
        b.options.append((b.pick(["--supervise", "--verbose", "-v", "--supervise=x"], ["--unknown", "-z"]), None))
    b.option("--packages", ["org.example:lib:1.0"], ["bad", "a:b", ""], 0)
    if b.chance(0.4):
        b.env["SPARK_USER"] = b.pick([None, "other", "ü", ""])
    for name, pool in (("SPARK_DRIVER_MEMORY", v.MEMORY), ("SPARK_EXECUTOR_MEMORY", v.MEMORY),
                       ("SPARK_EXECUTOR_CORES", v.INTEGERS), ("SPARK_APPLICATION_PYTHON_VERSION", ["3"])):
        if b.chance(0.15):
            b.env[name] = b.pick(pool)


SUBJECTS = [(memory, 0.35), (overhead, 0.25), (cores, 0.3), (gpus, 0.12), (images, 0.15), (labels, 0.3),
            (environment, 0.25), (secrets, 0.2), (volumes, 0.3), (local_dirs, 0.15), (service, 0.15), (ports, 0.2),
            (accounts, 0.2), (credentials, 0.12), (hadoop, 0.12), (kerberos, 0.1), (templates, 0.35),
            (python_and_r, 0.2), (java_options, 0.25), (dependencies, 0.2), (executors, 0.25), (allocation, 0.15),
            (feature_steps, 0.08), (pod_groups, 0.05), (security, 0.12), (submission, 0.12), (naming, 0.3),
            (conf_dir, 0.15), (ordinary, 0.35), (switches, 0.2)]


# ---- from the parts to a command ----

def escaped(dice, text, key):
    """A spelling that java.util.Properties reads back as text."""
    out = ""
    odd = 0 if "{{" in text else 1
    for index, char in enumerate(text):
        if char in "\n\r\t\f\\":
            out += {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f", "\\": "\\\\"}[char]
        elif (key and char in " :=") or (char in "#! :=" and index == 0):
            out += "\\" + char
        elif dice.random() < 0.01 * odd and ord(char) < 0x10000:
            out += "\\u%04x" % ord(char)
        elif ord(char) > 0xFFFF and dice.random() < 0.5:
            high, low = (ord(char) - 0x10000 >> 10) + 0xD800, (ord(char) & 0x3FF) + 0xDC00
            out += "\\u%04X\\u%04x" % (high, low)
        else:
            out += char
        if dice.random() < 0.004 * odd and index + 1 < len(text) and text[index + 1] not in " \t\f":
            out += "\\\n  "
    return out


def properties_text(dice, conf):
    text = dice.choice(["", "# head\n", "! head \\\n\n", "\n  \n"])
    for key, value in conf.items():
        separator = dice.choice(["=", "=", " ", " = ", ":", "\t", " : ", "   "])
        text += dice.choice(["", "", " "]) + escaped(dice, key, True) + separator + escaped(dice, value, False)
        text += dice.choice(["\n", "\n", "\n", "\r\n", "\n\n# comment = x\n"])
    return text


def spread(b):
    """Every property goes to the command line or to one of the files."""
    dice, arguments = b.dice, []
    parts = {"properties.conf": {}, "conf/spark-defaults.conf": {}}
    in_files = dice.choice([0, 0, 0, 0.3, 0.8])
    for key, value in b.conf.items():
        if dice.random() < in_files:
            parts[dice.choice(list(parts))][key] = value
            if dice.random() < 0.9:
                continue
        if dice.random() < 0.7 or "\n" in value or not value:
            arguments += [dice.choice(["--conf", "--conf", "-c"]), key + "=" + value]
        else:
            arguments += ["--conf=" + key + "=" + value]
    for name, conf in parts.items():
        if conf or dice.random() < 0.03:
            b.files[name] = properties_text(dice, conf)
    if "properties.conf" in b.files:
        arguments += ["--properties-file", "{{DIR}}/properties.conf"]
        if dice.random() < 0.4:
            arguments += ["--load-spark-defaults"]
    elif dice.random() < 0.05:
        arguments += ["--load-spark-defaults"]
    return arguments


def resource(b):
    dice = b.dice
    kind = dice.choices(["jar", "py", "R", "internal", "http", "odd"], [55, 25, 6, 6, 5, 3])[0]
    with_class = kind not in ("py", "R") or dice.random() < 0.1
    path = {"jar": "local:///opt/app/app.jar", "py": dice.choice(["local:///opt/app/main.py", "http://h/main.py"]),
            "R": dice.choice(["local:///opt/app/main.R", "local:///x.r"]), "internal": "spark-internal",
            "http": "https://repo.example/a%20b.jar?x=y#z",
            "odd": dice.choice(["/local/app.jar", "local:///opt/APP.PY", "local:///a b.jar", "", "local:///x.zip",
                                "app.jar", "-dash"])}[kind]
    options = ["--class", dice.choice(["org.example.Main", "Main$Inner", "ü.Klasse"])]
    return (options if with_class and dice.random() < 0.97 else []), path


def make(seed, index, always=None):
    """always: the name of a subject that the case is about, whatever else it says."""
    dice = random.Random("%d/%d" % (seed, index))
    b = Builder(dice)
    if dice.random() < 0.99:
        b.conf[K + "container.image"] = "registry.example/spark:tag"
    for subject, share in SUBJECTS:
        if dice.random() < share or subject.__name__ == always:
            subject(b)
    return finish(b, "-".join(["random", str(seed), str(index), *([always] if always else [])]))


def make_again(name):
    """The case of that id."""
    seed, index, *always = name.split("-")[1:]
    return make(int(seed), int(index), *always)


def make_about(subject, seed, index):
    """A case about one subject only; its id says so."""
    name = subject.__name__.replace("_", "-")
    b = Builder(random.Random("%d/%s/%d" % (seed, name, index)))
    b.conf[K + "container.image"] = "registry.example/spark:tag"
    subject(b)
    return finish(b, "more-%s-%02d" % (name, index))


def finish(b, name):
    dice = b.dice
    class_option, path = resource(b)
    groups = [["--deploy-mode", "cluster"], class_option, spread(b)]
    master = dice.choices(["k8s://{{API}}", "k8s://{{API_TLS}}", "k8s://{{API_TLS_HOST}}", "k8s://{{API}}/base",
                           "k8s://ftp://h", "k8s://", "K8S://{{API}}"], [90, 4, 3, 3, 0.3, 0.3, 0.3])[0]
    groups.append(["--master", master])
    if dice.random() < 0.6:
        groups.append(["--name", dice.choice(v.NAMES + ["app"] * 20)])
    for option, value in b.options:
        apart = value is not None and (dice.random() < 0.7 or not value or "\n" in value)
        groups.append([option] if value is None else [option, value] if apart else [option + "=" + value])
    dice.shuffle(groups)
    argv = [word for group in groups for word in group]
    argv += ["--conf", K + "submission.waitAppCompletion=false", path]
    if dice.random() < 0.4:
        argv += [dice.choice(v.ARGUMENTS) for _ in range(dice.randint(1, 5))]
    case = {"id": name, "argv": argv}
    if b.env:
        case["env"] = b.env
    if b.files:
        case["files"] = b.files
    return case


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, metavar="N")
    given = parser.parse_args()
    if given.each:
        made = [make_about(subject, given.seed, index)
                for subject, _ in SUBJECTS for index in range(given.each)]
    else:
        made = [make(given.seed, index) for index in range(given.cases)]
    for case in made:
        print(json.dumps(case, ensure_ascii=False))


if __name__ == "__main__":
    main()
