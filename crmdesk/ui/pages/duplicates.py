"""Customers that may be one company: pairs by certainty, decided by one key each and undone by one key."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.core.errors import CrmError
from crmdesk.core.form import Shown
from crmdesk.core.format import format_value
from crmdesk.core.matching import Band
from crmdesk.store.imports import Run
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.page import Page, Shell
from crmdesk.ui.pages.certain_merges import CertainMerges
from crmdesk.ui.pages.duplicate_pair import PairView, SideText
from crmdesk.ui.runner import Lane
from crmdesk.ui.widgets import buttons, plain
from crmdesk.ui.widgets.buttons import KeyHint
from crmdesk.ui.widgets.entry_list import Entry, EntryList, Heading
from crmdesk.ui.widgets.fields import heading, label
from crmdesk.ui.widgets.marks import EmptyState
from crmdesk.usecases import customers, duplicates, import_alike, merging, merging_across, sharing
from crmdesk.usecases.duplicates import Pair, Side
from crmdesk.usecases.merging_across import Wish
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.store.replica import Touched
    from crmdesk.sync.merging_across import State

_MOST = 500


class Duplicates(Page):
    """The pairs at the left, the two customers at the right. M merges, K keeps apart, Z takes the last decision back."""

    def __init__(self, shell: Shell, context: Context) -> None:
        super().__init__(shell)
        self.title = self.tr("Duplicates")
        self._context = context
        self._pairs: dict[str, Pair] = {}
        self._shown: tuple[Shown, Shown] | None = None
        self._decided: list[tuple[str, Pair]] = []
        self._beyond = 0
        """Pairs that were found besides those on the list: they follow once those are decided."""
        self._is_stale, self._is_busy = True, False
        self._held = ""
        self._is_across = False
        self._only: Run | None = None
        self.list = EntryList(self.tr("Pairs that may be one company"))
        self.list.current.connect(self._show_current)
        self.list.opened.connect(self._ask_merge)
        self.pair = PairView()
        self.pair.turned.connect(self._say_what_happens)
        self.empty = EmptyState("circle-check", "")
        self._every = buttons.quiet("", "x", self.show_every)
        plain.set_tip(self._every, self.tr("Only the pairs of this import; press for all"))
        self._every.hide()
        self.certain = CertainMerges(context, self)
        self.certain.done.connect(self.reload)
        self._together = buttons.quiet(self.tr("Merge the certain ones"), "list-checks", self.certain.ask)
        self._build()

    def _build(self) -> None:
        frame = QFrame()
        frame.setObjectName("listpane")
        frame.setFixedWidth(330)
        left = QVBoxLayout(frame)
        left.setContentsMargins(0, 0, 0, 0)
        left.addWidget(self.list)
        aside = QFrame()
        aside.setObjectName("aside")
        right = QVBoxLayout(aside)
        right.setContentsMargins(1, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self._head())
        right.addWidget(self.pair, 1)
        right.addWidget(self._foot())
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(frame)
        row.addWidget(aside, 1)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(both)
        self._stack.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)

    def _head(self) -> QWidget:
        head = QWidget()
        column = QVBoxLayout(head)
        column.setContentsMargins(20, 16, 20, 10)
        column.setSpacing(6)
        self._certainty = heading()
        self._why = label("", "second")
        self._why.setWordWrap(True)
        self._what = label("", "second")
        self._what.setWordWrap(True)
        for widget in (self._certainty, self._why, self._what):
            column.addWidget(widget)
        return head

    def _foot(self) -> QFrame:
        foot = QFrame()
        foot.setObjectName("footer")
        row = QHBoxLayout(foot)
        row.setContentsMargins(20, 10, 16, 10)
        row.setSpacing(8)
        self._undo = buttons.quiet(self.tr("Undo"), "undo-2", self.undo)
        row.addWidget(self._undo)
        row.addWidget(KeyHint("Z"))
        row.addStretch(1)
        row.addWidget(buttons.quiet(self.tr("Open"), "external-link", self._open_winner))
        self._apart = buttons.secondary(self.tr("Keep apart"), "split", self.keep_apart)
        row.addWidget(self._apart)
        row.addWidget(KeyHint("K"))
        self._merge = buttons.primary(self.tr("Merge"), "merge", self.merge)
        row.addWidget(self._merge)
        row.addWidget(KeyHint("M"))
        return foot

    def actions_in_bar(self) -> Sequence[QWidget]:
        return (self._every, self._together)

    # -- what the window asks -----------------------------------------------------------------------

    def entered(self) -> None:
        if self._is_stale:
            self.reload()
        self.list.setFocus()

    def show_subject(self, subject: object) -> None:
        """Only the pairs of an import, where one is given."""
        if isinstance(subject, Run):
            self._only, self._is_stale, self._pairs = subject, True, {}
            self._every.setText(subject.name)
            self._every.show()
            self._together.hide()

    def show_every(self) -> None:
        """All pairs again."""
        self._only, self._pairs = None, {}
        self._every.hide()
        self._together.show()
        self.reload()

    def touched(self, change: "Touched") -> None:  # type: ignore[override]
        self._is_stale = self._is_stale or change.concerns("customer", "contact")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = event.text().lower()
        if text == "m":
            self.merge()
        elif text == "k":
            self.keep_apart()
        elif text in ("z", "u"):
            self.undo()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.pair.turn(0 if event.key() == Qt.Key.Key_Left else 1)
        else:
            super().keyPressEvent(event)

    # -- loading ------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Look at all customers here again."""
        self._is_stale = False
        if not self._pairs:
            self._say_empty(self.tr("Looking for customers that are here twice…"))
        self._context.read(partial(_look, run=self._only), self._take, key="duplicates")

    def _take(self, found: list[Pair]) -> None:
        self._beyond = max(0, len(found) - _MOST)
        self._show_pairs(found[:_MOST])

    def _show_pairs(self, found: Sequence[Pair]) -> None:
        current = self.list.current_id
        self._pairs = {_key(pair): pair for pair in found}
        rows: list[Heading | Entry] = []
        for band, text in (
            (Band.MERGE, self.tr("Very likely one company  %1")),
            (Band.REVIEW, self.tr("To be looked at  %1")),
        ):
            some = [pair for pair in found if pair.band is band]
            if some:
                rows.append(Heading(text.replace("%1", str(len(some)))))
                rows += [self._entry(pair) for pair in some]
        if self._beyond and not found:
            self.reload()
            return
        if self._beyond:
            more = self.tr("%n more pair(s) follow", "", self._beyond)
            rows.append(Heading(more))
        self.count = len(found) + self._beyond
        self.header_changed.emit()
        self._undo.setEnabled(bool(self._decided))
        may = self._context.may("customer", "merged_into")
        self._together.setEnabled(may and any(pair.band is Band.MERGE for pair in found))
        if not rows:
            self._say_empty(self.tr("Nobody seems to be here twice."))
            return
        self._stack.setCurrentIndex(0)
        self.list.set_entries(rows)
        if not self.list.select_id(current):
            self.list.select_id(next(iter(self._pairs)))
        self._show_current(self.list.current_id)

    def _say_empty(self, sentence: str) -> None:
        self.empty.set_sentence(sentence)
        self._stack.setCurrentWidget(self.empty)

    def _entry(self, pair: Pair) -> Entry:
        tone = "warn" if pair.band is Band.MERGE else ""
        return Entry(
            _key(pair),
            pair.one.name,
            pair.other.name,
            duplicates.percent(pair.certainty),
            tone,
            avatar=pair.one.name,
        )

    # -- one pair -----------------------------------------------------------------------------------

    def _show_current(self, key: str) -> None:
        pair = self._pairs.get(key)
        if pair is None:
            return
        reader, registry = self._context.reader, self._context.registry
        try:
            lines = merging.lines(reader, registry, pair.one.id, pair.other.id)
            sides = [self._side(side) for side in (pair.one, pair.other)]
            first, second = (merging.shown(reader, registry, side.id) for side in (pair.one, pair.other))
        except CrmError:  # it left this laptop, or was merged by somebody else
            self._forget(pair)
            return
        self._shown = first, second
        spoken = self._context.language
        words = {
            line.field.name: (
                line.field.label.text(spoken),
                format_value(line.field, line.winner, spoken, self._context.name_of).replace("\n", " "),
                format_value(line.field, line.loser, spoken, self._context.name_of).replace("\n", " "),
            )
            for line in lines
        }
        self._certainty.setText(
            self.tr("%1 certain that this is one company").replace("%1", duplicates.percent(pair.certainty))
        )
        separator = "、" if spoken == "zh_CN" else ", "
        self._why.setText(separator.join(duplicates.said(pair.reasons, spoken)))
        winner = 1 if sides[1][1] > sides[0][1] else 0
        self.pair.show_pair([text for text, _ in sides], lines, words, winner)
        self._hold(pair)
        self._say_what_happens()

    def _side(self, side: Side) -> tuple[SideText, int]:
        """A customer's head, and how much hangs below it."""
        context = self._context
        card = customers.open_card(context.reader, context.registry, side.id)
        if card.id != side.id:
            raise CrmError("not_found")
        facts = [self.tr("%n visit(s)", "", card.visits), self.tr("%n contact(s)", "", len(card.contacts))]
        made = self.tr("since %1").replace("%1", formats.instant(side.created_at, context.today()))
        owner = context.directory.owner_name(card.bucket)
        text = SideText(side.name, " · ".join(part for part in (owner, made) if part), " · ".join(facts))
        return text, card.visits + len(card.contacts)

    def _hold(self, pair: Pair) -> None:
        """Why this person can't merge these two, or note that they are two."""
        context, now = self._context, self._context.workspace.clock.now_ms()
        may = [
            context.may("customer", "merged_into")
            and sharing.may_write(context.reader, context.directory, side.id, now)
            for side in (pair.one, pair.other)
        ]
        why = "" if all(may) else str(CrmError("forbidden").sentence(context.language).happened)
        self._is_across = not why and pair.one.bucket != pair.other.bucket
        if self._is_across and not any(self._taker(pair, at) for at in (0, 1)):
            sentence = CrmError("merge_apart").sentence(context.language)
            why = f"{sentence.happened} {sentence.next}"
        self._merge.setEnabled(not why)
        self._apart.setEnabled(any(may))
        plain.set_tip(self._merge, why)
        self._held = why
        self._merge.setText(self.tr("Hand over and merge") if self._is_across else self.tr("Merge"))

    def _taker(self, pair: Pair, at: int) -> str | None:
        """Who would get the other of two customers, if this person may hand it over."""
        if self._context.workspace.server() is None:
            return None
        winner, loser = (pair.one, pair.other) if at == 0 else (pair.other, pair.one)
        return merging_across.taker(self._context.directory, winner.bucket, loser.bucket)

    def _say_what_happens(self) -> None:
        if self._held:
            self._what.setText(self._held)
            return
        pair = self._pairs.get(self.list.current_id)
        if pair is not None and self._is_across:
            taker = self._taker(pair, self.pair.winner)
            self._merge.setEnabled(taker is not None)
            names = self._context.directory
            said = self.tr("%1 gets “%2” and it is merged; undoing the merge does not hand it back.")
            goes = (pair.other, pair.one)[self.pair.winner]
            nobody = self.tr("The one that stays has no owner to hand the other to; choose the other.")
            self._what.setText(formats.filled(said, names.person_name(taker), goes.name) if taker else nobody)
        elif pair is not None:
            stays = (pair.one, pair.other)[self.pair.winner]
            said = self.tr(
                "“%1” stays, with everything that hangs below either; it can be taken apart again."
            )
            self._what.setText(said.replace("%1", stays.name))

    # -- deciding -----------------------------------------------------------------------------------

    def _ask_merge(self, _key: str) -> None:
        self.pair.setFocus()

    def merge(self) -> None:
        """Merge the two: whoever is marked stays."""
        pair = self._pairs.get(self.list.current_id)
        if pair is None or self._is_busy or self._shown is None or not self._merge.isEnabled():
            return
        at = self.pair.winner
        winner, loser = (pair.one, pair.other) if at == 0 else (pair.other, pair.one)
        if self._is_across:
            self._hand_over_and_merge(pair, winner, loser)
            return
        work = partial(
            merging.merge, winner=winner.id, loser=loser.id, chosen=self.pair.chosen(), seen=self._shown[at]
        )
        self._is_busy = True
        said = self.tr("Merged into “%1”").replace("%1", winner.name)
        self._context.write(work, partial(self._done, pair, loser.id), self._failed, said=said)

    def _hand_over_and_merge(self, pair: Pair, winner: Side, loser: Side) -> None:
        context, now = self._context, self._context.workspace.clock.now_ms()
        try:
            wish = merging_across.wish(
                context.reader, context.directory, winner.id, loser.id, now, self.pair.chosen()
            )
        except CrmError as error:
            context.report(error)
            return
        self._is_busy = True
        context.runner.run(
            partial(_carried_out, wish, context.workspace), partial(self._came, pair, winner, loser), self._failed,
            lane=Lane.NETWORK, owner=self,
        )  # fmt: skip

    def _came(self, pair: Pair, winner: Side, loser: Side, done: "Outcome[State]") -> None:
        said = {
            "merged": self.tr("Handed over and merged into “%1”"),
            "handed_over": self.tr("Handed over; merged into “%1” after the next sync"),
            "asked": self.tr("Asked for; merged into “%1” once the server has handed it over"),
        }[done.value]
        self._context.bus.touched.emit(done.touched)
        self._context.say(said.replace("%1", winner.name))
        self._is_busy = False
        if done.value == "merged" and done.txn is not None:
            self._decided.append((done.txn, pair))
        self._forget(pair, loser.id if done.value == "merged" else "")

    def keep_apart(self) -> None:
        """Remember that the two are two."""
        pair = self._pairs.get(self.list.current_id)
        if pair is None or self._is_busy or not self._apart.isEnabled():
            return
        self._is_busy = True
        work = partial(merging.keep_apart, one=pair.one.id, other=pair.other.id)
        said = self.tr("Noted: these are two")
        self._context.write(work, partial(self._done, pair, ""), self._failed, said=said)

    def undo(self) -> None:
        """Take the last decision of this visit back, else whatever was written last."""
        if self._is_busy:  # what was decided last is not safe yet, and what was before is not meant
            return
        if not self._decided:
            self._context.undo_last()
            return
        txn, pair = self._decided.pop()
        self._context.undo(txn)
        again = sorted(
            [*self._pairs.values(), pair], key=lambda one: (-one.certainty, one.one.id, one.other.id)
        )
        self._show_pairs(again)
        self.list.select_id(_key(pair))

    def _done(self, pair: Pair, gone: str, outcome: Outcome[Any]) -> None:
        self._is_busy = False
        if outcome.txn is not None:
            self._decided.append((outcome.txn, pair))
        self._forget(pair, gone)

    def _forget(self, pair: Pair, gone: str = "") -> None:
        """The next pair takes the place of one that is decided, and of those with the customer that is `gone`."""
        keys = list(self._pairs)
        at = keys.index(_key(pair)) if _key(pair) in keys else 0
        left = [
            one for one in self._pairs.values() if one is not pair and gone not in (one.one.id, one.other.id)
        ]
        following = next((key for key in keys[at + 1 :] if any(_key(one) == key for one in left)), "")
        self._show_pairs(left)
        self.list.select_id(following)

    def _failed(self, error: Exception) -> None:
        self._is_busy = False
        self._context.report(error)

    def _open_winner(self) -> None:
        pair = self._pairs.get(self.list.current_id)
        if pair is not None:
            self.shell.go("customer", (pair.one, pair.other)[self.pair.winner].id)


def _look(workspace: Workspace, run: Run | None) -> list[Pair]:
    reader = workspace.another_reader()
    try:
        if run is not None:
            return import_alike.pairs_of(reader, run)
        return duplicates.pairs(reader)
    finally:
        reader.close()


def _carried_out(wish: Wish, workspace: Workspace) -> "Outcome[State]":
    from crmdesk.sync import merging_across as online

    return online.carry_out(workspace.replica, wish)


def _key(pair: Pair) -> str:
    return f"{pair.one.id}:{pair.other.id}"
