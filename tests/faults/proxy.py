# SPDX-License-Identifier: Apache-2.0
"""
A proxy between a client and an API server that fails on request.

A Fault says what happens, at which request, frame, record or byte, and what new connections meet
afterwards; "gone" has happened from the start. Requests are counted over all connections since arm(). Cuts of bytes and records relay
the TLS connection as it is; everything else ends TLS here, with the API server's own certificate,
and works on HTTP/2 frames. Header blocks are never decoded: what is not passed on is still sent to
the API server as a request that is broken off, and answers are compressed without a table.
"""

import dataclasses
import select
import socket
import ssl
import struct
import threading
import time

import http2_frames as h2

TO_SERVER, TO_CLIENT = "to_server", "to_client"


@dataclasses.dataclass
class Fault:
    """what: see Tunnel and Relay; at: 1 is the first. Fields that a kind does not look at are as here."""

    what: str = "none"
    at: int = 1
    direction: str = TO_CLIENT
    way: str = "fin"  # how a connection ends: fin, rst; freeze: it does not, but nothing moves any more
    after: str = "well"  # new connections: well; down: refused; mute: taken, and nothing said; hole: no answer
    effect: bool = False  # whether the API server gets the request
    always: bool = False  # at that request and all later ones
    code: int = 503
    page: str = "status"  # the answer's body: see PAGES
    retry_after: str = ""
    seconds: float = 0.0

    def __str__(self):
        return ",".join([self.what] + [
            "%s=%s" % (field.name, getattr(self, field.name)) for field in dataclasses.fields(self)[1:]
            if getattr(self, field.name) != field.default])

    @classmethod
    def read(cls, text):
        what, *settings = text.split(",")
        types = {field.name: type(field.default) for field in dataclasses.fields(cls)}
        values = {}
        for setting in settings:
            name, _, value = setting.partition("=")
            values[name] = value == "True" if types[name] is bool else types[name](value)
        return cls(what, **values)


def page_of(fault):
    """Content type and body of an answer that the proxy makes."""
    reason = {400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 409: "Conflict",
              422: "Invalid", 429: "TooManyRequests", 500: "InternalError", 503: "ServiceUnavailable",
              504: "Timeout"}.get(fault.code, "")
    pages = {
        "status": ("application/json",
                   b'{"kind":"Status","apiVersion":"v1","status":"Failure","message":"made up",'
                   b'"reason":"%s","code":%d}' % (reason.encode(), fault.code)),
        "html": ("text/html", b"<html><body>Bad gateway</body></html>"),
        "empty": ("application/json", b""),
        "large": ("application/json", b'{"kind":"Pod","x":"' + b"x" * (5 << 20) + b'"}'),
        "other": ("application/json", b'{"kind":"Pod","apiVersion":"v1","metadata":{"name":"other",'
                                      b'"namespace":"other","uid":"7"}}'),
    }
    return pages[fault.page]


def close(sock, way):
    """What the peer of a process that was killed sees: FIN, or RST."""
    try:
        if way == "rst":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        socket.close(sock.detach())
    except OSError:
        pass


class Ended(Exception):
    pass


class Connection:
    """Two sockets and one thread that moves what comes."""

    def __init__(self, proxy, client):
        self.proxy, self.client, self.server = proxy, client, None
        self.later = []  # (when, function)
        self.frozen = False

    def run(self):
        way = "fin"
        try:
            self.open()
            self.move()
        except Ended as end:
            way = end.args[0]
        except (OSError, AssertionError):
            pass
        for sock in (self.client, self.server):
            if sock is not None:
                close(sock, way)

    def move(self):
        sockets = {self.client: (TO_SERVER, self.from_client), self.server: (TO_CLIENT, self.from_server)}
        while True:
            wait = min([when for when, _ in self.later], default=time.monotonic() + 60) - time.monotonic()
            ready = [] if self.frozen else [sock for sock in sockets
                                            if isinstance(sock, ssl.SSLSocket) and sock.pending()]
            if not ready:
                readable = [self.proxy.stop] if self.frozen else [*sockets, self.proxy.stop]
                ready = select.select(readable, [], [], max(wait, 0))[0]
            if self.proxy.stop in ready or self.proxy.ended(self):
                return
            due = [entry for entry in self.later if entry[0] <= time.monotonic()]
            self.later = [entry for entry in self.later if entry not in due]
            for _, function in due:
                function()
            for sock in ready:
                data = sock.recv(65536)
                if not data:
                    return
                sockets[sock][1](data)

    def end(self, fault):
        self.proxy.met(fault)
        if fault.way == "freeze":
            self.frozen = True
            return
        raise Ended(fault.way)


class Tunnel(Connection):
    """
    TLS as it is.

    bytes    the connection ends after so many bytes in one direction, counted over all connections
    records  likewise, TLS records
    """

    def open(self):
        self.server = socket.create_connection(self.proxy.target)
        self.rest = {TO_SERVER: b"", TO_CLIENT: b""}

    def from_client(self, data):
        self.pass_on(TO_SERVER, self.server, data)

    def from_server(self, data):
        self.pass_on(TO_CLIENT, self.client, data)

    def count_records(self, direction, data):
        """The ends of whole records in data."""
        start, ends = -len(self.rest[direction]), []
        data = self.rest[direction] + data
        at = 0
        while len(data) - at >= 5 and len(data) - at >= 5 + int.from_bytes(data[at + 3:at + 5], "big"):
            at += 5 + int.from_bytes(data[at + 3:at + 5], "big")
            ends.append(start + at)
        self.rest[direction] = data[at:]
        return ends

    def pass_on(self, direction, sock, data):
        fault, done = self.proxy.fault, self.proxy.done
        ends = self.count_records(direction, data)
        first = done["records", direction]
        before = done["bytes", direction]
        self.proxy.count("bytes", direction, len(data))
        self.proxy.count("records", direction, len(ends))
        cut = None
        if fault.direction == direction and not self.proxy.is_over(fault):
            if fault.what == "bytes" and before <= fault.at - 1 < before + len(data):
                cut = fault.at - 1 - before
            elif fault.what == "records" and first < fault.at <= first + len(ends):
                cut = max(ends[fault.at - first - 1], 0)
        sock.sendall(data if cut is None else data[:cut])
        if cut is not None:
            self.end(fault)


class Relay(Connection):
    """
    HTTP/2, one frame after the other.

    frames   the connection ends after so many frames in one direction, over all connections
    answer   the request is answered by the proxy: code, page, retry_after
    delay    the request, or with effect its answer, waits for so many seconds
    reset    the stream is reset; refuse: with REFUSED_STREAM
    cut      the answer's body is cut, and the connection ends; trim: and the stream is reset
    end      the connection ends, or freezes: see way
    goaway   GOAWAY, and the connection ends: the request is said to be refused
    taken    likewise, but it is said to be taken
    drain    GOAWAY as a server that is about to stop, and nothing else
    """

    def open(self):
        self.client = self.proxy.downstream.wrap_socket(self.client, server_side=True)
        self.server = self.proxy.upstream.wrap_socket(socket.create_connection(self.proxy.target),
                                                      server_hostname="127.0.0.1")
        self.client_frames, self.server_frames = h2.Reader(h2.PREFACE), h2.Reader(b"")
        self.server.sendall(h2.PREFACE)
        self.settled = False
        self.dropped, self.hidden = set(), {}  # streams: not passed on; whose answer is held back

    def from_client(self, data):
        for kind, flags, stream, payload in self.client_frames.feed(data):
            if kind == h2.SETTINGS and not flags & h2.ACK and not self.settled:
                self.settled = True
                payload += struct.pack(">HI", h2.HEADER_TABLE_SIZE, 0)
            if kind == h2.HEADERS and self.request(flags, stream, payload):
                continue
            if stream in self.dropped:
                if kind == h2.DATA:
                    self.client.sendall(h2.window(0, len(payload)))
                continue
            self.server.sendall(h2.frame(kind, flags, stream, payload))
            self.count_frame(TO_SERVER)
            if self.frozen:
                return

    def from_server(self, data):
        for kind, flags, stream, payload in self.server_frames.feed(data):
            if stream in self.hidden and kind in (h2.HEADERS, h2.DATA, h2.RST_STREAM):
                self.hide(kind, flags, stream, payload)
                continue
            self.client.sendall(h2.frame(kind, flags, stream, payload))
            self.count_frame(TO_CLIENT)
            if self.frozen:
                return

    def count_frame(self, direction):
        fault = self.proxy.fault
        number = self.proxy.count("frames", direction, 1)
        if fault.what == "frames" and fault.direction == direction and number == fault.at:
            self.end(fault)

    def request(self, flags, stream, payload):
        """Returns whether the request is dealt with; a fault with effect is dealt with by its answer."""
        fault = self.proxy.fault
        number = self.proxy.count("requests", TO_SERVER, 1)
        if fault.what in ("none", "frames") or number < fault.at or number > fault.at and not fault.always:
            return False
        if fault.what == "drain":
            self.proxy.met(fault)
            self.client.sendall(h2.go_away(h2.MAX_STREAM))
            return False
        if fault.effect:
            self.hidden[stream] = [fault, b"", b""]
            return False
        if fault.what == "delay":
            # The frames that follow pass, so this waits with all that is behind it.
            self.proxy.met(fault)
            time.sleep(fault.seconds)
            return False
        self.dropped.add(stream)
        self.server.sendall(h2.frame(h2.HEADERS, flags & ~h2.END_STREAM, stream, payload) +
                            h2.reset(stream, h2.CANCEL))
        self.fail(fault, stream, b"", b"")
        return True

    def hide(self, kind, flags, stream, payload):
        hidden = self.hidden[stream]
        if kind == h2.HEADERS:
            hidden[1] += payload
        elif kind == h2.DATA:
            hidden[2] += payload
            self.server.sendall(h2.window(0, len(payload)))
        if not flags & h2.END_STREAM and kind != h2.RST_STREAM:
            return
        del self.hidden[stream]
        self.fail(hidden[0], stream, hidden[1], hidden[2])

    def fail(self, fault, stream, head, body):
        """head, body: of the true answer, if there is one."""
        if fault.what not in ("goaway", "taken", "cut", "end"):
            self.proxy.met(fault)
        sending = {
            "answer": self.made_answer,
            "reset": lambda *_: h2.reset(stream, h2.INTERNAL_ERROR),
            "refuse": lambda *_: h2.reset(stream, h2.REFUSED_STREAM),
            "goaway": lambda *_: h2.go_away(max(stream - 2, 0)),
            "taken": lambda *_: h2.go_away(stream),
            "cut": self.half, "trim": lambda *all: self.half(*all) + h2.reset(stream, h2.INTERNAL_ERROR),
        }.get(fault.what)
        if sending:
            self.client.sendall(sending(fault, stream, head, body))
        if fault.what == "delay":
            self.later.append((time.monotonic() + fault.seconds,
                               lambda: self.client.sendall(self.true_answer(stream, head, body))))
        elif fault.what in ("goaway", "taken", "cut", "end"):
            self.end(fault)

    @staticmethod
    def made_answer(fault, stream, _head, _body):
        content_type, body = page_of(fault)
        headers = [("content-type", content_type), ("date", time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime()))]
        if fault.retry_after:
            headers.append(("retry-after", fault.retry_after))
        if 300 <= fault.code < 400:
            headers.append(("location", "https://127.0.0.1:1/elsewhere"))
        return h2.answer(stream, fault.code, headers, body)

    @staticmethod
    def true_answer(stream, head, body):
        frames = h2.frame(h2.HEADERS, h2.END_HEADERS | (0 if body else h2.END_STREAM), stream, head)
        for at in range(0, len(body), h2.MAX_PAYLOAD):
            last = at + h2.MAX_PAYLOAD >= len(body)
            frames += h2.frame(h2.DATA, h2.END_STREAM if last else 0, stream, body[at:at + h2.MAX_PAYLOAD])
        return frames

    @staticmethod
    def half(_fault, stream, head, body):
        return (h2.frame(h2.HEADERS, h2.END_HEADERS, stream, head) +
                h2.frame(h2.DATA, 0, stream, body[:min(len(body) // 2, h2.MAX_PAYLOAD)])) if head else b""


class Proxy:
    """folder: of tests/integration/control-plane; target: (host, port) of its API server."""

    def __init__(self, folder, target):
        self.target = target
        self.downstream = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.downstream.load_cert_chain("%s/server.crt" % folder, "%s/server.key" % folder)
        self.downstream.set_alpn_protocols(["h2"])
        self.upstream = ssl.create_default_context(cafile="%s/ca.crt" % folder)
        self.upstream.set_alpn_protocols(["h2"])
        self.lock = threading.Lock()
        self.fault, self.done, self.times, self.held = Fault(), {}, 0, []
        self.port = 0
        self.listener = None
        self.generation = 0
        self.connections = {}
        self.stop, self.stopper = socket.socketpair()
        self.listen()
        self.arm(Fault())

    def listen(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for _ in range(100):
            try:
                listener.bind(("127.0.0.1", self.port))
                break
            except OSError:
                time.sleep(0.02)
        listener.listen(64)
        self.port = listener.getsockname()[1]
        self.listener = listener
        threading.Thread(target=self.accept, args=(listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.times and self.fault.after == "mute":
                self.held.append(client)
                continue
            make = Tunnel if self.fault.what in ("bytes", "records", "count") else Relay
            connection = make(self, client)
            with self.lock:
                self.connections[connection] = self.generation
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        connection.run()
        with self.lock:
            self.connections.pop(connection, None)

    def ended(self, connection):
        """A connection made before the fault in force."""
        return self.connections.get(connection) != self.generation

    def count(self, what, direction, more):
        with self.lock:
            self.done[what, direction] += more
            return self.done[what, direction]

    def met(self, fault):
        """The fault has its way, and with it what comes after it."""
        with self.lock:
            self.times += 1
        if fault.after in ("down", "hole") and self.listener:
            self.hang_up()
            if fault.after == "hole":
                self.dig()

    def hang_up(self):
        listener, self.listener = self.listener, None
        if listener:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def dig(self):
        """Nobody accepts here and the queue is full, so that the kernel answers no SYN."""
        hole = socket.socket()
        hole.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        hole.bind(("127.0.0.1", self.port))
        hole.listen(0)
        self.held.append(hole)
        for _ in range(6):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self.port))
            self.held.append(filler)

    def is_over(self, fault):
        return self.times > 0 and not fault.always

    def arm(self, fault):
        """Ends all connections and begins to count again; returns how often the last one was met."""
        with self.lock:
            self.generation += 1
            times, self.times = self.times, 0
            self.fault = fault
            self.done = {(what, direction): 0 for what in ("bytes", "records", "frames", "requests")
                         for direction in (TO_SERVER, TO_CLIENT)}
        for client in self.held:
            client.close()
        self.held = []
        # Every thread sees that its time is over, and only then are there new ones.
        self.stopper.send(b"x")
        deadline = time.monotonic() + 5
        while self.connections and time.monotonic() < deadline:
            time.sleep(0.001)
        self.stop.recv(1)
        if not self.listener:
            self.listen()
        if fault.what == "gone":
            self.met(fault)
        return times
