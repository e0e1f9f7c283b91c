"""What a person typed that is in no record: forms that were not saved, and refused changes that were discarded.

A draft is named after its form and record (`visit:<customer>`, `contact:new <customer>`), and finds its way back by
that name. When the record leaves this laptop only what the person typed stays of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from crmdesk.core.record import RecordKey
from crmdesk.core.values import NOT_JSON, Value
from crmdesk.store import dialect
from crmdesk.store.records import LEFT

DISCARDED: Final = "discarded:"
"""What the names of discarded changes begin with."""
KEPT_MS: Final = 30 * 86_400_000
"""How long discarded changes can be brought back."""
_FROM_THE_RECORD: Final = ("values", "dots", "contact")
"""What a form noted of the record beside what was typed."""
_PUT: Final = dialect.upsert("draft", ("name", "value"), ("name",))


class Discarded(msgspec.Struct, frozen=True):
    """A refused change that a person decided to drop: what it said, why it was refused, when it was dropped (UTC ms).

    `is_new`: the record was nowhere but in it.
    """

    key: RecordKey
    said: dict[str, Value]
    code: str
    about: str | None
    at_ms: int
    is_new: bool


def record_of(name: str) -> str | None:
    """The id of the record that a draft is about, or that it is to hang under; None for what hangs under none."""
    return name.partition(":")[2].removeprefix("new").strip() or None


def put(connection: Connection, name: str, typed: Mapping[str, Any]) -> None:
    """Keep what a form holds; of a record that is not here, only what was typed."""
    about = record_of(name)
    if about is not None and not _is_here(connection, about):
        typed = _typed_alone(typed)
    dialect.run(connection, _PUT, (name, msgspec.json.encode(typed).decode()))


def find(connection: Connection, name: str) -> dict[str, Any]:
    """What a form holds; nothing where there is none, or none that can be read."""
    value = dialect.value(connection, "SELECT value FROM draft WHERE name = ?", (name,))
    try:
        return {} if value is None else msgspec.json.decode(value, type=dict[str, Any])
    except NOT_JSON:
        return {}


def drop(connection: Connection, name: str) -> None:
    dialect.run(connection, "DELETE FROM draft WHERE name = ?", (name,))


def forget_records(connection: Connection, ids: Collection[str]) -> None:
    """Of records that leave, keep nothing in drafts but what the person typed."""
    rows = dialect.run(connection, "SELECT name, value FROM draft").fetchall()
    for name, value in rows:
        if record_of(name) not in ids or name.startswith(DISCARDED):
            continue
        try:
            typed = msgspec.json.decode(value, type=dict[str, Any])
        except NOT_JSON:
            drop(connection, name)  # nobody can tell what in it was typed, and no form reads it
        else:
            dialect.run(connection, _PUT, (name, msgspec.json.encode(_typed_alone(typed)).decode()))


def discard(connection: Connection, one: Discarded) -> str:
    """Keep a discarded change for a time; returns its name."""
    name, value = written(one)
    dialect.run(connection, _PUT, (name, value))
    return name


def written(one: Discarded) -> tuple[str, str]:
    """A discarded change as a draft: its name and value."""
    return f"{DISCARDED}{one.key.entity}:{one.key.id}:{one.at_ms}", msgspec.json.encode(one).decode()


def discarded(connection: Connection, name: str) -> Discarded | None:
    value = dialect.value(connection, "SELECT value FROM draft WHERE name = ?", (name,))
    return None if value is None else read_discarded(value)


def read_discarded(value: str) -> Discarded | None:
    """What was discarded; None for what can't be read."""
    try:
        return msgspec.json.decode(value, type=Discarded)
    except NOT_JSON:
        return None


def forget_old(connection: Connection, now_ms: int) -> None:
    """Forget what was discarded long ago."""
    rows = dialect.run(
        connection, "SELECT name, value FROM draft WHERE substr(name, 1, ?) = ?", (len(DISCARDED), DISCARDED)
    ).fetchall()
    for name, value in rows:
        one = read_discarded(value)
        if one is None or now_ms - one.at_ms > KEPT_MS:
            drop(connection, name)


def _is_here(connection: Connection, record_id: str) -> bool:
    query = "SELECT 1 FROM record WHERE id = ? AND coalesce(seq, 0) <> ? LIMIT 1"
    return dialect.value(connection, query, (record_id, LEFT)) is not None


def _typed_alone(typed: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in typed.items() if key not in _FROM_THE_RECORD}
