"""Where a profile keeps its files, and what tells this copy of it from another."""

from __future__ import annotations

import hashlib
import platform
import uuid
from dataclasses import dataclass
from pathlib import Path

import platformdirs

_SAMPLE = "sample"


@dataclass(frozen=True, slots=True)
class Profile:
    """One person's folder: the database, preferences, logs. `folder` need not exist yet."""

    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "crmdesk.db"

    @property
    def preferences(self) -> Path:
        return self.folder / "preferences.json"

    @property
    def opened(self) -> Path:
        """Copies of attachments that other programs were given; emptied when the desktop closes or opens."""
        return self.folder / "opened"

    @property
    def lock(self) -> Path:
        return self.folder / "sync.lock"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def sample(self) -> Profile:
        """Where the sample data lives: a profile of its own, so that it never reaches a company."""
        return Profile(self.folder / _SAMPLE)

    @property
    def is_sample(self) -> bool:
        """Whether this is where sample data lives."""
        return self.folder.name == _SAMPLE

    def exists(self) -> bool:
        return self.database.exists()

    def place(self) -> str:
        """A fingerprint of this machine and this very file; a copied or restored file has another."""
        try:
            status = self.database.stat()
            file = f"{status.st_dev}:{status.st_ino}"
        except OSError:
            file = ""
        number = uuid.getnode()
        # Without a network card Python invents another number in every process and marks it as invented.
        machine = f"{platform.node()}:{0 if number >> 40 & 1 else number:x}"
        text = f"{machine}:{self.database.resolve()}:{file}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def default_profile() -> Profile:
    """The signed-in person's profile."""
    return Profile(Path(platformdirs.user_data_dir("crmdesk", appauthor=False)))
