"""What became of a record, field by field; and taking transactions back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crmdesk.core.clock import milliseconds
from crmdesk.core.errors import CrmError
from crmdesk.core.form import Shown
from crmdesk.core.record import Dot, Edit, Record, RecordKey
from crmdesk.core.resolve import deletion
from crmdesk.core.values import Value, encode
from crmdesk.store.reading import Reader
from crmdesk.usecases.outcome import Outcome

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica, Write


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
    """What an undo did: fields taken back, and those that somebody has changed since, which it left alone."""

    restored: int
    kept: tuple[tuple[RecordKey, str], ...]


def changes(reader: Reader, key: RecordKey) -> list[Change]:
    """Every change of a record that this laptop knows, latest first."""
    from crmdesk.store.history_reading import edits_of

    record = reader.record(*key)
    surviving = {(edit.dot, field) for edit in record.edits for field in edit.values} if record else set()
    found = {edit.dot: edit for edit in edits_of(reader, key)}
    for edit in record.edits if record else ():
        found.setdefault(edit.dot, edit)
    return [
        Change(
            key, field, value, edit.by, milliseconds(edit.order()[0]), edit.txn.kind, edit.txn.id,
            (edit.dot, field) in surviving, edit.eff is None,
        )
        for edit in sorted(found.values(), key=Edit.order, reverse=True)
        for field, value in edit.values.items()
    ]  # fmt: skip


def last_transaction(reader: Reader, user: str) -> str | None:
    """The latest transaction a person made here that was not itself an undo."""
    from crmdesk.store.history_reading import last_transactions

    return next(iter(last_transactions(reader, user, 1)), None)


def undo(replica: Replica, txn: str) -> Outcome[Undone]:
    """Take a transaction back: each field gets the value it had, where nobody has changed it since.

    Values that a decision had set aside come back side by side, as the conflict they were. Raises
    `nothing_to_undo`.
    """
    from crmdesk.store import outbox, records
    from crmdesk.store.replica import Touched

    with replica.database.read() as connection:
        made = records.transaction(connection, txn)
        stored = records.load(connection, [key for key, _ in made])
        replaced = outbox.overwritten(connection, txn)
        past = {key: [e for k, e in records.history(connection, key.id) if k == key] for key, _ in made}
    if not made:
        raise CrmError("nothing_to_undo")
    rounds: dict[int, list[Write]] = defaultdict(list)
    kept: list[tuple[RecordKey, str]] = []
    restored = 0
    for key, edit in made:
        if key not in stored:
            continue
        by_dot = {e.dot: e for e in past[key]}
        before = {
            f: [by_dot[d] for d in dots if d in by_dot] for (k, f), dots in replaced.items() if k == key
        }
        plan = _take_back(stored[key].record, edit, before, is_first=_is_first(edit, past[key]))
        kept += [(key, field) for field in plan.kept]
        restored += len(plan.first)
        for number, (values, shown) in enumerate(plan.rounds()):
            rounds[number].append(_write(key, values, shown))
    touched, name = Touched(), None
    for number in sorted(rounds):
        done = replica.commit(rounds[number], kind="undo")
        touched |= done.touched
        name = name or done.txn
    return Outcome(Undone(restored, tuple(kept)), touched, name)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How one record is taken back: the value each field had, further values that stood beside it."""

    first: dict[str, Value]
    dots: dict[str, frozenset[Dot]]
    beside: dict[str, list[Value]]
    kept: list[str]

    def rounds(self) -> list[tuple[dict[str, Value], Shown]]:
        """One edit carries one value a field, so values side by side take one transaction each."""
        made = [(self.first, Shown({}, self.dots))] if self.first else []
        deepest = max((len(values) for values in self.beside.values()), default=0)
        made += [
            ({f: values[number] for f, values in self.beside.items() if number < len(values)}, Shown({}, {}))
            for number in range(deepest)
        ]
        return made


def _is_first(edit: Edit, past: Sequence[Edit]) -> bool:
    """Whether the edit made its record: nothing that this laptop knows came before it."""
    return all(other.order() >= edit.order() for other in past)


def _take_back(record: Record, edit: Edit, before: Mapping[str, Sequence[Edit]], *, is_first: bool) -> _Plan:
    if is_first:
        return _Plan(deletion(record), {}, {}, [])
    plan = _Plan({}, {}, {}, [])
    standing = {field for e in record.edits if e.dot == edit.dot for field in e.values}
    for field in edit.values:
        if field not in standing:
            plan.kept.append(field)
            continue
        values = _distinct(field, before.get(field, ()))
        plan.first[field] = values[0]
        plan.dots[field] = frozenset({edit.dot})
        if len(values) > 1:
            plan.beside[field] = values[1:]
    return plan


def _distinct(field: str, edits: Sequence[Edit]) -> list[Value]:
    """The differing values of some edits, the earliest first, so that the latest is written last."""
    different = {
        encode(e.values[field]): e.values[field] for e in sorted(edits, key=Edit.order) if field in e.values
    }
    return list(different.values()) or [None]


def _write(key: RecordKey, values: dict[str, Value], shown: Shown) -> Write:
    from crmdesk.store.replica import Write

    is_deletion = values.keys() == {"deleted"} and values["deleted"] is not None
    return Write(key, values, None if is_deletion else shown)
