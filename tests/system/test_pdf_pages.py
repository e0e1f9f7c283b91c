"""Pages of PDF files, drawn by a process of their own."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from crmdesk.system import pdf_pages
from crmdesk.system.pdf_pages import draw
from tests.support.photos import PDF, document


def test_a_page_is_drawn_as_large_as_it_is_wanted_and_says_how_many_there_are() -> None:
    page = draw(document(3), 1, 300)
    assert page is not None
    assert (page.number, page.pages, page.height, len(page.pixels)) == (1, 3, 300, page.width * 300 * 4)
    assert set(page.pixels[:4]) == {255}, "blank paper"


def test_a_page_past_the_last_is_the_last() -> None:
    page = draw(document(2), 9, 50)
    assert page is not None
    assert page.number == 1


@pytest.mark.parametrize("content", [b"", PDF, b"%PDF-1.7\n", document(1)[:200]])
def test_what_is_no_document_is_not_drawn(content: bytes) -> None:
    assert draw(content, 0, 100) is None


def test_what_lies_in_the_current_folder_does_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("subprocess", "ctypes", "pypdfium2", "crmdesk", "resource"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert draw(document(1), 0, 50) is not None
    assert not (tmp_path / "ran").exists()


def test_a_spoilt_document_costs_its_own_process_alone() -> None:
    chance = random.Random(5)
    for _ in range(4):
        spoilt = bytearray(document(2))
        for _ in range(20):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        page = draw(bytes(spoilt), 0, 60)
        assert page is None or len(page.pixels) == page.width * page.height * 4


def test_a_document_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_pages, "_SECONDS", 0.01)
    assert draw(document(1), 0, 100) is None
