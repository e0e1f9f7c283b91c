"""Lists of codes that a company takes over from a publisher: read, held together, compared, kept in compact lines.

A list says which codes are valid and what they are called. What a code is part of is told by the code itself, but for an
industry's division, whose section its line names or stands above it. A list laid over the table that ships with the product
gives a table again: what the list lacks was abolished, and says still what it meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from crmdesk.core.codes import Code, CodeTable, is_code
from crmdesk.core.errors import CrmError
from crmdesk.core.registry import Label
from crmdesk.core.text import normalise
from crmdesk.core.values import MAX_FIELD_BYTES, canonical_text

COUNTS: Final = {"industry": {1: 20, 2: 97, 3: 473}}
"""How many codes of each level a list must have: GB/T 4754-2017, whose amendments have changed classes alone."""
MOST_ROWS: Final = 20_000
_CHUNK: Final = MAX_FIELD_BYTES - 4096
_NAMED: Final = 5
_HEADINGS: Final = {
    "code": ("code", "代码", "编码", "行政区划代码", "区划代码", "行业代码", "类别代码"),
    "name": ("name", "名称", "单位名称", "类别名称", "行业名称", "地区"),
    "parent": ("parent", "上级", "父级", "上级代码", "父级代码"),
}


class Changes(NamedTuple):
    """What a list changes of a table: codes that are new, called otherwise or part of another (before, now), and gone."""

    new: tuple[Code, ...]
    changed: tuple[tuple[Code, Code], ...]
    gone: tuple[Code, ...]

    @property
    def is_none(self) -> bool:
        return not (self.new or self.changed or self.gone)


def read_rows(table: str, rows: Iterable[Sequence[str]]) -> list[Code]:
    """The codes of a file's rows, the first of which may head them. Raises `code_list_wrong`."""
    found: list[Code] = []
    wrong: list[str] = []
    places: Mapping[str, int] | None = None
    section = ""
    for number, row in enumerate(rows, 1):
        cells = [canonical_text(cell).strip() for cell in row]
        if not any(cells):
            continue
        if places is None:
            places = _headed(cells)
            if places:
                continue
            places = {"code": 0, "name": 1}
        code, name, parent = (_cell(cells, places.get(part)) for part in ("code", "name", "parent"))
        code = code.upper()
        if not is_code(table, code) or not name or "\t" in name or "\n" in name:
            wrong.append(f"{number}: {' '.join(cells)[:40]}")
            continue
        section = code if code.isalpha() else section
        found.append(Code(code, name, level(table, code), parent.upper() or section * (len(code) == 2)))
    twice = sorted(
        code for code, several in groupby(sorted(one.code for one in found)) if len(list(several)) > 1
    )
    if not found:
        raise CrmError("code_list_wrong", count=1, examples=Label("没有代码", "there are no codes"))
    _refuse(wrong, Label("无法识别的行", "rows that say no code"))
    _refuse(twice, Label("重复的代码", "codes that are there twice"))
    return _with_parents(table, found)


def _headed(cells: Sequence[str]) -> dict[str, int]:
    """Which column says what; none where the row heads nothing."""
    places: dict[str, int] = {}
    for at, cell in enumerate(cells):
        for part, names in _HEADINGS.items():
            if normalise(cell) in names:
                places.setdefault(part, at)
    return places if {"code", "name"} <= places.keys() else {}


def _cell(cells: Sequence[str], at: int | None) -> str:
    return cells[at] if at is not None and at < len(cells) else ""


def level(table: str, code: str) -> int:
    """How deep a code stands, from 1 at the top."""
    if table == "industry":
        return len(code) if code.isdigit() else 1
    return 1 if code.endswith("0000") else 2 if code.endswith("00") else 3


def _with_parents(table: str, codes: Sequence[Code]) -> list[Code]:
    there = {one.code for one in codes}
    return [one._replace(parent=_parent(table, one, there)) for one in codes]


def _parent(table: str, one: Code, there: set[str]) -> str:
    """What a code is part of: what its line says, else what its own digits do."""
    if one.level == 1:
        return ""
    if table == "industry":
        return one.parent if one.level == 2 else one.code[:-1]
    above = f"{one.code[:4]}00"
    return above if one.level == 3 and above in there else f"{one.code[:2]}0000"


def added_to(table: CodeTable, codes: Sequence[Code]) -> list[Code]:
    """The valid codes of a table with those of a list that has only some: they are new or called otherwise, and none goes."""
    kept = {line.code: line for line in table.lines if line.is_current}
    merged = kept | {one.code: one for one in codes}
    for code, one in merged.items():
        if one.level == 2 and not one.parent and code in kept:
            merged[code] = one._replace(parent=kept[code].parent)
    return _with_parents(table.name, [merged[code] for code in sorted(merged, key=_order)])


def check(table: str, codes: Sequence[Code]) -> None:
    """Raise `code_list_wrong` unless every code has its parent and there are as many of each level as there must be."""
    there = {one.code for one in codes}
    alone = [one.code for one in codes if one.level > 1 and one.parent not in there]
    _refuse(alone, Label("没有上级的代码", "codes whose parent is missing"))
    for depth, wanted in COUNTS.get(table, {}).items():
        count = sum(one.level == depth for one in codes)
        if count != wanted:
            zh = f"第 {depth} 级应有 {wanted} 个代码，实有 {count} 个"
            raise CrmError(
                "code_list_wrong",
                count=abs(wanted - count),
                examples=Label(zh, f"level {depth} must have {wanted} codes and has {count}"),
            )


def _refuse(wrong: Sequence[str], what: Label) -> None:
    if wrong:
        some = ", ".join(wrong[:_NAMED]) + (" …" if len(wrong) > _NAMED else "")
        raise CrmError(
            "code_list_wrong", count=len(wrong), examples=Label(f"{what.zh} {some}", f"{what.en}: {some}")
        )


def changes(table: CodeTable, codes: Sequence[Code]) -> Changes:
    """What a list changes of what is valid now."""
    before = {line.code: line for line in table.lines if line.is_current}
    now = {one.code: one for one in codes}
    return Changes(
        tuple(one for code, one in now.items() if code not in before),
        tuple((before[c], one) for c, one in now.items() if c in before and not _is_same(before[c], one)),
        tuple(line for code, line in before.items() if code not in now),
    )


def _is_same(one: Code, other: Code) -> bool:
    return (one.name, one.parent) == (other.name, other.parent)


def laid_over(table: CodeTable, codes: Sequence[Code], year: int) -> CodeTable:
    """The table as it is by a list of a year: what the list lacks ended the year before, for what has its name now."""
    found = changes(table, codes)
    ended = {line.code for line in found.gone} | {before.code for before, _ in found.changed}
    by_name: dict[str, list[str]] = {}
    for one in found.new:
        by_name.setdefault(one.name, []).append(one.code)
    lines = []
    for line in table.lines:
        if line.is_current and line.code in ended:
            heirs = by_name.get(line.name, []) if line in found.gone else []
            heir = heirs[0] if len(heirs) == 1 else ""
            lines.append(line._replace(until=str(year - 1), successor=heir))
        else:
            lines.append(line)
    begun = [*found.new, *(now for _, now in found.changed)]
    lines += [
        one._replace(since=str(year), until="", successor="")
        for one in sorted(begun, key=lambda one: _order(one.code))
    ]
    return CodeTable(table.name, lines, is_joined=table.is_joined)


def _order(code: str) -> tuple[bool, str]:
    return code.isdigit(), code


# -- how a list is kept ---------------------------------------------------------------------------------------


def packed(table: str, codes: Sequence[Code]) -> dict[str, str]:
    """A list as texts that fields can hold: a line for each code with its name, and what it is part of where that is not told by it."""
    there = {one.code for one in codes}
    chunks = [""]
    for one in codes:
        told = _parent(table, one._replace(parent=""), there)
        line = (
            "\t".join((one.code, one.name) if one.parent == told else (one.code, one.name, one.parent)) + "\n"
        )
        if len((chunks[-1] + line).encode()) > _CHUNK:
            chunks.append("")
        chunks[-1] += line
    return {f"line:{number:02}": chunk for number, chunk in enumerate(chunks)}


def unpacked(table: str, chunks: Iterable[str]) -> list[Code]:
    """The codes of such texts, in the order of the texts; a line that says no code is left out."""
    found = []
    for line in "".join(chunks).splitlines():
        code, _, rest = line.partition("\t")
        name, _, parent = rest.partition("\t")
        if is_code(table, code) and name:
            found.append(Code(code, name, level(table, code), parent))
    return _with_parents(table, found)
