"""T-42: attachments whose names and contents lead elsewhere. Whoever sent them decides nothing about where a file lies."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from crmdesk.core import media
from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.sync import sealing
from crmdesk.sync.http import Http
from crmdesk.ui.pages.customer_files import _named, _take_out
from crmdesk.usecases import attachments
from crmdesk.usecases.attachments import Attachment
from crmdesk.usecases.workspace import Workspace
from sync_server.sealing import opener_of
from sync_server.storage.blob_files import BlobFiles
from tests.fuzz.laptop import http
from tests.support.desk import Desk, MemoryKeychain, keychain
from tests.support.desks import alone as made_alone
from tests.support.desks import customer, write
from tests.support.laptop import enrolled as laptop_of
from tests.support.rep import enrolled
from tests.support.server import running_company

PDF = b"%PDF-1.7\n" + bytes(100)
NAMES = (
    "../../../escape.pdf", "..\\..\\escape.pdf", "/etc/cron.d/escape.pdf", "C:\\Windows\\escape.pdf", "C:escape.pdf",
    "\\\\host\\share\\escape.pdf", "//host/share/escape.pdf", "file:///escape.pdf", "~/escape.pdf", "CON", "con.pdf", "NUL.pdf",
    "COM1.pdf", "aux.tar.pdf", "escape.pdf.", "escape.pdf . .", "escape.pdf:stream", "escape.pdf::$DATA", "a" * 300 + ".pdf",
    "客" * 300 + ".pdf", "esc\0ape.pdf", "\0", "", ".", "..", "...", " ", ".bashrc", "-rf.pdf", "escape\n.pdf", "fdp.\u202eescape.exe",
    "escape\u2028.pdf", "e\u0301scape.PdF", "escape.pHaR", "escape.PDF.eXe", "escape.LnK", "%2e%2e%2fescape.pdf", "..%5cescape.pdf",
    "escape|;`$(x).pdf", '"escape".pdf', "escape<img src=x>.pdf",
)  # fmt: skip
FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Workspace]:
    made = made_alone(tmp_path / "profile")
    yield made
    made.close()


def forged(workspace: Workspace, of: RecordKey, name: str, content: bytes = PDF) -> Attachment:
    """An attachment as a colleague's laptop may send it: nothing looked at its name."""
    sha256 = workspace.replica.blobs.put(content, 1)
    key = RecordKey("attachment", workspace.replica.new_id())
    said = name.replace("\0", "")  # a record holds no NUL, whoever wrote it
    write(
        workspace, key,
        {"customer": of.id, "name": unicodedata.normalize("NFC", said), "media_type": "application/pdf", "size": len(content), "sha256": sha256},
    )  # fmt: skip
    return attachments.find(workspace, workspace.reader, key.id)


def is_tame(name: str) -> bool:
    shown = all(unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in name)
    return (
        bool(name) and shown and not FORBIDDEN.search(name) and not DEVICES.match(name)
        and name == name.rstrip(". ") and not name.startswith((".", " ")) and len(name.encode()) <= 255
        and name.endswith((".pdf", ".bin"))
    )  # fmt: skip


def tree(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def test_t42_an_attachment_is_saved_in_the_folder_that_was_chosen_and_under_a_tame_name(
    alone: Workspace, tmp_path: Path
) -> None:
    home = customer(alone, "宏远机械")
    found = [forged(alone, home, name) for name in NAMES]
    (tmp_path / "out").mkdir()
    before = tree(tmp_path)
    for one in found:
        file = attachments.save(alone, one, tmp_path / "out")
        assert file.parent == tmp_path / "out"
        assert is_tame(file.name), (one.name, file.name)
        assert file.read_bytes() == PDF
        _, suggested = _named(one, alone)
        assert is_tame(suggested), (one.name, suggested)
    new = tree(tmp_path) - before
    assert {path.parent for path in new} == {tmp_path / "out"}
    assert len(new) == len(found), "none took the place of another"


def test_t42_a_file_that_lies_there_already_is_left_alone(alone: Workspace, tmp_path: Path) -> None:
    one = forged(alone, customer(alone, "宏远机械"), "预算.pdf")
    (tmp_path / "预算.pdf").write_bytes(b"the person's own")
    assert attachments.save(alone, one, tmp_path).name == "预算 (2).pdf"
    assert (tmp_path / "预算.pdf").read_bytes() == b"the person's own"


def test_t42_what_is_opened_lies_in_a_folder_of_its_own_or_is_not_opened(
    qapp: QApplication, alone: Workspace, tmp_path: Path
) -> None:
    home = customer(alone, "宏远机械")
    before = tree(tmp_path)
    for name in NAMES:
        one = forged(alone, home, name)
        file = _take_out(one, alone)
        assert file is None or (is_tame(file.name) and file.suffix == ".pdf"), name
        assert file is None or file.parent.parent == alone.profile.opened
    program = forged(alone, home, "setup.pdf", b"MZ\x90\x00")
    assert _take_out(program, alone) is None
    elsewhere = Attachment(
        "../../../escape", home.id, None, None, "a.pdf", "application/pdf", len(PDF), one.sha256, None, "", None, 1,
        attachments.State.HERE, 1.0,
    )  # fmt: skip
    opened = _take_out(elsewhere, alone)
    assert opened is not None
    assert opened.parent.parent == alone.profile.opened, "a server that chooses ids chooses no folder"
    new = {path for path in tree(tmp_path) - before if "attachments" not in path.name}
    assert all(path.is_relative_to(alone.profile.opened) for path in new)


@pytest.mark.parametrize("name", NAMES)
def test_t42_a_file_that_is_added_keeps_only_the_last_part_of_its_name(alone: Workspace, name: str) -> None:
    if not media.plain_name(name).lower().endswith(".pdf"):
        with pytest.raises(CrmError) as refused:
            attachments.pick(alone.replica, name, PDF)
        assert refused.value.code == "attachment_kind"
        return
    picked = attachments.pick(alone.replica, name, PDF)
    assert picked.media_type == "application/pdf"
    assert picked.name == picked.name.strip()
    assert not re.search(r"[/\\\x00-\x1f\u202e\u2028]", picked.name)
    assert picked.name.lower().endswith(".pdf")


def test_t42_the_command_line_saves_under_the_same_names(tmp_path: Path) -> None:
    with keychain(MemoryKeychain()):
        desk = Desk(tmp_path / "profile")
        desk("init", "--name", "Ann")
        (tmp_path / "a.pdf").write_bytes(PDF)
        desk("customer", "add", "Acme")
        (attachment,) = desk("attach", str(tmp_path / "a.pdf"), "--customer", "Acme")["attachments"]
        (tmp_path / "out").mkdir()
        for number in (1, 2):
            saved = Path(desk("attachments", "save", attachment, str(tmp_path / "out"))["file"])
            assert saved == tmp_path / "out" / ("a.pdf" if number == 1 else "a (2).pdf")
        assert desk.fails("attachments", "save", "../../a", str(tmp_path / "out"))["code"] == "not_found"


@pytest.mark.parametrize(
    "sha256", ["../" * 8 + "escape", "..", "", "a" * 63, "A" * 64, "a" * 63 + "/", "a" * 64 + "\n"]
)
def test_t42_what_is_no_digest_names_no_file_and_no_path(tmp_path: Path, sha256: str) -> None:
    files = BlobFiles(tmp_path / "blobs")
    for ask in (files.path, files.has, files.size, lambda name: files.append(name, "u", 0, b"x")):
        with pytest.raises(CrmError) as refused:
            ask(sha256)
        assert refused.value.code == "not_found"
    with pytest.raises(CrmError) as refused:
        http(200, {}, b"").get_blob(sha256, 0)
    assert refused.value.code == "not_found"
    assert not (tmp_path / "blobs").exists()


def test_t42_a_sealed_file_whose_contents_lead_elsewhere_writes_nothing(tmp_path: Path) -> None:
    """Its laptop is known and its signature right: the digest is whatever its person wanted."""
    with running_company(tmp_path / "server") as server:
        ann = enrolled(
            server.address, server.code(server.people["Ann"].user), tmp_path / "ann" / "crmdesk.db"
        )
        bad = "../../../../escape"
        home = ann.customer("宏远机械")
        key = RecordKey("attachment", ann.replica.new_id())
        ann.write(
            key, customer=home.id, name="a.pdf", media_type="application/pdf", size=5 * 2**20, sha256=bad
        )
        ann.sync()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sealing, "_contents", _leading_elsewhere(bad))
            (file,) = sealing.seal(
                ann.replica, "lease", opener_of(server.settings).public.hex(), tmp_path / "sealed"
            )
        before = tree(tmp_path)
        line = Http(server.address)
        done = line.hand_in(sealing.read(file)[1])
        line.close()
        assert done.contents == 0
        assert not [path for path in tree(tmp_path) - before if "escape" in str(path)]
        ann.close()


def _leading_elsewhere(sha256: str):
    from msgspec import structs

    from crmdesk.core.sealed import Part

    def contents(_replica, bare):
        yield structs.replace(bare, parts=(Part(sha256, 5 * 2**20, 0, bytes(256 * 1024)),))

    return contents


def test_t42_the_server_names_no_file_in_its_answers_and_reads_none_but_digests(tmp_path: Path) -> None:
    with running_company(tmp_path) as server:
        ann = laptop_of(server, "Ann")
        for path in (
            "..%2f..%2fcompany.db",
            "../../company.db",
            "%2e%2e",
            "a" * 64 + "%00",
            "CON",
            "C:%5ccompany.db",
        ):
            reply = ann.http.get(f"/v1/blobs/{path}")
            assert reply.status_code in (400, 404, 422), path
            assert "filename" not in reply.headers.get("content-disposition", "")
