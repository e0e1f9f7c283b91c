"""The front door: `crmdesk` and `python -m crmdesk`."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line; without a command it opens the desktop."""
    from crmdesk.cli.edge import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
