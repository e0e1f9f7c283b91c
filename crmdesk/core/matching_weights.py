"""The weights of `core.matching`, written by `packaging/learn_matching.py`: natural logarithms of odds.

A level that is not named, as that of what is missing, weighs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

BIAS: Final = -0.35
"""What a pair that shares a key weighs before anything is compared."""
WEIGHTS: Final[Mapping[str, Mapping[str, float]]] = {
    "code": {"edit": 0.40, "other": -2.78, "same": 2.51},
    "phone": {"edit": 0.51, "other": -1.06, "same": 0.77},
    "mail": {"domain": 1.58, "other": -1.39, "same": 1.78},
    "stem": {"edit": 0.65, "faint": -3.30, "far": -2.56, "near": -1.51, "same": 3.24, "same_short": 0.88, "sound": 1.77, "within": 0.92},
    "core": {"edit": -0.14, "far": 1.20, "same": -0.11, "same_short": -0.92, "sound": -0.11, "within": 0.15},
    "trade": {"near": -1.42, "other": -3.22, "same": 1.93, "within": 0.75},
    "place": {"near": -1.39, "other": -4.87, "province": 0.70, "same": 1.26},
    "address": {"faint": 0.72, "near": 1.04, "other": -2.78, "same": -0.53},
}  # fmt: skip
