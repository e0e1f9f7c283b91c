"""The gate before going live: each thing that must be met, green or red, signing off, and the button that stays dead."""

from functools import partial
from typing import Final

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout

from crmdesk.core.entities import SIGN_OFFS
from crmdesk.core.go_live import Confirmed, Evidence, checks, is_open
from crmdesk.core.permissions import Standings
from crmdesk.core.quality import Report
from crmdesk.core.record import RecordKey
from crmdesk.ui import formats, permits
from crmdesk.ui.pages.quality_part import QualityDesk, QualityPart
from crmdesk.ui.runner import Lane
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.entry_list import Entry, EntryList, Heading
from crmdesk.ui.widgets.fields import label, set_tone
from crmdesk.usecases import quality, records, sign_offs
from crmdesk.usecases.outcome import Outcome

_SIGNED: Final = "signed:"
_ICONS: Final = {"sampling": "target", "rehearsal": "list-checks", "rollback": "undo-2", "go_live": "flag"}


class GatePart(QualityPart):
    """What must be met at the left, who signed what at the right, the way through at the foot."""

    def __init__(self, desk: QualityDesk) -> None:
        super().__init__(desk)
        self._permissions: Confirmed | None = None
        self._known = Evidence()
        self.list = EntryList(self.tr("What must be met"))
        self.list.opened.connect(self._open)
        self.signed = EntryList(self.tr("Signed off"))
        self.subject = QLineEdit()
        self.subject.setPlaceholderText(self.tr("A drill of going back, in your words"))
        self.subject.setAccessibleName(self.subject.placeholderText())
        self.subject.returnPressed.connect(self.sign)
        self.subject.textChanged.connect(self._typed)
        self.hint = label(
            self.tr("A rehearsal is signed at its import, where its reconciliation is read; an import taken back whole is a drill by itself."),
            "faint",
        )  # fmt: skip
        self.hint.setWordWrap(True)
        self.imports_button = buttons.quiet(self.tr("Imports"), "upload", partial(desk.go, "import"))
        self.sign_button = buttons.secondary(self.tr("Sign off"), "pencil", self.sign)
        self.remove = buttons.quiet(self.tr("Withdraw"), "trash-2", self.withdraw)
        self.why = label("", "warn")
        self.why.setWordWrap(True)
        self.approve_button = buttons.primary(self.tr("Approve going live"), "flag", self.approve)
        self._build()

    def _build(self) -> None:
        aside = QFrame()
        aside.setObjectName("aside")
        aside.setMinimumWidth(380)
        right = QVBoxLayout(aside)
        right.setContentsMargins(1, 10, 0, 0)
        right.setSpacing(8)
        tools = QVBoxLayout()
        tools.setContentsMargins(16, 0, 12, 0)
        tools.setSpacing(8)
        way_there = QHBoxLayout()
        way_there.addWidget(self.hint, 1)
        way_there.addWidget(self.imports_button)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.subject, 1)
        line.addWidget(self.sign_button)
        tools.addLayout(way_there)
        tools.addLayout(line)
        right.addLayout(tools)
        right.addWidget(self.signed, 1)
        last = QHBoxLayout()
        last.setContentsMargins(12, 0, 12, 6)
        last.addWidget(self.remove)
        last.addStretch(1)
        right.addLayout(last)
        self.signed.current.connect(self._chosen)
        both = QHBoxLayout()
        both.setSpacing(0)
        both.addWidget(self.list, 6)
        both.addWidget(aside, 4)
        foot = QFrame()
        foot.setObjectName("footer")
        way = QHBoxLayout(foot)
        way.setContentsMargins(18, 10, 18, 10)
        way.setSpacing(12)
        way.addWidget(self.why, 1)
        way.addWidget(self.approve_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(both, 1)
        column.addWidget(foot)

    # -- showing ------------------------------------------------------------------------------------------

    def entered(self) -> None:
        self._show()
        if not self.subject.hasFocus():
            self.list.setFocus()
        is_administrator = self.context.directory.me.role == "administrator"
        if self.context.workspace.server() is not None and is_administrator:
            self.context.runner.run(
                partial(permits.fetch_states, self.context.workspace),
                self._told, self._untold, lane=Lane.NETWORK, owner=self, key="permissions",
            )  # fmt: skip

    def measured(self, report: Report) -> None:
        self._show()

    def _told(self, found: Standings) -> None:
        self._permissions = Confirmed(found.confirmed, len(found.people))
        self._show()

    def _untold(self, _error: Exception) -> None:
        """Without a network nobody knows; the check says so."""

    def _show(self) -> None:
        reader, spoken = self.context.reader, self.context.language
        kept = quality.doubts(reader, self.context.today())
        self._known = sign_offs.evidence(
            reader, self.desk.report, doubted=kept.share if kept else None, permissions=self._permissions
        )
        found = checks(self._known)
        met, open_ = self.tr("met"), self.tr("not met")
        self.list.set_entries(
            [
                Entry(
                    one.key, one.label.text(spoken), one.stands.text(spoken), met if one.is_met else open_,
                    "ok" if one.is_met else "bad", icon="circle-check" if one.is_met else "circle-x",
                    hue="green" if one.is_met else "red",
                )
                for one in found
            ]
        )  # fmt: skip
        self._show_signed()
        self._show_way([one.label.text(spoken) for one in found if not one.is_met])

    def _show_way(self, missing: list[str]) -> None:
        joint = "、" if self.context.language == "zh_CN" else ", "
        is_approved = bool(sign_offs.listed(self.context.reader, "go_live"))
        if missing:
            self.why.setText(formats.filled(self.tr("Not yet: %1"), joint.join(missing)))
            set_tone(self.why, "bad")
        elif is_approved:
            self.why.setText(self.tr("Going live was approved."))
            set_tone(self.why, "ok")
        elif not self.may_sign:
            self.why.setText(self.tr("All is met. A manager, director or administrator approves it."))
            set_tone(self.why, "second")
        else:
            self.why.setText(self.tr("All is met."))
            set_tone(self.why, "ok")
        self.approve_button.setEnabled(not missing and not is_approved and self.may_sign)
        self.subject.setEnabled(self.may_sign)
        self._typed()

    def _show_signed(self) -> None:
        today, spoken = self.context.today(), self.context.language
        labels = {one.key: one.label.text(spoken) for one in SIGN_OFFS}
        entries: list[Heading | Entry] = []
        for one in sign_offs.listed(self.context.reader):
            who = self.context.directory.person_name(one.by)
            detail = f"{who} · {formats.instant(one.at_ms, today)}"
            mark, tone = "", ""
            if one.kind == "sampling":
                came = one.sampled
                mark = f"{came.share.percent:.1f} %"
            elif one.kind == "go_live" and one.among:
                mark = self.tr("%n customer(s)", "", one.among)
            elif one.kind == "rehearsal" and one.wrong:
                mark, tone = self.tr("%n difference(s)", "", one.wrong), "bad"
            title = labels.get(one.kind, one.kind)
            if one.kind in ("rehearsal", "rollback"):
                title = f"{title} · {one.subject}"
            entries.append(
                Entry(
                    _SIGNED + one.id,
                    title,
                    detail,
                    mark,
                    tone,
                    icon=_ICONS.get(one.kind, "check"),
                    hue="violet",
                )
            )
        self.signed.set_entries(entries)
        self._chosen(self.signed.current_id)

    # -- acting -------------------------------------------------------------------------------------------

    def sign(self) -> None:
        """Sign off a drill that was done elsewhere."""
        subject = self.subject.text().strip()
        if not subject or not self.may_sign:
            return
        self.sign_button.setEnabled(False)
        self.context.write(
            partial(sign_offs.sign_rollback, run=subject), self._done, self._failed,
            said=formats.filled(self.tr("Signed off: %1"), subject),
        )  # fmt: skip

    def withdraw(self) -> None:
        """Take a sign-off back."""
        record = self.signed.current_id.removeprefix(_SIGNED)
        if record and self.may_sign:
            self.context.write(
                partial(records.delete, key=RecordKey(sign_offs.ENTITY, record)), said=self.tr("Withdrawn")
            )

    def approve(self) -> None:
        """Say that the company goes live."""
        if is_open(checks(self._known)):
            self.context.write(
                partial(sign_offs.approve, known=self._known), said=self.tr("Going live is approved")
            )

    def _done(self, _outcome: Outcome[str]) -> None:
        self.subject.clear()

    def _failed(self, error: Exception) -> None:
        self._typed()
        self.context.report(error)

    def _typed(self, _text: str = "") -> None:
        self.sign_button.setEnabled(bool(self.subject.text().strip()) and self.may_sign)

    def _chosen(self, key: str) -> None:
        self.remove.setVisible(bool(key) and self.may_sign)

    def _open(self, key: str) -> None:
        tab = {"accuracy": "sample", "completeness": "rates", "uniqueness": "rates"}.get(key)
        if key == "permissions":
            self.desk.go("permissions")
        elif key in ("rehearsals", "rollbacks"):
            self.desk.go("import")
        elif tab is not None:
            self.desk.go("quality", tab)
