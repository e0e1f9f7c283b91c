"""`see-as`: what another person would see, for an administrator; reading only, and on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from crmdesk.cli import naming
from crmdesk.cli.command import command, root
from crmdesk.cli.output import instant, moment
from crmdesk.cli.session import Session

if TYPE_CHECKING:
    from crmdesk.usecases.seeing import Look

_NOBODYS: Final = ("公海", "pool")


@command(root, "see-as")
def see_as(
    session: Session,
    user: Annotated[str, typer.Argument(help="A colleague by name or id. 同事姓名或编号。")],
    limit: Annotated[
        int, typer.Option(min=0, max=10_000, help="How many customers to list. 列出多少客户。")
    ] = 50,
    skip: Annotated[int, typer.Option(min=0, help="Leave out the first ones. 跳过前几条。")] = 0,
) -> None:
    """What another person sees: how much of what, whose customers; for administrators, on record. 以他人视角查看。"""
    from crmdesk.core.errors import CrmError
    from crmdesk.sync.seeing import fetch
    from crmdesk.system import shelters
    from crmdesk.usecases.directory import read_directory

    if session.workspace.server() is None:
        raise CrmError("not_enrolled")
    person = naming.person(read_directory(session.reader), user)
    shelters.sweep()
    look = fetch(session.workspace, person.id)
    try:
        _tell(session, look, limit, skip)
    finally:
        look.destroy()


def _tell(session: Session, look: Look, limit: int, skip: int) -> None:
    from crmdesk.store.window import CustomerFilter, CustomerWindow
    from crmdesk.usecases.directory import read_directory, read_registry
    from crmdesk.usecases.seeing import summary

    reader, out = look.workspace.reader, session.out
    names, found, seen_ms = read_directory(reader), summary(reader), look.seen_ms()
    nobody = out.text(*_NOBODYS)
    window = CustomerWindow(reader, CustomerFilter(sort="name"))
    rows = window.page(skip, limit) if limit else []
    if out.as_json:
        out.json(
            {
                "user": names.me.id,
                "name": look.name,
                "role": names.me.role,
                "seen_at": instant(seen_ms),
                "counts": found.counts,
                "owners": [
                    {"user": one.user or None, "name": one.name or None, "customers": one.customers}
                    for one in found.owners
                ],
                "total": window.count(),
                "customers": [
                    {"customer": row.id, "name": row.name, "owner": names.owner_name(row.bucket) or None}
                    for row in rows
                ],
            }
        )
        return
    out.line(
        out.text(
            f"{look.name} 所见（{moment(seen_ms)}，只读，有记录）",
            f"What {look.name} sees ({moment(seen_ms)}, read only, on record)",
        )
    )
    registry = read_registry(reader)
    out.pairs((out.label(registry[entity].label), str(number)) for entity, number in found.counts.items())
    out.rows(
        out.text("负责人 客户数", "Owner Customers").split(),
        [(one.name or nobody, str(one.customers)) for one in found.owners],
        empty=out.text("看不到任何客户。", "No customer is seen."),
    )
    if rows:
        out.rows(
            out.text("客户 负责人 编号", "Customer Owner Id").split(),
            [(row.name or "", names.owner_name(row.bucket) or nobody, row.id) for row in rows],
            empty="",
        )
