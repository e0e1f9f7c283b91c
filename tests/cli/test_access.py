"""How a laptop is let in, at the command line: code, name and password, a session that has ended."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crmdesk.cli.session import Given, session
from crmdesk.core.errors import CrmError
from crmdesk.store import settings
from crmdesk.usecases import pin
from sync_server import enrolment, signing_in
from sync_server.cli import main
from sync_server.storage import devices
from tests.support.desk import Desk
from tests.support.impostor import Authority
from tests.support.server import HOUR_MS, RunningServer, running_company, running_server

RIGHT, NEW = "correct horse battery", "another horse altogether"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running_company(tmp_path) as running:
        yield running


@contextmanager
def typed(*lines: str) -> Iterator[str]:
    """A file descriptor from which these lines are read, as the option names it."""
    read, write = os.pipe()
    os.write(write, "".join(f"{line}\n" for line in lines).encode())
    os.close(write)
    try:
        yield str(read)
    finally:
        os.close(read)


def with_passwords(desk: Desk, passwords: tuple[str, ...], *words: str) -> Any:
    with typed(*passwords) as fd:
        return desk(*words, "--password-fd", fd)


def code_for(server: RunningServer, name: str) -> str:
    return server.code(server.people[name].user)


def joined(server: RunningServer, folder: Path, name: str = "Ann") -> Desk:
    desk = Desk(folder / name)
    desk("enrol", server.address, code_for(server, name))
    return desk


def test_name_and_password_join_once_the_words_are_approved(server: RunningServer, tmp_path: Path) -> None:
    server.give_password("Ann", RIGHT)
    desk = Desk(tmp_path / "new")
    told = with_passwords(desk, (RIGHT,), "enrol", server.address, "--user", "Ann")
    assert (told["state"], told["user"]) == ("pending", "Ann")
    assert told["words"] in desk.fails("sync")["next"]
    with server.database.write() as connection:
        (device,) = devices.devices(connection)
        enrolment.approve(connection, device.id, server.clock())
    desk("sync")


def test_a_wrong_password_joins_nothing(server: RunningServer, tmp_path: Path) -> None:
    server.give_password("Ann", RIGHT)
    with typed(NEW) as fd:
        error = Desk(tmp_path / "new").fails("enrol", server.address, "--user", "Ann", "--password-fd", fd)
    assert error["code"] == "wrong_password"


@pytest.mark.parametrize("proof", [(), ("CODE", "--user", "Ann")])
def test_one_proof_is_given_and_not_two(
    server: RunningServer, tmp_path: Path, proof: tuple[str, ...]
) -> None:
    assert Desk(tmp_path / "new").fails("enrol", server.address, *proof)["code"] == "bad_argument"


def test_without_a_terminal_the_password_comes_through_a_descriptor(
    server: RunningServer, tmp_path: Path
) -> None:
    error = Desk(tmp_path / "new").fails("enrol", server.address, "--user", "Ann")
    assert error["code"] == "bad_argument"
    assert "--password-fd" in error["happened"]


def test_a_session_that_has_ended_begins_anew_with_the_password_and_nothing_is_lost(
    server: RunningServer, tmp_path: Path
) -> None:
    desk = joined(server, tmp_path)
    with_passwords(desk, ("", RIGHT), "password", "set")
    desk("customer", "add", "宏远机械")
    server.clock.ahead_ms = 200 * 24 * HOUR_MS
    assert desk.fails("sync")["code"] == "sign_in_needed"
    assert desk("status")["unsent"] == 1
    assert with_passwords(desk, (RIGHT,), "signin")["state"] == "active"
    assert desk("sync")["pushed"] == 1


def test_a_changed_password_takes_the_old_one_and_signs_the_other_laptop_out(
    server: RunningServer, tmp_path: Path
) -> None:
    desk, other = joined(server, tmp_path / "a"), joined(server, tmp_path / "b")
    with_passwords(desk, ("", RIGHT), "password", "set")
    assert other.fails("sync")["code"] == "sign_in_needed"
    with_passwords(desk, (RIGHT, NEW), "password", "set")
    with_passwords(other, (NEW,), "signin")
    other("sync")
    desk("sync")


def test_a_forgotten_password_is_set_anew_with_the_administrators_code(
    server: RunningServer, tmp_path: Path
) -> None:
    desk = joined(server, tmp_path)
    with_passwords(desk, ("", RIGHT), "password", "set")
    with server.database.write() as connection:
        code = signing_in.reset(connection, "Ann", server.clock(), HOUR_MS)
    assert with_passwords(desk, (NEW,), "password", "reset", code)["state"] == "active"
    desk("sync")


def test_a_role_changes_once_the_password_was_given_again(server: RunningServer, tmp_path: Path) -> None:
    server.add_user("Ada", "administrator")
    ada = joined(server, tmp_path, "Ada")
    ada("sync")
    with_passwords(ada, ("", RIGHT), "password", "set")
    server.clock.ahead_ms = HOUR_MS
    with typed("wrong horse battery") as fd:
        assert ada.fails("people", "role", "Bo", "manager", "--password-fd", fd)["code"] == "wrong_password"
    with_passwords(ada, (RIGHT,), "people", "role", "Bo", "manager")
    assert ada("people", "role", "Cai", "manager")["role"] == "manager", "it holds for ten minutes"


# -- invitations ----------------------------------------------------------------------------------------------


@pytest.fixture
def pinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[RunningServer, Path]]:
    """A server that speaks TLS, and the certificate of the authority that vouches for it."""
    authority = Authority("Company CA")
    identity = authority.issue(tmp_path / "tls", host="127.0.0.1")
    ca = tmp_path / "ca.pem"
    ca.write_bytes(authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(ca))
    with running_company(tmp_path, certificate=identity.chain, private_key=identity.key) as running:
        yield running, ca


def invited(monkeypatch: pytest.MonkeyPatch, server: RunningServer, file: Path, *wishes: str) -> int:
    """The administrator's command; its exit status."""
    words = ["enrol", "Ann", "--dir", str(server.settings.directory), *wishes]
    monkeypatch.setattr(sys, "argv", ["crmdesk-server", *words, "--file", str(file), "--url", server.address])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_t09_an_invitation_joins_and_its_pins_hold_for_every_sync(
    pinned: tuple[RunningServer, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (server, ca), file, desk = pinned, tmp_path / "ann.crmdesk", Desk(tmp_path / "ann")
    assert invited(monkeypatch, server, file, "--pin", str(ca)) == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert desk("enrol", "--file", str(file))["state"] == "active"
    desk("sync")
    other = Authority("Somebody else's CA")
    renewed = other.issue(tmp_path / "tls2", host="127.0.0.1")
    ca.write_bytes(ca.read_bytes() + other.pem)
    with running_server(tmp_path, certificate=renewed.chain, private_key=renewed.key) as replaced:
        _point(desk, replaced.address)
        assert desk.fails("sync")["code"] == "server_untrusted"


def _point(desk: Desk, url: str) -> None:
    """Have the profile look for its company elsewhere."""
    with session(Given(profile=desk.profile)) as found, found.replica.database.write() as connection:
        server = settings.read(connection, "server", settings.Server)
        settings.write(connection, {"server": msgspec.structs.replace(server, url=url)})


@pytest.mark.parametrize("change", [{"server_id": "0" * 32}, {"server_key": "0" * 64}, {"pins": ["0" * 64]}])
def test_t09_an_invitation_to_another_server_gives_no_code_away(
    pinned: tuple[RunningServer, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, Any],
) -> None:
    (server, _), file = pinned, tmp_path / "ann.crmdesk"
    invited(monkeypatch, server, file)
    told = {**json.loads(file.read_text()), **change}
    file.write_text(json.dumps(told))
    code = {"server_id": "wrong_server", "server_key": "server_key_changed", "pins": "server_untrusted"}
    error = Desk(tmp_path / "new").fails("enrol", "--file", str(file))
    assert error["code"] == code[next(iter(change))]
    with server.database.read() as connection:
        assert devices.devices(connection) == []


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"url":"x"}', b"\xff", b'{"url":1,"server_id":"","server_key":""}']
)
def test_a_file_that_is_no_invitation_is_said(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x"
    file.write_bytes(content)
    assert Desk(tmp_path / "new").fails("enrol", "--file", str(file))["code"] == "bad_argument"


def test_an_invitation_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert Desk(tmp_path / "new").fails("enrol", "--file", str(tmp_path / "x"))["code"] == "file_unreadable"


@pytest.mark.parametrize("wishes", [("--certificate", "none.pem"), ("--key", "none.pem")])
def test_a_certificate_that_does_not_load_is_said_before_anything_listens(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch, wishes: tuple[str, ...]
) -> None:
    words = ["serve", "--dir", str(server.settings.directory), "--port", "0", *wishes]
    monkeypatch.setattr(sys, "argv", ["crmdesk-server", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1


def has_pin(desk: Desk, typed_pin: str) -> bool:
    with session(Given(profile=desk.profile)) as opened:
        try:
            pin.check(opened.replica, typed_pin)
        except CrmError:
            return False
        return pin.is_set(opened.reader)


def test_a_forgotten_pin_is_chosen_anew_with_the_password_and_not_without(
    server: RunningServer, tmp_path: Path
) -> None:
    server.give_password("Ann", RIGHT)
    desk = joined(server, tmp_path)
    with typed(NEW, "864202") as fd:
        assert desk.fails("pin", "set", "--password-fd", fd)["code"] == "wrong_password"
    with_passwords(desk, (RIGHT, "246810"), "pin", "set")
    assert has_pin(desk, "246810")
    with typed(RIGHT, "123") as fd:
        assert desk.fails("pin", "set", "--password-fd", fd)["code"] == "bad_argument"


def test_who_works_alone_chooses_a_pin_anew_in_their_own_session(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "alone")
    desk("init", "--name", "Ann")
    with_passwords(desk, ("246810",), "pin", "set")
    with_passwords(desk, ("864202",), "pin", "set")
    assert has_pin(desk, "864202")
