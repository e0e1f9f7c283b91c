"""Learn the weights of `core.matching` and write them into `crmdesk/core/matching_weights.py`.

`python packaging/learn_matching.py` from the project's folder. Two seeds of the generator of doubles
(`tests/support/doubles.py`) give the pairs, all that share a key; logistic regression with a small penalty gives each
level its weight. The benchmark `duplicate_scan` judges by other seeds. The learnt rows and those it is judged by come
from one generator all the same: of a company's own lists expect less.
"""

from __future__ import annotations

import sys
from collections import Counter
from itertools import combinations
from math import exp
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from crmdesk.core.matching import FEATURES, keys, levels, party, tells  # noqa: E402  -- found through the line above
from crmdesk.usecases.workspace import readings  # noqa: E402
from tests.support.doubles import doubles  # noqa: E402

SEEDS: Final = (101, 102)
ROWS: Final = 20_000
PENALTY: Final = 2.0
ROUNDS: Final = 4000
RATE: Final = 0.5

Counted = Counter[tuple[tuple[str, ...], bool]]


def counted(seed: int) -> Counted:
    """How often the pairs of one set agree in which way, those that are one company apart from the others."""
    made = doubles(readings(), seed, ROWS)
    parties = [party(readings(), row) for row in made.rows]
    blocks: dict[str, list[int]] = {}
    for at, one in enumerate(parties):
        for key in keys(one):
            blocks.setdefault(key, []).append(at)
    pairs = {
        pair for key, found in blocks.items() if tells(key[0], len(found)) for pair in combinations(found, 2)
    }
    return Counter((levels(parties[a], parties[b]), (a, b) in made.pairs) for a, b in pairs)


def learnt(seen: Counted) -> dict[tuple[str, str], float]:
    """The weight of each (feature, level), and the bias under blanks."""
    named = [(tuple(zip(FEATURES, found, strict=True)), same, n) for (found, same), n in seen.items()]
    total = sum(seen.values())
    weights: dict[tuple[str, str], float] = {("", ""): -2.0}
    weights |= {one: 0.0 for ones, _, _ in named for one in ones if one[1] != "missing"}
    scale = dict.fromkeys(weights, 1e-8)
    for _ in range(ROUNDS):
        slope = {one: PENALTY * weight / total for one, weight in weights.items()}
        slope[("", "")] = 0.0
        for ones, same, n in named:
            active = [("", ""), *(one for one in ones if one in weights)]
            guess = 1 / (1 + exp(-sum(weights[one] for one in active)))
            error = (guess - same) * n / total
            for one in active:
                slope[one] += error
        for one, by in slope.items():
            scale[one] = 0.99 * scale[one] + 0.01 * by * by
            weights[one] -= RATE * 0.05 * by / (scale[one] ** 0.5 + 1e-6)
    return weights


def source(weights: dict[tuple[str, str], float]) -> str:
    """The module that holds the weights."""
    lines = []
    for feature in FEATURES:
        found = sorted((level, weight) for (f, level), weight in weights.items() if f == feature)
        inside = ", ".join(f'"{level}": {weight:.2f}' for level, weight in found)
        lines.append(f'    "{feature}": {{{inside}}},')
    return "\n".join(
        [
            '"""The weights of `core.matching`, written by `packaging/learn_matching.py`: natural logarithms of odds.',
            "",
            "A level that is not named, as that of what is missing, weighs nothing.",
            '"""',
            "",
            "from __future__ import annotations",
            "",
            "from collections.abc import Mapping",
            "from typing import Final",
            "",
            f"BIAS: Final = {weights['', '']:.2f}",
            '"""What a pair that shares a key weighs before anything is compared."""',
            "WEIGHTS: Final[Mapping[str, Mapping[str, float]]] = {",
            *lines,
            "}  # fmt: skip",
            "",
        ]
    )


if __name__ == "__main__":
    weights = learnt(sum((counted(seed) for seed in SEEDS), Counter()))
    (ROOT / "crmdesk" / "core" / "matching_weights.py").write_text(source(weights), encoding="utf-8")
