"""A machine's disk: every statement is a place to die, and what was not made durable may be gone afterwards.

The product's own connections run on it, as subclasses of the driver's: nothing is imitated, only interrupted.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import pytest

from crmdesk.store import dialect

_HEADER: Final = 32
_FRAME: Final = 24 + dialect.PAGE_BYTES
_NO_LIMIT: Final = 0xFFFFFFFE
FULL: Final = 2


class KilledError(BaseException):
    """The machine's process is gone; nothing of it runs any more."""


@dataclass
class Disk:
    """The files of one machine. `countdown` statements from now its process dies, in the way `manner` says.

    `manner`: before that statement · in the next commit, before anybody heard of it (`torn`) · right after
    the next commit (`late`). `loses`: with the process goes what no flush had made durable.
    """

    name: str
    folder: Path
    chance: Random
    statements: int = 0
    countdown: int | None = None
    manner: str = "before"
    loses: bool = False
    is_dead: bool = False
    is_full: bool = False
    is_calm: bool = False
    was_full: int = 0
    image: dict[str, bytes] = field(default_factory=dict)
    undurable: dict[str, tuple[bytes, int]] = field(default_factory=dict)
    """Per log: how far it was durable when a commit went by without a flush."""

    @contextmanager
    def calm(self) -> Iterator[None]:
        """An observer looks: nothing is counted, nothing dies."""
        before, self.is_calm = self.is_calm, True
        try:
            yield
        finally:
            self.is_calm = before

    def arm(self, countdown: int, manner: str, *, loses: bool) -> None:
        self.countdown, self.manner, self.loses = countdown, manner, loses

    # -- what connections tell -----------------------------------------------------------------------

    def before(self) -> None:
        """A statement is about to run."""
        if self.is_calm:
            return
        if self.is_dead:
            raise KilledError
        self.statements += 1
        if self.countdown is not None:
            self.countdown -= 1
            if self.countdown <= 0 and self.manner == "before":
                self.die()
                raise KilledError

    def commit(self, connection: Any) -> None:
        """Run a commit, and die in it or after it if that is due."""
        self.before()
        is_due = self.countdown is not None and self.countdown <= 0 and not self.is_calm
        log = self._log_of(connection)
        is_durable = log is None or connection.flushes() >= FULL
        mark = _committed(log) if log is not None and (is_due or not is_durable) else (b"", 0)
        connection.really_commit()
        if log is not None and not self.is_calm:
            if is_durable:
                self.undurable.pop(log.name, None)
            else:
                self.undurable.setdefault(log.name, mark)
        if is_due:
            if self.manner == "torn" and log is not None:
                self.undurable.setdefault(log.name, mark)
                self.loses = True
            self.die()
            raise KilledError

    def _log_of(self, connection: Any) -> Path | None:
        log = Path(f"{connection.path}-wal")
        return log if log.exists() else None

    # -- dying and coming back -----------------------------------------------------------------------

    def die(self) -> None:
        """The process is killed now; its files stay as the operating system has them, or as the disk has."""
        self.is_dead = True
        self.countdown = None
        self.image = self.files()
        if self.loses:
            for name in [name for name in self.image if name.endswith("-wal")]:
                self.image[name] = self._without_tail(name, self.image[name])

    def files(self) -> dict[str, bytes]:
        """Every file of the machine, but what a killed process's shared memory held."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and not path.name.endswith("-shm")
        }

    def put_back(self, image: dict[str, bytes]) -> None:
        """The disk as it was at some moment; what came later is gone."""
        for path in self.folder.rglob("*"):
            if path.is_file():
                path.unlink()
        for name, content in image.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_bytes(content)
        self.undurable.clear()
        self.is_dead = self.loses = False
        self.countdown = None

    def _without_tail(self, name: str, log: bytes) -> bytes:
        """The log without what came after its last durable commit: cut, zeroed or torn."""
        salts, last = _frames(log)
        known = self.undurable.get(Path(name).name)
        if known is not None:
            last = known[1] if known[0] == salts else 0
        end = _HEADER + last * _FRAME
        tail = log[end:]
        match self.chance.randrange(3):
            case 0:
                return log[:end]
            case 1:
                return log[:end] + bytes(len(tail))
            case _:  # some of it was written, but never the frame that commits
                return log[:end] + tail[: self.chance.randrange(min(len(tail), _FRAME) + 1)]


def _committed(log: Path) -> tuple[bytes, int]:
    return _frames(log.read_bytes())


def _frames(log: bytes) -> tuple[bytes, int]:
    """(salts, frames up to the last commit) of a write-ahead log: https://sqlite.org/fileformat2.html#walformat."""
    salts, last = log[16:24], 0
    for number, start in enumerate(range(_HEADER, len(log) - _FRAME + 1, _FRAME), 1):
        size, own = struct.unpack_from(">I8s", log, start + 4)
        if own != salts:
            break
        if size:
            last = number
    return salts, last


# -- putting disks under the product -----------------------------------------------------------------


@lru_cache(maxsize=4)
def _classes(driver: dialect.Driver) -> tuple[type[Any], type[Any]]:
    module = _MODULE(driver)
    base: Any = module.Connection
    plain: Any = module.Cursor

    class Cursor(plain):  # type: ignore[misc]
        def execute(self, *said: Any) -> Any:
            self.connection.about_to(said[0])
            return super().execute(*said)

        def executemany(self, *said: Any) -> Any:
            self.connection.about_to(said[0])
            return super().executemany(*said)

    class Connection(base):  # type: ignore[misc]
        disk: Disk
        path: str
        _flushes: int | None = None
        _limited = False

        def cursor(self, *_factory: Any) -> Any:
            return super().cursor(Cursor)

        def about_to(self, sql: str) -> None:
            self.disk.before()
            if sql.startswith("BEGIN IMMEDIATE") and (self.disk.is_full or self._limited):
                self._limit()

        def _limit(self) -> None:
            plainly = super().cursor(plain)
            pages = _NO_LIMIT
            if self.disk.is_full:
                pages = plainly.execute("PRAGMA page_count").fetchone()[0]
            plainly.execute(f"PRAGMA max_page_count = {pages}")
            self._limited = self.disk.is_full

        def flushes(self) -> int:
            if self._flushes is None:
                found = super().cursor(plain).execute("PRAGMA synchronous").fetchone()[0]
                self._flushes = int(found)
            return self._flushes

        def commit(self) -> None:
            if self.in_transaction:
                self.disk.commit(self)

        def really_commit(self) -> None:
            super().commit()

    return Connection, Cursor


_MODULE = dialect.module


class Disks:
    """Which machine's disk a database lies on."""

    def __init__(self) -> None:
        self._all: list[Disk] = []

    def add(self, disk: Disk) -> Disk:
        self._all.append(disk)
        return disk

    def under(self, path: str) -> Disk | None:
        return next((d for d in self._all if path.startswith(f"{d.folder}/")), None)

    @contextmanager
    def mounted(self) -> Iterator[None]:
        """Every connection that the product opens meanwhile is one to a disk of ours."""

        def module(driver: dialect.Driver) -> Any:
            real = _MODULE(driver)

            def connect(address: str, **how: Any) -> Any:
                path = unquote(urlsplit(address).path)
                disk = self.under(path)
                if disk is None:
                    return real.connect(address, **how)
                if disk.is_dead and not disk.is_calm:
                    raise KilledError
                connection = real.connect(address, factory=_classes(driver)[0], **how)
                connection.disk, connection.path = disk, path
                return connection

            return SimpleNamespace(**{**vars(real), "connect": connect})

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(dialect, "module", module)
            yield
