"""Who was shut out, kept in a file beside the database: a backup that is put in its place lets nobody in again.

What a restored database has forgotten of it is done again before the server answers its first request. The file only ever
gains names, like what it tells of: a laptop is revoked for good, and so is somebody who left.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable
from typing import Final

import msgspec
from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.store.database import Database
from sync_server import commands, enrolment
from sync_server.clock import Moment
from sync_server.orders import DisableUser
from sync_server.settings import Settings
from sync_server.storage import devices, people
from sync_server.storage.devices import DeviceState

FILE: Final = "shut-out.json"
_log: Final = logging.getLogger(__name__)


class ShutOut(msgspec.Struct, frozen=True):
    """The ids of laptops that were revoked, and of people who left."""

    laptops: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()

    def __or__(self, other: ShutOut) -> ShutOut:
        return ShutOut(self.laptops | other.laptops, self.people | other.people)


def known(connection: Connection) -> ShutOut:
    """Who is shut out as the database has it."""
    laptops = frozenset(one.id for one in devices.devices(connection) if one.revoked_at is not None)
    return ShutOut(laptops, frozenset(one.user for one in people.accounts(connection) if one.is_disabled))


def noted(settings: Settings) -> ShutOut:
    """Who is shut out as the file has it. Raises `database_corrupt`: it can't be told who is missing from it."""
    path = settings.directory / FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=ShutOut)
    except FileNotFoundError:
        return ShutOut()
    except (OSError, msgspec.DecodeError) as error:
        raise CrmError("database_corrupt", path=path) from error


def note(database: Database, settings: Settings) -> None:
    """Write down who has been shut out since. Raises `database_corrupt` or `database_unwritable`."""
    with database.read() as connection:
        found = known(connection)
    before = noted(settings)
    if found | before != before:
        _keep(settings, found | before)


def uphold(database: Database, settings: Settings, now: Callable[[], Moment]) -> None:
    """Shut out again whom the database has forgotten, on record, and write down whom the file has not.

    Raises what `note` raises.
    """
    with database.read() as connection:
        said, there = known(connection), noted(settings)
        laptops = {one.id for one in devices.devices(connection) if one.state is not DeviceState.WIPED}
        employed = {one.user for one in people.accounts(connection)}
        console = commands.console(connection)
    for user in sorted((there.people & employed) - said.people):
        _log.warning("shut out again after a restore: %s", user)
        commands.carry_out(database, console, DisableUser(now().hex(16), user), now)
    for laptop in sorted((there.laptops & laptops) - said.laptops):
        _log.warning("revoked again after a restore: %s", laptop)
        with database.write() as connection:
            enrolment.revoke(connection, laptop, now())
    note(database, settings)


def _keep(settings: Settings, found: ShutOut) -> None:
    path = settings.directory / FILE
    draft = path.with_name(f"{FILE}.{secrets.token_hex(8)}")
    try:
        settings.directory.mkdir(parents=True, exist_ok=True)
        opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "wb") as file:
            file.write(msgspec.json.encode(found, order="sorted"))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise CrmError("database_unwritable", path=path) from error
