"""Records that a company's server holds already, written into its database as accepted: what laptops then read."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import count, cycle, islice
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from crmdesk.core.clock import stamp
from crmdesk.core.ids import uuid7
from crmdesk.core.record import Dot, Edit, Placement, Record, RecordKey, Txn, write
from crmdesk.core.values import Value
from crmdesk.store import records
from sync_server.accounts import open_company
from sync_server.clock import moment
from sync_server.settings import Settings
from sync_server.storage import buckets
from tests.bench import stores

COMMIT: Final = 1000
Values: TypeAlias = dict[str, Value]
Family: TypeAlias = list[tuple[str, Values]]
"""A customer and what hangs under it: (entity, values); the customer first."""


class Owner(NamedTuple):
    """Whose customers they are: the user and the user's book."""

    user: str
    book: str


@lru_cache(maxsize=1)
def _kinds() -> dict[str, list[Values]]:
    """The generated records' values by entity, without references."""
    found: dict[str, list[Values]] = {"customer": [], "contact": [], "visit": [], "task": []}
    for item in stores.generated(5000):
        if item.entity in found:
            values = {
                k: v for k, v in item.values.items() if k not in ("customer", "contact") and ":" not in k
            }
            if item.entity == "contact":
                values["phone:1"] = "13" + str(10**8 + len(found["contact"]) * 7919)
            found[item.entity].append(values)
    return found


def families(customers: int, shape: Sequence[tuple[str, int]]) -> Iterator[Family]:
    """Customers, each with so many of every kind; the generator's texts come round again after some thousands."""
    kinds = {entity: cycle(_kinds()[entity]) for entity, _ in (("customer", 1), *shape)}
    for number in range(customers):
        customer = {**next(kinds["customer"]), "code": f"C{number:07}"}
        yield [
            ("customer", customer),
            *((entity, dict(next(kinds[entity]))) for entity, many in shape for _ in range(many)),
        ]


def publish(company: Path, owners: Sequence[Owner], made: Iterator[Family]) -> int:
    """Write families into the books in turn, a thousand records a commit; returns how many records."""
    database = open_company(Settings(company))
    chance, numbers = random.Random(1), count(1)
    done = 0
    try:
        for owner in cycle(owners):
            actor = hashlib.sha256(owner.user.encode()).hexdigest()[:32]
            batch: list[tuple[RecordKey, str, Record]] = []
            while len(batch) < COMMIT and (family := next(made, None)):
                batch += _accepted(family, owner, actor, numbers, chance)
            if not batch:
                return done
            with database.write() as connection:
                seq = buckets.advance(connection, owner.book, moment()).seq
                rows = [records.agreed(records.row(key, root, seq, one)) for key, root, one in batch]
                records.insert(connection, rows)
            done += len(batch)
    finally:
        database.close()
    return done


def _accepted(
    family: Family, owner: Owner, actor: str, numbers: Iterator[int], chance: random.Random
) -> list[tuple[RecordKey, str, Record]]:
    """(key, root, record) of a family, each of one edit by its owner."""
    root = ""
    found = []
    for (entity, values), number in zip(family, islice(numbers, len(family)), strict=True):
        ms = stores.START_MS + number
        record_id = uuid7(ms, chance.randbytes(10))
        root = root or record_id
        said = values if entity == "customer" else {**values, "customer": root}
        edit = Edit(
            Dot(actor, number), stamp(ms), owner.user, stamp(ms), Txn(f"sample-{number}", "import"), said
        )
        found.append(
            (RecordKey(entity, record_id), root, write(None, edit, placement=Placement(0, owner.book)))
        )
    return found
