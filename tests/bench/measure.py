#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times, side by side in one run: measure.py [--works] [--rounds N] --build DIRECTORY CONTROL_PLANE

Interleaved slices against one real API server of (a) the bare writes of the same objects by libcurl,
(b) sparksubmitd through libsparksubmit, (c) the drop-in spark-submit, (d) the JVM spark-submit of a
pyspark package, if Java and SPK_PYSPARK (or --pyspark) are there. With one caller (a) and (b) take turns
submission by submission. What counts is what two neighbours say together; the table gives medians and
the range over the rounds. Prints Markdown.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))

import kube  # noqa: E402

NAMESPACE = "bench"
WORD = "77777770"
CALLERS = (1, 8, 32)
SPARK = "4.1.4"
TICKS = os.sysconf("SC_CLK_TCK")
KINDS = ["Pod", "ConfigMap", "Service"]
WAIT = "spark.kubernetes.submission.waitAppCompletion=true"
NO_WAIT = "spark.kubernetes.submission.waitAppCompletion=false"

MANIFEST = {
    "apiVersion": "sparkoperator.k8s.io/v1beta2", "kind": "SparkApplication",
    "metadata": {"name": "bench-" + WORD, "namespace": NAMESPACE, "uid": WORD + "-0001-4000-8000-00000000a001",
                 "generation": 1},
    "spec": {"type": "Scala", "mode": "cluster", "image": "docker.io/apache/spark:" + SPARK, "sparkVersion": SPARK,
             "mainClass": "org.apache.spark.examples.SparkPi",
             "mainApplicationFile": "local:///opt/spark/examples/jars/spark-examples.jar", "arguments": ["1000"],
             "driver": {"cores": 1, "memory": "512m", "serviceAccount": "default"},
             "executor": {"instances": 2, "cores": 1, "memory": "512m"}}}


class Plan:
    def __init__(self, works, rounds):
        self.rounds = 1 if works else rounds
        self.counts = {1: 5, 8: 8, 32: 32} if works else {1: 200, 8: 120, 32: 240}
        self.slices = 1 if works else 4
        self.processes = 2 if works else 20
        self.jvms = 0 if works else 1


# ---- what is measured ----

def cpu_of(pid):
    """Seconds of user and system time of a process."""
    fields = pathlib.Path("/proc/%d/stat" % pid).read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_mib(pid):
    for line in pathlib.Path("/proc/%d/status" % pid).read_text("utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def quantile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))]


def latencies(spans):
    """Of microseconds, in milliseconds."""
    return {name: quantile(spans, share) / 1000 for name, share in (("p50", .5), ("p90", .9), ("p99", .99))}


def run_process(command, environment):
    """Wall time and CPU time of one process and its children."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    if process.returncode or "Deployed Spark application" not in text:
        raise SystemExit("%s failed: %s" % (command[0], text[-2000:]))
    return wall, usage.ru_utime + usage.ru_stime


def peak_of_process(command, environment):
    """Peak memory of a process that submits and then waits."""
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    lines = []
    for line in process.stderr:
        lines.append(line)
        if "Waiting for application" in line:
            break
    if process.poll() is not None:
        raise SystemExit("%s failed: %s" % (command[0], "".join(lines)))
    result = peak_mib(process.pid)
    process.kill()
    process.communicate()
    return result


class Bench:
    def __init__(self, options, folder):
        self.plan = Plan(options.works, options.rounds)
        self.build = pathlib.Path(options.build)
        self.control_plane = os.path.abspath(options.control_plane)
        self.pyspark = options.pyspark
        self.folder = folder
        self.cluster = kube.Kube(self.control_plane)
        self.number = 0
        self.rows = {}
        self.server = self.serving = None

    def take(self, count):
        """Numbers that no submission had before."""
        self.number += count
        return self.number - count

    def add(self, name, **values):
        for key, value in values.items():
            self.rows.setdefault(name, {}).setdefault(key, []).append(value)

    # ---- what is sent ----

    def write_input(self):
        """The objects that the service stores for the manifest, as files for the bare writes."""
        (self.folder / "manifest.json").write_text(json.dumps(MANIFEST), "utf-8")
        done = subprocess.run([self.build / "client/sparksubmitctl", "render", "-o", "json", "-f",
                               self.folder / "manifest.json"], capture_output=True, text=True, check=True)
        items = json.loads(done.stdout)["items"]
        name = next(item["metadata"]["name"] for item in items if item["metadata"]["name"].startswith("spark-drv-"))
        key = name[len("spark-drv-"):-len("-conf-map")]
        for index, item in enumerate(items, 1):
            text = json.dumps(item, separators=(",", ":")).replace(key, "aaaaaaaa" + WORD)
            (self.folder / ("%d.json" % index)).write_text(text, "utf-8")
            (self.folder / ("%d.path" % index)).write_text(self.cluster.path(item["kind"], NAMESPACE), "utf-8")

    # ---- who sends it ----

    def start_server(self):
        (self.folder / "run").mkdir(mode=0o750)
        self.socket = self.folder / "run/grpc.sock"
        self.serving = open(self.folder / "server.log", "wb")
        self.server = subprocess.Popen(
            [self.build / "server/sparksubmitd", "--mode=sidecar", "--listen=unix://%s" % self.socket,
             "--kubeconfig=" + self.control_plane + "/kubeconfig", "--log-level=warn"], stderr=self.serving)
        deadline = time.monotonic() + 20
        while not self.socket.exists():
            if self.server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("the server did not start: " + (self.folder / "server.log").read_text("utf-8"))
            time.sleep(0.02)

    def stop_server(self):
        self.server.terminate()
        status = self.server.wait(timeout=60)
        self.serving.close()
        if status:
            raise SystemExit("the server ended with %d" % status)

    def bench(self, way, callers):
        """One run of the loop: wall time and the submissions' in microseconds; CPU seconds of each process."""
        count, ways = self.plan.counts[callers], 2 if way == "pairs" else 1
        api_server = int((pathlib.Path(self.control_plane) / "pids").read_text("utf-8").split()[1])
        pids = {"cpu": self.server.pid, "api_cpu": api_server}
        before = {name: cpu_of(pid) for name, pid in pids.items()}
        done = subprocess.run([self.build / "tests/bench/bench", way, str(callers), str(count),
                               str(self.take(ways * (count + callers))), self.folder, self.cluster.server,
                               self.control_plane + "/ca.crt", self.cluster.token, "unix:%s" % self.socket],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit("%s with %d callers failed: %s" % (way, callers, done.stderr[-2000:]))
        wall, *spans = (int(line) for line in done.stdout.split())
        self.expected += ways * (count + callers)
        return wall, spans, {name: cpu_of(pid) - before[name] for name, pid in pids.items()}

    def pairs(self):
        """One caller that submits by turns both ways."""
        count = self.plan.counts[1]
        _, spans, used = self.bench("pairs", 1)
        for way, mine in (("raw", spans[:count]), ("service", spans[count:])):
            self.add((way, 1), **latencies(mine), rate=1e6 / statistics.mean(mine))
        self.add(("service", 1), cpu=used["cpu"] * 1000 / (count + 1))
        self.add("pairs", p50=quantile([ours - raw for raw, ours in zip(spans[:count], spans[count:])], .5) / 1000)

    def slice(self, way, callers):
        """Some callers that submit one way."""
        count = self.plan.counts[callers]
        wall, spans, used = self.bench(way, callers)
        self.add((way, callers), **latencies(spans), rate=count / (wall / 1e6),
                 **{name: seconds * 1000 / (count + callers) for name, seconds in used.items()})

    def words(self, number):
        return ["--master", "k8s://" + self.cluster.server, "--deploy-mode", "cluster", "--name", "bench-%08d" % number,
                "--class", "org.apache.spark.examples.SparkPi", "--driver-memory", "512m", "--executor-memory", "512m",
                "--conf", "spark.kubernetes.namespace=" + NAMESPACE,
                "--conf", "spark.kubernetes.container.image=docker.io/apache/spark:" + SPARK,
                "--conf", "spark.executor.instances=2",
                "--conf", NO_WAIT,
                "--conf", "spark.kubernetes.authenticate.submission.oauthToken=" + self.cluster.token,
                "--conf", "spark.kubernetes.authenticate.submission.caCertFile=" + self.control_plane + "/ca.crt",
                "local:///opt/spark/examples/jars/spark-examples.jar", "1000"]

    def programs(self):
        """Command and environment by name, and how often it runs in a round."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "SPK_SPARK_VERSION": SPARK}
        result = {"drop-in": (self.build / "client/spark-submit", environment, self.plan.processes)}
        if self.pyspark:
            jvm = {"SPARK_HOME": self.pyspark, **{name: value for name, value in os.environ.items() if name == "JAVA_HOME"}}
            result["jvm"] = (pathlib.Path(self.pyspark) / "bin/spark-submit", {**environment, **jvm}, self.plan.jvms)
        return result

    def process(self, name, command, environment, times):
        runs = [run_process([str(command), *self.words(self.take(1))], environment) for _ in range(times)]
        if runs:
            self.add(name, **latencies([1e6 * wall for wall, _ in runs]),
                     cpu=statistics.mean(1000 * cpu for _, cpu in runs))

    # ---- rounds ----

    def clean(self):
        """What was made goes: the API server is as full in every round."""
        made = 0
        for kind in KINDS:
            path = self.cluster.path(kind, NAMESPACE)
            made += len(self.cluster.list(kind, NAMESPACE)) if kind == "Pod" else 0
            if kind == "Service":
                for item in self.cluster.list(kind, NAMESPACE):
                    self.cluster.delete(kind, NAMESPACE, item["metadata"]["name"])
            else:
                self.cluster.call("DELETE", path + "?gracePeriodSeconds=0")
        return made

    def round(self):
        self.expected = 0
        self.pairs()
        for callers in CALLERS[1:]:
            for number in range(self.plan.slices):
                for way in ("raw", "service") if number % 2 == 0 else ("service", "raw"):
                    self.slice(way, callers)
        for name, (command, environment, times) in self.programs().items():
            self.process(name, command, environment, times)
            self.expected += times
        made = self.clean()
        if made != self.expected:
            raise SystemExit("%d drivers exist, not %d: the run does not count" % (made, self.expected))

    def run(self):
        self.cluster.ensure_namespace(NAMESPACE, ["default"])
        self.clean()
        self.write_input()
        self.start_server()
        try:
            for number in range(self.plan.rounds):
                print("round %d of %d" % (number + 1, self.plan.rounds), file=sys.stderr)
                self.round()
            self.peaks = {"sparksubmitd": peak_mib(self.server.pid)}
            for name, (command, environment, times) in self.programs().items():
                if times:
                    words = [str(command), *self.words(self.take(1))]
                    words[words.index(NO_WAIT)] = WAIT
                    self.peaks[name] = peak_of_process(words, environment)
            self.clean()
        finally:
            self.stop_server()

    # ---- the report ----

    def middle(self, name, key):
        return statistics.median(self.rows[name][key])

    def ratio(self, callers, key):
        """The median of what neighbours say together, and over the rounds the range of such medians."""
        pairs = [service / raw for service, raw in zip(self.rows["service", callers][key],
                                                       self.rows["raw", callers][key])]
        slices = self.plan.slices
        rounds = [statistics.median(pairs[at:at + slices]) for at in range(0, len(pairs), slices)]
        return statistics.median(pairs), min(rounds), max(rounds)

    def report(self):
        version = self.cluster.call("GET", "/version")["gitVersion"]
        cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                    if line.startswith("model name")), platform.machine())
        print("%s, %d CPUs (%s), load before %.1f; kube-apiserver %s, Spark %s; %d rounds.\n"
              % (datetime.date.today(), os.cpu_count(), cpu, self.load, version, SPARK, self.plan.rounds))
        print("| | p50 ms | p90 ms | p99 ms | per second | CPU ms each | API server's CPU ms each |")
        print("|---|---|---|---|---|---|---|")
        for callers in CALLERS:
            for kind, title in (("raw", "bare writes"), ("service", "sparksubmitd")):
                name = (kind, callers)
                print("| %s, %d at once | %.2f | %.2f | %.2f | %.0f | %s | %s |" % (
                    title, callers, *(self.middle(name, key) for key in ("p50", "p90", "p99", "rate")),
                    "%.2f" % self.middle(name, "cpu") if kind == "service" else "",
                    "%.1f" % self.middle(name, "api_cpu") if callers > 1 else ""))
        for name, title in (("drop-in", "drop-in `spark-submit`"), ("jvm", "JVM `spark-submit`")):
            if name in self.rows:
                print("| %s, a process each | %.1f | %.1f | %.1f | | %.1f | |" % (
                    title, *(self.middle(name, key) for key in ("p50", "p90", "p99", "cpu"))))
        print("\n| neighbours compared | median | range | aim |\n|---|---|---|---|")
        row = "| %s | %.2f | %.2f to %.2f | %s |"
        beyond = self.rows["pairs"]["p50"]
        print(row % ("sparksubmitd's time beyond the bare writes', 1 caller, ms", statistics.median(beyond),
                     min(beyond), max(beyond), "at most 0.3"))
        for callers in CALLERS[1:]:
            print(row % ("rate beside the bare writes', %d at once" % callers,
                         *self.ratio(callers, "rate"), "at least 0.95"))
        if "jvm" in self.rows:
            ours = self.middle(("service", 8), "cpu")
            jvm = self.rows["jvm"]["cpu"]
            print(row % ("JVM's CPU beside sparksubmitd's, 8 at once", statistics.median(jvm) / ours, min(jvm) / ours,
                         max(jvm) / ours, "at least 1000"))
            for key, title in (("p50", "wall"), ("cpu", "CPU")):
                pairs = [jvm / ours for jvm, ours in zip(self.rows["jvm"][key], self.rows["drop-in"][key])]
                print(row % ("JVM's %s beside the drop-in's" % title, statistics.median(pairs), min(pairs), max(pairs),
                             ""))
        print("\nPeak memory in MiB: " + ", ".join("%s %.0f" % pair for pair in self.peaks.items()) + ".")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--works", action="store_true", help="few submissions: measures nothing")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--build", required=True)
    parser.add_argument("--pyspark", default=os.environ.get("SPK_PYSPARK", ""),
                        help="directory of an unpacked pyspark package of version " + SPARK)
    parser.add_argument("control_plane")
    options = parser.parse_args()
    if not os.path.exists(options.control_plane + "/kubeconfig"):
        print("skipped: there is no control plane in", options.control_plane)
        return 1 if os.environ.get("CI") == "true" else 77
    if options.pyspark and not shutil.which("java"):
        options.pyspark = ""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options, pathlib.Path(folder))
        bench.load = os.getloadavg()[0]
        bench.run()
        bench.report()
    return 0


if __name__ == "__main__":
    sys.exit(main())
