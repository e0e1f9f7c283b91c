"""The second net below policy: PostgreSQL itself shows a transaction that reads for somebody only what they may read.

One policy a table, and all say the same: the row's bucket is among those that the table of readers names for the
session's user. A table that is not here can't be read in such a transaction at all. What writes is not confined: a
push merges into records that its author no longer sees.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from crmdesk.store import dialect

_USER: Final = "current_setting('crmdesk.user', true)"
_READABLE: Final = f'(SELECT r.bucket FROM reader r WHERE r."user" = {_USER})'
_SEEN: Final = (
    "EXISTS (SELECT 1 FROM record r WHERE r.id = edit.id AND r.entity = edit.entity AND r.part = edit.part)"
)
POLICIES: Final = {
    "record": f"bucket IN {_READABLE}",
    "edit": _SEEN,  # through the policy of its record: history has no place of its own
    "checksum": f"bucket IN {_READABLE}",
    "bucket": f"id IN {_READABLE}",
    "bucket_commit": f"bucket IN {_READABLE}",
    "movement": f"bucket IN {_READABLE}",
    "reader": f'"user" = {_USER}',
    "lost_right": f'"user" = {_USER}',
}
"""Table -> what makes a row of it visible."""
OPEN: Final = ("company", "audit_root")
"""Tables that everybody who is signed in hears of."""
_NAME: Final = "crmdesk_readable"


def ensure(connection: Connection) -> bool:
    """Set the net up where it is missing; returns whether it is there. Without the right to make a role it is not."""
    if not dialect.is_shared(connection) or not _has_role(connection):
        return False
    there = {
        row[0]
        for row in dialect.run(connection, "SELECT tablename FROM pg_policies WHERE policyname = ?", (_NAME,))
    }
    for table, condition in POLICIES.items():
        if table not in there:
            dialect.run(connection, f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            dialect.run(
                connection,
                f"CREATE POLICY {_NAME} ON {table} FOR SELECT TO {dialect.READER} USING ({condition})",
            )
    if POLICIES.keys() - there:
        dialect.run(connection, f"GRANT SELECT ON {', '.join((*POLICIES, *OPEN))} TO {dialect.READER}")
    return True


def _has_role(connection: Connection) -> bool:
    if dialect.can_confine(connection):
        return True
    query = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    if not dialect.value(connection, query):
        return False
    # Companies of one PostgreSQL share the role; two may make it at once.
    dialect.run(
        connection,
        f"DO $$ BEGIN CREATE ROLE {dialect.READER} NOLOGIN;"
        " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
    )
    if not dialect.can_confine(connection):
        dialect.run(connection, f"GRANT {dialect.READER} TO CURRENT_USER")
    return dialect.can_confine(connection)
