"""Folders for what must not outlast the process: in the system's temporary place, destroyed at the end or at the next start."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crmdesk.system.locks import take

PREFIX: Final = "crmdesk-shelter-"
_ALIVE: Final = "alive"


@dataclass(frozen=True, slots=True)
class Shelter:
    """A folder that only this person may enter. `alive` is an open file, locked as long as the process lives."""

    folder: Path
    alive: int

    def destroy(self) -> None:
        """Remove it with everything in it; what another program still holds open goes at the next start."""
        os.close(self.alive)
        shutil.rmtree(self.folder, ignore_errors=True)


def build() -> Shelter:
    """A new, empty one. Raises OSError."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    alive = os.open(folder / _ALIVE, os.O_RDWR | os.O_CREAT, 0o600)
    take(alive)
    return Shelter(folder, alive)


def sweep() -> int:
    """Destroy what processes left that have died; returns how many."""
    return sum(_is_swept(folder) for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"))


def _is_swept(folder: Path) -> bool:
    try:
        alive = os.open(folder / _ALIVE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return False  # another person's, or gone meanwhile
    try:
        take(alive)
    except OSError:
        os.close(alive)
        return False
    Shelter(folder, alive).destroy()
    return True
