"""Signed roots: every hour the company signs how far each chain of its audit has come, and tells every laptop."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.roots import PURPOSE, Root, Signed, content_of, digest_of, line_of
from sync_server import audit
from sync_server.audit import Word
from sync_server.clock import Moment
from sync_server.signing import Signer, is_by
from sync_server.storage import audits, people, roots

EVERY_MS: Final = 60 * 60 * 1000


def make(connection: Connection, signer: Signer, now: Moment, *, is_asked: bool = False) -> Signed | None:
    """Sign the heads of all chains as they are; None where the latest root already does, or is younger than an hour.

    `is_asked`: however young it is. What was counted beside the audit is written down first.
    """
    people.lock_company(connection)  # one root after another, also of several processes
    before = roots.latest(connection)
    known = before.root if before else None
    if known is not None and not is_asked and known.at <= now.ms < known.at + EVERY_MS:
        return None
    audit.note_hours(connection, now)
    heads = roots.heads(connection)
    epoch, digest = people.load_company(connection).epoch, digest_of(map(line_of, heads))
    if known is not None and (known.heads, known.epoch) == (digest, epoch):
        return None
    root = Root(
        at=now.ms,
        chains=len(heads),
        epoch=epoch,
        heads=digest,
        number=known.number + 1 if known else 1,
        previous=before.digest if before else "",
        rows=sum(head.number for head in heads),
    )
    content = content_of(root)
    signed = Signed(content, signer.sign(PURPOSE, content.encode()).hex())
    roots.add(connection, root, signed, heads)
    return signed


def report(connection: Connection, signer: Signer, who: tuple[str, str], shown: Signed, now: Moment) -> bool:
    """Write down that a laptop holds a root of this company's that this server does not know; whether that is so.

    `who`: (user, device). The same laptop says it of the same root once. Raises `malformed_body` for a root that this
    company never signed.
    """
    root = shown.root
    if root is None or not is_by(signer.public, PURPOSE, shown.content.encode(), shown.signature):
        raise CrmError("malformed_body", field="root")
    if roots.holds(connection, shown.digest):
        return False
    people.lock_company(connection)
    mark = shown.digest[:32]
    if not any(
        entry.device == who[1] for entry in audits.about(connection, mark) if entry.kind == audit.UNKNOWN_ROOT
    ):
        told = {"root": root.number, "digest": Word(shown.digest), "made_at": root.at, "epoch": root.epoch}
        audit.act(connection, audit.UNKNOWN_ROOT, who, told, now, subjects=[mark])
    return True
