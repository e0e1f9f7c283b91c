"""Rows of a foreign file that are likely a customer that is here, or another row of the file: which pairs are compared.

Pure. What two rows share is a key (`core.matching`), here as its number (`store.likeness`); what certainty two have is
told by `matching.compare`. Nothing is ever merged by this: it only says which rows somebody may want to look at.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, groupby, product
from operator import itemgetter
from typing import Final, Literal, TypeAlias

import msgspec

from crmdesk.core.matching import tells

Choice: TypeAlias = Literal["take", "keep_out"]
"""What becomes of such rows: they are taken in and somebody looks afterwards, or they are kept out into the workbook."""
CHOICES: Final[tuple[Choice, ...]] = ("take", "keep_out")
_SHELVES: Final = 64


class Alike(msgspec.Struct, frozen=True):
    """A row that would be a new customer, and who it is likely to be: a customer here by id, else an earlier row.

    Rows count as the spreadsheet does. `certainty` is from 0 to 1, `reasons` are (feature, level).
    """

    sheet: int
    row: int
    name: str
    customer: str
    other: str
    other_sheet: int
    other_row: int
    certainty: float
    reasons: tuple[tuple[str, str], ...]


class Blocks:
    """The keys of many rows, by row; what shares one is a block. Twelve bytes a key, for a file may have ten million."""

    def __init__(self) -> None:
        self._shelves = [(array("q"), array("i")) for _ in range(_SHELVES)]

    def add(self, row: int, keys: Iterable[int]) -> None:
        """Note the keys of a row."""
        for key in keys:
            numbers, rows = self._shelves[(key >> 8) % _SHELVES]
            numbers.append(key)
            rows.append(row)

    def shelves(self) -> Iterator[list[tuple[int, list[int]]]]:
        """Every key with its rows, some thousands at a time, in the order of keys."""
        for numbers, rows in self._shelves:
            pairs = sorted(set(zip(numbers, rows, strict=True)))
            yield [(key, [row for _, row in found]) for key, found in groupby(pairs, key=itemgetter(0))]


def asked(
    blocks: Blocks, here: Callable[[Sequence[int]], Mapping[int, Sequence[int]]]
) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """What is to be compared: (row, number of a customer here), and (row, later row).

    `here` says which customers on show have some keys. A key that too many share tells nothing, as in a scan.
    """
    with_customers: set[tuple[int, int]] = set()
    with_rows: set[tuple[int, int]] = set()
    for shelf in blocks.shelves():
        present = here([key for key, _ in shelf])
        for key, rows in shelf:
            theirs = present.get(key, ())
            if tells(chr(key & 0xFF), len(rows) + len(theirs)):
                with_rows.update(combinations(rows, 2))
                with_customers.update(product(rows, theirs))
    return with_customers, with_rows


def held_back(near_customers: Iterable[int], near_rows: Iterable[tuple[int, int]]) -> set[int]:
    """Which rows would be kept out: those near a customer here, and those near an earlier row that is not kept out.

    `near_rows` are (row, later row). So of three rows that are alike the first stays.
    """
    found = set(near_customers)
    for row, later in sorted(near_rows, key=lambda pair: (pair[1], pair[0])):
        if row not in found:
            found.add(later)
    return found
