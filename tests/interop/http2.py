# SPDX-License-Identifier: Apache-2.0
"""HTTP/2 frames by hand, for what no gRPC client does: a peer that resets, lies or does not read."""

import socket
import struct

DATA, HEADERS, RST_STREAM, SETTINGS, PING, WINDOW_UPDATE = 0, 1, 3, 4, 6, 8
END_STREAM, END_HEADERS, ACK = 1, 4, 1
INITIAL_WINDOW_SIZE = 4
CANCEL = 8


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def header_block(headers):
    """Literals without indexing and without Huffman code (RFC 7541, 6.2.2)."""
    block = b""
    for name, value in headers:
        block += b"\x00"
        for text in (name.encode(), value.encode()):
            assert len(text) < 127
            block += bytes([len(text)]) + text
    return block


class Connection:
    """address: a path, or (host, port). Nothing is read but what allows to send more."""

    def __init__(self, address, window=65535):
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.socket = socket.socket(family)
        self.socket.settimeout(60)
        self.socket.connect(address)
        self.next_stream = 1
        self.room = 65535  # of DATA on the connection, until the server says more
        self.incoming = self.frames()
        self.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" +
                  frame(SETTINGS, 0, 0, struct.pack(">HI", INITIAL_WINDOW_SIZE, window)) +
                  frame(SETTINGS, ACK, 0))

    def send(self, data):
        self.socket.sendall(data)

    def headers(self, path, more=()):
        """A new stream with the headers of a call; its number and the frame."""
        stream, self.next_stream = self.next_stream, self.next_stream + 2
        block = header_block([
            (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "x"),
            ("te", "trailers"), ("content-type", "application/grpc"), *more])
        return stream, frame(HEADERS, END_HEADERS, stream, block)

    def call(self, path, message, length=None, more=()):
        """Send a call of less than 64 KB; length is what its prefix says instead of the truth."""
        stream, data = self.headers(path, more)
        prefix = struct.pack(">BI", 0, len(message) if length is None else length)
        body = prefix + message
        while self.room < len(body):
            kind, _, on, payload = next(self.incoming)
            if kind == WINDOW_UPDATE and on == 0:
                self.room += int.from_bytes(payload, "big")
        self.room -= len(body)
        pieces = [body[i:i + 16384] for i in range(0, len(body), 16384)]
        for i, piece in enumerate(pieces):
            data += frame(DATA, END_STREAM if i + 1 == len(pieces) else 0, stream, piece)
        self.send(data)
        return stream

    def frames(self):
        """Frames as they come, until the server closes."""
        buffer = b""
        while True:
            while len(buffer) >= 9:
                length = int.from_bytes(buffer[:3], "big")
                if len(buffer) < 9 + length:
                    break
                kind, flags, stream = struct.unpack(">BBI", buffer[3:9])
                yield kind, flags, stream, buffer[9:9 + length]
                buffer = buffer[9 + length:]
            more = self.socket.recv(65536)
            if not more:
                return
            buffer += more

    def ping(self):
        """Wait until the server has read everything up to here."""
        self.send(frame(PING, 0, 0, b"sparksub"))
        for kind, flags, _, _ in self.incoming:
            if kind == PING and flags & ACK:
                return

    def close(self):
        self.socket.close()
