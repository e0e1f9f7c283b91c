from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

import crmdesk
from sync_server.cli import main
from tests.support.postgres import Postgres

RUN = [sys.executable, "-c", "from sync_server.cli import main; main()"]


def run(folder: Path, *arguments: str, language: str = "en") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CRMDESK_LANGUAGE": language, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        [*RUN, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_a_name_with_a_space_is_quoted_in_the_next_command_and_listed_under_headings(tmp_path: Path) -> None:
    run(tmp_path, "init", "--company", "x")
    assert "crmdesk-server enrol 'A. Rep'" in run(tmp_path, "user", "add", "A. Rep", "--role", "rep").stdout
    headings, row = run(tmp_path, "user", "list").stdout.splitlines()
    assert headings.split() == ["name", "role", "team", "left"]
    assert row == "A. Rep  Rep   -     no"


def test_it_says_its_version(tmp_path: Path) -> None:
    done = run(tmp_path, "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"crmdesk-server {crmdesk.__version__}\n", "")
    assert "Keep a company's CRM" in run(tmp_path, "--help").stdout


def test_an_unknown_name_leads_to_its_list(tmp_path: Path) -> None:
    run(tmp_path, "init", "--company", "x")
    said = "There is no person “nobody”. Nothing was changed. See: crmdesk-server user list\n"
    assert run(tmp_path, "enrol", "nobody").stderr == said


Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Give the command line a command in this process: (exit status, its JSON)."""
    monkeypatch.chdir(tmp_path)

    def asked(*arguments: str) -> tuple[int, Any]:
        monkeypatch.setattr(sys, "argv", ["crmdesk-server", *arguments, "--json"])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), json.loads(said.err or said.out)

    return asked


def start(folder: Path, *arguments: str) -> tuple[subprocess.Popen[str], str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [*RUN, "serve", "--port", "0", "--announce", "address", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def stop(process: subprocess.Popen[str]) -> tuple[int, str]:
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=20)
    return process.returncode, errors


def test_a_company_is_made_staffed_and_looked_after_while_it_serves(tmp_path: Path, ask: Ask) -> None:
    def facts(*arguments: str) -> Any:
        status, said = ask(*arguments)
        assert status == 0, said
        return said

    assert facts("init", "--company", "宏远")["company"] == "宏远"
    process, line = start(tmp_path)
    try:
        address = line.removeprefix("listening on ")
        assert (tmp_path / "address").read_text().strip() == address
        facts("team", "add", "North")
        facts("team", "add", "East", "--parent", "North", "--share-books")
        facts("user", "add", "张伟", "--role", "rep", "--team", "East")
        code = facts("enrol", "张伟", "--hold")["code"]
        asked = {"code": code, "device_key": "ab" * 32, "device_name": "x"}
        welcome = httpx2.post(f"{address}/v1/enrol", json=asked).json()
        (device,) = facts("device", "list")["devices"]
        assert (device["state"], device["words"]) == ("pending", welcome["words"])
        assert facts("device", "approve", device["device"])["state"] == "active"
        assert facts("device", "revoke", device["device"])["state"] == "revoked"
        assert facts("lease") == {"lock_days": 21, "purge_days": 45, "idle_minutes": 15}
        terms = {"lock_days": 30, "purge_days": 60, "idle_minutes": 5}
        assert facts("lease", "--lock-days", "30", "--purge-days", "60", "--idle-minutes", "5") == terms
        assert facts("lease") == terms
        assert facts("user", "disable", "张伟")["disabled"] is True
        assert [team["name"] for team in facts("team", "list")["teams"]] == ["North", "East"]
        assert [user["disabled"] for user in facts("user", "list")["users"]] == [True]
        assert facts("backup", "copy.db")["records"] == 6
        assert facts("check")["problems"] == []
        assert facts("gc") == {"buried": 0, "waiting": 0, "contents": 0, "strays": 0, "uploads": 0}
        assert facts("status") == {
            "epoch": 1,
            "restores": [],
            "brought_back": 0,
            "quarantined": 0,
            "graves": 0,
            "waiting": 0,
            "doubted": 0,
        }
        assert facts("recovered") == {"recovered": []}
    finally:
        status, errors = stop(process)
    assert (status, errors) == (0, "")


def test_a_port_in_use_is_a_sentence(tmp_path: Path) -> None:
    run(tmp_path, "init", "--company", "x")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run(tmp_path, "serve", "--port", str(port))
    assert done.returncode == 1
    assert f"Port {port} is taken." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("init", "--company", "x"), "company_exists"),
        (("init", "--company", "  ", "--dir", "other"), "bad_argument"),
        (("user", "add", "张伟", "--role", "rep"), "name_taken"),
        (("user", "add", "x", "--role", "rep", "--team", "nowhere"), "not_found"),
        (("enrol", "nobody"), "not_found"),
        (("device", "approve", "x"), "not_found"),
        (("owner", "change", "x", "--to", "张伟"), "not_found"),
        (("check", "--dir", "nowhere"), "no_company"),
        (("serve", "--dir", "nowhere"), "no_company"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_code(ask: Ask, arguments: tuple[str, ...], code: str) -> None:
    ask("init", "--company", "x")
    ask("user", "add", "张伟", "--role", "rep")
    status, said = ask(*arguments)
    assert (status, said["code"]) == (1, code)


def test_it_speaks_the_persons_language(tmp_path: Path) -> None:
    assert "已在" in run(tmp_path, "init", "--company", "x", language="zh_CN").stdout
    assert "已经有一家公司" in run(tmp_path, "init", "--company", "x", language="zh_CN").stderr


def test_requests_under_way_are_finished_when_told_to_stop(tmp_path: Path) -> None:
    run(tmp_path, "init", "--company", "x")
    process, line = start(tmp_path)
    address = line.removeprefix("listening on ")
    with httpx2.Client(base_url=address) as client:
        assert client.get("/readyz").json() == {"status": "ok"}
        begun = time.monotonic()
    assert stop(process)[0] == 0
    assert time.monotonic() - begun < 10


def test_a_company_is_kept_in_postgresql_and_its_address_in_its_folder(
    tmp_path: Path, ask: Ask, postgres_service: Postgres
) -> None:
    with postgres_service.empty() as url:
        assert ask("init", "--company", "宏远", "--database", url)[0] == 0
        assert ask("init", "--company", "again", "--database", url)[1]["code"] == "company_exists"
        noted = tmp_path / "company" / "database.url"
        assert noted.read_text().strip() == url
        assert noted.stat().st_mode & 0o077 == 0
        assert ask("user", "add", "张伟", "--role", "rep")[0] == 0
        status, said = ask("check")
        # The pool and its details, the person and their book.
        assert (status, said["records"], said["problems"]) == (0, 4, [])
        assert not (tmp_path / "company" / "company.db").exists()
        process, line = start(tmp_path)
        try:
            address = line.removeprefix("listening on ")
            assert httpx2.get(f"{address}/v1/hello").json()["company"] == "宏远"
        finally:
            assert stop(process) == (0, "")


def test_a_database_of_something_else_is_not_touched(ask: Ask, postgres_service: Postgres) -> None:
    with postgres_service.empty() as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE bookmark (url TEXT)")
        assert ask("init", "--company", "x", "--database", url)[1]["code"] == "database_foreign"
        assert ask("init", "--company", "x", "--database", "mysql://x/y")[1]["code"] == "bad_argument"
        assert ask("init", "--company", "x", "--database", "no address")[1]["code"] == "bad_argument"
        assert ask("check")[1]["code"] == "no_company"


def test_the_environment_may_hold_the_address(
    ask: Ask, postgres_service: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres_service.empty() as url:
        monkeypatch.setenv("CRMDESK_DATABASE", url)
        assert ask("check")[1]["code"] == "no_company"
        assert ask("init", "--company", "x")[0] == 0
        assert ask("check")[1]["problems"] == []
