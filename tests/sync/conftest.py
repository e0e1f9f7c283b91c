from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crmdesk.core.record import RecordKey
from crmdesk.store import outbox
from crmdesk.store.replica import Write
from tests.support.rep import Rep, enrolled
from tests.support.server import RunningServer, running_company

Hire = Callable[..., Rep]


def settle(*laptops: Rep) -> None:
    """Everybody syncs until nothing moves."""
    for _ in range(2):
        for laptop in laptops:
            laptop.sync()


def cursors(laptop: Rep) -> dict[str, outbox.Cursor]:
    with laptop.replica.database.read() as connection:
        return outbox.cursors(connection)


def many(laptop: Rep, count: int, name: str) -> list[Write]:
    """So many new customers, to be committed."""
    return [
        Write(RecordKey("customer", laptop.replica.new_id()), {"name": f"{name}{n}"}) for n in range(count)
    ]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """The small company, served."""
    with running_company(tmp_path) as running:
        yield running


@pytest.fixture
def hire(server: RunningServer, tmp_path: Path) -> Iterator[Hire]:
    """Give a person of the company a laptop: `hire("Ann")`; `address` may name a proxy before the server."""
    laptops: list[Rep] = []

    def hire(name: str, address: str | None = None) -> Rep:
        path = tmp_path / f"{name}{len(laptops)}" / "crmdesk.db"
        laptops.append(enrolled(address or server.address, server.code(server.people[name].user), path))
        return laptops[-1]

    yield hire
    for laptop in laptops:
        laptop.close()
