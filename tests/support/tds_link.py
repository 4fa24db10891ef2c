"""Packets of TDS 7.4 over a socket, with TLS inside them where the client wants it; for :mod:`support.tds_server`.

Sources: MS-TDS §2.2.3 (packets), §2.2.6.5 (PRELOGIN; the handshake travels in packets of that type, everything
after it in TLS records on the bare socket).
"""

from __future__ import annotations

import select
import socket
import ssl
import struct
from pathlib import Path

__all__ = ["ATTENTION", "BATCH", "BULK", "LOGIN", "PRELOGIN", "REPLY", "RPC", "TRANSACTION", "Link", "server_context"]

BATCH, RPC, REPLY, ATTENTION, BULK, TRANSACTION, LOGIN, PRELOGIN = 1, 3, 4, 6, 7, 14, 16, 18
_VERSION = bytes((16, 0)) + struct.pack(">HH", 1000, 0)
ENCRYPT_OFF, ENCRYPT_ON, ENCRYPT_NOT_SUPPORTED, ENCRYPT_REQUIRED = range(4)


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2, which is as far as TLS inside TDS 7.4 goes."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


class Link:
    """One client's connection: whole messages in, packets out."""

    def __init__(self, plug: socket.socket, context: ssl.SSLContext | None, required: bool) -> None:
        self.plug, self.context, self.required = plug, context, required
        self.size = 4096
        self.encrypted = ""
        """"": not at all, "login": the login alone, "all"."""
        self.reset = False
        """Whether the last message asked for the connection as it was after the login."""
        self._tls: ssl.SSLObject | None = None
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._data = b""

    def ready(self, seconds: float = 0.02) -> bool:
        """Whether something came."""
        return bool(self._data) or bool(select.select([self.plug], [], [], seconds)[0])

    def message(self) -> tuple[int, bytes]:
        """The next whole message: its type and its data."""
        kind, parts, last = 0, [], False
        self.reset = False
        while not last:
            head = self._exactly(8)
            self.reset = self.reset or bool(head[1] & 0x18)
            kind, last = head[0], bool(head[1] & 1)
            parts.append(self._exactly(struct.unpack(">H", head[2:4])[0] - 8))
        if kind == LOGIN and self.encrypted == "login":
            self._tls = None
        return kind, b"".join(parts)

    def send(self, data: bytes, kind: int = REPLY) -> None:
        """One message."""
        room = self.size - 8
        parts = [data[at : at + room] for at in range(0, len(data), room)] or [b""]
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            packet = struct.pack(">BBHHBB", kind, last, len(part) + 8, 0, (number + 1) % 256, 0) + part
            if self._tls is None:
                self.plug.sendall(packet)
            else:
                self._tls.write(packet)
                self.plug.sendall(self._out.read())

    def prelogin(self, data: bytes) -> None:
        """Answer a PRELOGIN; the handshake follows it where both sides know TLS."""
        asked = _options(data).get(1, b"\x02")[0]
        if self.context is None:
            answer = ENCRYPT_NOT_SUPPORTED
        elif asked == ENCRYPT_NOT_SUPPORTED:
            answer = ENCRYPT_REQUIRED if self.required else ENCRYPT_NOT_SUPPORTED
        elif asked in (ENCRYPT_ON, ENCRYPT_REQUIRED) or self.required:
            answer = ENCRYPT_ON
        else:
            answer = ENCRYPT_OFF
        self.send(_prelogin({0: _VERSION, 1: bytes([answer]), 2: b"\0", 3: b"", 4: b"\0"}))
        if answer in (ENCRYPT_OFF, ENCRYPT_ON):
            self._handshake()
            self.encrypted = "all" if answer == ENCRYPT_ON else "login"

    def _handshake(self) -> None:
        assert self.context is not None
        tls = self.context.wrap_bio(self._in, self._out, server_side=True)
        while True:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                if sent := self._out.read():
                    self.send(sent, PRELOGIN)
                kind, data = self.message()
                assert kind == PRELOGIN, "a handshake in packets of type PRELOGIN"
                self._in.write(data)
            else:
                self.send(self._out.read(), PRELOGIN)
                self._tls = tls
                return

    def _exactly(self, size: int) -> bytes:
        while len(self._data) < size:
            self._data += self._more()
        found, self._data = self._data[:size], self._data[size:]
        return found

    def _more(self) -> bytes:
        while self._tls is not None:
            try:
                return self._tls.read(65536) or self._ended()
            except ssl.SSLWantReadError:
                self._in.write(self._received())
            except ssl.SSLError:
                return self._ended()
        return self._received()

    def _received(self) -> bytes:
        return self.plug.recv(65536) or self._ended()

    def _ended(self) -> bytes:
        raise EOFError


def _options(data: bytes) -> dict[int, bytes]:
    found = {}
    at = 0
    while data[at] != 0xFF:
        offset, size = struct.unpack_from(">HH", data, at + 1)
        found[data[at]] = data[offset : offset + size]
        at += 5
    return found


def _prelogin(options: dict[int, bytes]) -> bytes:
    heads, body = b"", b""
    start = 5 * len(options) + 1
    for number, value in options.items():
        heads += struct.pack(">BHH", number, start + len(body), len(value))
        body += value
    return heads + b"\xff" + body
