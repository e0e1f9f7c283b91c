"""`codes`: newer lists of regions and industries, taken over by the company."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from crmdesk.cli.command import command, group
from crmdesk.cli.session import Session

if TYPE_CHECKING:
    from crmdesk.usecases.code_lists import Planned

codes_app = group("Lists of codes: regions and industries. 代码表：地区与行业。")
_SHOWN: Final = 20


@command(codes_app, "import")
def take_over(
    session: Session,
    table: Annotated[str, typer.Argument(help="region or industry. 地区或行业。")],
    file: Annotated[
        Path, typer.Argument(help="CSV or workbook: code, name, parent if need be. 文件：代码、名称、上级。")
    ],
    edition: Annotated[
        int | None, typer.Option("--edition", min=1980, max=2999, help="The year of the list. 版本年份。")
    ] = None,
    add: Annotated[
        bool, typer.Option("--add", help="The file has only some: what it lacks stays. 只增改，不删除。")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would change. 只显示会有什么变化。")
    ] = False,
) -> None:
    """Take over a newer list of codes; a code it lacks is abolished and keeps its meaning. 导入新版代码表。"""
    from crmdesk.usecases import code_lists

    with closing(session.workspace.another_reader()) as reader:
        planned = code_lists.plan(reader, table, file, session.workspace.today(), year=edition, adds=add)
    done = None if dry_run else code_lists.take_over(session.replica, planned)
    new, changed, gone = planned.changes
    if session.out.as_json:
        session.out.json(
            {
                "table": table, "edition": str(planned.year), "counts": {str(d): n for d, n in planned.counts().items()},
                "new": [one.code for one in new], "changed": [now.code for _, now in changed],
                "gone": [one.code for one in gone], "list": done and done.value, "txn": done and done.txn,
            }
        )  # fmt: skip
        return
    _tell(session, planned)
    if done is not None and done.txn:
        session.out.line(
            session.out.text(
                "已生效；其他电脑下次同步后生效。", "In force here now, elsewhere after the next sync."
            )
        )
    elif done is not None:
        session.out.line(session.out.text("没有变化。", "Nothing differed."))


def _tell(session: Session, planned: Planned) -> None:
    """What would change, the first of each kind by name."""
    out, (new, changed, gone) = session.out, planned.changes
    levels = ", ".join(str(count) for count in planned.counts().values())
    out.line(
        out.text(
            f"{planned.year} 版，各级代码数：{levels}",
            f"The list of {planned.year}; codes by level: {levels}",
        )
    )
    for zh, en, found in (
        ("新增", "New", [f"{one.code} {one.name}" for one in new]),
        ("更名或改属", "Changed", [f"{now.code} {before.name} → {now.name}" for before, now in changed]),
        ("废止", "Gone", [f"{one.code} {one.name}" for one in gone]),
    ):
        out.line(out.text(f"{zh}：{len(found)}", f"{en}: {len(found)}"))
        for text in found[:_SHOWN]:
            out.line(f"  {text}")
        if len(found) > _SHOWN:
            out.line("  …")


@command(codes_app, "list")
def listing(session: Session) -> None:
    """Which tables of codes are in force here. 正在使用的代码表。"""
    from crmdesk.usecases import code_lists

    found = code_lists.in_force(session.reader)
    out = session.out
    if out.as_json:
        out.json(
            {
                "tables": [
                    {"table": one.table, "codes": one.valid, "edition": one.edition or None} for one in found
                ]
            }
        )
        return
    out.rows(
        out.text("代码表 有效代码 版本", "Table Codes Edition").split(),
        [(one.table, str(one.valid), one.edition or out.text("随产品", "as it ships")) for one in found],
        empty="",
    )
