"""Reading the audit: what was done, by whom, to what; and whether it is as it was written down."""

from __future__ import annotations

import json
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, get_args

import msgspec
from sqlalchemy import Connection

from crmdesk.core.answers import AuditPage, AuditRow
from crmdesk.core.roots import PURPOSE, ChainHead, Signed, digest_of, line_of
from crmdesk.core.values import MAX_INTEGER
from sync_server import audit
from sync_server.audit import FIRST
from sync_server.orders import Order
from sync_server.signing import is_by
from sync_server.storage import audits, roots
from sync_server.storage.audits import Entry

PAGE: Final = 5000
"""AuditPage that a verification holds in memory at once."""
_BEYOND: Final = 2**62
"""A number that no chain reaches: verification goes on with the next chain."""
_ROWS_OF_ACTOR: Final = 1000
_OTHERS: Final = (
    "approve bury code confirm_password confirm_permissions discard elsewhere end_share enrol export_audit found hand_in lease push recover"
    " refused rename renew_keys request reset_password restore retry revoke rights see_as server set_password sign_in"
    " token_reused token_unknown unknown_root wiped"
)
KINDS: Final = tuple(
    sorted({*_OTHERS.split(), *(str(order.__struct_config__.tag) for order in get_args(Order))})
)
"""Every kind that a row may be of: the commands' names, and what is no command."""


# -- whether it is as it was written -----------------------------------------------------------------------------


class Place(NamedTuple):
    """How far a verification has come: a row and its seal."""

    chain: str
    number: int
    seal: bytes


START: Final = Place("", 0, FIRST)


class Problem(NamedTuple):
    """The first row of a chain that is not as it was written (`changed`) or not there (`missing`).

    Of roots, `chain` is empty and `number` the root's: `root_changed`, `root_missing`, `root_unsigned`, or
    `root_contradicted` where it was made over other rows than there are.
    """

    chain: str
    number: int
    what: str

    def __str__(self) -> str:
        where = f"audit of {self.chain}" if self.chain else "audit's root"
        return f"{where}: {self.what} at {self.number}"


class Step(NamedTuple):
    """What a part of a verification found, and where the next part goes on; None: all rows were read."""

    rows: int
    problems: list[Problem]
    next: Place | None


def verify_some(connection: Connection, place: Place, limit: int = PAGE) -> Step:
    """Verify the next rows after a place: each seal, each number, each head that a root bound."""
    entries = audits.after(connection, place.chain, place.number, limit)
    is_last = len(entries) < limit
    end = None if is_last else (entries[-1].chain, entries[-1].number)
    bound = roots.bound_between(connection, (place.chain, place.number), end)
    reader = Reader(place)
    problems = reader.read(entries, bound)
    return Step(len(entries), problems, None if is_last else reader.place)


class Reader:
    """Reads rows in the order of chains and numbers, from a place on."""

    def __init__(self, place: Place = START) -> None:
        self.place = place

    def read(self, entries: Sequence[Entry], bound: Mapping[tuple[str, int], bytes]) -> list[Problem]:
        """What is wrong with these rows, given those of their span that roots bound; one problem a chain at most."""
        problems: list[Problem] = []
        chain, number, before = self.place
        broken = {chain} if number == _BEYOND else set()
        met = 0
        for entry in entries:
            if entry.chain != chain:
                chain, number, before = entry.chain, 0, FIRST
            key = (chain, entry.number)
            is_bound = key in bound
            met += is_bound
            if chain not in broken:
                what = None
                if entry.number != number + 1:
                    what = "missing"
                elif entry.seal != audit.seal(before, entry) or (is_bound and bound[key] != entry.seal):
                    what = "changed"
                if what is not None:
                    problems.append(Problem(chain, number + 1, what))
                    broken.add(chain)
            number, before = entry.number, entry.seal
        self.place = Place(chain, _BEYOND if chain in broken else number, before)
        if met < len(bound):
            problems += self._unmet(entries, bound, broken)
        return problems

    def _unmet(
        self, entries: Sequence[Entry], bound: Mapping[tuple[str, int], bytes], broken: set[str]
    ) -> Iterator[Problem]:
        """AuditPage at the end of their chains that a root bound and that are not there."""
        there = {(entry.chain, entry.number) for entry in entries}
        for chain, number in sorted(bound.keys() - there):
            if chain not in broken:
                broken.add(chain)
                yield Problem(chain, number, "missing")


def verify_roots(connection: Connection, key: bytes | None) -> list[Problem]:
    """What is wrong with the roots; `key`: the company's public key, None: signatures are not looked at."""
    return check_roots(roots.every(connection), roots.bound(connection), key)


def check_roots(
    signed: Iterable[Signed], bound: Iterable[tuple[int, ChainHead]], key: bytes | None
) -> list[Problem]:
    """What is wrong with these roots, the earliest first, given the heads that each bound first."""
    problems = []
    previous = ""
    lines: dict[str, bytes] = {}
    chains: list[str] = []
    heads = iter(bound)
    waiting = next(heads, None)
    for number, one in enumerate(signed, 1):
        while waiting is not None and waiting[0] <= number:
            chain = waiting[1].chain
            if chain not in lines:
                insort(chains, chain)
            lines[chain] = line_of(waiting[1])
            waiting = next(heads, None)
        if what := _wrong(one, number, previous, digest_of(lines[chain] for chain in chains), key):
            problems.append(Problem("", number, what))
            if what in ("root_missing", "root_changed"):
                break  # those after it can be compared with nothing
        previous = one.digest
    return problems


def _wrong(one: Signed, number: int, previous: str, heads: str, key: bytes | None) -> str | None:
    root = one.root
    if root is not None and root.number > number:
        return "root_missing"
    if root is None or root.number != number or root.previous != previous:
        return "root_changed"
    if key is not None and not is_by(key, PURPOSE, one.content.encode(), one.signature):
        return "root_unsigned"
    return None if root.heads == heads else "root_contradicted"


# -- what was done -----------------------------------------------------------------------------------------------


class Wanted(msgspec.Struct, frozen=True):
    """Which rows: made from `since` to before `until` (UTC ms), by a user or a device, of a kind, in a chain.

    `customer`: what was brought on the customer and all below it, and the acts about it.
    """

    since: int | None = None
    until: int | None = None
    user: str | None = None
    device: str | None = None
    kind: str | None = None
    bucket: str | None = None
    customer: str | None = None

    def conditions(self) -> dict[str, Any]:
        """SQL conditions and the value of each one's mark."""
        named = {
            "at >= ?": self.since,
            "at < ?": self.until,
            '"user" = ?': self.user,
            "device = ?": self.device,
            "kind = ?": self.kind,
            "chain = ?": self.bucket,
        }
        return {said: value for said, value in named.items() if value is not None}

    def fits(self, entry: Entry) -> bool:
        """Whether a row is one of these, the customer aside."""
        return (
            (self.since is None or entry.at >= self.since)
            and (self.until is None or entry.at < self.until)
            and self.user in (None, entry.user)
            and self.device in (None, entry.device)
            and self.kind in (None, entry.kind)
            and self.bucket in (None, entry.chain)
        )


def listed(connection: Connection, wanted: Wanted, before: str | None, limit: int) -> AuditPage:
    """The latest rows before a place that an earlier answer named, at most `limit`."""
    place = _place(before)
    if wanted.customer is None:
        found = audits.latest(connection, wanted.conditions(), place, limit + 1)
    else:
        found = [
            entry
            for entry in _about_customer(connection, wanted.customer)
            if wanted.fits(entry) and (place is None or _order(entry) < place)
        ]
        found = sorted(found, key=_order, reverse=True)[: limit + 1]
    rows = [_row(entry) for entry in found[:limit]]
    has_more = len(found) > limit
    return AuditPage(rows, ".".join(map(str, _order(found[limit - 1]))) if has_more else None)


def _order(entry: Entry) -> tuple[int, str, int]:
    return entry.at, entry.chain, entry.number


def _place(before: str | None) -> tuple[int, str, int] | None:
    """Where an earlier answer ended; what is no such place is before everything."""
    if before is None:
        return None
    at, chain, number = (*before.split("."), "", "")[:3]
    is_one = at.isdecimal() and number.isdecimal() and max(int(at), int(number)) <= MAX_INTEGER
    return (int(at), chain, int(number)) if is_one else (0, "", 0)


def _row(entry: Entry) -> AuditRow:
    said = msgspec.Raw(entry.said.encode())
    return AuditRow(
        entry.chain, entry.number, entry.at, entry.kind, entry.user, entry.device, said, entry.seal.hex()
    )


def _about_customer(connection: Connection, customer: str) -> list[Entry]:
    """Acts that name the customer, and rows that tell of an edit of it or of anything below it."""
    found = {(entry.chain, entry.number): entry for entry in audits.about(connection, customer)}
    for actor, counters in audits.edits_below(connection, customer).items():
        for entry in _that_tell(connection, actor, counters):
            found[entry.chain, entry.number] = entry
    return list(found.values())


def _that_tell(connection: Connection, actor: str, counters: set[int]) -> Iterator[Entry]:
    """The rows that tell of these edits of an actor."""
    wanted = sorted(counters)
    while wanted:
        entries = audits.of_actor(connection, actor, wanted[0], _ROWS_OF_ACTOR)
        for entry in entries:
            told = [
                counter
                for first, last in json.loads(entry.said).get("counters", ())
                for counter in wanted[bisect_left(wanted, first) : bisect_left(wanted, last + 1)]
            ]
            if told:
                yield entry
                wanted = sorted(set(wanted).difference(told))
            if not wanted:
                return
        if len(entries) < _ROWS_OF_ACTOR or entries[-1].top is None:
            return  # some came in another way: a restore brought them back
        wanted = [counter for counter in wanted if counter > entries[-1].top]
