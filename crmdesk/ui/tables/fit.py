"""How wide each column of a table is, as arithmetic: no widget, no font."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wish:
    """What one column asks for: `least` keeps its header whole, `width` shows everything."""

    key: str
    least: int
    width: int
    stretch: bool = False
    drop: int = 0


def fit(wishes: Sequence[Wish], room: int) -> dict[str, int]:
    """Widths for `room` pixels; a column that is not in the answer is dropped, highest `drop` first.

    Columns go before anything is cut; what is left too wide shrinks to its header; spare room goes to
    the stretching columns.
    """
    kept = list(wishes)
    while sum(wish.width for wish in kept) > room:
        last = max(kept, key=lambda wish: wish.drop, default=None)
        if last is None or not last.drop:
            break
        kept.remove(last)
    widths = {wish.key: wish.width for wish in kept}
    _spread(kept, widths, room - sum(widths.values()))
    return widths


def _spread(kept: Sequence[Wish], widths: dict[str, int], spare: int) -> None:
    growing = [wish for wish in kept if wish.stretch]
    if spare >= 0:
        for index, wish in enumerate(growing):
            widths[wish.key] += spare // len(growing) + (index < spare % len(growing))
        return
    for wish in sorted(kept, key=lambda wish: not wish.stretch):
        give = min(-spare, widths[wish.key] - min(wish.least, widths[wish.key]))
        widths[wish.key] -= give
        spare += give
