"""What a server sends, read and made ready outside any transaction, so that it can be done while others are written."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final, NamedTuple

from crmdesk.core import record as kernel
from crmdesk.core.errors import CrmError
from crmdesk.core.ids import is_id
from crmdesk.core.record import MAIN, Record, RecordKey
from crmdesk.core.registry import Registry
from crmdesk.core.resolve import Life, read_record
from crmdesk.core.text import Readings
from crmdesk.store import records
from crmdesk.store.face import Face, face, shapes

_log: Final = logging.getLogger(__name__)


class Arrival(NamedTuple):
    """A record sent by the server: its canonical bytes and the commit it came in."""

    key: RecordKey
    state: bytes
    seq: int


class Departure(NamedTuple):
    """A record the server moved out of a bucket."""

    key: RecordKey
    bucket: str
    move_no: int


class Delivered(NamedTuple):
    """An arrival that was read.

    `home` is the id of what it hangs under, `digest` that of its bytes; `face` is None where it takes more than the
    record to tell how it looks.
    """

    arrival: Arrival
    record: Record
    home: str | None
    digest: int
    face: Face | None


class Delivery(NamedTuple):
    """Arrivals in their order, read by `registry`, and the keys of those that could not be.

    `latest` is the latest time (hybrid) that any of their edits carries.
    """

    registry: Registry
    delivered: list[Delivered]
    failed: list[RecordKey]
    latest: int


def read(arrivals: Iterable[Arrival], registry: Registry, readings: Readings) -> Delivery:
    """Check and read what came from outside. One that can't be read holds up nothing.

    Each state must be one JSON value, as a parser delimits it.
    """
    came = list(arrivals)
    seen = shapes(registry)
    delivered: list[Delivered] = []
    failed: list[RecordKey] = []
    latest = 0
    read_all = kernel.decode_foreign_all([arrival.state for arrival in came])
    for arrival, record in zip(came, read_all, strict=True):
        key = arrival.key
        if isinstance(record, CrmError):
            name = key.entity if key.entity in registry.entities else "an unknown entity"
            _log.warning("%s %s came unreadable: %s", name, key.id if is_id(key.id) else "?", record.code)
            failed.append(key)
            continue
        look = None
        if (shape := seen.get(key.entity)) is not None and key.part == MAIN:
            view = read_record(record, key.entity, registry)
            if view.life is Life.LIVE:  # one that was deleted may be contested by what is below it
                look = face(shape, readings, key, record, view)
        home = records.home_of(registry, key, record)
        for edit in record.edits:
            at = edit.at if edit.eff is None else edit.eff
            latest = max(latest, at)
        delivered.append(Delivered(arrival, record, home, kernel.digest(key, arrival.state), look))
    return Delivery(registry, delivered, failed, latest)
