"""What travels: the bodies of requests and answers as they are on the line, compressed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import msgspec
import zstandard

from crmdesk.core.record import RecordKey, decode
from crmdesk.store.replica import Write
from crmdesk.sync.transport import Line, Reply, Request, Transport
from tests.bench.company import Company, Laptop, company, records
from tests.bench.rows import Row, reported, within

CHANGE_BYTES: Final = 700.0
OVERHEAD_BYTES: Final = 90.0
PAGE: Final = 1000


class Counting:
    """A line that remembers the sizes of bodies by path: (sent, received)."""

    def __init__(self, address: str) -> None:
        self._line: Transport = Line(address)
        self.sizes: dict[str, list[tuple[int, int]]] = {}

    @contextmanager
    def send(self, request: Request) -> Iterator[Reply]:
        with self._line.send(request) as reply:
            parts = list(reply.parts)
            size = (len(request.content or b""), sum(map(len, parts)))
            self.sizes.setdefault(request.path, []).append(size)
            yield reply._replace(parts=iter(parts))

    def close(self) -> None:
        self._line.close()


def run() -> list[Row]:
    with company("bytes") as here:
        writer, reader = _counted(here, "An"), _counted(here, "Bo")
        changed = _customer(writer)
        for laptop, _ in (writer, reader):
            laptop.sync()
        writer[1].sizes.clear()
        reader[1].sizes.clear()
        writer[0].workspace.replica.commit([Write(changed, {"remark": "下周再谈一次价格"})])
        writer[0].sync()
        reader[0].sync()
        pushed, _ = writer[1].sizes["/v1/push"][0]
        pulled = max(answer for _, answer in reader[1].sizes["/v1/pull"])
        page, values = _page(writer[0], here)
        for laptop, _ in (writer, reader):
            laptop.close()
    return [
        within("a push of one changed field of a 20-field record", [float(pushed)], "B", CHANGE_BYTES),
        within("a pull of one changed 20-field record", [float(pulled)], "B", CHANGE_BYTES),
        within(
            "a page of 1,000 over its values alone, a record", [(page - values) / PAGE], "B", OVERHEAD_BYTES
        ),
        reported("a page of 1,000 records, a record", [page / PAGE], "B"),
    ]


def _counted(here: Company, name: str) -> tuple[Laptop, Counting]:
    counting = Counting(here.address)
    return here.laptop(name, counting), counting


def _customer(writer: tuple[Laptop, Counting]) -> RecordKey:
    """A customer with twenty fields."""
    replica = writer[0].workspace.replica
    item = next(item for item in records(300) if item.entity == "customer" and len(item.values) >= 16)
    key = RecordKey("customer", replica.new_id())
    values = {name: value for name, value in item.values.items() if ":" not in name}
    values |= {f"tag:{replica.new_id()}": True for _ in range(20 - len(values))}
    assert len(values) == 20, sorted(values)
    replica.commit([Write(key, values)])
    return key


def _page(laptop: Laptop, here: Company) -> tuple[int, int]:
    """Bytes of a page of 1,000 new records, and of the same with values only, compressed alike."""
    laptop.load(records(PAGE))
    laptop.sync()
    fresh, counting = _counted(here, "Cy")
    book = laptop.workspace.replica.identity().book
    (head,) = [head for head in fresh.http.heads().heads if head.bucket == book]
    first = fresh.http.pull(head.bucket, head.epoch, 0, "")  # the customer above, in a commit of its own
    found = fresh.http.pull(head.bucket, head.epoch, first.seq, first.salt)
    _, page = counting.sizes["/v1/pull"][-1]
    fresh.close()
    states = [state for item in found.items if (state := item.state) is not None]
    assert len(states) == PAGE, len(states)
    values = [edit.values for state in states for edit in decode(state).edits]
    content = msgspec.json.encode(values, order="deterministic")
    return page, len(zstandard.ZstdCompressor(level=1).compress(content))
