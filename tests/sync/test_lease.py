"""The lease over the wire and in the laptop: renewed by a sync, kept encrypted, never lengthened by a clock."""

from __future__ import annotations

import msgspec
import pytest

from crmdesk.core.errors import CrmError
from crmdesk.core.lease import DAY_MS, MINUTE_MS, Standing, judge
from crmdesk.store import leases, settings
from crmdesk.store.opening import open_replica
from crmdesk.sync import company
from crmdesk.sync.pinned import verify
from crmdesk.system.clock import SystemClock
from sync_server.leases import change_terms
from tests.support.rep import KEY, Rep, readings
from tests.support.server import RunningServer
from tests.sync.conftest import Hire

YEAR_MS = 365 * DAY_MS


class Clock(SystemClock):
    """The machine's clock, put wrong by `ahead_ms`."""

    ahead_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms


def with_clock(rep: Rep) -> Clock:
    rep.replica.clock = clock = Clock()
    return clock


def standing(rep: Rep) -> Standing:
    with rep.replica.database.read() as connection:
        seen = settings.identity(connection).seen_ms
        return judge(leases.kept(connection), seen, rep.replica.clock.now_ms()).standing


def refused(rep: Rep) -> str:
    with pytest.raises(CrmError) as caught:
        rep.customer("late")
    return caught.value.code


def test_a_sync_brings_a_lease_that_the_company_signed(server: RunningServer, hire: Hire):
    ann = hire("Ann")
    ann.sync()
    with ann.replica.database.read() as connection:
        kept = leases.kept(connection)
        pinned = settings.read(connection, "server", settings.Server)
        device = settings.read(connection, "device", settings.Device)
    assert kept is not None
    assert verify(pinned.key, "lease", kept.content.encode(), kept.signature)
    assert (kept.lease.device, kept.lease.user) == (device.id, server.people["Ann"].user)
    assert (kept.lease.lock_after_ms, kept.lease.purge_after_ms) == (21 * DAY_MS, 45 * DAY_MS)
    assert kept.lease.idle_ms == 15 * MINUTE_MS


def test_t03_a_laptop_that_stayed_away_writes_nothing_until_it_synced(hire: Hire):
    ann = hire("Ann")
    ann.sync()
    before = ann.customer("宏远机械")
    clock = with_clock(ann)
    clock.ahead_ms = 21 * DAY_MS
    assert standing(ann) is Standing.LOCKED
    assert refused(ann) == "lease_expired"
    assert len(ann.unsent()) == 1
    ann.sync()  # what was unsent goes out, and the laptop is open again
    assert ann.unsent() == []
    assert standing(ann) is Standing.OPEN
    assert ann.name(before) == "宏远机械"
    ann.customer("明天")


@pytest.mark.parametrize("back", [60 * MINUTE_MS, YEAR_MS])
def test_t03_a_clock_set_back_is_noticed_by_what_was_seen_at_a_write(hire: Hire, back: int):
    ann = hire("Ann")
    ann.sync()
    ann.customer("宏远机械")
    clock = with_clock(ann)
    clock.ahead_ms = -back
    assert refused(ann) == "clock_set_back"
    ann.sync()
    assert standing(ann) is Standing.OPEN
    ann.customer("明天")


def test_t03_a_start_is_seen_too_and_outlasts_the_process(hire: Hire):
    """Twenty days pass, a start sees them, and the clock is set back: the days stay spent."""
    ann = hire("Ann")
    ann.sync()
    path, place = ann.replica.database.path, ann.replica.identity().place
    later = Clock()
    later.ahead_ms = 22 * DAY_MS
    ann.replica.close()
    open_replica(path, key=None, clock=later, readings=readings, place=place).close()
    ann.replica = open_replica(path, key=None, clock=Clock(), readings=readings, place=place)
    assert standing(ann) is Standing.SET_BACK


def test_t03_thirty_years_ahead_locks_and_the_server_is_asked_before_anything_is_destroyed(hire: Hire):
    ann = hire("Ann")
    ann.sync()
    ann.customer("宏远机械")
    clock = with_clock(ann)
    clock.ahead_ms = 30 * YEAR_MS
    assert refused(ann) == "lease_expired"
    ann.sync()
    assert standing(ann) is Standing.OPEN
    clock.ahead_ms = 0
    assert standing(ann) is Standing.SET_BACK
    ann.sync()
    assert standing(ann) is Standing.OPEN


def test_t03_an_old_lease_can_not_be_shown_again(server: RunningServer, hire: Hire):
    """A lease answers the challenge of one moment; replayed, signed as it is, it renews nothing."""
    ann = hire("Ann")
    challenge = "ab" * 32
    old = ann.http.heads(challenge)
    assert old.lease is not None
    with ann.replica.database.write() as connection, pytest.raises(CrmError) as caught:
        company.hear(connection, old, "cd" * 32, 5)
    assert caught.value.code == "server_key_changed"
    assert ann.http.heads().lease is None


@pytest.mark.parametrize("change", ["content", "signature", "device"])
def test_t03_a_lease_that_the_company_did_not_sign_for_this_laptop_is_refused(hire: Hire, change: str):
    ann, bo = hire("Ann"), hire("Bo")
    challenge = "ab" * 32
    heads = (bo if change == "device" else ann).http.heads(challenge)
    assert heads.lease is not None
    lease = heads.lease
    if change == "content":
        lease = msgspec.structs.replace(lease, content=lease.content.replace("1814400000", "9914400000"))
        assert lease != heads.lease
    if change == "signature":
        lease = msgspec.structs.replace(lease, signature="00" * 64)
    forged = msgspec.structs.replace(heads, lease=lease)
    with ann.replica.database.write() as connection, pytest.raises(CrmError) as caught:
        company.hear(connection, forged, challenge, 5)
    assert caught.value.code == "server_key_changed"


def test_a_change_of_the_terms_reaches_a_laptop_with_its_next_sync(server: RunningServer, hire: Hire):
    ann = hire("Ann")
    ann.sync()
    with server.database.write() as connection:
        change_terms(connection, server.clock(), lock_days=60, purge_days=90)
    ann.sync()
    clock = with_clock(ann)
    clock.ahead_ms = 50 * DAY_MS
    assert standing(ann) is Standing.OPEN


def test_terms_that_destroy_before_they_lock_are_refused(server: RunningServer):
    with server.database.write() as connection, pytest.raises(CrmError) as caught:
        change_terms(connection, server.clock(), lock_days=45, purge_days=45)
    assert caught.value.code == "bad_argument"


def test_the_lease_is_in_no_file_in_the_clear(server: RunningServer, tmp_path):
    from tests.support.rep import enrolled

    ann = enrolled(
        server.address, server.code(server.people["Ann"].user), tmp_path / "locked" / "crmdesk.db", KEY
    )
    ann.sync()
    with ann.replica.database.read() as connection:
        kept = leases.kept(connection)
    ann.close()
    assert kept is not None
    for file in (tmp_path / "locked").rglob("*"):
        if file.is_file():
            assert kept.signature.encode() not in file.read_bytes()
