"""What a company speaks with, and the leases it grants its laptops: how long they may work without having heard it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.lease import DAY_MS, MINUTE_MS, Lease
from crmdesk.core.registry import Label
from crmdesk.core.wire import Granted
from crmdesk.store.database import Database
from sync_server import audit, sealing, signing
from sync_server.audit import Word
from sync_server.clock import Moment
from sync_server.sealing import Opener, opener_of
from sync_server.settings import Settings
from sync_server.signing import Signer, signer_of
from sync_server.storage import devices, people, roots
from sync_server.storage.devices import Bearer, DeviceState
from sync_server.storage.people import Company

MOST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Authority:
    """What a company speaks with: it signs, and opens what was sealed to it."""

    signer: Signer
    opener: Opener


def authority_of(database: Database, settings: Settings) -> Authority:
    """The company's authority. Its keys are made at first use, and never in the place of those that laptops know.

    Raises `key_missing`, `database_unwritable` or `database_corrupt`.
    """
    for path in lost_keys(database, settings):
        raise CrmError("key_missing", path=path)
    return Authority(signer_of(settings), opener_of(settings))


def lost_keys(database: Database, settings: Settings) -> list[Path]:
    """The key files that are not in the company's folder although it has signed a root or knows a laptop."""
    paths = [settings.directory / name for name in (signing.KEY_NAME, sealing.KEY_NAME)]
    if all(path.exists() for path in paths):
        return []
    with database.read() as connection:
        is_known = roots.latest(connection) is not None or bool(devices.devices(connection))
    # Looked for once more: another process may have made the company's first keys meanwhile.
    return [path for path in paths if is_known and not path.exists()]


def renew_keys(database: Database, settings: Settings, now: Moment) -> list[Path]:
    """Make new keys in the place of those that are lost for good, on record; returns their files.

    No laptop obeys a new signing key before it is enrolled anew, and what was sealed to the old key stays sealed.
    """
    lost = lost_keys(database, settings)
    if lost:
        with database.write() as connection:
            people.lock_company(connection)
            signer, opener = signer_of(settings), opener_of(settings)
            told = {
                "made": [Word(path.name) for path in lost],
                "signing": Word(signer.public.hex()),
                "sealing": Word(opener.public.hex()),
            }
            who = (people.load_company(connection).server_id, audit.CONSOLE)
            audit.act(connection, "renew_keys", who, told, now, subjects=())
    return lost


def grant(authority: Authority, company: Company, who: Bearer, challenge: str, now: Moment) -> Granted | None:
    """A fresh lease that answers a laptop's challenge; none for one whose person has left."""
    if who.state is not DeviceState.ACTIVE:
        return None
    lease = Lease(
        device=who.device,
        user=who.user,
        issued_ms=now.ms,
        lock_after_ms=company.lock_days * DAY_MS,
        purge_after_ms=company.purge_days * DAY_MS,
        idle_ms=company.idle_minutes * MINUTE_MS,
        seal_key=authority.opener.public.hex(),
        challenge=challenge,
    )
    content = msgspec.json.encode(lease)
    return Granted(content.decode(), authority.signer.sign("lease", content).hex())


def change_terms(
    connection: Connection,
    now: Moment,
    *,
    lock_days: int | None = None,
    purge_days: int | None = None,
    idle_minutes: int | None = None,
) -> Company:
    """Change the company's terms, for every lease from now on. Raises `bad_argument` unless lock < purge."""
    people.lock_company(connection)
    company = people.load_company(connection)
    lock = company.lock_days if lock_days is None else lock_days
    purge = company.purge_days if purge_days is None else purge_days
    idle = company.idle_minutes if idle_minutes is None else idle_minutes
    if not 1 <= lock < purge <= MOST_DAYS:
        raise CrmError(
            "bad_argument",
            argument=f"--lock-days {lock} --purge-days {purge}",
            hint=Label(
                f"锁定须早于清除，清除最多 {MOST_DAYS} 天。",
                f"A laptop is locked before it is purged, and purged after {MOST_DAYS} days at most.",
            ),
        )
    if (lock, purge, idle) != (company.lock_days, company.purge_days, company.idle_minutes):
        people.change_terms(connection, lock, purge, idle)
        told = {"lock_days": lock, "purge_days": purge, "idle_minutes": idle}
        audit.act(connection, "lease", (company.server_id, audit.CONSOLE), told, now)
    return people.load_company(connection)
