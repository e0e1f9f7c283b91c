"""Runs side by side: each in a process of its own, with nothing shared but the seeds."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

Asked = TypeVar("Asked")
Told = TypeVar("Told")


def in_processes(
    work: Callable[[Asked], Told], asked: Iterable[Asked], jobs: int | None = None
) -> Iterator[Told]:
    """`work` of each, in their order, as many at once as there are cores. The first that raises ends it."""
    count = jobs or os.cpu_count() or 1
    if count == 1:
        yield from map(work, asked)
        return
    with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(work, asked)
