"""Scenarios by seed. `python -m tests.permissions.campaign --scenarios 20 --start 100`.

A seed at fault is to be kept for ever, in `noted.json`: the campaign prints the line.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Final

import psycopg
import sqlcipher3.dbapi2 as sqlcipher3
from sqlalchemy.exc import SQLAlchemyError

from crmdesk.core.errors import CrmError
from tests.permissions.acts import ACTS
from tests.permissions.machine import Scenario
from tests.simulation.account import Violation
from tests.simulation.campaign import shared_service
from tests.simulation.processes import in_processes
from tests.support.postgres import Postgres

STEPS: Final = 60
CRASHES: Final = (
    AssertionError, LookupError, TypeError, ValueError, RuntimeError, AttributeError, ArithmeticError,
    CrmError, sqlcipher3.Error, psycopg.Error, SQLAlchemyError,
)  # fmt: skip
"""What the product must never raise."""


@dataclass(frozen=True)
class Done:
    """What became of one seed."""

    seed: int
    violations: list[Violation]
    happened: Counter[str]
    lines: list[str]
    seconds: float

    def told(self) -> str:
        """The first things that are wrong, on one line."""
        return " | ".join(f"{v.invariant}: {v.detail}" for v in self.violations[:3])


def run(
    seed: int, *, steps: int = STEPS, service: Postgres | None = None, is_talkative: bool = False
) -> Done:
    """One scenario to its end, or to the first fault."""
    started = time.perf_counter()
    scenario, chance = Scenario(seed, service=service, is_talkative=is_talkative), Random(seed)
    try:
        with scenario.running():
            done = 0
            while done < steps and not scenario.violations:
                (act,) = chance.choices(list(ACTS), list(ACTS.values()))
                scenario.now += chance.choice((1, 50, 1000, 20_000))
                if act(scenario, chance):
                    done += 1
                    scenario.happened[act.__name__] += 1
            if not scenario.violations:
                scenario.finish()
    except CRASHES as error:
        if is_talkative:
            raise
        scenario.blame("no crash", f"{type(error).__name__}: {error}")
    return Done(seed, scenario.violations, scenario.happened, scenario.lines, time.perf_counter() - started)


def run_as(steps: int, service: str | None, is_talkative: bool, seed: int) -> Done:
    """One scenario, in whatever process this is."""
    found = shared_service(service) if service else None
    return run(seed, steps=steps, service=found, is_talkative=is_talkative)


def main() -> int:
    asked = argparse.ArgumentParser(description="Hold the product against the model of who may see what.")
    asked.add_argument("--scenarios", type=int, default=200)
    asked.add_argument("--start", type=int, default=0)
    asked.add_argument("--steps", type=int, default=STEPS)
    asked.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked.add_argument("--jobs", type=int, help="processes; as many as there are cores if not told")
    asked.add_argument("--trace", action="store_true", help="print everything that happens, in one process")
    said = asked.parse_args()
    service = f"permissions-{os.getpid()}" if said.database == "postgresql" else None
    if service:
        shared_service(service)
    seeds = range(said.start, said.start + said.scenarios)
    work = partial(run_as, said.steps, service, said.trace)
    return campaign(seeds, work, 1 if said.trace else said.jobs)


def campaign(seeds: range, work: partial[Done], jobs: int | None) -> int:
    """Run all and tell of them; 1 where one was at fault."""
    happened: Counter[str] = Counter()
    guilty, started = [], time.perf_counter()
    for number, done in enumerate(in_processes(work, seeds, jobs), 1):
        happened += done.happened
        if done.violations:
            guilty.append(done.seed)
            print(f"seed {done.seed}: {done.told()}", flush=True)
            print(f'    keep it in noted.json: "{done.seed}": "{done.violations[0].invariant}"', flush=True)
        if number % 50 == 0:
            print(f"{number} of {len(seeds)} scenarios, {time.perf_counter() - started:.0f} s", flush=True)
    seconds = time.perf_counter() - started
    print(f"{len(seeds)} scenarios, {len(guilty)} at fault {guilty or ''}, {seconds:.1f} s")
    print(", ".join(f"{name} {count}" for name, count in sorted(happened.items())))
    return int(bool(guilty))


if __name__ == "__main__":
    sys.exit(main())
