"""The rates: four figures, the groups behind them, the key fields and the contradictions; each opens what it counted."""

from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.core.contradictions import rules
from crmdesk.core.criteria import POOL, Below, Condition, Group, Kind, Node, Op, all_of
from crmdesk.core.go_live import percent
from crmdesk.core.quality import LIMITS, MEASURE_LABELS, FieldRate, Measure, Report, Share, Tally
from crmdesk.store.quality import Found
from crmdesk.store.window import CustomerFilter
from crmdesk.ui import formats
from crmdesk.ui.pages.quality_part import QualityDesk, QualityPart
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.entry_list import Entry, EntryList, Heading
from crmdesk.ui.widgets.fields import label
from crmdesk.ui.widgets.figure import FigureCard
from crmdesk.ui.widgets.marks import EmptyState
from crmdesk.ui.widgets.pills import PillGroup
from crmdesk.usecases import narrowing, quality, quality_tables, sign_offs
from crmdesk.usecases.quality import Doubted

_ICONS: Final = {
    Measure.COMPLETENESS: ("list-checks", "blue"),
    Measure.ACCURACY: ("target", "green"),
    Measure.UNIQUENESS: ("copy", "violet"),
    Measure.CONSISTENCY: ("split", "amber"),
}
_FIELD, _RULE, _RECORD, _BACK = "field:", "rule:", "record:", "back"
_SHOWN: Final = 500


class OverviewPart(QualityPart):
    """`judge()`: the person wants every value judged."""

    judge = Signal()

    def __init__(self, desk: QualityDesk) -> None:
        super().__init__(desk)
        spoken = self.context.language
        self.cards = {
            one: FigureCard(MEASURE_LABELS[one].text(spoken), *_ICONS[one]) for one in MEASURE_LABELS
        }
        self.cards[Measure.COMPLETENESS].clicked.connect(self._focus_behind)
        self.cards[Measure.UNIQUENESS].clicked.connect(partial(desk.go, "duplicates"))
        self.cards[Measure.CONSISTENCY].clicked.connect(self._focus_behind)
        self.cards[Measure.ACCURACY].clicked.connect(self.judge)
        self.by = PillGroup(
            self.tr("Counted by"),
            [(one, quality_tables.GROUP_LABELS[one].text(spoken)) for one in quality.GROUPS],
        )
        self.by.chosen.connect(self._by_chosen)
        self.groups = EntryList(self.tr("Groups"))
        self.groups.opened.connect(self._open_group)
        self.behind = EntryList(self.tr("Key fields and contradictions"))
        self.behind.opened.connect(self._open_behind)
        self.empty = EmptyState("database", self.tr("There are no customers here to measure yet."))
        self._doubted: Doubted | None = None
        self._rule = ""
        self._broken: list[tuple[Found, str]] = []
        self._build()

    def _build(self) -> None:
        figures = QHBoxLayout()
        figures.setContentsMargins(18, 8, 18, 10)
        figures.setSpacing(12)
        for card in self.cards.values():
            figures.addWidget(card)
        left = QFrame()
        left.setObjectName("listpane")
        tools = QHBoxLayout()
        tools.setContentsMargins(18, 4, 12, 6)
        tools.addWidget(self.by)
        tools.addStretch(1)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(tools)
        column.addWidget(self.groups, 1)
        aside = QFrame()
        aside.setObjectName("aside")
        inner = QVBoxLayout(aside)
        inner.setContentsMargins(1, 0, 0, 0)
        inner.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(18, 4, 12, 6)
        head.addWidget(label(self.tr("Enter opens what was counted"), "faint"))
        head.addStretch(1)
        head.addWidget(buttons.quiet(self.tr("Judge every value"), "search", self.judge.emit))
        head.addWidget(buttons.quiet(self.tr("Spreadsheet…"), "download", self._ask_file))
        inner.addLayout(head)
        inner.addWidget(self.behind, 1)
        both = QHBoxLayout()
        both.setSpacing(0)
        both.addWidget(left, 5)
        both.addWidget(aside, 6)
        shown = QWidget()
        whole = QVBoxLayout(shown)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(figures)
        whole.addLayout(both, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(shown)
        self._stack.addWidget(self.empty)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    # -- showing ------------------------------------------------------------------------------------------

    def entered(self) -> None:
        kept = quality.doubts(self.context.reader, self.context.today())
        if self.desk.report is not None:
            self._show_cards(self.desk.report, kept.share if kept else None)
        self.groups.setFocus()

    def left(self) -> bool:
        if not self._rule:
            return False
        self._rule = ""
        self._show_behind()
        return True

    def measured(self, report: Report) -> None:
        self._stack.setCurrentIndex(0 if report.whole.customers else 1)
        self._rule = ""
        kept = quality.doubts(self.context.reader, self.context.today())
        self._show_cards(report, kept.share if kept else None)
        self._by_chosen(self.by.key)
        self._show_behind()

    def show_doubts(self, found: Doubted) -> None:
        """Every value was judged: show what came of it."""
        self._doubted = found
        if self.desk.report is not None:
            self._show_cards(self.desk.report, found.customers)
        self._show_behind()

    def _show_cards(self, report: Report, doubted: Share | None) -> None:
        for measure, card in self.cards.items():
            share = report.whole.share(measure)
            if share is not None:
                limit = LIMITS.get(measure)
                tone = "" if limit is None else "ok" if limit.is_met(share) else "bad"
                card.show_text(percent(share), self._remark(measure, share), tone)
        samples = sign_offs.listed(self.context.reader, "sampling")
        card = self.cards[Measure.ACCURACY]
        in_doubt = "" if doubted is None else self._in_doubt(doubted)
        if samples:
            came = samples[0].sampled
            low, high = came.interval
            said = formats.filled(self.tr("wrong; %1 to %2 %"), f"{low:.1f}", f"{high:.1f}")
            limit = LIMITS[Measure.ACCURACY]
            is_met = limit.is_met(came.share) and (doubted is None or limit.is_met(doubted))
            card.show_text(percent(came.share), in_doubt or said, "ok" if is_met else "bad")
        else:
            card.show_text(formats.DASH, in_doubt or self.tr("no sample yet"))

    def _in_doubt(self, doubted: Share) -> str:
        return formats.filled(self.tr("%1 in doubt"), percent(doubted))

    def _remark(self, measure: Measure, share: Share) -> str:
        if measure is Measure.COMPLETENESS:
            return formats.filled(self.tr("blank; %1 at most"), f"{LIMITS[measure].percent} %")
        if measure is Measure.UNIQUENESS:
            return formats.filled(self.tr("double; %1 at most"), f"{LIMITS[measure].percent} %")
        return self.tr("%n customer(s)", "", share.part)

    def _by_chosen(self, key: str) -> None:
        report, by = self.desk.report, next(one for one in quality.GROUPS if one == key)
        if report is None:
            return
        names, spoken = self.context.directory, self.context.language
        entries = []
        for group, tally in report.grouped(quality.group_of(by, names)).items():
            name = quality_tables.group_name(by, group, self.context.registry, names, spoken)
            entries.append(self._group_entry(group, name, tally, is_person=by == "person"))
        self.groups.set_entries(entries)

    def _group_entry(self, key: str, name: str, tally: Tally, *, is_person: bool) -> Entry:
        limit = LIMITS[Measure.COMPLETENESS]
        detail = formats.filled(
            self.tr("%1 · %2 double · %3 contradictory"),
            f"{tally.customers:,}", percent(tally.twice), percent(tally.contradicting),
        )  # fmt: skip
        tone = "" if limit.is_met(tally.missing) else "bad"
        mark = percent(tally.missing)
        if is_person and key != POOL:
            return Entry(key, name, detail, mark, tone, avatar=name)
        return Entry(key, name, detail, mark, tone, icon="waves" if key == POOL else "tag", hue="teal")

    def _show_behind(self) -> None:
        report = self.desk.report
        if report is None or self._rule:
            return
        entries: list[Heading | Entry] = [Heading(self.tr("Key fields"))]
        entries += [self._field_entry(one) for one in report.fields]
        broken = [rule for rule in rules(self.context.registry) if report.crossed.get(rule.key)]
        spoken = self.context.language
        if broken:
            entries.append(Heading(self.tr("Contradictions")))
        for rule in broken:
            mark = f"{report.crossed[rule.key]:,}"
            entries.append(
                Entry(
                    _RULE + rule.key, rule.label.text(spoken), rule.why.text(spoken), mark, "warn",
                    icon="split", hue="amber",
                )
            )  # fmt: skip
        if self._doubted is not None:
            entries += self._doubt_entries(self._doubted)
        self.behind.set_entries(entries)

    def _field_entry(self, one: FieldRate) -> Entry:
        registry, spoken = self.context.registry, self.context.language
        name = one.key.label(registry).text(spoken)
        if one.key.entity != "customer":
            name = f"{registry[one.key.entity].label.text(spoken)} · {name}"
        tone = "" if LIMITS[Measure.COMPLETENESS].is_met(one.missing) else "bad"
        detail = one.key.why.text(spoken)
        icon = "building-2" if one.key.entity == "customer" else "user"
        return Entry(_FIELD + one.key.name, name, detail, percent(one.missing), tone, icon=icon, hue="blue")

    def _doubt_entries(self, found: Doubted) -> list[Heading | Entry]:
        registry, spoken = self.context.registry, self.context.language
        wrong = [(key, share) for key, share in found.fields.items() if share.part]
        entries: list[Heading | Entry] = [Heading(self.tr("Values in doubt"))] if wrong else []
        for key, share in wrong:
            entity, _, name = key.partition(".")
            title = (
                f"{registry[entity].label.text(spoken)} · {registry[entity].by_name[name].label.text(spoken)}"
            )
            mark = f"{share.part:,} / {share.whole:,}"
            entries.append(Entry(f"doubt:{key}", title, "", mark, "warn", icon="circle-alert", hue="red"))
        return entries

    # -- opening what was counted ---------------------------------------------------------------------------

    def _focus_behind(self) -> None:
        self.behind.setFocus()

    def _open_group(self, key: str) -> None:
        by = self.by.key
        if by == "source":
            asked = Condition("source", Op.IS, (key,)) if key else Condition("source", Op.EMPTY)
            self.desk.go("customers", narrowing.customers_where(asked))
            return
        people = self.context.directory.people.values()
        users = (
            (key,) if by == "person" or key == POOL else tuple(p.id for p in people if (p.team or "") == key)
        )
        if users:
            self.desk.go("customers", narrowing.customers_where(Condition("owner", Op.IS, users)))

    def _open_behind(self, key: str) -> None:
        report = self.desk.report
        if key == _BACK:
            self.left()
        elif key.startswith(_RECORD):
            self.desk.go("customer", key.rpartition(":")[2])
        elif key.startswith(_RULE):
            self._rule = key.removeprefix(_RULE)
            self.read(
                partial(quality.broken, asking=self.asking(), rule=self._rule), self._show_broken, "broken"
            )
        elif report is not None and key.startswith(_FIELD):
            one = next(one for one in report.fields if _FIELD + one.key.name == key)
            gap = one.key.gap
            part = gap if one.key.entity == "customer" else Below(one.key.entity, gap)
            self.desk.go("customers", CustomerFilter(where=all_of("customer", *_parts(part))))

    def _show_broken(self, found: list[tuple[Found, str]]) -> None:
        rule = next((one for one in rules(self.context.registry) if one.key == self._rule), None)
        if rule is None:
            return
        spoken = self.context.language
        entity = self.context.registry[rule.entity].label.text(spoken)
        entries: list[Heading | Entry] = [
            Heading(f"{rule.label.text(spoken)} · {rule.why.text(spoken)}"),
            Entry(_BACK, self.tr("Back"), "Esc", icon="arrow-left"),
        ]
        entries += [
            Entry(f"{_RECORD}{one.id}:{one.customer}", name, entity, avatar=name)
            for one, name in found[:_SHOWN]
        ]
        self.behind.set_entries(entries)
        self.behind.select_id(_BACK)
        self.behind.setFocus()

    def _ask_file(self) -> None:
        report = self.desk.report
        if report is None:
            return
        registry, names, spoken = self.context.registry, self.context.directory, self.context.language
        tables = [quality_tables.groups(report, by, registry, names, spoken) for by in quality.GROUPS]
        tables += [
            quality_tables.fields(report, registry, spoken),
            quality_tables.contradictions(report, registry, spoken),
        ]
        self.ask_file(self.tr("quality"), tables)


def _parts(node: Group | Below) -> tuple[Node, ...]:
    """What a list's own filter shows one by one."""
    return node.parts if isinstance(node, Group) and node.kind is Kind.ALL else (node,)
