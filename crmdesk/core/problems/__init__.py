"""The catalogue of everything that is expected to go wrong, by its stable code."""

from __future__ import annotations

from typing import Final

from crmdesk.core.problems.access import ACCESS
from crmdesk.core.problems.at_once import AT_ONCE, CHOOSING
from crmdesk.core.problems.attachments import ATTACHMENTS
from crmdesk.core.problems.duplicates import DUPLICATES
from crmdesk.core.problems.going_live import GOING_LIVE
from crmdesk.core.problems.imports import IMPORTS
from crmdesk.core.problems.laptop import LAPTOP
from crmdesk.core.problems.requests import REQUESTS
from crmdesk.core.problems.restores import AWAY, RECOVERY, SERVER
from crmdesk.core.problems.session import SESSION
from crmdesk.core.sentences import Problem

__all__ = ["AT_ONCE", "CHOOSING", "PROBLEMS"]

PROBLEMS: Final[dict[str, Problem]] = {
    **LAPTOP,
    **SESSION,
    **ACCESS,
    **ATTACHMENTS,
    **DUPLICATES,
    **IMPORTS,
    **REQUESTS,
    **GOING_LIVE,
    **AWAY,
    **RECOVERY,
    **SERVER,
}
