"""A laptop that gives up what it holds: by order or because it stayed away, its unsent work sealed before all else."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from crmdesk.core.errors import CrmError
from crmdesk.core.lease import DAY_MS
from crmdesk.core.record import RecordKey
from crmdesk.core.roles import Role
from crmdesk.core.sealed import Order
from crmdesk.core.wire import OURS, Versions
from crmdesk.store import dialect, drafts, leases, settings
from crmdesk.store.opening import open_replica
from crmdesk.store.replica import Replica, Write
from crmdesk.sync import enrolment, sealing, wiping
from crmdesk.sync.lock import sync_lock
from crmdesk.sync.pinned import verify
from crmdesk.system import secrets
from crmdesk.system import wiping as system
from crmdesk.system.clock import SystemClock
from crmdesk.system.paths import Profile
from crmdesk.usecases.workspace import create_workspace, open_workspace, readings
from sync_server import enrolment as server_side
from sync_server import refusals
from sync_server.handlers import context, health
from sync_server.orders import Asker
from sync_server.sealing import opener_of
from sync_server.signing import signer_of
from sync_server.storage import blobs, devices, refused, sealed
from tests.support.desk import MemoryKeychain, keychain
from tests.support.rep import Rep
from tests.support.server import RunningServer
from tests.sync.conftest import Hire

LEFT_BEHIND = {"sealed", "wiped.json", "preferences.json"}


class Owner:
    """Somebody with a whole profile: a key in the keychain, a database, attachments, a copy, a form not saved."""

    def __init__(self, server: RunningServer, profile: Profile, name: str = "Ann") -> None:
        self.server, self.profile = server, profile
        self.key = secrets.new_key(profile, None)
        workspace = create_workspace(profile, self.key)
        enrolment.enrol(workspace.replica, server.address, server.code(server.people[name].user), "laptop")
        workspace.reader.close()
        self.rep = Rep(workspace.replica, enrolment.connect(workspace.replica))
        self.rep.sync()
        self.customer = self.rep.customer("canary-customer")
        (profile.folder / "backups").mkdir()
        (profile.folder / "backups" / "before-deletion-1.db").write_bytes(b"x")
        (profile.folder / "replaced-1.db").write_bytes(b"x")
        with self.rep.replica.database.write() as connection:
            drafts.put(connection, "visit:new", {"summary": "canary-draft"})
        self.rep.replica.blobs.put(b"canary-content" * 100, 1)
        self.device = device_of(self.rep.replica)

    def revoke(self) -> None:
        with self.server.database.write() as connection:
            server_side.revoke(connection, self.device, self.server.clock())

    def away(self, days: int, due_days: int | None = None) -> None:
        """As if the last contact were so long ago, and it had first been seen to be too long ago since `due_days`."""
        now = self.rep.replica.clock.now_ms()
        with self.server.database.write() as connection:
            pulled = (now - days * DAY_MS, self.device)
            dialect.run(connection, "UPDATE device SET pulled_at = ? WHERE id = ?", pulled)
        with self.rep.replica.database.write() as connection:
            kept = leases.kept(connection)
            assert kept is not None
            due = None if due_days is None else now - due_days * DAY_MS
            past = msgspec.structs.replace(kept, received_ms=now - days * DAY_MS, due_ms=due)
            settings.write(connection, {"lease": past})

    def sync(self) -> CrmError:
        problem = self.rep.engine.sync().problem
        assert problem is not None
        return problem

    def give_up(self, problem: CrmError) -> bool:
        self.rep.http.close()
        return wiping.wipe(self.profile, self.rep.replica, problem)

    def holds(self) -> set[str]:
        return {path.name for path in self.profile.folder.iterdir()}

    def opens(self) -> bool:
        try:
            key = secrets.existing_key(self.profile, lambda: None)
            open_workspace(self.profile, key, even_if_locked=True).close()
        except CrmError:
            return False
        return True


def device_of(replica: Replica) -> str:
    with replica.database.read() as connection:
        return str(settings.read(connection, "device", settings.Device).id)


@pytest.fixture
def chain() -> Iterator[MemoryKeychain]:
    with keychain(MemoryKeychain()) as backend:
        assert isinstance(backend, MemoryKeychain)
        yield backend


@pytest.fixture
def owner(server: RunningServer, tmp_path: Path, chain: MemoryKeychain) -> Iterator[Owner]:
    found = Owner(server, Profile(tmp_path / "ann"))
    yield found
    found.rep.http.close()
    found.rep.replica.close()


def letters(server: RunningServer) -> list[refused.Letter]:
    with server.database.read() as connection:
        return refused.letters(connection)


def state_of(server: RunningServer, device: str) -> devices.Device:
    with server.database.read() as connection:
        found = devices.find_device(connection, device)
    assert found is not None
    return found


def at_server(server: RunningServer, key: RecordKey) -> bool:
    with server.database.read() as connection:
        return (
            connection.exec_driver_sql("SELECT 1 FROM record WHERE id = '" + key.id + "'").first() is not None
        )


# -- by order --------------------------------------------------------------------------------------------------


def test_t02_a_revoked_laptop_is_wiped_at_its_next_contact_within_five_seconds(
    server: RunningServer, owner: Owner, chain: MemoryKeychain
):
    owner.revoke()
    started = time.monotonic()
    problem = owner.sync()
    assert problem.code == "device_wiped"
    assert owner.give_up(problem)
    assert time.monotonic() - started < 5
    assert chain.kept == {}, "the key is gone"
    assert owner.holds() <= LEFT_BEHIND, owner.holds()
    assert not owner.opens()
    wiping.hand_in(owner.profile)
    assert list(system.sealed_folder(owner.profile).iterdir()) == []
    known = state_of(server, owner.device)
    assert known.state is devices.DeviceState.WIPED
    assert known.wiped_at is not None


def test_t02_the_work_of_a_revoked_laptop_is_kept_for_an_administrator_who_may_take_it_in(
    server: RunningServer, owner: Owner
):
    owner.revoke()
    owner.give_up(owner.sync())
    account = wiping.hand_in(owner.profile)
    assert account.problem is None
    assert sum(answer.quarantined for answer in account.answers) == 1
    assert not at_server(server, owner.customer)
    (letter,) = letters(server)
    assert (letter.key, letter.verdict, letter.code) == (owner.customer, "quarantined", "device_revoked")
    with server.database.read() as connection:
        handed = sealed.listed(connection)
    assert any("canary-draft" in one.drafts.decode() for one in handed)
    with server.database.write() as connection:
        refusals.retry(connection, Asker("admin", Role.ADMINISTRATOR), letter.name, server.clock())
    assert at_server(server, owner.customer)


def test_t02_an_order_signed_by_another_key_is_ignored(owner: Owner, tmp_path: Path, server: RunningServer):
    order = msgspec.json.encode(Order(owner.device, 1, "00" * 32))
    stranger = signer_of(server.settings.__class__(tmp_path / "stranger"))
    forged = CrmError("device_revoked", order=order.decode(), signature=stranger.sign("wipe", order).hex())
    assert wiping.obeyed(owner.rep.replica, forged) is forged
    assert not owner.give_up(forged)
    assert owner.opens()


def test_t02_an_order_for_another_laptop_or_another_purpose_is_ignored(owner: Owner, server: RunningServer):
    signer = signer_of(server.settings)
    other = msgspec.json.encode(Order("0" * 32, 1, "00" * 32))
    own = msgspec.json.encode(Order(owner.device, 1, "00" * 32))
    for order, purpose in ((other, "wipe"), (own, "lease"), (b"{}", "wipe"), (b"no json", "wipe")):
        said = CrmError("device_revoked", order=order.decode(), signature=signer.sign(purpose, order).hex())
        assert wiping.obeyed(owner.rep.replica, said) is said
        assert not wiping.wipe(owner.profile, owner.rep.replica, said)
    assert owner.opens()


def test_a_laptop_whose_person_left_hands_in_what_is_unsent_and_hears_no_order(
    server: RunningServer, owner: Owner
):
    from sync_server import accounts

    with server.database.write() as connection:
        accounts.disable_user(connection, "Ann", server.clock())
    report = owner.rep.engine.sync()
    assert report.problem is None or "order" not in report.problem.about
    assert owner.rep.unsent() == []


def test_the_photo_of_somebody_who_left_still_comes_in(server: RunningServer, owner: Owner):
    from sync_server import accounts

    rep = owner.rep
    rep.sync()
    content = b"a photo of the last day" * 1000
    sha256 = str(rep.replica.blobs.put(content, rep.replica.clock.now_ms()))
    rep.write(
        RecordKey("attachment", rep.replica.new_id()),
        customer=owner.customer.id, name="f.pdf", media_type="application/pdf", size=len(content), sha256=sha256,
    )  # fmt: skip
    with server.database.write() as connection:
        accounts.change_book_owner(connection, "Ann", "Bo", server.clock(), leaving=True)
    rep.engine.sync()
    rep.engine.sync()
    with server.database.read() as connection:
        assert sha256 in {one for one, _ in blobs.stored(connection)}


def test_the_order_comes_with_a_refresh_too(owner: Owner, server: RunningServer):
    owner.revoke()
    with pytest.raises(CrmError) as caught:
        owner.rep.http.token()
    about = caught.value.about
    public = signer_of(server.settings).public.hex()
    assert verify(public, "wipe", str(about["order"]).encode(), str(about["signature"]))


@pytest.mark.parametrize("step", ["sealed", "begun", "key gone", "half gone"])
def test_t02_a_death_at_any_step_leaves_all_as_it_was_or_nothing_readable(
    owner: Owner, step: str, monkeypatch: pytest.MonkeyPatch
):
    """And the next start takes it up."""
    owner.revoke()
    problem = owner.sync()

    class Death(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Death

    if step == "sealed":
        monkeypatch.setattr(system, "begin", die)
    elif step == "begun":
        monkeypatch.setattr(secrets, "forget_key", die)
    elif step == "key gone":
        monkeypatch.setattr(system, "_holdings", die)
    else:
        monkeypatch.setattr(shutil, "rmtree", die)
    with pytest.raises(Death):
        owner.give_up(problem)
    monkeypatch.undo()
    owner.rep.replica.close()
    if step == "sealed":
        assert owner.opens()
        return
    if step != "begun":
        assert not owner.opens()
    system.carry_out(owner.profile)
    assert not owner.opens()
    assert owner.holds() <= LEFT_BEHIND
    assert wiping.hand_in(owner.profile).problem is None


def test_t02_work_that_can_not_be_made_safe_is_not_destroyed(owner: Owner):
    owner.revoke()
    problem = owner.sync()
    (owner.profile.folder / "sealed").write_text("in the way")
    with pytest.raises(CrmError) as caught:
        owner.give_up(problem)
    assert caught.value.code == "database_unwritable"
    assert not system.is_begun(owner.profile)
    assert owner.opens()


def another_process(owner: Owner) -> Replica:
    """The same profile, open in another process: the desktop beside the command line."""
    place = owner.rep.replica.identity().place
    path = owner.profile.database
    return open_replica(path, key=owner.key, clock=SystemClock(), readings=readings, place=place)


def test_t02_what_another_process_writes_while_the_laptop_is_wiped_is_sealed_or_refused(
    owner: Owner, server: RunningServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(dialect, "BUSY_TIMEOUT_MS", 50)
    desktop = another_process(owner)
    typed: list[RecordKey] = []
    refusals_met: list[str] = []

    def write(name: str) -> None:
        key = RecordKey("customer", desktop.new_id())
        try:
            desktop.commit([Write(key, {"name": name})])
        except CrmError as error:
            refusals_met.append(error.code)
        else:
            typed.append(key)

    def beside(module: ModuleType, name: str) -> None:
        real = getattr(module, name)

        def going_on(*args: object, **named: object) -> object:
            write(f"before {name}")
            done = real(*args, **named)
            write(f"after {name}")
            return done

        monkeypatch.setattr(module, name, going_on)

    owner.revoke()
    problem = owner.sync()
    write("before all of it")
    beside(sealing, "seal")
    beside(system, "begin")
    beside(secrets, "forget_key")
    assert owner.give_up(problem)
    write("after all of it")
    with pytest.raises(CrmError) as caught, desktop.database.write() as connection:
        drafts.put(connection, "visit:new", {"summary": "a form is not kept there either"})
    desktop.close()
    assert refusals_met == ["database_busy"] * 4 + ["profile_gone"] * 3
    assert caught.value.code == "profile_gone"
    wiping.hand_in(owner.profile)
    assert {key.id for key in typed} <= {letter.key.id for letter in letters(server)}


def test_t02_a_laptop_is_not_wiped_while_another_process_syncs(owner: Owner):
    owner.revoke()
    problem = owner.sync()
    with sync_lock(owner.profile.database), pytest.raises(CrmError) as caught:
        wiping.wipe(owner.profile, owner.rep.replica, problem)
    assert caught.value.code == "database_busy"
    assert not system.is_begun(owner.profile)
    assert owner.give_up(problem), "and is when that is over"


def test_t02_of_two_processes_that_hear_the_order_the_second_finds_nothing_left_to_do(
    owner: Owner, server: RunningServer
):
    desktop = another_process(owner)
    owner.revoke()
    problem = owner.sync()
    assert owner.give_up(problem)
    assert wiping.wipe(owner.profile, desktop, problem)
    assert wiping.hand_in(owner.profile).problem is None
    assert owner.customer in {letter.key for letter in letters(server)}


def test_t02_a_wipe_that_can_not_seal_leaves_the_copies_too(owner: Owner, monkeypatch: pytest.MonkeyPatch):
    owner.revoke()
    problem = owner.sync()
    aside = owner.profile.folder / "replaced-2.db"
    owner.rep.replica.database.scrub()
    shutil.copy(owner.profile.database, aside)
    held = owner.holds() | {path.name for path in (owner.profile.folder / "backups").iterdir()}

    def full(*_: object) -> None:
        raise CrmError("disk_full")

    with monkeypatch.context() as patch:
        patch.setattr(sealing, "_write", full)
        with pytest.raises(CrmError):
            owner.give_up(problem)
    left = owner.holds() | {path.name for path in (owner.profile.folder / "backups").iterdir()}
    assert held <= left
    assert owner.opens()


def test_t02_what_was_never_sent_from_a_file_put_aside_is_sealed_as_well(owner: Owner, server: RunningServer):
    owner.rep.replica.database.scrub()
    shutil.copy(owner.profile.database, owner.profile.folder / "replaced-2.db")
    owner.revoke()
    assert owner.give_up(owner.sync())
    assert owner.holds() <= LEFT_BEHIND
    wiping.hand_in(owner.profile)
    with server.database.read() as connection:
        forms = " ".join(one.drafts.decode() for one in sealed.listed(connection))
    assert "canary-customer" in forms
    assert "canary-draft" in forms


# -- because it stayed away ------------------------------------------------------------------------------------------


def test_t03_too_long_away_the_work_is_sealed_and_arrives_as_if_it_had_been_sent(
    server: RunningServer, owner: Owner
):
    owner.away(46, due_days=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner.rep.http, "hello", offline)
        patch.setattr(owner.rep.http, "heads", offline)
        problem = owner.sync()
    assert problem.code == "device_purged"
    assert owner.give_up(problem)
    assert owner.holds() <= LEFT_BEHIND
    files = sealing.waiting(system.sealed_folder(owner.profile))
    assert len(files) == 3, "edits, forms and a content travel by themselves"
    assert not any(b"canary" in file.read_bytes() for file in files)
    account = wiping.hand_in(owner.profile)
    assert account.problem is None
    assert sum(answer.accepted for answer in account.answers) == 1
    assert at_server(server, owner.customer)
    assert state_of(server, owner.device).state is devices.DeviceState.WIPED


def test_t03_the_server_is_asked_first_and_a_lease_renewed_destroys_nothing(owner: Owner):
    owner.away(46, due_days=1)
    assert owner.rep.engine.sync().problem is None
    assert owner.rep.unsent() == []
    assert not owner.give_up(CrmError("device_purged"))
    assert owner.opens()


def test_t03_what_has_just_become_due_waits_for_a_day(owner: Owner):
    owner.away(46)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner.rep.http, "hello", offline)
        patch.setattr(owner.rep.http, "heads", offline)
        assert owner.sync().code == "offline"
    assert not owner.give_up(CrmError("device_purged"))
    assert owner.opens()


def too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server has gone on, and refuses this laptop's program."""
    monkeypatch.setattr(context, "OLDEST", Versions(*(number + 1 for number in OURS)))
    monkeypatch.setattr(health, "OLDEST", Versions(*(number + 1 for number in OURS)))


def test_t03_a_laptop_whose_program_is_too_old_is_known_to_its_company_and_keeps_what_it_holds(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
):
    too_old(monkeypatch)
    owner.away(46, due_days=2)
    assert owner.sync().code == "upgrade_needed"
    replica = owner.rep.replica
    with replica.database.read() as connection:
        kept = leases.kept(connection)
    assert kept is not None
    assert kept.due_ms is None
    assert replica.clock.now_ms() - kept.received_ms < DAY_MS, "it was renewed"
    assert not owner.give_up(CrmError("device_purged"))
    assert owner.opens()


def test_t03_nor_is_it_destroyed_where_nothing_renews_its_lease(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
):
    too_old(monkeypatch)
    monkeypatch.setattr(owner.rep.http, "lease", offline)
    owner.away(46, due_days=2)
    assert owner.sync().code == "upgrade_needed"


def test_t02_an_order_reaches_a_program_that_is_too_old(owner: Owner, monkeypatch: pytest.MonkeyPatch):
    too_old(monkeypatch)
    owner.revoke()
    assert owner.sync().code == "device_wiped"


def test_t03_a_start_notes_that_it_is_due(owner: Owner):
    owner.away(46)
    path, place = owner.rep.replica.database.path, owner.rep.replica.identity().place
    owner.rep.replica.close()
    later = open_replica(path, key=owner.key, clock=SystemClock(), readings=readings, place=place)
    with later.database.read() as connection:
        kept = leases.kept(connection)
    later.close()
    assert kept is not None
    assert kept.due_ms is not None


def test_a_sealed_file_is_taken_in_once(owner: Owner, server: RunningServer, tmp_path: Path):
    owner.away(46)
    seal_key = opener_of(server.settings).public.hex()
    files = sealing.seal(owner.rep.replica, "lease", seal_key, tmp_path / "stick")
    again = [Path(shutil.copy(file, tmp_path / f"copy-{n}")) for n, file in enumerate(files)]
    first = wiping.hand_in(owner.profile, files)
    second = wiping.hand_in(owner.profile, again)
    assert first.answers == second.answers
    assert first.answers[0].accepted == 1
    assert files[0].exists(), "what somebody brought stays theirs"
    with server.database.read() as connection:
        assert len(sealed.listed(connection)) == len(files)


def test_what_another_laptop_signed_is_refused(
    owner: Owner, server: RunningServer, hire: Hire, tmp_path: Path
):
    """Nobody hands in work in another laptop's name."""
    bo = hire("Bo")
    with bo.replica.database.write() as connection:
        device = settings.read(connection, "device", settings.Device)
        settings.write(connection, {"device": msgspec.structs.replace(device, id=owner.device)})
    bo.customer("forged")
    files = sealing.seal(bo.replica, "lease", opener_of(server.settings).public.hex(), tmp_path / "stick")
    account = wiping.hand_in(owner.profile, files)
    assert account.unreadable == files
    with server.database.read() as connection:
        assert sealed.listed(connection) == []


def test_a_laptop_says_itself_that_it_was_wiped(owner: Owner, server: RunningServer):
    with pytest.raises(CrmError) as caught:
        owner.rep.http.wiped(owner.device, 5, "00" * 64)
    assert caught.value.code == "session_expired"
    assert state_of(server, owner.device).state is devices.DeviceState.ACTIVE


def test_a_sealed_file_says_no_more_on_its_outside_than_whom_it_is_for(
    owner: Owner, server: RunningServer, tmp_path: Path
):
    (file, *_) = sealing.seal(owner.rep.replica, "lease", opener_of(server.settings).public.hex(), tmp_path)
    line = json.loads(file.read_bytes().partition(b"\n")[0])
    assert set(line) == {"server_id", "url", "at_ms", "crmdesk", "version"}


def test_sealed_files_are_handed_in_in_the_order_they_were_made(tmp_path: Path):
    """A content's tenth piece comes after its ninth; so it does in files that an older program named."""
    names = [f"{laptop}-{number}.crmdesk" for laptop in ("a", "b") for number in (0, 9, 10, 11, 100)]
    for name in [*names[::-1], "brought by mail.crmdesk"]:
        (tmp_path / name).touch()
    assert [path.name for path in sealing.waiting(tmp_path)] == [*names, "brought by mail.crmdesk"]


def offline(*_: object) -> None:
    raise CrmError("offline")
