"""T-08 in small: many logins at once keep nobody else waiting and take no more memory than a few."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import pytest

from sync_server.settings import Settings
from tests.bench import stores
from tests.bench.company import company
from tests.bench.login_flood import MEMORY_MB, PROXY, flooded, requests


@pytest.mark.skipif(sys.platform != "linux", reason="reads another process's memory from /proc")
def test_t08_a_hundred_logins_at_once_keep_nobody_waiting_and_take_the_memory_of_a_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`make bench ONLY=login_flood` times 200 of them; here the mark is what a busy machine keeps as well."""
    monkeypatch.setattr(stores, "OUTPUT", tmp_path)
    monkeypatch.chdir(tmp_path)
    try:
        with company("login_flood", serve=PROXY) as here:
            flood = flooded(here.address, here.pid, requests(Settings(here.folder / "company"), 100))
    finally:
        gc.enable()  # the benchmarks' company turns it off
    assert flood.statuses == [200] * 100
    assert flood.rose_mb < MEMORY_MB
    assert len(flood.health_ms) > 20
    assert max(flood.health_ms) < 1500, "nobody waits behind the logins, not even once"
