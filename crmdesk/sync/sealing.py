"""Sealing what is unsent to the company, so that it survives the laptop's own data; only the company can open it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import msgspec
import zstandard
from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.sealed import PIECES_BYTES, Cover, Draft, Part, Reason, Work, info, signed_work
from crmdesk.core.values import NOT_JSON
from crmdesk.core.wire import LogEdit, Push, PushRecord
from crmdesk.store import dialect, drafts, outbox, settings
from crmdesk.store.drafts import Discarded
from crmdesk.store.replica import Replica
from crmdesk.store.settings import Device, Server
from crmdesk.sync import plan, push
from crmdesk.sync.device_key import sign


def seal(
    replica: Replica, reason: Reason, seal_key: str, folder: Path, set_aside: Sequence[Discarded] = ()
) -> list[Path]:
    """Seal all that the company may not have into files in `folder`, safe on disk when this returns; none if nothing is.

    `set_aside` is what older files hold of this kind (see `sync.brake`). Each file travels by itself, in any order. The
    same laptop's files take the place of earlier ones. Raises `not_enrolled`, `database_unwritable`.
    """
    with replica.database.read() as connection:
        server = settings.read(connection, "server", Server)
        device = settings.read(connection, "device", Device)
        if server is None or device is None:
            raise CrmError("not_enrolled")
        user = settings.identity(connection).user
        bare = Work(device.id, user, replica.clock.now_ms(), reason)
        made: list[Path] = []
        works = chain(
            _pushes(connection, replica, bare), _drafts(connection, set_aside, bare), _contents(replica, bare)
        )
        for number, work in enumerate(works):
            content = msgspec.json.encode(Cover(server.server_id, server.url, work.at_ms)) + b"\n"
            content += _sealed(work, device.key, seal_key, server.server_id)
            made.append(folder / f"{device.id[:12]}-{number:06}.crmdesk")
            _write(made[-1], content)
    for earlier in set(folder.glob(f"{device.id[:12]}-*.crmdesk")) - set(made):
        earlier.unlink(missing_ok=True)
    return made


def waiting(folder: Path) -> list[Path]:
    """The sealed files in a folder, in the order they were made."""
    return sorted(folder.glob("*.crmdesk"), key=_order)


def _order(path: Path) -> tuple[str, int, str]:
    laptop, _, number = path.stem.rpartition("-")
    return (laptop, int(number), "") if number.isdecimal() else (path.stem, 0, path.name)


def read(path: Path) -> tuple[Cover, bytes]:
    """A sealed file: what stands on its outside, and what is sealed. Raises `sealed_unreadable`."""
    try:
        line, _, sealed = path.read_bytes().partition(b"\n")
        cover = msgspec.json.decode(line, type=Cover)
    except (OSError, *NOT_JSON) as error:
        raise CrmError("sealed_unreadable") from error
    if cover.crmdesk != "sealed" or not sealed:
        raise CrmError("sealed_unreadable")
    return cover, sealed


def _pushes(connection: Connection, replica: Replica, bare: Work) -> Iterator[Work]:
    """The whole outbox with the records it leads to, in messages that the company takes."""
    actor = settings.identity(connection).actor
    found = outbox.again(connection, actor, [entry.counter for entry in outbox.everything(connection)])
    edits = {edit.counter: edit for edit in found if edit.record is not None}
    states = {edit.key: edit.record.state for edit in edits.values() if edit.record is not None}
    sizes = {key: len(state) for key, state in states.items()}
    unsent = [plan.Waiting(e.counter, e.key, e.txn, len(e.body)) for e in edits.values()]
    rank = {name: n for n, name in enumerate(replica.registry.entities)}  # declared home-first
    for part in plan.parcels(sorted(unsent), sizes):
        keys = sorted({edit.key for edit in part}, key=lambda key: (rank.get(key.entity, len(rank)), key))
        message = Push(
            batch=replica.clock.random(16).hex(),
            actor=actor,
            chain=None,
            log=tuple(LogEdit(e.counter, *e.key, msgspec.Raw(edits[e.counter].body)) for e in part),
            records=tuple(PushRecord(*key, msgspec.Raw(states[key])) for key in keys),
            proofs=push.proofs(connection, [edits[e.counter] for e in part]),
        )
        yield msgspec.structs.replace(bare, push=msgspec.Raw(msgspec.json.encode(message)))


def _drafts(connection: Connection, set_aside: Sequence[Discarded], bare: Work) -> Iterator[Work]:
    """Every form that was not saved, and what older files hold."""
    rows = dialect.run(connection, "SELECT name, value FROM draft ORDER BY name").fetchall()
    kept = [Draft(*row) for row in rows] + [Draft(*drafts.written(one)) for one in set_aside]
    size, some = 0, list[Draft]()
    for draft in kept:
        size += len(draft.value.encode())
        if some and size > plan.BATCH_BYTES:
            yield msgspec.structs.replace(bare, drafts=tuple(some))
            size, some = len(draft.value.encode()), []
        some.append(draft)
    if some:
        yield msgspec.structs.replace(bare, drafts=tuple(some))


def _contents(replica: Replica, bare: Work) -> Iterator[Work]:
    """Contents that the company has not, piece by piece."""
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
