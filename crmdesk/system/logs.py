"""The log: one rotating file in the profile, without names, numbers or notes of customers."""

from __future__ import annotations

import logging
import traceback
from logging.handlers import RotatingFileHandler
from types import TracebackType
from typing import Final, TypeAlias

from crmdesk.core.errors import CrmError
from crmdesk.system.paths import Profile

_MOST_CAUSES: Final = 10
_Fault: TypeAlias = (
    "tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]"
)


class Discreet(logging.Formatter):
    """Tells of a fault where it happened and what kind it is, not what it said: that may quote what a person typed."""

    def formatException(self, ei: _Fault) -> str:
        error = ei[1]
        told: list[str] = []
        while error is not None and len(told) < _MOST_CAUSES:
            lines = "".join(traceback.format_tb(error.__traceback__))
            code = f" [{error.code}]" if isinstance(error, CrmError) else ""
            told.append(f"{lines}{type(error).__module__}.{type(error).__qualname__}{code}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\nafter:\n".join(told)


def start(profile: Profile) -> None:
    """Write warnings and worse, and what sync did in numbers, to the profile's log."""
    profile.logs.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        profile.logs / "crmdesk.log", maxBytes=1_000_000, backupCount=3, encoding="utf-8", delay=True
    )
    handler.setFormatter(Discreet("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger("crmdesk")
    for old in root.handlers:
        old.close()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
