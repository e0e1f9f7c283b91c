"""Where a company's server keeps its data, where it listens and how long its promises last."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

DAY_MS: Final = 24 * 60 * 60 * 1000
DATABASE_NAME: Final = "company.db"
APPLICATION_ID: Final = 0x63726D53
"""Marks the file as a company's database ("crmS"), so that no other file is opened by mistake."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One server's settings. `directory` holds the company; lifetimes and waits are in milliseconds.

    `look_ms` is how often the live channel looks for new commits, `heartbeat_ms` the longest it is silent.
    """

    directory: Path
    host: str = "127.0.0.1"
    port: int = 8400
    access_ms: int = 15 * 60 * 1000
    refresh_ms: int = 180 * DAY_MS
    away_ms: int = 180 * DAY_MS  # how long a laptop may be away and still come back to everything
    look_ms: int = 400
    heartbeat_ms: int = 20_000
    blob_bytes: int = 100 * 2**30
    """How much the contents of attachments may take together."""

    @property
    def database(self) -> Path:
        return self.directory / DATABASE_NAME

    @property
    def blobs(self) -> Path:
        """Where the contents of attachments are; server processes of one company share it."""
        return self.directory / "blobs"
