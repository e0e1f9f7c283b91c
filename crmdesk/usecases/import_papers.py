"""What an import writes down: the rows that were kept out, to be mended; the reconciliation to be signed; an empty form.

Workbooks of spreadsheets. Nothing in them can be run as a formula.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from crmdesk.core.cleaning import FLAWS
from crmdesk.core.dates import moment_of
from crmdesk.core.dictionary import described
from crmdesk.core.errors import CrmError, Language
from crmdesk.core.format import EMPTY, format_value, guarded
from crmdesk.core.intake import SOFT
from crmdesk.core.lookalikes import Alike
from crmdesk.core.mapping import (
    ALIKE,
    ENTITIES,
    REASON,
    ROW,
    Plan,
    Sheet,
    field_of,
    is_ours,
    may_import,
    targets,
)
from crmdesk.core.record import Edit
from crmdesk.core.registry import Label, Registry, Type
from crmdesk.core.values import amount_of
from crmdesk.store.imports import KeptOut, Run, alike, kept_out
from crmdesk.store.reading import Reader
from crmdesk.system.new_workbooks import new_workbook
from crmdesk.usecases import duplicates
from crmdesk.usecases.codes import code_name
from crmdesk.usecases.directory import read_directory
from crmdesk.usecases.duplicates import Pair
from crmdesk.usecases.import_alike import pairs_of
from crmdesk.usecases.importing import facts
from crmdesk.usecases.known_records import shown_now
from crmdesk.usecases.seeing import check_may_save
from crmdesk.usecases.sign_offs import listed, subject_of

_LONGEST_CELL: Final = 32_767
_SAMPLED: Final = 20
_KEY_CHECKED: Final = ("code", "credit_code", "number")
_edit = msgspec.json.Decoder(Edit)
_VERDICTS: Final = {
    "create": Label("新建", "New"), "update": Label("更新", "Changed"), "duplicate": Label("重复", "Duplicate"),
    "reject": Label("未导入", "Kept out"), "alike": Label("疑似重复", "Look-alike"),
}  # fmt: skip
EQUALS: Final = Label("与文件中较前的一行或已有记录相同", "equals an earlier row or a record that is here")
"""Why a duplicate is one."""


def verdict_label(verdict: str) -> Label:
    """What a verdict is called."""
    return _VERDICTS[verdict]


def reasons(
    plan: Plan, sheet: int, verdict: str, notes: Sequence[tuple[int, str]], language: Language
) -> str:
    """What is wrong with a row, in words: each flaw after the heading of its column."""
    columns = plan.sheets[sheet].columns
    said = []
    for at, flaw in notes:
        heading = columns[at].heading if 0 <= at < len(columns) else ""
        words = FLAWS[flaw].text(language)
        said.append(
            f"{heading}：{words}" if language == "zh_CN" and heading else f"{heading} {words}".strip()
        )
    if verdict == "duplicate":
        said.append(EQUALS.text(language))
    if verdict == "alike":
        said.append("可能是已有客户，按您的选择没有导入" if language == "zh_CN" else "looks like a customer that is here; kept out as you chose")  # fmt: skip
    elif verdict in ("create", "update") and any(flaw not in SOFT for _, flaw in notes):
        said.append("原文记入备注" if language == "zh_CN" else "it stands in the remark as it was")
    return ("；" if language == "zh_CN" else "; ").join(dict.fromkeys(said))


def alike_line(rows: int, plan: Plan, language: Language) -> str:
    """How many rows look like customers, and what becomes of them."""
    is_out = plan.alike == "keep_out"
    if language == "zh_CN":
        return f"{rows} 行像是已有的客户或前面的行，{'没有导入' if is_out else '照常导入，之后可逐对查看'}。"
    if rows == 1:
        rest = "it is kept out" if is_out else "it is taken in, to be looked at afterwards"
        return f"1 row looks like a customer that is here or like an earlier row; {rest}."
    rest = "they are kept out" if is_out else "they are taken in, to be looked at afterwards"
    return f"{rows} rows look like customers that are here or like earlier rows; {rest}."


def alike_cells(plan: Plan, one: Alike, language: Language) -> tuple[object, ...]:
    """A row that looks like somebody: its table, its number, its name, whom it looks like, how surely in per cent, why."""
    zh = language == "zh_CN"
    line = f"第 {one.other_row} 行：" if zh else f"row {one.other_row}: "
    other = one.other if one.customer else line + one.other
    why = ("、" if zh else ", ").join(duplicates.said(one.reasons, language))
    return (
        plan.sheets[one.sheet].name,
        one.row,
        one.name,
        other,
        duplicates.percent(one.certainty),
        why,
    )


@contextmanager
def _workbook(path: Path) -> Iterator[Any]:
    """A workbook that is written row by row, and has another name until it is whole. Raises `database_unwritable`."""
    draft = path.with_name(f"{path.name}.part")
    try:
        with new_workbook(draft) as book:
            yield book
        draft.replace(path)
    except OSError as error:
        raise CrmError("database_unwritable", path=path) from error
    finally:
        with suppress(OSError):  # what can't be written at all can't be removed either
            draft.unlink(missing_ok=True)


class _Page:
    """A sheet of a workbook, filled from the top."""

    def __init__(self, book: Any, name: str, widths: Sequence[int] = ()) -> None:
        self._sheet = book.add_worksheet(_sheet_name(name, {s.name for s in book.worksheets()}))
        bold, as_text = {"bold": True, "bottom": 1}, {"num_format": "@", "quote_prefix": True}
        self._bold, self._as_text = book.add_format(bold), book.add_format(as_text)
        self._bold_text = book.add_format({**bold, **as_text})
        self._row = 0
        for at, width in enumerate(widths):
            self._sheet.set_column(at, at, width)

    def write(self, *cells: object, bold: bool = False) -> None:
        for at, cell in enumerate(cells):
            if isinstance(cell, (int, float)) and not isinstance(cell, bool):
                self._sheet.write_number(self._row, at, cell, self._bold if bold else None)
            elif cell not in (None, ""):
                text = str(cell)[:_LONGEST_CELL]
                plain, as_text = (self._bold, self._bold_text) if bold else (None, self._as_text)
                # A string runs nothing; once it is edited it would, were its cell not one of text.
                kind = as_text if guarded(text) != text else plain
                self._sheet.write_string(self._row, at, text, kind)
        self._row += 1

    def freeze(self) -> None:
        self._sheet.freeze_panes(self._row, 0)


def _sheet_name(name: str, taken: set[str]) -> str:
    plain = "".join(c for c in name if c not in "[]:*?/\\'")[:28] or "1"
    number, found = 1, plain
    while found.lower() in {one.lower() for one in taken}:
        number += 1
        found = f"{plain}{number}"
    return found


def write_kept_out(reader: Reader, run: Run, path: Path, language: Language) -> int:
    """The rows that a run kept out, under their own headings, with the reason: to be mended and imported. Returns how many.

    Raises `seeing_copy`, `database_unwritable`.
    """
    check_may_save(reader)
    count = 0
    own = [_own_columns(sheet) for sheet in run.plan.sheets]
    with _workbook(path) as book:
        pages: dict[int, _Page] = {}
        for row in _every(reader, run.id):
            sheet = run.plan.sheets[row.sheet]
            if row.sheet not in pages:
                page = pages[row.sheet] = _Page(book, sheet.name)
                headings = [sheet.columns[at].heading for at in own[row.sheet]]
                page.write(*headings, REASON.text(language), ROW.text(language), bold=True)
                page.freeze()
            cells = [row.cells[at] if at < len(row.cells) else "" for at in own[row.sheet]]
            pages[row.sheet].write(
                *cells, reasons(run.plan, row.sheet, row.verdict, row.notes, language), row.at
            )
            count += 1
        if not pages:
            _Page(book, "1").write(REASON.text(language), bold=True)
        _write_alike(book, run.plan, alike(reader, run.id), language)
    return count


def _own_columns(sheet: Sheet) -> list[int]:
    """The columns of a table that are its own: of a workbook that was mended those of ours are left, and written anew."""
    return [at for at, c in enumerate(sheet.columns) if c.target or not is_ours(c.heading)]


def _write_alike(book: Any, plan: Plan, found: Sequence[Alike], language: Language) -> None:
    """A page of the rows that look like customers; none where there are none."""
    if not found:
        return
    page = _Page(book, "疑似重复" if language == "zh_CN" else "Look-alikes", (14, 10, 36, 36, 10, 48))
    page.write(*(one.text(language) for one in ALIKE), bold=True)
    page.freeze()
    for one in found:
        page.write(*alike_cells(plan, one, language))


def _every(reader: Reader, run: str) -> Iterator[KeptOut]:
    last = 0
    while page := kept_out(reader, run, last):
        last = page[-1].n
        yield from page


# -- reconciliation ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Checked:
    """A run held against what is here now: how many records and key fields were read back, and those that differ.

    `sums` are, by `entity.field currency`, what the file said and what stands here, in minor units; `differing` are
    (entity, id, field, what the run wrote, what stands there); `sampled` are (entity, id, field, then, now).
    """

    records: int
    fields: int
    sums: dict[str, tuple[int, int]]
    differing: list[tuple[str, str, str, Any, Any]]
    sampled: list[tuple[str, str, str, Any, Any]]

    @property
    def is_equal(self) -> bool:
        return not self.differing and all(said == now for said, now in self.sums.values())


def reconcile(reader: Reader, registry: Registry, run: Run) -> Checked:
    """Read back all that a run wrote: key fields and amounts of every record, all fields of a few.

    Of what it wrote more than once into a record the last counts.
    """
    differing: list[tuple[str, str, str, Any, Any]] = []
    replaced = dict(run.counts.replaced)
    sums: dict[str, list[int]] = {name: [said, 0] for name, said in run.counts.sums.items()}
    records = fields = 0
    every: list[tuple[str, str]] = []
    for entity, written in _written(reader, run, replaced):
        now = shown_now(reader, registry, entity, list(written))
        records += len(now)
        every += [(entity, record_id) for record_id in now]
        for record_id, said in written.items():
            there = now.get(record_id, {})
            for name, value in said.items():
                is_amount = isinstance(value, Mapping) and "money" in value
                if not is_amount and name not in _KEY_CHECKED:
                    continue
                fields += 1
                if is_amount and (amount := amount_of(there.get(name))) is not None:
                    column = f"{entity}.{name} {amount[1]}"
                    sums.setdefault(column, [0, 0])[1] += amount[0]
                if there.get(name) != value:
                    differing.append((entity, record_id, name, value, there.get(name)))
    for column, less in replaced.items():
        sums[column][0] -= less
    chosen = set(random.Random(run.id).sample(every, min(_SAMPLED, len(every))))  # noqa: S311 -- a sample to look at, the same each time
    return Checked(
        records, fields, {name: (a, b) for name, (a, b) in sums.items()}, differing[:1000],
        _sampled(reader, registry, run, chosen),
    )  # fmt: skip


def _written(
    reader: Reader, run: Run, replaced: dict[str, int]
) -> Iterator[tuple[str, dict[str, dict[str, Any]]]]:
    """What a run wrote, each record once and with what it wrote last: (entity, values by record).

    Amounts that a later step wrote over are added to `replaced`.
    """
    again = set(
        reader.all(
            "SELECT e.entity, e.id FROM import_step s JOIN edit e ON e.txn = s.txn WHERE s.run = ? "
            "GROUP BY 1, 2 HAVING count(DISTINCT e.txn) > 1",
            (run.id,),
        )
    )
    at_last: dict[str, dict[str, dict[str, Any]]] = {}
    for (txn,) in reader.all("SELECT txn FROM import_step WHERE run = ? ORDER BY n", (run.id,)):
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for entity, record_id, body in reader.all("SELECT entity, id, body FROM edit WHERE txn = ?", (txn,)):
            values = _edit.decode(body).values
            if (entity, record_id) in again:
                before = at_last.setdefault(entity, {}).setdefault(record_id, {})
                for name in before.keys() & values.keys():
                    if (amount := amount_of(before[name])) is not None:
                        column = f"{entity}.{name} {amount[1]}"
                        replaced[column] = replaced.get(column, 0) + amount[0]
                before |= values
            else:
                found.setdefault(entity, {}).setdefault(record_id, {}).update(values)
        yield from found.items()
    yield from at_last.items()


def _sampled(
    reader: Reader, registry: Registry, run: Run, chosen: set[tuple[str, str]]
) -> list[tuple[str, str, str, Any, Any]]:
    lines = []
    for entity, written in _written(reader, run, {}):
        ids = [record_id for record_id in written if (entity, record_id) in chosen]
        now = shown_now(reader, registry, entity, ids)
        for record_id in ids:
            there = now.get(record_id, {})
            lines += [
                (entity, record_id, name, value, there.get(name))
                for name, value in written[record_id].items()
            ]
    return lines


def write_report(reader: Reader, registry: Registry, run: Run, path: Path, language: Language) -> Checked:
    """The reconciliation of a run as a workbook: counts, sums, key fields that differ, samples, and where to sign.

    Raises `seeing_copy`, `database_unwritable`.
    """
    check_may_save(reader)
    checked = reconcile(reader, registry, run)

    def text(zh: str, en: str) -> str:
        return zh if language == "zh_CN" else en

    with _workbook(path) as book:
        page = _Page(book, text("对账", "Reconciliation"), (28, 22, 22, 22))
        page.write(text("导入对账单", "Reconciliation of an import"), bold=True)
        begun = moment_of(run.started_ms).strftime("%Y-%m-%d %H:%M")
        for name, value in (
            (text("文件", "File"), run.name), (text("导入编号", "Run"), run.id), (text("开始", "Begun"), begun),
            (text("文件摘要 SHA-256", "SHA-256 of the file"), run.sha256), (text("方式", "Mode"), run.plan.mode),
        ):  # fmt: skip
            page.write(name, value)
        page.write()
        _write_counts(page, run, text)
        page.write()
        page.write(text("金额", "Amounts"), text("文件合计", "Sum in the file"), text("系统合计", "Sum here"), text("差额", "Difference"), bold=True)  # fmt: skip
        for column, (said, now) in sorted(checked.sums.items()):
            page.write(_column_label(registry, column, language), said / 100, now / 100, (now - said) / 100)
        page.write()
        page.write(text("已回读的记录", "Records read back"), checked.records)
        page.write(text("已核对的关键字段", "Key fields compared"), checked.fields)
        page.write(text("不一致的关键字段", "Key fields that differ"), len(checked.differing))
        page.write()
        for one in listed(reader, "rehearsal"):
            if one.subject == subject_of(run):
                signed = moment_of(one.at_ms).strftime("%Y-%m-%d %H:%M")
                person = read_directory(reader).person_name(one.by)
                page.write(text("已签字", "Signed"), person, text("日期", "Date"), signed, text("差异", "Differences"), one.wrong or 0)  # fmt: skip
        for who in (text("业务负责人签字", "For the business"), text("实施人签字", "For the migration")):
            page.write(who, "____________________", text("日期", "Date"), "____________________")
        _write_lines(book, text("不一致", "Differences"), checked.differing, registry, language)
        _write_lines(book, text("抽样", "Samples"), checked.sampled, registry, language)
        _write_pairs(book, pairs_of(reader, run), language)
    return checked


def _write_pairs(book: Any, pairs: Sequence[Pair], language: Language) -> None:
    """A page of the pairs that may be one company since a run; none where there are none."""
    if not pairs:
        return
    zh = language == "zh_CN"
    page = _Page(book, "疑似重复" if zh else "Look-alikes", (36, 36, 36, 36, 10, 48))
    headings = ("客户", "编号", "像", "编号", "把握", "依据") if zh else ("Customer", "Id", "Looks like", "Id", "Certainty", "Why")  # fmt: skip
    page.write(*headings, bold=True)
    page.freeze()
    for pair in pairs:
        later, first = pair.other, pair.one
        why = ("、" if zh else ", ").join(duplicates.said(pair.reasons, language))
        page.write(later.name, later.id, first.name, first.id, duplicates.percent(pair.certainty), why)


def _write_counts(page: _Page, run: Run, text: Any) -> None:
    said = facts(run.counts, run.seconds)
    for name, label in (
        ("rows", text("行", "Rows")), ("create", text("新建", "New")), ("update", text("更新", "Changed")),
        ("duplicate", text("重复", "Duplicates")), ("reject", text("未导入", "Kept out")),
        ("missing_rate", text("关键字段缺失率 %", "Blank key fields, %")), ("error_rate", text("错误率 %", "Rows with errors, %")),
        ("duplicate_rate", text("重复率 %", "Duplicates, %")),
    ):  # fmt: skip
        page.write(label, said[name])


def _column_label(registry: Registry, column: str, language: Language) -> str:
    target, _, currency = column.partition(" ")
    entity = target.partition(".")[0]
    field = field_of(registry, target)
    return f"{registry[entity].label.text(language)}·{field.label.text(language) if field else target} ({currency})"


def _write_lines(
    book: Any,
    name: str,
    lines: Sequence[tuple[str, str, str, Any, Any]],
    registry: Registry,
    language: Language,
) -> None:
    page = _Page(book, name, (14, 36, 20, 36, 36))
    headings = (
        ("类型", "编号", "字段", "文件中", "系统中")
        if language == "zh_CN"
        else ("Kind", "Id", "Field", "In the file", "Here")
    )
    page.write(*headings, bold=True)
    page.freeze()
    for entity, record_id, key, said, now in lines:
        field = registry.find(entity, key)
        label = field.label.text(language) if field else key
        texts = [
            format_value(field, value, language, code_name) if value is not None else ""
            for value in (said, now)
        ]
        page.write(
            registry[entity].label.text(language), record_id, label, *("" if t == EMPTY else t for t in texts)
        )


# -- an empty form -------------------------------------------------------------------------------------------


def write_template(
    registry: Registry, entities: Sequence[str], path: Path, language: Language, today: date
) -> None:
    """An empty workbook to fill in: a table for each kind of record, and what may stand in each field.

    Raises `unknown_entity`, `database_unwritable`.
    """
    for entity in entities:
        if entity not in ENTITIES:
            raise CrmError("unknown_entity", entity=entity, choices=", ".join(ENTITIES))
    with _workbook(path) as book:
        for entity in entities:
            page = _Page(book, registry[entity].label.text(language))
            own = [(t, label) for t, label in targets(registry, entity) if t.startswith(f"{entity}.")]
            page.write(*(_heading(registry, target, label, language) for target, label in own), bold=True)
            page.freeze()
        page = _Page(book, "字段说明" if language == "zh_CN" else "Fields", (14, 20, 14, 10, 60))
        page.write(*(("记录", "字段", "类型", "必填", "可填内容") if language == "zh_CN" else ("Record", "Field", "Type", "Needed", "What may stand there")), bold=True)  # fmt: skip
        for one in described(registry):
            if one.entity.name in entities and may_import(one.field):
                allowed = one.allowed.text(language) if one.allowed else ""
                example = today.isoformat() if one.field.type in (Type.DATE, Type.INSTANT) else allowed
                page.write(
                    one.entity.label.text(language), one.field.label.text(language), one.kind.text(language),
                    ("是" if language == "zh_CN" else "yes") if one.field.required else "", example,
                )  # fmt: skip


def _heading(registry: Registry, target: str, label: Label, language: Language) -> str:
    field = field_of(registry, target)
    return label.text(language) + ("*" if field is not None and field.required else "")
