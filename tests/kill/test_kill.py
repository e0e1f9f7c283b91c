from __future__ import annotations

from pathlib import Path

import pytest

from tests.kill.campaign import campaign
from tests.kill.service import service


@pytest.mark.timeout(400)
def test_r5_r20_killing_either_process_at_random_loses_nothing_that_was_acknowledged(tmp_path: Path):
    with campaign(tmp_path, seed=1) as found:
        tally = found.run(6)
    assert tally.acknowledged > 20
    assert sum(tally.kills.values()) == 6
    assert tally.is_clean, tally.said()


@pytest.mark.timeout(400)
def test_a_laptop_that_acknowledges_before_it_commits_is_found_out(tmp_path: Path):
    with campaign(tmp_path, seed=2, is_early=True) as found:
        tally = found.run(4)
    assert tally.lost
    assert tally.absent


@pytest.mark.timeout(400)
def test_r5_r20_r21_nothing_acknowledged_is_lost_when_the_server_or_its_postgresql_is_killed(tmp_path: Path):
    with service() as behind, campaign(tmp_path, seed=3, service=behind) as found:
        tally = found.run(4)
    assert tally.acknowledged > 20
    assert tally.kills["PostgreSQL"] == 1
    assert tally.is_clean, tally.said()
