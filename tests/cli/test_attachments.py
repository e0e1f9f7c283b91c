"""Files from the command line: attached, listed, saved under safe names, fetched, removed and brought back."""

from __future__ import annotations

from pathlib import Path

from tests.support.desk import Desk
from tests.support.server import running_company

PDF = b"%PDF-1.7\n" + bytes(1000)


def test_files_are_attached_listed_and_saved_under_their_own_name(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "报价 单.pdf").write_bytes(PDF)
    desk("customer", "add", "Acme")
    visit = desk("visit", "add", "Acme", "谈价格")["visit"]
    said = desk(
        "attach", str(tmp_path / "报价 单.pdf"), "--customer", "Acme", "--visit", visit, "--caption", "第一版"
    )
    (listed,) = desk("attachments", "list", "Acme")["attachments"]
    assert listed["attachment"] == said["attachments"][0]
    assert (listed["name"], listed["media_type"], listed["size"]) == (
        "报价 单.pdf",
        "application/pdf",
        len(PDF),
    )
    assert (listed["visit"], listed["caption"], listed["state"]) == (visit, "第一版", "here")
    folder = tmp_path / "out"
    folder.mkdir()
    saved = desk("attachments", "save", listed["attachment"], str(folder))
    assert Path(saved["file"]) == folder / "报价 单.pdf"
    assert Path(saved["file"]).read_bytes() == PDF
    file = saved["file"]
    Path(file).write_text("mine")
    assert desk.fails("attachments", "save", listed["attachment"], file)["code"] == "file_exists"
    assert Path(file).read_text() == "mine"
    assert desk("attachments", "save", listed["attachment"], file, "--overwrite")["file"] == file


def test_one_bad_file_among_good_ones_attaches_none(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    (tmp_path / "b.exe").write_bytes(b"MZ")
    desk("customer", "add", "Acme")
    files = [str(tmp_path / name) for name in ("a.txt", "b.exe")]
    assert desk.fails("attach", *files, "--customer", "Acme")["code"] == "attachment_kind"
    assert desk("attachments", "list", "Acme")["attachments"] == []


def test_a_visit_that_is_not_there_takes_no_file(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    desk("customer", "add", "Acme")
    said = desk.fails("attach", str(tmp_path / "a.txt"), "--customer", "Acme", "--visit", "0" * 32)
    assert said["code"] == "not_found"


def test_a_removed_file_comes_back_by_undo(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    desk("customer", "add", "Acme")
    (attachment,) = desk("attach", str(tmp_path / "a.txt"), "--customer", "Acme")["attachments"]
    txn = desk("attachments", "remove", attachment)["txn"]
    assert desk("attachments", "list", "Acme")["attachments"] == []
    desk("undo", txn)
    assert [a["attachment"] for a in desk("attachments", "list", "Acme")["attachments"]] == [attachment]


def test_a_file_that_is_only_on_the_server_is_fetched_when_it_is_saved(tmp_path: Path) -> None:
    """R38."""
    with running_company(tmp_path / "server") as server:
        ann, bo = Desk(tmp_path / "ann"), Desk(tmp_path / "bo")
        for desk, name in ((ann, "Ann"), (bo, "Bo")):
            desk("init", "--name", name)
            desk("enrol", server.address, server.code(server.people[name].user))
        ann("customer", "add", "Acme")
        content = b"\0\0\0\x18ftypisom" + bytes(9 * 2**20)  # too large to come unasked
        (tmp_path / "现场.mp4").write_bytes(content)
        ann("attach", str(tmp_path / "现场.mp4"), "--customer", "Acme")
        assert ann("attachments", "list", "Acme")["attachments"][0]["state"] == "uploading"
        assert ann("sync")["contents_sent"] == 1
        assert ann("attachments", "list", "Acme")["attachments"][0]["state"] == "here"
        bo("sync")
        (listed,) = bo("attachments", "list", "Acme")["attachments"]
        assert listed["state"] == "on_server"
        saved = bo("attachments", "save", listed["attachment"], str(tmp_path / "bo.mp4"))
        assert Path(saved["file"]).read_bytes() == content
