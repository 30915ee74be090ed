#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stands in for the kubelet: runs the Spark container of each pending pod of a namespace as a local
process and reports its phases to the API server.

A process sees a mount and a host-name namespace of its own. In it are the ConfigMaps and the other
volumes of its pod, a Spark distribution as /opt/spark, the service account's files and an /etc/hosts
that knows the namespace's services; what the entry point of Spark's images does with the words
"driver" and "executor" is done here. All pods share the loopback device, so one driver runs at a
time. Needs root, for the namespaces.

  process_kubelet.py CONTROL_PLANE NAMESPACE SPARK_HOME WORK DRIVER [--timeout SECONDS]

ends when the pod DRIVER has: 0 succeeded, 1 failed, 2 the time is over. WORK gets POD.log of each pod.
"""

import argparse
import base64
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))

import kube  # noqa: E402

SPARK_CONTAINERS = ("spark-kubernetes-driver", "spark-kubernetes-executor")
ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
LOOPBACK = "127.0.0.1"
MERGE = "application/merge-patch+json"


def why_not():
    """Why no process of a pod can be started here; None if it can."""
    if os.geteuid() != 0:
        return "namespaces need root"
    done = subprocess.run(["unshare", "-m", "-u", "mount", "--make-rprivate", "/"], capture_output=True, text=True,
                          check=False)
    return None if done.returncode == 0 else "no namespaces: " + done.stderr.strip()


# ---- the image's entry point ----

def driver_command(env, arguments):
    """@source resource-managers/kubernetes/docker/src/main/dockerfiles/spark/entrypoint.sh"""
    address = env["SPARK_DRIVER_BIND_ADDRESS"]
    return ["/opt/spark/bin/spark-submit", "--conf", "spark.driver.bindAddress=" + address, "--conf",
            "spark.executorEnv.SPARK_DRIVER_POD_IP=" + address, "--deploy-mode", "client", *arguments]


def executor_command(env, arguments):
    """Likewise."""
    del arguments
    numbered = sorted((int(name.rpartition("_")[2]), name) for name in env if name.startswith("SPARK_JAVA_OPT_"))
    memory = env["SPARK_EXECUTOR_MEMORY"]
    words = {"--driver-url": "DRIVER_URL", "--executor-id": "EXECUTOR_ID", "--cores": "EXECUTOR_CORES",
             "--app-id": "APPLICATION_ID", "--hostname": "EXECUTOR_POD_IP",
             "--resourceProfileId": "RESOURCE_PROFILE_ID", "--podName": "EXECUTOR_POD_NAME"}
    return [env["JAVA_HOME"] + "/bin/java", *(env[name] for _, name in numbered), "-Xms" + memory, "-Xmx" + memory,
            "-cp", env.get("SPARK_CLASSPATH", "") + ":/opt/spark/conf:/opt/spark/jars/*",
            "org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend",
            *(word for option, name in words.items() for word in (option, env["SPARK_" + name]))]


COMMANDS = {"driver": driver_command, "executor": executor_command}


class Kubelet:
    """mounts: directories of this machine by the place where every pod sees them. before_look is
    called with all pods, each time."""

    def __init__(self, cluster, namespace, spark_home, work, mounts=None):
        self.cluster, self.namespace = cluster, namespace
        self.spark_home = pathlib.Path(spark_home).resolve()
        self.work = pathlib.Path(work)
        self.mounts = mounts or {}
        self.processes = {}
        self.ended = {}
        self.before_look = lambda pods: None
        self.work.mkdir(parents=True, exist_ok=True)

    # ---- what a pod sees ----

    def object(self, kind, name):
        try:
            return self.cluster.get(kind, self.namespace, name)
        except kube.Refused as refused:
            if refused.status != 404:
                raise
            raise LookupError("%s %s does not exist" % (kind, name)) from None

    def environment(self, pod, container):
        env = {"PATH": os.environ["PATH"], "SPARK_HOME": "/opt/spark", "HOME": "/tmp", "LC_ALL": "C.UTF-8",
               "JAVA_HOME": self.java_home(), "PYSPARK_PYTHON": sys.executable,
               "PYSPARK_DRIVER_PYTHON": sys.executable, "KUBERNETES_SERVICE_HOST": LOOPBACK,
               "KUBERNETES_SERVICE_PORT": self.cluster.server.rpartition(":")[2]}
        for entry in container.get("env", []):
            env[entry["name"]] = self.value(pod, entry)
        return env

    @staticmethod
    def java_home():
        if os.environ.get("JAVA_HOME"):
            return os.environ["JAVA_HOME"]
        java = subprocess.run(["sh", "-c", "readlink -f $(command -v java)"], capture_output=True, text=True, check=True)
        return str(pathlib.Path(java.stdout.strip()).parent.parent)

    def value(self, pod, entry):
        source = entry.get("valueFrom", {})
        if "secretKeyRef" in source:
            secret = self.object("Secret", source["secretKeyRef"]["name"])
            return base64.b64decode(secret["data"][source["secretKeyRef"]["key"]]).decode()
        if "fieldRef" not in source:
            return entry.get("value", "")
        path = source["fieldRef"]["fieldPath"]
        if path in ("status.podIP", "status.hostIP"):
            return LOOPBACK
        found = pod
        for step in path.split("."):
            found = found[step]
        return found

    def volume(self, volume, folder):
        """A directory with the volume's content."""
        folder = folder / ("volume-" + volume["name"])
        folder.mkdir(exist_ok=True)
        for kind, key, name in (("ConfigMap", "configMap", "name"), ("Secret", "secret", "secretName")):
            if key not in volume:
                continue
            data = self.object(kind, volume[key][name]).get("data", {})
            items = {item["key"]: item["path"] for item in volume[key].get("items", [])} or dict(zip(data, data))
            for word, path in items.items():
                file = folder / path
                file.parent.mkdir(parents=True, exist_ok=True)
                content = data[word]
                file.write_bytes(base64.b64decode(content) if kind == "Secret" else content.encode())
        return folder

    def binds(self, pod, container, folder):
        """(source, target) of everything that is mounted."""
        account = folder / "account"
        account.mkdir(exist_ok=True)
        for name, text in (("token", self.cluster.token), ("namespace", self.namespace),
                           ("ca.crt", self.cluster.authority.read_text("utf-8"))):
            (account / name).write_text(text, encoding="utf-8")
        hosts = folder / "hosts"
        names = ["localhost", pod["metadata"]["name"][:63]]
        for service in self.cluster.list("Service", self.namespace):
            name = service["metadata"]["name"]
            names += [name, "%s.%s.svc" % (name, self.namespace), "%s.%s.svc.cluster.local" % (name, self.namespace)]
        hosts.write_text("".join("%s %s\n" % (LOOPBACK, name) for name in names), encoding="utf-8")
        volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes", [])}
        result = [(account, ACCOUNT), (hosts, "/etc/hosts"), *((source, target) for target, source in self.mounts.items())]
        for mount in container.get("volumeMounts", []):
            if mount["mountPath"] == ACCOUNT:
                continue
            result.append((self.volume(volumes[mount["name"]], folder) / mount.get("subPath", ""), mount["mountPath"]))
        return result

    # ---- its life ----

    def script(self, pod, container, folder):
        """What the shell does inside of the namespaces: mounts, and then the container's command."""
        env = self.environment(pod, container)
        words = list(container.get("command", [])) + list(container.get("args", []))
        words = COMMANDS[words[0]](env, words[1:]) if words[0] in COMMANDS else words
        quote = shlex.quote
        upper, inner = folder / "upper", folder / "inner"
        lines = ["set -e", "mount --make-rprivate /", "hostname " + quote(pod["metadata"]["name"][:63]),
                 "mkdir -p /opt/spark %s %s/conf %s" % (ACCOUNT, quote(str(upper)), quote(str(inner))),
                 "mount -t overlay overlay -o lowerdir=%s,upperdir=%s,workdir=%s /opt/spark"
                 % (self.spark_home, upper, inner)]
        for source, target in self.binds(pod, container, folder):
            make = "touch" if source.is_file() else "mkdir -p"
            lines += ["mkdir -p " + quote(str(pathlib.Path(target).parent)), make + " " + quote(target),
                      "mount --bind %s %s" % (quote(str(source)), quote(target))]
        pairs = " ".join(quote("%s=%s" % pair) for pair in env.items())
        return "\n".join(lines + ["cd /tmp", "exec env -i %s %s" % (pairs, " ".join(map(quote, words)))])

    @staticmethod
    def spark_container(pod):
        return next((item for item in pod["spec"]["containers"] if item["name"] in SPARK_CONTAINERS),
                    pod["spec"]["containers"][0])

    def start(self, pod):
        name = pod["metadata"]["name"]
        container = self.spark_container(pod)
        folder = self.work / name
        folder.mkdir(exist_ok=True)
        script = self.script(pod, container, folder)
        with open(self.work / (name + ".log"), "wb") as log:
            self.processes[name] = subprocess.Popen(
                ["unshare", "-m", "-u", "bash", "-c", script], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True)
        self.report(pod, "Running", {"running": {"startedAt": now()}}, podIP=LOOPBACK, startTime=now(),
                    conditions=[{"type": "Ready", "status": "True"}])

    def report(self, pod, phase, state, **more):
        container = self.spark_container(pod)
        status = {"phase": phase, "containerStatuses": [
            {"name": container["name"], "image": container.get("image", ""), "imageID": "", "restartCount": 0,
             "ready": phase == "Running", "started": phase == "Running", "state": state}], **more}
        path = self.cluster.path("Pod", self.namespace) + "/" + pod["metadata"]["name"] + "/status"
        try:
            self.cluster.call("PATCH", path, {"status": status}, MERGE)
        except kube.Refused as refused:
            if refused.status != 404:
                raise

    def stop(self, name):
        process = self.processes.get(name)
        if process and process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def stop_all(self):
        for name in self.processes:
            self.stop(name)

    def look(self, pod):
        name = pod["metadata"]["name"]
        process = self.processes.get(name)
        if pod["metadata"].get("deletionTimestamp"):
            self.stop(name)
            self.cluster.delete("Pod", self.namespace, name)
        elif process is None and pod["metadata"].get("labels", {}).get("spark-role") \
                and not pod["spec"].get("schedulingGates"):
            try:
                self.start(pod)
            except LookupError:
                pass  # like FailedMount: again with the next look
        elif process and process.poll() is not None and name not in self.ended:
            self.ended[name] = process.returncode
            self.report(pod, "Failed" if process.returncode else "Succeeded", {"terminated": {
                "exitCode": process.returncode & 255, "finishedAt": now(),
                "reason": "Error" if process.returncode else "Completed"}})

    def run(self, driver, timeout):
        """Until the driver's end; its exit status, None if the time is over."""
        deadline = time.monotonic() + timeout
        try:
            while driver not in self.ended and time.monotonic() < deadline:
                pods = self.cluster.list("Pod", self.namespace)
                self.before_look(pods)
                for pod in pods:
                    self.look(pod)
                time.sleep(0.2)
        finally:
            self.stop_all()
        return self.ended.get(driver)


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def main():
    parser = argparse.ArgumentParser()
    for name in ("control_plane", "namespace", "spark_home", "work", "driver"):
        parser.add_argument(name)
    parser.add_argument("--timeout", type=float, default=180)
    options = parser.parse_args()
    kubelet = Kubelet(kube.Kube(options.control_plane), options.namespace, options.spark_home, options.work)
    status = kubelet.run(options.driver, options.timeout)
    return 2 if status is None else int(status != 0)


if __name__ == "__main__":
    sys.exit(main())
