"""Who else sees a customer and who stands in for whom: as this laptop was told, and what may be asked for.

The server decides and writes; asking it is `sync.commands`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from crmdesk.core.dates import COMPANY_ZONE, day_of
from crmdesk.store.mandates import ABSENT
from crmdesk.store.names import SHOWN
from crmdesk.store.reading import Reader
from crmdesk.usecases.directory import Directory

LEADERS: Final = ("manager", "administrator")
Span: TypeAlias = Literal["today", "week", "month", "ever"]
_DAYS: Final[dict[Span, int]] = {"today": 0, "week": 7, "month": 30}
_BOUND: Final = 500
_LASTING: Final = f"{SHOWN} AND coalesce(f_ended, 0) = 0"


@dataclass(frozen=True, slots=True)
class Share:
    """A customer that a colleague sees, until a time (UTC milliseconds) or until somebody ends it."""

    id: str
    customer: str
    customer_name: str
    user: str
    can_write: bool
    until: int | None
    by: str
    since: int


@dataclass(frozen=True, slots=True)
class Delegation:
    """From `starts` to `ends` (UTC milliseconds) `deputy` does what `user` may do."""

    id: str
    user: str
    deputy: str
    starts: int
    ends: int
    by: str

    def is_under_way(self, now_ms: int) -> bool:
        return self.starts <= now_ms < self.ends


def shares(reader: Reader, now_ms: int, customer: str | None = None) -> list[Share]:
    """The shares that last, of one customer or of all that are here, oldest first."""
    one, bind = ("AND s.root = ?", (now_ms, customer)) if customer else ("", (now_ms,))
    rows = reader.all(
        "SELECT s.id, s.root, coalesce(c.f_name, ''), s.f_user, s.f_can_write, s.f_until, s.f_by, s.created_at "
        f"FROM (SELECT * FROM p_share WHERE {_LASTING}) s LEFT JOIN p_customer c ON c.id = s.root "
        f"WHERE (s.f_until IS NULL OR s.f_until > ?) {one} ORDER BY s.id",
        bind,
    )
    return [
        Share(i, c, name, u or "", bool(w), until, by or "", at) for i, c, name, u, w, until, by, at in rows
    ]


def delegations(reader: Reader, now_ms: int, user: str | None = None) -> list[Delegation]:
    """The delegations that last or will begin, of everybody that is here or of one person, both ways."""
    one, bind = ("AND ? IN (f_user, f_deputy)", (now_ms, user)) if user else ("", (now_ms,))
    rows = reader.all(
        "SELECT id, f_user, f_deputy, f_starts, f_ends, f_by FROM p_delegation "
        f"WHERE {_LASTING} AND f_ends > ? {one} ORDER BY f_starts, id",
        bind,
    )
    return [Delegation(i, u or "", d or "", starts, ends, by or "") for i, u, d, starts, ends, by in rows]


def stands_in_for(reader: Reader, user: str, now_ms: int) -> list[Delegation]:
    """For whom somebody stands in at this moment."""
    return [
        one for one in delegations(reader, now_ms, user) if one.deputy == user and one.is_under_way(now_ms)
    ]


def names_here(reader: Reader, customers: Collection[str]) -> dict[str, str]:
    """What those of some customers are called that are on this laptop."""
    found: dict[str, str] = {}
    wanted = list(customers)
    for start in range(0, len(wanted), _BOUND):
        some = wanted[start : start + _BOUND]
        marks = ",".join("?" * len(some))
        found.update(
            reader.all(f"SELECT id, coalesce(f_name, '') FROM p_customer WHERE id IN ({marks})", some)
        )
    return found


def may_share(names: Directory, bucket: str) -> bool:
    """Whether this person answers for the customers of a bucket, and so may share them; the pool's are nobody's."""
    owner = names.owners.get(bucket)
    if owner is None or bucket == names.pool or names.me.role == "auditor":
        return False
    return owner.id == names.me.id or names.me.role in LEADERS


def may_end(names: Directory, bucket: str, share: Share) -> bool:
    """Whether this person may end a share: who could begin it, and the guest."""
    return share.user == names.me.id or may_share(names, bucket)


def writes_in(reader: Reader, names: Directory, bucket: str, own: list[Share], now_ms: int) -> bool:
    """Whether this person may write to a customer of a bucket, with these shares; the server decides in the end."""
    owner, me = names.owners.get(bucket), names.me
    if owner is None or owner.id == me.id or bucket == names.pool:
        return True
    if any(share.user == me.id and share.can_write for share in own):
        return True
    absent = {row[0] for row in reader.all(ABSENT, (me.id, now_ms, now_ms))}
    if owner.id in absent:
        return True
    if me.role in ("director", "auditor"):
        return False
    return not any(share.user == me.id for share in own) or reads_by_team(reader, names, owner.team)


def may_write(reader: Reader, names: Directory, customer: str, now_ms: int) -> bool:
    """Whether this person may write to a customer and what hangs below it, as far as this laptop knows."""
    bucket = reader.value("SELECT bucket FROM p_customer WHERE id = ?", (customer,))
    return bucket is None or writes_in(reader, names, bucket, shares(reader, now_ms, customer), now_ms)


def reads_by_team(reader: Reader, names: Directory, team: str | None) -> bool:
    """Whether this person leads a team, or is in it and it shares its books."""
    me = names.me
    parents = {row[0]: (row[1], bool(row[2])) for row in reader.all(
        f"SELECT id, f_parent, f_shares_books FROM p_team WHERE {SHOWN}")}  # fmt: skip
    if team in parents and parents[team][1] and me.team == team:
        return True
    seen: set[str] = set()
    while team is not None and team in parents and team not in seen:
        if me.role == "manager" and me.team == team:
            return True
        seen.add(team)
        team = parents[team][0]
    return False


def until(span: Span, today: date) -> int | None:
    """The end of a share that lasts so long from today (UTC milliseconds); None for one without an end."""
    return None if span == "ever" else end_of(today + timedelta(days=_DAYS[span]))


def start_of(day: date) -> int:
    """The first moment of a company's day, in UTC milliseconds."""
    return round(datetime.combine(day, time(), ZoneInfo(COMPANY_ZONE)).timestamp() * 1000)


def end_of(day: date) -> int:
    """The moment at which a company's day is over, in UTC milliseconds."""
    return start_of(day + timedelta(days=1))


def last_day(ends: int) -> date:
    """The last day on which something that ends then still lasts."""
    return day_of(ends - 1)
