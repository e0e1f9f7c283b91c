"""Runs by seed: the same seed is the same run. `python -m tests.simulation.campaign --seeds 20 --start 100`."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections import Counter
from dataclasses import dataclass
from typing import Final

from tests.simulation.account import Violation
from tests.simulation.company import workbench
from tests.simulation.ending import finish
from tests.simulation.faults import EVERY, FAULTS
from tests.simulation.people import PEOPLE
from tests.simulation.world import World

STEPS: Final = 85


@dataclass(frozen=True)
class Run:
    """What became of one seed. `trace` is a hash over everything that happened."""

    seed: int
    violations: list[Violation]
    trace: str
    happened: Counter[str]
    lines: list[str]
    seconds: float
    edits: int


def run(seed: int, *, steps: int = STEPS, fierce: float | None = None, is_talkative: bool = False) -> Run:
    """One run to its end. `fierce` sets how much trouble there is; without it the seed decides."""
    started = time.perf_counter()
    folder = workbench()
    world = World(seed, folder, is_talkative=is_talkative)
    try:
        with world.running():
            try:
                _trouble(world, steps, fierce)
                if not world.account.violations:
                    finish(world)
            except (
                AssertionError,
                LookupError,
                TypeError,
                ValueError,
                RuntimeError,
                AttributeError,
            ) as error:
                if is_talkative:
                    raise
                world.account.blame("no crash", f"{type(error).__name__}: {error}")
        for violation in world.account.violations:
            world.say(f"VIOLATION {violation.invariant}: {violation.detail}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Run(
        seed, world.account.violations, world.trace.hexdigest(), world.happened, world.lines,
        time.perf_counter() - started, len(world.account.told),
    )  # fmt: skip


def _trouble(world: World, steps: int, fierce: float | None) -> None:
    """The part of a run in which everything may go wrong; some runs are calmer than others."""
    chance = world.chance.schedule
    drawn = chance.choice((0.0, 0.3, 1.0, 1.0, 2.0))
    fierce = drawn if fierce is None else fierce
    for laptop in world.laptops:
        laptop.line.trouble = 0.03 * fierce
    acts = [*PEOPLE, *FAULTS]
    weights = [*PEOPLE.values(), *(weight * fierce for weight in FAULTS.values())]
    done = 0
    while done < steps and not world.account.violations:
        (act,) = chance.choices(acts, weights)
        world.now += chance.choice((1, 50, 1000, 20_000))
        done += act(world)


def main() -> int:
    asked = argparse.ArgumentParser(description="Run the simulator.")
    asked.add_argument("--seeds", type=int, default=20)
    asked.add_argument("--start", type=int, default=0)
    asked.add_argument("--steps", type=int, default=STEPS)
    asked.add_argument("--fierce", type=float)
    asked.add_argument("--trace", action="store_true", help="print everything that happens")
    said = asked.parse_args()
    happened: Counter[str] = Counter()
    guilty, edits, started = [], 0, time.perf_counter()
    for seed in range(said.start, said.start + said.seeds):
        done = run(seed, steps=said.steps, fierce=said.fierce, is_talkative=said.trace)
        happened += done.happened
        edits += done.edits
        if done.violations:
            guilty.append(seed)
            print(f"seed {seed}: " + " | ".join(f"{v.invariant}: {v.detail}" for v in done.violations[:3]))
    seconds = time.perf_counter() - started
    print(f"{said.seeds} seeds, {edits} edits, {len(guilty)} at fault {guilty or ''}, {seconds:.1f} s")
    print(", ".join(f"{name} {count}" for name, count in sorted(happened.items())))
    missing = [name for name in EVERY if not happened[name]]
    if missing:
        print("never happened: " + ", ".join(missing))
    return int(bool(guilty or missing))


if __name__ == "__main__":
    sys.exit(main())
