"""Who brought or did what: sealed rows, each with the one before it, so that none can be changed or taken out.

One chain for each bucket, written under the lock on the bucket that the commit took: a row a push, and one for what
the server itself writes. What has no bucket (commands, devices, rights, sign-ins) is in the company's own chain, under
the lock on the company. A row is part of the transaction that it tells of. It holds ids, names of fields, counts and
digests, never what a person typed: what is erased elsewhere needs no erasing here.
"""

from __future__ import annotations

import enum
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.values import encode
from sync_server.clock import Moment
from sync_server.limits import Limit, Try
from sync_server.storage import attempts, audits, people
from sync_server.storage.audits import Entry, Tally

COMPANY: Final = "company"
"""The chain of what belongs to no bucket; no bucket is called so."""
CONSOLE: Final = "console"
"""The device of whoever sits at the server itself."""
PUSH: Final = "push"
SERVER: Final = "server"
"""The kind of what the server itself writes: people, teams, outcomes of requests, late work."""
UNKNOWN_ROOT: Final = "unknown_root"
"""The kind of a row about a root that a laptop holds and this server does not know."""
FIRST: Final = b""
"""What the first row of a chain is sealed with."""
HOUR_MS: Final = 60 * 60 * 1000
SIGN_IN: Final = "sign_in"
REFUSED: Final = "refused"
"""The kind of a row about what somebody asked for and did not get."""
REFUSALS: Final = Limit(10, HOUR_MS // 10)
"""Refusals of one device that are rows of their own."""
OK: Final = "ok"
_ID: Final = re.compile(r"[0-9a-f]{32}")
_RIGHTS_A_ROW: Final = 500


class Edits(NamedTuple):
    """Edits that came into a bucket with one commit: their actor, the bytes of each by its counter."""

    seq: int
    actor: str
    bodies: Mapping[int, bytes]


def digest_of(bodies: Iterable[bytes]) -> bytes:
    """BLAKE2b over edits' canonical bytes, each after its length, in the order of their counters."""
    hashed = hashlib.blake2b(digest_size=32)
    for body in bodies:
        hashed.update(b"%d:" % len(body))
        hashed.update(body)
    return hashed.digest()


def ranges(counters: Sequence[int]) -> list[tuple[int, int]]:
    """Rising counters as runs, (first, last) each."""
    if counters and counters[-1] - counters[0] == len(counters) - 1:
        return [(counters[0], counters[-1])]
    runs = groupby(enumerate(counters), key=lambda pair: pair[1] - pair[0])
    return [(found[0][1], found[-1][1]) for _, run in runs if (found := list(run))]


def seal(before: bytes, entry: Entry) -> bytes:
    """What seals a row: BLAKE2b over the seal of the row before it and everything the row says."""
    return hashlib.blake2b(before + encode(entry[:-1]), digest_size=32).digest()


def note_edits(
    connection: Connection,
    bucket: str,
    kind: str,
    who: tuple[str, str],
    edits: Edits,
    now: Moment,
    **about: Any,
) -> None:
    """A row about edits that came into a bucket, whose lock the caller holds. `who`: (user, device)."""
    counters = sorted(edits.bodies)
    told = {
        "seq": edits.seq,
        "counters": ranges(counters),
        "edits": digest_of(edits.bodies[counter] for counter in counters).hex(),
        **about,
    }
    _add(connection, bucket, kind, who, told, now, actor=edits.actor, top=counters[-1])


def act(
    connection: Connection,
    kind: str,
    who: tuple[str, str],
    told: Mapping[str, Any],
    now: Moment,
    *,
    chain: str = COMPANY,
    subjects: Iterable[str] | None = None,
) -> None:
    """A row about something that was done. `who`: (user, device).

    Without a `chain` it is the company's, which is locked here unless the caller did: before any bucket. Of `told` only
    ids, flags, numbers and words of a closed list are written down, of other texts a digest with the company's secret.
    The row is found by every id in it, or by `subjects` alone.
    """
    if chain == COMPANY:
        people.lock_company(connection)
    secret = people.load_company(connection).secret
    shown = {name: _shown(value, secret) for name, value in told.items()}
    found = _ids(shown) if subjects is None else subjects
    _add(connection, chain, kind, who, shown, now, subjects=found)


class Word(str):
    """A text of a closed list (a state, a verdict, an error's code): told as it is."""

    __slots__ = ()


def _shown(value: object, secret: bytes) -> Any:
    """A value as a row may tell it for ever."""
    match value:
        case None | bool() | int():
            return value
        case enum.Enum():
            return value.value
        case str() if isinstance(value, Word) or _ID.fullmatch(value):
            return str(value)
        case str():
            digest = hashlib.blake2b(value.encode(), key=secret, digest_size=16, person=b"audit")
            return {"digest": digest.hexdigest()}
        case Mapping():
            return {str(name): _shown(part, secret) for name, part in value.items()}
        case list() | tuple():
            return [_shown(part, secret) for part in value]
        case _:
            raise TypeError(type(value).__name__)


def _ids(told: object) -> Iterator[str]:
    match told:
        case str() if _ID.fullmatch(told):
            yield told
        case dict():
            for part in told.values():
                yield from _ids(part)
        case list():
            for part in told:
                yield from _ids(part)
        case _:
            return


def _add(
    connection: Connection,
    chain: str,
    kind: str,
    who: tuple[str, str],
    told: Mapping[str, Any],
    now: Moment,
    *,
    actor: str | None = None,
    top: int | None = None,
    subjects: Iterable[str] = (),
) -> None:
    number, before = audits.last(connection, chain) or (0, FIRST)
    entry = Entry(chain, number + 1, now.ms, kind, *who, actor, top, encode(told).decode())
    audits.add(connection, entry._replace(seal=seal(before, entry)), subjects)


def note_rights(
    connection: Connection, changes: Sequence[tuple[str, str, bool | None, bool | None]], now: Moment
) -> None:
    """Rows about who reads what from now on: (bucket, user, could write, can write); None: could or can not read."""
    server = people.load_company(connection).server_id
    for start in range(0, len(changes), _RIGHTS_A_ROW):
        some = changes[start : start + _RIGHTS_A_ROW]
        told = {"rights": [list(change) for change in some]}
        act(connection, "rights", (server, ""), told, now, subjects=[user for _, user, _, _ in some])


# -- what is counted by the hour --------------------------------------------------------------------------------


def count_sign_in(connection: Connection, user: str, device: str, outcome: str, now: Moment) -> None:
    """Somebody signed in (`ok`) or could not (an error's code). An hour becomes one row a person once it is over."""
    audits.tally(connection, SIGN_IN, user, device, outcome, now.ms // HOUR_MS)


def note_refusal(
    connection: Connection, who: tuple[str, str], asked: str, code: str, told: Mapping[str, Any], now: Moment
) -> None:
    """Somebody asked for what they may not have; nothing else of that is left. `who`: (user, device).

    A device's first ten and one more every six minutes are rows of their own. What is beyond is counted, and is one
    row a person once the hour is over: nobody fills the audit by asking.
    """
    user, device = who
    try:
        attempts.count(connection, [Try(f"refused {device}", REFUSALS)], now)
    except CrmError:
        audits.tally(connection, asked, user, device, code, now.ms // HOUR_MS)
    else:
        act(connection, REFUSED, who, {"asked": Word(asked), "code": Word(code), **told}, now)


def note_hours(connection: Connection, now: Moment) -> None:
    """Rows for the hours that are over: a person's sign-ins, and what they were refused without a row of its own."""
    people.lock_company(connection)
    taken = audits.take_tallies(connection, now.ms // HOUR_MS)
    taken.sort(key=_about)
    for (hour, user, kind), group in groupby(taken, key=_about):
        devices: dict[str, dict[str, int]] = {}
        for one in group:
            outcome = one.outcome if kind == SIGN_IN else f"{one.asked} {one.outcome}"
            devices.setdefault(one.device, {})[outcome] = one.times
        told = {"hour": hour * HOUR_MS, "devices": devices}
        act(connection, kind, (user, ""), told, now, subjects=[d for d in devices if d])


def _about(one: Tally) -> tuple[int, str, str]:
    return one.hour, one.user, SIGN_IN if one.asked == SIGN_IN else REFUSED
