"""R16, I6, I7: a bucket's numbers are committed in their order, so a cursor steps over nothing.

`make cursor-test ROWS=1000000` is the same with the number of rows that R16 names.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection

from crmdesk.core.wire import Commit
from crmdesk.store import dialect
from sync_server import placing, pushing
from sync_server.clock import Moment
from sync_server.storage import buckets
from tests.support.cursor_completeness import measure, with_pauses
from tests.support.postgres import Postgres
from tests.support.server import running_server, serving_processes


@pytest.fixture
def paused(postgres_service: Postgres) -> Iterator[str]:
    with postgres_service.copy("paused", with_pauses) as url:
        yield url


def test_r16_eight_writers_with_pauses_and_two_processes_hide_no_row_from_a_reader(
    tmp_path: Path, paused: str
) -> None:
    with serving_processes(tmp_path, paused) as server:
        outcome = measure(server, 20_000)
    assert (outcome.written, outcome.missed) == (20_000, 0)


def test_r16_numbers_from_a_sequence_would_hide_rows_and_this_test_would_see_it(
    tmp_path: Path, paused: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The numbers of a database sequence are handed out without a lock, and committed in any order."""

    def from_a_sequence(connection: Connection, bucket_id: str, now: Moment) -> Commit:
        seq, _ = dialect.run(connection, "SELECT nextval('careless'), pg_sleep(random() * 0.05)").fetchone()
        salt = now.hex(8)
        dialect.run(
            connection, "INSERT INTO bucket_commit VALUES (?, ?, ?, ?)", (bucket_id, seq, salt, now.ms)
        )
        raised = "UPDATE bucket SET seq = ?, salt = ? WHERE id = ? AND seq < ?"
        dialect.run(connection, raised, (seq, salt, bucket_id, seq))
        return Commit(bucket_id, seq - 1, seq, salt)

    def holding_nothing(*_anything: Any) -> None:
        return None

    with psycopg.connect(paused) as connection:
        connection.execute("CREATE SEQUENCE careless START 100000")
    monkeypatch.setattr(buckets, "advance", from_a_sequence)
    monkeypatch.setattr(placing, "hold", holding_nothing)
    monkeypatch.setattr(pushing, "hold", holding_nothing)
    with running_server(tmp_path, url=paused) as server:
        outcome = measure(server, 20_000)
    assert outcome.written == 20_000
    assert outcome.missed > 0
