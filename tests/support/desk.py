"""The command line at a test's hands: the real commands in this process, and a keychain that lives in memory."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keyring
from keyring.backend import KeyringBackend

from crmdesk.cli.edge import run


class MemoryKeychain(KeyringBackend):
    """A keychain for one test: keys derive at once, where a passphrase takes a fifth of a second each time.

    It has no priority, so that the library never finds it by itself and other tests have no keychain.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the library's own
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@contextmanager
def keychain(backend: KeyringBackend) -> Iterator[KeyringBackend]:
    """The system's keychain for as long as the test runs."""
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    try:
        yield backend
    finally:
        keyring.set_keyring(before)


@dataclass(frozen=True)
class Answer:
    """What one command did."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Desk:
    """A profile and the commands run in it."""

    profile: Path

    def run(self, *words: str) -> Answer:
        """One command line, as typed after `crmdesk --profile DIR`."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run(["--profile", str(self.profile), *words])
        return Answer(code, out.getvalue(), err.getvalue())

    def __call__(self, *words: str) -> Any:
        """A command that must succeed: its JSON."""
        done = self.run(*words, "--json")
        assert done.code == 0, done
        return json.loads(done.out)

    def fails(self, *words: str) -> Any:
        """A command that must fail as expected: its error's JSON."""
        done = self.run(*words, "--json")
        assert done.code == 1, done
        assert done.err == ""
        return json.loads(done.out)["error"]

    @property
    def database(self) -> Path:
        return self.profile / "crmdesk.db"
