"""A customer's story as the timeline shows it: every entry in words, with an icon and a colour."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from PySide6.QtCore import QCoreApplication

from crmdesk.core.dates import moment_of, parse_date
from crmdesk.core.registry import Entity
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.widgets.timeline import TimelineEntry
from crmdesk.usecases.timeline import Entry

translate = QCoreApplication.translate

_ICONS: Final = {
    "onsite": "map-pin",
    "phone": "phone",
    "wechat": "message-square-text",
    "video": "monitor",
    "email": "mail",
    "task": "circle-check",
    "contact": "user-plus",
}


def moment(at_ms: int) -> datetime:
    """An instant in the company's zone."""
    return moment_of(at_ms)


def told(context: Context, entries: Iterable[Entry]) -> list[TimelineEntry]:
    """The entries in the person's language."""
    return [_told(context, entry) for entry in entries]


def _told(context: Context, entry: Entry) -> TimelineEntry:
    visits = context.registry["visit"]
    option = visits.by_name["kind"].option(entry.kind)
    if option is not None:
        kind, hue = option.label.text(context.language), option.hue
    else:
        kind, hue = _kind(entry), "green" if entry.is_done else "slate"
    when = formats.moment(moment(entry.at_ms), context.today())
    if entry.is_unsent and context.workspace.server() is not None:
        when = translate("story", "not sent") + f" · {when}"
    return TimelineEntry(
        id=entry.id,
        icon=_ICONS.get(entry.kind, "circle"),
        hue=hue,
        kind=kind,
        author=context.directory.person_name(entry.by) if entry.by else "",
        moment=when,
        text="\n".join(_lines(context, visits, entry)),
    )


def _kind(entry: Entry) -> str:
    if entry.entity == "task":
        return translate("story", "Task done") if entry.is_done else translate("story", "Task")
    if entry.entity == "contact":
        return translate("story", "New contact")
    return translate("story", "Visit")


def _lines(context: Context, visits: Entity, entry: Entry) -> list[str]:
    parts = []
    if result := visits.by_name["result"].option(entry.result):
        parts.append(result.label.text(context.language))
    if entry.next_step:
        parts.append(translate("story", "next: %1").replace("%1", entry.next_step))
    if entry.next_on and (day := parse_date(entry.next_on, context.today())):
        parts.append(formats.day(day, context.today()))
    if entry.attachments:
        parts.append(formats.attachments(entry.attachments))
    lines = [entry.text, " · ".join(parts)]
    if outcome := context.registry["review"].by_name["outcome"].option(entry.outcome):
        label = outcome.label.text(context.language)
        lines.append(f"{label} · {entry.remark}" if entry.remark else label)
    return [line for line in lines if line]
