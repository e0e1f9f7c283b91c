"""Encrypted stores of generated customers, made once and kept until the generator or a projection changes.

They are filled through the door a first sync uses, with the records of three authors, so that nothing in
them waits to be sent.
"""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final

from crmdesk.core.clock import stamp
from crmdesk.core.entities import REGISTRY
from crmdesk.core.ids import uuid7
from crmdesk.core.record import Dot, Edit, Placement, RecordKey, Txn, encode, write
from crmdesk.core.values import Value
from crmdesk.store import projected_tables
from crmdesk.store.delivery import Arrival
from crmdesk.store.opening import open_replica
from crmdesk.store.replica import Replica
from crmdesk.system.clock import SystemClock
from crmdesk.system.paths import Profile
from crmdesk.system.resources import resource
from crmdesk.usecases import sample, sample_dealings, sample_loading
from crmdesk.usecases.workspace import create_workspace, readings

OUTPUT: Final = Path(__file__).resolve().parents[2] / "bench-output"
KEY: Final = hashlib.sha256(b"crmdesk benchmark").digest()
AUTHORS: Final = ("作者甲 A", "作者乙 B", "作者丙 C")
TODAY: Final = date(2026, 11, 20)
START_MS: Final = 1_780_000_000_000
PAGE: Final = 5000


def generated(customers: int) -> Iterator[sample.SampleRecord]:
    """The published generator's customers, with their contacts, visits, tasks and tags."""
    return sample.generate(seed=1, customers=customers, authors=AUTHORS, today=TODAY)


def profile(customers: int) -> Profile:
    """A ready profile with that many customers; only to be read."""
    kept = Profile(OUTPUT / "cache" / f"{customers}-{_signature()}")
    if not kept.exists():
        draft = Profile(kept.folder.with_suffix(".draft"))
        shutil.rmtree(draft.folder, ignore_errors=True)
        _fill(draft, customers)
        shutil.rmtree(kept.folder, ignore_errors=True)
        draft.folder.rename(kept.folder)
        _settle(kept)
    return kept


def copy(customers: int, name: str) -> Profile:
    """A profile of one's own with that many customers, to be written to."""
    made = Profile(OUTPUT / "work" / name)
    shutil.rmtree(made.folder, ignore_errors=True)
    shutil.copytree(profile(customers).folder, made.folder)
    _settle(made)
    return made


def _signature() -> str:
    """Changes with whatever would make another store of the same number of customers."""
    sources = [
        Path(sample.__file__),
        Path(sample_dealings.__file__),
        Path(__file__),
        *sorted(resource("sample").iterdir()),
    ]
    content = b"".join(path.read_bytes() for path in sources)
    return hashlib.sha256(content + projected_tables.signature(REGISTRY).encode()).hexdigest()[:12]


def _settle(made: Profile) -> None:
    """Let a file know where it lives now: a moved one would take a new actor at its next opening."""
    place = made.place()
    open_replica(made.database, key=KEY, clock=SystemClock(), readings=readings, place=place).close()


def _fill(empty: Profile, customers: int) -> None:
    workspace = create_workspace(empty, KEY, user_name=AUTHORS[0])
    arriving = _arrivals(workspace.replica, customers)
    while page := list(islice(arriving, PAGE)):
        with workspace.replica.database.write() as connection:
            workspace.replica.take_in(connection, page)
    workspace.replica.index_all()
    workspace.replica.database.scrub()
    workspace.close()


def _arrivals(replica: Replica, customers: int) -> Iterator[Arrival]:
    """The generated records as a server would send them: accepted, each by its author."""
    chance = random.Random(1)
    identity = replica.identity()
    first, *others = AUTHORS
    users = {first: identity.user} | {author: uuid7(START_MS, chance.randbytes(10)) for author in others}
    books = {first: identity.book} | {author: uuid7(START_MS, chance.randbytes(10)) for author in others}
    ids: dict[str, str] = {}
    for seq, author in enumerate(AUTHORS, 1):
        values: dict[str, Value] = {"name": author, "role": "rep", "book": books[author]}
        state = _accepted(users[author], seq, identity.config, values)
        yield Arrival(RecordKey("user", users[author]), state, seq)
    for seq, item in enumerate(generated(customers), len(AUTHORS) + 1):
        ids[item.key] = uuid7(START_MS + seq, chance.randbytes(10))
        bucket = identity.config if item.entity in ("tag", "tag_group") else books[item.author]
        state = _accepted(users[item.author], seq, bucket, sample_loading.values_of(replica, item, ids))
        yield Arrival(RecordKey(item.entity, ids[item.key]), state, seq)


def _accepted(user: str, seq: int, bucket: str, values: dict[str, Value]) -> bytes:
    """A record of one edit, by the user's own actor. Its numbers have gaps, which no reader minds."""
    actor = hashlib.sha256(user.encode()).hexdigest()[:32]
    at = stamp(START_MS + seq)
    edit = Edit(Dot(actor, seq), at, user, at, Txn(f"sample-{seq}", "import"), values)
    return encode(write(None, edit, placement=Placement(0, bucket)))
