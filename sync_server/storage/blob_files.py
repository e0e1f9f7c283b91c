"""The contents of attachments as files, named by their SHA-256; several server processes may share the folder.

A content is complete or not there: it grows under another name, is checked whole, and is renamed into its
place. What an answer promises is on disk before the answer leaves.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crmdesk.core.errors import CrmError
from crmdesk.core.media import CHUNK_BYTES, is_digest
from sync_server.private_files import private_file

_UPLOADS: Final = "uploads"


@dataclass(frozen=True, slots=True)
class BlobFiles:
    """The files below `folder`: contents by their first two digits, and unfinished uploads by digest and person.

    What is no digest names no file here: `not_found`, before any path is made of it.
    """

    folder: Path

    def path(self, sha256: str) -> Path:
        return self.folder / _named(sha256)[:2] / sha256

    def has(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def size(self, sha256: str) -> int | None:
        """How many bytes a content has; None if it is not there."""
        try:
            return self.path(sha256).stat().st_size
        except FileNotFoundError:
            return None

    def written_ms(self, sha256: str) -> int | None:
        """When a content was written (UTC ms); None if it is not there."""
        try:
            return int(self.path(sha256).stat().st_mtime * 1000)
        except FileNotFoundError:
            return None

    def read(self, sha256: str, start: int, end: int) -> bytes:
        """The bytes in [start, end). Raises `FileNotFoundError` if the content went meanwhile."""
        with self.path(sha256).open("rb") as file:
            file.seek(start)
            return file.read(end - start)

    # -- uploads ------------------------------------------------------------------------------------

    def _upload(self, sha256: str, user: str) -> Path:
        return self.folder / _UPLOADS / f"{_named(sha256)}.{user}"

    def have(self, sha256: str, user: str, size: int) -> int:
        """How far a person's upload has come, in whole chunks: a torn one is written again."""
        try:
            found = self._upload(sha256, user).stat().st_size
        except FileNotFoundError:
            return 0
        return found if found == size else min(found, size) // CHUNK_BYTES * CHUNK_BYTES

    def append(self, sha256: str, user: str, offset: int, part: bytes) -> None:
        """Write the next chunk of an upload; on disk when this returns."""
        path = self._upload(sha256, user)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(handle, "r+b") as file:
                file.seek(offset)
                file.write(part)
                file.truncate()
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise CrmError("disk_full", path=path) from error

    def unfinished_bytes(self) -> int:
        """How much unfinished uploads take together."""
        return sum(path.stat().st_size for path in (self.folder / _UPLOADS).glob("*"))

    def is_right(self, sha256: str, user: str) -> bool:
        """Whether an upload is what its name says."""
        return _digest(self._upload(sha256, user)) == sha256

    def settle(self, sha256: str, user: str) -> None:
        """Give a finished upload its place."""
        place = self.path(sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        self._upload(sha256, user).replace(place)
        for folder in (place.parent, self.folder):
            _sync_folder(folder)

    def abandon(self, sha256: str, user: str) -> None:
        """Throw an upload away."""
        self._upload(sha256, user).unlink(missing_ok=True)

    # -- upkeep -------------------------------------------------------------------------------------

    def remove(self, sha256: str) -> None:
        self.path(sha256).unlink(missing_ok=True)

    def contents(self) -> Iterator[tuple[str, int]]:
        """Every complete content and when it was written (UTC ms)."""
        for folder in sorted(self.folder.glob("[0-9a-f][0-9a-f]")):
            for path in sorted(folder.iterdir()):
                yield path.name, int(path.stat().st_mtime * 1000)

    def remove_uploads(self, before_ms: int) -> int:
        """Throw away uploads that nobody went on with since; returns how many."""
        stale = [
            path for path in (self.folder / _UPLOADS).glob("*") if path.stat().st_mtime * 1000 < before_ms
        ]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)

    def is_whole(self, sha256: str) -> bool:
        """Whether a content is there and is what its name says."""
        return _digest(self.path(sha256)) == sha256

    def copy_to(self, folder: Path) -> int:
        """Copy every content that `folder` lacks, each whole or not at all; returns how many are there now."""
        count = 0
        target = BlobFiles(folder)
        for sha256, _ in self.contents():
            place = target.path(sha256)
            if not place.exists():
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # what is below it is its owner's alone
                place.parent.mkdir(parents=True, exist_ok=True)
                with private_file(place) as draft:
                    shutil.copyfile(self.path(sha256), draft)
            count += 1
        return count


def _digest(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def _sync_folder(folder: Path) -> None:
    """Make a new name durable; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _named(sha256: str) -> str:
    if not is_digest(sha256):
        raise CrmError("not_found")
    return sha256
