"""Encrypted stores of invented customers of whom some are there twice (`tests/support/doubles.py`), made once and kept."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from crmdesk.core.clock import stamp
from crmdesk.core.entities import REGISTRY
from crmdesk.core.ids import uuid7
from crmdesk.core.record import Dot, Edit, Placement, RecordKey, Txn, encode, write
from crmdesk.store import projected_tables
from crmdesk.store.delivery import Arrival
from crmdesk.store.replica import Replica
from crmdesk.system.paths import Profile
from crmdesk.usecases.workspace import Workspace, create_workspace, open_workspace
from tests.bench import stores
from tests.support import doubles
from tests.support.doubles import Values

PAGE: Final = 5000


def record_id(at: int) -> str:
    """The id of the customer at a place in the list."""
    return uuid7(stores.START_MS + at, random.Random(at).randbytes(10))


def opened(name: str, rows: Sequence[Values]) -> Workspace:
    """A workspace with these customers, each under `record_id` of its place; only to be read."""
    made = (
        Path(doubles.__file__).read_bytes(),
        Path(__file__).read_bytes(),
        projected_tables.signature(REGISTRY).encode(),
    )
    digest = hashlib.sha256(b"".join(made)).hexdigest()[:12]
    kept = Profile(stores.OUTPUT / "cache" / f"{name}-{len(rows)}-{digest}")
    if not kept.exists():
        draft = Profile(kept.folder.with_suffix(".draft"))
        shutil.rmtree(draft.folder, ignore_errors=True)
        workspace = create_workspace(draft, stores.KEY, user_name=stores.AUTHORS[0])
        arriving = _arrivals(workspace.replica, rows)
        while page := list(islice(arriving, PAGE)):
            with workspace.replica.database.write() as connection:
                workspace.replica.take_in(connection, page)
        workspace.replica.index_all()
        workspace.close()
        draft.folder.rename(kept.folder)
        open_workspace(kept, stores.KEY).close()
    return open_workspace(kept, stores.KEY)


def _arrivals(replica: Replica, rows: Sequence[Values]) -> Iterator[Arrival]:
    identity = replica.identity()
    for at, values in enumerate(rows):
        edit = Edit(
            Dot("d" * 32, at + 1),
            stamp(stores.START_MS + at),
            identity.user,
            stamp(stores.START_MS + at),
            Txn("t", "import"),
            values,
        )
        state = encode(write(None, edit, placement=Placement(0, identity.book)))
        yield Arrival(RecordKey("customer", record_id(at)), state, at + 1)
