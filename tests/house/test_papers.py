"""What the papers name exists, and what exists for readers is named."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from crmdesk.cli.edge import root
from sync_server.cli import app

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


def commands(program: typer.Typer) -> dict[str, tuple[set[str], set[str]]]:
    """Every command's words, with its options and those of them that must be given."""
    found = {}
    for name, one in get_command(program).commands.items():  # type: ignore[attr-defined]
        for below, leaf in getattr(one, "commands", {"": one}).items():
            named = [p for p in leaf.params if any(o.startswith("--") for o in p.opts)]
            options = {o for p in named for o in p.opts if o.startswith("--")}
            needed = {next(o for o in p.opts if o.startswith("--")) for p in named if p.required}
            found[f"{name} {below}".strip()] = (options, needed)
    return found


SERVER, CLIENT = commands(app), commands(root)
SERVER_ROWS = dict(
    re.findall(
        r"^\| `([a-z]+(?: [a-z][a-z-]+)?)((?: [^`]*)?)` \| [^|]+ \|$",
        (ROOT / "docs" / "cli.md").read_text(encoding="utf-8").partition("## The server's commands")[2],
        re.MULTILINE,
    )
)


def test_every_command_of_the_server_is_in_the_paper_and_none_besides() -> None:
    assert set(SERVER_ROWS) == set(SERVER)


@pytest.mark.parametrize("words", sorted(SERVER))
def test_the_paper_names_the_options_of_a_server_command_and_which_must_be_given(words: str) -> None:
    options, needed = SERVER[words]
    told = SERVER_ROWS[words]
    assert set(re.findall(r"--[a-z-]+", told)) == options - {"--dir", "--json", "--help"}
    assert set(re.findall(r"--[a-z-]+", re.sub(r"\[[^\]]*\]", "", told))) == needed


def lines(paper: Path) -> list[str]:
    """The command lines of a paper: those of its blocks, and those in code marks."""
    text = paper.read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    inline = re.findall(r"`([^`\n]+)`", text)
    typed = [re.split(r"\s{2,}", line.strip())[0] for line in blocks.splitlines()] + inline
    return [line for line in typed if re.match(r"(\.venv/bin/)?crmdesk(-server)? [a-z]", line)]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_command_line_in_a_paper_is_one_that_is_understood(paper: Path) -> None:
    wrong = []
    for line in lines(paper):
        program, *rest = shlex.split(line.replace("|", " "))
        known = SERVER if program.endswith("-server") else CLIENT
        words = [word for word in rest if not word.startswith("-")]
        found = next((w for w in (" ".join(words[:2]), words[0]) if w in known), None)
        if found is None:
            is_family = len(words) == 1 and any(one.startswith(f"{words[0]} ") for one in known)
            wrong += [] if is_family else [line]
        elif strange := {w.partition("=")[0] for w in rest if w.startswith("--")} - known[found][0]:
            wrong.append(f"{line}: {strange}")
    assert wrong == []
