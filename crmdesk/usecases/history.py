"""What became of a record, field by field; and taking transactions back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crmdesk.core.clock import milliseconds
from crmdesk.core.errors import CrmError
from crmdesk.core.record import Edit, RecordKey
from crmdesk.core.registry import DELETED_BELOW
from crmdesk.core.values import Value
from crmdesk.store import bulk
from crmdesk.store.history_reading import edits_of, transactions_of, unsent_of
from crmdesk.store.imports import is_step
from crmdesk.store.reading import Reader
from crmdesk.store.settings import Identity
from crmdesk.usecases import taking_back
from crmdesk.usecases.directory import read_registry
from crmdesk.usecases.outcome import Outcome

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica, Write

STEPS = 100
"""How many transactions back something to undo is looked for."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one edit. `is_current`: the value still stands; `kind` is the transaction's."""

    key: RecordKey
    field: str
    value: Value
    by: str
    at_ms: int
    kind: str
    txn: str
    is_current: bool
    is_unsent: bool


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did: fields taken back, and those that somebody has changed since, which it left alone.

    `taken` are the fields that were taken back, record by record.
    """

    restored: int
    kept: tuple[tuple[RecordKey, str], ...]
    taken: tuple[tuple[RecordKey, tuple[str, ...]], ...] = ()


def changes(reader: Reader, key: RecordKey) -> list[Change]:
    """Every change of a record that this laptop knows, latest first."""
    record = reader.record(*key)
    surviving = {(edit.dot, field) for edit in record.edits for field in edit.values} if record else set()
    unsent = unsent_of(reader, key)
    found = {edit.dot: edit for edit in edits_of(reader, key)}
    for edit in record.edits if record else ():
        found.setdefault(edit.dot, edit)
    return [
        Change(
            key, field, value, edit.by, milliseconds(edit.order()[0]), edit.txn.kind, edit.txn.id,
            (edit.dot, field) in surviving, edit.dot in unsent,
        )
        for edit in sorted(found.values(), key=Edit.order, reverse=True)
        for field, value in edit.values.items()
        if field != DELETED_BELOW.name
    ]  # fmt: skip


def last_transaction(reader: Reader, user: str) -> str | None:
    """The latest transaction a person made on this laptop of which anything can still be taken back."""
    identity = reader.setting("identity", Identity)
    if identity is None or identity.user != user:
        return None
    registry = read_registry(reader)
    for txn in transactions_of(reader, identity.actor, STEPS):
        if is_step(reader, txn) or bulk.is_step(reader, txn):
            return None  # an import or bulk change is taken back as a whole, from the list of them
        if any(plan.first for plan in taking_back.plans(reader.all, registry, txn)):
            return txn
    return None


def undo(replica: Replica, txn: str) -> Outcome[Undone]:
    """Take a transaction back: each field gets the value it had, where nobody has changed it since.

    A record it made is deleted, unless somebody has written to it since: then it stays as it is. Values that
    a decision had set aside come back side by side, as the conflict they were. Raises `nothing_to_undo`.
    """
    from crmdesk.store.replica import Touched

    with replica.database.read() as connection:
        plans = taking_back.plans(
            lambda sql, bind: connection.exec_driver_sql(sql, tuple(bind)).all(), replica.registry, txn
        )
    if not plans:
        raise CrmError("nothing_to_undo")
    rounds: dict[int, list[Write]] = defaultdict(list)
    for plan in plans:
        for number, (values, shown) in enumerate(plan.rounds()):
            rounds[number].append(taking_back.write_of(plan.key, values, shown))
    touched, name = Touched(), None
    for number in sorted(rounds):
        done = replica.commit(rounds[number], kind="undo")
        touched |= done.touched
        name = name or done.txn
    restored = sum(len(plan.first) for plan in plans)
    kept = tuple((plan.key, field) for plan in plans for field in plan.kept)
    taken = tuple((plan.key, tuple(sorted(plan.first))) for plan in plans if plan.first)
    return Outcome(Undone(restored, kept, taken), touched, name)
