"""`python -m tests.kill [ROUNDS] [--seed N] [--database postgresql]`: so many kills, and what was lost by them; 1 if anything was."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.kill.campaign import campaign
from tests.kill.service import service


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.kill")
    asked.add_argument("rounds", nargs="?", type=int, default=50)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    chosen = asked.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(2))  # in order: no process is left over
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        behind = stack.enter_context(service()) if chosen.database == "postgresql" else None
        found = stack.enter_context(campaign(folder, chosen.seed, service=behind))
        tally = found.run(chosen.rounds, lambda line: print(f"  {line}", flush=True))
    print(f"{chosen.database}, seed {chosen.seed}: {tally.said()}")
    for value in (*tally.lost, *tally.absent):
        print(f"  lost: {value}")
    return 0 if tally.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
