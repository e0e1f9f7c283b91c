"""A server that takes away more than it should is not believed without asking the person.

A wrong restore, a slip of an administrator or a fault of ours can hide most of a laptop's records in one sync.
Moves and rights that were withdrawn come with their reason; anything else beyond `plan.most_deletions` stops
here, before it is taken in, and waits for an answer.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

import msgspec
from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.core.resolve import Life, life
from crmdesk.core.values import Value
from crmdesk.store import dialect, drafts, records, settings
from crmdesk.store.copying import copy_out
from crmdesk.store.delivery import Delivery
from crmdesk.store.drafts import Discarded
from crmdesk.store.reading import Reader, check
from crmdesk.store.records import LEFT, Stored
from crmdesk.store.replica import Replica, Write
from crmdesk.store.settings import Identity, Pause
from crmdesk.sync import plan

Deletions: TypeAlias = Literal["ask", "accept", "keep"]
"""What a person says to a server that would hide much of what is here; `ask`: nothing yet."""
_TOGETHER: Final = 500
_log: Final = logging.getLogger(__name__)


@dataclass
class Brake:
    """One sync's account of what it would hide. Raises `mass_deletion` where that is too much."""

    replica: Replica
    answer: Deletions
    _total: int | None = None
    _hidden: int = 0

    def count_delivery(self, connection: Connection, came: Delivery) -> None:
        """Before deliveries are taken in: how many records on show here would be hidden by them."""
        deleted = {
            one.arrival.key: one.record
            for one in came.delivered
            if one.face is None and any(edit.values.get("deleted") for edit in one.record.edits)
        }
        if not deleted:
            return
        here = records.load(
            connection, [key for key, record in deleted.items() if life(record) is Life.DELETED]
        )
        hiding = [s for s in here.values() if s.seq != LEFT and life(s.record) is not Life.DELETED]
        self._count(connection, sum(_family(connection, stored) for stored in hiding))
        if hiding and self.answer == "keep":
            noted = settings.read(connection, "restoring", list[RecordKey]) or []
            settings.write(connection, {"restoring": [*noted, *(stored.key for stored in hiding)]})

    def may_leave(self, connection: Connection, count: int) -> bool:
        """Whether records may go that the server simply does not have."""
        self._count(connection, count)
        return self.answer != "keep" or self._hidden <= plan.most_deletions(self._total or 0)

    def withdraw(self, connection: Connection, leaving: Sequence[Stored]) -> bool:
        """Whether a bucket may go that is no longer offered and was not withdrawn. Raises if anything is in it."""
        if leaving and self.answer == "ask":
            raise CrmError("mass_deletion", count=len(leaving), total=_all(connection))
        return not leaving or self.answer == "accept"

    def _count(self, connection: Connection, count: int) -> None:
        if count and self._total is None:
            self._total = _all(connection)
        self._hidden += count
        if self.answer == "ask" and self._hidden > plan.most_deletions(self._total or 0):
            raise CrmError("mass_deletion", count=self._hidden, total=self._total)

    def restore(self) -> int:
        """After `keep`: bring back what was hidden by ordinary edits, here and for everybody; returns how many.

        What a sync that was cut took in with that answer is brought back too.
        """
        with self.replica.database.read() as connection:
            keys = list(dict.fromkeys(settings.read(connection, "restoring", list[RecordKey]) or ()))
        if self.answer == "keep" and self._hidden <= plan.most_deletions(self._total or 0):
            keys = []  # so few needed no answer
        for start in range(0, len(keys), _TOGETHER):
            some = keys[start : start + _TOGETHER]
            with self.replica.database.write() as connection:
                here = [s.key for s in records.load(connection, some).values() if s.seq != LEFT]
                writes = [Write(key, {"deleted": None}, is_known=True) for key in here]
                self.replica.write(connection, writes, kind="bulk")
        with self.replica.database.write() as connection:
            settings.write(connection, {"restoring": None})
        return len(keys)


def _family(connection: Connection, stored: Stored) -> int:
    """A record, or a root with all that is hidden with it."""
    if stored.root != stored.key.id:
        return 1
    return int(dialect.value(connection, "SELECT count(*) FROM record WHERE root = ?", (stored.root,)))


def _all(connection: Connection) -> int:
    return int(dialect.value(connection, "SELECT count(*) FROM record"))


def backups(database: Path) -> Path:
    """Where copies made by the program itself are kept; they go when something must leave no trace."""
    return database.with_name("backups")


def pause(replica: Replica, error: CrmError) -> CrmError:
    """Keep an encrypted copy of everything, note that a person is asked, and return what to tell them."""
    now = replica.clock.now_ms()
    with replica.database.read() as connection:
        noted = settings.read(connection, "pause", Pause)
    if noted is None or not Path(noted.backup).is_file():
        file = backups(replica.database.path) / f"before-deletion-{now}.db"
        file.parent.mkdir(parents=True, exist_ok=True)
        copy_out(replica.database.path, replica.database.key, file, replica.database.driver)
        noted = Pause(0, 0, now, str(file))
    count, total = int(str(error.about["count"])), int(str(error.about["total"]))
    noted = msgspec.structs.replace(noted, count=count, total=total)
    with replica.database.write() as connection:
        settings.write(connection, {"pause": noted})
    return CrmError("mass_deletion", count=count, total=total, path=noted.backup)


def forget_backups(replica: Replica) -> None:
    """Remove the program's own copies: what left this laptop must not stay in them.

    A file that a copy was put in the place of may hold work that was never sent. What it says is kept with what was
    set aside before the file goes; one that can't be read stays.
    """
    database = replica.database
    for file in backups(database.path).glob("before-deletion-*.db*"):
        file.unlink(missing_ok=True)
    for file, unsent in _replaced(replica):
        with database.write() as connection:
            for one in unsent:
                drafts.discard(connection, one)
        for rest in file.parent.glob(f"{file.name}*"):
            rest.unlink(missing_ok=True)


def set_aside(replica: Replica) -> list[Discarded]:
    """What was never sent in files that a copy was put in the place of. Nothing is changed."""
    return [one for _, unsent in _replaced(replica) for one in unsent]


def _replaced(replica: Replica) -> Iterator[tuple[Path, list[Discarded]]]:
    for file in sorted(replica.database.path.parent.glob("replaced-*.db")):
        try:
            yield file, _unsent_in(file, replica)
        except CrmError as error:
            _log.warning("%s stays: %s", file, error.code)


def _unsent_in(file: Path, replica: Replica) -> list[Discarded]:
    """What waits to be sent, or was refused, in a file that is used no longer: record by record."""
    check(file, replica.database.key, replica.database.driver)
    reader = Reader(file, replica.database.key, replica.database.driver)
    try:
        identity = reader.setting("identity", Identity)
        said: dict[RecordKey, dict[str, Value]] = {}
        for entity, record_id, part, body in reader.all(
            "SELECT o.entity, o.id, o.part, e.body FROM outbox o JOIN edit e ON e.actor = ? AND e.counter = o.counter"
            " ORDER BY o.counter",
            (identity.actor if identity else "",),
        ):
            said.setdefault(RecordKey(entity, record_id, part), {}).update(records.decode_edit(body).values)
    finally:
        reader.close()
    now = replica.clock.now_ms()
    return [Discarded(key, values, "", None, now, is_new=False) for key, values in said.items()]
