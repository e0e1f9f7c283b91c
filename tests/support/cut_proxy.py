"""A bad line: a TCP proxy before a server that cuts a connection where a test says."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class CutProxy:
    """Listens at `address`. While `is_down`, connections are refused; `passed` counts bytes of answers.

    An answer to a request that contains `buffered` is held back until the server has ended it, as some
    proxies do with every answer; `held` counts its bytes. `sent` is all that clients sent.
    """

    target: tuple[str, int]
    listener: socket.socket
    is_down: bool = False
    buffered: bytes | None = None
    passed: int = 0
    held: int = 0
    cuts: int = 0
    sent: bytearray = field(default_factory=bytearray)
    _match: bytes | None = None
    _after: int = 0
    _talks: list[socket.socket] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def cut(self, match: bytes, after: int = 0) -> None:
        """Cut once: `after` so many bytes of the answer to the next request that contains `match`.

        With 0 the server has carried the request out and its answer is lost.
        """
        self._match, self._after = match, after

    def serve(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.is_down:
                client.close()
                continue
            server = socket.create_connection(self.target, timeout=20)
            armed, held = threading.Event(), threading.Event()
            self._talks += [client, server]
            for ends in ((client, server, True), (server, client, False)):
                thread = threading.Thread(target=self._carry, args=(*ends, armed, held))
                self._threads.append(thread)
                thread.start()

    def _carry(
        self,
        source: socket.socket,
        sink: socket.socket,
        is_request: bool,
        armed: threading.Event,
        held: threading.Event,
    ) -> None:
        kept = b""
        with suppress(OSError):
            while data := source.recv(65536):
                if is_request:
                    self.sent += data
                    self._arm(data, armed)
                    if self.buffered is not None and self.buffered in data:
                        held.set()
                elif held.is_set():
                    kept += data
                    self.held += len(data)
                    continue
                elif not self._let_through(sink, data, armed):
                    break
                else:
                    continue
                sink.sendall(data)
            if kept:
                sink.sendall(kept)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _arm(self, data: bytes, armed: threading.Event) -> None:
        with self._lock:
            if self._match is not None and self._match in data:
                self._match = None
                armed.set()

    def _let_through(self, sink: socket.socket, data: bytes, armed: threading.Event) -> bool:
        """Pass an answer on, or as much of it as the cut allows; False once cut."""
        with self._lock:
            part = data[: self._after] if armed.is_set() else data
            self._after -= len(part) if armed.is_set() else 0
            self.passed += len(part)
            self.cuts += len(part) < len(data)
        sink.sendall(part)
        return len(part) == len(data)

    def hang_up(self) -> None:
        """Cut every connection there is."""
        for talk in self._talks:
            with suppress(OSError):
                talk.shutdown(socket.SHUT_RDWR)

    def close(self, serving: threading.Thread) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        serving.join(10)  # or a connection that it just accepted would be closed by nobody
        self.hang_up()
        for thread in self._threads:
            thread.join(10)
        for talk in (*self._talks, self.listener):
            talk.close()


@contextmanager
def cut_proxy(address: str) -> Iterator[CutProxy]:
    """A bad line to the server at `address`."""
    parts = urlsplit(address)
    assert parts.hostname
    assert parts.port
    proxy = CutProxy((parts.hostname, parts.port), socket.create_server(("127.0.0.1", 0)))
    thread = threading.Thread(target=proxy.serve)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close(thread)
