"""The tables only a server has: who may do what, how far each bucket has come, what each actor pushed.

Times are UTC milliseconds. Secrets (codes, tokens) are stored as SHA-256 digests only.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    event,
)

metadata: Final = MetaData()

company: Final = Table(
    "company",
    metadata,
    Column("id", Integer, primary_key=True),  # always 1: one company per database
    Column("server_id", String, nullable=False),
    Column("name", String, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("secret", LargeBinary, nullable=False),  # what proves that a commit's salt came from here
    Column("actor", String, nullable=False),  # the server's own, author of users and teams
    Column("config", String, nullable=False),  # the bucket everybody reads
    Column("pool", String, nullable=False),  # customers that anybody may claim
    Column("pool_details", String, nullable=False),  # what hangs below them; only leaders read it
    Column("created_at", BigInteger, nullable=False),
    Column("lock_days", Integer, nullable=False),  # without contact, until a laptop locks
    Column("purge_days", Integer, nullable=False),  # until it destroys what it holds
    Column("idle_minutes", Integer, nullable=False),  # without input, until its window is covered
    Column("due", BigInteger),  # when a share or a delegation next begins or ends
)

team: Final = Table(
    "team",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("parent", ForeignKey("team.id")),
    Column("shares_books", Boolean, nullable=False),
)

custom_role: Final = Table(
    "custom_role",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("base", String, nullable=False),  # the role it is a copy of
    Column("withheld", String, nullable=False),  # fields it may not write: `customer.grade visit.*`
    Column("hidden", String, nullable=False),  # parts it may not read
)

account: Final = Table(
    "account",
    metadata,
    Column("user", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("role", String, nullable=False),
    Column("custom_role", ForeignKey("custom_role.id")),
    Column("team", ForeignKey("team.id")),
    Column("book", String, nullable=False),
    Column("disabled_at", BigInteger),
)

device: Final = Table(
    "device",
    metadata,
    Column("id", String, primary_key=True),
    Column("user", ForeignKey("account.user"), nullable=False),
    Column("name", String, nullable=False),
    Column("key", LargeBinary, nullable=False),  # Ed25519 public key
    Column("state", String, nullable=False),  # devices.DeviceState
    Column("created_at", BigInteger, nullable=False),
    Column("doubt", String),  # why it waits for an approval again: an audited kind
    Column("pulled_at", BigInteger),  # server time of its last complete pull: bounds effective times
    Column("revoked_at", BigInteger),  # when an administrator revoked it
    Column("wiped_at", BigInteger),  # when it said that it was wiped
)

enrol_code: Final = Table(
    "enrol_code",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("user", ForeignKey("account.user"), nullable=False),
    Column("hold", Boolean, nullable=False),  # the device waits for approval
    Column("expires_at", BigInteger, nullable=False),
    Column("device", ForeignKey("device.id")),  # who used it
)

session: Final = Table(
    "session",
    metadata,
    Column("id", String, primary_key=True),
    Column("device", ForeignKey("device.id"), nullable=False),
    Column("confirmed", Integer, nullable=False),  # the highest generation of refresh token seen in use
    Column("revoked_at", BigInteger),
    Column("password_at", BigInteger),  # when the person last gave their password
    Index("session_by_device", "device"),
)

token: Final = Table(
    "token",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("session", ForeignKey("session.id"), nullable=False),
    Column("kind", String, nullable=False),  # access | refresh
    Column("generation", Integer, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("token_by_session", "session"),
)

password: Final = Table(
    "password",
    metadata,
    Column("user", ForeignKey("account.user"), primary_key=True),
    Column("hash", String),  # Argon2id; none: it must be set with the code
    Column("set_at", BigInteger, nullable=False),
    Column("code", LargeBinary),  # the digest of the code with which it is set anew
    Column("code_until", BigInteger),
)

attempt: Final = Table(
    "attempt",
    metadata,
    Column("subject", String, primary_key=True),  # what is tried, and by whom
    Column("full_at", BigInteger, nullable=False),  # when all tries will be there again
)

actor: Final = Table(
    "actor",
    metadata,
    Column("id", String, primary_key=True),
    Column("device", ForeignKey("device.id")),  # none: the server's own
    Column("counter", BigInteger, nullable=False),
    Column("chain", String, nullable=False),
    Column("batch", String, nullable=False),
    Column("answer", LargeBinary, nullable=False),  # to the last push, repeated byte for byte
)

bucket: Final = Table(
    "bucket",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),  # policy.Kind
    Column("owner", ForeignKey("account.user", use_alter=True)),
    Column("book", String),  # of a set: the book whose customers it holds
    Column("whole", String),  # of a part: the bucket whose customers it belongs to
    Column("part", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("salt", String, nullable=False),
)

bucket_commit: Final = Table(
    "bucket_commit",
    metadata,
    Column("bucket", String, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("salt", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("bucket_commit_by_time", "at"),
)

audit: Final = Table(
    "audit",
    metadata,
    Column("chain", String, primary_key=True),  # a bucket, or the company's own
    Column("number", BigInteger, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("user", String, nullable=False),
    Column("device", String, nullable=False),
    Column("actor", String),  # of edits
    Column("top", BigInteger),  # the last of the edits' counters
    Column("said", String, nullable=False),  # canonical JSON
    Column("seal", LargeBinary, nullable=False),  # of this row and the one before it
    Index("audit_by_time", "at"),
    Index("audit_by_actor", "actor", "top"),
    sqlite_with_rowid=False,  # a chain lies together, as it is read when it is verified
)

audit_subject: Final = Table(
    "audit_subject",
    metadata,
    Column("subject", String, primary_key=True),  # what an act was about
    Column("chain", String, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    sqlite_with_rowid=False,
)

audit_root: Final = Table(
    "audit_root",
    metadata,
    Column("number", BigInteger, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("content", String, nullable=False),  # what was signed: crmdesk.core.roots.Root
    Column("digest", String, nullable=False),
    Column("signature", String, nullable=False),
    Index("audit_root_by_digest", "digest"),
)

audit_root_head: Final = Table(
    "audit_root_head",
    metadata,
    Column("chain", String, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("root", BigInteger, nullable=False),  # the first that bound this row as its chain's latest
    Column("seal", LargeBinary, nullable=False),
    Index("audit_root_head_by_root", "root", "chain"),
    sqlite_with_rowid=False,
)

tally: Final = Table(  # what is counted by the hour before the audit tells of it in one row
    "tally",
    metadata,
    Column("asked", String, primary_key=True),  # sign_in, or what was refused
    Column("user", String, primary_key=True),
    Column("device", String, primary_key=True),
    Column("outcome", String, primary_key=True),
    Column("hour", BigInteger, primary_key=True),  # since 1970
    Column("times", BigInteger, nullable=False),
)

reader: Final = Table(
    "reader",
    metadata,
    Column("bucket", String, primary_key=True),
    Column("user", String, primary_key=True),
    Column("can_write", Boolean, nullable=False),
    Column("mandates", String, nullable=False),  # as what they may: see storage.rights
    Index("reader_by_user", "user"),
)

share: Final = Table(
    "share",
    metadata,
    Column("id", String, primary_key=True),
    Column("customer", String, nullable=False),
    Column("user", ForeignKey("account.user"), nullable=False),
    Column("can_write", Boolean, nullable=False),
    Column("until", BigInteger),  # none: until somebody ends it
    Column("by", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Index("share_by_customer", "customer"),
)

guest: Final = Table(
    "guest",
    metadata,
    Column("bucket", ForeignKey("bucket.id"), primary_key=True),  # a set
    Column("user", ForeignKey("account.user"), primary_key=True),
    Column("can_write", Boolean, nullable=False),
)

delegation: Final = Table(
    "delegation",
    metadata,
    Column("id", String, primary_key=True),
    Column("user", ForeignKey("account.user"), nullable=False),
    Column("deputy", ForeignKey("account.user"), nullable=False),
    Column("starts", BigInteger, nullable=False),
    Column("ends", BigInteger, nullable=False),
    Column("by", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
)

lost_right: Final = Table(
    "lost_right",
    metadata,
    Column("bucket", String, primary_key=True),
    Column("user", String, primary_key=True),
    Column("can_write", Boolean, nullable=False),
    Column("mandates", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("lost_right_by_user", "user"),
)

waiting: Final = Table(
    "waiting",
    metadata,
    Column("home_entity", String, primary_key=True),
    Column("home", String, primary_key=True),
    Column("entity", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("part", String, primary_key=True),
)

movement: Final = Table(
    "movement",
    metadata,
    Column("bucket", String, primary_key=True),
    Column("entity", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("part", String, primary_key=True),
    Column("kind", String, nullable=False),  # ENTER | LEAVE: the record's last crossing of this bucket
    Column("move_no", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("entered", BigInteger),  # the commit by which it first came there; none: it was made there
    Index("movement_by_seq", "bucket", "seq"),
    Index("movement_by_record", "id"),
)

pulled_head: Final = Table(
    "pulled_head",
    metadata,
    Column("device", String, primary_key=True),
    Column("bucket", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

refused: Final = Table(
    "refused",
    metadata,
    Column("actor", String, primary_key=True),
    Column("counter", BigInteger, primary_key=True),
    Column("entity", String, nullable=False),
    Column("id", String, nullable=False),
    Column("part", String, nullable=False),
    Column("user", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("verdict", String, nullable=False),  # rejected | quarantined
    Column("code", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    # Beside the last of a record's refused edits: the state that came with them, and the proofs, as JSON.
    Column("state", LargeBinary),
    Column("proofs", LargeBinary),
    Column("about", String),
    Column("discarded_at", BigInteger),  # an administrator decided that it stays out
    Column("discarded_by", String),
    Index("refused_by_record", "id"),
)

handed_in: Final = Table(
    "handed_in",
    metadata,
    Column("digest", String, primary_key=True),  # of the sealed message, which is in the company's folder
    Column("device", String, nullable=False),
    Column("user", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("sealed_at", BigInteger, nullable=False),
    Column("reason", String, nullable=False),  # order | lease
    Column("answer", LargeBinary, nullable=False),
    Column("drafts", LargeBinary, nullable=False),  # forms that were not saved: JSON
)

handed_part: Final = Table(
    "handed_part",
    metadata,
    Column("digest", String, primary_key=True),  # of the sealed message that holds it
    Column("sha256", String, primary_key=True),  # of the content that it is a piece of
    Column("start", BigInteger, primary_key=True),
    Column("device", String, nullable=False),
    Column("user", String, nullable=False),
    Index("handed_part_by_content", "user", "sha256", "start"),
)

command: Final = Table(
    "command",
    metadata,
    Column("id", String, primary_key=True),
    Column("user", String, nullable=False),
    Column("asked", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),  # of one that is not done: how far it has come
    Column("at", BigInteger, nullable=False),
    Column("is_done", Boolean, nullable=False),
)

blob: Final = Table(
    "blob",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("stored_at", BigInteger, nullable=False),
    Column("idle_since", BigInteger),  # when a collection first found nothing that names it
)

blob_reference: Final = Table(
    "blob_reference",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("id", String, primary_key=True),  # of the attachment record
    Column("author", String, primary_key=True),  # whose edit says so
    Column("is_live", Integer, nullable=False),  # 0: the record is deleted
    Index("blob_reference_by_record", "id"),
)

blob_holder: Final = Table(
    "blob_holder",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("holder", String, primary_key=True),  # a user who sent every byte, or may read them
    Column("held_at", BigInteger, nullable=False),
)

merged: Final = Table(  # customers that point at others, see `crmdesk.core.aliases`
    "merged",
    metadata,
    Column("id", String, primary_key=True),
    Column("target", String, nullable=False),
    Index("merged_by_target", "target"),
)

known: Final = Table(  # by what customers are found again: keys as `sync_server.elsewhere` makes them
    "known",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("customer", String, primary_key=True),
    Index("known_by_customer", "customer"),
)

known_until: Final = Table(  # how far each bucket was read for that: a commit, and the last id read of it
    "known_until",
    metadata,
    Column("bucket", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("id", String, nullable=False),
)

recovery: Final = Table(
    "recovery",
    metadata,
    Column("epoch", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("device", String, nullable=False),
    Column("user", String, nullable=False),
    Column("bucket", String, nullable=False),  # with seq: the lost commit that was shown
    Column("seq", BigInteger, nullable=False),
    Column("actor", String, nullable=False),  # the server's own that was given up
)

recovered: Final = Table(
    "recovered",
    metadata,
    Column("epoch", Integer, primary_key=True),
    Column("entity", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("part", String, primary_key=True),
    Column("device", String, primary_key=True),
    Column("user", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("verdict", String, nullable=False),  # merged | quarantined | rejected
    Column("code", String),
    Column("state", LargeBinary),  # what was quarantined, as it came
)

confirmation: Final = Table(  # what somebody said they may, by the digest of the list
    "confirmation",
    metadata,
    Column("user", ForeignKey("account.user"), primary_key=True),
    Column("digest", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("device", String, nullable=False),
)

seen_as: Final = Table(  # who last began to look with whose eyes
    "seen_as",
    metadata,
    Column("user", ForeignKey("account.user"), primary_key=True),
    Column("other", ForeignKey("account.user"), primary_key=True),
    Column("at", BigInteger, nullable=False),
)

tombstone: Final = Table(
    "tombstone",
    metadata,
    Column("entity", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("part", String, primary_key=True),
    Column("at", BigInteger, nullable=False),  # when a state with a deletion last came
    Index("tombstone_by_time", "at"),
)

grave: Final = Table(
    "grave",
    metadata,
    Column("id", String, primary_key=True),  # of a record that is gone for good
    Column("at", BigInteger, nullable=False),
)

# -- what is only added to ----------------------------------------------------------------------------------

ONLY_ADDED_TO: Final = (audit, audit_root, audit_root_head)
"""Nothing here takes back what a row of these says, and the database refuses whoever tries."""

_REFUSAL: Final = (
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'rows of the audit are never changed'; END $$"
)


def _keep(table: Table) -> None:
    name = table.name
    in_a_file = (
        f"CREATE TRIGGER {name}_{what.lower()} BEFORE {what} ON {name}"
        " BEGIN SELECT RAISE(ABORT, 'rows of the audit are never changed'); END"
        for what in ("UPDATE", "DELETE")
    )
    in_a_service = (
        _REFUSAL,
        (
            f"CREATE TRIGGER {name}_change BEFORE UPDATE OR DELETE ON {name}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        ),
        (
            f"CREATE TRIGGER {name}_truncate BEFORE TRUNCATE ON {name}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        ),
    )
    for dialect, statements in (("sqlite", in_a_file), ("postgresql", in_a_service)):
        for statement in statements:
            ddl = DDL(statement)  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))


for _table in ONLY_ADDED_TO:
    _keep(_table)
