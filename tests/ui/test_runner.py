import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from crmdesk.ui.runner import Lane, Runner


class Page(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.got: list[object] = []
        self.threads: set[int] = set()

    def done(self, result: object) -> None:
        self.got.append(result)
        self.threads.add(threading.get_ident())


@pytest.fixture
def runner(qapp):
    made = Runner.threaded()
    yield made
    made.shutdown()


def fail() -> None:
    raise ValueError("no")


def test_a_result_arrives_on_the_gui_thread(runner, qtbot):
    page = Page()
    runner.run(threading.get_ident, page.done)
    qtbot.waitUntil(lambda: runner.pending == 0)
    assert page.threads == {threading.get_ident()}
    assert page.got != [threading.get_ident()]


def test_writes_keep_their_order(runner, qtbot):
    seen: list[int] = []
    for number in range(200):
        runner.run(lambda number=number: seen.append(number))
    qtbot.waitUntil(lambda: runner.pending == 0)
    assert seen == list(range(200))


def test_a_failure_reaches_the_one_who_asked(runner, qtbot):
    errors: list[Exception] = []
    runner.run(fail, failed=errors.append)
    qtbot.waitUntil(lambda: runner.pending == 0)
    assert [str(error) for error in errors] == ["no"]


def test_a_failure_nobody_asked_for_is_told(runner, qtbot):
    with qtbot.waitSignal(runner.unhandled) as told:
        runner.run(fail)
    assert isinstance(told.args[0], ValueError)


def test_only_the_newest_search_counts(runner, qtbot):
    page = Page()
    gate = threading.Event()
    runner.run(lambda: gate.wait(5), page.done, key="search", lane=Lane.READ)
    for number in range(5):
        runner.run(lambda number=number: number, page.done, key="search", lane=Lane.READ)
    gate.set()
    qtbot.waitUntil(lambda: runner.pending == 0)
    assert page.got == [4]


def test_a_cancelled_job_says_nothing(runner, qtbot):
    page = Page()
    gate = threading.Event()
    job = runner.run(lambda: gate.wait(5), page.done)
    job.cancel()
    gate.set()
    qtbot.waitUntil(lambda: runner.pending == 0)
    assert page.got == []


def test_receivers_deleted_in_flight_neither_crash_nor_hold_up_the_rest(runner, qtbot):
    stays = Page()
    for number in range(1500):
        page = Page()
        runner.run(lambda number=number: number, page.done, lane=list(Lane)[number % 3])
        runner.run(lambda number=number: number, stays.done, lane=Lane.NETWORK)
        page.deleteLater()
        del page
    qtbot.waitUntil(lambda: runner.pending == 0, timeout=20_000)
    assert set(stays.got) == set(range(1500))


def test_nothing_is_delivered_after_shutdown(qapp, qtbot):
    runner = Runner.threaded()
    page = Page()
    for _ in range(50):
        runner.run(lambda: 1, page.done)
    runner.shutdown()
    qapp.processEvents()
    assert (page.got, runner.pending) == ([], 0)


def test_what_is_needed_is_done_even_if_the_program_ends_before_its_turn(qapp):
    """A line that was listened at is closed, or its socket outlives the program's care."""
    runner = Runner.threaded()
    gate, did = threading.Event(), list[str]()
    runner.run(gate.wait, lane=Lane.LIVE)
    runner.run(lambda: did.append("other"), lane=Lane.LIVE)
    runner.run(lambda: did.append("needed"), lane=Lane.LIVE, is_needed=True)
    threading.Timer(0.05, gate.set).start()
    runner.shutdown()
    assert did == ["needed"]


def test_the_inline_runner_has_finished_when_run_returns(qapp):
    page = Page()
    runner = Runner.inline()
    runner.run(lambda: 7, page.done)
    assert (page.got, runner.pending) == ([7], 0)


def test_work_dies_on_the_gui_thread(qapp, qtbot):
    died_in: list[int] = []

    class Work:
        def __call__(self) -> None: ...

        def __del__(self) -> None:
            died_in.append(threading.get_ident())

    runner = Runner({Lane.WRITE: ThreadPoolExecutor(1)})
    for _ in range(200):
        runner.run(Work())
    qtbot.waitUntil(lambda: runner.pending == 0)
    runner.shutdown()
    assert set(died_in) == {threading.get_ident()}


class Sender(QObject):
    said = Signal()


def test_qt_calls_leave_the_counts_of_none_and_true_alone(qapp):
    """PySide6 6.12 on Python 3.11 takes one reference of None per call, until the interpreter dies."""
    sender, widget = Sender(), QWidget()
    before = sys.getrefcount(None), sys.getrefcount(True)
    for _ in range(2000):
        widget.update()
        sender.said.emit()
    after = sys.getrefcount(None), sys.getrefcount(True)
    assert abs(after[0] - before[0]) < 200
    assert abs(after[1] - before[1]) < 200
