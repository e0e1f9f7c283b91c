"""What a push brings about beyond its records: children join their home, late work is labelled, requests are decided.

Runs in the push's transaction, after its records are written, in commits of its own: the pusher pulls them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from crmdesk.core.answers import Result
from crmdesk.core.entities import REGISTRY
from crmdesk.core.record import MAIN, Edit, RecordKey
from crmdesk.core.resolve import Life, life, view_field
from crmdesk.store.records import Stored
from sync_server import audit, commands
from sync_server.audit import Word
from sync_server.authoring import Place as Spot
from sync_server.authoring import new_id, write_record
from sync_server.clock import Moment
from sync_server.moving import all_below, below, reunite
from sync_server.orders import Asker
from sync_server.placing import Place
from sync_server.storage import buckets
from sync_server.storage.devices import Bearer
from sync_server.storage.people import Company
from sync_server.verdict import Item, Judged

MAX_CHANGES_BYTES: Final = 48 * 1024
"""Beyond this a label names what was written without the values."""


@dataclass(slots=True)
class Taken:
    """A record that was taken in: where it goes, what it became, and the edits that the server had not seen."""

    item: Item
    place: Place
    judged: Judged
    stored: Stored | None
    fresh: list[Edit]

    @property
    def is_changed(self) -> bool:
        return self.stored is None or self.stored.record != self.judged.record

    @property
    def stays_away_from(self) -> str | None:
        """The bucket that a new child of a departed record must be seen to leave at once."""
        return self.place.departed_from if self.stored is None else None


def reach(connection: Connection, who: Bearer, items: Iterable[Item]) -> set[str]:
    """The buckets that what follows from these items may write to, beside their own."""
    items = list(items)
    found = buckets.waiting_in(connection, {item.key.id for item in items})
    apart = buckets.roots(
        connection, [item.key for item in items if REGISTRY.part(item.key.entity) != MAIN]
    ).values()
    roots = {RecordKey("customer", root) for root, _ in apart}
    found |= {place for _, place in buckets.roots(connection, roots).values()}  # where late work is told of
    found |= set(buckets.wholes(connection, {place for _, place in apart}).values())
    for item in items:
        if item.key.entity == "request" and item.log:
            found |= commands.reach_of_wish(connection, Asker(who.user, who.role), item.log[0].values)
    return found


def follow(
    connection: Connection,
    who: Bearer,
    company: Company,
    taken: Sequence[Taken],
    now: Moment,
    held: set[str] | None,
) -> None:
    """Everything that follows from records just taken in. `held` as in `moving`."""
    new = [one for one in taken if one.stored is None]
    waiting = [(one.place.waits_for, one.item.key) for one in new if one.place.waits_for]
    buckets.add_waiting(connection, waiting)
    reunite(connection, [one.item.key for one in new], now, held)
    label(connection, who, company, [one for one in taken if one.place.left and one.is_changed], now)
    for one in new:
        is_withdrawn = life(one.judged.record) is Life.DELETED  # undone before anybody heard of it
        if one.item.key.entity == "request" and not is_withdrawn:
            _decide(connection, who, company, one, now, held)


def label(connection: Connection, who: Bearer, company: Company, late: Sequence[Taken], now: Moment) -> None:
    """Tell whoever answers for a customer now what somebody wrote before they heard of losing it.

    What only waits for a customer, in its author's own book, is told there: its author may have guessed the id.
    """
    late = [one for one in late if one.place.placement.bucket != company.config]
    homes = buckets.roots(connection, {RecordKey("customer", one.place.root) for one in late})
    wholes = buckets.wholes(connection, {one.place.placement.bucket for one in late})
    groups: dict[tuple[str, str | None], list[Taken]] = {}
    for one in late:
        root = one.place.root
        _, home = homes.get(RecordKey("customer", root), (root, None))
        is_there = home and one.place.placement.bucket in {home, *all_below(company, home)}
        groups.setdefault((root, home if is_there else None), []).append(one)
    for (root, home), group in groups.items():
        place = below(company, home or wholes[group[0].place.placement.bucket])
        edits = [edit for one in group for edit in one.fresh]
        values = {
            "customer": root if home else None,
            "author": who.user,
            "txn": max(edits, key=Edit.order).txn.id,
            "arrived_at": now.ms,
            "changes": _told(group),
        }
        said = {name: value for name, value in values.items() if value is not None}
        write_record(connection, company, RecordKey("late_work", new_id(now)), said, now, Spot(place, root))


def _told(group: Iterable[Taken]) -> str:
    """What was written, record by record, as JSON: new values, the values before, and the edits that say so.

    Of a part that fewer may read than the label nothing is told but that something was written.
    """
    group = list(group)
    whole = [_change(one, with_values=REGISTRY.part(one.item.key.entity) == MAIN) for one in group]
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    if len(text.encode()) <= MAX_CHANGES_BYTES:
        return text
    names = [_change(one, with_values=False) for one in group]
    while len(text.encode()) > MAX_CHANGES_BYTES:
        text = json.dumps(names, ensure_ascii=False, separators=(",", ":"))
        names = names[: len(names) // 2]
    return text


def _change(one: Taken, *, with_values: bool) -> dict[str, Any]:
    key, before = one.item.key, one.stored
    fields: dict[str, Any] = {}
    for edit in one.fresh:
        for name, value in edit.values.items():
            fields[name] = [value, _shown(key, before, name)] if with_values else []
    return {
        "entity": key.entity,
        "id": key.id,
        "is_new": before is None,
        "fields": fields,
        "dots": [list(edit.dot) for edit in one.fresh],
    }


def _shown(key: RecordKey, stored: Stored | None, name: str) -> Any:
    return None if stored is None else view_field(stored.record, key.entity, name, REGISTRY).value


def _decide(
    connection: Connection,
    who: Bearer,
    company: Company,
    one: Taken,
    now: Moment,
    held: set[str] | None,
) -> None:
    """Carry a request out, or say why not: the first that arrives wins."""
    item = one.item
    values = item.log[0].values
    if who.is_disabled:  # what they wrote is late work; what they wished for is nobody's wish any longer
        done = Result(str(values.get("customer")), commands.REFUSED, "forbidden")
    else:
        done = commands.decide(connection, Asker(who.user, who.role), values, now, held)
    said = {"outcome": done.outcome, "code": done.code, "holder": done.holder}
    write_record(connection, company, item.key, {name: value for name, value in said.items() if value}, now)
    told = {
        "request": item.key.id,
        "wish": values.get("kind"),
        "to_user": values.get("to_user"),
        "customers": [
            [done.customer, Word(done.outcome), done.code and Word(done.code), done.holder, done.moved]
        ],
    }
    # Beside the outcome, under the lock on its bucket: the company may not be locked once a bucket is.
    bucket = one.place.placement.bucket
    audit.act(connection, "request", (who.user, who.device), told, now, chain=bucket)
