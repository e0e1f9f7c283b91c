"""`dictionary`: every kind of record and field in words, for those who prepare data or agree on it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crmdesk.cli.command import command, root
from crmdesk.cli.session import Session
from crmdesk.cli.writing import Overwrite, check_free


@command(root, "dictionary")
def dictionary(
    session: Session,
    entity: Annotated[str, typer.Argument(help="One kind of record only: customer. 只看一种记录。")] = "",
    file: Annotated[Path | None, typer.Option("--file", help="Write it as a CSV. 保存为 CSV 文件。")] = None,
    overwrite: Overwrite = False,
) -> None:
    """The data dictionary: what every field is, and what may stand there. 数据字典。"""
    from crmdesk.core import dictionary as words
    from crmdesk.core.errors import CrmError
    from crmdesk.usecases.dictionary import save
    from crmdesk.usecases.directory import read_registry

    registry = read_registry(session.reader)
    if entity and entity not in registry.entities:
        raise CrmError("not_found", name=entity)
    found = [one for one in words.described(registry) if entity in ("", one.entity.name)]
    if file is not None:
        check_free(file, overwrite=overwrite)
        save(found, file, session.out.language)
    if session.out.as_json:
        session.out.json({"fields": [words.facts(one) for one in found], "file": file and str(file)})
    elif file is not None:
        session.out.line(session.out.text(f"已保存到 {file}。", f"Saved to {file}."))
    else:
        shown = [words.row(one, session.out.language) for one in found]
        picked = (1, 2 if session.out.language == "zh_CN" else 3, 4, 5, 6)
        headings = [words.HEADINGS[at].text(session.out.language) for at in picked]
        session.out.rows(headings, ([one[at] for at in picked] for one in shown), empty="")
