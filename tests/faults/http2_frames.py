# SPDX-License-Identifier: Apache-2.0
"""Frames of HTTP/2 (RFC 9113) and literal header blocks (RFC 7541), for a proxy that changes them."""

import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 7, 8
END_STREAM, END_HEADERS, ACK = 1, 4, 1
HEADER_TABLE_SIZE = 1
NO_ERROR, INTERNAL_ERROR, REFUSED_STREAM, CANCEL = 0, 2, 7, 8
MAX_STREAM = (1 << 31) - 1
MAX_PAYLOAD = 16384


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def reset(stream, code):
    return frame(RST_STREAM, 0, stream, struct.pack(">I", code))


def go_away(last_stream, code=NO_ERROR):
    return frame(GOAWAY, 0, 0, struct.pack(">II", last_stream, code))


def window(stream, more):
    return frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", more)) if more else b""


def literal(text):
    data = text.encode()
    assert len(data) < 127
    return bytes([len(data)]) + data


def answer(stream, code, headers, body, whole=True):
    """An answer as frames; not whole: its last one does not end the stream."""
    block = b"".join(b"\x00" + literal(name) + literal(str(value))
                     for name, value in [(":status", code), *headers, ("content-length", len(body))])
    frames = [frame(HEADERS, END_HEADERS | (END_STREAM if whole and not body else 0), stream, block)]
    for at in range(0, len(body), MAX_PAYLOAD):
        last = whole and at + MAX_PAYLOAD >= len(body)
        frames.append(frame(DATA, END_STREAM if last else 0, stream, body[at:at + MAX_PAYLOAD]))
    return b"".join(frames)


class Reader:
    """Cuts a stream of bytes into frames: (kind, flags, stream, payload)."""

    def __init__(self, preface):
        self.buffer, self.preface = b"", preface

    def feed(self, data):
        self.buffer += data
        if self.preface:
            if len(self.buffer) < len(self.preface):
                return
            assert self.buffer.startswith(self.preface)
            self.buffer, self.preface = self.buffer[len(self.preface):], b""
        while len(self.buffer) >= 9:
            end = 9 + int.from_bytes(self.buffer[:3], "big")
            if len(self.buffer) < end:
                return
            kind, flags, stream = struct.unpack(">BBI", self.buffer[3:9])
            payload, self.buffer = self.buffer[9:end], self.buffer[end:]
            yield kind, flags, stream & MAX_STREAM, payload
