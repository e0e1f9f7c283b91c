"""R16: eight laptops write one bucket through two server processes, with pauses; a reader must miss no row.

`python -m tests.support.cursor_completeness ROWS` says what was written, read and missed. The pauses are made
by the database itself, between a commit's number and its COMMIT, where a cursor would step over a row if
numbers were handed out in another order than they are committed in.
"""

from __future__ import annotations

import secrets
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

import httpx2
import msgspec
import psycopg

from crmdesk.core.wire import PullPage, PushAnswer
from tests.support.laptop import Laptop, enrolled
from tests.support.postgres import postgres
from tests.support.server import RunningServer, serving_processes, small_company

WRITERS: Final = 8
BATCH: Final = 500
PAUSES: Final = """
CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_sleep(random() * 0.02); RETURN NULL; END $$;
CREATE TRIGGER after_the_number AFTER UPDATE OF seq ON bucket FOR EACH ROW EXECUTE FUNCTION pause();
CREATE CONSTRAINT TRIGGER before_the_commit AFTER INSERT ON bucket_commit
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pause();
"""


class Outcome(NamedTuple):
    """How many rows were written, how many of them the reader missed, in how many commits and seconds."""

    written: int
    missed: int
    commits: int
    seconds: float


def with_pauses(url: str) -> None:
    """The small company, in a database that hesitates."""
    small_company(url)
    with psycopg.connect(url) as connection:
        connection.execute(PAUSES.encode())


def measure(server: RunningServer, rows: int) -> Outcome:
    """Write `rows` new customers into one book from all writers while one laptop reads it."""
    writers = [enrolled(server, "Ann") for _ in range(WRITERS)]
    reader = enrolled(server, "Mei")
    left = threading.Semaphore(rows // BATCH)
    done = threading.Event()
    started = time.monotonic()
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        reading = pool.submit(_read, reader, writers[0].book, done)
        try:
            written = [row for some in pool.map(lambda writer: _write(writer, left), writers) for row in some]
        finally:
            done.set()
        read, commits = reading.result()
    return Outcome(len(written), len(set(written) - read), commits, time.monotonic() - started)


def _write(laptop: Laptop, left: threading.Semaphore) -> list[str]:
    """Push batch after batch while there are any left; returns the ids of what was acknowledged."""
    written: list[str] = []
    while left.acquire(blocking=False):
        laptop.records.clear()
        keys = [laptop.customer(secrets.token_hex(4)) for _ in range(BATCH)]
        batch = msgspec.json.encode(laptop.batch())
        while _is_to_be_asked_again(laptop, reply := laptop.post(batch)):
            time.sleep(0.1)
        assert reply.status_code == 200, reply.text
        laptop.settle(msgspec.json.decode(reply.content, type=PushAnswer))
        written += [key.id for key in keys]
    return written


def _is_to_be_asked_again(laptop: Laptop, reply: httpx2.Response) -> bool:
    """The server was busy, or the access token has run out: a million rows take longer than it lives."""
    if reply.status_code == 401:
        assert laptop.token().status_code == 200
    return reply.status_code in (401, 503)


def _read(laptop: Laptop, bucket: str, done: threading.Event) -> tuple[set[str], int]:
    """Pull and never look back; ends with a pull that began after the last write and reached its head."""
    seen: set[str] = set()
    after, salt = 0, ""
    head: dict[str, int] = {}
    while True:
        was_done = done.is_set()
        reply = laptop.ask_page(bucket, after=after, salt=salt, **head)
        if _is_to_be_asked_again(laptop, reply):
            continue
        assert reply.status_code == 200, reply.text
        page = msgspec.json.decode(reply.content, type=PullPage)
        seen.update(item.id for item in page.items)
        after, salt, head = page.seq, page.salt, {} if page.complete else {"head": page.head}
        if page.complete and was_done:
            return seen, after
        if page.complete:
            time.sleep(0.005)


def main(rows: int) -> int:
    with (
        postgres() as service,
        service.copy("paused", with_pauses) as url,
        tempfile.TemporaryDirectory() as folder,
        serving_processes(Path(folder), url) as server,
    ):
        outcome = measure(server, rows)
    print(
        f"{outcome.written:,} rows in {outcome.commits:,} commits by {WRITERS} writers through 2 processes: "
        f"{outcome.missed:,} missed ({outcome.seconds:,.0f} s)"
    )
    return 1 if outcome.missed else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
