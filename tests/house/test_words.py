"""The tree speaks of the product alone, and marks no work as unfinished."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = (".py", ".md", ".toml", ".in", ".qss", ".ts", ".txt", ".yml", ".json", ".svg", "")
HERE = Path(__file__).name


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return [ROOT / line for line in listed.splitlines() if (ROOT / line).is_file()]


def texts() -> list[tuple[Path, str]]:
    found = []
    for path in tracked():
        if path.suffix in SOURCE and path.name != HERE and path.stat().st_size < 2_000_000:
            try:
                found.append((path.relative_to(ROOT), path.read_text(encoding="utf-8")))
            except UnicodeDecodeError:
                continue
    return found


@pytest.mark.parametrize(
    "pattern",
    [
        r"https?://[^\s\"')]+/(simple|packages/[0-9a-f]{2})/",  # where packages are downloaded from
        r"(?<![\w/])/(work|home|root|tmp)/[a-z]",  # a path of one machine
        r"\b(TODO|FIXME|XXX|HACK)\b",
        r"NotImplementedError",
        r"pytest\.mark\.(skip|xfail)\b",
    ],
)
def test_no_file_says(pattern: str) -> None:
    found = [f"{path}: {m[0]}" for path, text in texts() for m in re.finditer(pattern, text)]
    assert found == []


def test_the_lock_file_has_a_hash_for_every_package_and_no_address() -> None:
    lock = (ROOT / "packaging" / "requirements.lock").read_text()
    packages = re.findall(r"^[A-Za-z0-9_.-]+==\S+(?: ;[^\\\n]*)? \\$", lock, re.MULTILINE)
    assert len(packages) > 50
    assert len(re.split(r"^[A-Za-z0-9_.-]+==", lock, flags=re.MULTILINE)) - 1 == len(packages)
    assert "http" not in re.sub(r"httpx2|httpcore2|httpx2-jsfetch", "", lock)


HAN = "[\u4e00-\u9fff]"
SPOKEN = (
    *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "crmdesk" / "core" / "problems").glob("*.py"))),
    "resources/translations/crmdesk_zh_CN.ts",
    "crmdesk/system/preferences.py",
    "crmdesk/cli/doctor.py",
    "crmdesk/cli/session.py",
    "sync_server/cli.py",
)


@pytest.mark.parametrize("path", SPOKEN)
def test_chinese_sentences_use_chinese_marks(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert re.findall(f"{HAN}+[,;?!:]|[}}\\w][,;?!:]{HAN}+", text) == []


@pytest.mark.parametrize("room", ["crmdesk", "sync_server", "resources"])
def test_each_secret_has_one_name_in_chinese(room: str) -> None:
    """登录密码 signs in to the company, 本机密码 opens the profile, a PIN uncovers the window."""
    found = [
        f"{path}: {line.strip()}"
        for path, text in texts()
        if path.parts[0] == room
        for line in text.splitlines()
        if re.search("口令|(?<!登录)(?<!本机)密码", line) or ("重置" in line and "登录密码" in line)
    ]
    assert found == []
