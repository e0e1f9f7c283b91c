"""The log: one rotating file in the profile, without names, numbers or notes of customers."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler

from crmdesk.core.discreet import Discreet
from crmdesk.system.paths import Profile


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
