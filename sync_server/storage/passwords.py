"""Passwords as stored: hashes, and digests of the codes with which a forgotten one is set anew."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from crmdesk.store import dialect

_PUT = dialect.upsert("password", ('"user"', "hash", "set_at", "code", "code_until"), ('"user"',))

_FIND = 'SELECT "user", hash, set_at, code, code_until FROM password WHERE "user" = ?'


@dataclass(frozen=True, slots=True)
class Password:
    """A person's password. Without a `hash` it must be set with the code that `code` is the digest of, before `code_until`."""

    user: str
    hash: str | None
    set_at: int
    code: bytes | None = None
    code_until: int | None = None


def find(connection: Connection, user: str) -> Password | None:
    """A person's password; None if they have never had one."""
    row = dialect.run(connection, _FIND, (user,)).fetchone()
    if row is None:
        return None
    user, hashed, set_at, code, code_until = row
    return Password(user, hashed, set_at, bytes(code) if code else None, code_until)


def save(connection: Connection, new: Password) -> None:
    dialect.run(connection, _PUT, (new.user, new.hash, new.set_at, new.code, new.code_until))


def of_name(connection: Connection, name: str) -> tuple[str | None, str | None]:
    """(user, hash) of somebody who may sign in by this name; (None, None) where nobody may: one question in any case."""
    row = dialect.run(
        connection,
        'SELECT a."user", p.hash FROM account a LEFT JOIN password p ON p."user" = a."user"'
        " WHERE a.name = ? AND a.disabled_at IS NULL",
        (name,),
    ).fetchone()
    return (None, None) if row is None else (row[0], row[1])
