"""Checking a sample: one customer at a time, right, wrong or skipped by one key, and what the errors tell of all."""

from functools import partial
from random import SystemRandom
from typing import Final

from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.core.format import format_value
from crmdesk.core.go_live import percent
from crmdesk.core.quality import CERTAINTY, LIMITS, USUAL_SAMPLE, Measure, Verdict, key_fields, promised
from crmdesk.ui import formats
from crmdesk.ui.notices import Notice
from crmdesk.ui.pages.quality_part import QualityDesk, QualityPart
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.buttons import KeyHint
from crmdesk.ui.widgets.entry_list import Entry, EntryList, Heading
from crmdesk.ui.widgets.fields import FieldGrid, heading, label, set_tone, upright
from crmdesk.ui.widgets.marks import Avatar, Progress
from crmdesk.ui.widgets.pills import PillGroup
from crmdesk.usecases import sampling, sign_offs
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.sampling import Looked, Sampling

_SIZES: Final = (50, USUAL_SAMPLE, 200, 400)
_BEGIN, _JUDGE, _RESULT = range(3)
_ADDRESS: Final = ("address", "email", "website")
"""What is looked at besides the key fields."""
_MARKS: Final = {Verdict.RIGHT: ("✓", "ok"), Verdict.WRONG: ("✗", "bad"), Verdict.SKIPPED: ("–", "")}


class SamplePart(QualityPart):
    """Begin, judge, result: one of three views."""

    def __init__(self, desk: QualityDesk) -> None:
        super().__init__(desk)
        self.sample: Sampling | None = None
        self._at = ""
        self._looked: Looked | None = None
        self._asks_field = False
        self._given_up: Sampling | None = None
        self._stack = QStackedWidget()
        for view in (self._begin_view(), self._judge_view(), self._result_view()):
            self._stack.addWidget(view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)

    # -- building -----------------------------------------------------------------------------------------

    def _begin_view(self) -> QWidget:
        view = QWidget()
        column = QVBoxLayout(view)
        column.setContentsMargins(18, 12, 18, 12)
        column.setSpacing(10)
        why = label(
            self.tr(
                "Only a person can tell whether a number or an address is the right one. Draw customers at random, look "
                "at each, and say right or wrong; the share of wrong ones tells how accurate all of them are."
            ),
            "second",
        )
        why.setWordWrap(True)
        self.amount = PillGroup(self.tr("Size of the sample"), [(str(n), str(n)) for n in _SIZES])
        self.amount.select(str(USUAL_SAMPLE))
        self.amount.chosen.connect(self._amount_chosen)
        self.draw_button = buttons.primary(self.tr("Draw a sample"), "target", self.draw)
        self.promise = label("", "faint")
        self.promise.setWordWrap(True)
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(label(self.tr("Customers"), "faint"))
        line.addWidget(self.amount)
        line.addWidget(self.draw_button)
        line.addStretch(1)
        self.past = EntryList(self.tr("Samples checked before"))
        column.addWidget(why)
        column.addLayout(line)
        column.addWidget(self.promise)
        column.addWidget(self.past, 1)
        return view

    def _judge_view(self) -> QWidget:
        view = QWidget()
        left = QFrame()
        left.setObjectName("listpane")
        left.setFixedWidth(290)
        side = QVBoxLayout(left)
        side.setContentsMargins(0, 8, 0, 0)
        side.setSpacing(8)
        strip = QHBoxLayout()
        strip.setContentsMargins(16, 0, 16, 0)
        self.progress = Progress()
        strip.addWidget(self.progress)
        side.addLayout(strip)
        self.list = EntryList(self.tr("The sample"))
        self.list.current.connect(self._show_customer)
        self.list.opened.connect(self._open_customer)
        side.addWidget(self.list, 1)
        detail = QVBoxLayout()
        detail.setSpacing(0)
        detail.addWidget(self._card(), 1)
        detail.addWidget(self._foot())
        row = QHBoxLayout(view)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(left)
        row.addLayout(detail, 1)
        return view

    def _card(self) -> QWidget:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(20, 14, 20, 14)
        column.setSpacing(12)
        head = QHBoxLayout()
        head.setSpacing(12)
        self._avatar = Avatar(40)
        self._name = heading()
        head.addWidget(self._avatar)
        head.addWidget(self._name, 1)
        self._facts, self._people = FieldGrid(2), FieldGrid(1)
        self._flaws = label("", "warn")
        self._flaws.setWordWrap(True)
        self.which = EntryList(self.tr("Which field is wrong?"))
        self.which.opened.connect(self._wrong)
        self._question = label(self.tr("Which field is wrong? Its digit, or Enter"), "card")
        column.addLayout(head)
        for widget in (self._flaws, self._facts, self._people, self._question, self.which):
            column.addWidget(widget)
        column.addStretch(1)
        return upright(inside)

    def _foot(self) -> QFrame:
        foot = QFrame()
        foot.setObjectName("footer")
        row = QHBoxLayout(foot)
        row.setContentsMargins(18, 8, 18, 8)
        row.setSpacing(8)
        self.back_button = buttons.quiet(self.tr("Take back"), "undo-2", self.take_back)
        row.addWidget(self.back_button)
        row.addWidget(buttons.icon_button("trash-2", self.tr("Throw away"), self.give_up))
        row.addStretch(1)
        for key, text, icon, verdict in (
            ("S", self.tr("Skip"), "arrow-right", self.skip), ("N", self.tr("Wrong"), "x", self.wrong),
        ):  # fmt: skip
            row.addWidget(KeyHint(key))
            row.addWidget(buttons.secondary(text, icon, verdict))
        row.addWidget(KeyHint("Y"))
        row.addWidget(buttons.primary(self.tr("Right"), "check", self.right))
        return foot

    def _result_view(self) -> QWidget:
        view = QWidget()
        column = QVBoxLayout(view)
        column.setContentsMargins(18, 18, 18, 14)
        column.setSpacing(10)
        self._rate = label("", "figure")
        self._told = label("", "second")
        self._told.setWordWrap(True)
        self.faults = EntryList(self.tr("What was wrong"))
        line = QHBoxLayout()
        line.setSpacing(8)
        self.finish_button = buttons.primary(self.tr("Sign off the result"), "check", self.finish)
        self._why_not = label("", "faint")
        self._why_not.setWordWrap(True)
        line.addWidget(self.finish_button)
        line.addWidget(buttons.quiet(self.tr("Take back"), "undo-2", self.take_back))
        line.addWidget(buttons.quiet(self.tr("Throw away"), "trash-2", self.give_up))
        line.addWidget(self._why_not, 1)
        column.addWidget(self._rate)
        column.addWidget(self._told)
        column.addLayout(line)
        column.addWidget(self.faults, 1)
        return view

    # -- showing ------------------------------------------------------------------------------------------

    def entered(self) -> None:
        if self.sample is None:
            self.sample = sampling.resume(self.context.reader)
        self._show()

    def _show(self) -> None:
        self._asks_field = False
        if self.sample is None:
            self._show_begin()
        elif self.sample.next is None:
            self._show_result(self.sample)
        else:
            self._show_sample(self.sample, self.sample.next)

    def _show_begin(self) -> None:
        self._stack.setCurrentIndex(_BEGIN)
        self._amount_chosen(self.amount.key)
        today = self.context.today()
        entries: list[Heading | Entry] = []
        for one in sign_offs.listed(self.context.reader, "sampling"):
            came = one.sampled
            low, high = came.interval
            title = formats.filled(
                self.tr("%1 of %2 wrong: %3"), f"{came.wrong}", f"{came.judged}", percent(came.share)
            )
            who = self.context.directory.person_name(one.by)
            detail = f"{low:.1f} – {high:.1f} % · {who} · {formats.instant(one.at_ms, today)}"
            is_met = LIMITS[Measure.ACCURACY].is_met(came.share)
            mark = formats.filled(self.tr("seed %1"), str(one.seed or 0))
            entries.append(
                Entry(one.id, title, detail, mark, icon="target", hue="green" if is_met else "red")
            )
        if entries:
            entries.insert(0, Heading(self.tr("Samples checked before")))
        self.past.set_entries(entries)
        self.draw_button.setFocus()

    def _amount_chosen(self, key: str) -> None:
        low, high = promised(int(key))
        self.promise.setText(
            formats.filled(
                self.tr("Were 10 % wrong, this many would tell it as %1 to %2 % with %3 certainty (Wilson)."),
                f"{low:.1f}", f"{high:.1f}", f"{100 * CERTAINTY:.0f} %",
            )
        )  # fmt: skip

    def _show_sample(self, sample: Sampling, at: str) -> None:
        self._stack.setCurrentIndex(_JUDGE)
        done, total = len(sample.verdicts), len(sample.customers)
        said = formats.filled(self.tr("%1 of %2 looked at"), str(done), str(total))
        self.progress.show_step(said, done, total)
        self.back_button.setEnabled(done > 0)
        names = sampling.names(self.context.reader, sample)
        entries = []
        for one in sample.customers:
            mark, tone = _MARKS[sample.verdicts[one]] if one in sample.verdicts else ("", "")
            entries.append(Entry(one, names.get(one) or formats.DASH, "", mark, tone))
        self.list.set_entries(entries)
        self.list.select_id(at)
        self._show_customer(at)
        self.list.setFocus()

    def _show_customer(self, customer: str) -> None:
        self._at, self._asks_field = customer, False
        looked = sampling.look(self.context.reader, self.context.bearings(), customer) if customer else None
        self._looked = looked
        self._question.hide()
        self.which.hide()
        if looked is None:
            self._name.setText(
                self.tr("This customer is no longer on this laptop: skip it.") if customer else ""
            )
            self._avatar.set_name("")
            for widget in (self._facts, self._people, self._flaws):
                widget.hide()
            return
        spoken = self.context.language
        self._avatar.set_name(looked.name)
        self._name.setText(looked.name or formats.DASH)
        self._facts.set_fields([(name, said) for _, name, said in self._lines(looked)])
        self._facts.show()
        people = [
            (one.name or formats.DASH, " · ".join(p for p in (one.position, *one.phones, one.email) if p))
            for one in looked.people
        ]
        self._people.set_fields(people)
        self._people.setVisible(bool(people))
        self._flaws.setText("\n".join(flaw.said.text(spoken) for flaw in looked.flaws))
        self._flaws.setVisible(bool(looked.flaws))

    def _lines(self, looked: Looked) -> list[tuple[str, str, str]]:
        """(field, its name, what it says) of everything that is judged."""
        registry, spoken = self.context.registry, self.context.language
        declared = registry["customer"].by_name
        wanted = [key.fields[0] for key in key_fields(registry) if key.entity == "customer"]
        names = [name for name in dict.fromkeys((*wanted, *_ADDRESS)) if name in declared and name != "name"]
        return [
            (
                name,
                declared[name].label.text(spoken),
                format_value(declared[name], looked.values.get(name), spoken, self.context.name_of),
            )
            for name in names
        ]

    def _show_result(self, sample: Sampling) -> None:
        self._stack.setCurrentIndex(_RESULT)
        came = sample.outcome
        low, high = came.interval
        self._rate.setText(percent(came.share) if came.judged else formats.DASH)
        set_tone(self._told, "ok" if LIMITS[Measure.ACCURACY].is_met(came.share) else "bad")
        said = formats.filled(
            self.tr("%1 of %2 customers were wrong. Of all %3 it is %4 to %5 %, with %6 certainty (Wilson 1927)."),
            str(came.wrong), str(came.judged), f"{came.among:,}", f"{low:.1f}", f"{high:.1f}", f"{100 * CERTAINTY:.0f} %",
        )  # fmt: skip
        if not came.is_enough:
            said = f"{said} {self.tr('Too few were judged to decide anything.')}"
        self._told.setText(said)
        self.finish_button.setEnabled(self.may_sign and came.judged > 0)
        self._why_not.setText(
            "" if self.may_sign else self.tr("A manager, director or administrator signs results off.")
        )
        declared, spoken = self.context.registry["customer"].by_name, self.context.language
        rows: list[Heading | Entry] = []
        for field, count in sample.faults:
            name = declared[field].label.text(spoken) if field in declared else self.tr("The whole")
            rows.append(Entry(field or "-", name, "", str(count), "warn", icon="x", hue="red"))
        if rows:
            rows.insert(0, Heading(self.tr("What was wrong")))
        self.faults.set_entries(rows)
        self.faults.setVisible(bool(rows))
        self.finish_button.setFocus()

    # -- acting -------------------------------------------------------------------------------------------

    def key(self, text: str) -> bool:
        if self._stack.currentIndex() != _JUDGE:
            return False
        if self._asks_field and text.isdigit():
            fields = self.which.ids()
            if 0 < int(text) <= len(fields):
                self._wrong(fields[int(text) - 1])
            return True
        acts = {"y": self.right, "n": self.wrong, "s": self.skip, "u": self.take_back}
        act = acts.get(text)
        if act is not None:
            act()
        return act is not None

    def left(self) -> bool:
        if not self._asks_field:
            return False
        self._show_customer(self._at)
        self.list.setFocus()
        return True

    def draw(self) -> None:
        """Draw a sample anew."""
        seed = SystemRandom().randrange(1, 1_000_000)
        self.read(partial(sampling.begin, size=int(self.amount.key), seed=seed), self._drawn, "draw")

    def _drawn(self, sample: Sampling) -> None:
        if not sample.customers:
            self.context.say(self.tr("There are no customers here to look at."), "warn")
            return
        self._take(sample)

    def right(self) -> None:
        """Everything about this customer is right."""
        self._judge(Verdict.RIGHT)

    def skip(self) -> None:
        """Nobody can tell."""
        self._judge(Verdict.SKIPPED)

    def wrong(self) -> None:
        """Something is wrong: ask which field."""
        if self._looked is None:
            return
        self._asks_field = True
        name = self.context.registry["customer"].by_name["name"].label.text(self.context.language)
        lines = [("name", name, self._looked.name), *self._lines(self._looked)]
        entries = [
            Entry(field, f"{number}  {name}" if number < 10 else f"    {name}", said, icon="x", hue="red")
            for number, (field, name, said) in enumerate(lines, 1)
        ]
        self._question.show()
        self.which.set_entries(entries)
        self.which.setFixedHeight(self.which.height_of(len(entries)))
        self.which.show()
        self.which.setFocus()

    def _wrong(self, field: str) -> None:
        self._judge(Verdict.WRONG, field)

    def _judge(self, verdict: Verdict, field: str = "") -> None:
        if self.sample is not None and self._at:
            if self._looked is None:
                verdict, field = Verdict.SKIPPED, ""
            self._take(self.sample.judged(self._at, verdict, field))

    def take_back(self) -> None:
        """Take the last verdict back."""
        if self.sample is not None:
            self._take(self.sample.taken_back())

    def give_up(self) -> None:
        """Forget this sample; a notice brings it back."""
        kept = self.sample
        if kept is None:
            return
        self._given_up = kept
        self.sample = None
        self.context.write(sampling.give_up, self._gone)

    def _gone(self, _outcome: Outcome[None]) -> None:
        said, undo = self.tr("The sample was thrown away"), self.tr("Undo")
        self.context.bus.notice.emit(Notice(said, action_label=undo, action=self._bring_back, undo=True))
        self._show()

    def _bring_back(self) -> None:
        if self._given_up is not None:
            self._take(self._given_up)

    def finish(self) -> None:
        """Sign off what came of it."""
        if self.sample is not None and self.may_sign:
            self.finish_button.setEnabled(False)
            self.context.write(
                partial(sampling.finish, sampling=self.sample), self._finished, self._unfinished,
                said=self.tr("The result is signed off"),
            )  # fmt: skip

    def _finished(self, _outcome: Outcome[str]) -> None:
        self.sample = None
        self._show()

    def _unfinished(self, error: Exception) -> None:
        self.finish_button.setEnabled(True)
        self.context.report(error)

    def _take(self, sample: Sampling) -> None:
        """Keep a sample as it is now, and show what comes next."""
        self.sample = sample
        self.context.write(partial(sampling.keep, sampling=sample))
        self._show()

    def _open_customer(self, customer: str) -> None:
        if customer and self._looked is not None:
            self.desk.go("customer", customer)
