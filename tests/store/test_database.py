"""The file: encrypted, checked on opening, all or nothing on a full disk, whole after any crash.

CRMDESK_CRASHES asks for more rounds of killing the writer.
"""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.store import dialect, tables
from crmdesk.store.database import Database
from crmdesk.store.dialect import File, Place, Service
from crmdesk.store.reading import Reader
from crmdesk.store.replica import Write
from crmdesk.system.paths import Profile
from crmdesk.usecases.workspace import Workspace, open_workspace
from tests.support import dump
from tests.support.postgres import Postgres
from tests.support.workspace import commit, customer, make

KEY = bytes(range(32))
CANARY = "金丝雀-canary-7f3a"
ROUNDS = int(os.environ.get("CRMDESK_CRASHES", "3"))
ROOT = Path(__file__).resolve().parents[2]


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def codes(path: Path, key: bytes | None) -> str:
    with pytest.raises(CrmError) as raised:
        open_workspace(Profile(path.parent), key)
    return raised.value.code


# -- what is on the disk ------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [KEY, None])
def test_no_word_of_a_keyed_store_can_be_read_from_its_files(tmp_path: Path, key: bytes | None) -> None:
    desk = make(tmp_path / "desk", key=key)
    customer(desk, f"{CANARY} 公司", remark=CANARY * 50)
    while_open = bytes_of(tmp_path)  # the log beside the file included
    desk.close()
    found = [CANARY.encode() in content for content in (while_open, bytes_of(tmp_path))]
    assert found == [key is None] * 2, "a plain store must show what the check looks for"


def test_scrubbing_leaves_nothing_of_what_was_removed(tmp_path: Path) -> None:
    from crmdesk.store.delivery import Departure
    from tests.support.workspace import Colleague, receive

    desk = make(tmp_path / "desk")
    key = RecordKey("customer", "1" * 32)
    receive(desk, {key: Colleague().edit(None, {"name": "Canaryworks", "remark": CANARY})})
    assert CANARY.encode() in bytes_of(tmp_path)
    receive(desk, {}, [Departure(key, "their-book", 1)])
    desk.reader.close()
    desk.replica.database.scrub()
    left = bytes_of(tmp_path)
    assert CANARY.encode() not in left
    assert b"canarywo" not in left.lower()
    desk.replica.close()


# -- opening ------------------------------------------------------------------------------------------


def test_a_wrong_key_opens_nothing(tmp_path: Path) -> None:
    make(tmp_path / "desk", key=KEY).close()
    assert codes(tmp_path / "desk" / "crmdesk.db", KEY[::-1]) == "wrong_passphrase"


def test_somebody_elses_database_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "crmdesk.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()
    assert codes(path, None) == "database_foreign"
    path.write_bytes(b"not a database at all" * 100)
    assert codes(path, None) == "database_foreign"


def test_a_missing_file_is_no_profile(tmp_path: Path) -> None:
    assert codes(tmp_path / "crmdesk.db", None) == "no_profile"


def test_a_store_of_a_newer_program_is_not_touched(tmp_path: Path) -> None:
    desk = make(tmp_path / "desk")
    with desk.replica.database.write() as connection:
        dialect.mark(connection, dialect.SCHEMA + 1)
    desk.close()
    path = desk.profile.database
    before = path.read_bytes()
    assert codes(path, None) == "schema_newer"
    assert path.read_bytes() == before


@pytest.mark.parametrize("seed", range(12))
def test_a_flipped_byte_is_noticed_or_harmless_but_never_read_as_data(tmp_path: Path, seed: int) -> None:
    desk = make(tmp_path / "desk", key=KEY)
    for number in range(20):
        customer(desk, f"宏远机械{number}", remark="备注" * 100)
    whole = dump.seen(desk.reader)
    desk.close()
    path = desk.profile.database
    content = bytearray(path.read_bytes())
    content[random.Random(seed).randrange(len(content))] ^= 0x40
    path.write_bytes(content)
    try:
        again = open_workspace(desk.profile, KEY)
        found = dump.seen(again.reader)
        again.close()
    except CrmError as error:
        outcome = error.code
    else:
        outcome = "whole" if found == whole else "wrong data"
    assert outcome in {"database_corrupt", "wrong_passphrase", "whole"}


def test_a_damaged_page_is_called_damage_once_the_key_has_opened_the_file(tmp_path: Path) -> None:
    desk = make(tmp_path / "desk", key=KEY)
    for number in range(50):
        customer(desk, f"宏远机械{number}", remark="备注" * 200)
    desk.close()
    path = desk.profile.database
    content = bytearray(path.read_bytes())
    for page in range(4096 * 8, len(content), 4096):
        content[page + 100] ^= 0x40  # every page but those that opening reads
    path.write_bytes(content)

    def read() -> None:
        with closing(Reader(path, KEY)) as reader:
            reader.all("SELECT state FROM record")

    with pytest.raises(CrmError, match="database_corrupt"):
        read()


# -- space and neighbours -------------------------------------------------------------------------------


def test_a_full_disk_changes_nothing_and_the_same_words_save_once_there_is_room(desk: Workspace) -> None:
    customer(desk)
    database = desk.replica.database
    words = {"name": "写到一半", "remark": "很长的备注" * 2000}
    write = Write(RecordKey("customer", desk.replica.new_id()), words)
    before = (dump.kept(desk.reader), dump.seen(desk.reader))
    with database.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(CrmError, match="disk_full"):
        desk.replica.commit([write])
    assert (dump.kept(desk.reader), dump.seen(desk.reader)) == before
    with database.read() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1073741823")
    desk.replica.commit([write])
    assert desk.reader.value("SELECT f_remark FROM p_customer WHERE f_name = '写到一半'") == words["remark"]


def test_a_store_somebody_else_is_writing_to_is_busy_and_unharmed(
    desk: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer(desk)
    desk.replica.close()
    monkeypatch.setattr(dialect, "BUSY_TIMEOUT_MS", 50)
    neighbour = dialect.connect(desk.profile.database, None, "sqlcipher")
    neighbour.execute("BEGIN IMMEDIATE")
    with pytest.raises(CrmError, match="database_busy"):
        customer(desk, "第二家")
    neighbour.execute("ROLLBACK")
    neighbour.close()
    customer(desk, "第二家")
    assert desk.reader.value("SELECT count(*) FROM p_customer") == 2


# -- several processes, and their deaths ------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from crmdesk.core.record import RecordKey
from crmdesk.store.replica import Write
from crmdesk.system.paths import Profile
from crmdesk.usecases.workspace import open_workspace
desk = open_workspace(Profile(Path(sys.argv[1])), None)
for number in range(int(sys.argv[2])):
    key = RecordKey("customer", desk.replica.new_id())
    desk.replica.commit([Write(key, {"name": f"宏远机械{number}"})])
    print(key.id, desk.identity().counter, flush=True)
"""


def writer(desk: Workspace, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(desk.profile.folder), str(count)],
        stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def assert_numbers_contiguous(reader: Reader) -> None:
    identity = reader.all(
        "SELECT json_extract(value, '$.actor'), json_extract(value, '$.counter') FROM setting WHERE name = 'identity'"
    )
    ((actor, counter),) = identity
    own = [
        row[0] for row in reader.all("SELECT counter FROM edit WHERE actor = ? ORDER BY counter", (actor,))
    ]
    assert own == list(range(1, counter + 1))
    assert [row[0] for row in reader.all("SELECT counter FROM outbox ORDER BY counter")] == own


def test_several_processes_writing_one_profile_never_use_a_number_twice(desk: Workspace) -> None:
    running = [writer(desk, 25) for _ in range(2)]
    for number in range(25):
        customer(desk, f"自己{number}")
    for process in running:
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert desk.reader.value("SELECT count(*) FROM p_customer") == 75
    assert_numbers_contiguous(desk.reader)


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_whatever_was_acknowledged_outlives_a_killed_writer(desk: Workspace, round_: int) -> None:
    rng = random.Random(round_)
    acknowledged: list[str] = []
    process = writer(desk, 10_000)
    assert process.stdout is not None
    acknowledged.append(process.stdout.readline())
    killer = threading.Timer(rng.uniform(0.01, 0.25), process.send_signal, [signal.SIGKILL])
    killer.start()
    acknowledged += [line for line in process.stdout if line.endswith("\n")]
    process.wait()
    process.stdout.close()
    again = open_workspace(desk.profile, None)
    customer(again, "之后")
    held = {row[0] for row in again.reader.all("SELECT id FROM record")}
    assert {line.split()[0] for line in acknowledged} <= held
    assert_numbers_contiguous(again.reader)
    before = dump.seen(again.reader)
    again.replica.rebuild()
    assert dump.difference(before, dump.seen(again.reader)) == {}
    again.close()


@pytest.mark.parametrize("seed", range(6))
def test_a_log_torn_after_the_last_acknowledged_commit_opens_whole(tmp_path: Path, seed: int) -> None:
    """A power cut: the log ends somewhere behind what was promised, or in rubbish."""
    desk = make(tmp_path / "desk")
    customer(desk, "甲")
    log = desk.profile.database.with_name("crmdesk.db-wal")
    promised, at = dump.seen(desk.reader), log.stat().st_size
    customer(desk, "乙")
    torn = tmp_path / "torn"
    shutil.copytree(desk.profile.folder, torn, ignore=shutil.ignore_patterns("*-shm"))
    rng = random.Random(seed)
    tail = (torn / log.name).read_bytes()[at:-1]
    kept = tail[: rng.randrange(len(tail))]
    rubbish = rng.randbytes(rng.choice([0, 500, 5000]))
    (torn / log.name).write_bytes(log.read_bytes()[:at] + kept + rubbish)
    with suppress(CrmError):
        desk.close()
    again = Reader(torn / "crmdesk.db", None)
    assert dump.difference(promised, dump.seen(again)) == {}
    assert_numbers_contiguous(again)
    again.close()
    opened = open_workspace(Profile(torn), None)
    opened.replica.rebuild()
    assert dump.difference(promised, dump.seen(opened.reader)) == {}
    opened.close()


def test_the_cost_of_saving_one_field_beside_a_bare_insert(
    desk: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    key = RecordKey("customer", customer(desk))

    def p95(work) -> float:
        times = []
        for number in range(60):
            begun = time.perf_counter()
            work(number)
            times.append(time.perf_counter() - begun)
        return sorted(times)[57] * 1000

    bare = dialect.connect(desk.profile.database.with_name("bare.db"), None, "sqlcipher", new=True)
    bare.execute("PRAGMA journal_mode = WAL")
    bare.execute("CREATE TABLE t (a)")
    insert = p95(lambda number: bare.execute("INSERT INTO t VALUES (?)", (number,)))
    bare.close()
    save = p95(lambda number: commit(desk.replica, key, remark=f"第{number}稿"))
    with capsys.disabled():
        print(f"\nsave one field p95 {save:.1f} ms, bare insert p95 {insert:.1f} ms")


def test_a_writer_that_writes_again_and_again_lets_another_in_after_its_present_turn(tmp_path: Path) -> None:
    """R36: a save does not wait for a whole sync."""
    database = Database.create(dialect.File(tmp_path / "a.db"), [tables.laptop])
    turns: list[str] = []
    has_begun = threading.Event()

    def greedy() -> None:
        for _ in range(30):
            with database.write():
                turns.append("greedy")
                has_begun.set()
                time.sleep(0.01)

    writing = threading.Thread(target=greedy)
    writing.start()
    has_begun.wait(5)
    with database.write():
        before = len(turns)
        turns.append("save")
    writing.join(10)
    assert before <= 3
    assert len(turns) == 31
    database.close()


def test_a_writer_is_told_while_another_thread_waits_to_write(tmp_path: Path) -> None:
    database = Database.create(dialect.File(tmp_path / "a.db"), [tables.laptop])

    def save() -> None:
        with database.write():
            pass

    saving = threading.Thread(target=save)
    told = []
    with database.write():
        told.append(database.is_awaited)
        saving.start()
        limit = time.monotonic() + 10
        while not (is_awaited := database.is_awaited) and time.monotonic() < limit:
            time.sleep(0.01)
        told.append(is_awaited)
    saving.join(10)
    assert [*told, database.is_awaited] == [False, True, False]
    database.close()


def test_what_is_written_into_a_file_that_another_was_put_in_the_place_of_is_refused(tmp_path: Path) -> None:
    """It would be in nobody's database, and the person would have been told that it is saved."""
    workspace = make(tmp_path / "p")
    path = workspace.profile.database
    shutil.copy(path, tmp_path / "copy")
    (tmp_path / "copy").replace(path)
    with pytest.raises(CrmError) as caught:
        customer(workspace, "typed into the old one")
    assert caught.value.code == "profile_gone"
    workspace.close()


@pytest.mark.parametrize("kind", ["file", "service"])
def test_a_connection_in_use_while_all_is_closed_is_closed_when_it_is_given_back(
    tmp_path: Path, request: pytest.FixtureRequest, kind: str
) -> None:
    """As when a server ends while a thread of it still reads."""
    with ExitStack() as stack:
        if kind == "file":
            place: Place = File(tmp_path / "one.db", None, "sqlite")
        else:
            service: Postgres = request.getfixturevalue("postgres_service")
            place = Service(stack.enter_context(service.empty()))
        database = Database.create(place, [])
        with database.read() as early:
            database.close()
            with database.read() as late:
                drivers: list[Any] = [one.connection.driver_connection for one in (early, late)]
        for driver in drivers:
            with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError), match="closed"):
                driver.execute("SELECT 1")
