"""How safe and how fresh the work on this laptop is: what is unsent, what was refused, when it last synced."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import crmdesk
from crmdesk.core.errors import CrmError
from crmdesk.core.parts import CONTACT, part_bucket
from crmdesk.core.registry import Label, Registry
from crmdesk.core.roles import SERVER_ENTITIES
from crmdesk.store.reading import Reader
from crmdesk.store.settings import Closed, Identity, Outdated, Pause, Server
from crmdesk.usecases import conflicts, late_work, requests

_UNCOUNTED: Final = ", ".join(f"'{name}'" for name in sorted(SERVER_ENTITIES - {"user", "team", "role"}))
"""Records about other records: who has a bucket, who sees a customer. Nobody would call them records."""


@dataclass(frozen=True, slots=True)
class Status:
    """`synced_at_ms` is when everything was last exchanged, None if never; `company` None while alone.

    `news` counts late work and answered requests that nobody has noted.
    `is_read_only`: the server has refused this version of the program; everything is kept and can be read.
    `mismatches` counts how often a checksum differed from the server's; `pause` is set while a person is asked
    whether much of what is here may go. `closed` tells somebody whose account was closed.
    """

    company: str | None
    url: str | None
    unsent: int
    refused: int
    conflicts: int
    news: int
    synced_at_ms: int | None
    records: int
    is_read_only: bool = False
    mismatches: int = 0
    pause: Pause | None = None
    closed: CrmError | None = None


@dataclass(frozen=True, slots=True)
class Unsent:
    """A record with edits that wait to be sent; `customer_name` is whose page it is on."""

    record: str
    entity: str
    title: str
    customer_name: str
    edits: int


@dataclass(frozen=True, slots=True)
class Share:
    """What of one book, or of one person's shared customers, stands here, with its parts.

    `kind` is a book's; blank for a bucket that this laptop knows nothing of. `is_complete`: all of it was once read to
    its end.
    """

    bucket: str
    kind: str
    owner: str | None
    records: int
    is_complete: bool


def freshness(reader: Reader) -> tuple[int, int | None]:
    """How many changes are unsent, and when everything was last exchanged: what a window that opens can say at once."""
    unsent, _ = _outbox(reader)
    return unsent, reader.setting("synced_at_ms", int)


def _outbox(reader: Reader) -> tuple[int, int]:
    unsent, refused = reader.all("SELECT count(*) - count(verdict), count(verdict) FROM outbox")[0]
    return unsent, refused


def status(reader: Reader) -> Status:
    """The status of the workspace."""
    server = reader.setting("server", Server)
    unsent, refused = _outbox(reader)
    return Status(
        company=server.company if server else None,
        url=server.url if server else None,
        unsent=unsent,
        refused=refused,
        conflicts=conflicts.count(reader),
        news=late_work.count(reader) + len(requests.answered(reader)),
        synced_at_ms=reader.setting("synced_at_ms", int),
        records=reader.value("SELECT count(*) FROM record"),
        is_read_only=is_read_only(reader),
        mismatches=reader.setting("mismatches", int) or 0,
        pause=reader.setting("pause", Pause),
        closed=closed(reader),
    )


def is_read_only(reader: Reader) -> bool:
    """Whether the server has refused this version of the program."""
    found = reader.setting("outdated", Outdated)
    return found is not None and found.by == crmdesk.__version__


def closed(reader: Reader) -> CrmError | None:
    """What to tell somebody whose account at the company was closed; None to everybody else."""
    found, server = reader.setting("closed", Closed), reader.setting("server", Server)
    if found is None or server is None:
        return None
    names = found.leaders
    people = Label(
        f"管理员 {'、'.join(names)}" if names else "公司的管理员",
        ", ".join(names) or "an administrator of the company",
    )
    return CrmError("account_closed", company=server.company, people=people)


def unsent(reader: Reader, registry: Registry, *, limit: int = 200) -> list[Unsent]:
    """What waits to be sent, the records written last first."""
    rows = reader.all(
        "SELECT o.id, o.entity, count(*), (SELECT coalesce(c.f_name, '') FROM record r JOIN p_customer c "
        "ON c.id = r.root WHERE r.id = o.id LIMIT 1) FROM outbox o WHERE o.verdict IS NULL "
        "GROUP BY o.id, o.entity ORDER BY max(o.counter) DESC LIMIT ?",
        (limit,),
    )
    return [
        Unsent(record, entity, title_of(reader, registry, entity, record), customer or "", edits)
        for record, entity, edits, customer in rows
    ]


def shares(reader: Reader) -> list[Share]:
    """What this laptop holds, and how many records of each: the parts of a book, and one person's sets, are one."""
    rows = reader.all(
        "SELECT c.bucket, (SELECT count(*) FROM record r WHERE r.bucket = c.bucket "
        f"AND r.entity NOT IN ({_UNCOUNTED})), c.complete FROM cursor c ORDER BY c.bucket"
    )
    books = {row[0]: (row[1] or "", row[2]) for row in reader.all("SELECT id, f_kind, f_owner FROM p_book")}
    parts = {part_bucket(book, CONTACT): book for book in (*books, *(row[0] for row in rows))}
    found: dict[tuple[str, str | None], Share] = {}
    for bucket, records, complete in rows:
        whole = parts.get(bucket, bucket)
        kind, owner = books.get(whole, ("", None))
        kind = "pool" if kind == "pool_details" else kind
        by = (kind, owner if kind == "set" else None if kind == "pool" else whole)
        one = found.get(by, Share(whole, kind, owner, 0, is_complete=True))
        found[by] = replace(
            one, records=one.records + records, is_complete=one.is_complete and bool(complete)
        )
    me = reader.setting("identity", Identity)
    return sorted(found.values(), key=lambda share: _place(share, me))


def _place(share: Share, me: Identity | None) -> int:
    """One's own customers first, then those of others, the pool and what the whole company has."""
    if me is not None and share.bucket in (me.book, me.config):
        return 0 if share.bucket == me.book else 4
    return {"set": 2, "pool": 3}.get(share.kind, 1)


def title_of(reader: Reader, registry: Registry, entity: str, record_id: str) -> str:
    """What a person calls a record; blank for one of a kind this program does not know."""
    declared = registry.entities.get(entity)
    if declared is None:
        return ""
    found = reader.value(f"SELECT f_{declared.title} FROM p_{entity} WHERE id = ?", (record_id,))
    return str(found or "")
