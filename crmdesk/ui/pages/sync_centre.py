"""The sync centre: what is unsent, what came, what went wrong and why, and how to connect to a company."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from crmdesk.core.errors import CrmError, Sentence, describe, sentences
from crmdesk.core.format import format_value
from crmdesk.core.record import RecordKey
from crmdesk.core.values import Value
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.notices import Notice
from crmdesk.ui.page import Page, Shell
from crmdesk.ui.pages.aside_card import AsideCard
from crmdesk.ui.pages.connect_form import ConnectForm, device_name, join_company
from crmdesk.ui.pages.mend_dialog import MendDialog
from crmdesk.ui.pages.sign_in_again import SignInAgain
from crmdesk.ui.pages.sync_reading import Centre, read_centre
from crmdesk.ui.pages.sync_safety import PauseCard
from crmdesk.ui.pages.witness_card import WitnessCard, witnessed
from crmdesk.ui.runner import Lane
from crmdesk.ui.syncing import Syncing, age
from crmdesk.ui.widgets import buttons, plain
from crmdesk.ui.widgets.entry_list import Entry, EntryList
from crmdesk.ui.widgets.fields import Card, FieldGrid, label, set_tone
from crmdesk.ui.widgets.headline import Headline
from crmdesk.ui.widgets.marks import Progress
from crmdesk.usecases import refusals, set_aside
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.refusals import Dropped, Refusal
from crmdesk.usecases.status import Share, Status, Unsent

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica
    from crmdesk.sync.enrolment import Joined
    from crmdesk.sync.http import Account

_PENDING_MS, _ROWS_SHOWN = 5000, 6
translate = QCoreApplication.translate


def _bring_back(name: str, replica: "Replica") -> Outcome[str]:
    return set_aside.bring_back(replica, name)


class SyncCentre(Page):
    """One page that answers: is my work safe, is my data fresh, what must I do?"""

    def __init__(self, shell: Shell, context: Context, syncing: Syncing) -> None:
        super().__init__(shell)
        self.title = self.tr("Sync")
        self._context, self._syncing = context, syncing
        self._centre: Centre | None = None
        self._is_welcomed = self._is_comparing = False
        self._now = buttons.primary(self.tr("Sync now"), "refresh-cw", syncing.sync_now)
        plain.set_tip(self._now, "F9")
        self._ask_again = QTimer(self, interval=_PENDING_MS)
        self._ask_again.timeout.connect(self._retry_pending)
        self._build()
        syncing.changed.connect(self._sync_changed)
        context.bus.touched.connect(self._reload_if_seen)

    # -- building -----------------------------------------------------------------------------------

    def _build(self) -> None:
        self.setObjectName("canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inside = QWidget()
        inside.setObjectName("page")
        row = QHBoxLayout(inside)
        row.setContentsMargins(18, 14, 18, 14)
        row.setSpacing(12)
        left, right = QVBoxLayout(), QVBoxLayout()
        for column in (left, right):
            column.setSpacing(12)
        self.pause = PauseCard()
        self.pause.kept.connect(self._syncing.keep_deleted)
        self.pause.let_go.connect(self._syncing.accept_deletions)
        self.aside = AsideCard(self._context, self.shell)
        self.witness = WitnessCard()
        for card in (
            self._state_card(),
            self.witness,
            self.pause,
            self._refused_card(),
            self._unsent_card(),
            self.aside,
        ):
            left.addWidget(card)
        for card in (self._connect_card(), self._company_card(), self._buckets_card()):
            right.addWidget(card)
        left.addStretch(1)
        right.addStretch(1)
        row.addLayout(left, 3)
        row.addLayout(right, 2)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area)

    def _state_card(self) -> Card:
        card = Card()
        card.setAccessibleName(self.tr("State"))
        self.headline = Headline()
        self.progress = Progress()
        self.cancel = buttons.secondary(self.tr("Stop"), "x", self._syncing.cancel)
        self._going = QWidget()
        row = QHBoxLayout(self._going)
        row.setContentsMargins(52, 4, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.progress, 1)
        row.addWidget(self.cancel)
        self.problem = label("", "second")
        self.problem.setWordWrap(True)
        self.problem.setContentsMargins(52, 0, 0, 0)
        self.problem.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.sign_in = SignInAgain(self._context, self._signed_in)
        for widget in (self.headline, self._going, self.problem, self.sign_in):
            card.body.addWidget(widget)
        return card

    def _unsent_card(self) -> Card:
        self._unsent = Card(self.tr("Waiting to be sent"))
        self._unsent.body.setContentsMargins(0, 14, 0, 8)
        self._unsent.head.setContentsMargins(16, 0, 16, 0)
        self.unsent = EntryList(self.tr("Waiting to be sent"))
        self._unsent.body.addWidget(self.unsent)
        return self._unsent

    def _refused_card(self) -> Card:
        self._refused = Card(self.tr("Refused by the server"))
        self._refused.body.setContentsMargins(0, 14, 0, 10)
        self._refused.head.setContentsMargins(16, 0, 16, 0)
        self.refused = EntryList(self.tr("Refused by the server"))
        self.refused.current.connect(self._show_reason)
        self._reason = label("", "second")
        self._reason.setWordWrap(True)
        self._reason.setContentsMargins(16, 4, 16, 4)
        self._written = FieldGrid(1)
        self._written.setContentsMargins(16, 0, 16, 4)
        row = QHBoxLayout()
        row.setContentsMargins(16, 0, 16, 0)
        self.retry = buttons.secondary(self.tr("Send again"), "refresh-cw", self._retry)
        self.export = buttons.secondary(self.tr("Save as a file…"), "download", self._export)
        self.mend = buttons.secondary(self.tr("Change it…"), "pencil", self._mend)
        self.discard = buttons.quiet(self.tr("Discard"), "trash-2", self._discard)
        for button in (self.retry, self.mend, self.export, self.discard):
            row.addWidget(button)
        row.addStretch(1)
        self._refused.body.addWidget(self.refused)
        self._refused.body.addWidget(self._reason)
        self._refused.body.addWidget(self._written)
        self._refused.body.addLayout(row)
        return self._refused

    def _connect_card(self) -> Card:
        self._connect = Card(self.tr("Connect to a company"))
        why = label(
            self.tr(
                "Your administrator gives you an invitation: open the file, drop it here or paste its text. An address and a code do as well. Everything on this laptop comes along."
            ),
            "second",
        )
        why.setWordWrap(True)
        self._connect.body.addWidget(why)
        self.form = ConnectForm()
        self.form.submitted.connect(self._submit)
        self._connect.body.addWidget(self.form)
        return self._connect

    def _company_card(self) -> Card:
        self._company = Card(self.tr("This laptop"))
        self._facts = FieldGrid(1)
        self._company.body.addWidget(self._facts)
        return self._company

    def _buckets_card(self) -> Card:
        self._buckets = Card(self.tr("What is kept here"))
        self._buckets.body.setContentsMargins(0, 14, 0, 8)
        self._buckets.head.setContentsMargins(16, 0, 16, 0)
        self.shares = EntryList(self.tr("What is kept here"))
        self._buckets.body.addWidget(self.shares)
        self.compare = buttons.quiet(self.tr("Compare with the server"), "list-checks", self._compare)
        tip = self.tr(
            "Hold everything here against the server, record by record. Unsent work stays as it is."
        )
        plain.set_tip(self.compare, tip)
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 16, 0)
        row.addWidget(self.compare)
        row.addStretch(1)
        self._buckets.body.addLayout(row)
        return self._buckets

    # -- what the window asks -----------------------------------------------------------------------

    def actions_in_bar(self) -> tuple[QWidget, ...]:
        return (self._now,)

    def entered(self) -> None:
        self._reload()
        self._show_sync()
        is_alone = self._context.workspace.server() is None
        (self.form.address if is_alone else self._now).setFocus()

    def undo(self) -> None:
        self._context.undo_last()

    # -- loading ------------------------------------------------------------------------------------

    def _reload_if_seen(self) -> None:
        if self.isVisible():
            self._reload()

    def _reload(self) -> None:
        self._context.read(partial(read_centre, self._context.registry), self._show, key="centre")

    def _show(self, centre: Centre) -> None:
        self._centre = centre
        waiting = centre.unsent if centre.status.company else []  # alone, nothing waits for anybody
        self._show_rows(self.unsent, self._unsent, [self._unsent_entry(item) for item in waiting])
        self._show_rows(self.refused, self._refused, [self._refusal_entry(item) for item in centre.refused])
        self.aside.show_aside(centre.aside)
        self._show_rows(self.shares, self._buckets, [self._share_entry(share) for share in centre.shares])
        self._show_reason(self.refused.current_id)
        self._facts.set_fields(self._about(centre))
        is_pending = centre.device is not None and centre.device.state == "pending"
        may_join = centre.status.company is None and not self._context.workspace.profile.is_sample
        self._connect.setVisible(may_join or is_pending)
        if is_pending and centre.device is not None:
            self.form.show_pending(centre.device.words)
            self._ask_again.start()
        else:
            self._ask_again.stop()
        self._now.setEnabled(centre.status.company is not None)
        self.witness.show_testimony(centre.testimony, self._context.today())
        self.pause.show_pause(centre.status.pause, is_running=self._syncing.is_running)
        self._welcome(centre)
        self._show_sync()

    def _welcome(self, centre: Centre) -> None:
        """In a first sync, say once when the person's own customers are here and work can begin."""
        book = centre.identity.book
        mine = any(share.bucket == book and share.is_complete for share in centre.shares)
        if self._is_welcomed or centre.status.synced_at_ms is not None or not mine:
            return
        self._is_welcomed = True
        self.shell.post(
            Notice(
                self.tr("Your customers are here; the rest is still coming."),
                action_label=self.tr("Begin the day"),
                action=self._go_today,
                seconds=15,
            )
        )

    def _go_today(self) -> None:
        self.shell.go("today")

    def _show_rows(self, rows: EntryList, card: QFrame, entries: list[Entry]) -> None:
        rows.set_entries(entries)
        rows.setFixedHeight(rows.height_of(min(len(entries), _ROWS_SHOWN)))
        card.setVisible(bool(entries))

    def _unsent_entry(self, item: Unsent) -> Entry:
        edits = self.tr("%n change(s)", "", item.edits)
        kind = self._kind(item.entity)
        title = item.title.split("\n")[0] or item.customer_name or kind
        under = item.customer_name if item.customer_name != item.title else ""
        detail = " · ".join(part for part in (kind, under) if part)
        return Entry(f"{item.entity}:{item.record}", title, detail, edits, avatar=item.customer_name or title)

    def _refusal_entry(self, item: Refusal) -> Entry:
        title = item.title.split("\n")[0] or self._kind(item.entity)
        mark = self.tr("%n change(s)", "", len(item.counters))
        reason = self._sentence(item).happened
        return Entry(item.record, title, reason, mark, "bad", icon="circle-alert", hue="red")

    def _share_entry(self, share: Share) -> Entry:
        state = self.tr("up to date") if share.is_complete else self.tr("still coming")
        tone = "ok" if share.is_complete else "warn"
        icon, name = self._named(share)
        records = self.tr("%n record(s)", "", share.records)
        return Entry(share.bucket, name, records, state, tone, icon=icon, hue="blue")

    def _named(self, share: Share) -> tuple[str, str]:
        identity, names = self._context.workspace.identity(), self._context.directory
        if share.bucket == identity.book:
            return "users", self.tr("My customers")
        if share.bucket == identity.config:
            return "settings", self.tr("People, teams, tags")
        if share.kind == "pool":
            return "users-round", self.tr("The pool")
        if share.kind == "set" and share.owner == identity.user:
            return "users-round", self.tr("My customers that I share")
        owner = names.person_name(share.owner) if share.owner else ""
        if not owner:
            return "users-round", self.tr("Other records")
        said = self.tr("Shared customers of %1") if share.kind == "set" else self.tr("Customers of %1")
        return "users-round", formats.filled(said, owner)

    def _kind(self, entity: str) -> str:
        declared = self._context.registry.entities.get(entity)
        return declared.label.text(self._context.language) if declared else entity

    def _sentence(self, item: Refusal) -> Sentence:
        about = item.about or item.entity
        declared = self._context.registry.find(item.entity, about)
        name = declared.label.text(self._context.language) if declared else self._kind(about)
        return describe(item.code, self._context.language, {"field": name, "entity": self._kind(item.entity)})

    def _about(self, centre: Centre) -> list[tuple[str, str]]:
        found = [
            (self.tr("Company"), centre.status.company or self.tr("none, working alone")),
            (self.tr("Server"), centre.status.url or ""),
            (self.tr("Person"), centre.identity.user_name),
            (self.tr("Device"), device_name()),
            (self.tr("Records here"), formats.number(centre.status.records)),
            (self.tr("Audit"), witnessed(centre.testimony, self._context.today())),
            *self._files(centre),
        ]
        return [(name, value) for name, value in found if value]

    def _files(self, centre: Centre) -> list[tuple[str, str]]:
        """What there is to say of attachments, if there are any."""
        held = centre.holdings
        found = [(self.tr("Files here"), f"{formats.number(held.count)} · {formats.size(held.size)}")]
        if held.to_send and centre.status.company:
            found.append((self.tr("Files to send"), formats.number(held.to_send)))
        report = self._syncing.report
        if report is not None and report.contents.to_fetch:
            found.append((self.tr("Files to fetch"), formats.number(report.contents.to_fetch)))
        if report is not None and (problem := report.contents.problem) is not None:
            found.append((self.tr("Files"), problem.sentence(self._context.language).happened))
        return found if held.count or len(found) > 1 else []

    # -- the state of sync --------------------------------------------------------------------------

    def _compare(self) -> None:
        self._is_comparing = True
        self._syncing.compare_now()

    def _tell_comparison(self) -> None:
        """What a comparison found, once it is over."""
        report = self._syncing.report
        if not self._is_comparing or self._syncing.is_running:
            return
        self._is_comparing = False
        if report is None or report.problem is not None or not report.is_complete:
            return
        differed = report.received + report.left + report.recovered
        if differed:
            self._context.say(
                self.tr("Compared with the server: %n record(s) differed and are equal again.", "", differed)
            )
        else:
            self._context.say(self.tr("Compared with the server: nothing differs."))

    def _sync_changed(self) -> None:
        self._tell_comparison()
        if self.isVisible():
            self._show_sync()
            if not self._syncing.is_running:
                self._reload()

    def _show_sync(self) -> None:
        running = self._syncing.is_running
        self._going.setVisible(running)
        self.compare.setEnabled(not running)
        self._now.setText(self.tr("Syncing…") if running else self.tr("Sync now"))
        if running:
            self._show_progress()
        problem = self._syncing.problem
        is_asked = problem is not None and problem.code == "mass_deletion"  # says so below, with its answers
        self.problem.setVisible(problem is not None and not running and not is_asked)
        if problem is not None:
            sentence = problem.sentence(self._context.language)
            self.problem.setText(f"{sentence} ({problem.code})")
        self.sign_in.setVisible(problem is not None and problem.code == "sign_in_needed" and not running)
        if self._centre is not None:
            self.headline.show_state(*self._headline(self._centre.status))

    def _show_progress(self) -> None:
        step = self._syncing.progress
        if step is None:
            self.progress.show_step(self.tr("Connecting…"), 0, 0)
            return
        words = {
            "push": self.tr("%n change(s) sent", "", step.done),
            "pull": self.tr("%n record(s) received", "", step.done),
            "clean": self.tr("Removing what left this laptop"),
            "index": self.tr("%n record(s) made searchable", "", step.done),
            "upload": self.tr("Sending files: %n done", "", step.done),
            "download": self.tr("Receiving files: %n done", "", step.done),
            "compare": self.tr("Comparing with the server"),
        }[step.phase]
        share = 0 if step.share is None else round(step.share * 1000)
        self.progress.show_step(words, share, 0 if step.share is None else 1000)

    def _headline(self, found: Status) -> tuple[str, str, str, str]:
        """Icon, hue, headline and what stands below it."""
        if found.company is None:
            return (
                "database", "blue", self.tr("Working alone"), self.tr("Everything is on this laptop, encrypted."),
            )  # fmt: skip
        if found.closed is not None:
            sentence = found.closed.sentence(self._context.language)
            waiting = self.tr("%n change(s) unsent, safe on this laptop.", "", found.unsent)
            below = sentences(waiting if found.unsent else sentence.safe, sentence.next)
            return "circle-alert", "amber", sentence.happened.rstrip("。."), below
        fresh = self._freshness(found)
        unsent = (
            self.tr("%n change(s) unsent, safe on this laptop.", "", found.unsent) if found.unsent else ""
        )
        if found.pause is not None:
            return "cloud-off", "amber", self.tr("Sync is paused"), sentences(unsent, fresh)
        if found.is_read_only:
            return "cloud-off", "amber", self.tr("Sync has stopped"), sentences(unsent, fresh)
        if found.refused:
            return "circle-alert", "red", self.tr("%n change(s) need you", "", found.refused), fresh
        if self._syncing.problem is not None and not self._syncing.is_running:
            is_offline = not self._syncing.is_online
            title = self.tr("Offline") if is_offline else self.tr("Sync has stopped")
            return "cloud-off", "slate" if is_offline else "amber", title, sentences(unsent, fresh)
        if found.unsent:
            return "cloud", "amber", self.tr("%n change(s) unsent", "", found.unsent), fresh
        return "cloud-check", "green", self.tr("Everything is synced"), fresh

    def _freshness(self, found: Status) -> str:
        if found.synced_at_ms is None:
            return self.tr("Not synced yet.")
        gone: timedelta = age(self._context.workspace.clock.now_ms(), found.synced_at_ms)
        text = self.tr("Last synced %1.").replace("%1", formats.age(gone))
        report = self._syncing.report
        if report is not None and report.problem is None and (report.pushed or report.received):
            counts = self.tr("Sent %1, received %2.").replace("%1", formats.number(report.pushed))
            return f"{text} {counts.replace('%2', formats.number(report.received))}"
        return text

    # -- acting -------------------------------------------------------------------------------------

    def _show_reason(self, record: str) -> None:
        item = self._refusal(record)
        self._reason.setText(f"{self._sentence(item)} ({item.code})" if item else "")
        set_tone(self._reason, "second")
        said = refusals.said(refusals.written(self._context.reader, item)) if item else {}
        self._written.set_fields(
            [self._in_words(item.entity, *pair) for pair in said.items()] if item else []
        )
        self.mend.setEnabled(any(isinstance(value, str) for value in said.values()))

    def _refusal(self, record: str) -> Refusal | None:
        return next((r for r in self._centre.refused if r.record == record), None) if self._centre else None

    def _in_words(self, entity: str, name: str, value: Value) -> tuple[str, str]:
        declared = self._context.registry.find(entity, name)
        text = format_value(declared, value, self._context.language, self._context.name_of)
        return declared.label.text(self._context.language) if declared else name, text

    def _discard(self) -> None:
        """Take it out again; the notice offers it back, and later the card of what was set aside."""
        if (item := self._refusal(self.refused.current_id)) is not None:
            key = RecordKey(item.entity, item.record)
            self._context.write(partial(refusals.discard, key=key), self._discarded)

    def _discarded(self, outcome: Outcome[Dropped]) -> None:
        again = partial(self._context.write, partial(_bring_back, outcome.value.name))
        notice = Notice(
            self.tr(
                "Discarded. The record is as the server has it; what you wrote is kept below for 30 days."
            ),
            action_label=self.tr("Undo"),
            action=again,
            undo=True,
        )
        self.shell.post(notice)
        self._reload()

    def _mend(self) -> None:
        """Change what was refused, and send it in its place."""
        item = self._refusal(self.refused.current_id)
        if item is None:
            return
        said = refusals.said(refusals.written(self._context.reader, item))
        texts = {
            name: (self._in_words(item.entity, name, value)[0], value)
            for name, value in said.items()
            if isinstance(value, str)
        }
        dialog = MendDialog(f"{self._sentence(item)}", texts, self)
        dialog.mended.connect(partial(self._resend, RecordKey(item.entity, item.record), said))
        dialog.open()

    def _resend(self, key: RecordKey, said: dict[str, Value], mended: dict[str, str]) -> None:
        values = {name: value for name, value in {**said, **mended}.items() if value != ""}
        work = partial(refusals.resend, key=key, values=values)
        self._context.write(work, self._resent, said=self.tr("Changed; it travels with the next sync."))

    def _resent(self, _outcome: Outcome[None]) -> None:
        self._reload()
        self._syncing.sync_now()

    def _retry(self) -> None:
        self._context.write(partial(refusals.retry, record=self.refused.current_id or None), self._retried)

    def _retried(self, outcome: Outcome[int]) -> None:
        self._context.say(self.tr("%n change(s) will be sent again", "", outcome.value))
        self._reload()
        self._syncing.sync_now()

    def _export(self) -> None:
        if not self._context.may_save():
            return
        chosen, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save refused changes"), str(Path.home() / "crmdesk-refused.json"), "JSON (*.json)"
        )
        if chosen:
            self.export_to(Path(chosen))

    def export_to(self, path: Path) -> None:
        """Write the refused changes to a file."""
        try:
            count = refusals.export(
                self._context.reader, self._context.registry, path, self._context.language
            )
        except CrmError as error:
            self._context.tell(error)
            return
        self._context.say(self.tr("%n change(s) saved to %1", "", count).replace("%1", str(path)))

    def _submit(self, address: str, proof: "str | Account") -> None:
        self.form.show_busy()
        joining = partial(join_company, address, proof, self._context.workspace, self.form.invitation)
        self._context.runner.run(joining, self._joined, self._not_joined, lane=Lane.NETWORK)

    def _joined(self, joined: "Joined") -> None:
        self._syncing.say_connected()
        self._reload()
        if not joined.is_pending:
            self._context.say(
                formats.filled(self.tr("Connected to %1. Everything here is on its way."), joined.company)
            )
        self._syncing.sync_now()

    def _signed_in(self) -> None:
        self._reload()
        self._syncing.sync_now()

    def _not_joined(self, error: Exception) -> None:
        if isinstance(error, CrmError):
            self.form.show_error(error)
        else:
            self._context.report(error)

    def _retry_pending(self) -> None:
        if not self._syncing.is_running:
            self._syncing.sync_now()
