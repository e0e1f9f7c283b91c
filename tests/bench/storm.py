"""Everybody comes back at once: 500 laptops after three days offline, against one server process.

Each signs in again, pushes what it wrote, and pulls what its nine colleagues wrote. 50 threads carry them: whoever
finds none free waits outside the measurement. A request is timed from its first byte to the last of its answer.
"""

from __future__ import annotations

import heapq
import random
import secrets
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crmdesk.core.record import RecordKey
from crmdesk.core.roles import Role
from crmdesk.core.wire import Head, Heads, PullPage, PushAnswer
from sync_server import accounts, enrolment
from sync_server.authoring import new_id
from sync_server.clock import Moment, moment
from sync_server.policy import Kind
from sync_server.settings import Settings
from sync_server.signing import signer_of
from sync_server.storage import people
from sync_server.storage.people import Account
from tests.bench.company import company
from tests.bench.rows import Row, percentile, reported, within
from tests.support.laptop import Laptop
from tests.support.server import Clock, RunningServer

DEVICES: Final = 500
TEAM: Final = 10
EDITS: Final = 200
OWN: Final = 20
"""Customers that a laptop has brought to the server before; half of its edits change them, half are visits."""
THREADS: Final = 50
WINDOW_S: Final = 120.0
"""They arrive within two minutes."""
OFFLINE_MS: Final = 72 * 60 * 60 * 1000
LIMIT_MS: Final = 3_000.0
PATIENCE_S: Final = 60.0
"""When a laptop gives a request up; that is an error."""
TRIES: Final = 8


@dataclass
class Log:
    """What every request took, in milliseconds, by route; and how it went where it did not go well."""

    took: dict[str, list[float]] = field(default_factory=dict)
    busy: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    records: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, route: str, seconds: float) -> None:
        with self.lock:
            self.took.setdefault(route, []).append(seconds * 1000)


class Visitor:
    """One laptop that comes back."""

    def __init__(self, laptop: Laptop, log: Log, seed: int) -> None:
        self._laptop, self._log = laptop, log
        self._chance = random.Random(seed)
        self._cursors: dict[str, Head] = {}
        self._body = b""

    def write_three_days(self, customers: list[RecordKey]) -> None:
        """What was typed in the dead zone, ready to be sent."""
        start = self._laptop.server.clock().ms - OFFLINE_MS
        for n in range(EDITS):
            at = (start + n * OFFLINE_MS // EDITS) << 16
            if n % 2:
                self._laptop.write(
                    customers[n // 2 % OWN], {"remark": f"第 {n} 次沟通", "city": f"城市 {n}"}, at=at
                )
            else:
                said = {
                    "customer": customers[n // 2 % OWN].id,
                    "kind": "phone",
                    "at": at >> 16,
                    "summary": f"电话 {n}",
                }
                self._laptop.write(RecordKey("visit", secrets.token_hex(16)), said, at=at)
        self._body = msgspec.json.encode(self._laptop.batch())

    def come(self) -> None:
        """All that a sync asks for, to the last page."""
        laptop = self._laptop
        self._timed("token", self._token)
        self._timed("heads", lambda: laptop.http.get("/v1/heads"))
        answer = self._timed("push", lambda: laptop.post(self._body))
        if answer is not None:
            outcomes = msgspec.json.decode(answer.content, type=PushAnswer).outcomes
            for outcome in outcomes:
                if outcome.verdict not in ("accepted", "merged"):
                    self._fail(f"{outcome.verdict} {outcome.code}")
        self.pull()

    def pull(self) -> None:
        """Every bucket, from where this laptop stands to its head."""
        answer = self._timed("heads", lambda: self._laptop.http.get("/v1/heads"))
        if answer is None:
            return
        for head in msgspec.json.decode(answer.content, type=Heads).heads:
            self._read(head)

    def _read(self, head: Head) -> None:
        known = self._cursors.get(head.bucket)
        after, salt = (known.seq, known.salt) if known else (0, "")
        upto: dict[str, int] = {}
        while after < head.seq:
            ask = {"epoch": head.epoch, "after": after, "salt": salt, **upto}
            answer = self._timed("pull", lambda ask=ask: self._laptop.ask_page(head.bucket, **ask))  # type: ignore[misc]
            if answer is None:
                return
            page = msgspec.json.decode(answer.content, type=PullPage)
            self._log.records += len(page.items)
            after, salt, upto = page.seq, page.salt, {"head": page.head}
            if page.complete:
                break
        self._cursors[head.bucket] = msgspec.structs.replace(head, seq=after, salt=salt)

    def _token(self) -> httpx2.Response:
        return self._laptop.token()

    def _timed(self, route: str, ask: Callable[[], httpx2.Response]) -> httpx2.Response | None:
        """Ask until it is answered; a server that is busy says when to come again."""
        for _ in range(TRIES):
            began = time.monotonic()
            try:
                reply = ask()
            except httpx2.HTTPError as error:
                self._fail(type(error).__name__)
                return None
            self._log.note(route, time.monotonic() - began)
            if reply.status_code == 200:
                return reply
            if reply.status_code not in (429, 503):
                self._fail(f"{route} {reply.status_code}")
                return None
            self._log.busy += 1
            time.sleep(int(reply.headers.get("Retry-After", "1")) * (1 + self._chance.random()))
        self._fail(f"{route} busy")
        return None

    def _fail(self, why: str) -> None:
        with self._log.lock:
            self._log.failed[why] += 1


def run() -> list[Row]:
    with company("storm") as here, visited(here) as running:
        log = Log()
        visitors = prepare(running, log)
        log.took.clear()
        log.records = 0
        began = time.monotonic()
        with watching(here.address, log):
            storm(visitors)
        seconds = time.monotonic() - began
    return rows(log, seconds)


def rows(log: Log, seconds: float) -> list[Row]:
    asked = [ms for route, took in log.took.items() if route != "hello" for ms in took]
    failed = sum(log.failed.values())
    if failed:
        print(f"storm: {dict(log.failed)}", file=sys.stderr)
    return [
        within("a request in the storm, p99", [percentile(asked, 0.99)], "ms", LIMIT_MS),
        within(
            "requests that were answered",
            [100 * len(asked) / (len(asked) + failed)],
            "%",
            100.0,
            better="more",
        ),
        within("a stranger's hello meanwhile, p99", [percentile(log.took["hello"], 0.99)], "ms", LIMIT_MS),
        *(
            reported(f"{route} in the storm, median of {len(took)}", [percentile(took, 0.5)], "ms")
            for route, took in sorted(log.took.items())
            if route != "hello"
        ),
        reported("answers that said to come again", [float(log.busy)], "requests"),
        reported("records pulled", [float(log.records)], "records"),
        reported("from the first arrival to the last page", [seconds], "s"),
    ]


def storm(visitors: list[Visitor]) -> None:
    """They come at random moments, each once; 50 at a time."""
    chance = random.Random(1)
    arrivals = [(chance.random() * WINDOW_S, n) for n in range(len(visitors))]
    heapq.heapify(arrivals)
    began = time.monotonic()
    with ThreadPoolExecutor(THREADS) as threads:
        work = []
        while arrivals:
            at, n = heapq.heappop(arrivals)
            time.sleep(max(0.0, began + at - time.monotonic()))
            work.append(threads.submit(visitors[n].come))
        for done in work:
            done.result()


@contextmanager
def watching(address: str, log: Log) -> Iterator[None]:
    """Somebody who has nothing to do with it asks five times a second who is there."""
    over = threading.Event()

    def ask() -> None:
        with httpx2.Client(base_url=address, timeout=PATIENCE_S) as client:
            while not over.wait(0.2):
                began = time.monotonic()
                if client.get("/v1/hello").status_code != 200:
                    with log.lock:
                        log.failed["hello"] += 1
                log.note("hello", time.monotonic() - began)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


# -- before the storm -----------------------------------------------------------------------------------------


@contextmanager
def visited(here: Any) -> Iterator[RunningServer]:
    """The company's database beside the serving process, as the administrator's commands open it."""
    settings = Settings(here.folder / "company")
    database = accounts.open_company(settings)
    running = RunningServer(here.address, settings, database, Clock())
    try:
        with running.visitors:
            yield running
    finally:
        database.close()


def prepare(running: RunningServer, log: Log) -> list[Visitor]:
    """Enrol everybody, bring their customers to the server, let them pull it all, then take them offline."""
    visitors = []
    for n, (laptop, _) in enumerate(enrol(running)):
        customers = [laptop.customer(f"客户 {n}.{k}") for k in range(OWN)]
        laptop.push()
        visitor = Visitor(laptop, log, n)
        visitors.append((visitor, customers))
    for visitor, customers in visitors:
        visitor.pull()
        visitor.write_three_days(customers)
    return [visitor for visitor, _ in visitors]


def enrol(running: RunningServer) -> list[tuple[Laptop, Account]]:
    """Half a thousand people in teams that share their books, each with a laptop that is signed in."""
    now = moment()
    found = []
    with running.database.write() as connection:
        teams = [
            accounts.add_team(connection, f"Team {n}", now, shares_books=True) for n in range(DEVICES // TEAM)
        ]
        staff = [person(connection, f"Rep {n}", teams[n // TEAM], now) for n in range(DEVICES)]
        accounts.rewrite_readers(connection, now)
        signer = signer_of(running.settings)
        for account in staff:
            key = Ed25519PrivateKey.generate()
            code = enrolment.issue_code(connection, account.user, now, 3_600_000, hold=False)
            public = key.public_key().public_bytes_raw()
            welcome = enrolment.enrol(connection, running.settings, signer, code, public, "laptop", now)
            found.append((account, key, msgspec.to_builtins(welcome)))
    laptops = []
    for account, key, welcome in found:
        laptop = Laptop(running, account.user, key)
        laptop.http.timeout = httpx2.Timeout(PATIENCE_S)
        laptop.welcome = welcome
        laptop.use(welcome["access"])
        laptops.append((laptop, account))
    return laptops


def person(connection: Any, name: str, team: str, now: Moment) -> Account:
    """As `accounts.add_user`, but who reads what is worked out once for all of them."""
    account = Account(new_id(now), name, Role.REP, team, now.hex(16), None)
    people.add_account(connection, account)
    accounts.add_bucket(connection, account.book, Kind.BOOK, account.user, now)
    accounts._publish_account(connection, account, now)
    return account
