"""An encrypted copy of everything on this laptop in one file, and going back to one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.lease import Kept
from crmdesk.store import settings
from crmdesk.store.copying import DAMAGED, copy_in, copy_out
from crmdesk.store.reading import Reader
from crmdesk.store.settings import Device, Identity, Server
from crmdesk.system.clock import SystemClock
from crmdesk.system.paths import Profile
from crmdesk.usecases.seeing import check_may_save
from crmdesk.usecases.workspace import Workspace, open_workspace


@dataclass(frozen=True, slots=True)
class PutBack:
    """A copy that took the place of a profile's database; what was there is kept at `aside`."""

    records: int
    aside: Path


def back_up(workspace: Workspace, file: Path) -> int:
    """Copy everything to `file` while work goes on; returns how many records. Raises `database_unwritable`, `seeing_copy`."""
    check_may_save(workspace.reader)
    copy_out(workspace.profile.database, workspace.key, file)
    reader = Reader(file, workspace.key)
    try:
        return int(reader.value("SELECT count(*) FROM record"))
    finally:
        reader.close()


def put_back(profile: Profile, key: bytes | None, file: Path) -> PutBack:
    """Go back to a copy, also where what is here is damaged. It takes a new actor, keeps its unsent work and is compared before it sends anything.

    The credentials of now stay, because those of then were used since; so does the lease, and how late it is. Raises `database_busy` while the
    profile is open anywhere, `bad_argument` where there is no such file, and what opening the copy raises.
    """
    if not file.is_file():
        raise CrmError("bad_argument", argument=str(file), hint="FILE")
    before = _signed_in(profile, key)
    aside = profile.folder / f"replaced-{SystemClock().now_ms()}.db"
    copy_in(file, profile.database, key, aside)
    workspace = open_workspace(profile, key, even_if_locked=True)
    try:
        with workspace.replica.database.write() as connection:
            identity = settings.identity(connection)
            now = (identity.user, settings.read(connection, "server", Server))
            if before is not None and before.company == now:
                latest = max(identity.seen_ms, before.seen_ms)
                fresh = msgspec.structs.replace(identity, seen_ms=latest)
                settings.write(
                    connection, {"device": before.device, "lease": before.lease, "identity": fresh}
                )
        return PutBack(int(workspace.reader.value("SELECT count(*) FROM record")), aside)
    finally:
        workspace.close()


class _SignedIn(NamedTuple):
    """Who is signed in where, with which credentials, under which lease, and how late it is."""

    company: tuple[str, Server | None]
    device: Device
    lease: Kept | None
    seen_ms: int


def _signed_in(profile: Profile, key: bytes | None) -> _SignedIn | None:
    """What belongs to now rather than to a copy; None while alone, and where what is here is damaged."""
    try:
        reader = Reader(profile.database, key)
    except CrmError as error:
        if error.code not in DAMAGED:
            raise
        return None
    try:
        identity, device = reader.setting("identity", Identity), reader.setting("device", Device)
        if identity is None or device is None:
            return None
        whose = (identity.user, reader.setting("server", Server))
        return _SignedIn(whose, device, reader.setting("lease", Kept), identity.seen_ms)
    except CrmError as error:
        if error.code not in DAMAGED:
            raise
        return None
    finally:
        reader.close()
