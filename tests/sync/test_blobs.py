"""Contents of attachments between laptops: R38, I14, through a real server and a bad line."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.core.media import CHUNK_BYTES
from crmdesk.core.record import RecordKey
from crmdesk.store import blobs as contents
from crmdesk.store import settings
from crmdesk.store.blobs import digest
from crmdesk.sync import blobs, commands
from crmdesk.sync.blobs import ASK_AGAIN_MS, Named, Wanted, fetch, to_fetch, to_send
from crmdesk.sync.engine import Engine
from crmdesk.usecases import attachments, records
from sync_server.blobs import Store, collect
from sync_server.clock import Moment
from sync_server.storage.blob_files import BlobFiles
from tests.support.cut_proxy import cut_proxy
from tests.support.rep import Rep, enrolled
from tests.support.server import RunningServer, running_company

CHUNKS = 3
FILE = b"%PDF-" + secrets.token_bytes((CHUNKS - 1) * CHUNK_BYTES + 1000)
"""Three pieces, the last a short one."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running_company(tmp_path / "server") as running:
        yield running


@pytest.fixture
def hire(server: RunningServer, tmp_path: Path) -> Iterator[Callable[..., Rep]]:
    hired: list[Rep] = []

    def make(name: str, address: str | None = None) -> Rep:
        path = tmp_path / f"{name}{len(hired)}.db"
        rep = enrolled(address or server.address, server.code(server.people[name].user), path)
        hired.append(rep)
        return rep

    yield make
    for rep in hired:
        rep.close()


def attach(rep: Rep, customer: RecordKey, content: bytes = FILE, name: str = "报价.pdf") -> RecordKey:
    picked = attachments.pick(rep.replica, name, content)
    return attachments.key(attachments.attach(rep.replica, customer.id, [picked]).value[0])


def here(rep: Rep, content: bytes = FILE) -> bytes | None:
    return rep.replica.blobs.read(digest(content))


def on_server(server: RunningServer, content: bytes = FILE) -> bool:
    return BlobFiles(server.settings.blobs).is_whole(digest(content))


def test_a_file_reaches_a_colleague_with_the_next_syncs(hire: Callable[..., Rep]) -> None:
    """R38."""
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    key = attach(ann, customer)
    report = ann.sync()
    assert (report.contents.sent, report.contents.to_send, report.is_complete) == (1, 0, True)
    report = bo.sync()
    assert report.contents.received == 1
    assert report.touched.concerns("attachment")
    assert here(bo) == FILE
    assert (bo.shows(key) or {})["name"] == "报价.pdf"


def test_a_record_never_waits_for_its_content(server: RunningServer, hire: Callable[..., Rep]) -> None:
    """R38: the record is at the colleague's before a byte of the content is."""
    with cut_proxy(server.address) as line:
        ann, bo = hire("Ann", line.address), hire("Bo")
        key = attach(ann, ann.customer("宏远机械"))
        line.cut(b"PUT /v1/blobs/")
        report = ann.engine.sync()
        assert report.problem is not None
        assert report.is_complete
        assert report.unsent == (0, 0)
    bo.sync()
    assert bo.shows(key) is not None
    assert here(bo) is None
    assert digest(FILE) in bo.replica.blobs.absent()


@pytest.mark.parametrize("piece", range(CHUNKS))
def test_an_upload_cut_at_any_piece_goes_on_from_there(
    server: RunningServer, hire: Callable[..., Rep], piece: int
) -> None:
    """R38, I14: the reply to a piece is lost; not one piece is stored twice, none is missing."""
    with cut_proxy(server.address) as line:
        ann = hire("Ann", line.address)
        attach(ann, ann.customer("宏远机械"))
        line.cut(f"offset={piece * CHUNK_BYTES} ".encode())
        assert ann.engine.sync().problem is not None
        assert line.cuts == 1
        before = line.passed
        report = ann.sync()
        assert report.contents.sent == 1
        assert line.passed - before < CHUNK_BYTES
    assert on_server(server)


@pytest.mark.parametrize("piece", range(CHUNKS))
@pytest.mark.parametrize("share", [0, 0.5])
def test_a_download_cut_at_any_piece_goes_on_from_there(
    server: RunningServer, hire: Callable[..., Rep], piece: int, share: float
) -> None:
    """R38: at most one piece is repeated."""
    ann = hire("Ann")
    attach(ann, ann.customer("宏远机械"))
    ann.sync()
    with cut_proxy(server.address) as line:
        bo = hire("Bo", line.address)
        line.cut(f"bytes={piece * CHUNK_BYTES}-".encode(), int(share * 1000))
        assert bo.engine.sync().problem is not None
        assert line.cuts == 1
        assert bo.replica.blobs.have(digest(FILE)) == piece * CHUNK_BYTES
        before = line.passed
        bo.sync()
        assert here(bo) == FILE
        assert line.passed - before < len(FILE) - piece * CHUNK_BYTES + CHUNK_BYTES // 2


def test_a_content_damaged_on_the_server_is_not_taken_and_asked_for_again_later(
    server: RunningServer, hire: Callable[..., Rep], monkeypatch: pytest.MonkeyPatch
) -> None:
    """R38: wrong bytes under a right name."""
    ann, bo = hire("Ann"), hire("Bo")
    attach(ann, ann.customer("宏远机械"))
    ann.sync()
    file = BlobFiles(server.settings.blobs).path(digest(FILE))
    file.write_bytes(FILE[:-1] + b"\0")
    report = bo.sync()
    assert report.contents.received == 0
    assert here(bo) is None
    assert digest(FILE) not in bo.replica.blobs.held()
    file.write_bytes(FILE)
    bo.sync()
    assert here(bo) is None
    monkeypatch.setattr(blobs, "ASK_AGAIN_MS", 0)
    bo.engine = Engine(bo.replica, bo.http)  # as after the time is over, or the program was opened anew
    bo.sync()
    assert here(bo) == FILE


def test_a_content_waits_until_its_record_is_accepted(
    server: RunningServer, hire: Callable[..., Rep]
) -> None:
    """A refused record names nothing on the server: its content stays here and is not thrown away."""
    ann = hire("Ann")
    ann.sync()
    picked = attachments.pick(ann.replica, "报价.pdf", FILE)
    lost = RecordKey("attachment", ann.replica.new_id())
    ann.write(lost, customer=ann.replica.new_id(), name="报价.pdf", media_type="x", size=len(FILE), sha256=picked.sha256, no_such_field="?")  # fmt: skip
    report = ann.engine.sync()
    assert report.rejected == 1
    assert not on_server(server)
    assert here(ann) == FILE


def test_the_record_leaves_while_its_content_is_half_way(
    server: RunningServer, hire: Callable[..., Rep]
) -> None:
    """I14, R26: the new owner gets the content, and the old one keeps nothing."""
    with cut_proxy(server.address) as line:
        ann, mei, cai = hire("Ann", line.address), hire("Mei"), hire("Cai")
        customer = ann.customer("宏远机械")
        key = attach(ann, customer)
        line.cut(f"offset={CHUNK_BYTES} ".encode())
        assert ann.engine.sync().problem is not None
        mei.sync()
        commands.change_owner(mei.replica, mei.http, [customer.id], server.people["Cai"].user)
        report = ann.sync()
        assert ann.shows(key) is None
        assert report.contents.sent == 1
        assert here(ann) is None
    cai.sync()
    assert here(cai) == FILE


def test_nothing_of_a_content_is_left_after_its_record_left(
    server: RunningServer, hire: Callable[..., Rep]
) -> None:
    """I8, R26: looked for in the bytes of an unencrypted file, its log and its free pages."""
    text = "找得到的一段话".encode() * 40_000
    ann, bo, mei = hire("Ann"), hire("Bo"), hire("Mei")
    customer = ann.customer("宏远机械")
    attach(ann, customer, text, "记录.txt")
    kept = attach(ann, ann.customer("留下的"))
    for rep in (ann, bo, mei):
        rep.sync()
    path = bo.replica.blobs.path
    bo.replica.blobs.database.scrub()
    assert text[:3000] in path.read_bytes()
    commands.change_owner(mei.replica, mei.http, [customer.id], server.people["Cai"].user)
    bo.sync()
    bo.close()
    for file in path.parent.glob(f"{path.name}*"):
        assert text[:30] not in file.read_bytes(), file
    assert bo.shows(kept) is not None
    assert here(bo) == FILE


def test_a_copied_profile_sends_what_the_original_had_not(
    server: RunningServer, hire: Callable[..., Rep], tmp_path: Path
) -> None:
    """R2, I14: both copies offer the same content; it is stored once."""
    ann = hire("Ann")
    ann.sync()
    attach(ann, ann.customer("宏远机械"))
    ann.replica.blobs.database.scrub()
    target = tmp_path / "copy" / "ann.db"
    target.parent.mkdir()
    shutil.copy(ann.replica.blobs.path, contents.beside(target))
    copy = ann.copied_to(target, place="another machine")
    assert copy.sync().contents.sent == 1
    assert ann.sync().contents.sent == 1
    assert [s for s, _ in BlobFiles(server.settings.blobs).contents()] == [digest(FILE)]
    copy.close()


def test_a_profile_without_its_attachments_gets_them_from_the_server(
    server: RunningServer, hire: Callable[..., Rep], tmp_path: Path
) -> None:
    ann = hire("Ann")
    attach(ann, ann.customer("宏远机械"))
    ann.sync()
    copy = ann.copied_to(tmp_path / "alone.db", place="another machine")
    copy.sync()
    assert here(copy) == FILE
    copy.close()


def test_a_server_that_lost_a_content_gets_it_again(server: RunningServer, hire: Callable[..., Rep]) -> None:
    """I14, R19: after a restore every whole content is offered again."""
    ann = hire("Ann")
    attach(ann, ann.customer("宏远机械"))
    ann.sync()
    BlobFiles(server.settings.blobs).remove(digest(FILE))
    ann.replica.blobs.doubt()
    assert ann.sync().contents.sent == 1
    assert on_server(server)


def test_a_restored_company_gets_its_records_and_their_contents_back(
    server: RunningServer, hire: Callable[..., Rep], tmp_path: Path
) -> None:
    """R19, I14: the database is an old one and the folder of contents is gone; laptops bring back both."""
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    attach(ann, customer)
    later = b"%PDF-later" + secrets.token_bytes(1000)
    for rep in (ann, bo):
        rep.sync()
    backup = server.backup(tmp_path / "backup.db")
    key = attach(ann, customer, later)
    for rep in (ann, bo):
        rep.sync()
    server.restore(backup)
    shutil.rmtree(server.settings.blobs)
    for _ in range(3):
        for rep in (bo, ann):
            rep.engine.sync()
    mei = hire("Mei")
    mei.sync()
    assert mei.shows(key) is not None
    assert here(mei) == FILE
    assert here(mei, later) == later


def test_a_full_server_holds_up_no_record_and_says_so(tmp_path: Path) -> None:
    with running_company(tmp_path / "small", blob_bytes=1000) as server:
        ann = enrolled(server.address, server.code(server.people["Ann"].user), tmp_path / "ann.db")
        attach(ann, ann.customer("宏远机械"))
        report = ann.sync()
        assert report.is_complete
        assert report.unsent == (0, 0)
        assert report.contents.problem is not None
        assert report.contents.problem.code == "storage_full"
        assert not report.contents.goes_on
        ann.close()


def test_a_sync_told_to_stop_stops_between_two_pieces(hire: Callable[..., Rep]) -> None:
    ann = hire("Ann")
    attach(ann, ann.customer("宏远机械"))
    seen: list[str] = []
    report = ann.engine.sync(lambda p: seen.append(p.phase), lambda: seen.count("upload") > 0)
    assert report.problem is None
    assert seen.count("upload") == 1
    assert report.contents.to_send == 1
    assert ann.sync().contents.sent == 1


def test_what_is_written_meanwhile_goes_out_before_the_next_piece(hire: Callable[..., Rep]) -> None:
    """R38: contents never stand in the way of records."""
    ann = hire("Ann")
    attach(ann, ann.customer("宏远机械"))

    def write(step: object) -> None:
        if getattr(step, "phase", "") == "upload" and not later:
            later.append(ann.customer("中途录入"))

    later: list[RecordKey] = []
    report = ann.engine.sync(write)
    assert (report.contents.sent, report.unsent[0]) == (0, 1)
    assert report.contents.goes_on
    assert ann.sync().contents.sent == 1


def test_contents_that_the_server_has_make_room_for_newer_ones(hire: Callable[..., Rep]) -> None:
    ann = hire("Ann")
    customer = ann.customer("宏远机械")
    old, new = (b"%PDF-" + secrets.token_bytes(CHUNK_BYTES) for _ in range(2))
    attach(ann, customer, old)
    ann.sync()
    attach(ann, customer, new)
    assert ann.replica.blobs.make_room(CHUNK_BYTES) == 1
    assert here(ann, old) is None
    assert here(ann, new) == new  # still to be sent: it stays, whatever the limit
    assert ann.sync().contents.received == 1
    assert fetch(ann.replica, ann.http, digest(old))
    assert here(ann, old) == old


def test_beyond_the_quota_files_wait_to_be_asked_for(hire: Callable[..., Rep]) -> None:
    ann, bo = hire("Ann"), hire("Bo")
    key = attach(ann, ann.customer("宏远机械"))
    ann.sync()
    with bo.replica.database.write() as connection:
        settings.write(connection, {"blob_quota": 1000})
    bo.sync()
    assert bo.shows(key) is not None
    assert here(bo) is None
    assert fetch(bo.replica, bo.http, digest(FILE))
    assert here(bo) == FILE


def test_a_poll_of_a_settled_laptop_reads_no_attachment(hire: Callable[..., Rep]) -> None:
    """I18: nothing grows with how many files there are; what is new is looked at all the same."""
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    attach(ann, customer)
    ann.sync()
    bo.sync()
    statements: list[str] = []

    with bo.replica.database.read() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.set_trace_callback(statements.append)
    bo.sync()
    assert [s for s in statements if "p_attachment" in s] == []
    attach(ann, customer, b"%PDF-2")
    ann.sync()
    assert bo.sync().contents.received == 1
    assert [s for s in statements if "p_attachment" in s] != []


def test_a_removed_attachment_comes_back_with_its_content(hire: Callable[..., Rep]) -> None:
    ann, bo = hire("Ann"), hire("Bo")
    key = attach(ann, ann.customer("宏远机械"))
    ann.sync()
    bo.sync()
    records.delete(ann.replica, key)
    ann.sync()
    bo.sync()
    records.restore(bo.replica, key)
    bo.sync()
    ann.sync()
    assert here(ann) == here(bo) == FILE


def test_an_attachment_brought_back_after_its_content_was_collected_gets_it_again(
    server: RunningServer, hire: Callable[..., Rep]
) -> None:
    """I14, I15: whoever brings it back, its author's laptop offers the content once more."""
    ann, bo = hire("Ann"), hire("Bo")
    key = attach(ann, ann.customer("宏远机械"))
    ann.sync()
    bo.sync()
    records.delete(bo.replica, key)
    bo.sync()
    now, store = server.clock().ms, Store(server.database, BlobFiles(server.settings.blobs), 2**30)
    assert collect(store, Moment(now), 0).contents == 1
    records.restore(bo.replica, key)
    bo.sync()
    ann.sync()
    assert on_server(server)


def test_what_no_record_names_is_swept_after_a_day_and_drafts_are_not(hire: Callable[..., Rep]) -> None:
    ann = hire("Ann")
    store = ann.replica.blobs
    now = ann.replica.clock.now_ms()
    orphan = store.put(b"orphan", now)
    drafted = store.put(b"drafted", now)
    attach(ann, ann.customer("宏远机械"))
    later = now + contents.ORPHAN_MS + 1
    assert store.sweep({digest(FILE)}, {drafted}, now) == 0
    assert store.sweep({digest(FILE)}, {drafted}, later) == 1
    assert store.read(orphan) is None
    assert store.read(drafted) == b"drafted"
    assert here(ann) == FILE


def test_an_encrypted_store_shows_nothing_of_its_contents(tmp_path: Path) -> None:
    store = contents.Blobs(tmp_path / "a.db", bytes(range(32)), "sqlcipher")
    assert not store.exists()
    assert store.held() == {}
    text = "看不见的内容".encode() * 1000
    store.put(text, 1)
    store.scrub()
    store.close()
    for file in tmp_path.iterdir():
        assert text[:30] not in file.read_bytes()
    with pytest.raises(CrmError) as refused:
        contents.Blobs(tmp_path / "a.db", bytes(32), "sqlcipher").put(text, 1)
    assert refused.value.code == "wrong_passphrase"


# -- the plan (pure) -----------------------------------------------------------------------------------------


def held(sha256: str, size: int, **other: Any) -> contents.Held:
    plain = contents.Held(sha256, size, size, False, True, False, 0)
    return plain._replace(**other)


def test_thumbnails_and_small_files_go_first_and_unaccepted_ones_wait() -> None:
    here = {h.sha256: h for h in (
        held("big", 900), held("small", 9), held("tiny", 99, is_thumbnail=True), held("sent", 9, is_sent=True),
        held("half", 9, have=3), held("early", 9), held("stray", 9, is_claimed=False),
    )}  # fmt: skip
    assert [h.sha256 for h in to_send(here, {"big"}, {"early"})] == ["tiny", "small", "big"]


def test_thumbnails_come_first_then_recent_files_the_latest_first() -> None:
    now = 100 * 24 * 60 * 60_000
    made = [Named("c", "C", "c", 9, now), Named("b", "B", "b", 9, now - 1), Named("a", "A", "a", 9, 0)]
    wanted = to_fetch(made, {}, {}, now, 10**9)
    assert [w.sha256 for w in wanted] == ["c", "b", "a", "C", "B"]
    assert wanted[0] == Wanted("c", "c", True)
    absent = {"c": now - 1, "C": now - ASK_AGAIN_MS}
    assert [w.sha256 for w in to_fetch(made, {}, absent, now, 10**9)] == ["b", "a", "C", "B"]
    assert [w.sha256 for w in to_fetch(made, {"a": held("a", 5)}, {}, now, 10)] == ["c", "b"]
    assert blobs.LARGEST_UNASKED < 25 * 2**20
    large = [Named("l", "L", None, blobs.LARGEST_UNASKED + 1, now)]
    assert to_fetch(large, {}, {}, now, 10**9) == []
