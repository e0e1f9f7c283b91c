"""The authoritative tables every replica has (record, edit), those only a laptop has, those of its second file.

Everything that is not here is a projection and may be dropped at any time.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

replica = MetaData()
laptop = MetaData()
blobs = MetaData()

RowNumber = BigInteger().with_variant(Integer, "sqlite")

record = Table(
    "record", replica,
    Column("n", RowNumber, primary_key=True, doc="row number: joins projections and search"),
    Column("entity", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("root", Text, nullable=False, doc="id of the root record this one hangs under, or its own"),
    Column("bucket", Text, nullable=False),
    Column("move_no", Integer, nullable=False),
    Column("seq", BigInteger, doc="the bucket's commit; NULL: unsent; -1: left, its unsent edits not settled"),
    Column("state", LargeBinary, nullable=False, doc="canonical bytes of core.record.Record"),
    Column("digest", BigInteger, nullable=False, doc="of the bytes server and laptop agree on; 0: on none"),
    UniqueConstraint("id", "entity", "part", name="record_key"),
)  # fmt: skip
Index("record_root", record.c.root)
Index("record_bucket", record.c.bucket, record.c.seq)

checksum = Table(
    "checksum", replica,
    Column("bucket", Text, primary_key=True),
    Column("total", BigInteger, nullable=False, doc="the sum of the digests of the bucket's records"),
)  # fmt: skip

edit = Table(
    "edit", replica,
    Column("actor", Text, nullable=False),
    Column("counter", BigInteger, nullable=False),
    Column("entity", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("eff", BigInteger, doc="NULL: as claimed"),
    Column("txn", Text, nullable=False),
    Column("body", LargeBinary, nullable=False, doc="canonical bytes of the whole core.record.Edit, eff null"),
    PrimaryKeyConstraint("actor", "counter"),
)  # fmt: skip
Index("edit_record", edit.c.id)
Index("edit_txn", edit.c.txn)

outbox = Table(
    "outbox", laptop,
    Column("counter", BigInteger, primary_key=True, doc="of the edit, under this laptop's present actor"),
    Column("entity", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("verdict", Text, doc="NULL: waiting; else rejected or quarantined"),
    Column("code", Text),
    Column("about", Text),
)  # fmt: skip
Index("outbox_record", outbox.c.id)

overwrote = Table(
    "overwrote", laptop,
    Column("txn", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("actor", Text, nullable=False, doc="with counter: the edit whose value this transaction replaced"),
    Column("counter", BigInteger, nullable=False),
    PrimaryKeyConstraint("txn", "id", "entity", "part", "field", "actor", "counter"),
)  # fmt: skip
Index("overwrote_dot", overwrote.c.actor, overwrote.c.counter)

cursor = Table(
    "cursor", laptop,
    Column("bucket", Text, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("salt", Text, nullable=False),
    Column("complete", Integer, nullable=False, doc="1: has once reached a head"),
)  # fmt: skip

heard = Table(
    "heard", laptop,
    Column("bucket", Text, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("salt", Text, nullable=False, doc="the latest commit this laptop was told of, read or not"),
)  # fmt: skip

setting = Table(
    "setting", laptop,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False, doc="JSON"),
)  # fmt: skip

draft = Table(
    "draft", laptop,
    Column("name", Text, primary_key=True, doc="which form, for which record"),
    Column("value", Text, nullable=False, doc="JSON of what was typed"),
)  # fmt: skip

blob = Table(
    "blob", blobs,
    Column("sha256", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("have", BigInteger, nullable=False, doc="bytes that are here, from the beginning on"),
    Column("is_thumbnail", Integer, nullable=False, doc="1: small, never removed to make room"),
    Column("is_claimed", Integer, nullable=False, doc="1: a record on this laptop has named it"),
    Column("is_sent", Integer, nullable=False, doc="1: the server has it, as far as is known"),
    Column("used_ms", BigInteger, nullable=False, doc="when it was put here or last looked at"),
)  # fmt: skip

chunk = Table(
    "chunk", blobs,
    Column("sha256", Text, nullable=False),
    Column("n", Integer, nullable=False, doc="0 is the first; each but the last is core.media.CHUNK_BYTES long"),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("sha256", "n"),
)  # fmt: skip

absent = Table(
    "absent", blobs,
    Column("sha256", Text, primary_key=True),
    Column("asked_ms", BigInteger, nullable=False, doc="when the server last had nothing of it"),
)  # fmt: skip
