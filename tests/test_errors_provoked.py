"""Every code of the catalogue is provoked through a real command, a real server or a real machine's limits.

A code that nothing here provokes, nor the server's test named for it in `ELSEWHERE`, fails.
"""

from __future__ import annotations

import ast
import io
import json
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import wraps
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, Final

import keyring.backends.fail
import msgspec
import pytest

from crmdesk.cli.session import Given, Session, session
from crmdesk.core.errors import PROBLEMS
from crmdesk.core.lease import DAY_MS
from crmdesk.core.record import RecordKey
from crmdesk.core.wire import OURS, PushAnswer, Versions
from crmdesk.store import dialect, leases, settings
from crmdesk.sync import http
from crmdesk.system import desktop
from sync_server import enrolment
from sync_server.cli import main
from sync_server.settings import Settings
from sync_server.storage import devices
from tests.support import laptop
from tests.support.desk import Desk, MemoryKeychain, keychain
from tests.support.server import HOUR_MS, RunningServer, build_company, running_server

ROOT = Path(__file__).resolve().parents[1]
PROVOKED: Final[dict[str, str]] = {}
ELSEWHERE: Final = {
    "sealed_unreadable": "test_what_was_not_sealed_for_this_company_stays_closed",
    "forbidden_field": "test_t29_a_role_withholds_fields_from_whoever_has_it",
    "bad_period": "test_nobody_delegates_for_a_stranger_to_themselves_or_backwards",
    "taken": "test_the_first_claim_wins_and_the_other_is_told_who",
    "blob_broken": "test_a_damaged_piece_is_refused_and_nothing_of_it_is_kept",
    "blob_offset": "test_a_repeated_piece_changes_nothing_and_says_where_to_go_on",
    "storage_full": "test_beyond_the_servers_limit_nothing_more_is_begun",
    "backup_elsewhere": "test_a_company_in_postgresql_is_backed_up_by_its_own_tools",
    "actor_forked": "test_a_stale_chain_with_a_new_batch_is_a_fork",
    "body_too_large": "test_a_small_route_takes_no_large_body",
    "counter_gap": "test_a_gap_in_the_log_stops_the_batch",
    "dot_reused": "test_a_number_used_for_another_edit_is_refused",
    "not_recovering": "test_r12_without_a_recovery_epoch_nothing_is_taken_back",
    "grave": "test_i15_work_of_a_laptop_that_was_away_longer_ends_in_quarantine_and_not_as_a_new_record",
    "mass_deletion": "test_r33_too_many_deletions_stop_before_they_are_taken_in_and_leave_a_copy",
    "malformed_record": "test_a_state_must_be_what_its_log_says",
    "record_left": "test_a_tag_for_a_customer_that_left_meanwhile_is_told_and_nothing_is_written",
    "regressed": "test_a_cursor_this_server_never_gave_is_answered_with_regressed",
    "wrong_password": "test_t07_it_takes_as_long_for_somebody_as_for_nobody",
    "password_weak": "test_a_password_that_is_guessed_at_once_is_refused",
    "password_needed": "test_a_dangerous_act_takes_the_password_again_for_ten_minutes",
    "too_many_versions": "test_too_many_versions_of_a_field_are_quarantined",
}


def provokes(code: str) -> Callable[[Callable[..., str]], Callable[..., None]]:
    """The test gets itself into trouble and returns the code it was told; it must be `code`."""

    def register(test: Callable[..., str]) -> Callable[..., None]:
        PROVOKED[code] = test.__name__

        @wraps(test)
        def checked(*args: Any, **kwargs: Any) -> None:
            assert test(*args, **kwargs) == code

        return checked

    return register


# -- the scene -------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("CRMDESK_PASSPHRASE", raising=False)
    monkeypatch.setattr(dialect, "BUSY_TIMEOUT_MS", 50)
    with keychain(MemoryKeychain()):
        yield


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path / "ann")
    made("init", "--name", "Ann")
    return made


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A company that no test of this file damages."""
    with running_server(tmp_path_factory.mktemp("server")) as running:
        build_company(running)
        yield running


def code_for(server: RunningServer, name: str = "Ann", **wish: Any) -> str:
    return server.code(server.people[name].user, **wish)


@pytest.fixture
def enrolled(server: RunningServer, desk: Desk) -> Desk:
    desk("enrol", server.address, code_for(server))
    return desk


@contextmanager
def opened(desk: Desk) -> Iterator[Session]:
    with session(Given(profile=desk.profile)) as found:
        yield found


@contextmanager
def answering(status: int, body: bytes, kind: str) -> Iterator[str]:
    """Something that answers every request alike: a sign-in page, a proxy, a server from another time."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as stranger:
        thread = threading.Thread(target=stranger.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{stranger.server_port}"
        finally:
            stranger.shutdown()
            thread.join(10)


def said(desk: Desk, *words: str) -> str:
    """The code of a command's expected error."""
    return str(desk.fails(*words)["code"])


# -- this laptop's database ------------------------------------------------------------------------


@provokes("database_corrupt")
def test_flipped_bytes_are_found_while_reading(desk: Desk) -> str:
    desk("sample", "--customers", "30", "--here")
    content = bytearray(desk.database.read_bytes())
    for page in range(5, len(content) // dialect.PAGE_BYTES):
        content[page * dialect.PAGE_BYTES + 100] ^= 0xFF
    desk.database.write_bytes(content)
    return said(desk, "customer", "list")


@pytest.mark.parametrize("offset", [0, 3000])
def test_a_first_page_that_is_damaged_is_no_matter_of_passphrases(desk: Desk, offset: int) -> None:
    content = bytearray(desk.database.read_bytes())
    content[offset] ^= 0xFF
    desk.database.write_bytes(content)
    assert said(desk, "status") == "database_corrupt"


@provokes("database_foreign")
def test_another_programs_database_is_not_touched(desk: Desk) -> str:
    desk.database.unlink()
    with sqlite3.connect(desk.database) as other:
        other.execute("CREATE TABLE bookmark (url TEXT)")
    other.close()
    before = desk.database.read_bytes()
    code = said(desk, "status")
    assert desk.database.read_bytes() == before
    return code


def test_a_picture_is_not_taken_for_a_database(desk: Desk) -> None:
    desk.database.write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(5000))
    assert said(desk, "status") == "database_foreign"


@provokes("wrong_passphrase")
def test_a_wrong_passphrase_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    desk = Desk(tmp_path / "p")
    monkeypatch.setenv("CRMDESK_PASSPHRASE", "right")
    desk("init")
    monkeypatch.setenv("CRMDESK_PASSPHRASE", "wrong")
    return said(desk, "status")


@provokes("schema_newer")
def test_a_file_from_a_newer_program_is_left_alone(desk: Desk) -> str:
    with opened(desk) as found, found.replica.database.write() as connection:
        dialect.mark(connection, dialect.SCHEMA + 1)
    return said(desk, "customer", "add", "Acme")


@provokes("disk_full")
def test_a_full_disk_saves_nothing_and_keeps_what_was_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> str:
    desk("customer", "add", "Acme")
    connect = dialect.connect

    def small(path: Path, *args: Any, **kwargs: Any) -> Any:
        connection = connect(path, *args, **kwargs)
        connection.execute("PRAGMA max_page_count = 1")  # SQLite takes the present size as the least
        return connection

    monkeypatch.setattr(dialect, "connect", small)
    code = said(desk, "customer", "add", "Bravo", "--field", "remark=" + "长" * 20_000)
    monkeypatch.undo()
    assert [row["name"] for row in desk("customer", "list")["customers"]] == ["Acme"]
    return code


@provokes("database_busy")
def test_another_process_that_writes_is_waited_for_and_then_said(desk: Desk) -> str:
    holder = (
        "import sys, sqlcipher3.dbapi2 as d; c = d.connect(sys.argv[1], isolation_level=None); "
        "c.execute('PRAGMA key = \"x%s\"' % repr(sys.argv[2])); c.execute('BEGIN IMMEDIATE'); "
        "print('held', flush=True); sys.stdin.read()"
    )
    with opened(desk) as found:
        key = found.key().hex()
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(desk.database), key], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == b"held\n"
        code = said(desk, "customer", "add", "Acme")
        process.stdin.close()
    desk("customer", "add", "Acme")
    return code


@provokes("database_unwritable")
def test_a_profile_can_not_be_made_under_a_file(tmp_path: Path) -> str:
    (tmp_path / "file").write_text("")
    return said(Desk(tmp_path / "file" / "profile"), "init")


def test_an_export_into_a_file_is_refused(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert said(desk, "export", str(tmp_path / "file")) == "database_unwritable"


@provokes("no_keychain")
def test_without_keychain_and_passphrase_nothing_is_made(tmp_path: Path) -> str:
    with keychain(keyring.backends.fail.Keyring()):  # type: ignore[no-untyped-call]
        code = said(Desk(tmp_path / "p"), "init")
    assert not (tmp_path / "p" / "crmdesk.db").exists()
    return code


@provokes("no_profile")
def test_a_folder_without_a_profile_is_said(tmp_path: Path) -> str:
    return said(Desk(tmp_path), "status")


@provokes("profile_exists")
def test_a_profile_is_not_made_twice(desk: Desk) -> str:
    return said(desk, "init")


@provokes("already_enrolled")
def test_a_profile_joins_one_company(enrolled: Desk, server: RunningServer) -> str:
    return said(enrolled, "enrol", server.address, code_for(server))


@provokes("sample_profile")
def test_invented_customers_never_join_a_company(tmp_path: Path, server: RunningServer) -> str:
    return said(Desk(tmp_path / "sample"), "enrol", server.address, code_for(server))


@provokes("not_enrolled")
def test_working_alone_there_is_nobody_to_sync_with(desk: Desk) -> str:
    return said(desk, "sync")


# -- the network and the session ---------------------------------------------------------------------


@provokes("offline")
def test_no_network_is_said_and_work_goes_on(tmp_path: Path, desk: Desk) -> str:
    with running_server(tmp_path) as running:
        build_company(running)
        desk("enrol", running.address, code_for(running))
    code = said(desk, "sync")
    desk("customer", "add", "Acme")
    assert desk("status")["unsent"] == 1
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
    with running_server(tmp_path) as running:
        build_company(running)
        code = code_for(running)
        with running.database.write() as connection:
            connection.exec_driver_sql("ALTER TABLE enrol_code RENAME TO lost")
        error = desk.fails("enrol", running.address, code)
    assert "…" not in error["next"]
    return str(error["code"])


@provokes("sign_in_needed")
def test_a_session_that_has_ended_takes_the_password(tmp_path: Path, desk: Desk) -> str:
    with running_server(tmp_path) as running:
        build_company(running)
        desk("enrol", running.address, code_for(running))
        running.clock.ahead_ms = 200 * 24 * HOUR_MS
        return said(desk, "sync")


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
def test_a_revoked_device_is_told(tmp_path: Path, desk: Desk) -> str:
    with running_server(tmp_path) as running:
        build_company(running)
        desk("enrol", running.address, code_for(running))
        with running.database.write() as connection:
            (device,) = devices.devices(connection)
            enrolment.revoke(connection, device.id, running.clock())
        return said(desk, "sync")


def served(*words: str) -> str:
    """The code of a server command's expected error."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.MonkeyPatch.context() as typed:
        typed.setattr(sys, "argv", ["crmdesk-server", *words, "--json"])
        with pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code == 1, out.getvalue()
    return str(json.loads(err.getvalue())["code"])


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


# -- requests and records ------------------------------------------------------------------------------


@provokes("malformed_body")
def test_a_request_that_is_no_json_is_refused(server: RunningServer) -> str:
    return str(laptop.enrolled(server, "Ann").post(b"{").json()["code"])


@provokes("method_not_allowed")
def test_a_push_is_not_asked_for(server: RunningServer) -> str:
    return str(laptop.enrolled(server, "Ann").http.get("/v1/push").json()["code"])


def refusal(ann: laptop.Laptop, change: Callable[[bytes], bytes] = lambda state: state) -> str:
    """Push what `ann` wrote, its first state altered on the way; the code it is refused for."""
    batch = ann.batch()
    first = msgspec.structs.replace(
        batch.records[0], state=msgspec.Raw(change(bytes(batch.records[0].state)))
    )
    reply = ann.post(msgspec.structs.replace(batch, records=(first, *batch.records[1:])))
    (outcome,) = msgspec.json.decode(reply.content, type=PushAnswer).outcomes
    return str(outcome.code)


@provokes("not_canonical")
def test_a_state_with_spaces_in_it_is_not_canonical(server: RunningServer) -> str:
    ann = laptop.enrolled(server, "Ann")
    ann.customer()
    return refusal(ann, lambda state: state.replace(b",", b", ", 1))


@provokes("unknown_field")
def test_a_field_from_a_newer_laptop_is_refused_by_name(server: RunningServer) -> str:
    ann = laptop.enrolled(server, "Ann")
    ann.customer(shoe_size=43)
    return refusal(ann)


@provokes("unknown_entity")
def test_a_kind_of_record_from_a_newer_laptop_is_refused(server: RunningServer) -> str:
    ann = laptop.enrolled(server, "Ann")
    ann.write(RecordKey("spaceship", laptop.fresh_id()), {"name": "x"})
    return refusal(ann)


@provokes("server_field")
def test_a_person_does_not_choose_their_own_book(server: RunningServer) -> str:
    mei = laptop.enrolled(server, "Mei")
    values = {"name": "x", "role": "rep", "book": mei.book}
    mei.write(RecordKey("user", laptop.fresh_id()), values, bucket=str(mei.welcome["config"]))
    return refusal(mei)


@provokes("forbidden")
def test_a_rep_reviews_nobody(enrolled: Desk) -> str:
    enrolled("customer", "add", "Acme")
    visit = enrolled("visit", "add", "Acme", "谈价格")["visit"]
    enrolled("review", "do", visit)
    enrolled("sync")
    (refused,) = enrolled("status")["refusals"]
    return str(refused["code"])


@provokes("not_found")
def test_a_customer_who_is_not_there_is_not_found(desk: Desk) -> str:
    return said(desk, "customer", "show", "Nobody")


@provokes("fixed_field")
def test_when_a_visit_was_is_not_changed_afterwards(desk: Desk) -> str:
    from crmdesk.core.errors import CrmError
    from crmdesk.store.replica import Write

    desk("customer", "add", "Acme")
    visit = desk("visit", "add", "Acme", "谈价格")["visit"]
    with opened(desk) as found, pytest.raises(CrmError) as caught:
        found.replica.commit([Write(RecordKey("visit", visit), {"at": 1})])
    return caught.value.code


@provokes("record_too_large")
def test_a_record_beyond_its_size_is_refused_before_it_is_saved(desk: Desk) -> str:
    names = ("name_en", "short_name", "region", "address", "website")
    fields = [part for name in names for part in ("--field", f"{name}={'x' * 60_000}")]
    return said(desk, "customer", "add", "Acme", *fields)


@provokes("field_too_long")
def test_a_field_beyond_its_size_is_refused_by_name(desk: Desk) -> str:
    error = desk.fails("customer", "add", "Acme", "--field", "remark=" + "x" * 70_000, "--lang", "en")
    assert "emark" in error["happened"]
    return str(error["code"])


@provokes("invalid_value")
def test_a_number_that_is_none_is_refused_by_label(desk: Desk) -> str:
    error = desk.fails("customer", "add", "Acme", "--field", "employees=many", "--lang", "zh_CN")
    assert "员工人数" in error["happened"]
    return str(error["code"])


@provokes("required")
def test_a_customer_needs_a_name(desk: Desk) -> str:
    return said(desk, "customer", "add", " ")


@provokes("name_taken")
def test_a_tag_is_not_made_twice(desk: Desk) -> str:
    desk("tag", "create", "VIP")
    return said(desk, "tag", "create", "vip")


@provokes("ambiguous")
def test_a_name_that_two_customers_bear_is_ambiguous(desk: Desk) -> str:
    for _ in range(2):
        desk("customer", "add", "Acme")
    return said(desk, "customer", "show", "Acme")


@provokes("nothing_to_undo")
def test_a_new_profile_has_nothing_to_undo(desk: Desk) -> str:
    return said(desk, "undo")


@provokes("bad_argument")
def test_a_field_nobody_declared_is_not_understood(desk: Desk) -> str:
    return said(desk, "customer", "add", "Acme", "--field", "shoe=43")


# -- attachments ----------------------------------------------------------------------------------------


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


# -- the machines ----------------------------------------------------------------------------------------


@provokes("company_exists")
def test_a_company_is_not_made_twice(server: RunningServer) -> str:
    return served("init", "--company", "x", "--dir", str(server.settings.directory))


@provokes("database_unreachable")
def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> str:
    url = "postgresql://crm:secret@127.0.0.1:1/crm"
    assert "secret" not in repr(Settings(tmp_path, url=url))
    return served("init", "--company", "x", "--dir", str(tmp_path), "--database", url)


@provokes("needs_postgresql")
def test_a_company_in_a_file_is_served_by_one_process(server: RunningServer) -> str:
    return served("serve", "--dir", str(server.settings.directory), "--port", "0", "--processes", "2")


@provokes("no_company")
def test_an_empty_folder_has_no_company(tmp_path: Path) -> str:
    return served("check", "--dir", str(tmp_path))


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


# -- nothing is left out ---------------------------------------------------------------------------------


def test_every_code_is_provoked_here_or_by_the_test_named_for_it() -> None:
    assert PROVOKED.keys() & ELSEWHERE.keys() == set()
    assert PROVOKED.keys() | ELSEWHERE.keys() == PROBLEMS.keys()


def test_the_tests_named_for_codes_exist_and_speak_of_them() -> None:
    sources = [
        path.read_text(encoding="utf-8")
        for room in ("sync", "sync_server")
        for path in (ROOT / "tests" / room).glob("test_*.py")
    ]
    found = {node.name: whole(source, node) for source in sources for node in functions(source)}
    assert [code for code, name in ELSEWHERE.items() if f'"{code}"' not in found.get(name, "")] == []


def functions(source: str) -> list[ast.FunctionDef]:
    return [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]


def whole(source: str, node: ast.FunctionDef) -> str:
    """A function's source with its decorators."""
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return "\n".join(source.splitlines()[first - 1 : node.end_lineno])


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_a_person_reads_three_parts_and_the_code_and_no_traceback(desk: Desk, lang: str) -> None:
    done = desk.run("customer", "show", "Nobody", "--lang", lang)
    sentence = PROBLEMS["not_found"].zh_CN if lang == "zh_CN" else PROBLEMS["not_found"].en
    assert done.code == 1
    assert done.out == ""
    assert done.err.splitlines() == [*sentence, "[not_found]"]
