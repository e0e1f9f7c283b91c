"""What is wrong with the rows of a file that is rehearsed: each reason with how often and what stands there, then the first rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from crmdesk.cli.import_told import TOLD
from crmdesk.cli.session import Session
from crmdesk.core.cleaning import FLAWS
from crmdesk.core.intake import WHOLE_ROW, may_be_written_down
from crmdesk.core.mapping import field_of, remark_of

if TYPE_CHECKING:
    from crmdesk.core.errors import Language
    from crmdesk.core.mapping import Plan
    from crmdesk.core.registry import Registry
    from crmdesk.core.verdicts import Judged

_DUPLICATE: Final = "duplicate"
"""In the place of a flaw: a row equals another or a record that is here."""
_ROWS: Final = 20
"""So many rows are shown to a person."""
_VALUES: Final = 3
"""So many of the values that a reason is about."""
_LONGEST: Final = 30
"""Characters of a cell that are shown."""
_MOST_COUNTED: Final = 10_000
"""Different values of one reason that are counted: a file may hold another in each row."""


@dataclass
class _Reason:
    """How many rows a reason is told of, how many of those are kept out, and what stands there."""

    rows: int = 0
    kept_out: int = 0
    values: Counter[str] = field(default_factory=Counter)


@dataclass
class Problems:
    """The rows with something to tell, as they are heard: all are counted, the first of them kept."""

    plan: Plan
    registry: Registry
    rows: int = 0
    unreadable: int = 0
    """Rows that are kept out for nothing but cells that could be written down instead."""
    _first: list[Judged] = field(default_factory=list)
    _wrong: list[Judged] = field(default_factory=list)
    _reasons: dict[tuple[int, int, str], _Reason] = field(default_factory=dict)

    def hear(self, judged: Sequence[Judged]) -> None:
        """Note some more rows."""
        for one in judged:
            if not one.notes and one.verdict not in ("reject", "duplicate"):
                continue
            self.rows += 1
            self.unreadable += one.verdict == "reject" and self._may_be_written_down(one)
            if len(self._first) < TOLD:
                self._first.append(one)
            if one.notes and len(self._wrong) < _ROWS:
                self._wrong.append(one)
            for at, flaw in dict.fromkeys((note.column, note.flaw) for note in one.notes):
                self._count(one, at, flaw)
            if one.verdict == "duplicate":
                self._count(one, WHOLE_ROW, _DUPLICATE)

    def _count(self, one: Judged, at: int, flaw: str) -> None:
        found = self._reasons.setdefault((one.row.sheet, at, flaw), _Reason())
        found.rows += 1
        found.kept_out += one.verdict == "reject"
        value = _cell(one, at)
        if value and (value in found.values or len(found.values) < _MOST_COUNTED):
            found.values[value] += 1

    def facts(self, language: Language) -> list[dict[str, Any]]:
        """The first rows, for programs."""
        from crmdesk.usecases.import_papers import reasons

        return [
            {
                "sheet": self.plan.sheets[one.row.sheet].name,
                "row": one.row.row,
                "verdict": one.verdict,
                "reason": reasons(
                    self.plan, one.row.sheet, one.verdict, [(n.column, n.flaw) for n in one.notes], language
                ),
            }
            for one in self._first
        ]

    def say(self, session: Session) -> None:
        """The reasons, the first rows, where the others are, and what can be done, for people."""
        text = session.out.text
        if not self.rows:
            session.out.line(text("每一行都可以导入。", "Every row can be imported."))
            return
        session.out.line(text("原因", "Reasons"), style="bold")
        session.out.rows(
            text(
                "表 列 原因 行 其中未导入 最常见的内容", "Sheet Column Reason Rows Kept-out Most-frequent"
            ).split(),
            self._reason_lines(session.out.language),
            empty="",
        )
        shown = (self._wrong + [one for one in self._first if not one.notes])[:_ROWS]
        session.out.line(text(f"前 {len(shown)} 行", f"The first {len(shown)} rows"), style="bold")
        session.out.rows(
            text("表 行 名称 结果 列 内容 原因", "Sheet Row Name Verdict Column Cell Reason").split(),
            [line for one in shown for line in self._row_lines(one, session.out.language)],
            empty="",
        )
        if self.rows > len(shown):
            session.out.line(
                text(
                    f"共 {self.rows} 行。--json 列出前 {TOLD} 行；导入后，crmdesk import errors 编号 把未导入的行写成表格。",
                    f"{self.rows} rows in all. --json lists the first {TOLD}; after the import, `crmdesk import errors RUN` writes "
                    "those kept out to a workbook.",
                )
            )
        if self.unreadable and self.plan.unreadable == "keep_out":
            session.out.line(
                text(
                    f"其中 {self.unreadable} 行只因有无法识别的单元格而未导入：加 --unreadable write-down 便不再留下，原文记入备注。",
                    f"{self.unreadable} of them are kept out only for cells that can't be read: --unreadable write-down takes them, "
                    "the cells in the remark as they stood.",
                )
            )

    def _reason_lines(self, language: Language) -> Iterator[tuple[str, ...]]:
        ordered = sorted(self._reasons.items(), key=lambda one: (-one[1].kept_out, -one[1].rows, one[0]))
        for (sheet, at, flaw), found in ordered:
            values = [
                value if times == 1 else f"{value} ×{times}"
                for value, times in found.values.most_common(_VALUES)
            ]
            yield (
                self.plan.sheets[sheet].name, self._heading(sheet, at), _said(flaw, language), str(found.rows), str(found.kept_out),
                ("，" if language == "zh_CN" else ", ").join(values),
            )  # fmt: skip

    def _row_lines(self, one: Judged, language: Language) -> Iterator[tuple[str, ...]]:
        """A line for each cell with something to tell; where the row stands is said in the first."""
        from crmdesk.usecases.import_papers import verdict_label

        told = list(dict.fromkeys((note.column, note.flaw) for note in one.notes))
        if one.verdict == "duplicate":
            told.append((WHOLE_ROW, _DUPLICATE))
        verdict = verdict_label(one.verdict).text(language)
        place = (self.plan.sheets[one.row.sheet].name, str(one.row.row), self._name(one), verdict)
        for number, (at, flaw) in enumerate(told):
            cells = (self._heading(one.row.sheet, at), _cell(one, at), _said(flaw, language))
            yield (*(place if number == 0 else ("", "", "", "")), *cells)

    def _name(self, one: Judged) -> str:
        """What a row calls its record, or else the customer that it belongs to; blank where it names neither."""
        sheet = self.plan.sheets[one.row.sheet]
        declared = self.registry[sheet.entity]
        for wanted in (declared.title, declared.home):
            for at, column in enumerate(sheet.columns):
                if column.target == f"{sheet.entity}.{wanted}" and (text := _cell(one, at)):
                    return text
        return ""

    def _heading(self, sheet: int, at: int) -> str:
        columns = self.plan.sheets[sheet].columns
        return columns[at].heading if 0 <= at < len(columns) else ""

    def _may_be_written_down(self, one: Judged) -> bool:
        columns = self.plan.sheets[one.row.sheet].columns
        for note in one.notes:
            if note.is_soft:
                continue
            target = columns[note.column].target if 0 <= note.column < len(columns) else ""
            field = field_of(self.registry, target)
            if field is None or not may_be_written_down(field, note.flaw):
                return False
            if not remark_of(self.registry[target.partition(".")[0]]):
                return False
        return True


def _cell(one: Judged, at: int) -> str:
    """A cell of a row as it stood, cut to what a line shows."""
    text = " ".join(one.row.cells[at].split()) if 0 <= at < len(one.row.cells) else ""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _said(flaw: str, language: Language) -> str:
    from crmdesk.usecases.import_papers import EQUALS

    label = EQUALS if flaw == _DUPLICATE else FLAWS[flaw]
    return label.text(language)
