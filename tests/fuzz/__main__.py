"""`make fuzz`: so many seconds of every target, or of one; what was not borne is written to a file and named by its seed.

`--seed` repeats one example, `--file` feeds the content of a file.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from tests.fuzz.driver import Failure, Target, fed, tried
from tests.fuzz.targets import ALL

OUTPUT = Path("fuzz-output")


def main() -> int:
    """Returns how many targets did not bear everything."""
    asked = argparse.ArgumentParser(prog="make fuzz")
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--target", choices=sorted(ALL))
    asked.add_argument("--seed", type=int)
    asked.add_argument("--file", type=Path)
    said = asked.parse_args()
    logging.disable(logging.CRITICAL)
    qInstallMessageHandler(lambda *_: None)  # what the picture decoders think of each
    app = QApplication([])
    targets = [ALL[said.target]] if said.target else list(ALL.values())
    start = time.time_ns() // 1000 % 10**9 if said.seed is None else said.seed
    broken = 0
    for target in targets:
        found, count = _run(target, start, said)
        print(f"{target.name}: {count} inputs, {len(found)} not borne", flush=True)
        for failure in found:
            print(
                f"  {failure}\n  again: make fuzz TARGET={target.name} SEED={failure.seed}, or FILE={_kept(failure)}"
            )
        broken += bool(found)
    del app
    return broken


def _run(target: Target, start: int, said: argparse.Namespace) -> tuple[list[Failure], int]:
    with tempfile.TemporaryDirectory() as folder, target.open(Path(folder)) as ready:
        if said.file is not None:
            return fed(ready, target.name, said.file.read_bytes()), 1
        if said.seed is not None:
            return tried(ready, target.name, range(start, start + 1)), 1
        count = itertools.count(start)
        found = tried(ready, target.name, count, said.seconds / (1 if said.target else len(ALL)))
        return found, next(count) - start


def _kept(failure: Failure) -> Path:
    OUTPUT.mkdir(exist_ok=True)
    file = OUTPUT / f"{failure.target}-{failure.seed}.bin"
    file.write_bytes(failure.content)
    return file


sys.exit(main())
