"""Destroying what a profile holds, step by step, so that a death at any step leaves it whole or unreadable.

`wipe.json` is written when everything unsent is safe in sealed files: from then on the destruction is taken up
again by whoever starts the program next. The key goes first, because what it opened is noise without it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.sealed import WIPE_BEGUN, Reason
from crmdesk.core.values import NOT_JSON
from crmdesk.system import secrets
from crmdesk.system.paths import Profile

_DONE: Final = "wiped.json"
_FOLDERS: Final = ("backups", "opened")


class Wiped(msgspec.Struct, frozen=True):
    """A destruction: why, when (UTC ms), of which device of which company.

    `signature` is the device's own word that it happened, made while it had its key; `is_told`: the company has it.
    """

    reason: Reason
    at_ms: int
    device: str
    url: str
    company: str
    signature: str
    is_told: bool = False


def begin(profile: Profile, note: Wiped) -> None:
    """From here on nothing is kept but what was sealed. Raises `database_unwritable`."""
    _put(profile.folder / WIPE_BEGUN, note)


def is_begun(profile: Profile) -> bool:
    """Whether a destruction was begun and not carried out."""
    return (profile.folder / WIPE_BEGUN).exists()


def carry_out(profile: Profile) -> None:
    """Destroy what was begun to be destroyed, from any step on; nothing where nothing was.

    A file that another process holds open stays for the next start, unreadable. Raises `database_busy` then.
    """
    if not is_begun(profile):
        return
    secrets.forget_key(profile)
    try:
        for path in _holdings(profile):
            path.unlink(missing_ok=True)
        for name in _FOLDERS:
            if (profile.folder / name).exists():
                shutil.rmtree(profile.folder / name)
        _sync(profile.folder)
        (profile.folder / WIPE_BEGUN).replace(profile.folder / _DONE)
        _sync(profile.folder)
    except OSError as error:
        raise CrmError("database_busy", path=profile.folder) from error


def done(profile: Profile) -> Wiped | None:
    """What happened to this profile; None if nothing did."""
    try:
        return msgspec.json.decode((profile.folder / _DONE).read_bytes(), type=Wiped)
    except (OSError, *NOT_JSON):
        return None


def problem_of(profile: Profile) -> CrmError | None:
    """What to tell whoever looks for the profile that is gone."""
    note = done(profile)
    return None if note is None else problem_by(note)


def problem_by(note: Wiped) -> CrmError:
    """A destruction in the catalogue's words."""
    return CrmError("device_wiped" if note.reason == "order" else "device_purged")


def note_told(profile: Profile, note: Wiped) -> None:
    """The company knows of it."""
    _put(profile.folder / _DONE, msgspec.structs.replace(note, is_told=True))


def sealed_folder(profile: Profile) -> Path:
    """Where sealed work waits to be handed in."""
    return profile.folder / "sealed"


def _holdings(profile: Profile) -> Iterator[Path]:
    """The database with its log, attachments, what was put aside, and what an unfinished step left of them."""
    stem = profile.database.stem
    yield from (path for path in profile.folder.glob(f"{stem}*") if path.is_file())
    yield from profile.folder.glob("replaced-*.db*")


def _put(path: Path, note: Wiped) -> None:
    draft = path.with_suffix(".tmp")
    try:
        with draft.open("wb") as file:
            file.write(msgspec.json.encode(note))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise CrmError("database_unwritable", path=path) from error


def _sync(folder: Path) -> None:
    """Make the folder's names durable, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
