"""Several processes that serve one company: a dead one is replaced, all end together, none outlives the first."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from tests.support.laptop import enrolled, verdicts
from tests.support.postgres import Postgres
from tests.support.server import RunningServer, children, serving_processes, small_company


@pytest.fixture
def family(tmp_path: Path, postgres_service: Postgres) -> Iterator[RunningServer]:
    with postgres_service.copy("small", small_company) as url, serving_processes(tmp_path, url) as running:
        yield running


def workers(running: RunningServer) -> set[int]:
    assert running.process is not None
    return {pid for pid in children(running.process.pid) if b"spawn_main" in command_of(pid)}


def command_of(pid: int) -> bytes:
    path = Path(f"/proc/{pid}/cmdline")
    return path.read_bytes() if path.exists() else b""


def until(holds: Callable[[], bool]) -> None:
    last = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < last, "it did not come about"
        time.sleep(0.05)


def test_a_process_that_dies_is_replaced_while_the_other_goes_on_serving(family: RunningServer) -> None:
    ann = enrolled(family, "Ann")
    before = workers(family)
    assert len(before) == 2
    os.kill(min(before), signal.SIGKILL)
    ann.http.close()
    ann = enrolled(family, "Ann")
    ann.customer()
    assert verdicts(ann.push()) == [("accepted", None)]
    until(lambda: len(workers(family) - {min(before)}) == 2)
    until(lambda: httpx2.get(f"{family.address}/readyz").status_code == 200)


def test_all_end_in_order_when_the_command_is_told_to_stop(family: RunningServer) -> None:
    assert family.process is not None
    before = workers(family)
    family.process.terminate()
    _, errors = family.process.communicate(timeout=20)
    assert (family.process.returncode, errors) == (0, "")
    assert not any(command_of(pid) for pid in before)


def test_none_outlives_the_command_that_began_it(family: RunningServer) -> None:
    assert family.process is not None
    before = workers(family)
    family.process.kill()
    until(lambda: not any(command_of(pid).strip() for pid in before))
