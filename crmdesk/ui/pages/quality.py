"""Quality on screen: the rates with what is behind them, a sample to check, the gate, orphans, coaching and goals."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.core.quality import Report, Tally
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.gauge import Gauge
from crmdesk.ui.page import Page, Shell
from crmdesk.ui.pages.quality_gate import GatePart
from crmdesk.ui.pages.quality_goals import GoalsPart
from crmdesk.ui.pages.quality_lists import CoachingPart, OrphansPart
from crmdesk.ui.pages.quality_overview import OverviewPart
from crmdesk.ui.pages.quality_part import QualityPart, read_apart
from crmdesk.ui.pages.quality_sample import SamplePart
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import label
from crmdesk.ui.widgets.marks import Progress
from crmdesk.ui.widgets.tabs import SegmentedTabs
from crmdesk.usecases import quality, quality_tables
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.quality import Asking, Doubted, Reading, Week

if TYPE_CHECKING:
    from datetime import date

    from crmdesk.store.replica import Replica, Touched

_LOOK_MS: Final = 100
_STALE: Final = ("customer", "contact", "order", "contract", "opportunity", "payment", "invoice", "ticket", "visit", "field")  # fmt: skip


class Quality(Page):
    """Tabs over what was measured. Measuring runs beside the window, says how far it is, and can be stopped."""

    def __init__(self, shell: Shell, context: Context) -> None:
        super().__init__(shell)
        self.title = self.tr("Quality")
        self._context = context
        self.report: Report | None = None
        self._is_stale = True
        self._gauge: Gauge | None = None
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._show_reading)
        self.measure_button = buttons.secondary(self.tr("Measure again"), "refresh-cw", self.remeasure)
        self._rates = OverviewPart(self)
        self.parts: dict[str, QualityPart] = {
            "rates": self._rates, "sample": SamplePart(self), "gate": GatePart(self), "orphans": OrphansPart(self),
            "coaching": CoachingPart(self), "goals": GoalsPart(self),
        }  # fmt: skip
        names = (
            self.tr("Rates"), self.tr("Sample"), self.tr("Going live"), self.tr("Orphans"), self.tr("Coaching"),
            self.tr("Goals"),
        )  # fmt: skip
        self.tabs = SegmentedTabs(
            self.tr("Part of quality"), list(zip(self.parts, names, strict=True)), indent=18
        )
        self.tabs.chosen.connect(self._chosen)
        self._rates.judge.connect(self.judge)
        self._build()

    def _build(self) -> None:
        self._stack = QStackedWidget()
        for part in self.parts.values():
            self._stack.addWidget(part)
        self._busy = QWidget()
        line = QHBoxLayout(self._busy)
        line.setContentsMargins(18, 8, 18, 4)
        line.setSpacing(12)
        self.progress = Progress()
        line.addWidget(self.progress, 1)
        line.addWidget(buttons.quiet(self.tr("Stop"), "x", self.stop))
        self._busy.hide()
        self.seen = label("", "faint")
        self.seen.setContentsMargins(18, 8, 18, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self.seen)
        column.addWidget(self._busy)
        column.addWidget(self._stack, 1)

    @property
    def context(self) -> Context:
        return self._context

    @property
    def part(self) -> QualityPart:
        """The part in view."""
        return self.parts[self.tabs.key]

    # -- what the window asks -----------------------------------------------------------------------------

    def actions_in_bar(self) -> Sequence[QWidget]:
        return (self.measure_button,)

    def show_subject(self, subject: object) -> None:
        if isinstance(subject, str) and subject in self.parts:
            self.show_part(subject)

    def entered(self) -> None:
        if self._is_stale:
            self.remeasure()
        self.part.entered()

    def touched(self, change: "Touched") -> None:  # type: ignore[override]
        if change.concerns(*_STALE):
            self._is_stale = True
        if change.concerns("sign_off", "goal", "user", "team") and self.isVisible():
            self.part.entered()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.stop()  # other pages read in the same lane

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys, text = list(self.parts), event.text()
        if event.key() == Qt.Key.Key_Escape and self.part.left():
            return
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and text and text in "123456":
            self.show_part(keys[int(text) - 1])
        elif not text or not self.part.key(text.lower()):
            super().keyPressEvent(event)

    # -- parts --------------------------------------------------------------------------------------------

    def show_part(self, key: str) -> None:
        """Show one of the tabs."""
        self.tabs.select(key)
        self._chosen(key)

    def _chosen(self, key: str) -> None:
        self._stack.setCurrentWidget(self.parts[key])
        self.parts[key].entered()

    def go(self, key: str, subject: object = None) -> None:
        self.shell.go(key, subject)

    # -- measuring ----------------------------------------------------------------------------------------

    def remeasure(self) -> None:
        """Count everything again."""
        gauge = self._begin()
        work = partial(quality.measure, asking=self._asking(gauge))
        self._context.read(partial(read_apart, work), self._measured, self._failed, key="measure")

    def judge(self) -> None:
        """Judge every value there is."""
        gauge = self._begin()
        work = partial(quality.count_doubts, asking=self._asking(gauge))
        self._context.read(partial(read_apart, work), self._judged, self._failed, key="measure")

    def stop(self) -> None:
        """Nobody waits for it any more; what was measured before stays."""
        if self._gauge is not None:
            self._gauge.stop = True
            self._end()

    def _asking(self, gauge: Gauge) -> Asking:
        now = self._context.workspace.clock.now_ms()
        return Asking(self._context.bearings(), now, gauge.show, gauge.is_stopped)

    def _begin(self) -> Gauge:
        if self._gauge is not None:
            self._gauge.stop = True
        self._gauge = Gauge()
        self.measure_button.setEnabled(False)
        self.progress.show_step(self.tr("Measuring…"), 0, 0)
        self._busy.show()
        self._look.start()
        return self._gauge

    def _end(self) -> None:
        self._gauge = None
        self._look.stop()
        self._busy.hide()
        self.measure_button.setEnabled(True)

    def _show_reading(self) -> None:
        reading = self._gauge.reading if self._gauge else None
        if isinstance(reading, Reading):
            self.progress.show_step(self.tr("Measuring…"), reading.done, reading.total)

    def _measured(self, report: Report | None) -> None:
        if self._gauge is None or report is None:  # it was stopped
            return
        self._end()
        self._is_stale = False
        self.report = report
        whole = report.whole
        self.count = whole.customers
        self.header_changed.emit()
        said = quality_tables.SEEN.text(self._context.language)
        moment = formats.instant(self._context.workspace.clock.now_ms(), self._context.today())
        self.seen.setText(f"{said} · {moment}")
        for part in self.parts.values():
            part.measured(report)
        if self._context.seeing is None and whole.customers:
            self._context.write(partial(_keep, whole, self._context.today()), self._kept)

    def _kept(self, _outcome: Outcome[list[Week]]) -> None:
        if self.tabs.key == "goals":
            self.part.entered()

    def _judged(self, found: Doubted | None) -> None:
        if self._gauge is None or found is None:
            return
        self._end()
        self._rates.show_doubts(found)
        if self._context.seeing is None:
            work = partial(quality.keep_doubts, found=found, today=self._context.today())
            self._context.write(work, self._doubts_kept)

    def _doubts_kept(self, _outcome: Outcome[None]) -> None:
        self.parts["gate"].entered()

    def _failed(self, error: Exception) -> None:
        self._end()
        self._context.report(error)


def _keep(whole: Tally, today: "date", replica: "Replica") -> Outcome[list[Week]]:
    return quality.keep(replica, whole, today)
