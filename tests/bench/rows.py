"""A measured figure beside what it is compared with, and how one is made from single measurements."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args

Figure: TypeAlias = Literal["median", "p95", "min"]
Better: TypeAlias = Literal["less", "more"]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `against` names a peer measured in the same run or a limit; `ratio` is value / against_value.

    `limit` bounds the ratio to a measured peer, or the value itself; `better` says on which side it must stay.
    `median`, `p95` and `min` are of the `runs` single measurements behind the value, in its unit.
    """

    name: str
    value: float
    unit: str
    against: str | None = None
    against_value: float | None = None
    ratio: float | None = None
    limit: float | None = None
    better: Better = "less"
    runs: int = 1
    median: float | None = None
    p95: float | None = None
    min: float | None = None

    @property
    def is_within(self) -> bool:
        """Whether the limit holds; a row without one is only reported."""
        if self.limit is None:
            return True
        figure = self.value if self.ratio is None or self.against == "limit" else self.ratio
        return figure <= self.limit if self.better == "less" else figure >= self.limit


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the measurements do not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(1, math.ceil(share * len(ranked))) - 1]


def figure(values: Sequence[float], of: Figure) -> float:
    """One figure of many."""
    match of:
        case "median":
            return statistics.median(values)
        case "p95":
            return percentile(values, 0.95)
        case "min":
            return min(values)


def reported(name: str, values: Sequence[float], unit: str, *, of: Figure = "median") -> Row:
    """A figure that is compared with nothing."""
    return _spread(Row(name, _short(figure(values, of)), unit), values)


def within(
    name: str,
    values: Sequence[float],
    unit: str,
    limit: float,
    *,
    of: Figure = "p95",
    better: Better = "less",
) -> Row:
    """A figure beside its fixed limit."""
    value = figure(values, of)
    row = Row(name, _short(value), unit, "limit", limit, _short(value / limit), limit, better)
    return _spread(row, values)


def beside(
    name: str,
    values: Sequence[float],
    unit: str,
    peer: str,
    peers: Sequence[float],
    *,
    of: Figure = "median",
    limit: float | None = None,
    better: Better = "less",
) -> Row:
    """A figure beside that of a peer measured in the same run; `limit` bounds the ratio."""
    value, other = figure(values, of), figure(peers, of)
    row = Row(name, _short(value), unit, peer, _short(other), _short(value / other), limit, better)
    return _spread(row, values)


def _spread(row: Row, values: Sequence[float]) -> Row:
    if len(values) == 1:
        return row
    median, p95, least = (_short(figure(values, of)) for of in get_args(Figure))
    return replace(row, runs=len(values), median=median, p95=p95, min=least)


def _short(value: float) -> float:
    """Three decimals are more than a shared machine repeats."""
    return round(value, 3)
