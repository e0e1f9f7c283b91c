"""Seeded traces of the kernel's world: the same seed is the same trace, whatever the product does with it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from tests.simulation.kernel_world import PLAIN_FIELDS, RECORDS, TAGS, World
from tests.support.oracle import Oracle

STEPS: Final = 80


def run(seed: int, steps: int = STEPS) -> Oracle:
    """Run one trace to its end and return what the oracle found."""
    chance, world = Random(seed), World()
    kinds, weights = zip(*ACTIONS, strict=True)
    for action in chance.choices(kinds, weights, k=steps):
        world.now_ms += chance.randrange(100)
        action(world, chance)
    world.finish()
    return world.oracle


def _save(world: World, chance: Random) -> None:
    fields = frozenset(chance.sample(PLAIN_FIELDS, chance.randint(1, 3)))
    world.save_form(chance.choice(world.laptops), chance.choice(RECORDS), fields)


def _open(world: World, chance: Random) -> None:
    world.open_form(chance.choice(world.laptops), chance.choice(RECORDS))


def _tag(world: World, chance: Random) -> None:
    present = chance.choice((True, None))
    world.set_tag(chance.choice(world.laptops), chance.choice(RECORDS), chance.choice(TAGS), present)


def _delete(world: World, chance: Random) -> None:
    world.delete(chance.choice(world.laptops), chance.choice(RECORDS))


def _restore(world: World, chance: Random) -> None:
    world.restore(chance.choice(world.laptops), chance.choice(RECORDS))


def _settle(world: World, chance: Random) -> None:
    world.settle(chance.choice(world.laptops), chance.choice(RECORDS), chance.randrange(60))


def _push(world: World, chance: Random) -> None:
    world.push(chance.choice(world.laptops), chance.choice(RECORDS))


def _pull(world: World, chance: Random) -> None:
    world.pull(chance.choice(world.laptops), chance.choice(RECORDS))


def _exchange(world: World, chance: Random) -> None:
    world.exchange(chance.choice(world.laptops), chance.choice(RECORDS))


def _deliver(world: World, chance: Random) -> None:
    world.deliver(chance.randrange(1000), again=chance.random() < 0.2)


def _lose(world: World, chance: Random) -> None:
    world.lose(chance.randrange(1000))


def _clone(world: World, chance: Random) -> None:
    world.clone(chance.choice(world.laptops))


def _back_up(world: World, chance: Random) -> None:
    world.back_up(chance.choice([world.server, *world.laptops * 2]))


def _bring_back(world: World, chance: Random) -> None:
    world.bring_back(chance.choice([world.server, *world.laptops * 2]))


def _move(world: World, chance: Random) -> None:
    world.move(chance.choice(RECORDS), chance.choice(("pool", "book2")))


def _forge(world: World, chance: Random) -> None:
    world.forge(chance.choice(world.laptops), chance.choice(RECORDS), chance.choice(world.laptops))


ACTIONS: Final[list[tuple[Callable[[World, Random], None], int]]] = [
    (_save, 30), (_open, 14), (_tag, 8), (_delete, 3), (_restore, 3), (_settle, 5), (_push, 8), (_pull, 8),
    (_exchange, 14), (_deliver, 16), (_lose, 2), (_clone, 2), (_back_up, 6), (_bring_back, 5), (_move, 2), (_forge, 2),
]  # fmt: skip
