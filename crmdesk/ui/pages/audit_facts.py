"""What one row of the audit tells, field by field, in a person's words: names for ids, dates, no key of the program's own."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from PySide6.QtCore import QCoreApplication

from crmdesk.core.entities import REGISTRY, ROLES
from crmdesk.core.errors import PROBLEMS, Language, describe
from crmdesk.core.permissions import PART_WORDS
from crmdesk.core.roles import EVERY_FIELD
from crmdesk.ui import formats
from crmdesk.usecases.directory import Directory

translate = QCoreApplication.translate
ID: Final = re.compile(r"[0-9a-f]{32}")
_HEX: Final = re.compile(r"[0-9a-f]+")
_LONG: Final = 40
_SHOWN: Final = 20
_TIMES: Final = ("until", "starts", "ends", "expires_at", "made_at", "hour")
_LATEST_MS: Final = 2**47
"""Beyond it a number is no time that a calendar knows."""


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
        "elsewhere": translate("Audit", "Asked whether a customer is there"),
        "see_as": translate("Audit", "Looked with another's eyes"),
        "retry": translate("Audit", "Refused edits judged again"),
        "discard": translate("Audit", "Refused edits kept out"),
        "refused": translate("Audit", "Refused"),
        "restore": translate("Audit", "Server restored"),
        "recover": translate("Audit", "Brought back after a restore"),
        "bury": translate("Audit", "Removed for good"),
        "found": translate("Audit", "Company founded"),
        "renew_keys": translate("Audit", "Company keys made anew"),
        "export_audit": translate("Audit", "Audit exported"),
        "unknown_root": translate("Audit", "Signed state not known"),
    }


def fields() -> dict[str, str]:
    """What a row's parts are called; a newer server may have others."""
    return {
        "accepted": translate("Audit", "Taken in"),
        "actor": translate("Audit", "Series of edits"),
        "after": translate("Audit", "After"),
        "answer": translate("Audit", "Outcome"),
        "asked": translate("Audit", "Asked for"),
        "author": translate("Audit", "Written by"),
        "before": translate("Audit", "Before"),
        "book": translate("Audit", "Book"),
        "books": translate("Audit", "Books"),
        "bucket": translate("Audit", "Book"),
        "can_write": translate("Audit", "May change it"),
        "code": translate("Audit", "Reason"),
        "config": translate("Audit", "Settings"),
        "contents": translate("Audit", "Files"),
        "copy_of": translate("Audit", "Copy of"),
        "counters": translate("Audit", "Numbers"),
        "custom_role": translate("Audit", "Role of your own"),
        "customer": translate("Audit", "Customer"),
        "customers": translate("Audit", "Customers"),
        "delegation": translate("Audit", "Standing in"),
        "device": translate("Audit", "Device"),
        "devices": translate("Audit", "Devices"),
        "digest": translate("Audit", "Digest"),
        "drafts": translate("Audit", "Drafts"),
        "edits": translate("Audit", "Digest"),
        "ends": translate("Audit", "Until"),
        "entity": translate("Audit", "Kind"),
        "epoch": translate("Audit", "Recovery epoch"),
        "expires_at": translate("Audit", "Valid until"),
        "fields": translate("Audit", "Fields"),
        "hidden": translate("Audit", "Does not read"),
        "hold": translate("Audit", "Waits for an approval"),
        "hour": translate("Audit", "Hour"),
        "id": translate("Audit", "Record"),
        "idle_minutes": translate("Audit", "Locks after minutes"),
        "ids": translate("Audit", "Records"),
        "kept_out": translate("Audit", "Kept out"),
        "leaving": translate("Audit", "Leaves the company"),
        "left": translate("Audit", "Has left"),
        "lock_days": translate("Audit", "Locks after days"),
        "made": translate("Audit", "Made"),
        "made_at": translate("Audit", "Made at"),
        "name": translate("Audit", "Name"),
        "of": translate("Audit", "Belongs to"),
        "parent": translate("Audit", "Part of"),
        "pool": translate("Audit", "The pool"),
        "purge_days": translate("Audit", "Empties itself after days"),
        "quarantined": translate("Audit", "Kept apart"),
        "reason": translate("Audit", "Why"),
        "rejected": translate("Audit", "Not taken in"),
        "request": translate("Audit", "Request"),
        "rights": translate("Audit", "Rights"),
        "role": translate("Audit", "Role"),
        "root": translate("Audit", "Signed state"),
        "roots": translate("Audit", "Signed states"),
        "rows": translate("Audit", "Rows"),
        "sealing": translate("Audit", "Key for sealed work"),
        "seq": translate("Audit", "Commit"),
        "sha256": translate("Audit", "Digest"),
        "share": translate("Audit", "Sharing"),
        "shares_books": translate("Audit", "Share their customers"),
        "signing": translate("Audit", "Key for signing"),
        "starts": translate("Audit", "From"),
        "state": translate("Audit", "State"),
        "taken": translate("Audit", "Brought back"),
        "team": translate("Audit", "Team"),
        "to_user": translate("Audit", "To"),
        "until": translate("Audit", "Until"),
        "user": translate("Audit", "Person"),
        "way": translate("Audit", "With"),
        "wish": translate("Audit", "Wish"),
        "withheld": translate("Audit", "May not fill in"),
    }


def faults() -> dict[str, str]:
    """What may be wrong with a row or a signed state that was verified."""
    return {
        "changed": translate("Audit", "not as it was written"),
        "missing": translate("Audit", "taken out"),
        "root_changed": translate("Audit", "not as it was signed"),
        "root_missing": translate("Audit", "taken out"),
        "root_unsigned": translate("Audit", "without its signature"),
        "root_contradicted": translate("Audit", "signed over other rows"),
    }


def _states() -> dict[str, str]:
    return {
        "pending": translate("Audit", "waits for an approval"),
        "active": translate("Audit", "in use"),
        "leaving": translate("Audit", "hands in what is unsent"),
        "revoked": translate("Audit", "shut out"),
        "wiped": translate("Audit", "wiped"),
    }


def _outcomes() -> dict[str, str]:
    return {
        "done": translate("Audit", "done"),
        "refused": translate("Audit", "refused"),
        "accepted": translate("Audit", "taken in"),
        "merged": translate("Audit", "taken in"),
        "rejected": translate("Audit", "not taken in"),
        "quarantined": translate("Audit", "kept apart"),
        "discarded": translate("Audit", "kept out"),
        "ok": translate("Audit", "went well"),
    }


def _closed() -> dict[str, dict[str, str]]:
    """The words of closed lists, by the field that they stand in."""
    states = _states()
    return {
        "state": states,
        "before": states,
        "after": states,
        "wish": kinds(),
        "way": {
            "password": translate("Audit", "the password"),
            "old": translate("Audit", "the old password"),
            "code": translate("Audit", "a code"),
        },
        "reason": {
            "order": translate("Audit", "by an administrator's order"),
            "lease": translate("Audit", "not heard from its company for too long"),
        },
    }


class Facts:
    """Names and values for a list of rows. `customers` and `laptops` are what this laptop knows, by id."""

    def __init__(
        self,
        directory: Directory,
        customers: Mapping[str, str],
        language: Language,
        today: date,
        laptops: Mapping[str, str] | None = None,
    ) -> None:
        self._directory, self._customers, self._language, self._today = (
            directory, customers, language, today,
        )  # fmt: skip
        self._laptops = laptops or {}
        self._fields, self._kinds, self._closed, self._outcomes = fields(), kinds(), _closed(), _outcomes()

    def told(self, told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Everything that a row says, field by field."""
        entity = told.get("entity")
        for name, value in told.items():
            yield self.field(name), self.value(name, value, entity if isinstance(entity, str) else "")

    def field(self, name: str) -> str:
        """What a part of a row is called."""
        return self._fields.get(name, name)

    def name(self, record_id: str) -> str:
        """A person, team, role, laptop, book or customer; the end of an id that means nothing here."""
        directory = self._directory
        known = directory.people.get(record_id)
        if known is not None:
            return known.name
        found = directory.teams.get(record_id) or directory.roles.get(record_id)
        found = found or self._customers.get(record_id) or self._laptops.get(record_id)
        # The end of an id: those that were made close together begin alike.
        return found or self.where(record_id) or f"…{record_id[-8:]}"

    def where(self, bucket: str) -> str:
        """The customers that a bucket holds; blank for one that is nobody's book."""
        if bucket == self._directory.pool:
            return translate("Audit", "The pool")
        owner = self._directory.owner_name(bucket)
        return formats.filled(translate("Audit", "Customers of %1"), owner) if owner else ""

    def reason(self, code: str) -> str:
        """What an error's code, or the word for an outcome, means."""
        known = self._outcomes.get(code) or self._kinds.get(code)
        if known is None and code in PROBLEMS:
            known = describe(code, self._language).happened.rstrip("。.")
        return known or code

    def asked(self, name: str) -> str:
        """What somebody asked for; pages and lists have no name of their own."""
        return self._kinds.get(name, translate("Audit", "Something of the administration"))

    def counted(self, counts: Mapping[str, int]) -> str:
        """How often what came of it: `ok` or a code, after what was asked for where it was not a sign-in."""
        said = []
        for outcome, times in counts.items():
            asked, _, code = outcome.rpartition(" ")
            words = [self.asked(asked)] if asked else []
            said.append(" · ".join([*words, self.reason(code), f"{times}×"]))
        return "; ".join(said)

    def value(self, name: str, value: Any, entity: str = "") -> str:
        """A value as a person reads it; one that is not made as it should be, as it is."""
        make = _SHAPES.get(name)
        try:
            if make is not None and value is not None:
                return make(self, value)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):
            return self._plain(name, value, entity)
        return self._plain(name, value, entity)

    def _plain(self, name: str, value: Any, entity: str) -> str:
        match value:
            case None:
                return "—"
            case bool():
                return translate("Audit", "yes") if value else translate("Audit", "no")
            case int() if name in _TIMES and 0 <= value < _LATEST_MS:
                return formats.instant(value, self._today)
            case int() if name not in ("epoch", "root", "seq"):
                return formats.number(value)
            case str():
                return self._text(name, value, entity)
            case dict() if value.keys() == {"digest"}:
                return f"# {str(value['digest'])[:8]}"
            case dict():
                parts = (
                    f"{self._key(str(key))}: {self.value(str(key), part)}" for key, part in value.items()
                )
                return "; ".join(parts)
            case list():
                return self._listed([self.value(name, part, entity) for part in value])
            case _:
                return str(value)

    def _listed(self, said: list[str], between: str = ", ") -> str:
        more = f" +{len(said) - _SHOWN}" if len(said) > _SHOWN else ""
        return between.join(said[:_SHOWN]) + more

    def _key(self, name: str) -> str:
        return self.name(name) if ID.fullmatch(name) else self.field(name)

    def _text(self, name: str, value: str, entity: str) -> str:
        if ID.fullmatch(value) and name not in ("digest", "edits"):
            return self.name(value)
        if len(value) >= _LONG and _HEX.fullmatch(value):
            return f"{value[:16]}…"
        if name == "fields":
            declared = REGISTRY.find(entity, value)
            return declared.label.text(self._language) if declared else value
        known = self._closed.get(name, {}).get(value)
        if known is None and name in ("role", "copy_of"):
            known = next((one.label.text(self._language) for one in ROLES if one.key == value), None)
        return known or value

    def _entity(self, value: Any) -> str:
        declared = REGISTRY.entities.get(value)
        return declared.label.text(self._language) if declared else str(value)

    def _withheld(self, value: Any) -> str:
        said = []
        for one in value:
            entity, _, field = one.partition(".")
            declared = REGISTRY.find(entity, field)
            kind = self._entity(entity)
            label = declared.label.text(self._language) if declared else field
            said.append(kind if field == EVERY_FIELD else f"{kind} · {label}")
        return self._listed(said) or "—"

    def _hidden(self, value: Any) -> str:
        words = [PART_WORDS[part].text(self._language) if part in PART_WORDS else part for part in value]
        return self._listed(words) or "—"

    def _counters(self, value: Any) -> str:
        runs = (one if isinstance(one, list) else [one, one] for one in value)
        return self._listed([str(a) if a == b else f"{a}–{b}" for a, b in runs])

    def _moved(self, value: Any) -> str:
        said = []
        for one in value:
            if isinstance(one, str):
                said.append(self.name(one))
                continue
            customer, outcome, code, holder, *_ = one
            words = [self.name(customer), self._outcomes.get(outcome, outcome)]
            if code:
                words.append(self.reason(code))
            said.append(" · ".join(words) + (f" → {self.name(holder)}" if holder else ""))
        return self._listed(said)

    def _rights(self, value: Any) -> str:
        names = {
            None: translate("Audit", "nothing"),
            False: translate("Audit", "reads"),
            True: translate("Audit", "reads and changes"),
        }
        said = [
            f"{self.name(user)} · {self.name(bucket)}: {names[before]} → {names[after]}"
            for bucket, user, before, after in value
        ]
        return self._listed(said, "\n")

    def _taken(self, value: Any) -> str:
        return self._listed([f"{self.name(bucket)}: {formats.number(count)}" for bucket, count, _ in value])

    def _devices(self, value: Any) -> str:
        if isinstance(value, dict):
            return self._listed(
                [
                    f"{self.name(device) if device else '—'}: {self.counted(counts)}"
                    for device, counts in value.items()
                ]
            )
        return self._listed([self.name(one) if ID.fullmatch(one) else one for one in value])


_SHAPES: Final[dict[str, Callable[[Facts, Any], str]]] = {
    "answer": Facts.reason,
    "asked": Facts.asked,
    "code": Facts.reason,
    "counters": Facts._counters,
    "customers": Facts._moved,
    "devices": Facts._devices,
    "entity": Facts._entity,
    "hidden": Facts._hidden,
    "rights": Facts._rights,
    "taken": Facts._taken,
    "withheld": Facts._withheld,
}
