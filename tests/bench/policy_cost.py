"""What deciding and writing down cost: the server's CPU for pushes and pulls, beside the same with a policy that allows all.

The other policy is put in the place of the product's here, for the length of a batch; no setting does that. It asks
nothing, allows everything and writes no audit. Batches take turns, so both kinds meet the same machine and the same
growing file.
"""

from __future__ import annotations

import gc
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final
from unittest import mock

import msgspec

from crmdesk.core.clock import stamp
from crmdesk.core.ids import uuid7
from crmdesk.core.record import Dot, Edit, Placement, RecordKey, Txn, encode, write
from crmdesk.core.roles import Mandate, Role
from crmdesk.core.wire import LogEdit, Push, PushAnswer, PushRecord
from crmdesk.store.database import Database
from crmdesk.store.records import body
from sync_server import accounts, audit, batches, placing, pulling, pushing
from sync_server.clock import Moment, moment
from sync_server.policy import Right
from sync_server.pulling import Cursor
from sync_server.settings import Settings
from sync_server.storage import devices, people, rights
from sync_server.storage.devices import Bearer, Device, DeviceState
from tests.bench import stores
from tests.bench.rows import Row, beside

BATCHES: Final = 40
RECORDS: Final = 500
PULLS: Final = 10
PUSH_LIMIT: Final = 1 / 0.75
"""Less than 25 % of push throughput: the time a record takes grows by less than a third."""
PULL_LIMIT: Final = 1 / 0.9


def run() -> list[Row]:
    folder = stores.OUTPUT / "work" / "policy_cost"
    shutil.rmtree(folder, ignore_errors=True)
    settings = Settings(folder)
    accounts.create_company(settings, "示例公司 Sample Co", moment())
    database = accounts.start_company(settings, moment())
    try:
        who = staffed(database)
        pushed, pulled = measure(database, who)
    finally:
        database.close()
        shutil.rmtree(folder)
    return [
        beside(
            "push: CPU a record, policy and audit in force",
            pushed[True], "µs", "allow-all policy, no audit", pushed[False], limit=PUSH_LIMIT,
        ),
        beside(
            "pull: CPU a record, policy in force",
            pulled[True], "µs", "allow-all policy", pulled[False], limit=PULL_LIMIT,
        ),
    ]  # fmt: skip


def staffed(database: Database) -> Bearer:
    """A company of sixty in six teams, with a role of its own; returns a rep's laptop."""
    now = moment()
    with database.write() as connection:
        role = accounts.define_role(connection, None, "内勤", "rep", frozenset({"customer.grade"}), now)
        for team in range(6):
            accounts.add_team(connection, f"Team {team}", now, shares_books=team % 2 == 0)
            accounts.add_user(connection, f"Lead {team}", Role.MANAGER, now, team=f"Team {team}")
            for number in range(9):
                accounts.add_user(connection, f"Rep {team}.{number}", role.name, now, team=f"Team {team}")
        rep = people.find_account(connection, "Rep 0.0")
        device = Device(secrets.token_hex(16), rep.user, "bench", b"", DeviceState.ACTIVE, now.ms, None)
        devices.add_device(connection, device)
    return Bearer(
        rep.user, rep.role, rep.book, device.id, device.state, b"", now.ms, False, False, now.ms + 10**9
    )


def measure(database: Database, who: Bearer) -> tuple[dict[bool, list[float]], dict[bool, list[float]]]:
    """Microseconds of CPU a record, batch by batch: by whether the policy is in force."""
    pushed: dict[bool, list[float]] = {True: [], False: []}
    pulled: dict[bool, list[float]] = {True: [], False: []}
    sender = Sender(who)
    gc.disable()
    for number in range(BATCHES):
        in_force = number % 2 == 0
        content = sender.batch()
        with policy(who, in_force=in_force):
            started = time.process_time()
            with database.write() as connection:
                answer = pushing.push(connection, who, batches.read(content), moment(), is_brief=True)
            pushed[in_force].append((time.process_time() - started) / RECORDS * 1e6)
        sender.chain = msgspec.json.decode(answer, type=PushAnswer).chain
    for number in range(2 * PULLS):
        in_force = number % 2 == 0
        with policy(who, in_force=in_force):
            pulled[in_force].append(pull(database, who))
    return pushed, pulled


def pull(database: Database, who: Bearer) -> float:
    """Read the whole book page by page; microseconds of CPU a record."""
    count, after, salt = 0, 0, ""
    started = time.process_time()
    while True:
        with database.read_as(who.user) as connection:
            page = pulling.page(connection, who, Cursor(who.book, 1, after, salt))
        count += len(page.items)
        msgspec.json.encode(page)
        after, salt = page.seq, page.salt
        if page.complete:
            return (time.process_time() - started) / count * 1e6


@contextmanager
def policy(who: Bearer, *, in_force: bool) -> Iterator[None]:
    """The product's policy, or one that asks nobody and writes nothing down."""
    if in_force:
        yield
        return
    everything = {who.book: Right(True, frozenset({Mandate(Role.REP)}))}

    def nothing(*_asked: Any, **_about: Any) -> None:
        return None

    with ExitStack() as stack:
        for target, name, instead in (
            (rights, "rights", lambda _connection, _user: everything),
            (rights, "lost_rights", lambda _connection, _user: {}),
            (placing.Map, "_allow", nothing),
            (audit, "note_edits", nothing),
        ):
            stack.enter_context(mock.patch.object(target, name, instead))
        yield


class Sender:
    """A rep's laptop, as far as its pushes go: new customers of ten fields."""

    def __init__(self, who: Bearer) -> None:
        self._who = who
        self._actor = secrets.token_hex(16)
        self._counter = 0
        self.chain: str | None = None

    def batch(self) -> bytes:
        """The next so many new customers, as they travel."""
        log, records = [], []
        now = moment()
        for _ in range(RECORDS):
            self._counter += 1
            key = RecordKey("customer", _id(now))
            edit = Edit(
                Dot(self._actor, self._counter), stamp(now.ms), self._who.user, None,
                Txn(_id(now), "form"), _values(self._counter),
            )  # fmt: skip
            state = write(None, edit, placement=Placement(0, self._who.book))
            log.append(LogEdit(self._counter, *key, msgspec.Raw(body(edit))))
            records.append(PushRecord(*key, msgspec.Raw(encode(state))))
        push = Push(secrets.token_hex(16), self._actor, self.chain, tuple(log), tuple(records))
        return msgspec.json.encode(push)


def _id(now: Moment) -> str:
    return uuid7(now.ms, secrets.token_bytes(10))


def _values(number: int) -> dict[str, Any]:
    return {
        "name": f"示例客户 {number}", "short_name": f"示例 {number}", "code": f"C{number:06}", "stage": "quote",
        "source": "web", "industry": "machinery", "region": "广东", "city": "深圳",
        "address": f"示例路 {number} 号", "phone": f"1380000{number % 10000:04}",
    }  # fmt: skip
