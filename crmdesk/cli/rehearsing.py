"""`import FILE --dry-run`: what would become of each row of a file, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmdesk.cli.import_told import TOLD, said_alike, say_alike, say_facts, told
from crmdesk.cli.session import Session

if TYPE_CHECKING:
    from crmdesk.core.lookalikes import Alike
    from crmdesk.core.mapping import Plan
    from crmdesk.core.verdicts import Judged
    from crmdesk.store.imports import Counts


def rehearse(session: Session, path: Path, plan: Plan, limit: int, *, sign: bool) -> None:
    from crmdesk.usecases import importing
    from crmdesk.usecases.import_papers import reasons, verdict_label

    problems: list[dict[str, Any]] = []
    alike: list[Alike] = []

    def heard(judged: Sequence[Judged], _share: float) -> None:
        for one in judged:
            if len(problems) < TOLD and (one.notes or one.verdict in ("reject", "duplicate")):
                notes = [(note.column, note.flaw) for note in one.notes]
                said = reasons(plan, one.row.sheet, one.verdict, notes, session.out.language)
                sheet = plan.sheets[one.row.sheet].name
                problems.append({"sheet": sheet, "row": one.row.row, "verdict": one.verdict, "reason": said})

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
                "problems": problems,
                **said_alike(plan, alike),
            }
        )
        return
    say_facts(session, facts)
    say_alike(session, plan, facts["alike"], alike)
    _say_named(session, facts["owners"])
    session.out.rows(
        session.out.text("表 行 结果 原因", "Sheet Row Verdict Reason").split(),
        [
            (
                row["sheet"],
                str(row["row"]),
                verdict_label(row["verdict"]).text(session.out.language),
                row["reason"],
            )
            for row in problems
        ],
        empty=session.out.text("每一行都可以导入。", "Every row can be imported."),
    )


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
