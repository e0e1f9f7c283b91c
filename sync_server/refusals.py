"""The administrator's side of what was refused: look at it, let it be judged again, or decide that it stays out."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection

from crmdesk.core.answers import Refusal, RefusedContents
from crmdesk.core.entities import REGISTRY
from crmdesk.core.errors import CrmError
from crmdesk.core.record import Edit, RecordKey
from crmdesk.core.resolve import view_field
from crmdesk.core.values import NOT_JSON
from crmdesk.core.wire import LogEdit, Outcome, Proofs, Push, PushRecord
from crmdesk.store import records
from sync_server import audit, batches, pushing
from sync_server.audit import Word
from sync_server.clock import Moment
from sync_server.orders import Asker
from sync_server.storage import actors, devices, people, refused
from sync_server.storage.actors import Command
from sync_server.storage.devices import Bearer
from sync_server.storage.refused import Letter

_edit = msgspec.json.Decoder(Edit)
_numbers = msgspec.json.Decoder(tuple[int, ...])


def listed(connection: Connection, *, discarded: bool = False) -> list[Refusal]:
    """What was refused, the oldest first."""
    names = {account.user: account.name for account in people.accounts(connection)}
    return [_summary(connection, one, names) for one in refused.letters(connection, discarded=discarded)]


def shown(connection: Connection, name: str) -> RefusedContents:
    """One refused record with what was written. Raises `not_found`."""
    letter = _letter(connection, name)
    names = {account.user: account.name for account in people.accounts(connection)}
    edits = [
        (counter, edit.at, edit.values)
        for counter, body in letter.edits.items()
        if (edit := _read(body)) is not None
    ]
    return RefusedContents(_summary(connection, letter, names), edits)


def retry(connection: Connection, who: Asker, name: str, now: Moment) -> Outcome:
    """Judge refused edits again, by who may what now; returns the verdict. Raises `not_found`.

    They count at the time they claimed, or were received, and win over nothing that was written after that.
    What could not even be read gets the verdict it had.
    """
    people.lock_company(connection)  # what is decided is written down there, and it comes before any bucket
    letter = _letter(connection, name)
    outcome = Outcome(*letter.key, "rejected", code=letter.code, about=letter.about)
    if letter.state is not None:
        outcome = pushing.judge_again(
            connection, _author(connection, letter), _batch(letter, now), now, letter.at
        )
    _note(connection, who, "retry", letter, outcome.code or outcome.verdict, now)
    return outcome


def discard(connection: Connection, who: Asker, name: str, now: Moment) -> None:
    """Decide that refused edits stay out; they and the decision are kept. Raises `not_found`."""
    letter = _letter(connection, name)
    refused.discard(connection, letter, who.user, now.ms)
    _note(connection, who, "discard", letter, "discarded", now)


def _letter(connection: Connection, name: str) -> Letter:
    found = refused.find(connection, name)
    if found is None:
        raise CrmError("not_found", name=name, what="refused")
    return found


def _summary(connection: Connection, letter: Letter, names: dict[str, str]) -> Refusal:
    return Refusal(
        letter.name, letter.key.entity, letter.key.id, _title(connection, letter), letter.user,
        names.get(letter.user, letter.user), letter.at, letter.verdict, letter.code, letter.about,
        len(letter.edits), letter.discarded_at, letter.discarded_by,
    )  # fmt: skip


def _title(connection: Connection, letter: Letter) -> str:
    """What a person calls the record: as written in what was refused, else as it stands here."""
    entity = REGISTRY.entities.get(letter.key.entity)
    if entity is None:
        return ""
    said = [edit.values.get(entity.title) for body in letter.edits.values() if (edit := _read(body))]
    if found := next((str(value) for value in reversed(said) if value), None):
        return found
    key = RecordKey(*letter.key)
    stored = records.load(connection, [key]).get(key)
    if stored is None:
        return ""
    return str(view_field(stored.record, key.entity, entity.title, REGISTRY).value or "")


def _read(body: bytes) -> Edit | None:
    """An edit from its bytes; None for what never was one."""
    try:
        return _edit.decode(body)
    except NOT_JSON:
        return None


def _author(connection: Connection, letter: Letter) -> Bearer:
    """Whoever wrote it, as the device it came from would ask.

    How far it has pulled by now says nothing of what was written before: it would make old work look recent.
    """
    actor = actors.find(connection, letter.actor)
    device = devices.find_device(connection, actor.device) if actor and actor.device else None
    if device is None:
        raise CrmError("not_found", name=letter.name)
    account = people.find_account(connection, letter.user)
    return Bearer(
        account.user, account.role, account.book, device.id, device.state, device.key, None,
        account.is_disabled, False, 0,
    )  # fmt: skip


def _batch(letter: Letter, now: Moment) -> batches.Batch:
    """The letter as the push that once brought it."""
    message = Push(
        batch=now.hex(16),
        actor=letter.actor,
        chain=None,
        log=tuple(LogEdit(c, *letter.key, msgspec.Raw(body)) for c, body in letter.edits.items()),
        records=(PushRecord(*letter.key, msgspec.Raw(letter.state or b"null")),),
        proofs=(Proofs(*letter.key, _numbers.decode(letter.proofs)),) if letter.proofs else (),
    )
    return batches.read(msgspec.json.encode(message))


def _note(connection: Connection, who: Asker, what: str, letter: Letter, answer: str, now: Moment) -> None:
    """Who decided what about which letter, beside all other commands."""
    asked = msgspec.json.encode({what: letter.name, "entity": letter.key.entity, "id": letter.key.id})
    said = msgspec.json.encode(answer)
    actors.save_command(connection, Command(now.hex(16), who.user, asked, said, now.ms, True))
    told = {
        "actor": letter.actor,
        "counters": sorted(letter.edits),
        "author": letter.user,
        "entity": letter.key.entity,
        "id": letter.key.id,
        "code": Word(letter.code),
        "answer": Word(answer),
    }
    audit.act(connection, what, (who.user, who.device), told, now)
