"""The front door: `crmdesk` and `python -m crmdesk`. Without a word it opens the desktop, which waits for no command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn


def main() -> NoReturn:
    """Open the desktop, or run the command that was asked for."""
    words = sys.argv[1:]
    sys.exit(_run(words) if words else _open_desktop())


def _open_desktop() -> int:
    try:
        from crmdesk import app
        from crmdesk.system.paths import default_profile
    except ImportError:  # Qt lacks a library of the system: the command line finds out which, and says so
        return _run(())
    try:
        return app.run(default_profile(), ())
    except Exception as error:  # noqa: BLE001 -- the last line: logged with its trace, told without it
        from crmdesk.cli.edge import fault

        return fault(error, ())


def _run(words: Sequence[str]) -> int:
    from crmdesk.cli.edge import run

    return run(words)


if __name__ == "__main__":
    main()
