"""One command under way: which profile, in which language, with which key; opened on first use, closed after."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from crmdesk.cli.output import Output, system_language
from crmdesk.core.errors import CrmError, Language
from crmdesk.core.registry import Label
from crmdesk.system.paths import Profile, default_profile

if TYPE_CHECKING:
    from crmdesk.store.reading import Reader
    from crmdesk.store.replica import Replica
    from crmdesk.sync.http import Http
    from crmdesk.usecases.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Given:
    """The options that stand before a command or after it; after it wins."""

    profile: Path | None = None
    as_json: bool = False
    lang: Language | None = None
    passphrase_fd: int | None = None

    def over(self, before: Given) -> Given:
        return Given(
            self.profile or before.profile,
            self.as_json or before.as_json,
            self.lang or before.lang,
            before.passphrase_fd if self.passphrase_fd is None else self.passphrase_fd,
        )


@dataclass
class Session:
    """What every command gets. `workspace` opens the profile; commands that make one call `create`.

    `even_if_locked`: the command may open a laptop that has been away from its company for too long.
    """

    given: Given
    even_if_locked: bool = False
    profile: Profile = field(init=False)
    out: Output = field(init=False)
    _workspace: Workspace | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        folder = self.given.profile
        self.profile = Profile(folder.expanduser().absolute()) if folder else default_profile()
        self.out = Output(self.given.lang or self._preferred() or system_language(), self.given.as_json)

    def _preferred(self) -> Language | None:
        from crmdesk.system import preferences

        return preferences.load(self.profile.preferences).language

    @property
    def workspace(self) -> Workspace:
        """The open profile. Raises what opening one raises, and `no_keychain` without a passphrase."""
        if self._workspace is None:
            self._workspace = self._open()
        return self._workspace

    @property
    def reader(self) -> Reader:
        return self.workspace.reader

    @property
    def replica(self) -> Replica:
        return self.workspace.replica

    def create(self, user_name: str) -> Workspace:
        """Make the profile, for working alone. Raises `profile_exists`, `no_keychain`, `passphrase_short`, `database_unwritable`."""
        from crmdesk.system import secrets
        from crmdesk.usecases.workspace import create_workspace

        key = secrets.new_key(self.profile, self.new_passphrase())
        self._workspace = create_workspace(self.profile, key, user_name=user_name)
        return self._workspace

    def at(self, profile: Profile) -> Session:
        """The same wishes for another profile."""
        return Session(replace(self.given, profile=profile.folder))

    def give_up(self, problem: CrmError) -> None:
        """Destroy this profile as its company ordered or its lease demands, and hand in what was sealed before."""
        from crmdesk.sync import wiping

        workspace, self._workspace = self.workspace, None
        workspace.reader.close()
        if wiping.wipe(self.profile, workspace.replica, problem):
            wiping.hand_in(self.profile)

    def customer_to_write(self, text: str) -> str:
        """The id of the customer meant, as `naming.customer` has it. Raises as that does, and as `check_may_write`."""
        from crmdesk.cli import naming

        found = naming.customer(self.reader, text)
        self.check_may_write(found)
        return found

    def check_may_write(self, customer: str) -> None:
        """Raise `forbidden` for a customer that this person only reads, as far as this laptop knows."""
        from crmdesk.usecases import sharing
        from crmdesk.usecases.directory import read_directory

        names, now = read_directory(self.reader), self.workspace.clock.now_ms()
        if not sharing.may_write(self.reader, names, customer, now):
            raise CrmError("forbidden")

    def fetch(self, http: Http) -> bool:
        """Bring here at once what the server just did, by a sync; False where the next one has to."""
        from crmdesk.sync.engine import Engine

        return Engine(self.replica, http).sync().problem is None

    def close(self) -> None:
        if self._workspace is not None:
            self._workspace.close()

    # -- the key ----------------------------------------------------------------------------------

    def key(self) -> bytes:
        """The key of the existing profile."""
        from crmdesk.system import secrets

        return secrets.existing_key(self.profile, self.passphrase)

    def passphrase(self) -> str | None:
        """The passphrase handed over, else typed at a terminal, else None."""
        return self._handed_over() or (self._ask(("本机密码：", "Passphrase: ")) if _is_terminal() else None)

    def new_passphrase(self) -> str | None:
        """The passphrase of a new profile: only where one was handed over, or there is no keychain.

        Raises `passphrase_short`.
        """
        from crmdesk.system import secrets

        handed = self._handed_over()
        if handed:
            secrets.check_new_passphrase(handed)
        if handed or secrets.has_keychain() or not _is_terminal():
            return handed
        first = self._ask(("新的本机密码：", "New passphrase: "))
        secrets.check_new_passphrase(first)
        if first != self._ask(("再输入一次：", "Once more: ")):
            raise CrmError("wrong_passphrase")
        return first

    def passwords(self, fd: int | None, *prompts: tuple[str, str]) -> list[str]:
        """A password for each prompt: lines of a file descriptor, else typed at a terminal. Raises `bad_argument`."""
        if fd is None and _is_terminal():
            return [self._ask(words) for words in prompts]
        found = _lines(fd) if fd is not None else []
        if len(found) < len(prompts):
            hint = Label("请给出登录密码，每行一个。", "Give the passwords, one a line.")
            raise CrmError("bad_argument", argument="--password-fd", hint=hint)
        return found[: len(prompts)]

    def _handed_over(self) -> str | None:
        from crmdesk.system import secrets

        fd = self.given.passphrase_fd
        return _first_line(fd) if fd is not None else secrets.passphrase_from_environment()

    def _ask(self, words: tuple[str, str]) -> str:
        return getpass.getpass(self.out.text(*words))

    def _open(self) -> Workspace:
        from crmdesk.system import secrets, wiping
        from crmdesk.usecases.workspace import open_workspace

        wiping.carry_out(self.profile)
        if not self.profile.exists() and (problem := wiping.problem_of(self.profile)) is not None:
            raise problem
        try:
            return open_workspace(self.profile, self.key(), even_if_locked=self.even_if_locked)
        except CrmError as error:
            # A key from the keychain can't be mistyped: then it is the file that is wrong.
            if error.code == "wrong_passphrase" and not secrets.needs_passphrase(self.profile):
                raise CrmError("database_corrupt", path=self.profile.database) from error
            raise


@contextmanager
def session(given: Given) -> Iterator[Session]:
    """A session that is closed again, whatever happens."""
    made = Session(given)
    try:
        yield made
    finally:
        made.close()


def _is_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def _lines(fd: int) -> list[str]:
    try:
        with os.fdopen(os.dup(fd), encoding="utf-8") as file:
            return [line.rstrip("\r\n") for line in file]
    except (OSError, ValueError) as error:
        hint = Label("这个文件描述符读不出登录密码。", "No password can be read from this file descriptor.")
        raise CrmError("bad_argument", argument=f"--password-fd {fd}", hint=hint) from error


def _first_line(fd: int) -> str | None:
    try:
        with os.fdopen(os.dup(fd), encoding="utf-8") as file:
            return file.readline().rstrip("\r\n") or None
    except (OSError, ValueError) as error:
        hint = Label("这个文件描述符读不出本机密码。", "No passphrase can be read from this file descriptor.")
        raise CrmError("bad_argument", argument=f"--passphrase-fd {fd}", hint=hint) from error
