"""Whether the server refused this version of the program: then it reads, keeps what is unsent, and writes nothing.

What it wrote could not be merged by programs that have gone on. Another version takes no notice of the note.
"""

from __future__ import annotations

from sqlalchemy import Connection

import crmdesk
from crmdesk.core.errors import CrmError
from crmdesk.store import settings
from crmdesk.store.settings import Outdated


def note(connection: Connection) -> None:
    """The server says that this program is too old."""
    settings.write(connection, {"outdated": Outdated(crmdesk.__version__)})


def clear(connection: Connection) -> None:
    """The server works with this program."""
    if settings.read(connection, "outdated", Outdated) is not None:
        settings.write(connection, {"outdated": None})


def check(connection: Connection) -> None:
    """Raise `upgrade_needed` where this very version was refused."""
    found = settings.read(connection, "outdated", Outdated)
    if found is not None and found.by == crmdesk.__version__:
        raise CrmError("upgrade_needed")
