"""What a laptop with nothing to say costs the server: CPU of its process, user and system, a question."""

from __future__ import annotations

from typing import Final

from tests.bench.company import company
from tests.bench.rows import Row, reported, within

POLLS: Final = 1000
LIMIT_MS: Final = 2.0


def run() -> list[Row]:
    with company("idle_poll") as here:
        laptop = here.laptop("An")
        laptop.sync()
        for _ in range(100):
            laptop.http.heads()
        before = here.cpu_seconds()
        for _ in range(POLLS):
            laptop.http.heads()
        heads = (here.cpu_seconds() - before) / POLLS * 1000
        before = here.cpu_seconds()
        for _ in range(POLLS // 10):
            assert laptop.sync().received == 0
        sync = (here.cpu_seconds() - before) / (POLLS // 10) * 1000
        laptop.close()
    return [
        within("server CPU of a poll by an up-to-date laptop", [heads], "ms", LIMIT_MS),
        reported("server CPU of a whole sync of an up-to-date laptop", [sync], "ms"),
    ]
