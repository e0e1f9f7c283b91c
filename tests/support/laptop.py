"""A laptop that speaks the protocol by hand, so that a test can say anything, right or wrong."""

from __future__ import annotations

import hashlib
import itertools
import secrets
import ssl
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crmdesk.core.clock import stamp
from crmdesk.core.entities import REGISTRY
from crmdesk.core.ids import uuid7
from crmdesk.core.record import Dot, Edit, Placement, Record, RecordKey, Txn, accept, encode, proof, write
from crmdesk.core.resolve import read_record
from crmdesk.core.wire import Heads, LogEdit, Outcome, Proofs, PullPage, Push, PushAnswer, PushRecord
from crmdesk.store.records import body
from sync_server.enrolment import signed_text
from sync_server.signing_in import signed_text as sign_in_text
from tests.support.server import RunningServer


def fresh_id() -> str:
    return uuid7(time.time_ns() // 1_000_000, secrets.token_bytes(10))


@dataclass
class Laptop:
    """One device of one user: its key, its tokens, its actor, what it holds and has not sent."""

    server: RunningServer
    user: str
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    actor: str = field(default_factory=lambda: secrets.token_hex(16))
    counter: int = 0
    chain: str | None = None
    records: dict[RecordKey, Record] = field(default_factory=dict)
    unsent: list[tuple[RecordKey, Edit]] = field(default_factory=list)
    handed: dict[RecordKey, set[int]] = field(default_factory=dict)
    welcome: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        plain = ssl.SSLContext(
            ssl.PROTOCOL_TLS_CLIENT
        )  # no certificates to read: the server is on this machine
        client = httpx2.Client(base_url=self.server.address, timeout=20, verify=plain)
        self.http = self.server.visitors.enter_context(client)

    # -- signing in ----------------------------------------------------------------------------
    def enrol(self, code: str | None = None) -> httpx2.Response:
        code = code or self.server.code(self.user)
        reply = self.http.post(
            "/v1/enrol",
            json={
                "code": code,
                "device_key": self.key.public_key().public_bytes_raw().hex(),
                "device_name": "laptop",
            },
        )
        if reply.status_code == 200:
            self.welcome = reply.json()
            if self.welcome["access"]:
                self.use(self.welcome["access"])
        return reply

    def sign_in(self, name: str, password: str, *, server_id: str | None = None) -> httpx2.Response:
        """With name and password; remembers the tokens."""
        server_id = server_id or self.http.get("/v1/hello").json()["server_id"]
        public = self.key.public_key().public_bytes_raw()
        device = hashlib.sha256(public).hexdigest()[:32]
        asked = {
            "name": name,
            "password": password,
            "device_key": public.hex(),
            "device_name": "laptop",
            "signature": self.key.sign(sign_in_text(device, server_id, name)).hex(),
        }
        reply = self.http.post("/v1/sign-in", json=asked)
        if reply.status_code == 200:
            self.welcome = reply.json()
            if self.welcome["access"]:
                self.use(self.welcome["access"])
        return reply

    def use(self, access: str) -> None:
        self.http.headers["Authorization"] = f"Bearer {access}"

    def token(self, refresh: str | None = None, key: Ed25519PrivateKey | None = None) -> httpx2.Response:
        """Rotate tokens; remembers the new ones."""
        refresh = refresh or self.welcome["refresh"]
        device, at_ms = self.welcome["device"], 5
        signature = (key or self.key).sign(signed_text(device, refresh, at_ms)).hex()
        reply = self.http.post(
            "/v1/token",
            json={"device": device, "refresh": refresh, "at_ms": at_ms, "signature": signature},
        )
        if reply.status_code == 200:
            self.welcome["refresh"] = reply.json()["refresh"]
            self.use(reply.json()["access"])
        return reply

    @property
    def book(self) -> str:
        return str(self.welcome["book"])

    # -- writing -------------------------------------------------------------------------------
    def write(
        self,
        key: RecordKey,
        values: Mapping[str, Any],
        *,
        at: int | None = None,
        seen: Mapping[str, Collection[Dot]] | None = None,
        bucket: str | None = None,
    ) -> Record:
        """One edit, kept until `push`."""
        self.counter += 1
        at = stamp(self.server.clock().ms) if at is None else at
        user = str(self.welcome["user"])
        if key in self.records:
            self.note_handed(key, self.records[key].edits)
        edit = Edit(Dot(self.actor, self.counter), at, user, None, Txn(fresh_id(), "form"), dict(values))
        record = write(self.records.get(key), edit, placement=Placement(0, bucket or self.book), seen=seen)
        self.records[key] = record
        self.unsent.append((key, edit))
        return record

    def note_handed(self, key: RecordKey, edits: Iterable[Edit]) -> None:
        """Keep what shows that these values were handed here: an edit may overwrite them."""
        shown = {proof(edit, field) for edit in edits for field in edit.values}
        self.handed.setdefault(key, set()).update(shown)

    def proofs(self) -> tuple[Proofs, ...]:
        """As a laptop sends them with `batch`."""
        keys = dict.fromkeys(key for key, _ in self.unsent)
        return tuple(Proofs(*key, tuple(sorted(self.handed[key]))) for key in keys if self.handed.get(key))

    def customer(self, name: str = "宏远机械", **values: Any) -> RecordKey:
        key = RecordKey("customer", fresh_id())
        self.write(key, {"name": name, **values})
        return key

    def visit(self, customer: RecordKey, **values: Any) -> RecordKey:
        key = RecordKey("visit", fresh_id())
        said = {"customer": customer.id, "kind": "onsite", "at": 1, "summary": "谈价格", **values}
        self.write(key, said)
        return key

    def batch(self, name: str | None = None) -> Push:
        """The unsent edits as a push."""
        keys = dict.fromkeys(key for key, _ in self.unsent)
        return Push(
            batch=name or secrets.token_hex(16),
            actor=self.actor,
            chain=self.chain,
            log=tuple(LogEdit(e.dot.counter, *key, msgspec.Raw(body(e))) for key, e in self.unsent),
            records=tuple(PushRecord(*key, msgspec.Raw(encode(self.records[key]))) for key in keys),
            proofs=self.proofs(),
        )

    def post(self, content: bytes | Push, **headers: str) -> httpx2.Response:
        raw = content if isinstance(content, bytes) else msgspec.json.encode(content)
        return self.http.post(
            "/v1/push", content=raw, headers={"Content-Type": "application/json", **headers}
        )

    def push(self) -> PushAnswer:
        """Send what is unsent and take the answer in."""
        reply = self.post(self.batch())
        assert reply.status_code == 200, reply.text
        answer = msgspec.json.decode(reply.content, type=PushAnswer)
        self.settle(answer)
        return answer

    def settle(self, answer: PushAnswer) -> None:
        """Take a push's answer in."""
        self.chain = answer.chain
        self.unsent = []
        eff = {Dot(self.actor, int(counter)): at for counter, at in answer.eff.items()}
        for outcome in answer.outcomes:
            key = RecordKey(outcome.entity, outcome.id, outcome.part)
            self.records[key] = accept(self.records[key], eff)
            if outcome.state is not None:
                self.records[key] = msgspec.json.decode(outcome.state, type=Record)

    # -- reading -------------------------------------------------------------------------------
    def heads(self) -> Heads:
        reply = self.http.get("/v1/heads")
        assert reply.status_code == 200, reply.text
        return msgspec.json.decode(reply.content, type=Heads)

    def ask_page(self, bucket: str, **cursor: Any) -> httpx2.Response:
        asked = {"epoch": 1, "after": 0, "salt": "", **cursor}
        return self.http.get("/v1/pull", params={"bucket": bucket, **asked})

    def pages(self, bucket: str, after: int = 0, salt: str = "") -> list[PullPage]:
        """Pull to the head fixed at the first page; records come in, departed ones go."""
        found: list[PullPage] = []
        head: dict[str, int] = {}
        for _ in itertools.count():
            reply = self.ask_page(bucket, after=after, salt=salt, **head)
            assert reply.status_code == 200, reply.text
            page = msgspec.json.decode(reply.content, type=PullPage)
            found.append(page)
            after, salt, head = page.seq, page.salt, {"head": page.head}
            if page.complete:
                break
        for page in found:
            self._take(page)
        return found

    def _take(self, page: PullPage) -> None:
        for item in page.items:
            key = RecordKey(item.entity, item.id, item.part)
            if item.state is not None:
                self.records[key] = msgspec.json.decode(item.state, type=Record)
            elif key in self.records and self.records[key].placement.move_no < item.move_no:
                del self.records[key]

    def pull_all(self) -> None:
        """Everything this user may see, from the beginning."""
        for head in self.heads().heads:
            self.pages(head.bucket)


def enrolled(server: RunningServer, user: str) -> Laptop:
    """A laptop that is signed in as `user`."""
    laptop = Laptop(server, server.people[user].user)
    assert laptop.enrol().status_code == 200
    return laptop


def verdicts(answer: PushAnswer) -> list[tuple[str, str | None]]:
    return [(outcome.verdict, outcome.code) for outcome in answer.outcomes]


def only(answer: PushAnswer) -> Outcome:
    (outcome,) = answer.outcomes
    return outcome


def forced(laptop: Laptop, content: Push) -> PushAnswer:
    """Push something the laptop itself would not say."""
    reply = laptop.post(content)
    assert reply.status_code == 200, reply.text
    answer = msgspec.json.decode(reply.content, type=PushAnswer)
    laptop.settle(answer)
    return answer


def with_state(batch: Push, record: Record | bytes) -> Push:
    """The batch with its (first) record's state replaced."""
    first, *rest = batch.records
    state = record if isinstance(record, bytes) else encode(record)
    changed = msgspec.structs.replace(first, state=msgspec.Raw(state))
    return msgspec.structs.replace(batch, records=(changed, *rest))


def shown(laptop: Laptop, key: RecordKey) -> dict[str, Any]:
    return read_record(laptop.records[key], key.entity, REGISTRY).values


def conflicts(laptop: Laptop, key: RecordKey) -> list[str]:
    return [view.key for view in read_record(laptop.records[key], key.entity, REGISTRY).conflicts]
