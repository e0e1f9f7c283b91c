"""Two customers of different owners made one: handed over by the server, and merged when that has come here.

The server moves, this laptop merges; between the two may lie a lost line, a closed program, a day. So what is wished is kept
beside until it is done, and each sync that goes through does what can be done of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.values import Value, encode
from crmdesk.store.names import SHOWN
from crmdesk.store.reading import Reader
from crmdesk.usecases import merging
from crmdesk.usecases.directory import Directory
from crmdesk.usecases.outcome import Outcome

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

_SETTING: Final = "merges_wished"
_DAY_MS: Final = 86_400_000
KEPT_DAYS: Final = 30
"""So long a wish waits for its customer; then it is forgotten."""


class Wish(msgspec.Struct, frozen=True):
    """`loser` is to be handed over to `to_user`, whose is `winner`, then merged into it.

    `chosen` are the values that the winner takes, by field, and `was` what it said when they were chosen: a field that says
    something else by then keeps it. Without `chosen` it takes what it lacks.
    """

    winner: str
    loser: str
    name: str
    to_user: str
    at_ms: int
    chosen: dict[str, Any] | None = None
    was: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of the wishes: merged, (winner, its name) each; given up, the losers' names; how many wait."""

    merged: tuple[tuple[str, str], ...] = ()
    given_up: tuple[str, ...] = ()
    waiting: int = 0


def taker(names: Directory, winner_bucket: str, loser_bucket: str) -> str | None:
    """To whom a customer goes before it is merged into another, if this person may hand it over; the server decides in the end."""
    owner, former = names.owners.get(winner_bucket), names.owners.get(loser_bucket)
    if names.me.role not in ("manager", "administrator") or owner is None or owner.has_left:
        return None
    return owner.id if former is None or former.id != owner.id else None


def wish(
    reader: Reader, names: Directory, winner: str, loser: str, now_ms: int, chosen: Mapping[str, Value] | None = None
) -> Wish:  # fmt: skip
    """What is to be done. Raises `not_found`, `merge_with_itself`, and `merge_apart` for whoever may not hand it over."""
    if winner == loser:
        raise CrmError("merge_with_itself")
    places = dict(
        reader.all(f"SELECT id, bucket FROM p_customer WHERE {SHOWN} AND id IN (?, ?)", (winner, loser))
    )
    if len(places) != 2:
        raise CrmError("not_found")
    to_user = taker(names, places[winner], places[loser])
    if to_user is None:
        raise CrmError("merge_apart")
    name = str(reader.value("SELECT f_name FROM p_customer WHERE id = ?", (loser,)) or "")
    return Wish(winner, loser, name, to_user, now_ms, dict(chosen) if chosen is not None else None)


def wishes(reader: Reader) -> list[Wish]:
    """What waits to be done, the oldest first."""
    return reader.setting(_SETTING, list[Wish]) or []


def remember(replica: Replica, wanted: Wish) -> None:
    """Keep it until it is done. Raises `not_found`."""
    from crmdesk.core.record import RecordKey
    from crmdesk.core.resolve import read_record

    if wanted.chosen is not None:
        said = read_record(
            replica.load(RecordKey("customer", wanted.winner)), "customer", replica.registry
        ).values
        wanted = msgspec.structs.replace(wanted, was={field: said.get(field) for field in wanted.chosen})
    _keep(replica, [*(one for one in _kept(replica) if one.loser != wanted.loser), wanted])


def forget(replica: Replica, loser: str) -> None:
    """It is not to be done after all."""
    _keep(replica, [one for one in _kept(replica) if one.loser != loser])


def settle(replica: Replica) -> Outcome[Settled]:
    """Merge those that stand in one book by now; what can't be done any more is given up, and said."""
    from crmdesk.store.replica import Touched

    kept = _kept(replica)
    merged: list[tuple[str, str]] = []
    given_up: list[str] = []
    waiting: list[Wish] = []
    touched, txn = Touched(), None
    for one in kept:
        try:
            done = _merge(replica, one)
        except CrmError as error:
            is_young = replica.clock.now_ms() - one.at_ms < KEPT_DAYS * _DAY_MS
            if error.code == "merge_apart" and is_young and not _was_refused(replica, one):
                waiting.append(one)
            elif error.code in ("merge_apart", "not_found", "forbidden_field"):
                given_up.append(one.name)
            else:
                raise
        else:
            merged.append((one.winner, one.name))
            touched, txn = touched | done.touched, done.txn
    if len(waiting) < len(kept):
        _keep(replica, waiting)
    settled = Settled(tuple(merged), tuple(given_up), len(waiting))
    return Outcome(settled, touched, txn if len(merged) == 1 else None)


def _merge(replica: Replica, one: Wish) -> Outcome[str]:
    from crmdesk.core.record import RecordKey
    from crmdesk.core.resolve import read_record

    chosen = one.chosen
    if chosen is not None:
        said = read_record(
            replica.load(RecordKey("customer", one.winner)), "customer", replica.registry
        ).values
        chosen = {f: v for f, v in chosen.items() if encode(said.get(f)) == encode(one.was.get(f))}
    return merging.merge(replica, one.winner, one.loser, chosen)


def _was_refused(replica: Replica, one: Wish) -> bool:
    """Whether the server answered a request to hand it over with no."""
    from crmdesk.store import dialect

    query = (
        f"SELECT 1 FROM p_request WHERE {SHOWN} AND f_kind = 'hand_over' AND f_customer = ? AND f_to_user = ? "
        "AND f_outcome = 'refused' AND created_at >= ?"
    )
    with replica.database.read() as connection:
        return dialect.value(connection, query, (one.loser, one.to_user, one.at_ms)) is not None


def _kept(replica: Replica) -> list[Wish]:
    from crmdesk.store import settings

    with replica.database.read() as connection:
        return settings.read(connection, _SETTING, list[Wish]) or []


def _keep(replica: Replica, left: list[Wish]) -> None:
    from crmdesk.store import settings

    with replica.database.write() as connection:
        settings.write(connection, {_SETTING: left or None})
