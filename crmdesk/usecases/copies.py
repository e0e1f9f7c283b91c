"""An encrypted copy of everything on this laptop in one file, and going back to one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crmdesk.core.errors import CrmError
from crmdesk.store import settings
from crmdesk.store.copying import copy_in, copy_out
from crmdesk.store.reading import Reader
from crmdesk.store.settings import Device, Identity, Server
from crmdesk.system.clock import SystemClock
from crmdesk.system.paths import Profile
from crmdesk.usecases.workspace import Workspace, open_workspace


@dataclass(frozen=True, slots=True)
class PutBack:
    """A copy that took the place of a profile's database; what was there is kept at `aside`."""

    records: int
    aside: Path


def back_up(workspace: Workspace, file: Path) -> int:
    """Copy everything to `file` while work goes on; returns how many records. Raises `database_unwritable`."""
    copy_out(workspace.profile.database, workspace.key, file)
    reader = Reader(file, workspace.key)
    try:
        return int(reader.value("SELECT count(*) FROM record"))
    finally:
        reader.close()


def put_back(profile: Profile, key: bytes | None, file: Path) -> PutBack:
    """Go back to a copy. It takes a new actor, keeps its unsent work and is compared before it sends anything.

    The credentials of now stay, because those of then were used since. Raises `database_busy` while the
    profile is open anywhere, `bad_argument` where there is no such file, and what opening the copy raises.
    """
    if not file.is_file():
        raise CrmError("bad_argument", argument=str(file), hint="FILE")
    before = _signed_in(profile, key)
    aside = profile.folder / f"replaced-{SystemClock().now_ms()}.db"
    copy_in(file, profile.database, key, aside)
    workspace = open_workspace(profile, key)
    try:
        with workspace.replica.database.write() as connection:
            now = (settings.identity(connection).user, settings.read(connection, "server", Server))
            if before is not None and before[0] == now:
                settings.write(connection, {"device": before[1]})
        return PutBack(int(workspace.reader.value("SELECT count(*) FROM record")), aside)
    finally:
        workspace.close()


def _signed_in(profile: Profile, key: bytes | None) -> tuple[tuple[str, Server | None], Device] | None:
    """Who is signed in where and with which credentials; None while alone."""
    reader = Reader(profile.database, key)
    try:
        identity, device = reader.setting("identity", Identity), reader.setting("device", Device)
        return ((identity.user, reader.setting("server", Server)), device) if identity and device else None
    finally:
        reader.close()
