"""The company asked whether a customer that is being typed is with a colleague already; whatever stands against it is silence."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Final

from crmdesk.core.answers import Elsewhere
from crmdesk.core.errors import CrmError
from crmdesk.core.text import normalise
from crmdesk.core.values import Value
from crmdesk.store.replica import Replica
from crmdesk.sync.enrolment import connect
from crmdesk.sync.transport import UnreachedError

_LEAST_NAME: Final = 4
_MOST: Final = {"name": 200, "credit_code": 40, "phone": 40, "city": 80}


def question(typed: Mapping[str, Value]) -> dict[str, str] | None:
    """What is asked about these values; None while too little is known."""
    found = {
        name: text[:most].strip()
        for name, most in _MOST.items()
        if isinstance(text := typed.get(name), str) and text.strip()
    }
    is_enough = len(normalise(found.get("name", "")).replace(" ", "")) >= _LEAST_NAME
    return found if is_enough and len(found["name"]) >= _LEAST_NAME else None


def ask(replica: Replica, asked: Mapping[str, str]) -> Elsewhere | None:
    """Whom to ask; None for nobody, and where the company can't be asked."""
    try:
        with closing(connect(replica)) as http:
            found = http.elsewhere(asked)
    except (CrmError, UnreachedError):
        return None
    return found if found.certainty else None
