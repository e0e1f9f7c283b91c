"""A customer's story as the timeline shows it: what to know first, then every entry in words, with an icon and a colour."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.core.dates import moment_of, parse_date
from crmdesk.core.registry import Entity
from crmdesk.ui import formats, pictures
from crmdesk.ui.context import Context
from crmdesk.ui.pages.customer_briefing import BriefingCard, as_entry
from crmdesk.ui.pages.customer_deals import ICONS, dealing_hue, dealing_text
from crmdesk.ui.widgets.marks import EmptyState
from crmdesk.ui.widgets.timeline import Timeline, TimelineEntry
from crmdesk.usecases import dealings
from crmdesk.usecases.briefing import briefing
from crmdesk.usecases.timeline import Entry, timeline
from crmdesk.usecases.workspace import Workspace

translate = QCoreApplication.translate

_DRAWN: Final = 60
"""Pictures read for one story at most."""
_ICONS: Final = {
    **ICONS,
    "onsite": "map-pin",
    "phone": "phone",
    "wechat": "message-square-text",
    "video": "monitor",
    "email": "mail",
    "task": "circle-check",
    "contact": "user-plus",
    "attachment": "paperclip",
}


class Story(QWidget):
    """The timeline of one customer. `card` says what to know first; without room beside, the list begins with that.

    `asked(entity, id)` when somebody wants to see one entry from near.
    """

    asked = Signal(str, str)

    def __init__(self, context: Context, parent: QWidget | None = None, *, wide: bool = False) -> None:
        super().__init__(parent)
        self._context = context
        self.card = BriefingCard(context, self) if wide else None
        self.entries = Timeline(self.tr("Timeline"))
        self.entries.opened.connect(self._opened)
        self._told: dict[str, Entry] = {}
        self._empty = EmptyState("footprints", self.tr("Nothing has happened yet. F6 logs the first visit."))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._empty)
        column.addWidget(self.entries)

    def show_customer(self, customer: str) -> None:
        """The story of this customer."""
        context = self._context
        dealt = dealings.listed(context.reader, context.registry, customer)
        found = briefing(context.reader, customer, dealt, context.today())
        story = timeline(context.reader, customer, dealt)
        self._told = {entry.id: entry for entry in story}
        entries = told(context, story)
        if self.card is not None:
            self.card.show_briefing(found)
        first = None if self.card is not None else as_entry(context, found)
        self.entries.set_entries([*([first] if first else []), *entries])
        self.entries.setVisible(bool(entries))
        self._empty.setVisible(not entries)
        known = self.entries.entries.images
        wanted = [name for entry in story for name in entry.pictures if name not in known]
        if wanted:
            context.read(
                partial(_pictures, wanted[:_DRAWN]), self.entries.entries.set_images, key="story pictures"
            )

    def _opened(self, entry_id: str) -> None:
        if (entry := self._told.get(entry_id)) is not None:
            self.asked.emit(entry.entity, entry.id)


def _pictures(names: Sequence[str], workspace: Workspace) -> dict[str, QImage]:
    """Small pictures by the digest of their contents, as far as those are on this laptop; for the reader's lane."""
    found = {}
    for name in names:
        content = workspace.replica.blobs.read(name)
        image = None if content is None else pictures.decode(content, pictures.THUMBNAIL)
        if image is not None:
            found[name] = image
    return found


def told(context: Context, entries: Iterable[Entry]) -> list[TimelineEntry]:
    """The entries in the person's language."""
    return [_told(context, entry) for entry in entries]


def _told(context: Context, entry: Entry) -> TimelineEntry:
    visits = context.registry["visit"]
    option = visits.by_name["kind"].option(entry.kind) if entry.entity == "visit" else None
    if option is not None:
        kind, hue = option.label.text(context.language), option.hue
    elif entry.dealing is not None:
        kind, hue = (
            context.registry[entry.entity].label.text(context.language),
            dealing_hue(context, entry.dealing),
        )
    else:
        kind, hue = _kind(entry), "green" if entry.is_done else "slate"
    at = moment_of(entry.at_ms)
    is_day = entry.dealing is not None and entry.dealing.on == at.date().isoformat()
    when = formats.day(at.date(), context.today()) if is_day else formats.moment(at, context.today())
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
        pictures=entry.pictures,
    )


def _kind(entry: Entry) -> str:
    if entry.entity == "task":
        return translate("story", "Task done") if entry.is_done else translate("story", "Task")
    if entry.entity == "attachment":
        return translate("story", "File")
    if entry.entity == "contact":
        return translate("story", "New contact")
    return translate("story", "Visit")


def _lines(context: Context, visits: Entity, entry: Entry) -> list[str]:
    parts = [dealing_text(context, entry.dealing)] if entry.dealing else []
    if interaction := visits.by_name["interaction"].option(entry.interaction):
        parts.append(interaction.label.text(context.language))
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
