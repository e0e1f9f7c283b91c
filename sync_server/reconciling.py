"""What a laptop compares with this server: digests of a bucket by groups, by record, then the records."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.core.wire import Digests, Groups, PullItem, States
from crmdesk.store import records
from sync_server.storage import buckets, people, rights
from sync_server.storage.devices import Bearer

STATES_BYTES: Final = 4 * 1024 * 1024
"""An answer with states is closed at this size; the laptop asks again for those that are missing."""


def groups(connection: Connection, who: Bearer, bucket: str) -> Groups:
    """The bucket's head and its groups' sums in the same moment. Raises `not_found`."""
    _check_reads(connection, who, bucket)
    seq = buckets.seq_of(connection, bucket)
    salt = buckets.salt_at(connection, bucket, seq)
    assert salt is not None, "a head is a commit"
    return Groups(
        bucket,
        people.load_company(connection).epoch,
        seq,
        salt,
        buckets.checksum_of(connection, bucket),
        tuple(records.groups(connection, bucket)),
    )


def digests(connection: Connection, who: Bearer, bucket: str, wanted: Collection[str]) -> Digests:
    """Each record's digest in some groups of a bucket. Raises `not_found`."""
    _check_reads(connection, who, bucket)
    found = records.digests(connection, bucket, wanted)
    return Digests(bucket, tuple((*key, digest) for key, digest in found.items()))


def states(connection: Connection, who: Bearer, bucket: str, keys: Sequence[RecordKey]) -> States:
    """Records by name, as many as one answer holds; those that are not in the bucket are left out.

    Raises `not_found`.
    """
    _check_reads(connection, who, bucket)
    items: list[PullItem] = []
    size = 0
    for found in buckets.named(connection, bucket, keys):
        size += len(found.state)
        if items and size > STATES_BYTES:
            break
        items.append(
            PullItem(
                found.seq,
                "UPDATE",
                found.entity,
                found.id,
                found.part,
                found.move_no,
                msgspec.Raw(found.state),
            )
        )
    return States(bucket, tuple(items))


def _check_reads(connection: Connection, who: Bearer, bucket: str) -> None:
    if bucket not in rights.rights(connection, who.user):
        raise CrmError("not_found")
