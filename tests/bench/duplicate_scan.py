"""A scan of 50,000 customers for those that are there twice, how right it is, and the method on a public set.

One in twenty of the invented customers is a sibling: another company of a group, at the same address. Beside splink where
`CRMDESK_BENCH_PEERS` names a folder with a virtual environment of it, with the same customers in the same run, twice: their names taken
apart beforehand for either, as this store keeps its keys; and from the rows as they were written, in memory, with the taking apart
counted for both. The public set where `CRMDESK_BENCH_SETS` says where it is (`febrl.py`). Of CPU time, both: nothing here waits for anything.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from crmdesk.core.matching import DOUBTFUL, SURE, Party, compare, keys, party, worth_comparing
from crmdesk.usecases import duplicates
from crmdesk.usecases.workspace import readings
from tests.bench import febrl, stores
from tests.bench.doubles_store import opened, record_id
from tests.bench.febrl import Pair, f1
from tests.bench.peers import PLACE
from tests.bench.rows import Row, beside, reported, within
from tests.support.doubles import Values, doubles

CUSTOMERS: Final = 50_000
SEED: Final = 32
ROUNDS: Final = 3
LIMIT_S: Final = 10.0
LEAST_F1: Final = 0.97
LEAST_F1_PUBLIC: Final = 0.995
_SPLINK: Final = Path(__file__).with_name("splink_peer.py")


def run() -> list[Row]:
    made = doubles(readings(), SEED, CUSTOMERS)
    workspace = opened("scan", made.rows)
    times = []
    for _ in range(ROUNDS):
        started = time.process_time()
        found = duplicates.pairs(workspace.reader)
        times.append(time.process_time() - started)
    workspace.close()
    at = {record_id(place): place for place in range(len(made.rows))}
    listed = {_pair(at[one.one.id], at[one.other.id]) for one in found}
    sure = {_pair(at[one.one.id], at[one.other.id]) for one in found if one.certainty >= SURE}
    rows = [
        within("scan of 50,000 customers", times, "CPU s", LIMIT_S, of="median"),
        within("F1 of the pairs listed", [f1(listed, made.pairs)], "of 1", LEAST_F1, better="more"),
        reported(
            "precision of the pairs a merge is proposed for", [len(sure & made.pairs) / len(sure)], "of 1"
        ),
    ]
    from_rows, again = _from_rows(made.rows)
    rows.append(reported("the same from rows in memory, names taken apart", from_rows, "CPU s"))
    rows.append(reported("F1 of those", [f1(again, made.pairs)], "of 1"))
    rows += _beside_splink(made.rows, made.pairs, times, from_rows)
    for name, files in {"FEBRL 3": ("dataset3.csv",), "FEBRL 4": ("dataset4a.csv", "dataset4b.csv")}.items():
        if people := febrl.read(*files):
            right = f1(febrl.linked(people), febrl.truth(people))
            rows.append(
                within(f"F1 of the method on {name}", [right], "of 1", LEAST_F1_PUBLIC, better="more")
            )
    return rows


def _from_rows(rows: Sequence[Values]) -> tuple[list[float], set[Pair]]:
    """The CPU times of the matcher from rows to pairs, without a store; and the pairs."""
    times = []
    for _ in range(ROUNDS):
        started = time.process_time()
        found = _paired([party(readings(), row) for row in rows])
        times.append(time.process_time() - started)
    return times, found


def _paired(ready: Sequence[Party]) -> set[Pair]:
    first: dict[str, int] = {}
    blocks: dict[str, list[int]] = {}
    for at, one in enumerate(ready):
        for key in keys(one):
            if (other := first.setdefault(key, at)) != at:
                blocks.setdefault(key, [other]).append(at)
    shared = ((key[0], block) for key, block in blocks.items())
    near = worth_comparing(shared, lambda some: {n: ready[n].region[:2] for n in some})
    return {(a, b) for a, b in near if compare(ready[a], ready[b]).certainty >= DOUBTFUL}


def _beside_splink(
    rows: list[Values], meant: set[Pair], times: list[float], from_rows: list[float]
) -> list[Row]:
    """Splink's time and F1; nothing where it is not installed."""
    peers = os.environ.get(PLACE)
    if not peers or not list((Path(peers) / "lib").glob("python*/site-packages/splink")):
        return []
    file = stores.OUTPUT / "work" / "splink.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    started = time.process_time()
    ready = [_made_ready(row) for row in rows]
    apart = time.process_time() - started
    file.write_text(json.dumps(ready, ensure_ascii=False), encoding="utf-8")
    told = [_told(Path(peers) / "bin" / "python", file) for _ in range(ROUNDS)]
    theirs = [one["seconds"] for one in told]
    return [
        beside("scan, names taken apart beforehand", times, "CPU s", "splink 5", theirs, limit=1.0),
        beside(
            "scan, taking names apart counted",
            from_rows,
            "CPU s",
            "splink 5",
            [apart + one for one in theirs],
            limit=1.0,
        ),
        reported("F1 of splink 5, without labels", [f1(_pairs(told[0]["pairs"]), meant)], "of 1"),
    ]


def _told(python: Path, file: Path) -> dict[str, Any]:
    done = subprocess.run(
        [python, _SPLINK, file], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _made_ready(row: Values) -> dict[str, str | None]:
    """A customer as the matcher compares it: names taken apart and read aloud, numbers as digits."""
    one = party(readings(), row)
    said = {
        "stem": one.name.stem, "core": one.name.core, "trade": one.name.trade, "sound": one.name.sound,
        "stem_sound": one.name.stem_sound, "province": one.region[:2], "phone": next(iter(one.phones), ""),
        "mail": one.mail, "code": one.code, "address": one.address,
    }  # fmt: skip
    return {name: text or None for name, text in said.items()}


def _pairs(found: Iterable[list[int]]) -> set[Pair]:
    return {_pair(*pair) for pair in found}


def _pair(one: int, other: int) -> Pair:
    return min(one, other), max(one, other)
