"""Two lists of quality: what hangs on nobody, and what was entered lately and should have been better."""

from functools import partial
from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.store.quality import DEALT
from crmdesk.ui import formats
from crmdesk.ui.pages.quality_part import QualityDesk, QualityPart
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.entry_list import Entry, EntryList, Heading
from crmdesk.ui.widgets.fields import label
from crmdesk.ui.widgets.marks import EmptyState
from crmdesk.ui.widgets.pills import PillGroup
from crmdesk.usecases import coaching, orphans, quality_tables
from crmdesk.usecases.coaching import Found, Person
from crmdesk.usecases.orphans import REASONS, Orphans

_ICONS: Final = {
    "order": "shopping-cart", "payment": "wallet", "contract": "file-text", "invoice": "receipt", "ticket": "ticket",
    "visit": "map-pin", "customer": "building-2", "contact": "user", "opportunity": "target",
}  # fmt: skip
_SHOWN: Final = 300
"""Of each kind, or of each person, so many are listed; a file has them all."""


class _ListPart(QualityPart):
    """A list with tools above, or a sentence where there is nothing."""

    def __init__(self, desk: QualityDesk, name: str, empty: str) -> None:
        super().__init__(desk)
        self.list = EntryList(name)
        self.list.opened.connect(self._open)
        self.said = label("", "second")
        self.said.setWordWrap(True)
        self.empty = EmptyState("circle-check", empty)
        self.save_button = buttons.quiet(self.tr("Spreadsheet…"), "download", self._ask_file)
        self.tools = QHBoxLayout()
        self.tools.setContentsMargins(18, 6, 12, 6)
        self.tools.setSpacing(10)
        self.tools.addWidget(self.said, 1)
        self.tools.addWidget(self.save_button)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self.tools)
        column.addWidget(self._stack, 1)

    def entered(self) -> None:
        self.look()
        self.list.setFocus()

    def look(self) -> None:
        """Read the list again."""

    def fill(self, entries: list[Heading | Entry], said: str) -> None:
        """Show these, or the sentence where there are none."""
        self.said.setText(said)
        self.save_button.setEnabled(bool(entries))
        self._stack.setCurrentWidget(self.list if entries else self.empty)
        self.list.set_entries(entries)

    def _open(self, key: str) -> None:
        customer = key.rpartition(":")[2]
        if customer:
            self.desk.go("customer", customer)

    def _ask_file(self) -> None:
        """Save what is listed."""


class OrphansPart(_ListPart):
    """Dealings whose customer is not here, and people nobody can reach."""

    def __init__(self, desk: QualityDesk) -> None:
        super().__init__(
            desk, self.tr("Orphans"), self.tr("Nothing hangs on nobody, and everybody can be reached.")
        )
        self.found = Orphans((), ())

    def look(self) -> None:
        self.read(partial(orphans.find, bearings=self.context.bearings()), self._show, "orphans")

    def _show(self, found: Orphans) -> None:
        self.found = found
        spoken, today, registry = self.context.language, self.context.today(), self.context.registry
        entries: list[Heading | Entry] = []
        for kind in DEALT:
            those = [one for one in found.records if one.entity == kind]
            if those:
                entries.append(Heading(f"{registry[kind].label.text(spoken)} · {len(those):,}", "warn"))
            for one in those[:_SHOWN]:
                of = "" if one.reason != "deleted" else one.customer
                moment = formats.instant(one.created_at, today)
                reason = REASONS[one.reason].text(spoken)
                entries.append(
                    Entry(f"{one.id}:{of}", one.title or formats.DASH, reason, moment, icon=_ICONS[kind])
                )
        if found.people:
            entries.append(Heading(self.tr("No way to reach them"), "warn"))
        entries += [
            Entry(f"{one.id}:{one.customer}", one.name or formats.DASH, one.customer_name, avatar=one.name)
            for one in found.people[:_SHOWN]
        ]
        said = " · ".join(
            (
                self.tr("%n record(s) without a customer", "", len(found.records)),
                self.tr("%n person(s) out of reach", "", len(found.people)),
            )
        )
        self.fill(entries, said if entries else "")

    def _ask_file(self) -> None:
        table = quality_tables.orphans(self.found, self.context.registry, self.context.language)
        self.ask_file(self.tr("orphans"), [table])


class CoachingPart(_ListPart):
    """What was entered lately and should have been better, person by person."""

    def __init__(self, desk: QualityDesk) -> None:
        super().__init__(
            desk, self.tr("Entries to mend"), self.tr("Everything entered in these days is in order.")
        )
        self.found = Found((), is_cut=False)
        self.days = PillGroup(
            self.tr("Days"),
            [("7", self.tr("7 days")), ("14", self.tr("14 days")), ("30", self.tr("30 days"))],
        )
        self.days.chosen.connect(self._days_chosen)
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.days)
        self.tools.insertWidget(0, line)

    def _days_chosen(self, _key: str) -> None:
        self.look()

    def look(self) -> None:
        self.read(
            partial(coaching.look, asking=self.asking(), days=int(self.days.key)), self._show, "coaching"
        )

    def _show(self, found: Found) -> None:
        self.found = found
        entries: list[Heading | Entry] = []
        for person in found.people:
            entries += self._of(person) if person.unruly else []
        said = self.tr("Blanks and doubts are mended best by whoever typed them, while they remember.")
        if found.is_cut:
            said = self.tr("Only the latest entries were looked at: there are very many.")
        self.fill(entries, said if entries else "")

    def _of(self, person: Person) -> list[Heading | Entry]:
        spoken, today = self.context.language, self.context.today()
        name = self.context.directory.person_name(person.user)
        head = formats.filled(
            self.tr("%1 · %2 of %3 entries to mend"), name, f"{len(person.unruly):,}", f"{person.entered:,}"
        )
        entries: list[Heading | Entry] = [Heading(head)]
        for one in person.unruly[:_SHOWN]:
            kind = self.context.registry[one.entity].label.text(spoken)
            said = one.flaws[0].said.text(spoken)
            more = f" +{len(one.flaws) - 1}" if len(one.flaws) > 1 else ""
            mark = formats.instant(one.created_at, today)
            entries.append(
                Entry(
                    f"{one.id}:{one.customer}", one.customer_name, f"{kind} · {said}{more}", mark,
                    icon=_ICONS.get(one.entity, "file-text"), hue="amber",
                )
            )  # fmt: skip
        return entries

    def _ask_file(self) -> None:
        registry, names, spoken = self.context.registry, self.context.directory, self.context.language
        tables = [
            quality_tables.league(self.found, names, spoken),
            quality_tables.coaching(self.found, registry, names, spoken),
        ]
        self.ask_file(self.tr("coaching"), tables)
