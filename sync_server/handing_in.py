"""What a laptop sealed before it gave up what it held: opened, proved to be its own, and judged like a push.

What an honest laptop whose lease ran out could have sent is taken in as a push would be: late work where its customers
moved. Everything else is kept apart for an administrator, because nobody knows who typed last on it: a key alone proves
a laptop, not its person.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter

import msgspec
import zstandard
from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.lease import DAY_MS
from crmdesk.core.media import CHUNK_BYTES
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
from crmdesk.core.values import NOT_JSON
from sync_server import audit, batches, blobs, enrolment, pushing
from sync_server.blobs import Part, Store
from sync_server.clock import Moment
from sync_server.leases import Authority
from sync_server.settings import Settings
from sync_server.storage import devices, people, sealed
from sync_server.storage.devices import Bearer, Device, DeviceState
from sync_server.storage.sealed import Letter


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
    device = devices.find_device(connection, device_id)
    if device is None or not enrolment.is_signed(device.key, signed_wipe(device_id, at_ms), signature):
        raise CrmError("session_expired")
    if device.state is not DeviceState.WIPED:
        devices.end_sessions(connection, device_id, now)
        devices.change_state(connection, device, DeviceState.WIPED)
        devices.note_wiped(connection, device_id, now)
        audit.act(connection, "wiped", (device.user, device_id), {"device": device_id}, now)


def take(store: Store, authority: Authority, settings: Settings, content: bytes, now: Moment) -> HandedIn:
    """Take a sealed message in; the same one again gets the same answer. Raises `sealed_unreadable`.

    The message itself is kept in the company's folder as well: it holds contents that no record may name yet.
    """
    with store.database.read() as connection:
        server_id = people.load_company(connection).server_id
    plain = authority.opener.open(content, server_id)
    digest = hashlib.sha256(content).hexdigest()
    with store.database.write() as connection:
        device, packed = _author(connection, plain)
        work = _opened(packed, device)
        known = sealed.find(connection, digest)
        if known is None:
            _keep(settings, digest, content)
            answer = _judge(connection, device, work, now)
            sealed.save(connection, _letter(digest, device, work, answer, now))
            told = {"device": device.id, "reason": audit.Word(work.reason), **msgspec.to_builtins(answer)}
            audit.act(connection, "hand_in", (device.user, device.id), told, now)
        else:
            answer = msgspec.json.decode(known.answer, type=HandedIn)
        who = _bearer(connection, device)
    if work.parts:
        answer = msgspec.structs.replace(answer, contents=_take_contents(store, who, work, now))
    return answer


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


def _judge(connection: Connection, device: Device, work: Work, now: Moment) -> HandedIn:
    if bytes(work.push) == b"null":
        return HandedIn(drafts=len(work.drafts))
    batch = batches.read(bytes(work.push), is_bounded=False)
    doubt = _doubt(connection, device, work, now)
    outcomes = pushing.take_sealed(connection, _bearer(connection, device), batch, now, doubt)
    found = Counter(outcome.verdict for outcome in outcomes)
    return HandedIn(
        accepted=found["accepted"] + found["merged"],
        quarantined=found["quarantined"],
        rejected=found["rejected"],
        drafts=len(work.drafts),
    )


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


def _take_contents(store: Store, who: Bearer, work: Work, now: Moment) -> int:
    """Contents that a record taken in names are stored; others wait in the file that was kept."""
    taken = 0
    for part in work.parts:
        try:
            for start in range(0, len(part.body), CHUNK_BYTES):
                piece = part.body[start : start + CHUNK_BYTES]
                digest = hashlib.sha256(piece).digest()
                state = blobs.put(
                    store, who, part.sha256, Part(part.offset + start, part.size, piece, digest), now
                )
                if state.complete:
                    break
            taken += 1
        except CrmError as error:
            if error.code not in ("not_found", "blob_offset", "storage_full"):
                raise
    return taken


def _keep(settings: Settings, digest: str, content: bytes) -> None:
    folder = settings.directory / "sealed"
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
