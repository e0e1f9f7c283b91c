"""Errors of the line, of who answers on it, and of who may."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import msgspec
import pytest

from crmdesk.core.lease import DAY_MS
from crmdesk.core.wire import OURS, Versions
from crmdesk.store import leases, settings
from crmdesk.sync import http, sealing
from sync_server import accounts
from sync_server.sealing import opener_of
from sync_server.storage import devices, refused
from tests.support import laptop, rep
from tests.support.cut_proxy import cut_proxy
from tests.support.desk import Desk
from tests.support.impostor import Authority, impostor
from tests.support.provoked import answering, code_for, opened, provokes, said
from tests.support.server import HOUR_MS, RunningServer, running_company, running_server


@provokes("offline")
def test_no_network_is_said_and_work_goes_on(tmp_path: Path, desk: Desk) -> str:
    with running_company(tmp_path) as running:
        desk("enrol", running.address, code_for(running))
    code = said(desk, "sync")
    desk("customer", "add", "Acme")
    assert desk("status")["unsent"] == 1
    return code


@provokes("order_needs_network")
def test_what_only_the_server_does_is_not_promised_without_a_network(tmp_path: Path, desk: Desk) -> str:
    with running_company(tmp_path) as running:
        desk("enrol", running.address, code_for(running))
        desk("customer", "add", "Acme")
        desk("sync")
    code = said(desk, "delegate", "add", "Cai", "--until", "+3")
    assert said(desk, "share", "add", "Cai", "Acme") == code
    told = desk.run("share", "add", "Cai", "Acme", "--lang", "en").err
    assert "nothing is queued" in " ".join(told.split())
    assert (desk("status")["unsent"], desk("request", "list")["requests"]) == (0, [])
    assert desk("release", "Acme")["outcome"] == "asked"  # a wish that is kept, as ever
    return code


@provokes("order_unanswered")
def test_an_order_whose_answer_is_lost_is_not_said_to_be_undone(tmp_path: Path, desk: Desk) -> str:
    with running_company(tmp_path) as running, cut_proxy(running.address) as line:
        desk("enrol", line.address, code_for(running))
        desk("customer", "add", "Acme")
        desk("sync")
        line.cut(b"POST /v1/commands/share")
        code = said(desk, "share", "add", "Cai", "Acme")
        desk("sync")
        assert len(desk("share", "list")["shares"]) == 1  # the server had done it
    return code


@provokes("no_server")
def test_an_address_where_nobody_answers_is_named(tmp_path: Path) -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return said(Desk(tmp_path / "new"), "enrol", f"http://127.0.0.1:{port}", "CODE")


@provokes("insecure_address")
def test_a_far_server_without_tls_is_not_spoken_to(tmp_path: Path) -> str:
    return said(Desk(tmp_path / "new"), "enrol", "http://crm.example.com", "CODE")


@provokes("wrong_server")
def test_another_company_at_the_address_gets_nothing(enrolled: Desk, tmp_path: Path) -> str:
    with running_server(tmp_path / "other") as other:
        with opened(enrolled) as found, found.replica.database.write() as connection:
            server = settings.read(connection, "server", settings.Server)
            settings.write(connection, {"server": msgspec.structs.replace(server, url=other.address)})
        return said(enrolled, "sync")


@provokes("server_key_changed")
def test_a_server_that_lost_its_key_gets_nothing(enrolled: Desk) -> str:
    with opened(enrolled) as found, found.replica.database.write() as connection:
        server = settings.read(connection, "server", settings.Server)
        settings.write(connection, {"server": msgspec.structs.replace(server, key="0" * 64)})
    return said(enrolled, "sync")


@provokes("lease_expired")
def test_a_laptop_that_stayed_away_is_locked_for_every_command_but_sync(enrolled: Desk) -> str:
    enrolled("sync")
    _shift_lease(enrolled, received_by=-22 * DAY_MS)
    for words in (("customer", "list"), ("export", str(enrolled.profile / "out")), ("status",), ("rebuild",)):
        assert said(enrolled, *words) == "lease_expired"
    found = json.loads(enrolled.run("doctor", "--json").out)["checks"]
    assert "[lease_expired]" in next(one["detail"] for one in found if one["check"] == "lease")
    code = said(enrolled, "customer", "add", "X")
    enrolled("sync")
    enrolled("customer", "add", "X")
    return code


@provokes("clock_set_back")
def test_a_clock_set_back_is_told_and_a_sync_opens_again(enrolled: Desk) -> str:
    enrolled("sync")
    _shift_lease(enrolled, seen_by=DAY_MS)
    code = said(enrolled, "customer", "list")
    enrolled("sync")
    enrolled("customer", "list")
    return code


def _shift_lease(desk: Desk, *, received_by: int = 0, seen_by: int = 0) -> None:
    """As if this laptop's lease had come, or its clock had been seen, at another time."""
    with opened(desk) as found, found.replica.database.write() as connection:
        kept, identity = leases.kept(connection), settings.identity(connection)
        assert kept is not None
        kept = msgspec.structs.replace(kept, received_ms=kept.received_ms + received_by)
        identity = msgspec.structs.replace(identity, seen_ms=identity.seen_ms + seen_by)
        settings.write(connection, {"lease": kept, "identity": identity})


@provokes("wrong_person")
def test_a_session_of_somebody_else_gets_nothing(enrolled: Desk) -> str:
    with opened(enrolled) as found, found.replica.database.write() as connection:
        identity = settings.identity(connection)
        settings.write(connection, {"identity": msgspec.structs.replace(identity, user="0" * 32)})
    return said(enrolled, "sync")


@provokes("not_crmdesk")
def test_a_sign_in_page_is_not_a_server(desk: Desk) -> str:
    with answering(200, b"<html>Welcome to the hotel</html>", "text/html") as address:
        return said(desk, "enrol", address, "CODE")


@provokes("server_busy")
def test_a_proxy_without_a_server_behind_it_is_busy(desk: Desk) -> str:
    with answering(503, b"no backend", "text/plain") as address:
        return said(desk, "enrol", address, "CODE")


@provokes("too_many_tries")
def test_a_proxy_that_counts_tries_is_heard(desk: Desk) -> str:
    with answering(429, b"slow down", "text/plain") as address:
        return said(desk, "enrol", address, "CODE")


@provokes("server_error")
def test_a_server_that_fails_gives_a_reference(tmp_path: Path, desk: Desk) -> str:
    with running_company(tmp_path) as running:
        code = code_for(running)
        with running.database.write() as connection:
            connection.exec_driver_sql("ALTER TABLE enrol_code RENAME TO lost")
        error = desk.fails("enrol", running.address, code)
    assert "…" not in error["next"]
    return str(error["code"])


@provokes("sign_in_needed")
def test_a_session_that_has_ended_takes_the_password(tmp_path: Path, desk: Desk) -> str:
    with running_company(tmp_path) as running:
        desk("enrol", running.address, code_for(running))
        running.clock.ahead_ms = 200 * 24 * HOUR_MS
        return said(desk, "sync")


@provokes("server_untrusted")
def test_a_server_that_nobody_vouches_for_is_told_nothing(tmp_path: Path, desk: Desk) -> str:
    with impostor(Authority("Unknown").issue(tmp_path / "tls")) as found:
        return said(desk, "enrol", f"https://localhost:{found.port}", "CODE")


@provokes("unknown_code")
def test_a_code_from_a_newer_server_is_named(desk: Desk) -> str:
    body = json.dumps({"code": "from_the_future", "about": {}}).encode()
    with answering(409, body, "application/problem+json") as address:
        error = desk.fails("enrol", address, "CODE")
    assert error["code"] == "from_the_future"
    assert "from_the_future" in error["happened"]
    return "unknown_code"


@provokes("session_expired")
def test_a_strangers_token_is_refused(server: RunningServer) -> str:
    visitor = laptop.Laptop(server, server.people["Ann"].user)
    visitor.use("made-up")
    return str(visitor.http.get("/v1/heads").json()["code"])


@provokes("device_revoked")
def test_who_was_shut_out_is_told(tmp_path: Path, desk: Desk) -> str:
    with running_company(tmp_path) as running:
        desk("enrol", running.address, code_for(running))
        with running.database.write() as connection:
            (device,) = devices.devices(connection)
            accounts.disable_user(connection, device.user, running.clock())
        return said(desk, "permissions", "show")


@provokes("sealed_doubtful")
def test_what_a_laptop_seals_without_a_reason_is_kept_apart(server: RunningServer, tmp_path: Path) -> str:
    ann = rep.enrolled(server.address, code_for(server), tmp_path / "ann" / "crmdesk.db")
    ann.customer("sealed on the day it was typed")
    (file,) = sealing.seal(ann.replica, "lease", opener_of(server.settings).public.hex(), tmp_path / "stick")
    ann.http.hand_in(sealing.read(file)[1])
    ann.close()
    with server.database.read() as connection:
        (letter,) = refused.letters(connection)
    return letter.code


@provokes("code_invalid")
def test_an_expired_code_lets_nobody_in(server: RunningServer, desk: Desk) -> str:
    return said(desk, "enrol", server.address, code_for(server, valid_ms=-HOUR_MS))


@provokes("device_pending")
def test_a_held_device_waits_for_its_administrator(server: RunningServer, desk: Desk) -> str:
    joined = desk("enrol", server.address, code_for(server, hold=True))
    assert joined["state"] == "pending"
    error = desk.fails("sync")
    assert joined["words"] in error["next"]
    return str(error["code"])


@provokes("upgrade_needed")
def test_a_client_from_before_is_told_to_upgrade(server: RunningServer) -> str:
    ann = laptop.enrolled(server, "Ann")
    return str(ann.http.get("/v1/heads", headers={"Crmdesk-Protocol": "0"}).json()["code"])


@provokes("server_outdated")
def test_a_server_that_was_not_updated_for_long_is_waited_for(
    enrolled: Desk, monkeypatch: pytest.MonkeyPatch
) -> str:
    monkeypatch.setattr(http, "OLDEST", Versions(*(version + 1 for version in OURS)))
    return said(enrolled, "sync")
