# SPDX-License-Identifier: Apache-2.0
"""An API server that is as slow as a test wants; of patches it knows opening the gate."""

import http.server
import json
import pathlib
import queue
import threading
import time


class ApiServer:
    """delay: seconds before a write is answered; while stuck is set, writes are not answered;
    a write waits for held to be set, as it is at first; from the request freezing on, a verb and
    a kind, nothing at all is answered, but for a 503 to that one if so told. With a context
    (ssl.SSLContext) it speaks TLS."""

    def __init__(self, directory, delay=0.0, context=None):
        self.delay, self.stuck, self.requests = delay, threading.Event(), []
        self.created = []  # as they came
        self.traces = []  # the traceparent of every write, None without one
        self.refusal = None  # a Status, the answer to every write ...
        self.refusals = None  # ... or only to so many of them
        self.page = None  # code, headers and text of what is no API server's, likewise
        self.freezing, self.frozen, self.last_words = None, threading.Event(), False
        self.token = None  # the only one that is taken; None: any
        self.pods = {}
        self.applications = {}  # by name, what is there of SparkApplications
        self.watches, self.changed = [], threading.Condition()  # the events of each; None ends one
        self.look = None  # answers a read: a function of its path that gives (code, body) or None
        self.authorizations = []  # the header of every request, None without one
        self.accepted = set()  # forms in which they were asked for
        self.released = threading.Event()
        self.held = threading.Event()
        self.held.set()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self, code, tree):
                self.send_body(code, json.dumps(tree).encode())

            def send_body(self, code, body):
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def freezes(self, verb, kind):
                if outer.freezing == (verb, kind) and not outer.frozen.is_set():
                    outer.frozen.set()
                    if outer.last_words:
                        self.answer(503, {"kind": "Status", "message": "down", "code": 503})
                        return True
                return outer.frozen.is_set() and outer.released.wait(60)

            def watch(self):
                """Each event a line and a chunk of its own; until None, or until all is over."""
                events = queue.Queue()
                with outer.changed:
                    outer.watches.append(events)
                    outer.changed.notify_all()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                while not outer.released.is_set():
                    try:
                        event = events.get(timeout=0.05)
                    except queue.Empty:
                        continue
                    line = json.dumps(event).encode() + b"\n" if event else b""
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
                    if not event:
                        return

            def do_GET(self):
                if self.freezes("GET", ""):
                    return
                if self.path == "/version":
                    self.answer(200, {"gitVersion": "v1.34.0"})
                    return
                outer.requests.append(("GET", self.path))
                outer.authorizations.append(self.headers["Authorization"])
                seen = outer.look and outer.look(self.path)
                if seen:
                    self.send_body(*seen)
                    return
                if "watch=true" in self.path:
                    self.watch()
                    return
                name = self.path.rpartition("/sparkapplications/")[2]
                if name != self.path:
                    outer.accepted.add(self.headers["Accept"].split(",")[0])
                if name in outer.applications:
                    self.answer(200, outer.applications[name])
                    return
                self.answer(404, {"kind": "Status", "status": "Failure", "reason": "NotFound",
                                  "message": "not found", "code": 404})

            def do_DELETE(self):
                self.rfile.read(int(self.headers["Content-Length"] or 0))
                outer.requests.append(("DELETE", self.path))
                self.send_body(*outer.look(self.path))

            def is_unknown(self):
                if outer.token in (None, (self.headers["Authorization"] or "").removeprefix("Bearer ")):
                    return False
                self.answer(401, {"kind": "Status", "status": "Failure", "code": 401,
                                  "reason": "Unauthorized", "message": "Unauthorized"})
                return True

            def do_POST(self):
                tree = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.is_unknown():
                    return
                outer.requests.append(("POST", tree["kind"]))
                outer.authorizations.append(self.headers["Authorization"])
                outer.traces.append(self.headers["traceparent"])
                outer.created.append(json.loads(json.dumps(tree)))
                if self.freezes("POST", tree["kind"]):
                    return
                if outer.stuck.is_set():
                    outer.released.wait(60)
                    return
                outer.held.wait(60)
                time.sleep(outer.delay)
                if outer.page:
                    code, headers, text = outer.page
                    self.send_response(code)
                    for name, value in {**headers, "Content-Length": len(text)}.items():
                        self.send_header(name, str(value))
                    self.end_headers()
                    self.wfile.write(text.encode())
                    return
                if outer.refusals is not None:
                    outer.refusals -= 1
                if outer.refusal and (outer.refusals is None or outer.refusals >= 0):
                    self.answer(outer.refusal["code"], outer.refusal)
                    return
                if tree["kind"] == "Pod":
                    outer.pods[f"{self.path.split('?')[0]}/{tree['metadata']['name']}"] = tree
                tree["metadata"].update(uid=f"uid-{len(outer.requests)}", resourceVersion="1",
                                        creationTimestamp="2026-01-01T00:00:00Z")
                self.answer(201, tree)

            def do_PATCH(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append(("PATCH", self.path))
                outer.traces.append(self.headers["traceparent"])
                if self.freezes("PATCH", "Pod"):
                    return
                pod = outer.pods[self.path.split("?")[0]]
                pod["spec"].pop("schedulingGates", None)
                self.answer(200, pod)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.kubeconfig = pathlib.Path(directory) / "kubeconfig"
        self.kubeconfig.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "c",
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
            "users": [{"name": "u", "user": {"token": "t"}}],
            "clusters": [{"name": "c", "cluster": {
                "server": f"http{'s' if context else ''}://127.0.0.1:{self.port}"}}]}),
            encoding="utf-8")
        self.kubeconfig.chmod(0o600)

    def tell(self, kind, tree, watch=0):
        """An event for the watch of that number, once it has begun."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.watches) > watch, 20)
        self.watches[watch].put({"type": kind, "object": tree})

    def close(self):
        self.released.set()
        self.held.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
