"""Real days with secrets in them, in processes of their own; then every file that they left is searched for them."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from crmdesk.core.errors import CrmError
from crmdesk.store import settings
from crmdesk.system import secrets
from crmdesk.system.paths import Profile
from crmdesk.ui import opening
from tests.support.desk import MemoryKeychain, keychain
from tests.support.desks import customer
from tests.support.server import RunningServer, running_company
from tests.support.traces import traces

ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "canary-passphrase-71c0"
NAME = "金丝雀机械-4f9a"
CONTACT = "黄雀-8b21"
PHONE = "13977718842"
VISIT = "canary-visit-e5d3 谈到了明年的报价"
DRAFT = "canary-draft-90aa 写到一半"
FILE = "canary-content-3b7e " * 50
WORDS = (NAME, CONTACT, PHONE, VISIT, DRAFT, "canary-content-3b7e", PASSPHRASE)

# What the desktop does in a process of its own: opens every page, types half a visit, shows a file, is covered, and dies.
DESKTOP = """
import sys
from functools import partial
from pathlib import Path
from PySide6.QtCore import QTimer
from crmdesk.app import Desktop
from crmdesk.system.paths import Profile
from crmdesk.ui import application, theme

app = application.create(["crmdesk"], look=theme.Look(), spoken="zh_CN")
app.setQuitOnLastWindowClosed(False)
desktop = Desktop(Profile(Path(sys.argv[1])))
desktop.start()
steps = []

def go():
    if desktop.session is None or desktop.runner.pending:
        return QTimer.singleShot(50, go)
    window = desktop.session.desk.window
    if not steps:
        steps.extend(window.page_keys())
        steps.remove("customer")
        customer = desktop.session.workspace.reader.value("SELECT id FROM p_customer")
        window.go("customer", customer)
        desktop.session.desk.log_visit(customer)
        desktop.session.desk.visit.summary.setPlainText(sys.argv[2])
        desktop.session.desk.visit.keep_draft()
    key = steps.pop()
    window.go(key)
    window.grab()
    if steps:
        return QTimer.singleShot(50, go)
    desktop.session.cover.put()
    QTimer.singleShot(200, crash)

def crash():
    if sys.argv[3] == "crash":
        QTimer.singleShot(100, desktop.quit)
        raise RuntimeError(sys.argv[2])
    desktop.quit()

QTimer.singleShot(0, go)
app.exec()
"""


@dataclass(frozen=True)
class Box:
    """A machine's folders for one person: home, caches, temporary files, and what programs wrote to the terminal."""

    folder: Path

    @property
    def profile(self) -> Path:
        return self.folder / "profile"

    def environment(self) -> dict[str, str]:
        places = {
            name: str(self.folder / name.lower())
            for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME")
        }
        for place in places.values():
            Path(place).mkdir(parents=True, exist_ok=True)
        return {
            **os.environ, **places, "XDG_CONFIG_HOME": places["HOME"], secrets.PASSPHRASE_VARIABLE: PASSPHRASE,
            "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT),
        }  # fmt: skip

    def run(self, *words: str, fails: bool = False) -> str:
        """A command in a process of its own; what it wrote to standard error is kept in the box."""
        command = [sys.executable, "-m", "crmdesk", "--profile", str(self.profile), *words]
        done = subprocess.run(
            command, env=self.environment(), capture_output=True, text=True, timeout=120, check=False
        )
        self._keep(done.stderr)
        assert fails or done.returncode == 0, done.stderr
        return done.stdout

    def desktop(self, how: str) -> None:
        command = [sys.executable, "-c", DESKTOP, str(self.profile), DRAFT, how]
        done = subprocess.run(
            command, env=self.environment(), capture_output=True, text=True, timeout=120, check=False
        )
        self._keep(done.stdout + done.stderr)

    def _keep(self, said: str) -> None:
        with (self.folder / "terminal.log").open("a", encoding="utf-8") as file:
            file.write(said)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_company(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def lived(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Box, tuple[str, ...]]:
    """A machine after a day with everything in it, and the secrets of that day: typed ones, codes and tokens."""
    box = Box(tmp_path_factory.mktemp("box"))
    code = server.code(server.people["Ann"].user)
    box.run("init")
    box.run("enrol", server.address, code)
    box.run("customer", "add", NAME, "--field", f"remark={VISIT}")
    box.run("contact", "add", NAME, CONTACT, "--phone", PHONE)
    box.run("visit", "add", NAME, VISIT, "--next-step", VISIT, "--next-on", "+1")
    brought = box.folder.parent / "brought.txt"
    brought.write_text(FILE)
    box.run("attach", str(brought), "--customer", NAME)
    box.run("sync")
    box.run("customer", "find", CONTACT)
    box.run("customer", "set", NAME, "--field", f"name={NAME}" + "长" * 30_000, fails=True)
    box.run("customer", "show", "nobody", fails=True)
    box.run("backup", str(box.folder / "copy.db"))
    box.run("doctor", fails=True)
    box.desktop("quit")
    box.desktop("crash")
    return box, (*WORDS, code, *credentials(box))


def credentials(box: Box) -> list[str]:
    """What signs this laptop in: its key and its tokens."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(secrets.PASSPHRASE_VARIABLE, PASSPHRASE)
        workspace = opening.open_existing(Profile(box.profile), lambda: PASSPHRASE)
    device = workspace.reader.setting("device", settings.Device)
    workspace.close()
    assert device is not None
    found = [device.key, device.refresh, device.access]
    assert all(len(secret) > 20 for secret in found)
    return found


def test_t48_a_day_leaves_none_of_its_secrets_in_the_clear(lived: tuple[Box, tuple[str, ...]]) -> None:
    box, day = lived
    assert traces(box.folder, day) == {}


def test_t48_the_day_really_went_by(lived: tuple[Box, tuple[str, ...]]) -> None:
    """The search above says something: the secrets are there, behind the passphrase, and so are logs and caches."""
    box, _ = lived
    shown = box.run("customer", "show", NAME)
    assert PHONE[-4:] in shown
    assert VISIT in shown
    names = {path.name for path in box.folder.rglob("*") if path.is_file()}
    assert {"crmdesk.db", "crmdesk-attachments.db", "crmdesk.log", "terminal.log", "copy.db"} <= names
    assert "RuntimeError" in (box.profile / "logs" / "crmdesk.log").read_text()


@pytest.mark.parametrize("form", ["plain", "utf-16", "json", "base64", "gzip", "name"])
def test_t48_the_search_finds_what_is_planted(tmp_path: Path, form: str) -> None:
    import base64
    import json

    content = {
        "plain": NAME.encode(), "utf-16": NAME.encode("utf-16-le"), "json": json.dumps({"name": NAME}).encode(),
        "base64": base64.b64encode(b"token: " + NAME.encode() + b"; "), "gzip": gzip.compress(NAME.encode()), "name": b"",
    }[form]  # fmt: skip
    (tmp_path / "deep").mkdir()
    planted = tmp_path / "deep" / (NAME if form == "name" else "core.123")
    planted.write_bytes(b"" if form in ("gzip", "name") else b"noise")
    with planted.open("ab") as file:
        file.write(content)
    assert traces(tmp_path, WORDS) == {f"deep/{planted.name}": {NAME}}


def test_t01_a_profile_copied_without_the_keychain_opens_for_nobody_and_says_nothing(tmp_path: Path) -> None:
    """A thief has the disk; the key was in the owner's keychain."""
    home, thief = Profile(tmp_path / "owner"), Profile(tmp_path / "thief")
    with keychain(MemoryKeychain()), pytest.MonkeyPatch.context() as patch:
        patch.delenv(secrets.PASSPHRASE_VARIABLE, raising=False)
        workspace = opening.work_alone(home, "林晓", None)
        customer(workspace, NAME, remark=VISIT)
        workspace.replica.blobs.put(FILE.encode(), 1)
        shutil.copytree(home.folder, thief.folder)  # while it is open: with the log that is beside it
        workspace.close()
    assert any(path.suffix != ".db" and path.stat().st_size > 1000 for path in thief.folder.iterdir())
    with keychain(MemoryKeychain()):
        for key in (lambda: None, lambda: "", lambda: "guess"):
            with pytest.raises(CrmError) as caught:
                opening.open_existing(thief, key)
            assert caught.value.code == "no_keychain"
    assert traces(thief.folder, (NAME, VISIT, "canary-content-3b7e")) == {}


def test_t01_nor_does_a_guessed_passphrase(tmp_path: Path) -> None:
    profile = Profile(tmp_path / "owner")
    opening.work_alone(profile, "林晓", PASSPHRASE).close()
    with pytest.raises(CrmError) as caught:
        opening.open_existing(profile, lambda: PASSPHRASE[:-1])
    assert caught.value.code == "wrong_passphrase"
    note = msgspec.json.decode((profile.folder / "key.json").read_bytes())
    assert set(note) == {"kind", "salt"}
