"""What the papers name exists, and what exists for readers is named."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAPERS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("paper", PAPERS, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_leads_somewhere(paper: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", paper.read_text(encoding="utf-8"))
    assert [link for link in links if not (paper.parent / link).exists()] == []


@pytest.mark.parametrize("paper", PAPERS, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_file_named_in_code_marks_exists(paper: Path) -> None:
    named = re.findall(
        r"`((?:crmdesk|sync_server|tests|packaging|resources|docs)/[\w/.-]+\.\w+)`", paper.read_text()
    )
    named += [
        f"crmdesk/{n}"
        for n in re.findall(r"`((?:core|store|usecases|sync|system|ui)/[\w/]+\.py)`", paper.read_text())
    ]
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_make_target_in_the_papers_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {t for p in PAPERS for t in re.findall(r"`make ([a-z-]+)", p.read_text(encoding="utf-8"))}
    assert named <= targets


def test_every_direct_dependency_has_its_reason() -> None:
    declared = re.findall(
        r'^    "([A-Za-z0-9_.-]+)[>=<]', (ROOT / "pyproject.toml").read_text(), re.MULTILINE
    )
    reasons = (ROOT / "ARCHITECTURE.md").read_text()
    assert [name for name in declared if name.lower() not in reasons.lower()] == []


def test_the_readme_gives_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in readme
    assert "make test" in readme


def test_make_lists_every_target_it_has() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {"demo", "run", "serve", "test", "check", "fix", "bench", "planted-bugs"} <= set(
        re.findall(r"^[a-z-]+", shown, re.MULTILINE)
    )
