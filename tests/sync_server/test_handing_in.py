"""Sealed work at the server, on both databases: judged like a push, kept apart where nobody knows who typed last."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmdesk.store import settings
from crmdesk.sync import sealing
from crmdesk.sync.http import Http
from sync_server import enrolment
from sync_server.sealing import opener_of
from sync_server.storage import devices, refused
from tests.support import rep
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


def sealed(server: RunningServer, laptop: Rep, folder: Path) -> bytes:
    (file,) = sealing.seal(laptop.replica, "lease", opener_of(server.settings).public.hex(), folder)
    return sealing.read(file)[1]


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


def test_everything_unsent_comes_in_at_once_whatever_its_size(
    server: RunningServer, ann: Rep, tmp_path: Path
) -> None:
    """More than a push may hold, parents and children in one, and an edit of what was sent before."""
    known = ann.customer("known")
    ann.sync()
    ann.write(known, remark="typed since")
    customers = [ann.customer(f"c{n}") for n in range(1_050)]
    visit = ann.visit(customers[-1], "谈价格")
    accepted, quarantined, rejected = brought(server, sealed(server, ann, tmp_path))
    assert (quarantined, rejected) == (0, 0)
    assert accepted == 1_052
    assert {key.id for key in (*customers, visit)} <= there(server)
    assert ann.sync().unsent == (0, 0), "and the laptop, were it still there, would learn that it has arrived"


def test_work_of_a_revoked_laptop_changes_nothing_until_somebody_has_looked(
    server: RunningServer, ann: Rep, tmp_path: Path
) -> None:
    customer = ann.customer("宏远机械")
    with ann.replica.database.read() as connection:
        device = settings.read(connection, "device", settings.Device).id
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
