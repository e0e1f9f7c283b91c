"""The audit in a person's words: what was done, where, and to whom, with the names that this person may see."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication

from crmdesk.ui import formats
from crmdesk.ui.pages.audit_facts import ID, Facts, kinds
from crmdesk.usecases.directory import Directory

if TYPE_CHECKING:
    from crmdesk.core.answers import AuditRow

translate = QCoreApplication.translate
_SHOWN: Final = 3
CONSOLE: Final = "console"
COMPANY: Final = "company"


class Words:
    """Lines for a list of rows, whose names and values are `facts`."""

    def __init__(self, directory: Directory, facts: Facts) -> None:
        self._directory = directory
        self.facts = facts
        self._kinds = kinds()

    def kind(self, row: "AuditRow") -> str:
        """What was done."""
        return self._kinds.get(row.kind, row.kind)

    def who(self, row: "AuditRow") -> str:
        """Who did it."""
        if row.device == CONSOLE:
            return translate("Audit", "At the server")
        if row.user in self._directory.people:
            return self._directory.person_name(row.user)
        if not row.user:
            return translate("Audit", "Somebody unknown")
        return translate("Audit", "The server") if not row.device else row.user[:8]

    def where(self, chain: str) -> str:
        """The bucket it is about."""
        if chain == COMPANY:
            return translate("Audit", "The company")
        return self.facts.where(chain) or (translate("Audit", "Settings and shared") if chain else "")

    def about(self, row: "AuditRow") -> str:
        """What it was about, in a line. Of one that is not made as it should be, whom and what it names."""
        try:
            return self._about(row, row.told)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):
            return self.named(row.told)

    def _about(self, row: "AuditRow", told: Mapping[str, Any]) -> str:
        if "counters" in told and row.kind in ("push", "server"):
            edits = sum(last - first + 1 for first, last in told["counters"])
            said = formats.filled(translate("Audit", "Changes: %1"), str(edits))
            return f"{said} · {self.where(row.chain)}"
        make = _LINES.get(row.kind)
        return make(self, told) if make else self.named(told)

    def named(self, told: Any) -> str:
        """Whom and what the ids in it mean, the first few."""
        found = list(dict.fromkeys(self.facts.name(name) for name in _ids(told)))
        more = f" +{len(found) - _SHOWN}" if len(found) > _SHOWN else ""
        return ", ".join(found[:_SHOWN]) + more

    def changed(self, told: Mapping[str, Any]) -> str:
        """Who, and what of them is another now."""
        before, after = told.get("before") or {}, told.get("after") or {}
        said = [
            f"{self.facts.value(name, before[name])} → {self.facts.value(name, after.get(name))}"
            for name in before
            if before[name] != after.get(name) and name not in ("books", "book")
        ]
        return " · ".join([self.facts.name(str(told.get("user"))), *said])

    def signed_in(self, told: Mapping[str, Any]) -> str:
        """How often, by what came of it."""
        counts: dict[str, int] = {}
        for outcomes in told.get("devices", {}).values():
            for outcome, times in outcomes.items():
                counts[outcome] = counts.get(outcome, 0) + times
        return self.facts.counted(counts)

    def refused(self, told: Mapping[str, Any]) -> str:
        """What was asked for and why it was refused; of what has no row of its own, how often."""
        if "devices" in told:
            return self.signed_in(told)
        return f"{self.facts.asked(str(told.get('asked')))} · {self.facts.reason(str(told.get('code')))}"

    def rights(self, told: Mapping[str, Any]) -> str:
        """How many rights, and whose."""
        changes = told.get("rights", [])
        people = dict.fromkeys(self.facts.name(user) for _, user, _, _ in changes)
        return f"{len(changes)} · {', '.join(list(people)[:_SHOWN])}"

    def customers(self, told: Mapping[str, Any]) -> str:
        """Which customers, and who has them now."""
        rows = told.get("customers", [])
        names = [self.facts.name(one[0]) for one in rows]
        holders = [str(told["user"])] if "user" in told else [one[3] for one in rows if one[1] == "done"]
        holders = list(dict.fromkeys(self.facts.name(holder) for holder in holders if holder))
        more = f" +{len(names) - _SHOWN}" if len(names) > _SHOWN else ""
        gone = f" → {', '.join(holders)}" if holders else ""
        return f"{', '.join(names[:_SHOWN])}{more}{gone}"


_LINES: Final[dict[str, Callable[[Words, Mapping[str, Any]], str]]] = {
    "sign_in": Words.signed_in,
    "refused": Words.refused,
    "rights": Words.rights,
    "change_owner": Words.customers,
    "release": Words.customers,
    "claim": Words.customers,
    "share": Words.customers,
    "request": Words.customers,
    "change_role": Words.changed,
    "change_team": Words.changed,
    "disable_user": Words.changed,
    "change_book_owner": Words.changed,
    "transfer": Words.changed,
}


def _ids(told: Any) -> Iterator[str]:
    match told:
        case str() if ID.fullmatch(told):
            yield told
        case dict():
            for part in told.values():
                yield from _ids(part)
        case list():
            for part in told:
                yield from _ids(part)
        case _:
            return


def ids_in(rows: "list[AuditRow]") -> list[str]:
    """Every id that the rows name: some are customers that this laptop holds."""
    return list(dict.fromkeys(found for row in rows for found in _ids(row.told)))
