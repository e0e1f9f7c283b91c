"""What a laptop reads: heads, pages of whole commits, one record's history. Stored bytes pass untouched."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter

import msgspec
from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.wire import PAGE_BYTES, PAGE_RECORDS, PROTOCOL, Heads, Kind, PullItem, PullPage
from crmdesk.store import records
from sync_server import leases
from sync_server.clock import Moment
from sync_server.leases import Authority
from sync_server.storage import buckets, devices, people, rights, roots
from sync_server.storage.devices import Bearer


class Cursor(msgspec.Struct, frozen=True):
    """Where a laptop stands in a bucket: (epoch, last seq, that commit's salt), and the head to reach.

    `told` is the bucket's latest commit (seq, salt) that the laptop was told of.
    """

    bucket: str
    epoch: int
    after: int
    salt: str
    head: int | None = None
    told: tuple[int, str] | None = None


def heads(
    connection: Connection, who: Bearer, authority: Authority, now: Moment, challenge: str | None = None
) -> Heads:
    """The buckets this user reads and how far each has come; with a challenge, a fresh lease."""
    company = people.load_company(connection)
    found = buckets.heads(connection, who.user, company.epoch)
    offered = {head.bucket for head in found}
    withdrawn = tuple(
        (bucket, "rights")
        for bucket in sorted(rights.lost_rights(connection, who.user))
        if bucket not in offered
    )
    lease = None if challenge is None else leases.grant(authority, company, who, challenge, now)
    return Heads(
        found,
        now.ms,
        company.server_id,
        PROTOCOL,
        who.user,
        withdrawn,
        authority.signer.public.hex(),
        roots.latest(connection),
        lease,
    )


def page(connection: Connection, who: Bearer, cursor: Cursor) -> PullPage:
    """The next whole commits after a cursor. Raises `not_found` or `regressed`."""
    if cursor.bucket not in rights.rights(connection, who.user):
        raise CrmError("not_found")
    epoch = people.load_company(connection).epoch
    newest = buckets.seq_of(connection, cursor.bucket)
    head = newest if cursor.head is None else cursor.head
    is_known = cursor.epoch == epoch and cursor.after <= head <= newest
    held = {(cursor.after, cursor.salt), cursor.told or (0, "")}
    if not is_known or any(buckets.salt_at(connection, cursor.bucket, seq) != salt for seq, salt in held):
        raise CrmError("regressed")
    items, seq = _whole_commits(*_changes(connection, cursor, head))
    salt = buckets.salt_at(connection, cursor.bucket, seq)
    assert salt is not None, "each number up to the head was a commit"
    checksum = buckets.checksum_of(connection, cursor.bucket) if seq == newest else None
    return PullPage(cursor.bucket, epoch, seq, salt, head, seq == head, tuple(items), checksum)


def _changes(connection: Connection, cursor: Cursor, head: int) -> tuple[list[PullItem], int]:
    """What changed after the cursor, in commit order, and the last commit it is whole to: `head` or before.

    One row more than a page holds is read of crossings and of records; where that cuts either, the commit it
    cuts and all after it wait, or a LEAVE beyond the cut would be stepped over.
    """
    reach = (cursor.bucket, cursor.after, head, PAGE_RECORDS + 1)
    crossings, present = buckets.movements(connection, *reach), buckets.present(connection, *reach)
    last = [rows[-1] for rows in (crossings, present) if len(rows) > PAGE_RECORDS]
    upto = min((row.seq - 1 for row in last), default=head)
    entered = {(m.key, m.move_no) for m in crossings if m.kind == "ENTER"}
    items = [PullItem(m.seq, "LEAVE", *m.key, m.move_no) for m in crossings if m.kind == "LEAVE"]
    for seq, entity, record_id, part, move_no, state in present:
        kind: Kind = "ENTER" if entered and ((entity, record_id, part), move_no) in entered else "UPDATE"
        items.append(PullItem(seq, kind, entity, record_id, part, move_no, msgspec.Raw(state)))
    if crossings:
        items.sort(key=attrgetter("seq"))
    return (items if upto == head else [item for item in items if item.seq <= upto]), upto


def _whole_commits(changes: list[PullItem], upto: int) -> tuple[list[PullItem], int]:
    """As many whole commits as fit in a page, at least one, and the last commit that they reach."""
    taken: list[PullItem] = []
    size = 0
    for _, group in groupby(changes, key=attrgetter("seq")):
        commit = list(group)
        size += sum(len(memoryview(item.content)) for item in commit)
        if taken and (len(taken) + len(commit) > PAGE_RECORDS or size > PAGE_BYTES):
            return taken, taken[-1].seq
        taken += commit
    return taken, upto


def note_complete(
    connection: Connection, who: Bearer, done: PullPage, now: Moment, heard_ms: int | None
) -> None:
    """Remember what was handed to the device: it bounds effective times and late work after a move.

    `heard_ms` is when it was told of its buckets: what was taken from it since, it has not heard of. Not asked for while
    edits made before still wait on the device: those are late work when they come.
    """
    buckets.note_pulled(connection, who.device, done.bucket, done.seq)
    devices.note_pull(connection, who.device, now.ms if heard_ms is None else min(heard_ms, now.ms))


def history(connection: Connection, who: Bearer, entity: str, record_id: str) -> bytes:
    """Every edit of a record this user may see, earliest first, as JSON. Raises `not_found`."""
    readable = rights.rights(connection, who.user)
    parts = {
        part for part, bucket in buckets.places(connection, entity, record_id).items() if bucket in readable
    }
    if not parts:
        raise CrmError("not_found")
    edits = [
        edit
        for key, edit in records.history(connection, record_id)
        if key.entity == entity and key.part in parts
    ]
    return msgspec.json.encode({"edits": edits})
