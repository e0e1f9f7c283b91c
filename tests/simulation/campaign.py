"""Runs by seed: the same seed is the same run. `python -m tests.simulation.campaign --seeds 20 --start 100`.

A seed at fault is to be kept for ever, in `noted.json`: the campaign prints the line.
"""

from __future__ import annotations

import argparse
import atexit
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Final

from tests.simulation.account import Violation
from tests.simulation.company import workbench
from tests.simulation.ending import finish
from tests.simulation.faults import EVERY, FAULTS
from tests.simulation.noted import note_menu
from tests.simulation.people import PEOPLE
from tests.simulation.processes import in_processes
from tests.simulation.world import World
from tests.support.postgres import Postgres, postgres

STEPS: Final = 85
MANY: Final = 150
"""So many runs meet the whole menu, or something is wrong with it."""
FIERCE: Final = 0.8
"""How much trouble there is in runs that are to meet every fault."""


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

    def told(self) -> str:
        """The first things that are wrong, on one line."""
        return " | ".join(f"{v.invariant}: {v.detail}" for v in self.violations[:3])


@dataclass(frozen=True)
class How:
    """How runs are made. `fierce` sets how much trouble there is; without it each seed decides.

    `service` names a PostgreSQL that all processes share; None: the server keeps its data in a file.
    """

    steps: int = STEPS
    fierce: float | None = None
    service: str | None = None
    is_talkative: bool = False


def run(
    seed: int,
    *,
    steps: int = STEPS,
    fierce: float | None = None,
    service: Postgres | None = None,
    is_talkative: bool = False,
) -> Run:
    """One run to its end."""
    started = time.perf_counter()
    folder = workbench()
    world = World(seed, folder, service=service, is_talkative=is_talkative)
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


def run_as(how: How, seed: int) -> Run:
    """One run, in whatever process this is."""
    service = shared_service(how.service) if how.service else None
    return run(seed, steps=how.steps, fierce=how.fierce, service=service, is_talkative=how.is_talkative)


@lru_cache(maxsize=1)
def shared_service(name: str) -> Postgres:
    """The PostgreSQL of this name, started by whoever asks first and ended with the last process that did."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(postgres(name))


def main() -> int:
    asked = argparse.ArgumentParser(description="Run the simulator.")
    asked.add_argument("--seeds", type=int, default=20)
    asked.add_argument("--start", type=int, default=0)
    asked.add_argument("--steps", type=int, default=STEPS)
    asked.add_argument("--fierce", type=float)
    asked.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked.add_argument("--jobs", type=int, help="processes; as many as there are cores if not told")
    asked.add_argument("--menu", action="store_true", help="note the seeds among these that meet every fault")
    asked.add_argument("--trace", action="store_true", help="print everything that happens, in one process")
    said = asked.parse_args()
    service = f"simulation-{os.getpid()}" if said.database == "postgresql" else None
    if service:
        shared_service(service)
    how = How(said.steps, said.fierce, service, said.trace)
    jobs = 1 if said.trace or said.seeds == 1 else said.jobs
    seeds = range(said.start, said.start + said.seeds)
    if said.menu:
        return _choose_menu(seeds, partial(run_as, replace(how, fierce=FIERCE)), jobs)
    return campaign(seeds, partial(run_as, how), jobs)


def _choose_menu(seeds: range, work: Callable[[int], Run], jobs: int | None) -> int:
    """Note a few seeds that together meet every fault: each time the one that meets most of what is missing."""
    met = {
        done.seed: {name for name in EVERY if done.happened[name]} for done in in_processes(work, seeds, jobs)
    }
    missing, chosen = set(EVERY), list[int]()
    while missing:
        best = max(met, key=lambda seed: len(met[seed] & missing))
        if not met[best] & missing:
            break
        chosen.append(best)
        missing -= met[best]
    note_menu(chosen)
    print(f"{chosen} meet all but {sorted(missing)}")
    return int(bool(missing))


def campaign(seeds: range, work: Callable[[int], Run], jobs: int | None) -> int:
    """Run all and tell of them; 1 where a run was at fault or, of many, none met something on the menu."""
    happened: Counter[str] = Counter()
    guilty, edits, started = [], 0, time.perf_counter()
    for done in in_processes(work, seeds, jobs):
        happened += done.happened
        edits += done.edits
        if done.violations:
            guilty.append(done.seed)
            print(f"seed {done.seed}: {done.told()}", flush=True)
            print(f'    keep it in noted.json: "{done.seed}": "{done.violations[0].invariant}"')
    seconds = time.perf_counter() - started
    print(f"{len(seeds)} seeds, {edits} edits, {len(guilty)} at fault {guilty or ''}, {seconds:.1f} s")
    print(", ".join(f"{name} {count}" for name, count in sorted(happened.items())))
    missing = [name for name in EVERY if not happened[name]]
    if missing:
        print("never happened: " + ", ".join(missing))
    return int(bool(guilty or (missing and len(seeds) >= MANY)))


if __name__ == "__main__":
    sys.exit(main())
