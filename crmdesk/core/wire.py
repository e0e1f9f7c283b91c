"""The shapes of the protocol that both sides share; docs/protocol.md says when each travels.

Bulk bodies (push, pull) are msgspec structs that carry records as raw canonical bytes, so a record is
neither parsed nor rewritten on its way. Pydantic stands only at the server's small routes.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, NamedTuple, TypeAlias

import msgspec

from crmdesk.core.record import VERSION
from crmdesk.core.roots import Signed


class Versions(NamedTuple):
    """What two programs must agree on; both sides name theirs in the handshake.

    `protocol` is of this page's shapes, `merge` of the merge function, `schema` of a record's state.
    Fields and entities have no version: each side keeps what it does not know.
    """

    protocol: int
    merge: int
    schema: int

    def reach(self, least: Versions) -> bool:
        """Whether none of them is below `least`."""
        return all(ours >= asked for ours, asked in zip(self, least, strict=True))


Int: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""A number that a database takes: a larger one is no number of ours, whoever sends it."""

PROTOCOL: Final = 1
OURS: Final = Versions(PROTOCOL, merge=1, schema=VERSION)
OLDEST: Final = Versions(1, 1, 1)
"""The oldest program that this one can work with."""

PAGE_RECORDS: Final = 1000
PAGE_BYTES: Final = 512 * 1024
BATCH_RECORDS: Final = 1000
MAX_BODY_BYTES: Final = 8 * 1024 * 1024
MAX_TRANSACTION_RECORDS: Final = 500
MAX_PROOFS: Final = 1000
"""Of one record in one push: more is trying numbers out."""
MAX_EVIDENCE: Final = 20_000
"""Commits that one question about a restore shows: one for each bucket somebody reads."""
MAX_HISTORY: Final = 20_000
"""Past edits that come along with the records brought back in one body."""
MAX_TRANSACTION_BYTES: Final = 4 * 1024 * 1024

BRIEF: Final = "return=minimal"
"""What a laptop prefers (RFC 7240) that understands `accepted` in the answer to a push."""

LATE: Final = "late"
"""The code of an accepted outcome whose record has left its author's sight: it was taken in where the record now
is, and labelled for whoever answers for it there."""

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

    counter: Int
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


class Proofs(msgspec.Struct, frozen=True, array_like=True):
    """Of a pushed record, what shows that its author was handed the values of others that it overwrites:
    `core.record.proof` of each.
    """

    entity: str
    id: str
    part: str
    proofs: Annotated[tuple[Int, ...], msgspec.Meta(max_length=MAX_PROOFS)]


class Push(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An idempotent batch. `batch` names it; `chain` is the token of the last accepted push, if any.

    `proofs` are of those records that overwrite what somebody else wrote: what a clock claims to have seen, and its
    author can't prove, counts as not seen.
    """

    batch: str
    actor: str
    chain: str | None
    log: tuple[LogEdit, ...]
    records: tuple[PushRecord, ...]
    proofs: tuple[Proofs, ...] = ()


def encoded(push: Push) -> bytes:
    """A push as it travels, or would but for its chain: see `chained`."""
    return msgspec.json.encode(msgspec.structs.replace(push, chain=None))


def chained(content: bytes, chain: str | None) -> bytes:
    """What `encoded` made before the chain was known, with the chain. Before it stand only two ids."""
    return content.replace(b'"chain":null', b'"chain":%b' % msgspec.json.encode(chain), 1)


class Outcome(msgspec.Struct, frozen=True, array_like=True):
    """What became of one pushed record. `state` comes with `merged` only, `code` with the last two, or `LATE`."""

    entity: str
    id: str
    part: str
    verdict: Verdict
    bucket: str | None = None
    move_no: Int = 0
    code: str | None = None
    about: str | None = None
    content: msgspec.Raw = msgspec.field(default_factory=_nothing)

    @property
    def state(self) -> bytes | None:
        return _state(self.content)


NOTHING_BEFORE: Final = -1


class Commit(msgspec.Struct, frozen=True, array_like=True):
    """A bucket's commit made by this push: a client whose cursor stands at `before` may set it to `seq`.

    With `NOTHING_BEFORE` it holds more than this push, and is told as what a restored server has to answer for.
    """

    bucket: str
    before: Int
    seq: Int
    salt: str


class Accepted(msgspec.Struct, frozen=True, array_like=True):
    """Records that were accepted with nothing else to say, all in one place: the counters of their edits in runs."""

    bucket: str
    move_no: Int
    runs: tuple[tuple[Int, Int], ...]


class PushAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Per record a verdict, in the order pushed; by counter the effective time of each edit whose claim did not stand.

    Where the pusher prefers it so, records that were just accepted are named by `accepted` alone.
    """

    chain: str
    outcomes: tuple[Outcome, ...]
    eff: dict[str, Int]
    commits: tuple[Commit, ...]
    server_ms: Int
    accepted: tuple[Accepted, ...] = ()


class BlobState(msgspec.Struct, frozen=True):
    """How many bytes of a content the server has from the asker; `complete`: all, and they are what they should be."""

    have: Int
    complete: bool


class Head(msgspec.Struct, frozen=True, array_like=True):
    """How far a bucket has come: (epoch, seq, salt of that commit), and the sum of its records' digests."""

    bucket: str
    epoch: Int
    seq: Int
    salt: str
    checksum: Int = 0


class Granted(msgspec.Struct, frozen=True):
    """A lease as signed: `content` is a `core.lease.Lease` in JSON, `signature` the company's over it for `lease`."""

    content: str
    signature: str


class Leased(msgspec.Struct, frozen=True):
    """A lease for a laptop whose program may be too old for anything else, and the key it is signed with."""

    server_key: str
    lease: Granted | None


class Heads(msgspec.Struct, frozen=True):
    """The heads of every bucket the asker may see; a bucket that is missing was taken away.

    `user` is whom the server takes the asker for. `withdrawn` are the buckets that the asker could once read, each
    with the reason; None: this server gives none. `server_key` is the company's public key, in hexadecimal.
    `root` is the newest signed root of the server's audit.
    `lease` answers a challenge; None without one, and for a laptop that is to get none.
    """

    heads: tuple[Head, ...]
    server_ms: Int
    server_id: str
    protocol: Int
    user: str = ""
    withdrawn: tuple[tuple[str, str], ...] | None = None
    server_key: str = ""
    root: Signed | None = None
    lease: Granted | None = None


class Roots(msgspec.Struct, frozen=True):
    """Signed roots of the audit, each after the one before it."""

    roots: tuple[Signed, ...]


class PullItem(msgspec.Struct, frozen=True, array_like=True):
    """One record of a page. A LEAVE has no state: the record's placement outgrew this bucket."""

    seq: Int
    kind: Kind
    entity: str
    id: str
    part: str
    move_no: Int
    content: msgspec.Raw = msgspec.field(default_factory=_nothing)

    @property
    def state(self) -> bytes | None:
        return _state(self.content)


class PullPage(msgspec.Struct, frozen=True):
    """Whole commits of one bucket in order; `complete` on reaching `head`, which was fixed at the first page.

    `checksum` comes with a complete page, unless somebody wrote to the bucket meanwhile.
    """

    bucket: str
    epoch: Int
    seq: Int
    salt: str
    head: Int
    complete: bool
    items: tuple[PullItem, ...]
    checksum: Int | None = None


class Evidence(msgspec.Struct, frozen=True, array_like=True):
    """A commit that the asker was told of."""

    bucket: str
    epoch: Int
    seq: Int
    salt: str


class Shown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Commits shown to the server, to learn whether it still holds them."""

    commits: tuple[Evidence, ...]


class Lost(msgspec.Struct, frozen=True):
    """The server's epoch, the buckets whose commits shown are gone, and whether the asker may bring records back."""

    epoch: Int
    lost: tuple[str, ...]
    may_recover: bool


class Groups(msgspec.Struct, frozen=True):
    """A bucket's head and its records by the last two digits of their ids: (group, sum of digests, how many)."""

    bucket: str
    epoch: Int
    seq: Int
    salt: str
    checksum: Int
    groups: tuple[tuple[str, Int, Int], ...]


class Digests(msgspec.Struct, frozen=True):
    """The records of some groups: (entity, id, part, digest)."""

    bucket: str
    digests: tuple[tuple[str, str, str, Int], ...]


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Records of a bucket by name: (entity, id, part)."""

    bucket: str
    keys: tuple[tuple[str, str, str], ...]


class States(msgspec.Struct, frozen=True):
    """The records asked for, as far as one answer holds them and the bucket has them."""

    bucket: str
    items: tuple[PullItem, ...]


class PastEdit(msgspec.Struct, frozen=True, array_like=True):
    """An edit of a record's history, whole and with its effective time."""

    entity: str
    id: str
    part: str
    edit: msgspec.Raw


class Recover(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Records that a restored server lost, as a laptop last agreed on them with it, and what it holds of their past."""

    records: tuple[PushRecord, ...]
    edits: tuple[PastEdit, ...]


class RecoverAnswer(msgspec.Struct, frozen=True):
    """Per record a verdict, in the order brought; the commit that holds what was taken in, by bucket."""

    outcomes: tuple[Outcome, ...]
    commits: dict[str, Int]
    server_ms: Int
