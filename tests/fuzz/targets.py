"""Every target there is, by its name."""

from __future__ import annotations

from tests.fuzz import company, laptop, stored, tables, typed
from tests.fuzz.driver import Target

ALL: dict[str, Target] = {
    target.name: target
    for target in (*laptop.TARGETS, *company.TARGETS, *stored.TARGETS, *tables.TARGETS, *typed.TARGETS)
}
