"""Errors of files that are attached."""

from __future__ import annotations

from pathlib import Path

from tests.support.desk import Desk
from tests.support.provoked import provokes, said


def refused_file(desk: Desk, tmp_path: Path, name: str, content: bytes) -> str:
    (tmp_path / name).write_bytes(content)
    desk("customer", "add", "Acme")
    before = desk("status")["records"]
    code = said(desk, "attach", str(tmp_path / name), "--customer", "Acme")
    assert desk("status")["records"] == before
    return code


@provokes("attachment_kind")
def test_a_program_is_not_attached(desk: Desk, tmp_path: Path) -> str:
    return refused_file(desk, tmp_path, "photo.jpg", b"MZ\x90\x00")


@provokes("attachment_too_large")
def test_a_film_is_not_attached(desk: Desk, tmp_path: Path) -> str:
    return refused_file(desk, tmp_path, "film.mp4", b"\0\0\0\x18ftypisom" + bytes(26 * 2**20))


@provokes("attachment_pixels")
def test_a_picture_that_unfolds_to_gigabytes_is_not_attached(desk: Desk, tmp_path: Path) -> str:
    giant = (50_000).to_bytes(4, "big") * 2
    return refused_file(
        desk, tmp_path, "bomb.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR" + giant + b"\x08\x02\0\0\0"
    )


@provokes("too_many_attachments")
def test_a_record_takes_so_many_files_and_no_more(desk: Desk, tmp_path: Path) -> str:
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    desk("customer", "add", "Acme")
    desk("attach", *[str(tmp_path / "a.txt")] * 100, "--customer", "Acme")
    code = said(desk, "attach", str(tmp_path / "a.txt"), "--customer", "Acme")
    assert len(desk("attachments", "list", "Acme")["attachments"]) == 100
    return code


@provokes("file_unreadable")
def test_a_file_that_is_not_there_is_not_attached(desk: Desk, tmp_path: Path) -> str:
    desk("customer", "add", "Acme")
    return said(desk, "attach", str(tmp_path / "none.txt"), "--customer", "Acme")


@provokes("blob_absent")
def test_a_file_whose_content_is_nowhere_does_not_open(desk: Desk, tmp_path: Path) -> str:
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    desk("customer", "add", "Acme")
    (attachment,) = desk("attach", str(tmp_path / "a.txt"), "--customer", "Acme")["attachments"]
    (desk.profile / "crmdesk-attachments.db").unlink()
    assert desk("attachments", "list", "Acme")["attachments"][0]["state"] == "missing"
    return said(desk, "attachments", "save", attachment, str(tmp_path))
