"""R19: a recovery that ends anywhere, by a person's hand, a lost line or a crash, is taken up by the next sync.

What proves that the server was restored has to outlive every step before the comparison: without it, what only this
laptop holds would be taken for what the server removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.roles import Role
from crmdesk.store import outbox, records, settings
from crmdesk.store.unreadable import Unreadable
from crmdesk.sync import commands
from crmdesk.sync.engine import Engine
from sync_server import accounts
from tests.support.rep import Rep
from tests.support.server import RunningServer
from tests.sync.conftest import Hire

ASKED = ("heads", "lost", "groups", "digests", "states", "recover", "push", "pull")


class Killed(BaseException):
    """The program is gone."""


class Interruption:
    """Ends a sync at its n-th step of some kind; `happened` says whether it came that far."""

    def __init__(self, number: int, patched: pytest.MonkeyPatch) -> None:
        self._left = number
        self._patched = patched
        self.happened = False

    def stopped(self, laptop: Rep) -> None:
        """A person stops it, as often as it is asked."""
        laptop.engine.sync(cancelled=lambda: self.happened or self._is_now())

    def unsent(self, laptop: Rep) -> None:
        self._cut(laptop, is_heard=False)

    def unheard(self, laptop: Rep) -> None:
        self._cut(laptop, is_heard=True)

    def killed(self, laptop: Rep) -> None:
        """The program dies before a commit."""
        write = laptop.replica.database.write

        @contextmanager
        def dying() -> Iterator[Connection]:
            with write() as connection:
                yield connection
                if self._is_now():
                    raise Killed

        self._patched.setattr(laptop.replica.database, "write", dying)
        try:
            laptop.engine.sync()
        except Killed:
            assert self.happened

    def _cut(self, laptop: Rep, *, is_heard: bool) -> None:
        """The line is lost before a request or before its answer, and stays away."""

        def cut(ask: Callable[..., Any]) -> Callable[..., Any]:
            def asked(*said: Any, **named: Any) -> Any:
                if self.happened:
                    raise CrmError("offline")
                if not self._is_now():
                    return ask(*said, **named)
                if is_heard:
                    ask(*said, **named)
                raise CrmError("offline")

            return asked

        for name in ASKED:
            self._patched.setattr(laptop.http, name, cut(getattr(laptop.http, name)))
        laptop.engine.sync()

    def _is_now(self) -> bool:
        self._left -= 1
        self.happened = self.happened or self._left < 0
        return self._left < 0


@pytest.mark.parametrize("manner", ["stopped", "unsent", "unheard", "killed"])
def test_r19_a_recovery_interrupted_at_any_step_is_taken_up_by_the_next_sync(
    server: RunningServer, hire: Hire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manner: str
):
    """Another laptop writes meanwhile, so the lost numbers are used again; work typed since the restore waits."""
    ann, other = hire("Ann"), hire("Ann")
    old = ann.customer("宏远机械")
    ann.sync()
    other.sync()
    for step in count():
        backup = server.backup(tmp_path / f"backup{step}.db")
        lost = ann.customer(f"客户{step}")
        ann.write(old, remark=f"remark {step}")
        ann.sync()
        server.restore(backup)
        unsent = ann.visit(lost, "谈价格")
        for _ in range(3):
            other.write(old, city=f"city {step}")
            other.engine.sync()
        with monkeypatch.context() as patched:
            interruption = Interruption(step, patched)
            getattr(interruption, manner)(ann)
        ann.engine.sync()
        ann.sync()
        assert ann.unsent() == []
        assert ann.shows(old) == {"name": "宏远机械", "remark": f"remark {step}", "city": f"city {step}"}, (
            step
        )
        assert ann.names() == {"宏远机械", *(f"客户{n}" for n in range(step + 1))}, step
        with server.database.read() as connection:
            assert records.load(connection, [lost, unsent]).keys() == {lost, unsent}, step
        if not interruption.happened:
            break
    assert step > 5, "a recovery has steps"


def test_r19_what_was_sent_before_the_bucket_was_ever_read_is_brought_back(
    server: RunningServer, hire: Hire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    ann = hire("Ann")
    backup = server.backup(tmp_path / "backup.db")
    customer = ann.customer("宏远机械")
    with monkeypatch.context() as patched:
        patched.setattr(ann.http, "pull", _cut_off)
        ann.engine.sync()
    assert ann.unsent() == []
    server.restore(backup)
    ann.engine.sync()
    ann.sync()
    assert ann.names() == {"宏远机械"}
    with server.database.read() as connection:
        assert records.load(connection, [customer]).keys() == {customer}


def test_r19_what_was_sent_while_the_bucket_was_half_read_is_brought_back(
    server: RunningServer, hire: Hire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The first pages have come; the server was put back to between them and what was sent."""
    ann, other = hire("Ann"), hire("Ann")
    for n in range(3):
        other.customer(f"客户{n}")
        other.sync()
    monkeypatch.setattr("sync_server.pulling.PAGE_RECORDS", 1)
    ann.engine.sync(cancelled=_after(ann, pages=2))
    backup = server.backup(tmp_path / "backup.db")
    customer = ann.customer("宏远机械")
    with monkeypatch.context() as patched:
        patched.setattr(ann.http, "pull", _cut_off)
        ann.engine.sync()
    assert ann.unsent() == []
    server.restore(backup)
    ann.engine.sync()
    ann.sync()
    assert ann.names() == {"宏远机械", "客户0", "客户1", "客户2"}
    with server.database.read() as connection:
        assert records.load(connection, [customer]).keys() == {customer}


def test_r19_a_server_restored_right_before_a_pull_is_not_taken_at_its_word(
    server: RunningServer, hire: Hire, tmp_path: Path
):
    """What was just sent is not in what it tells, though the cursor still is: it was read no further than that."""
    ann, other = hire("Ann"), hire("Ann")
    ann.sync()
    other.customer("another")
    other.sync()
    backup = server.backup(tmp_path / "backup.db")
    customer = ann.customer("宏远机械")
    pull = ann.http.pull

    def restored(*said: Any, **named: Any) -> Any:
        ann.http.pull = pull  # type: ignore[method-assign]
        server.restore(backup)
        return pull(*said, **named)

    ann.http.pull = restored  # type: ignore[method-assign]
    ann.engine.sync()
    assert ann.name(customer) == "宏远机械"
    ann.engine.sync()
    ann.sync()
    assert ann.names() == {"宏远机械", "another"}
    with server.database.read() as connection:
        assert records.load(connection, [customer]).keys() == {customer}


@pytest.mark.parametrize("others", [0, 3])
def test_r19_a_server_restored_right_before_it_tells_of_a_move_does_not_take_late_work_along(
    server: RunningServer, hire: Hire, tmp_path: Path, others: int
):
    """The move is in the backup and what its author wrote after it is not: nothing may leave before that is proven.

    Nor where the restored server has made as many commits since, and more: it went another course.
    """
    ann, cai, mei, bo = hire("Ann"), hire("Cai"), hire("Mei"), hire("Ann")
    customer = ann.customer("宏远机械")
    for laptop in (ann, cai, mei, bo):
        laptop.sync()
    commands.change_owner(mei.replica, mei.http, [customer.id], server.people["Cai"].user)
    backup = server.backup(tmp_path / "backup.db")
    ann.write(customer, city="苏州")
    pull = ann.http.pull

    def restored(bucket: str, *said: Any, **named: Any) -> Any:
        if bucket == server.people["Ann"].book and ann.unsent() == []:
            ann.http.pull = pull  # type: ignore[method-assign]
            server.restore(backup)
            for n in range(others):
                bo.customer(f"客户{n}")
                bo.sync()
        return pull(bucket, *said, **named)

    ann.http.pull = restored  # type: ignore[method-assign]
    ann.engine.sync()
    assert ann.http.pull is pull, "the server was restored"
    for laptop in (ann, cai, mei, ann, cai):
        laptop.engine.sync()
    shown = cai.shows(customer)
    assert shown is not None
    assert shown["city"] == "苏州"
    assert ann.shows(customer) is None


def test_r19_a_program_that_reads_everything_anew_still_proves_the_loss(
    server: RunningServer, hire: Hire, tmp_path: Path
):
    """A newer version reads again what the one before could not."""
    ann = hire("Ann")
    ann.sync()
    backup = server.backup(tmp_path / "backup.db")
    customer = ann.customer("宏远机械")
    ann.sync()
    server.restore(backup)
    with ann.replica.database.write() as connection:
        settings.write(connection, {"unreadable": Unreadable("0.0.1", (customer,))})
    newer = Engine(ann.replica, ann.http)
    newer.sync()
    assert newer.sync().is_complete
    assert ann.names() == {"宏远机械"}
    with server.database.read() as connection:
        assert records.load(connection, [customer]).keys() == {customer}


def test_a_bucket_withdrawn_before_it_was_read_anew_leaves(server: RunningServer, hire: Hire):
    """I8. Nothing but what was heard of it tells that its records are here."""
    ann, mei = hire("Ann"), hire("Mei")
    customer = ann.customer("宏远机械")
    ann.sync()
    mei.sync()
    with mei.replica.database.write() as connection:
        outbox.drop_cursor(connection, server.people["Ann"].book)
    with server.database.write() as connection:
        accounts.change_role(connection, server.people["Mei"].user, Role.REP, server.clock())
    mei.sync()
    assert customer not in mei.states()


def test_what_was_read_beyond_what_was_told_of_is_still_to_be_answered_for(hire: Hire):
    ann = hire("Ann")
    ann.sync()
    with ann.replica.database.write() as connection:
        cursor = next(c for c in outbox.cursors(connection).values() if c.seq > 1)
        outbox.hear(connection, [(cursor.bucket, cursor.epoch, 1, "earlier")])
        outbox.drop_cursor(connection, cursor.bucket)
        assert outbox.heard(connection)[cursor.bucket] == (cursor.epoch, cursor.seq, cursor.salt)
        assert cursor.bucket not in outbox.cursors(connection)


def _cut_off(*_: Any, **__: Any) -> Any:
    raise CrmError("offline")


def _after(laptop: Rep, *, pages: int) -> Callable[[], bool]:
    """True once so many pages were asked for."""
    pull, asked = laptop.http.pull, count(1)
    reached = []

    def counted(*said: Any, **named: Any) -> Any:
        reached.append(next(asked))
        return pull(*said, **named)

    laptop.http.pull = counted  # type: ignore[method-assign]
    return lambda: len(reached) >= pages
