"""How fast two copies of a record that were changed apart become one: twenty fields, five rewritten on each side.

Of CPU time: nothing here waits for anything, and on a shared machine the clock on the wall measures the neighbours.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from crmdesk.core.record import Dot, Edit, Placement, Record, Txn, decode, encode, merge, write
from tests.bench.rows import Row, within

RECORDS: Final = 5000
FIELDS: Final = 20
ROUNDS: Final = 9
WHOLE: Final = 50_000.0
IN_MEMORY: Final = 200_000.0
T = TypeVar("T")


def run() -> list[Row]:
    gc.disable()
    pairs = [_apart(number) for number in range(1, RECORDS + 1)]
    stored = [(encode(one), encode(other)) for one, other in pairs]
    whole = _rates(stored, lambda pair: encode(merge(decode(pair[0]), decode(pair[1]))))
    memory = _rates(pairs, lambda pair: merge(*pair))
    name = "merge of two conflicting 20-field records"
    return [
        within(
            f"{name}, decode and encode included", whole, "records/CPU s", WHOLE, of="median", better="more"
        ),
        within(f"{name}, in memory", memory, "records/CPU s", IN_MEMORY, of="median", better="more"),
    ]


def _apart(number: int) -> tuple[Record, Record]:
    """A record as two people have it: both wrote five fields, two of them the same."""
    names = [f"field_{n:02}" for n in range(FIELDS)]
    at = 117_000_000_000_000_000 + number
    made = Edit(
        Dot("0" * 32, number), at, "1" * 32, None, Txn("2" * 32, "form"), dict.fromkeys(names, "宏远机械")
    )
    base = write(None, made, placement=Placement(0, "3" * 32))
    mine = Edit(
        Dot("a" * 32, 1), at + 5, "4" * 32, None, Txn("5" * 32, "form"), dict.fromkeys(names[:5], "甲")
    )
    yours = Edit(
        Dot("b" * 32, 1), at + 6, "6" * 32, None, Txn("7" * 32, "form"), dict.fromkeys(names[3:8], "乙")
    )
    copies = write(base, mine, placement=base.placement), write(base, yours, placement=base.placement)
    merged = merge(*copies)
    assert [len(merged.siblings(name)) for name in names[:9]] == [1, 1, 1, 2, 2, 1, 1, 1, 1]
    return copies


def _rates(items: Sequence[T], do: Callable[[T], object]) -> list[float]:
    found = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for item in items:
            do(item)
        found.append(len(items) / (time.process_time() - started))
    return found
