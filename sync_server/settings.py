"""Where a company's server keeps its data, where it listens and how long its promises last."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from crmdesk.store.dialect import File, Place, Service

DAY_MS: Final = 24 * 60 * 60 * 1000
DATABASE_NAME: Final = "company.db"
URL_NAME: Final = "database.url"
"""In the company's folder: the address of its PostgreSQL database, if it has one. Only its owner may read it."""
URL_VARIABLE: Final = "CRMDESK_DATABASE"
"""The same from the environment, for those who keep passwords elsewhere; it wins."""


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
    certificate: Path | None = None
    """The chain that proves this server to laptops (PEM), with `private_key`; without it a proxy speaks TLS for it."""
    private_key: Path | None = None
    proxies: tuple[str, ...] = ()
    """Addresses or networks of proxies before this server: they alone are believed when they say who asks."""
    url: str | None = field(default=None, repr=False)
    """The address of the company's PostgreSQL database; None: it is in a file of the folder."""

    @property
    def database(self) -> Path:
        """The file that holds the company, if no service does."""
        return self.directory / DATABASE_NAME

    @property
    def blobs(self) -> Path:
        """Where the contents of attachments are; server processes of one company share it."""
        return self.directory / "blobs"

    @property
    def sealed(self) -> Path:
        """Where every message is that a laptop sealed and handed in, by the SHA-256 of its bytes."""
        return self.directory / "sealed"

    @property
    def place(self) -> Place:
        return Service(self.url) if self.url else File(self.database, driver="sqlite")


def url_of(directory: Path) -> str | None:
    """The address of the PostgreSQL database that a company's folder or the environment names."""
    if found := os.environ.get(URL_VARIABLE):
        return found
    noted = directory / URL_NAME
    return noted.read_text(encoding="utf-8").strip() if noted.exists() else None


def note_url(directory: Path, url: str) -> None:
    """Keep the address in the company's folder, for its owner's eyes only."""
    directory.mkdir(parents=True, exist_ok=True)
    noted = directory / URL_NAME
    noted.touch(mode=0o600)
    noted.write_text(url + "\n", encoding="utf-8")
