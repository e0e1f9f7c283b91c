"""The weights of `core.matching`, written by `packaging/learn_matching.py`: natural logarithms of odds.

A level that is not named, as that of what is missing, weighs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

BIAS: Final = -0.69
"""What a pair that shares a key weighs before anything is compared."""
WEIGHTS: Final[Mapping[str, Mapping[str, float]]] = {
    "code": {"edit": 0.39, "other": -2.80, "same": 2.55},
    "phone": {"edit": 0.58, "other": -1.12, "same": 0.83},
    "mail": {"domain": 1.68, "other": -1.43, "same": 1.81},
    "stem": {"edit": 0.57, "faint": -3.34, "far": -2.59, "near": -1.51, "same": 3.21, "same_short": 0.87, "sound": 1.78, "within": 0.91},
    "core": {"edit": -0.31, "far": 1.17, "same": -0.07, "same_short": -0.93, "sound": -0.09, "within": 0.17},
    "trade": {"near": -1.44, "other": -3.34, "same": 2.05, "within": 0.78},
    "place": {"near": -1.43, "other": -4.87, "province": 0.70, "same": 1.43},
    "address": {"faint": 0.87, "near": 1.15, "other": -2.85, "same": -0.45},
}  # fmt: skip
