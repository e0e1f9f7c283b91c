"""What the server's commands write: their owner's alone from the first byte, and in the place of nothing unasked."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from crmdesk.core.errors import CrmError
from sync_server import keeping
from sync_server.private_files import private_file, write_private
from sync_server.settings import Settings
from tests.support.laptop import enrolled
from tests.support.server import running_company
from tests.sync_server.test_blobs import attach, upload

Run = Callable[..., Any]
COMMANDS = [
    ("backup", "copy.db"),
    ("audit", "export", "audit.jsonl"),
    ("audit", "export", "audit.csv"),
    ("permissions", "export", "states.csv"),
    ("permissions", "export", "states.html"),
    ("refused", "export", "refused.json"),
    ("enrol", "Ann", "--url", "https://crm.example", "--file", "invitation"),
]
EACH = pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")

_made_open: list[Path] | None = None
"""Files that came to be by a call that says nothing of who may read them, while it is looked for."""


def _look(event: str, about: tuple[Any, ...]) -> None:
    if _made_open is None or event not in ("open", "sqlite3.connect"):
        return
    is_call_with_mode = event == "open" and about[1] is None  # os.open
    creates = event == "sqlite3.connect" or bool(int(about[2]) & os.O_CREAT)
    if isinstance(about[0], int) or is_call_with_mode or not creates:
        return
    path = Path(os.fsdecode(about[0]).removeprefix("file://").partition("?")[0])
    if not path.exists():
        _made_open.append(path)


sys.addaudithook(_look)


@contextmanager
def open_handed() -> Iterator[list[Path]]:
    """On a machine where new files are everybody's unless somebody says otherwise: what came to be so."""
    global _made_open
    found: list[Path] = []
    before, _made_open = os.umask(0), found
    try:
        yield found
    finally:
        _made_open = None
        os.umask(before)


@pytest.fixture
def company(tmp_path: Path) -> Settings:
    """A company with an attachment and something handed in sealed."""
    with running_company(tmp_path) as running:
        ann = enrolled(running, "Ann")
        content = b"%PDF-" + bytes(1000)
        attach(ann, ann.customer(), content)
        ann.push()
        upload(ann, content)
        running.settings.sealed.mkdir(mode=0o700)
        (running.settings.sealed / "a.sealed").write_bytes(b"sealed")
        return running.settings


def written(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and folder / "company" not in path.parents]


@EACH
def test_a_file_is_its_owners_alone_from_the_first_byte(
    company: Settings, tmp_path: Path, facts: Run, words: tuple[str, ...]
) -> None:
    with open_handed() as found:
        facts(*words)
    assert [path for path in found if "company" not in path.parts] == []
    made = written(tmp_path)
    assert tmp_path / words[-1] in made
    assert {path: oct(path.stat().st_mode & 0o777) for path in made} == dict.fromkeys(made, "0o600")


def test_the_company_itself_is_its_owners_alone_from_the_first_byte(tmp_path: Path, facts: Run) -> None:
    with open_handed() as found:
        facts("init", "--company", "New", "--dir", "new")
    assert [path for path in found if path.suffix in (".db", ".key")] == []
    kept = [tmp_path / "new" / name for name in ("company.db", "signing.key", "sealing.key")]
    assert [oct(path.stat().st_mode & 0o777) for path in kept] == ["0o600"] * 3


@EACH
def test_a_file_that_is_there_is_overwritten_only_when_it_is_said(
    company: Settings, tmp_path: Path, facts: Run, refused: Run, words: tuple[str, ...]
) -> None:
    file = tmp_path / words[-1]
    file.write_text("of great value")
    file.chmod(0o644)
    before = len(facts("audit", "list")["rows"])
    assert refused(*words) == "file_exists"
    assert [path for path in written(tmp_path) if path.name != file.name] == []
    assert file.read_text() == "of great value"
    assert len(facts("audit", "list")["rows"]) == before, "nothing was done of which nothing came"
    facts(*words, "--overwrite")
    assert b"of great value" not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600


def test_keys_of_another_company_beside_a_backup_are_left_alone(
    company: Settings, tmp_path: Path, facts: Run, refused: Run
) -> None:
    keys = keeping.keys_beside(tmp_path / "copy.db")
    keys.mkdir()
    (keys / "signing.key").write_text("of another company")
    assert refused("backup", "copy.db") == "file_exists"
    assert (keys / "signing.key").read_text() == "of another company"
    assert not (tmp_path / "copy.db").exists()
    (keys / "signing.key").write_bytes((company.directory / "signing.key").read_bytes())
    facts("backup", "copy.db")


def test_what_is_no_file_is_never_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(CrmError) as caught:
        write_private(folder, b"x", overwrite=True)
    assert caught.value.code == "file_exists"
    assert list(tmp_path.iterdir()) == [folder]


def test_a_link_to_a_file_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    (tmp_path / "link").symlink_to(target)
    with pytest.raises(CrmError) as caught:
        write_private(tmp_path / "link", b"x")
    assert caught.value.code == "file_exists"
    target.write_bytes(b"of great value")
    write_private(tmp_path / "link", b"x", overwrite=True)
    assert target.read_bytes() == b"of great value"


def test_what_fails_halfway_leaves_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"whole")

    def fail() -> None:
        with private_file(file, overwrite=True) as draft:
            draft.write_bytes(b"ha")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (file.read_bytes(), list(tmp_path.iterdir())) == (b"whole", [file])


def test_of_two_who_write_the_same_file_one_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"

    def both() -> None:
        with private_file(file) as draft:
            draft.write_bytes(b"second")
            write_private(file, b"first")

    with pytest.raises(CrmError) as caught:
        both()
    assert caught.value.code == "file_exists"
    assert (file.read_bytes(), list(tmp_path.iterdir())) == (b"first", [file])
