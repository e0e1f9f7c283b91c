"""The benchmarks' arithmetic and the shape of their rows; the figures themselves are no matter of tests."""

from __future__ import annotations

import importlib
from dataclasses import asdict

import pytest

from tests.bench.__main__ import BENCHMARKS
from tests.bench.rows import beside, percentile, reported, within

FIGURES = [float(n) for n in range(1, 101)]


def test_p95_is_what_95_of_100_measurements_do_not_exceed() -> None:
    assert percentile(FIGURES, 0.95) == 95.0
    assert percentile([7.0], 0.95) == 7.0
    assert percentile([3.0, 1.0, 2.0], 0.95) == 3.0


def test_a_row_beside_a_peer_carries_both_figures_their_ratio_and_the_spread() -> None:
    row = asdict(beside("save", FIGURES, "ms", "bare insert", [10.0, 20.0, 30.0], limit=3.0))
    assert row["value"] == 50.5
    assert (row["against"], row["against_value"], row["ratio"]) == ("bare insert", 20.0, 2.525)
    assert (row["runs"], row["median"], row["p95"], row["min"]) == (100, 50.5, 95.0, 1.0)


@pytest.mark.parametrize(
    ("row", "is_within"),
    [
        (beside("save", [3.0], "ms", "bare insert", [1.0], limit=3.0), True),
        (beside("save", [3.1], "ms", "bare insert", [1.0], limit=3.0), False),
        (beside("push", [30.0], "records/s", "a peer", [30.0], limit=1.0, better="more"), True),
        (beside("push", [29.0], "records/s", "a peer", [30.0], limit=1.0, better="more"), False),
        (within("page", FIGURES, "ms", 95.0), True),
        (within("page", FIGURES, "ms", 94.0), False),
        (within("pull", [8000.0], "records/s", 8000.0, better="more"), True),
        (within("pull", [7999.0], "records/s", 8000.0, better="more"), False),
        (reported("idle", [1.0], "MB"), True),
    ],
)
def test_a_limit_bounds_the_ratio_to_a_peer_and_otherwise_the_value(row: object, is_within: bool) -> None:
    assert row.is_within is is_within  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_can_be_run_by_its_name(name: str) -> None:
    assert callable(importlib.import_module(f"tests.bench.{name}").run)
