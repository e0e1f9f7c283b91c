"""`python -m tests.bench [NAME ...]`: every benchmark in a process of its own, its rows to bench-output/NAME.json."""

from __future__ import annotations

import compileall
import importlib
import json
import os
import subprocess
import sys
from dataclasses import asdict
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.bench.rows import Row
from tests.bench.stores import OUTPUT

BENCHMARKS: Final = (
    "local_save",
    "window_100k",
    "push",
    "push_postgresql",
    "push_edits",
    "merge",
    "idle_poll",
    "bytes",
    "growth",
    "first_sync",
    "first_sync_mixed",
    "first_sync_searchable",
    "first_sync_memory",
    "first_paint",
    "desktop_memory",
    "search_key_to_paint",
    "list_scroll",
    "list_page",
    "customer_page",
    "criteria",
    "search",
    "audit_verify",
    "storm",
    "login_flood",
    "policy_cost",
    "import_csv",
    "import_xlsx",
    "import_undo",
    "import_gap",
    "import_linear",
    "duplicate_hint",
    "duplicate_scan",
)
"""Modules of this package with a `run() -> list[Row]`."""
WHEN_NAMED: Final = ("search_million",)
"""More of them, whose stores take too long to make for a run of all."""
INSIDE: Final = "--inside"


def main(arguments: list[str]) -> int:
    """Run the named benchmarks or all; 1 if a limit was missed, 2 for a name there is not."""
    if arguments[:1] == [INSIDE]:
        module = importlib.import_module(f"tests.bench.{arguments[1]}")
        json.dump([asdict(row) for row in module.run()], sys.stdout, ensure_ascii=False)
        return 0
    names = arguments or list(BENCHMARKS)
    if unknown := [name for name in names if name not in (*BENCHMARKS, *WHEN_NAMED)]:
        print(
            f"There is no benchmark {', '.join(unknown)}. There are: {', '.join((*BENCHMARKS, *WHEN_NAMED))}."
        )
        return 2
    OUTPUT.mkdir(exist_ok=True)
    for folder in ("crmdesk", "sync_server", "tests/bench"):
        compileall.compile_dir(OUTPUT.parent / folder, quiet=1)
    missed = [name for name in names if not _measure(name)]
    return 1 if missed else 0


def _measure(name: str) -> bool:
    """Run one, keep and show its rows; whether all of them are within their limits."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", INSIDE, name],
        stdout=subprocess.PIPE, cwd=OUTPUT.parent, env=environment(), text=True, check=True,
    )  # fmt: skip
    rows = [Row(**row) for row in json.loads(done.stdout)]
    (OUTPUT / f"{name}.json").write_text(
        json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    _show(name, rows)
    return all(row.is_within for row in rows)


def environment() -> dict[str, str]:
    """As an installed product runs: compiled modules are kept and used."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _show(name: str, rows: list[Row]) -> None:
    table = Table("", "value", "against", "ratio", "limit", "", title=name, title_justify="left")
    for row in rows:
        against = (
            "" if row.against is None or row.against == "limit" else f"{row.against_value} {row.against}"
        )
        ratio = "" if row.ratio is None or row.against == "limit" else f"{row.ratio:.2f}"
        limit = "" if row.limit is None else f"{'≤' if row.better == 'less' else '≥'} {row.limit:g}"
        verdict = "" if row.limit is None else "within" if row.is_within else "[red]missed[/red]"
        table.add_row(row.name, f"{row.value:g} {row.unit}", against, ratio, limit, verdict)
    Console(width=120).print(table)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
