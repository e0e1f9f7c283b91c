"""Sealed work at the server, on both databases: judged like a push, kept apart where nobody knows who typed last."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.core.lease import DAY_MS
from crmdesk.core.record import RecordKey
from crmdesk.core.sealed import PIECES_BYTES, Reason, signed_wipe
from crmdesk.core.wire import MAX_BODY_BYTES
from crmdesk.store import outbox, records, settings
from crmdesk.store.replica import Write
from crmdesk.sync import sealing
from crmdesk.sync.device_key import sign
from crmdesk.sync.http import Account, Http
from sync_server import accounts, enrolment, limits, refusals
from sync_server.commands import console
from sync_server.sealing import opener_of
from sync_server.storage import actors, blobs, buckets, devices, people, refused
from sync_server.storage.blob_files import BlobFiles
from tests.support import laptop as laptops
from tests.support import rep
from tests.support.postgres import in_a_file
from tests.support.rep import Rep
from tests.support.server import RunningServer


@pytest.fixture
def ann(server: RunningServer, tmp_path: Path) -> Iterator[Rep]:
    laptop = rep.enrolled(
        server.address, server.code(server.people["Ann"].user), tmp_path / "ann" / "crmdesk.db"
    )
    laptop.sync()
    yield laptop
    laptop.close()


def sealed(server: RunningServer, laptop: Rep, folder: Path, reason: Reason = "lease") -> bytes:
    (file,) = sealing.seal(laptop.replica, reason, opener_of(server.settings).public.hex(), folder)
    return sealing.read(file)[1]


def all_sealed(server: RunningServer, laptop: Rep, folder: Path) -> list[bytes]:
    files = sealing.seal(laptop.replica, "lease", opener_of(server.settings).public.hex(), folder)
    assert files == sealing.waiting(folder)
    return [sealing.read(file)[1] for file in files]


def device_of(laptop: Rep) -> settings.Device:
    with laptop.replica.database.read() as connection:
        found = settings.read(connection, "device", settings.Device)
    assert isinstance(found, settings.Device)
    return found


def away(server: RunningServer, days: int = 47) -> None:
    server.clock.ahead_ms = days * DAY_MS


def brought(server: RunningServer, content: bytes) -> tuple[int, int, int]:
    http = Http(server.address)
    done = http.hand_in(content)
    http.close()
    return done.accepted, done.quarantined, done.rejected


def there(server: RunningServer) -> set[str]:
    with server.database.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT DISTINCT id FROM record WHERE entity IN ('customer', 'visit')"
        )
        return set(rows.scalars())


@in_a_file
def test_everything_unsent_comes_in_at_once_whatever_its_size(
    server: RunningServer, ann: Rep, tmp_path: Path
) -> None:
    """More than a push may hold, parents and children in one, and an edit of what was sent before."""
    known = ann.customer("known")
    ann.sync()
    ann.write(known, remark="typed since")
    customers = [RecordKey("customer", ann.replica.new_id()) for _ in range(1_050)]
    for at in range(0, len(customers), 350):
        ann.replica.commit([Write(key, {"name": "c"}) for key in customers[at : at + 350]], kind="import")
    visit = ann.visit(customers[-1], "谈价格")
    away(server)
    files = all_sealed(server, ann, tmp_path)
    assert [sum(found) for found in zip(*(brought(server, one) for one in files), strict=True)] == [
        1_052,
        0,
        0,
    ]
    assert {key.id for key in (*customers, visit)} <= there(server)
    assert ann.sync().unsent == (0, 0), "and the laptop, were it still there, would learn that it has arrived"


def test_work_of_a_revoked_laptop_changes_nothing_until_somebody_has_looked(
    server: RunningServer, ann: Rep, tmp_path: Path
) -> None:
    customer = ann.customer("宏远机械")
    device = device_of(ann).id
    with server.database.write() as connection:
        enrolment.revoke(connection, device, server.clock())
    before = there(server)
    assert brought(server, sealed(server, ann, tmp_path)) == (0, 1, 0)
    assert there(server) == before
    with server.database.read() as connection:
        (letter,) = refused.letters(connection)
        known = devices.find_device(connection, device)
    assert (letter.key, letter.code) == (customer, "device_revoked")
    assert known is not None
    assert known.state is devices.DeviceState.REVOKED, "handing in says nothing of whether it was wiped"


def wipe_is_told(server: RunningServer, laptop: Rep) -> None:
    device, http = device_of(laptop), Http(server.address)
    http.wiped(device.id, 5, sign(device.key, signed_wipe(device.id, 5)))
    http.close()


def test_t02_that_a_laptop_was_revoked_is_never_forgotten_whatever_it_says_of_itself(
    server: RunningServer, ann: Rep, tmp_path: Path
) -> None:
    """It says that it was wiped, and that only its lease ran out; and it may have been away for long."""
    ann.customer("typed by the thief")
    with server.database.write() as connection:
        enrolment.revoke(connection, device_of(ann).id, server.clock())
    wipe_is_told(server, ann)
    away(server)
    assert brought(server, sealed(server, ann, tmp_path)) == (0, 1, 0)
    with server.database.read() as connection:
        (letter,) = refused.letters(connection)
    assert letter.code == "device_revoked"


def _nothing(_server: RunningServer, _laptop: Rep) -> None:
    pass


def _doubted(server: RunningServer, laptop: Rep) -> None:
    with server.database.write() as connection:
        known = devices.find_device(connection, device_of(laptop).id)
        assert known is not None
        devices.change_state(connection, known, devices.DeviceState.PENDING, doubt="token_reused")


def _ended(server: RunningServer, _laptop: Rep) -> None:
    with server.database.write() as connection:
        devices.end_sessions_of(connection, server.people["Ann"].user, server.clock())


def _unread(server: RunningServer, _laptop: Rep) -> None:
    with server.database.write() as connection:
        connection.exec_driver_sql("UPDATE device SET pulled_at = NULL")


@pytest.mark.parametrize(
    ("days", "reason", "before"),
    [
        (44, "lease", _nothing),
        (47, "order", _nothing),
        (47, "lease", _doubted),
        (47, "lease", _ended),
        (47, "lease", _unread),
        (47, "lease", wipe_is_told),
    ],
    ids=["not away", "not revoked", "in doubt", "its sessions ended", "never read", "wiped before"],
)
def test_t02_what_no_honest_laptop_would_seal_is_kept_apart(
    server: RunningServer,
    ann: Rep,
    tmp_path: Path,
    days: int,
    reason: Reason,
    before: Callable[[RunningServer, Rep], None],
) -> None:
    ann.customer("who typed this?")
    before(server, ann)
    away(server, days)
    known = there(server)
    assert brought(server, sealed(server, ann, tmp_path, reason)) == (0, 1, 0)
    assert there(server) == known
    with server.database.read() as connection:
        (letter,) = refused.letters(connection)
    assert (letter.verdict, letter.code) == ("quarantined", "sealed_doubtful")


def test_t02_a_laptop_that_nobody_let_in_changes_nothing_by_what_it_seals(
    server: RunningServer, tmp_path: Path
) -> None:
    """A stolen password makes a device that waits; it waits with what it seals too."""
    server.give_password("Ann", "correct horse")
    thief = rep.enrolled(server.address, Account("Ann", "correct horse"), tmp_path / "thief" / "crmdesk.db")
    thief.customer("planted")
    away(server)
    assert brought(server, sealed(server, thief, tmp_path)) == (0, 1, 0)
    thief.close()


def test_the_work_of_somebody_who_left_is_judged_as_their_laptops_push_would_be(
    server: RunningServer, ann: Rep, tmp_path: Path
) -> None:
    ann.customer("typed in the last days")
    with server.database.write() as connection:
        accounts.disable_user(connection, "Ann", server.clock())
    away(server)
    assert brought(server, sealed(server, ann, tmp_path)) == (0, 1, 0)
    with server.database.read() as connection:
        (letter,) = refused.letters(connection)
    assert letter.code == "forbidden", "nobody has her book; that she sealed it is no reason"


def test_sealed_work_with_a_gap_in_its_numbers_is_taken_in(
    server: RunningServer, ann: Rep, tmp_path: Path
) -> None:
    """What a restored server lost, and the laptop had settled, never comes again: nothing behind it waits for it."""
    kept = [ann.customer(f"c{n}") for n in range(4)]
    first = min(entry.counter for entry in ann.unsent())
    with ann.replica.database.write() as connection:
        outbox.settle(connection, [first + 1])
    away(server)
    assert brought(server, sealed(server, ann, tmp_path)) == (3, 0, 0)
    assert {key.id for key in (kept[0], *kept[2:])} <= there(server)


@in_a_file
def test_more_than_one_message_may_hold_is_sealed_in_parts_that_arrive_in_any_order(
    server: RunningServer, ann: Rep, tmp_path: Path
) -> None:
    """Unsent work of more bytes, which nothing makes smaller, than the company takes at once."""
    noise = secrets.token_bytes(MAX_BODY_BYTES + MAX_BODY_BYTES // 4)
    step = 48_000
    texts = [base64.b85encode(noise[at : at + step]).decode() for at in range(0, len(noise), step)]
    keys = [RecordKey("customer", ann.replica.new_id()) for _ in texts]
    for at in range(0, len(texts), 100):
        some = zip(keys[at : at + 100], texts[at : at + 100], strict=True)
        ann.replica.commit([Write(key, {"name": "n", "remark": text}) for key, text in some], kind="import")
    ann.write(keys[0], name="typed last, of what was typed first")
    away(server)
    files = all_sealed(server, ann, tmp_path)
    assert len(files) > 4
    assert max(map(len, files)) <= MAX_BODY_BYTES
    answers = [brought(server, one) for one in reversed(files)]
    assert [sum(found) for found in zip(*answers, strict=True)] == [len(keys), 0, 0]
    assert {key.id for key in keys} <= there(server)
    assert ann.sync().unsent == (0, 0)


def test_sealed_work_of_a_copied_profile_is_kept_apart_and_can_be_taken_in(
    server: RunningServer, ann: Rep, tmp_path: Path
) -> None:
    """Both copies gave the same numbers to what they typed; the other one's edits are here by then."""
    shared = ann.customer("shared")
    ann.sync()
    copy = ann.copied_to(tmp_path / "copy" / "crmdesk.db")
    for number in range(2):
        ann.customer(f"original {number}")
    ann.write(shared, remark="by the original")
    ann.sync()
    mine = [copy.customer(f"copy {number}") for number in range(3)]
    copy.write(shared, remark="by the copy")
    away(server)
    (content,) = all_sealed(server, copy, tmp_path / "stick")
    assert brought(server, content) == (0, 4, 0)
    with server.database.read() as connection:
        found = refused.letters(connection)
    assert {letter.code for letter in found} == {"sealed_doubtful"}
    assert {letter.key for letter in found} == {*mine, shared}
    for letter in found:
        with server.database.write() as connection:
            outcome = refusals.retry(connection, console(connection), letter.name, server.clock())
        assert outcome.verdict in ("accepted", "merged"), outcome
    assert {key.id for key in mine} <= there(server)
    with server.database.read() as connection:
        record = records.load(connection, [shared])[shared].record
    assert {edit.values["remark"] for edit in record.siblings("remark")} == {"by the original", "by the copy"}
    copy.close()


def attached(laptop: Rep, customer: RecordKey, content: bytes) -> str:
    """A photo of a customer, whose record names it; its SHA-256."""
    sha256 = str(laptop.replica.blobs.put(content, laptop.replica.clock.now_ms()))
    laptop.write(
        RecordKey("attachment", laptop.replica.new_id()),
        customer=customer.id, name="f.pdf", media_type="application/pdf", size=len(content), sha256=sha256,
    )  # fmt: skip
    return sha256


def stored(server: RunningServer) -> set[str]:
    with server.database.read() as connection:
        return {sha256 for sha256, _ in blobs.stored(connection)}


def test_contents_of_a_revoked_laptop_follow_the_record_that_an_administrator_takes_in(
    server: RunningServer, ann: Rep, tmp_path: Path
) -> None:
    """Their pieces come before the record is anywhere, and in any order."""
    content = secrets.token_bytes(PIECES_BYTES + 100)
    sha256 = attached(ann, ann.customer("宏远机械"), content)
    with server.database.write() as connection:
        enrolment.revoke(connection, device_of(ann).id, server.clock())
    files = all_sealed(server, ann, tmp_path / "stick")
    assert len(files) == 3
    http = Http(server.address)
    answers = [http.hand_in(one) for one in reversed(files)]
    http.close()
    assert sum(one.contents for one in answers) == 2
    assert sha256 not in stored(server)
    with server.database.read() as connection:
        found = sorted(refused.letters(connection), key=lambda letter: letter.key.entity, reverse=True)
    server.add_user("Root", "administrator")
    root = laptops.enrolled(server, "Root")
    for letter in found:
        answer = root.http.post(f"/v1/refused/{letter.name}/retry", json={})
        assert answer.json()["verdict"] == "accepted"
    assert sha256 in stored(server)
    assert BlobFiles(server.settings.blobs).is_whole(sha256)


def test_a_laptop_hands_in_so_many_sealed_messages_a_day_and_the_same_one_for_nothing(
    server: RunningServer, ann: Rep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SEALED", limits.Limit(2, DAY_MS // 2))
    made = []
    for number in range(3):
        ann.customer(f"c{number}")
        made.append(sealed(server, ann, tmp_path / str(number)))
    http = Http(server.address)
    first = http.hand_in(made[0])
    http.hand_in(made[1])
    assert http.hand_in(made[0]) == first
    with pytest.raises(CrmError) as caught:
        http.hand_in(made[2])
    assert caught.value.code == "too_many_tries"
    assert len(list((server.settings.directory / "sealed").iterdir())) == 2
    away(server, 1)
    http.hand_in(made[2])
    http.close()


@pytest.mark.parametrize("what", ["hand in", "wiped", "revoke", "approve"])
def test_the_company_is_locked_before_any_laptop_actor_or_bucket(
    server: RunningServer, ann: Rep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """As commands do it: two that took them in different orders would wait for each other."""
    ann.customer("c")
    content = sealed(server, ann, tmp_path)
    away(server)
    order: list[str] = []

    def noting(module: ModuleType, name: str, word: str) -> None:
        real = getattr(module, name)

        def noted(*args: Any, **named: Any) -> Any:
            order.append(word)
            return real(*args, **named)

        monkeypatch.setattr(module, name, noted)

    noting(people, "lock_company", "company")
    for module, name in (
        (buckets, "lock"),
        (actors, "claim"),
        (devices, "end_sessions"),
        (devices, "change_state"),
    ):
        noting(module, name, name)
    if what == "hand in":
        assert brought(server, content) == (1, 0, 0)
    elif what == "wiped":
        wipe_is_told(server, ann)
    else:
        with server.database.write() as connection:
            getattr(enrolment, what)(connection, device_of(ann).id, server.clock())
    assert order[0] == "company"
    assert len(set(order)) > 1
