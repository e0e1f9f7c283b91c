"""What a laptop sealed before it gave up what it held: opened, proved to be its own, and judged like a push.

What an honest laptop whose lease ran out could have sent is taken in as a push would be: late work where its customers
moved. Everything else is kept apart for an administrator, because nobody knows who typed last on it: a key alone proves
a laptop, not its person.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections import Counter
from typing import Final

import msgspec
import zstandard
from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.lease import DAY_MS
from crmdesk.core.media import CHUNK_BYTES, is_digest
from crmdesk.core.sealed import (
    DEVICE_BYTES,
    MAX_WORK_BYTES,
    SIGNATURE_BYTES,
    HandedIn,
    Order,
    Work,
    signed_wipe,
    signed_work,
)
from crmdesk.core.sealed import Part as SealedPart
from crmdesk.core.values import NOT_JSON
from sync_server import audit, batches, blobs, enrolment, limits, pushing
from sync_server.blobs import Part, Store
from sync_server.clock import Moment
from sync_server.leases import Authority
from sync_server.limits import Try
from sync_server.settings import Settings
from sync_server.storage import attempts, devices, people, sealed
from sync_server.storage import blobs as contents
from sync_server.storage.devices import Bearer, Device, DeviceState
from sync_server.storage.sealed import KeptPart, Letter

_log: Final = logging.getLogger(__name__)
_WAITS: Final = (
    "not_found",
    "blob_offset",
    "blob_broken",
    "malformed_body",
    "storage_full",
    "disk_full",
    "sealed_unreadable",
)
"""What keeps a content waiting: its record is gone again, a piece has not come or is not what it says, there is no room."""


def ordered(connection: Connection, authority: Authority, error: CrmError) -> CrmError:
    """`device_revoked` with the order to wipe, for a laptop that an administrator revoked; else the error as it is."""
    named = str(error.about.get("device", ""))
    device = devices.find_device(connection, named) if error.code == "device_revoked" and named else None
    if device is None or device.state not in enrolment.GONE:
        return error
    order = Order(device.id, device.revoked_at or device.created_at, authority.opener.public.hex())
    content = msgspec.json.encode(order)
    signature = authority.signer.sign("wipe", content).hex()
    return CrmError("device_revoked", order=content.decode(), signature=signature)


def note_wiped(connection: Connection, device_id: str, at_ms: int, signature: bytes, now: Moment) -> None:
    """A laptop says, signed with the key that it no longer has, that it was wiped. Raises `session_expired`."""
    people.lock_company(connection)  # before any session or laptop, as commands do
    device = devices.find_device(connection, device_id)
    if device is None or not enrolment.is_signed(device.key, signed_wipe(device_id, at_ms), signature):
        raise CrmError("session_expired")
    if device.state is not DeviceState.WIPED:
        devices.end_sessions(connection, device_id, now)
        devices.change_state(connection, device, DeviceState.WIPED)
        devices.note_wiped(connection, device_id, now)
        audit.act(connection, "wiped", (device.user, device_id), {"device": device_id}, now)


def take(store: Store, authority: Authority, settings: Settings, content: bytes, now: Moment) -> HandedIn:
    """Take a sealed message in; the same one again gets the same answer. Raises `sealed_unreadable`, `too_many_tries`.

    The message itself is kept in the company's folder as well: it holds contents that no record may name yet.
    """
    digest = hashlib.sha256(content).hexdigest()
    with store.database.read() as connection:
        known = sealed.find(connection, digest)
        server_id = people.load_company(connection).server_id
    if known is None:
        plain = authority.opener.open(content, server_id)
        with store.database.read() as connection:
            device, packed = _author(connection, plain)
        work = _opened(packed, device)
        batch = None if bytes(work.push) == b"null" else batches.read(bytes(work.push), is_bounded=False)
        with store.database.write() as connection:
            attempts.count(connection, [Try(f"sealed by {device.id}", limits.SEALED)], now)
        _keep(settings, digest, content)
        with store.database.write() as connection:
            # The company comes before any actor, bucket or laptop: what becomes of it is written down there.
            people.lock_company(connection)
            known = sealed.find(connection, digest) or _take(connection, digest, work, batch, now)
    take_kept(store, authority, settings, now)
    return msgspec.json.decode(known.answer, type=HandedIn)


def _take(
    connection: Connection, digest: str, work: Work, batch: batches.Batch | None, now: Moment
) -> Letter:
    device = devices.find_device(connection, work.device)
    assert device is not None, "no laptop is ever forgotten"
    answer = _judge(connection, device, work, batch, now)
    letter = _letter(digest, device, work, answer, now)
    sealed.save(connection, letter)
    sealed.keep_parts(
        connection,
        [KeptPart(digest, part.sha256, part.offset, device.id, device.user) for part in _parts(work)],
    )
    told = {"device": device.id, "reason": audit.Word(work.reason), **msgspec.to_builtins(answer)}
    audit.act(connection, "hand_in", (device.user, device.id), told, now)
    return letter


def take_kept(store: Store, authority: Authority, settings: Settings, now: Moment) -> int:
    """Store contents whose pieces were kept until a record named them; returns how many. What is missing waits on."""
    with store.database.read() as connection:
        server_id = people.load_company(connection).server_id
        named = [
            (user, sha256)
            for user, sha256 in sealed.kept_contents(connection)
            if contents.is_named_for(connection, user, sha256)
        ]
    taken = 0
    for user, sha256 in named:
        with store.database.read() as connection:
            parts = sealed.kept_parts(connection, user, sha256)
        try:
            is_whole = any(_take_part(store, authority, settings, server_id, part, now) for part in parts)
        except CrmError as error:
            if error.code not in _WAITS:
                raise
            _log.warning("a content that was handed in waits: %s", error.code)
            continue
        if is_whole:
            with store.database.write() as connection:
                sealed.forget_parts(connection, user, sha256)
            taken += 1
    return taken


def _take_part(
    store: Store, authority: Authority, settings: Settings, server_id: str, kept: KeptPart, now: Moment
) -> bool:
    """Go on with the content by what this piece adds to it; whether it is whole now."""
    try:
        content = (settings.sealed / f"{kept.digest}.sealed").read_bytes()
    except OSError as error:
        raise CrmError("sealed_unreadable") from error
    with store.database.read() as connection:
        device, packed = _author(connection, authority.opener.open(content, server_id))
        who = _bearer(connection, device)
    for part in _opened(packed, device).parts:
        if (part.sha256, part.offset) != (kept.sha256, kept.start):
            continue
        state = blobs.state(store, who, part.sha256, part.size, now)
        for start in range(0, len(part.body), CHUNK_BYTES):
            if state.complete or part.offset + start < state.have:
                continue
            piece = part.body[start : start + CHUNK_BYTES]
            digest = hashlib.sha256(piece).digest()
            state = blobs.put(
                store, who, part.sha256, Part(part.offset + start, part.size, piece, digest), now
            )
        if state.complete:
            return True
    return False


def _author(connection: Connection, plain: bytes) -> tuple[Device, bytes]:
    """The laptop that sealed it, as its signature proves, and the work, still packed."""
    named, rest = plain[:DEVICE_BYTES], plain[DEVICE_BYTES:]
    signature, packed = rest[:SIGNATURE_BYTES], rest[SIGNATURE_BYTES:]
    device = devices.find_device(connection, named.decode("ascii", "replace"))
    if device is None or not enrolment.is_signed(device.key, signed_work(packed), signature):
        raise CrmError("sealed_unreadable")
    return device, packed


def _opened(packed: bytes, device: Device) -> Work:
    try:
        reader = zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(packed)
        content = reader.read(MAX_WORK_BYTES + 1)
        if len(content) > MAX_WORK_BYTES:
            raise CrmError("body_too_large")
        work = msgspec.json.decode(content, type=Work)
    except (zstandard.ZstdError, *NOT_JSON) as error:
        raise CrmError("sealed_unreadable") from error
    if (work.device, work.user) != (device.id, device.user):
        raise CrmError("sealed_unreadable")
    return work


def _judge(
    connection: Connection, device: Device, work: Work, batch: batches.Batch | None, now: Moment
) -> HandedIn:
    kept = HandedIn(drafts=len(work.drafts), contents=len(_parts(work)))
    if batch is None:
        return kept
    doubt = _doubt(connection, device, work, now)
    fork = hashlib.sha256(f"crmdesk-fork\n{batch.actor}\n{work.at_ms}".encode()).hexdigest()[:32]
    outcomes = pushing.take_sealed(connection, _bearer(connection, device), batch, now, fork, doubt)
    found = Counter(outcome.verdict for outcome in outcomes)
    return msgspec.structs.replace(
        kept,
        accepted=found["accepted"] + found["merged"],
        quarantined=found["quarantined"],
        rejected=found["rejected"],
    )


def _parts(work: Work) -> list[SealedPart]:
    """Its pieces of contents; what names none leads to no file."""
    return [part for part in work.parts if is_digest(part.sha256)]


def _doubt(connection: Connection, device: Device, work: Work, now: Moment) -> CrmError | None:
    """Why nobody knows who typed this; None for what its own person's laptop sends by itself once it was away for so long.

    What a laptop says of itself never makes it better: a stolen one says what it likes. That it was once revoked is
    never forgotten, whatever it said afterwards.
    """
    if device.revoked_at is not None or device.state is DeviceState.REVOKED:
        return CrmError("device_revoked")
    is_in = device.state in (DeviceState.ACTIVE, DeviceState.LEAVING) and devices.has_session(
        connection, device.id
    )
    away_since = now.ms - people.load_company(connection).purge_days * DAY_MS
    was_away = device.pulled_at is not None and device.pulled_at <= away_since
    return None if is_in and was_away and work.reason == "lease" else CrmError("sealed_doubtful")


def _letter(digest: str, device: Device, work: Work, answer: HandedIn, now: Moment) -> Letter:
    drafts = msgspec.json.encode(work.drafts)
    told = msgspec.json.encode(answer)
    return Letter(digest, device.id, device.user, now.ms, work.at_ms, work.reason, told, drafts)


def _bearer(connection: Connection, device: Device) -> Bearer:
    account = people.find_account(connection, device.user)
    return Bearer(
        account.user, account.role, account.book, device.id, device.state, device.key, device.pulled_at,
        account.is_disabled, False, 0,
    )  # fmt: skip


def _keep(settings: Settings, digest: str, content: bytes) -> None:
    folder = settings.sealed
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = folder / f"{digest}.part"
        draft.touch(mode=0o600)
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / f"{digest}.sealed")
    except OSError as error:
        raise CrmError("database_unwritable", path=folder) from error
