"""The audit in a person's words: what was done, where, and to whom, with the names that this person may see."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication

from crmdesk.core.entities import USER
from crmdesk.core.errors import Language
from crmdesk.ui import formats
from crmdesk.usecases.directory import Directory

if TYPE_CHECKING:
    from crmdesk.core.answers import AuditRow

translate = QCoreApplication.translate
_ID: Final = re.compile(r"[0-9a-f]{32}")
_HEX: Final = re.compile(r"[0-9a-f]+")
_LONG: Final = 40
_SHOWN: Final = 3
CONSOLE: Final = "console"
COMPANY: Final = "company"


def kinds() -> dict[str, str]:
    """What is written down, by kind, in words; a newer server may have others."""
    return {
        "push": translate("Audit", "Edits sent"),
        "server": translate("Audit", "Written by the server"),
        "sign_in": translate("Audit", "Signing in"),
        "enrol": translate("Audit", "Laptop joined"),
        "code": translate("Audit", "Code issued"),
        "approve": translate("Audit", "Laptop approved"),
        "revoke": translate("Audit", "Laptop shut out"),
        "wiped": translate("Audit", "Laptop wiped"),
        "hand_in": translate("Audit", "Sealed work handed in"),
        "change_owner": translate("Audit", "Customers handed over"),
        "release": translate("Audit", "Given to the pool"),
        "claim": translate("Audit", "Taken from the pool"),
        "request": translate("Audit", "Request decided"),
        "change_book_owner": translate("Audit", "Whole book handed over"),
        "change_team": translate("Audit", "Team changed"),
        "change_role": translate("Audit", "Role changed"),
        "disable_user": translate("Audit", "Person shut out"),
        "add_user": translate("Audit", "Person added"),
        "add_team": translate("Audit", "Team added"),
        "edit_team": translate("Audit", "Team edited"),
        "rename": translate("Audit", "Renamed"),
        "share": translate("Audit", "Customers shared"),
        "end_share": translate("Audit", "Sharing ended"),
        "transfer": translate("Audit", "Given other work"),
        "delegate": translate("Audit", "Deputy appointed"),
        "end_delegation": translate("Audit", "Deputy dismissed"),
        "define_role": translate("Audit", "Role defined"),
        "lease": translate("Audit", "Offline terms changed"),
        "set_password": translate("Audit", "Password set"),
        "reset_password": translate("Audit", "Password reset"),
        "confirm_password": translate("Audit", "Password confirmed"),
        "token_reused": translate("Audit", "Sign-in copied"),
        "token_unknown": translate("Audit", "Sign-in not known"),
        "rights": translate("Audit", "Rights changed"),
        "confirm_permissions": translate("Audit", "Permissions confirmed"),
        "see_as": translate("Audit", "Looked with another's eyes"),
        "retry": translate("Audit", "Refused edits judged again"),
        "discard": translate("Audit", "Refused edits kept out"),
        "refused": translate("Audit", "Refused"),
        "restore": translate("Audit", "Server restored"),
        "recover": translate("Audit", "Brought back after a restore"),
        "bury": translate("Audit", "Removed for good"),
        "found": translate("Audit", "Company founded"),
        "export_audit": translate("Audit", "Audit exported"),
        "renew_keys": translate("Audit", "Company keys made anew"),
        "unknown_root": translate("Audit", "Signed state not known"),
    }


def _fields() -> dict[str, str]:
    """What a row's parts are called; others are shown as they are named."""
    return {
        "before": translate("Audit", "Before"),
        "after": translate("Audit", "After"),
        "user": translate("Audit", "Person"),
        "made": translate("Audit", "Made"),
        "to_user": translate("Audit", "To"),
        "role": translate("Audit", "Role"),
        "team": translate("Audit", "Team"),
        "book": translate("Audit", "Book"),
        "books": translate("Audit", "Books"),
        "left": translate("Audit", "Has left"),
        "customers": translate("Audit", "Customers"),
        "devices": translate("Audit", "Devices"),
        "device": translate("Audit", "Device"),
        "rights": translate("Audit", "Rights"),
        "state": translate("Audit", "State"),
        "entity": translate("Audit", "Kind"),
        "fields": translate("Audit", "Fields"),
        "counters": translate("Audit", "Numbers"),
        "edits": translate("Audit", "Digest"),
        "digest": translate("Audit", "Digest"),
        "seq": translate("Audit", "Commit"),
        "asked": translate("Audit", "Asked for"),
        "code": translate("Audit", "Reason"),
    }


class Words:
    """Names for one list of rows. `customers` are those that this laptop holds, by id."""

    def __init__(self, directory: Directory, customers: Mapping[str, str], language: Language) -> None:
        self._directory, self._customers, self._language = directory, customers, language
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
        if chain == self._directory.pool:
            return translate("Audit", "The pool")
        if owner := self._directory.owner_name(chain):
            return formats.filled(translate("Audit", "Customers of %1"), owner)
        return translate("Audit", "Settings and shared") if chain else ""

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
        found = list(dict.fromkeys(self.name(name) for name in _ids(told)))
        more = f" +{len(found) - _SHOWN}" if len(found) > _SHOWN else ""
        return ", ".join(found[:_SHOWN]) + more

    def name(self, record_id: str) -> str:
        """A person, a team, a book or a customer; the beginning of an id that means nothing here."""
        directory = self._directory
        known = directory.people.get(record_id)
        if known is not None:
            return known.name
        found = directory.teams.get(record_id) or self._customers.get(record_id)
        # The end of an id: those that were made close together begin alike.
        return found or directory.owner_name(record_id) or f"…{record_id[-8:]}"

    def facts(self, told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Everything that a row says, field by field."""
        names = _fields()
        for name, value in told.items():
            yield names.get(name, name), self._value(value)

    def _value(self, value: Any) -> str:
        match value:
            case None:
                return "—"
            case bool():
                return "✓" if value else "✗"
            case str():
                return self.name(value) if _ID.fullmatch(value) else self._word(value)
            case dict() if value.keys() == {"digest"}:
                return f"# {str(value['digest'])[:8]}"
            case dict():
                return "; ".join(f"{self._key(name)}: {self._value(part)}" for name, part in value.items())
            case list():
                shown = [self._value(part) for part in value[:20]]
                return ", ".join(shown) + (f" +{len(value) - 20}" if len(value) > 20 else "")
            case _:
                return str(value)

    def _key(self, name: str) -> str:
        return self.name(name) if _ID.fullmatch(name) else _fields().get(name, name)

    def _word(self, value: str) -> str:
        if len(value) >= _LONG and _HEX.fullmatch(value):
            return f"{value[:16]}…"
        option = USER.by_name["role"].option(value)
        return option.label.text(self._language) if option else value

    def changed(self, told: Mapping[str, Any]) -> str:
        """Who, and what of them is another now."""
        before, after = told.get("before") or {}, told.get("after") or {}
        said = [
            f"{self._value(before[name])} → {self._value(after.get(name))}"
            for name in before
            if before[name] != after.get(name) and name not in ("books", "book")
        ]
        return " · ".join([self.name(str(told.get("user"))), *said])

    def signed_in(self, told: Mapping[str, Any]) -> str:
        """How often, by what came of it."""
        counts: dict[str, int] = {}
        for outcomes in told.get("devices", {}).values():
            for outcome, times in outcomes.items():
                counts[outcome] = counts.get(outcome, 0) + times
        well = translate("Audit", "went well")
        return " · ".join(f"{well if name == 'ok' else name} {times}" for name, times in counts.items())

    def refused(self, told: Mapping[str, Any]) -> str:
        """What was asked for and why it was refused; of what has no row of its own, how often."""
        if "devices" in told:
            return self.signed_in(told)
        asked = str(told.get("asked"))
        return f"{self._kinds.get(asked, asked)} · {told.get('code')}"

    def rights(self, told: Mapping[str, Any]) -> str:
        """How many rights, and whose."""
        changes = told.get("rights", [])
        people = dict.fromkeys(self.name(user) for _, user, _, _ in changes)
        return f"{len(changes)} · {', '.join(list(people)[:_SHOWN])}"

    def customers(self, told: Mapping[str, Any]) -> str:
        """Which customers, and who has them now."""
        rows = told.get("customers", [])
        names = [self.name(one[0]) for one in rows]
        holders = dict.fromkeys(self.name(one[3]) for one in rows if one[1] == "done" and one[3])
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
    "request": Words.customers,
    "change_role": Words.changed,
    "change_team": Words.changed,
    "disable_user": Words.changed,
    "change_book_owner": Words.changed,
}


def _ids(told: Any) -> Iterator[str]:
    match told:
        case str() if _ID.fullmatch(told):
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
