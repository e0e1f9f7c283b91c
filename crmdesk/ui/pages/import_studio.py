"""Importing on screen: a file is dropped or chosen, its columns are named, a rehearsal says what would happen, then it runs.

Earlier imports stand at the left: each can be looked at, gone on with, taken back, and written down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtCore import QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QWidget,
)

from crmdesk.core.errors import CrmError, Language
from crmdesk.core.lookalikes import Alike
from crmdesk.core.mapping import Found, Plan
from crmdesk.core.mapping import check as check_plan
from crmdesk.core.registry import Registry
from crmdesk.core.verdicts import Judged
from crmdesk.store import imports
from crmdesk.store.imports import Counts, Run
from crmdesk.store.reading import Reader
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.gauge import Gauge
from crmdesk.ui.page import Page, Shell
from crmdesk.ui.pages import import_course
from crmdesk.ui.pages.import_afterwards import Afterwards
from crmdesk.ui.pages.import_columns import ColumnsPane
from crmdesk.ui.pages.import_course import Course
from crmdesk.ui.pages.import_handing import Handing
from crmdesk.ui.pages.import_kept import KeptPane, kept_title
from crmdesk.ui.pages.import_list import KEPT, ImportList
from crmdesk.ui.pages.import_outcome import (
    MOST_LINES,
    Line,
    OutcomePane,
    line_of,
    line_of_alike,
    line_of_kept_out,
)
from crmdesk.ui.runner import Lane
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.marks import EmptyState
from crmdesk.ui.widgets.plain import set_tip
from crmdesk.usecases import import_mappings, import_papers, importing
from crmdesk.usecases.foreign_files import Patience
from crmdesk.usecases.import_mappings import Kept
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.store.replica import Touched

_WATCH_MS: Final = 150
_SAMPLE: Final = 100
"""Rows that are imported as a sample, before all of them are."""
_SHOWN_NEW: Final = 500


@dataclass(slots=True)
class _Rehearsed:
    """What a rehearsal came to."""

    counts: Counts
    seconds: float
    lines: list[Line] = field(default_factory=list)
    alike: list[Line] = field(default_factory=list)


class ImportStudio(Page):
    """One page for a whole import. Long work goes to the lanes in steps, so everything else stays alive."""

    def __init__(self, shell: Shell, context: Context) -> None:
        super().__init__(shell)
        self.title = self.tr("Import")
        self._context = context
        self._path: Path | None = None
        self._run: Run | None = None
        self._course: Course | Gauge | None = None
        """What is under way; only the writer's lane touches what a course does."""
        self._gauge = Gauge()
        self._patience = Patience()
        self.setAcceptDrops(True)
        self._list = ImportList()
        self._list.wanted.connect(self._chosen)
        self.runs = self._list.entries
        self.start = EmptyState("upload", self.tr("Drop a table here: CSV, Excel, ODS or address cards. Nothing is written before you have seen what would happen."), self.tr("Choose a file…"))  # fmt: skip
        self.start.acted.connect(self._ask_file)
        self.columns = ColumnsPane(context)
        self.columns.rehearse.connect(self._rehearse)
        self.columns.other_file.connect(self._ask_file)
        self.columns.anew.connect(self._guess_anew)
        self.outcome = OutcomePane()
        self.outcome.look_at_pairs.connect(self._look_at_pairs)
        self.afterwards = Afterwards(context, self.outcome, self)
        self.afterwards.noted.connect(self._noted)
        self.handing = Handing(context, self.outcome, self)
        self.handing.is_under_way.connect(self._handing_over)
        self.kept = KeptPane(context)
        self.kept.forget.connect(self._forget)
        self.kept.back.connect(self._back)
        self._stack = QStackedWidget()
        for pane in (self.start, self.columns, self.outcome, self.kept):
            self._stack.addWidget(pane)
        self.choose_button = buttons.primary(self.tr("Choose a file…"), "upload", self._ask_file)
        self.template_button = buttons.secondary(self.tr("Empty form…"), "download", self._ask_template)
        self._make_actions()
        self._watch = QTimer(self, interval=_WATCH_MS)
        self._watch.timeout.connect(self._show_gauge)
        self._build()

    def _make_actions(self) -> None:
        self.back_button = buttons.secondary(self.tr("Back to the columns"), "arrow-left", self._back)
        self.take_button = buttons.secondary(self.tr("Take rows kept out, too…"), "", self._take_unreadable)
        set_tip(
            self.take_button,
            self.tr("What can't be read goes into the remark as it stands; rehearsed again before anything is written"),
        )  # fmt: skip
        self.sample_button = buttons.secondary(self.tr("Import the first 100"), "", self._import_sample)
        self.all_button = buttons.primary(self.tr("Import all"), "check", self._import_all)
        self.stop_button = buttons.secondary(self.tr("Stop"), "x", self._stop)
        self.undo_button = buttons.danger(self.tr("Take it back"), "undo-2", self._undo)
        self.resume_button = buttons.primary(self.tr("Go on"), "refresh-cw", self._resume)
        self.errors_button = buttons.secondary(self.tr("Rows kept out…"), "download", self._ask_errors)
        self.report_button = buttons.secondary(self.tr("Reconciliation…"), "download", self._ask_report)
        self._left: Sequence[QPushButton] = (self.back_button, self.take_button, self.undo_button)
        self._right: Sequence[QPushButton] = (
            self.errors_button, self.report_button, self.afterwards.sign_button, self.stop_button, self.sample_button, self.all_button, self.resume_button,
        )  # fmt: skip
        self.outcome.set_actions(self._left, self._right)

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._list)
        row.addWidget(self._stack, 1)

    # -- the page ---------------------------------------------------------------------------------------

    def actions_in_bar(self) -> Sequence[QWidget]:
        return (self.template_button, self.choose_button)

    def entered(self) -> None:
        may = self._context.may("customer") and self._context.seeing is None
        self.choose_button.setEnabled(may)
        self.start.setEnabled(may)
        self.setAcceptDrops(may)
        self._list_runs()

    def may_leave(self) -> bool:
        return True  # what is under way goes on behind other pages

    def closing(self) -> None:
        self._stop()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if (
            self._course is None
            and len(event.mimeData().urls()) == 1
            and event.mimeData().urls()[0].isLocalFile()
        ):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.open_file(Path(event.mimeData().urls()[0].toLocalFile()))
        event.acceptProposedAction()

    def _ask_file(self) -> None:
        kinds = self.tr(
            "Tables (*.csv *.txt *.tsv *.xlsx *.xls *.xlsm *.xlsb *.ods *.et *.vcf);;All files (*)"
        )
        chosen, _ = QFileDialog.getOpenFileName(self, self.tr("Choose a file…"), "", kinds)
        if chosen:
            self.open_file(Path(chosen))

    # -- a file ------------------------------------------------------------------------------------------

    def open_file(self, path: Path, *, anew: bool = False) -> None:
        """Look into a file and show its columns; `anew`: guessed, however a file like it was read before."""
        if self._course is not None:
            self._context.say(self.tr("One import at a time: wait for it, or stop it."), "warn")
            return
        self._context.runner.run(
            partial(_look, self._context.workspace, path, anew=anew), partial(self._looked, path), self._context.report,
            lane=Lane.NETWORK, owner=self, key="look",
        )  # fmt: skip

    def _guess_anew(self) -> None:
        if self._path is not None:
            self.open_file(self._path, anew=True)

    def _looked(self, path: Path, found: tuple[list[Found], Plan, bool]) -> None:
        if self._course is not None:
            return
        tables, plan, is_as_before = found
        self._path, self._run = path, None
        self.columns.show_file(path.name, tables, plan, is_as_before=is_as_before)
        self._show_pane(self.columns)
        self.columns.next_button.setFocus()

    def _show_pane(self, pane: QWidget) -> None:
        """Show a pane; the list highlights what it tells of, and nothing where that is a file not imported yet."""
        self._stack.setCurrentWidget(pane)
        shown = ""
        if pane is self.kept:
            shown = KEPT + self.kept.shown
        elif pane is self.outcome and self._run is not None:
            shown = self._run.id
        self._list.follow(shown)

    def _failed(self, error: Exception) -> None:
        """What was begun could not begin: the page is as it was before."""
        self._under_way(None)
        self._context.report(error)
        if self._run is None:
            self._back()
        else:
            self._show_run(imports.find(self._context.reader, self._run.id))

    def _rehearse(self) -> None:
        if self._path is None or self._course is not None:
            return
        plan = self.columns.plan
        try:
            check_plan(plan, self._context.registry)
        except CrmError as error:
            self.columns.say(str(error.sentence(self._context.language)))
            return
        self.columns.say("")
        self._gauge, self._patience = Gauge(), Patience()
        self._begin_showing(self.tr("Rehearsing…"))
        self._context.runner.run(
            partial(
                _rehearse, self._context.workspace, self._path, plan, self._gauge, self._patience, self._context.language
            ),
            self._rehearsed, self._failed, lane=Lane.NETWORK, owner=self, key="rehearse",
        )  # fmt: skip

    def _begin_showing(self, doing: str) -> None:
        """The pane of outcomes, empty, with how far the work is."""
        self._doing = doing
        self._course = self._gauge
        name = self._run.name if self._run is not None else self._path.name if self._path else ""
        self.outcome.show_counts(name, Counts(), 0.0)
        self.outcome.show_lines([])
        self.afterwards.show_nothing()
        self.handing.show_nothing()
        self._show_pane(self.outcome)
        self._offer(self.stop_button)
        self._watch.start()
        self._show_gauge()

    def _show_gauge(self) -> None:
        reading = self._gauge.reading
        share, counts, seconds = reading if reading is not None else (0.0, Counts(), 0.0)
        self.outcome.show_progress(self._doing, share)
        if reading is not None:
            self.outcome.show_counts(self.outcome.name.text(), counts, seconds)

    def _under_way(self, course: Course | Gauge | None) -> None:
        self._course = course
        if course is None:
            self._watch.stop()
            self.outcome.show_progress("", 0.0)

    def _rehearsed(self, made: _Rehearsed) -> None:
        is_stopped = self._gauge.stop
        self._under_way(None)
        if is_stopped:
            self._back()
            return
        self.outcome.show_counts(self._path.name if self._path else "", made.counts, made.seconds)
        self.outcome.show_lines(made.lines)
        if self._path is not None:
            self.afterwards.show_rehearsed(self._path, self.columns.plan, made.counts, made.alike)
            self.handing.show_rehearsed(made.counts.owners)
        may_take = made.counts.reject and self.columns.plan.unreadable == "keep_out"
        more = (self.take_button,) if may_take else ()
        signing = (self.afterwards.sign_button,) if self.afterwards.may_sign() else ()
        self._offer(self.back_button, *more, *signing, self.sample_button, self.all_button)
        self.all_button.setFocus()

    def _take_unreadable(self) -> None:
        self.columns.take_unreadable()
        self._rehearse()

    def _offer(self, *offered: QPushButton) -> None:
        for button in (*self._left, *self._right):
            button.setVisible(button in offered)

    def _back(self) -> None:
        self._run = None
        self._show_pane(self.columns if self._path is not None else self.start)

    # -- a run -------------------------------------------------------------------------------------------

    def _import_sample(self) -> None:
        self._import(_SAMPLE)

    def _import_all(self) -> None:
        self._import(-1)

    def _import(self, limit: int) -> None:
        if self._path is None or self._course is not None:
            return
        work = partial(
            import_course.begin,
            self._context.workspace,
            self._path,
            msgspec.structs.replace(self.columns.plan),
            limit,
        )
        self._set_off(work, self.tr("Importing…"))

    def _resume(self) -> None:
        if self._run is not None and self._course is None:
            if self._run.state == "undoing":
                self._undo()
            else:
                work = partial(import_course.go_on, self._context.workspace, self._run.id)
                self._set_off(work, self.tr("Importing…"))

    def _undo(self) -> None:
        if self._run is not None and self._course is None:
            work = partial(import_course.undo, self._context.workspace, self._run.id)
            self._set_off(work, self.tr("Taking it back…"))

    def _set_off(self, work: Callable[[Patience], Course], doing: str) -> None:
        """Begin something that is done in steps of the writer's lane, other people's writes between them."""
        self._gauge, self._patience = Gauge(), Patience()
        self._begin_showing(doing)
        self._context.runner.run(
            partial(work, self._patience), self._wait, self._failed, lane=Lane.NETWORK, owner=self
        )

    def _wait(self, course: Course) -> None:
        self._course = course
        self._context.runner.run(
            course.wait, partial(self._step, course), self._broke, lane=Lane.NETWORK, owner=self
        )

    def _step(self, course: Course, _waited: None) -> None:
        self._context.runner.run(
            partial(course.step, self._gauge), self._stepped, self._broke, lane=Lane.WRITE, owner=self
        )

    def _stepped(self, touched: Touched) -> None:
        course = self._course
        if not isinstance(course, Course):
            return
        if touched.keys or touched.is_everything:
            self._context.bus.touched.emit(touched)
        if course.done or self._gauge.stop:
            self._ended(course)
        else:
            QTimer.singleShot(0, self, partial(self._wait, course))

    def _broke(self, error: Exception) -> None:
        course = self._course
        self._under_way(None)
        self._context.report(error)
        if isinstance(course, Course):
            self._settled(course.run)

    def _settled(self, run: Run) -> None:
        """Show a run that is under way no longer; the file that it came from is in hand no more."""
        if self._run is None:
            self._path = None
        self._show_run(run)
        self._list_runs()

    def _ended(self, course: Course) -> None:
        self._under_way(None)
        self._settled(course.run)
        words = {
            "done": self.tr("Imported: %1 new, %2 changed, %3 kept out"),
            "undone": self.tr("The import was taken back; %4 records that were changed since stay"),
        }
        said, counts = words.get(course.run.state, ""), course.run.counts
        is_told = (
            course.run.state == "done" and self.isVisible()
        )  # by the page; a notice would lie on its Undo
        if said and not is_told:
            changed = course.run.stayed - course.run.away
            numbers = (counts.create, counts.update, counts.reject, changed)
            told = formats.filled(said, *(formats.number(n) for n in numbers))
            if course.run.away:
                told += " · " + self.tr(
                    "%n record(s) handed over since stay with others", "", course.run.away
                )
            self._context.say(told, "warn" if course.run.away else "done")

    def _stop(self) -> None:
        self._gauge.stop = True
        self._patience.end()
        self.handing.stop()

    # -- earlier runs ------------------------------------------------------------------------------------

    def _list_runs(self) -> None:
        reader = self._context.reader
        self._list.show_all(imports.runs(reader), import_mappings.all_kept(reader))
        if self._stack.currentWidget() is self.start and (there := self.runs.ids()):
            self._chosen(there[0])

    def _chosen(self, entry: str) -> None:
        if self._course is not None:
            return  # what is under way stays in view
        if entry.startswith(KEPT):
            self._show_kept(entry.removeprefix(KEPT))
        else:
            self._show_run(imports.find(self._context.reader, entry))

    def _show_run(self, run: Run) -> None:
        self._run = run
        self.outcome.show_counts(run.name, run.counts, run.seconds)
        self._context.runner.run(
            partial(_kept_out, self._context.workspace, run, self._context.language), partial(self._list_kept_out, run),
            lane=Lane.READ, owner=self, key="kept out",
        )  # fmt: skip
        self.outcome.show_progress("", 0.0)
        self.afterwards.show_run(run)
        self._show_pane(self.outcome)
        offered = [self.report_button] if run.state != "undone" else []
        if self._path is not None:  # a file waits behind
            offered.append(self.back_button)
        if run.counts.reject or run.counts.duplicate:
            offered.append(self.errors_button)
        if run.state in ("running", "stopped", "undoing"):
            offered.append(self.resume_button)
        if run.state not in ("undone", "undoing"):
            offered.append(self.undo_button)
        if self.afterwards.may_sign():
            offered.append(self.afterwards.sign_button)
        self.handing.show_run(run)
        self._offer(*offered)

    def _list_kept_out(self, run: Run, lines: list[Line]) -> None:
        if self._run is not None and self._run.id == run.id:
            self.outcome.show_kept_out(lines, run)

    def _handing_over(self, is_under_way: bool) -> None:
        self._course = self._gauge = Gauge()
        if is_under_way:
            self._offer(self.stop_button)
        else:
            self._course = None
            if self._run is not None:
                self._show_run(imports.find(self._context.reader, self._run.id))

    def _noted(self, run: Run) -> None:
        if self._course is None and self._stack.currentWidget() is self.outcome:
            self._show_run(run)

    def _look_at_pairs(self) -> None:
        self.shell.go("duplicates", self.afterwards.run)

    # -- how sources are read ------------------------------------------------------------------------------

    def _show_kept(self, name: str) -> None:
        found = next((one for one in import_mappings.all_kept(self._context.reader) if one.id == name), None)
        if found is not None:
            self.kept.show_kept(
                found, self._last_read(found), self._context.registry, may_go_back=self._path is not None
            )
            self._show_pane(self.kept)

    def _last_read(self, kept: Kept) -> Run | None:
        return import_mappings.last_read(imports.runs(self._context.reader)).get(kept.id)

    def _forget(self, name: str) -> None:
        self._context.runner.run(
            partial(import_mappings.forget, self._context.workspace.replica, name), self._forgotten, self._context.report,
            lane=Lane.WRITE, owner=self,
        )  # fmt: skip

    def _forgotten(self, gone: Kept) -> None:
        self._back()
        self._list_runs()
        self._context.say(
            formats.filled(self.tr("%1 is guessed anew next time"), kept_title(gone, self._last_read(gone)))
        )

    # -- papers ------------------------------------------------------------------------------------------

    def _ask_errors(self) -> None:
        if self._run is not None:
            self._ask(self._run, self.tr("rows kept out"), import_papers.write_kept_out)

    def _ask_report(self) -> None:
        if self._run is not None:
            work = partial(_report, self._context.registry)
            self._ask(self._run, self.tr("reconciliation"), work)

    def _ask(self, run: Run, suffix: str, work: Callable[..., object]) -> None:
        name = f"{Path(run.name).stem} {suffix}.xlsx"
        chosen, _ = QFileDialog.getSaveFileName(self, self.tr("Save as a file…"), name, "Excel (*.xlsx)")
        if chosen:
            self.save(run, Path(chosen), work)

    def save(self, run: Run, file: Path, work: Callable[..., object]) -> None:
        """Write a paper about a run."""
        job = partial(_written, self._context.workspace, work, run, file, self._context.language)
        self._context.runner.run(
            job, partial(self._saved, file), self._context.report, lane=Lane.NETWORK, owner=self
        )

    def _ask_template(self) -> None:
        name = self.tr("import form") + ".xlsx"
        chosen, _ = QFileDialog.getSaveFileName(self, self.tr("Save as a file…"), name, "Excel (*.xlsx)")
        if chosen:
            job = partial(
                import_papers.write_template, self._context.registry, ("customer", "contact", "visit", "order"), Path(chosen),
                self._context.language, self._context.today(),
            )  # fmt: skip
            self._context.runner.run(
                job, partial(self._saved, Path(chosen)), self._context.report, owner=self
            )

    def _saved(self, file: Path, _done: object) -> None:
        self._context.say(formats.filled(self.tr("Saved to %1"), file.name))


# -- work, off the GUI thread: it touches no QObject ----------------------------------------------------------


def _look(workspace: Workspace, path: Path, *, anew: bool) -> tuple[list[Found], Plan, bool]:
    reader = workspace.another_reader()
    try:
        found, plan = importing.look(reader, path, workspace, anew=anew)
        return found, plan, not anew and import_mappings.kept_for(reader, plan) is not None
    finally:
        reader.close()


def _rehearse(
    workspace: Workspace, path: Path, plan: Plan, gauge: Gauge, patience: Patience, spoken: Language
) -> _Rehearsed:
    lines: list[Line] = []
    alike: list[Line] = []
    counts = Counts()
    new = 0

    def heard(judged: Sequence[Judged], share: float) -> None:
        nonlocal new
        importing.tally(counts, judged, plan)
        for one in judged:
            new += one.verdict == "create"
            if len(lines) < MOST_LINES and (one.verdict != "create" or one.notes or new <= _SHOWN_NEW):
                lines.append(line_of(one, plan, len(lines), spoken))
        gauge.show((share, msgspec.structs.replace(counts), 0.0))

    def told(found: Sequence[Alike]) -> None:
        some = found[:MOST_LINES]
        alike.extend(line_of_alike(one, plan, number, spoken) for number, one in enumerate(some))

    reader = workspace.another_reader()
    try:
        whole, seconds = importing.rehearse(
            workspace, reader, path, plan, patience=patience, heard=heard, alike=told
        )
    finally:
        reader.close()
    return _Rehearsed(whole, seconds, lines, alike)


def _kept_out(workspace: Workspace, run: Run, spoken: Language) -> list[Line]:
    reader = workspace.another_reader()
    try:
        return [line_of_kept_out(one, run.plan, spoken) for one in imports.first_kept_out(reader, run.id)]
    finally:
        reader.close()


def _report(registry: Registry, reader: Reader, run: Run, path: Path, spoken: Language) -> object:
    return import_papers.write_report(reader, registry, run, path, spoken)


def _written(
    workspace: Workspace, work: Callable[..., object], run: Run, file: Path, spoken: Language
) -> None:
    reader = workspace.another_reader()
    try:
        work(reader, run, file, spoken)
    finally:
        reader.close()
