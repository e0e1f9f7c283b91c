"""Errors of the machines that the server and the desktop run on."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from crmdesk.system import desktop
from sync_server.settings import Settings
from sync_server.signing import KEY_NAME
from tests.support.desk import Desk
from tests.support.provoked import provokes, said, served
from tests.support.server import RunningServer, running_company


@provokes("company_exists")
def test_a_company_is_not_made_twice(server: RunningServer) -> str:
    return served("init", "--company", "x", "--dir", str(server.settings.directory))


@provokes("database_unreachable")
def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> str:
    url = "postgresql://crm:secret@127.0.0.1:1/crm"
    assert "secret" not in repr(Settings(tmp_path, url=url))
    return served("init", "--company", "x", "--dir", str(tmp_path), "--database", url)


@provokes("file_exists")
def test_a_file_that_is_there_is_not_written_over(server: RunningServer, tmp_path: Path) -> str:
    (tmp_path / "audit.csv").write_text("of great value")
    return served("audit", "export", str(tmp_path / "audit.csv"), "--dir", str(server.settings.directory))


@provokes("needs_postgresql")
def test_a_company_in_a_file_is_served_by_one_process(server: RunningServer) -> str:
    return served("serve", "--dir", str(server.settings.directory), "--port", "0", "--processes", "2")


@provokes("no_company")
def test_an_empty_folder_has_no_company(tmp_path: Path) -> str:
    return served("check", "--dir", str(tmp_path))


@provokes("key_missing")
def test_a_company_whose_key_is_lost_is_not_served(tmp_path: Path) -> str:
    with running_company(tmp_path) as running:
        directory = running.settings.directory
    (directory / KEY_NAME).unlink()
    return served("serve", "--dir", str(directory), "--port", "0")


@provokes("port_in_use")
def test_a_port_is_taken_once(server: RunningServer) -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        directory = str(server.settings.directory)
        return served("serve", "--dir", directory, "--port", port)


@provokes("no_display")
def test_without_a_display_no_window_opens(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> str:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(desktop, "_ALWAYS", {})
    return said(desk, "open")


@provokes("missing_library")
def test_a_missing_library_is_named_with_what_brings_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(desktop, "_ALWAYS", {"libnowhere.so.9": "libnowhere9"})
    error = desk.fails("open")
    assert "apt-get install -y libnowhere9" in error["next"]
    return str(error["code"])
