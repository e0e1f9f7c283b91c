"""Sealing what is unsent to the company, so that it survives the laptop's own data; only the company can open it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import zstandard
from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.core.sealed import PIECES_BYTES, Cover, Draft, Part, Reason, Work, info, signed_work
from crmdesk.core.wire import LogEdit, Push, PushRecord
from crmdesk.store import dialect, outbox, records, settings
from crmdesk.store.replica import Replica
from crmdesk.store.settings import Device, Server
from crmdesk.sync.device_key import sign


def seal(replica: Replica, reason: Reason, seal_key: str, folder: Path) -> list[Path]:
    """Seal all that the company may not have into files in `folder`, safe on disk when this returns; none if nothing is.

    The same laptop's files take the place of earlier ones. Raises `not_enrolled`, `database_unwritable`.
    """
    with replica.database.read() as connection:
        server = settings.read(connection, "server", Server)
        device = settings.read(connection, "device", Device)
        if server is None or device is None:
            raise CrmError("not_enrolled")
        work = _work(connection, replica, device, reason)
    made: list[Path] = []
    for number, piece in enumerate(_pieces(replica, work)):
        content = msgspec.json.encode(Cover(server.server_id, server.url, work.at_ms)) + b"\n"
        content += _sealed(piece, device.key, seal_key, server.server_id)
        made.append(folder / f"{device.id[:12]}-{number}.crmdesk")
        _write(made[-1], content)
    return made


def read(path: Path) -> tuple[Cover, bytes]:
    """A sealed file: what stands on its outside, and what is sealed. Raises `sealed_unreadable`."""
    try:
        line, _, sealed = path.read_bytes().partition(b"\n")
        cover = msgspec.json.decode(line, type=Cover)
    except (OSError, msgspec.DecodeError) as error:
        raise CrmError("sealed_unreadable") from error
    if cover.crmdesk != "sealed" or not sealed:
        raise CrmError("sealed_unreadable")
    return cover, sealed


def _work(connection: Connection, replica: Replica, device: Device, reason: Reason) -> Work:
    """The whole outbox with the records it leads to, and every form that was not saved."""
    identity = settings.identity(connection)
    waiting = outbox.everything(connection)
    own = records.by_counter(connection, identity.actor, [entry.counter for entry in waiting])
    log = tuple(
        LogEdit(entry.counter, *entry.key, msgspec.Raw(records.body(own[entry.counter][1])))
        for entry in waiting
        if entry.counter in own
    )
    stored = records.states(connection, {RecordKey(e.entity, e.id, e.part) for e in log})
    rank = {name: n for n, name in enumerate(replica.registry.entities)}  # declared home-first
    keys = sorted(stored, key=lambda key: (rank.get(key.entity, len(rank)), key))
    push = Push(
        batch=replica.clock.random(16).hex(),
        actor=identity.actor,
        chain=None,
        log=tuple(edit for edit in log if RecordKey(edit.entity, edit.id, edit.part) in stored),
        records=tuple(PushRecord(*key, msgspec.Raw(stored[key])) for key in keys),
    )
    rows = dialect.run(connection, "SELECT name, value FROM draft ORDER BY name").fetchall()
    kept = tuple(Draft(*row) for row in rows)
    body = msgspec.Raw(msgspec.json.encode(push)) if push.log else msgspec.Raw(b"null")
    return Work(device.id, identity.user, replica.clock.now_ms(), reason, body, kept)


def _pieces(replica: Replica, work: Work) -> Iterator[Work]:
    """The work, then contents that the company has not, in messages of their own: a sealed file must be able to travel."""
    if bytes(work.push) != b"null" or work.drafts:
        yield work
    bare = msgspec.structs.replace(work, push=msgspec.Raw(b"null"), drafts=())
    for held in replica.blobs.held().values():
        content = replica.blobs.read(held.sha256) if held.is_whole and not held.is_sent else None
        for offset in range(0, len(content or b""), PIECES_BYTES):
            part = Part(held.sha256, held.size, offset, (content or b"")[offset : offset + PIECES_BYTES])
            yield msgspec.structs.replace(bare, parts=(part,))


def _sealed(work: Work, key: str, seal_key: str, server_id: str) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    packed = zstandard.ZstdCompressor().compress(msgspec.json.encode(work))
    signed = work.device.encode() + bytes.fromhex(sign(key, signed_work(packed))) + packed
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    public = X25519PublicKey.from_public_bytes(bytes.fromhex(seal_key))
    return bytes(suite.encrypt(signed, public, info(server_id)))


def _write(path: Path, content: bytes) -> None:
    draft = path.with_suffix(".tmp")
    try:
        path.parent.mkdir(exist_ok=True)
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        if os.name == "posix":
            handle = os.open(path.parent, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)
    except OSError as error:
        raise CrmError("database_unwritable", path=path) from error
