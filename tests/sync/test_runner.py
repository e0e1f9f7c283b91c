from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from crmdesk.sync.runner import Threads


def test_items_come_in_order_and_are_made_by_another_thread():
    makers: set[int] = set()

    def numbers() -> Iterator[int]:
        for n in range(20):
            makers.add(threading.get_ident())
            yield n

    assert list(Threads().ahead(numbers(), 3)) == list(range(20))
    assert makers
    assert threading.get_ident() not in makers


def test_no_more_are_made_ahead_than_the_limit():
    made: list[int] = []
    is_full = threading.Event()

    def numbers() -> Iterator[int]:
        for n in range(20):
            made.append(n)
            if n == 3:  # one was taken, three are made ahead
                is_full.set()
            yield n

    items = Threads().ahead(numbers(), 3)
    assert next(items) == 0
    assert is_full.wait(5)
    items.close()
    assert len(made) <= 5  # closing makes room for one more, which then sees that nobody waits


def test_what_ends_the_work_is_raised_after_what_came_before():
    def numbers() -> Iterator[int]:
        yield 1
        raise ValueError

    items = Threads().ahead(numbers(), 4)
    assert next(items) == 1
    with pytest.raises(ValueError, match=r"^$"):
        next(items)


def test_closing_ends_the_worker():
    before = threading.active_count()
    items = Threads().ahead(iter(range(1000)), 2)
    next(items)
    items.close()
    assert threading.active_count() == before
