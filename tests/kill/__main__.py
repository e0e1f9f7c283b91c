"""`python -m tests.kill [ROUNDS] [--seed N]`: so many kills, and what was lost by them; 1 if anything was."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.kill.campaign import campaign


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.kill")
    asked.add_argument("rounds", nargs="?", type=int, default=50)
    asked.add_argument("--seed", type=int, default=1)
    chosen = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder, campaign(Path(folder), chosen.seed) as found:
        tally = found.run(chosen.rounds, lambda line: print(f"  {line}", flush=True))
    print(f"seed {chosen.seed}: {tally.said()}")
    for value in (*tally.lost, *tally.absent):
        print(f"  lost: {value}")
    return 0 if tally.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
