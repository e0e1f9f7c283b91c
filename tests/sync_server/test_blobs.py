"""Contents of attachments on the server: R38, I14, and nobody learns what they may not."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest

from crmdesk.core.media import CHUNK_BYTES
from crmdesk.core.record import RecordKey
from sync_server import blobs
from sync_server.blobs import Store
from sync_server.clock import Moment
from sync_server.settings import DAY_MS
from sync_server.storage import blobs as known
from sync_server.storage.blob_files import BlobFiles
from sync_server.sweeping import sweep
from tests.support.laptop import Laptop, enrolled, fresh_id
from tests.support.server import RunningServer, running_company

WINDOW = 180 * DAY_MS
FILE = b"\xff\xd8\xff" + secrets.token_bytes(2 * CHUNK_BYTES + 1000)


def name(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def digest_of(part: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(part).digest()).decode()}:"


def attach(laptop: Laptop, customer: RecordKey, content: bytes = FILE) -> RecordKey:
    key = RecordKey("attachment", fresh_id())
    laptop.write(
        key,
        {"customer": customer.id, "name": "a.jpg", "media_type": "image/jpeg", "size": len(content), "sha256": name(content)},
    )  # fmt: skip
    return key


def delete(laptop: Laptop, key: RecordKey) -> None:
    laptop.write(key, {"deleted": {"seen": dict(laptop.records[key].clock)}})
    laptop.push()


def ask(laptop: Laptop, content: bytes = FILE) -> httpx2.Response:
    return laptop.http.get(f"/v1/blobs/{name(content)}/upload", params={"size": len(content)})


def put(
    laptop: Laptop, content: bytes, offset: int, part: bytes | None = None, **say: Any
) -> httpx2.Response:
    part = content[offset : offset + CHUNK_BYTES] if part is None else part
    return laptop.http.put(
        f"/v1/blobs/{say.get('sha256') or name(content)}",
        params={"offset": offset, "size": say.get("size", len(content))},
        content=part,
        headers={"Content-Digest": say.get("digest") or digest_of(part)},
    )


def upload(laptop: Laptop, content: bytes = FILE) -> None:
    for offset in range(0, len(content), CHUNK_BYTES):
        reply = put(laptop, content, offset)
        assert reply.status_code == 200, reply.text


def get(laptop: Laptop, content: bytes = FILE, **headers: str) -> httpx2.Response:
    return laptop.http.get(f"/v1/blobs/{name(content)}", headers=headers)


def code(reply: httpx2.Response) -> str:
    return str(reply.json()["code"])


def store_of(server: RunningServer) -> Store:
    return Store(server.database, BlobFiles(server.settings.blobs), server.settings.blob_bytes)


@pytest.fixture
def ann(server: RunningServer) -> Laptop:
    """Ann, with one customer and one attachment of it whose content has not come."""
    laptop = enrolled(server, "Ann")
    attach(laptop, laptop.customer())
    laptop.push()
    return laptop


def test_a_content_goes_up_piece_by_piece_and_comes_down_the_same(server: RunningServer, ann: Laptop) -> None:
    """R38."""
    assert ask(ann).json() == {"have": 0, "complete": False}
    assert put(ann, FILE, 0).json() == {"have": CHUNK_BYTES, "complete": False}
    assert ask(ann).json() == {"have": CHUNK_BYTES, "complete": False}
    put(ann, FILE, CHUNK_BYTES)
    assert put(ann, FILE, 2 * CHUNK_BYTES).json() == {"have": len(FILE), "complete": True}
    bo = enrolled(server, "Bo")
    whole = get(bo)
    assert (whole.status_code, whole.content) == (200, FILE)
    assert whole.headers["content-type"] == "application/octet-stream"
    assert whole.headers["x-content-type-options"] == "nosniff"
    part = get(bo, Range="bytes=10-19")
    assert (part.status_code, part.content) == (206, FILE[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(FILE)}"


def test_a_repeated_piece_changes_nothing_and_says_where_to_go_on(ann: Laptop) -> None:
    """R38, I9: the reply to a piece was lost."""
    put(ann, FILE, 0)
    again = put(ann, FILE, 0)
    assert (again.status_code, code(again), again.json()["about"]["have"]) == (
        409,
        "blob_offset",
        str(CHUNK_BYTES),
    )
    ahead = put(ann, FILE, 2 * CHUNK_BYTES)
    assert (ahead.status_code, code(ahead)) == (409, "blob_offset")
    put(ann, FILE, CHUNK_BYTES)
    assert put(ann, FILE, 2 * CHUNK_BYTES).json()["complete"]
    assert put(ann, FILE, 2 * CHUNK_BYTES).json()["complete"]


def test_a_damaged_piece_is_refused_and_nothing_of_it_is_kept(ann: Laptop) -> None:
    """R38."""
    reply = put(ann, FILE, 0, digest=digest_of(b"another"))
    assert (reply.status_code, code(reply)) == (422, "blob_broken")
    assert ask(ann).json()["have"] == 0


def test_a_whole_that_is_not_what_its_name_says_is_thrown_away(ann: Laptop) -> None:
    """R38: each piece was right, the whole is another file."""
    other = secrets.token_bytes(len(FILE))
    replies = [put(ann, other, at, sha256=name(FILE)) for at in range(0, len(FILE), CHUNK_BYTES)]
    assert [r.status_code for r in replies] == [200, 200, 422]
    assert code(replies[-1]) == "blob_broken"
    assert ask(ann).json() == {"have": 0, "complete": False}
    assert code(get(ann)) == "blob_absent"
    upload(ann)
    assert get(ann).content == FILE


def test_a_torn_piece_on_the_servers_disk_is_asked_for_again(server: RunningServer, ann: Laptop) -> None:
    put(ann, FILE, 0)
    (unfinished,) = (server.settings.blobs / "uploads").iterdir()
    with unfinished.open("ab") as file:
        file.write(b"\0" * 100)
    assert ask(ann).json()["have"] == CHUNK_BYTES
    put(ann, FILE, CHUNK_BYTES)
    assert put(ann, FILE, 2 * CHUNK_BYTES).json()["complete"]


def test_nobody_learns_of_a_content_that_no_record_of_theirs_names(
    server: RunningServer, ann: Laptop
) -> None:
    """R38: another's digest and a digest of nothing get the same bytes, on every route."""
    upload(ann)
    cai = enrolled(server, "Cai")
    nothing = secrets.token_bytes(len(FILE))
    for asked in (ask, get):
        theirs, none = asked(cai, FILE), asked(cai, nothing)
        assert (theirs.status_code, theirs.content) == (404, none.content)
    assert put(cai, FILE, 0).content == put(cai, nothing, 0).content
    assert code(put(cai, FILE, 0)) == "not_found"


def test_a_record_made_from_a_stolen_digest_opens_nothing(server: RunningServer, ann: Laptop) -> None:
    """R38: "already there" and the bytes are only for who has shown to hold them."""
    upload(ann)
    cai = enrolled(server, "Cai")
    unknown = secrets.token_bytes(len(FILE))
    customer = cai.customer("借用")
    attach(cai, customer)
    attach(cai, customer, unknown)
    cai.push()
    assert ask(cai, FILE).content == ask(cai, unknown).content
    assert get(cai, FILE).content == get(cai, unknown).content
    assert code(get(cai)) == "blob_absent"
    upload(cai)  # somebody who holds the file sends every byte, and may have it back
    assert get(cai).content == FILE


def test_whoever_reads_a_content_may_attach_it_elsewhere_without_sending_it(
    server: RunningServer, ann: Laptop
) -> None:
    upload(ann)
    bo = enrolled(server, "Bo")
    attach(bo, bo.customer("另一家"))
    bo.push()
    assert ask(bo).json() == {"have": len(FILE), "complete": True}


def test_whoever_may_no_longer_read_the_record_gets_nothing_more(server: RunningServer, ann: Laptop) -> None:
    """I8."""
    upload(ann)
    bo, mei = enrolled(server, "Bo"), enrolled(server, "Mei")
    assert get(bo).status_code == 200
    (customer,) = [key for key in ann.records if key.entity == "customer"]
    asked = {"id": secrets.token_hex(16), "customers": [customer.id], "to_user": server.people["Cai"].user}
    assert mei.http.post("/v1/commands/change-owner", json=asked).status_code == 200
    refused = get(bo, Range="bytes=0-9")
    assert (refused.status_code, code(refused)) == (404, "not_found")
    assert get(ann).status_code == 404
    assert get(enrolled(server, "Cai")).content == FILE


def test_a_record_that_moves_while_its_content_is_half_way_gets_it_all_the_same(
    server: RunningServer, ann: Laptop
) -> None:
    """I14: the author goes on though they no longer read the record; the new owner gets the content."""
    put(ann, FILE, 0)
    mei, cai = enrolled(server, "Mei"), enrolled(server, "Cai")
    (customer,) = [key for key in ann.records if key.entity == "customer"]
    asked = {"id": secrets.token_hex(16), "customers": [customer.id], "to_user": server.people["Cai"].user}
    assert mei.http.post("/v1/commands/change-owner", json=asked).status_code == 200
    assert code(get(cai)) == "blob_absent"
    assert ask(ann).json() == {"have": CHUNK_BYTES, "complete": False}
    put(ann, FILE, CHUNK_BYTES)
    put(ann, FILE, 2 * CHUNK_BYTES)
    assert get(cai).content == FILE


@pytest.mark.parametrize(
    ("say", "status", "expected"),
    [
        ({"size": 26 * 2**20}, 422, "malformed_body"),
        ({"part": b"x" * (CHUNK_BYTES + 1)}, 413, "body_too_large"),
        ({"part": b"x" * 10}, 422, "malformed_body"),
        ({"part": b""}, 422, "malformed_body"),
        ({"digest": "md5=:xx:"}, 422, "malformed_body"),
        ({"sha256": "../../company.db"}, 404, "not_found"),
        ({"sha256": "A" * 64}, 422, "malformed_body"),
    ],
)
def test_what_is_not_a_piece_is_refused(ann: Laptop, say: dict[str, Any], status: int, expected: str) -> None:
    reply = put(ann, FILE, 0, **say)
    assert (reply.status_code, code(reply)) == (status, expected)
    assert ask(ann).json() == {"have": 0, "complete": False}


@pytest.mark.parametrize("wanted", ["bytes=9-3", "bytes=a-b", "lines=0-1", "bytes=99999999-"])
def test_a_range_that_is_none_is_refused(ann: Laptop, wanted: str) -> None:
    upload(ann)
    assert code(get(ann, Range=wanted)) == "malformed_body"


def test_beyond_the_servers_limit_nothing_more_is_begun(tmp_path: Path) -> None:
    with running_company(tmp_path, blob_bytes=len(FILE)) as server:
        ann = enrolled(server, "Ann")
        customer = ann.customer()
        other = secrets.token_bytes(len(FILE))
        attach(ann, customer)
        attach(ann, customer, other)
        ann.push()
        put(ann, FILE, 0)
        refused = put(ann, other, 0)
        assert (refused.status_code, code(refused)) == (507, "storage_full")
        put(ann, FILE, CHUNK_BYTES)
        assert put(ann, FILE, 2 * CHUNK_BYTES).json()["complete"]


def test_two_senders_of_one_content_end_with_one_file(server: RunningServer, ann: Laptop) -> None:
    bo = enrolled(server, "Bo")
    attach(bo, bo.customer("二"))
    bo.push()
    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(upload, laptop) for laptop in (ann, bo)]:
            done.result()
    assert get(ann).content == get(bo).content == FILE
    assert [sha256 for sha256, _ in BlobFiles(server.settings.blobs).contents()] == [name(FILE)]


# -- collecting ------------------------------------------------------------------------------------------


def test_an_idle_content_goes_after_the_window_and_not_before(server: RunningServer, ann: Laptop) -> None:
    """R38, I15: what a record names stays; a deleted record's content waits for the offline window."""
    upload(ann)
    files, now = store_of(server), server.clock().ms
    assert blobs.collect(files, Moment(now + 400 * DAY_MS), WINDOW).contents == 0
    (attachment,) = [key for key in ann.records if key.entity == "attachment"]
    delete(ann, attachment)
    assert blobs.collect(files, Moment(now), WINDOW).contents == 0
    assert blobs.collect(files, Moment(now + WINDOW - 1), WINDOW).contents == 0
    assert get(ann).content == FILE
    assert blobs.collect(files, Moment(now + WINDOW), WINDOW).contents == 1
    assert code(get(ann)) == "blob_absent"
    assert not BlobFiles(server.settings.blobs).has(name(FILE))


def test_a_file_goes_after_it_was_forgotten_for_good(
    server: RunningServer, ann: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction that is undone leaves nobody without the bytes."""
    upload(ann)
    (attachment,) = [key for key in ann.records if key.entity == "attachment"]
    delete(ann, attachment)
    store, now = store_of(server), server.clock().ms
    blobs.collect(store, Moment(now), WINDOW)
    remove, found = BlobFiles.remove, []

    def look_and_remove(files: BlobFiles, sha256: str) -> None:
        with server.database.read() as connection:
            found.append(known.is_stored(connection, sha256))
        remove(files, sha256)

    monkeypatch.setattr(BlobFiles, "remove", look_and_remove)
    assert blobs.collect(store, Moment(now + WINDOW), WINDOW) == blobs.Collected(1, 0, 0)
    assert found == [False]


def test_what_is_buried_names_nothing_any_longer(server: RunningServer, ann: Laptop) -> None:
    """R32, R38: an attachment goes with its customer, without having been deleted itself."""
    upload(ann)
    (customer,) = [key for key in ann.records if key.entity == "customer"]
    (attachment,) = [key for key in ann.records if key.entity == "attachment"]
    seen = {
        name: {"seen": dict(ann.records[key].clock)}
        for name, key in (("deleted", customer), ("deleted_below", attachment))
    }
    ann.write(customer, seen)
    ann.push()
    store, now = store_of(server), server.clock().ms
    later = Moment(now + WINDOW + DAY_MS)
    assert blobs.collect(store, later, WINDOW).contents == 0
    assert sweep(server.database, later, WINDOW).buried == 2
    assert blobs.collect(store, later, WINDOW).contents == 0
    assert blobs.collect(store, Moment(later.ms + WINDOW), WINDOW).contents == 1


def test_a_restored_record_keeps_its_content_and_the_wait_begins_anew(
    server: RunningServer, ann: Laptop
) -> None:
    upload(ann)
    files, now = store_of(server), server.clock().ms
    (attachment,) = [key for key in ann.records if key.entity == "attachment"]
    delete(ann, attachment)
    blobs.collect(files, Moment(now), WINDOW)
    ann.write(attachment, {"deleted": None})
    ann.push()
    assert blobs.collect(files, Moment(now + 2 * WINDOW), WINDOW).contents == 0
    assert get(ann).content == FILE


def test_a_reference_made_while_a_collection_looks_keeps_the_content(
    server: RunningServer, ann: Laptop
) -> None:
    """R38: the deleting transaction looks once more, after the list of candidates was made."""
    upload(ann)
    now = server.clock().ms
    (attachment,) = [key for key in ann.records if key.entity == "attachment"]
    delete(ann, attachment)
    blobs.collect(store_of(server), Moment(now), WINDOW)
    with server.database.read() as connection:
        candidates = known.idle(connection, now)
    assert candidates == [name(FILE)]
    attach(ann, ann.customer("新的"))
    ann.push()
    with server.database.write() as connection:
        assert not known.forget(connection, name(FILE), now)
    assert get(ann).content == FILE


def test_collecting_and_attaching_at_once_never_leave_a_reference_unheard(
    server: RunningServer, ann: Laptop
) -> None:
    """R38, I14: whichever comes first, the content is there or its author is asked for the bytes again."""
    rounds = 12
    (attachment,) = [key for key in ann.records if key.entity == "attachment"]
    upload(ann)
    delete(ann, attachment)
    now = server.clock().ms
    for number in range(rounds):
        store = store_of(server)
        blobs.collect(store, Moment(now), 0 if number else WINDOW)
        ready = threading.Barrier(2)

        def collect(ready: threading.Barrier = ready, store: Store = store) -> None:
            ready.wait()
            blobs.collect(store, Moment(now + 1), 0)

        attachment = attach(ann, ann.customer(f"第{number}家"))
        with ThreadPoolExecutor(1) as beside:
            done = beside.submit(collect)
            ready.wait()
            ann.push()
            done.result()
        if not ask(ann).json()["complete"]:
            upload(ann)
        assert get(ann).content == FILE
        delete(ann, attachment)


def test_what_nothing_knows_of_is_swept(server: RunningServer, ann: Laptop) -> None:
    """A crash between the file's rename and the commit leaves a stray; an author who gave up an unfinished upload."""
    put(ann, FILE, 0)
    stray = BlobFiles(server.settings.blobs).path("ab" * 32)
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"stray")
    later = Moment(server.clock().ms + WINDOW + DAY_MS)
    found = blobs.collect(store_of(server), later, WINDOW)
    assert found == blobs.Collected(0, 1, 1)
    assert not stray.exists()


def test_a_content_lost_from_the_disk_is_asked_for_again(server: RunningServer, ann: Laptop) -> None:
    """I14: the company folder came back from a backup without it."""
    upload(ann)
    BlobFiles(server.settings.blobs).remove(name(FILE))
    assert code(get(ann)) == "blob_absent"
    assert ask(ann).json() == {"have": 0, "complete": False}
    upload(ann)
    assert get(ann).content == FILE
