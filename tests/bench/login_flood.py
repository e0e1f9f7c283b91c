"""Everybody signs in by password at once: 200 logins in parallel against one server process, and somebody who watches.

Each login comes from an address and a person of its own, so that no limit on tries thins them out. The requests are
ready before the first is sent; what is timed is the health route, asked all the while by somebody else.
"""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync_server import accounts
from sync_server.clock import moment
from sync_server.passwords import Hasher
from sync_server.settings import Settings
from sync_server.signing_in import Claim, signed_text
from sync_server.storage import passwords, people
from sync_server.storage.passwords import Password
from tests.bench.company import company
from tests.bench.rows import Row, percentile, reported, within
from tests.bench.storm import person

LOGINS: Final = 200
PASSWORD: Final = "correct horse battery"
HEALTH_MS: Final = 200.0
MEMORY_MB: Final = 256.0
_LOOK_S: Final = 0.01
PROXY: Final = ("--proxy", "127.0.0.1")
"""How the server is started, so that the requests may say where they come from."""


@dataclass
class Flood:
    """What came of it: statuses of the logins, what the health route took (ms), how far memory rose (MB)."""

    statuses: list[int] = field(default_factory=list)
    health_ms: list[float] = field(default_factory=list)
    rose_mb: float = 0.0
    seconds: float = 0.0


def run() -> list[Row]:
    with company("login_flood", serve=PROXY) as here:
        flood = flooded(here.address, here.pid, requests(Settings(here.folder / "company"), LOGINS))
    return [
        within("the health route meanwhile, p99", [percentile(flood.health_ms, 0.99)], "ms", HEALTH_MS),
        within("the server's memory, above where it was", [flood.rose_mb], "MB", MEMORY_MB),
        within(
            "logins that were answered",
            [100 * flood.statuses.count(200) / len(flood.statuses)],
            "%",
            100.0,
            better="more",
        ),
        reported("the health route meanwhile, median", [percentile(flood.health_ms, 0.5)], "ms"),
        reported(f"until the last of {LOGINS} logins was answered", [flood.seconds], "s"),
    ]


def requests(settings: Settings, count: int) -> list[bytes]:
    """So many people with a password, and the request of each, from a laptop that is new."""
    database, now = accounts.open_company(settings), moment()
    hashed = Hasher().hash(PASSWORD)
    try:
        with database.write() as connection:
            server_id = people.load_company(connection).server_id
            team = accounts.add_team(connection, "Flood", now)
            for n in range(count):
                account = person(connection, f"Login {n}", team, now)
                passwords.save(connection, Password(account.user, hashed, now.ms))
            accounts.rewrite_readers(connection, now)
    finally:
        database.close()
    return [_request(server_id, n) for n in range(count)]


def _request(server_id: str, n: int) -> bytes:
    key, name = Ed25519PrivateKey.generate(), f"Login {n}"
    public = key.public_key().public_bytes_raw()
    device = Claim(name, "", public, "", b"", "").device
    body = json.dumps(
        {
            "name": name,
            "password": PASSWORD,
            "device_key": public.hex(),
            "device_name": "laptop",
            "signature": key.sign(signed_text(device, server_id, name)).hex(),
        }
    ).encode()
    head = (
        "POST /v1/sign-in HTTP/1.1\r\nHost: flood\r\nContent-Type: application/json\r\nConnection: close\r\n"
        f"X-Forwarded-For: 10.0.{n // 250}.{n % 250 + 1}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def flooded(address: str, pid: int, ready: list[bytes]) -> Flood:
    """Send them all at once, and watch."""
    flood, start = Flood(), threading.Barrier(len(ready) + 1)
    threads = [threading.Thread(target=_log_in, args=(address, one, start, flood)) for one in ready]
    for thread in threads:
        thread.start()
    with watched(address, pid, flood):
        start.wait()
        began = time.monotonic()
        for thread in threads:
            thread.join()
        flood.seconds = time.monotonic() - began
    return flood


def _log_in(address: str, request: bytes, start: threading.Barrier, flood: Flood) -> None:
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port), timeout=120) as line:
        start.wait()
        line.sendall(request)
        answer = line.recv(65536)
    flood.statuses.append(int(answer.split(b" ", 2)[1]) if answer else 0)


@contextmanager
def watched(address: str, pid: int, flood: Flood) -> Iterator[None]:
    """Somebody else asks how the server is, again and again; its memory is read as often."""
    over, before = threading.Event(), resident_mb(pid)

    def look() -> None:
        line = http.client.HTTPConnection(urlsplit(address).netloc, timeout=120)
        while not over.wait(_LOOK_S):
            began = time.monotonic()
            line.request("GET", "/healthz")
            line.getresponse().read()
            flood.health_ms.append((time.monotonic() - began) * 1000)
            flood.rose_mb = max(flood.rose_mb, resident_mb(pid) - before)
        line.close()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def resident_mb(pid: int) -> float:
    """How much memory a process holds at this moment."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
