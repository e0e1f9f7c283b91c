"""Asking for what only the server decides about colleagues: a share, a stand-in. What was entered stays until it is done."""

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QFormLayout, QLineEdit, QWidget

from crmdesk.core.dates import parse_date
from crmdesk.core.errors import CrmError
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.pages.person_picker import PersonPicker
from crmdesk.ui.widgets.fields import label
from crmdesk.ui.widgets.pills import PillGroup
from crmdesk.usecases import sharing

translate = QCoreApplication.translate
_DATE = "date"
_WIDTH = 540
_ROWS = 3


class ShareWish(NamedTuple):
    """With whom, whether they may write, until when (UTC milliseconds; None: without end)."""

    user: str
    can_write: bool
    until: int | None


class AwayWish(NamedTuple):
    """Who stands in, from when and until when (UTC milliseconds)."""

    deputy: str
    starts: int
    ends: int


class _Asking(PersonPicker):
    """A picker that stays open, with all that was entered, until the server has said yes.

    `person_changed(id)`: somebody else is marked; `preview` has room for what would come of it.
    """

    person_changed = Signal(str)

    def __init__(self, context: Context, sentence: str, action: str, parent: QWidget) -> None:
        super().__init__(context, sentence, action, parent)
        self._is_allowed = True
        self.setMinimumWidth(_WIDTH)
        self.list.setFixedHeight(self.list.height_of(_ROWS))  # what a small screen has room for
        self.more = QFormLayout()
        self.more.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        self.more.setContentsMargins(0, 6, 0, 0)
        self.more.setVerticalSpacing(8)
        self.column.insertLayout(self.column.count() - 1, self.more)
        self.problem = label("", "bad")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.column.insertWidget(self.column.count() - 1, self.problem)
        self.preview = label("", "second")
        self.preview.setWordWrap(True)
        self.preview.hide()
        self.column.insertWidget(self.column.count() - 2, self.preview)
        self.list.current.connect(self.person_changed)

    def allow(self, is_allowed: bool) -> None:
        """Whether anything would come of it, as the preview says."""
        self.preview.show()
        self._is_allowed = is_allowed
        self._enable()
        self.adjustSize()  # what is foretold has another number of lines for another person

    def _enable(self) -> None:
        self._choose.setEnabled(self._is_allowed and bool(self.list.current_id))

    def refuse(self, error: CrmError) -> None:
        """Say why it could not be done; everything entered stays."""
        said = str(error.sentence(self._context.language).happened)
        if error.code in ("order_needs_network", "order_unanswered"):
            said = str(error.sentence(self._context.language))
        elif error.code in ("offline", "server_busy", "not_crmdesk"):
            said = self.tr(
                "This needs the server, and it can't be reached. Try again once there is a network."
            )
        self._say(said)

    def _say(self, said: str) -> None:
        self.problem.setText(said)
        self.problem.setVisible(bool(said))
        self._enable()

    def _asked(self) -> None:
        self._say("")
        self._choose.setEnabled(False)

    def _date_line(self, name: str) -> QLineEdit:
        line = QLineEdit()
        line.setAccessibleName(name)
        line.setPlaceholderText(self.tr("+7, zs3, 11-30…"))
        return line


class ShareDialog(_Asking):
    """`asked(ShareWish)`: close it once that is done."""

    asked = Signal(object)

    def __init__(self, context: Context, name: str, parent: QWidget) -> None:
        sentence = translate("Sharing", "Who may see %1, with all visits, tasks and contacts?")
        super().__init__(context, formats.filled(sentence, name), translate("Sharing", "Share"), parent)
        self.right = PillGroup(
            self.tr("They may"), [("read", self.tr("read only")), ("write", self.tr("read and change"))]
        )
        self.right.select("read")
        self.span = PillGroup(
            self.tr("Until"),
            [
                ("today", self.tr("end of today")), ("week", self.tr("7 days")), ("month", self.tr("30 days")),
                (_DATE, self.tr("a date")), ("ever", self.tr("without end")),
            ],
        )  # fmt: skip
        self.span.select("week")
        self.date = self._date_line(self.tr("Last day"))
        self._understood = label("", "second")
        self.more.addRow(label(self.tr("They may"), "faint"), self.right)
        self.more.addRow(label(self.tr("Until"), "faint"), self.span)
        self.more.addRow(label("", "faint"), self.date)
        self.more.addRow(label("", "faint"), self._understood)
        self.span.chosen.connect(self._span_chosen)
        self.date.textChanged.connect(self._tell_day)
        self._span_chosen(self.span.key)

    def _span_chosen(self, key: str) -> None:
        self.more.setRowVisible(self.date, key == _DATE)
        self._tell_day()
        if key == _DATE:
            self.date.setFocus()

    def _until(self) -> int | None:
        """When it ends. Raises `invalid_value` for what is no date."""
        today = self._context.today()
        if self.span.key != _DATE:
            return sharing.until(self.span.key, today)  # type: ignore[arg-type]  # the pills' keys are spans
        day = parse_date(self.date.text(), today)
        if day is None:
            raise CrmError("invalid_value", field=self.tr("Last day"))
        return sharing.end_of(day)

    def _tell_day(self) -> None:
        try:
            ends = self._until()
        except CrmError:
            self._understood.setText("")
            return
        said = formats.weekday_date(sharing.last_day(ends)) if ends is not None else ""
        self._understood.setText(said)

    def _take(self, _row: str = "") -> None:
        if not (person := self.list.current_id) or not self._choose.isEnabled():
            return
        try:
            wish = ShareWish(person, self.right.key == "write", self._until())
        except CrmError as error:
            self.refuse(error)
            self.date.setFocus()
            return
        self._asked()
        self.asked.emit(wish)


class HandOverDialog(_Asking):
    """`asked(id)` of who takes over: close it once that is done."""

    asked = Signal(str)

    def __init__(self, context: Context, name: str, parent: QWidget) -> None:
        sentence = translate("Sharing", "Who takes over %1, with all visits, tasks and contacts?")
        super().__init__(context, formats.filled(sentence, name), translate("Sharing", "Hand over"), parent)

    def _take(self, _row: str = "") -> None:
        if (person := self.list.current_id) and self._choose.isEnabled():
            self._asked()
            self.asked.emit(person)


class AwayDialog(_Asking):
    """`asked(AwayWish)`: close it once that is done."""

    asked = Signal(object)

    def __init__(self, context: Context, parent: QWidget) -> None:
        sentence = translate(
            "Sharing", "Who sees and does meanwhile what you may? Everything they do carries their own name."
        )
        super().__init__(context, sentence, translate("Sharing", "Set the stand-in"), parent)
        self.starts, self.ends = self._date_line(self.tr("First day")), self._date_line(self.tr("Last day"))
        self.starts.setPlaceholderText(self.tr("at once"))
        self.more.addRow(label(self.tr("First day"), "faint"), self.starts)
        self.more.addRow(label(self.tr("Last day"), "faint"), self.ends)

    def _take(self, _row: str = "") -> None:
        if not (deputy := self.list.current_id):
            return
        today, now = self._context.today(), self._context.workspace.clock.now_ms()
        first = parse_date(self.starts.text(), today) if self.starts.text().strip() else today
        last = parse_date(self.ends.text(), today)
        for day, line in ((first, self.starts), (last, self.ends)):
            if day is None:
                self.refuse(CrmError("invalid_value", field=line.accessibleName()))
                line.setFocus()
                return
        assert first is not None, "checked above"
        assert last is not None, "checked above"
        wish = AwayWish(deputy, max(now, sharing.start_of(first)), sharing.end_of(last))
        if wish.starts >= wish.ends:
            self.refuse(CrmError("bad_period"))
            return
        self._asked()
        self.asked.emit(wish)
