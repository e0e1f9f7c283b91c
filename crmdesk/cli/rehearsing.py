"""`import FILE --dry-run`: what would become of each row of a file, before anything is written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from crmdesk.cli.import_problems import Problems
from crmdesk.cli.import_told import said_alike, say_alike, say_facts, told
from crmdesk.cli.session import Session

if TYPE_CHECKING:
    from crmdesk.core.mapping import Found, Plan, Sheet
    from crmdesk.core.verdicts import Judged
    from crmdesk.store.imports import Counts


_NAMED: Final = 8
"""Columns that are left out are told by name, up to so many."""


def rehearse(
    session: Session, path: Path, found: Sequence[Found], plan: Plan, limit: int, *, sign: bool
) -> None:
    """Say what would become of the rows of a file; `found` are its tables. Raises as `importing.rehearse` does."""
    from crmdesk.core.lookalikes import Alike
    from crmdesk.usecases import importing
    from crmdesk.usecases.directory import read_registry

    problems, alike = Problems(plan, read_registry(session.reader)), list[Alike]()

    def heard(judged: Sequence[Judged], _share: float) -> None:
        problems.hear(judged)

    counts, seconds = importing.rehearse(
        session.workspace, session.reader, path, plan, limit=limit, heard=heard, alike=alike.extend
    )
    facts = importing.facts(counts, seconds)
    signed = _sign_rehearsal(session, path, counts) if sign else {}
    if session.out.as_json:
        session.out.json(
            {
                **facts,
                **signed,
                "dry_run": True,
                "mapping": told(plan),
                "problems": problems.facts(session.out.language),
                **said_alike(plan, alike),
            }
        )
        return
    say_facts(session, facts)
    _say_left_out(session, found, plan)
    say_alike(session, plan, facts["alike"], alike)
    _say_named(session, facts["owners"])
    problems.say(session)


def _say_left_out(session: Session, found: Sequence[Found], plan: Plan) -> None:
    """Which columns are read as nothing though something stands in them, and what can be done; nothing where none is."""
    from crmdesk.core.mapping import remark_of
    from crmdesk.usecases.directory import read_registry

    text, registry = session.out.text, read_registry(session.reader)
    wanted = [sheet for sheet in plan.sheets if sheet.is_wanted]
    for sheet in wanted:
        left = _left_out(sheet, found)
        if not left:
            continue
        names = text("、", ", ").join(
            heading or text("（没有标题）", "(no heading)") for heading in left[:_NAMED]
        )
        rest = len(left) - _NAMED
        more = text(f"等 {len(left)} 列", f" and {rest} more") if rest > 0 else ""
        table = f"{sheet.name}: " if len(wanted) > 1 else ""
        session.out.line(table + text(f"不导入的列：{names}{more}", f"Left out: {names}{more}"))
        remark, named = remark_of(registry[sheet.entity]), next(filter(None, left), "")
        if remark and named:
            columns = {"columns": {named: remark}}
            mapping = columns if len(plan.sheets) == 1 else {"sheets": {sheet.name: columns}}
            example = json.dumps(mapping, ensure_ascii=False)
            session.out.line(
                text(
                    f"  要导入它们，请在映射文件（--mapping）中为其指定字段，或记入备注：{example}",
                    f"  To take them in, say in a mapping file (--mapping) which field they are, or the remark: {example}",
                )
            )


def _left_out(sheet: Sheet, found: Sequence[Found]) -> list[str]:
    """The headings of the columns that say something and are read as nothing, but for those that only count the rows."""
    from crmdesk.core.cleaning import is_nothing
    from crmdesk.core.mapping import counts_rows, is_ours

    below = next((one.rows[sheet.header + 1 :] for one in found if one.name == sheet.name), [])
    return [
        column.heading
        for at, column in enumerate(sheet.columns)
        if not column.target
        and not counts_rows(column.heading)
        and not is_ours(column.heading)
        and any(at < len(row) and not is_nothing(row[at]) for row in below)
    ]


def _say_named(session: Session, owners: dict[str, int]) -> None:
    """Whose the customers are to be, and which names nobody has; nothing where no column names owners."""
    from crmdesk.usecases.directory import read_directory
    from crmdesk.usecases.import_owners import foretold

    if owners:
        nobody = session.out.text("查无此人", "nobody")
        session.out.rows(
            session.out.text("文件中的姓名 同事 客户", "In-the-file Colleague Customers").split(),
            [
                (one.name, one.person.name if one.person else nobody, str(one.waiting))
                for one in foretold(owners, read_directory(session.reader))
            ],
            empty="",
        )


def _sign_rehearsal(session: Session, path: Path, counts: Counts) -> dict[str, str]:
    from crmdesk.usecases import import_signing

    return {"sign_off": import_signing.sign_rehearsal(session.replica, session.reader, path, counts).value.id}
