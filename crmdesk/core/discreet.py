"""How a fault is written down: where it happened and of what kind it is, never what it said."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType
from typing import Final, TypeAlias

from crmdesk.core.errors import CrmError

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
