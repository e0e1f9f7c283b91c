"""What came of an import, rehearsed or done, in facts for programs and in words for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from crmdesk.cli.session import Session

if TYPE_CHECKING:
    from crmdesk.core.errors import Language
    from crmdesk.core.lookalikes import Alike
    from crmdesk.core.mapping import Plan

TOLD: Final = 200
"""So many rows are told of, and no more."""


def say_facts(session: Session, facts: dict[str, Any]) -> None:
    text = session.out.text
    session.out.pairs(
        [
            (text("行", "Rows"), str(facts["rows"])),
            (text("新建", "New"), str(facts["create"])),
            (text("更新", "Changed"), str(facts["update"])),
            (text("重复", "Duplicates"), str(facts["duplicate"])),
            (text("未导入", "Kept out"), str(facts["reject"])),
            (text("关键字段缺失率", "Blank key fields"), f"{facts['missing_rate']:.1f} %"),
            (text("错误率", "Rows with errors"), f"{facts['error_rate']:.1f} %"),
            (text("重复率", "Duplicate rows"), f"{facts['duplicate_rate']:.1f} %"),
            (text("疑似已有客户", "Look-alikes"), str(facts["alike"])),
            (text("用时", "Took"), f"{facts['seconds']:.1f} s"),
        ]
    )


def told(plan: Plan) -> dict[str, Any]:
    """A plan as a mapping file says it."""
    sheets = {
        sheet.name: {
            "entity": sheet.entity,
            "columns": {
                c.heading: c.target.removeprefix(f"{sheet.entity}.") or None
                for c in sheet.columns
                if c.heading
            },
        }
        for sheet in plan.sheets
        if sheet.entity
    }
    return {
        "mode": plan.mode,
        "alike": plan.alike,
        "unreadable": plan.unreadable,
        "sheets": sheets,
    }


def said_alike(plan: Plan, found: Sequence[Alike]) -> dict[str, Any]:
    """Which rows look like which customers, for programs; the first of them."""
    from crmdesk.usecases.duplicates import said

    return {
        "alike_pairs": [
            {
                "sheet": plan.sheets[one.sheet].name, "row": one.row, "name": one.name, "customer": one.customer or None,
                "other": one.other, "other_row": None if one.customer else one.other_row,
                "certainty": round(one.certainty, 4), "why": said(one.reasons, "en"),
            }
            for one in found[:TOLD]
        ]
    }  # fmt: skip


def say_alike(session: Session, plan: Plan, rows: int, found: Sequence[Alike]) -> None:
    """Which rows look like which customers, for people; nothing where none does."""
    from crmdesk.usecases.import_papers import alike_line

    if not rows:
        return
    language = session.out.language
    session.out.line(alike_line(rows, plan, language))
    session.out.rows(
        session.out.text("表 行 名称 像 把握 依据", "Sheet Row Name Looks-like Certainty Why").split(),
        [_alike_cells(plan, one, language) for one in found[:TOLD]],
        empty="",
    )


def _alike_cells(plan: Plan, one: Alike, language: Language) -> tuple[str, ...]:
    from crmdesk.usecases.import_papers import alike_cells

    return tuple(str(cell) for cell in alike_cells(plan, one, language))
