"""A laptop as a witness: it keeps the newest signed root of the audit, and finds what does not carry on from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from crmdesk.store import settings
from crmdesk.store.settings import Testimony
from sync_server import accounts, audit, roots
from sync_server.signing import signer_of
from sync_server.storage import audits
from tests.support.postgres import Postgres
from tests.support.rep import Rep
from tests.support.server import HOUR_MS, RunningServer, running_company, small_company
from tests.support.tampering import rewrite, sign_anew, tamper, unguarded
from tests.sync.conftest import Hire


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningServer]:
    """The small company, served from both databases."""
    with ExitStack() as stack:
        url = None
        if request.param == "postgresql":
            service: Postgres = request.getfixturevalue("postgres_service")
            url = stack.enter_context(service.copy("postgresql", small_company))
        running = stack.enter_context(running_company(tmp_path, url=url))
        yield running


def sign(server: RunningServer) -> None:
    with server.database.write() as connection:
        assert roots.make(connection, signer_of(server.settings), server.clock(), is_asked=True) is not None


def busy(server: RunningServer, laptop: Rep, times: int = 1) -> None:
    """Work that the server writes down, and a root over it each time."""
    for _ in range(times):
        laptop.customer("宏远机械")
        laptop.sync()
        sign(server)


def kept(laptop: Rep) -> Testimony:
    with laptop.replica.database.read() as connection:
        return settings.read(connection, "testimony", Testimony) or Testimony()


def number(laptop: Rep) -> int:
    held = kept(laptop).held
    root = held.root if held else None
    return root.number if root else 0


def told(server: RunningServer) -> list[str]:
    """The devices that said they hold a root which the server does not know."""
    with server.database.read() as connection:
        return [
            entry.device for entry in audits.latest(connection, {"kind = ?": audit.UNKNOWN_ROOT}, None, 99)
        ]


def is_contradicted(laptop: Rep) -> bool:
    """After one more sync, which goes through whatever the laptop thinks of the audit."""
    laptop.sync()
    return kept(laptop).contradiction is not None


def test_a_laptop_keeps_the_newest_root_and_follows_those_in_between(
    server: RunningServer, hire: Hire
) -> None:
    ann, bo = hire("Ann"), hire("Bo")
    assert not is_contradicted(ann)
    first = number(ann)
    busy(server, bo, 1)
    assert not is_contradicted(ann)
    busy(server, bo, 4)
    assert not is_contradicted(ann)
    assert number(ann) == first + 5
    assert told(server) == []


def test_who_left_hands_in_what_is_unsent_though_no_root_is_shown_to_them(
    server: RunningServer, hire: Hire
) -> None:
    """R28."""
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    busy(server, ann)
    ann.sync()
    ann.write(customer, city="上海")
    busy(server, bo, 3)
    with server.database.write() as connection:
        accounts.disable_user(connection, "Ann", server.clock())
    assert ann.sync().unsent == (0, 0)


def test_the_first_root_of_each_day_is_kept(server: RunningServer, hire: Hire) -> None:
    ann = hire("Ann")
    for _ in range(2):
        busy(server, ann, 2)
        ann.sync()
        server.clock.ahead_ms += 24 * HOUR_MS
    days = [day for day, _ in kept(ann).days]
    assert len(days) == len(set(days)) >= 2
    assert days == sorted(days)


def test_t51_a_laptop_finds_rows_and_roots_that_were_cut_off(server: RunningServer, hire: Hire) -> None:
    ann = hire("Ann")
    busy(server, ann, 3)
    assert not is_contradicted(ann)
    before = number(ann)
    tamper(server, "DELETE FROM audit WHERE chain = ? AND number > 1", (ann.replica.identity().book,))
    tamper(server, "DELETE FROM audit_root_head WHERE root > 2")
    tamper(server, "DELETE FROM audit_root WHERE number > 2")
    assert is_contradicted(ann)
    assert is_contradicted(ann)
    assert number(ann) == before, "the witness keeps what it saw"
    assert len(told(server)) == 1


def test_t51_a_laptop_finds_a_chain_that_was_written_and_signed_anew(
    server: RunningServer, hire: Hire
) -> None:
    """With the database and the key: as many rows, as many roots, every seal and signature as it must be."""
    ann = hire("Ann")
    busy(server, ann, 3)
    assert not is_contradicted(ann)
    rewrite(server, ann.replica.identity().book, lambda rows: [row._replace(device="0" * 32) for row in rows])
    sign_anew(server)
    assert is_contradicted(ann)
    busy(server, ann, 6)  # later roots do not make it good
    assert is_contradicted(ann)
    assert len(told(server)) == 1


def test_t51_a_laptop_finds_a_root_with_another_past_and_the_same_number(
    server: RunningServer, hire: Hire
) -> None:
    ann, bo = hire("Ann"), hire("Bo")
    assert not is_contradicted(ann)
    busy(server, bo, 1)
    tamper(
        server,
        "UPDATE audit_root SET content = replace(content, '\"number\":', '\"number\": ') WHERE number = 2",
    )
    assert is_contradicted(ann)


def test_t51_a_laptop_takes_no_root_that_the_company_did_not_sign(server: RunningServer, hire: Hire) -> None:
    ann, bo = hire("Ann"), hire("Bo")
    assert not is_contradicted(ann)
    before = number(ann)
    busy(server, bo, 1)
    tamper(server, "UPDATE audit_root SET signature = ? WHERE number = ?", ("0" * 128, before + 1))
    assert is_contradicted(ann)
    assert number(ann) == before


def test_t51_a_laptop_finds_that_all_roots_are_gone(server: RunningServer, hire: Hire) -> None:
    ann = hire("Ann")
    assert not is_contradicted(ann)
    with unguarded(server) as connection:
        connection.exec_driver_sql("DELETE FROM audit_root")
    assert is_contradicted(ann)


def test_a_restore_that_was_proven_is_called_one(server: RunningServer, hire: Hire, tmp_path: Path) -> None:
    ann = hire("Ann")
    busy(server, ann, 2)
    ann.sync()
    backup = server.backup(tmp_path / "backup")
    busy(server, ann, 2)
    ann.sync()
    before = number(ann)
    server.restore(backup)
    assert not is_contradicted(ann)
    (restore,) = kept(ann).restores
    assert restore.held is not None
    assert restore.held.root is not None
    assert restore.held.root.number == before
    assert number(ann) < before
    assert len(told(server)) == 1, "the administrator hears what the backup lacks"
    busy(server, ann, 3)
    assert not is_contradicted(ann)
    assert len(kept(ann).restores) == 1


def test_a_restore_that_nobody_has_proven_yet_looks_like_tampering_until_somebody_does(
    server: RunningServer, hire: Hire, tmp_path: Path
) -> None:
    ann, cai = hire("Ann"), hire("Cai")
    busy(server, ann, 1)
    for laptop in (ann, cai):
        laptop.sync()
    backup = server.backup(tmp_path / "backup")
    busy(server, cai, 2)
    ann.sync()  # nothing of Ann's is lost: she can prove nothing
    server.restore(backup)
    assert is_contradicted(ann)
    assert not is_contradicted(cai)
    assert not is_contradicted(ann)
    assert [len(kept(laptop).restores) for laptop in (ann, cai)] == [1, 1]


def test_a_server_that_is_itself_again_contradicts_nothing(
    server: RunningServer, hire: Hire, tmp_path: Path
) -> None:
    ann = hire("Ann")
    busy(server, ann, 2)
    assert not is_contradicted(ann)
    whole = server.backup(tmp_path / "whole")
    tamper(server, "DELETE FROM audit_root WHERE number > 2")
    assert is_contradicted(ann)
    server.restore(whole)
    assert not is_contradicted(ann)
