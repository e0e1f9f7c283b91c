"""Putting generated sample records into a workspace, in bulk, with progress and a way out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING

from crmdesk.core.record import RecordKey
from crmdesk.core.values import Value
from crmdesk.usecases.sample import SampleRecord

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

BATCH = 500


def load(
    replica: Replica,
    records: Iterable[SampleRecord],
    *,
    progress: Callable[[int], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> dict[str, str]:
    """Write the records, in transactions of 500; returns the ids given, by the sample's local keys.

    `progress` hears how many are safe. A cancelled load keeps whole what it had written.
    """
    from crmdesk.store.replica import Write

    ids: dict[str, str] = {}
    source = iter(records)
    while not cancelled() and (batch := list(islice(source, BATCH))):
        for item in batch:
            ids[item.key] = replica.new_id()
        writes = [
            Write(RecordKey(item.entity, ids[item.key]), values_of(replica, item, ids)) for item in batch
        ]
        replica.commit(writes, kind="import")
        progress(len(ids))
    return ids


def values_of(replica: Replica, item: SampleRecord, ids: dict[str, str]) -> dict[str, Value]:
    """The record's values with local keys replaced by ids."""
    entity = replica.registry[item.entity]
    values: dict[str, Value] = {}
    for key, value in item.values.items():
        name, colon, element = key.partition(":")
        declared = entity.by_name[name]
        is_reference = declared.target is not None and not colon and isinstance(value, str)
        values[f"{name}:{ids.get(element, element)}" if colon else name] = (
            ids.get(str(value), value) if is_reference else value
        )
    return values
