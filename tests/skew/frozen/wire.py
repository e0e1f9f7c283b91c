"""The shapes of the protocol that both sides share; docs/protocol.md says when each travels.

Bulk bodies (push, pull) are msgspec structs that carry records as raw canonical bytes, so a record is
neither parsed nor rewritten on its way. Pydantic stands only at the server's small routes.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import msgspec

PROTOCOL: Final = 1
"""Version of the protocol; both sides name theirs in the handshake."""
MINIMUM_PROTOCOL: Final = 1
MERGE: Final = 1
"""Version of the merge function."""

PAGE_RECORDS: Final = 1000
PAGE_BYTES: Final = 512 * 1024
BATCH_RECORDS: Final = 1000
MAX_BODY_BYTES: Final = 8 * 1024 * 1024
MAX_TRANSACTION_RECORDS: Final = 500
MAX_TRANSACTION_BYTES: Final = 4 * 1024 * 1024

Verdict: TypeAlias = Literal["accepted", "merged", "rejected", "quarantined"]
Kind: TypeAlias = Literal["ENTER", "UPDATE", "LEAVE"]

_NOTHING: Final = msgspec.Raw(b"null")


def _nothing() -> msgspec.Raw:
    """No state comes with this line. (msgspec decodes no `Raw` that may be None and describes none.)"""
    return _NOTHING


def _state(content: msgspec.Raw) -> bytes | None:
    state = bytes(content)
    return None if state == b"null" else state


class LogEdit(msgspec.Struct, frozen=True, array_like=True):
    """One new edit of the pusher's log: the counter of its dot, its record, and the edit's bytes whole."""

    counter: int
    entity: str
    id: str
    part: str
    edit: msgspec.Raw


class PushRecord(msgspec.Struct, frozen=True, array_like=True):
    """A record the log leads to: its whole state, as canonical bytes."""

    entity: str
    id: str
    part: str
    state: msgspec.Raw


class Push(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An idempotent batch. `batch` names it; `chain` is the token of the last accepted push, if any."""

    batch: str
    actor: str
    chain: str | None
    log: tuple[LogEdit, ...]
    records: tuple[PushRecord, ...]


class Outcome(msgspec.Struct, frozen=True, array_like=True):
    """What became of one pushed record. `state` comes with `merged` only, `code` with the last two."""

    entity: str
    id: str
    part: str
    verdict: Verdict
    bucket: str | None = None
    move_no: int = 0
    code: str | None = None
    about: str | None = None
    content: msgspec.Raw = msgspec.field(default_factory=_nothing)

    @property
    def state(self) -> bytes | None:
        return _state(self.content)


class Commit(msgspec.Struct, frozen=True, array_like=True):
    """A bucket's commit made by this push: a client whose cursor stands at `before` may set it to `seq`."""

    bucket: str
    before: int
    seq: int
    salt: str


class PushAnswer(msgspec.Struct, frozen=True):
    """Per record a verdict, in the order pushed; per accepted edit its effective time, by counter."""

    chain: str
    outcomes: tuple[Outcome, ...]
    eff: dict[str, int]
    commits: tuple[Commit, ...]
    server_ms: int


class Head(msgspec.Struct, frozen=True, array_like=True):
    """How far a bucket has come: (epoch, seq, salt of that commit)."""

    bucket: str
    epoch: int
    seq: int
    salt: str


class Heads(msgspec.Struct, frozen=True):
    """The heads of every bucket the asker may see; a bucket that is missing was taken away."""

    heads: tuple[Head, ...]
    server_ms: int
    server_id: str
    protocol: int


class PullItem(msgspec.Struct, frozen=True, array_like=True):
    """One record of a page. A LEAVE has no state: the record's placement outgrew this bucket."""

    seq: int
    kind: Kind
    entity: str
    id: str
    part: str
    move_no: int
    content: msgspec.Raw = msgspec.field(default_factory=_nothing)

    @property
    def state(self) -> bytes | None:
        return _state(self.content)


class PullPage(msgspec.Struct, frozen=True):
    """Whole commits of one bucket in order; `complete` on reaching `head`, which was fixed at the first page."""

    bucket: str
    epoch: int
    seq: int
    salt: str
    head: int
    complete: bool
    items: tuple[PullItem, ...]
