"""`conflicts` and `review`: what only a person can decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from crmdesk.cli import naming
from crmdesk.cli.command import command, group
from crmdesk.cli.output import instant, moment
from crmdesk.cli.session import Session
from crmdesk.core.errors import CrmError

if TYPE_CHECKING:
    from crmdesk.core.registry import Registry
    from crmdesk.usecases.conflicts import Item
    from crmdesk.usecases.directory import Directory

conflicts_app = group("Fields with several values. 冲突。")
review_app = group("Visits to review. 审阅拜访。")


@command(conflicts_app, "list")
def list_conflicts(
    session: Session,
    customer: Annotated[
        str, typer.Option(help="All of one customer, yours to decide or not. 某个客户的全部冲突。")
    ] = "",
) -> None:
    """What waits for a decision, with its choices. 待处理的冲突。"""
    from crmdesk.usecases import conflicts, sharing
    from crmdesk.usecases.directory import read_directory, read_registry

    registry, directory = read_registry(session.reader), read_directory(session.reader)
    about = naming.customer(session.reader, customer) if customer else ""
    found = (
        conflicts.of_customer(session.reader, registry, about)
        if about
        else conflicts.listed(session.reader, registry)
    )
    if session.out.as_json:
        session.out.json({"conflicts": [_facts(item, directory) for item in found]})
        return
    if not found:
        session.out.line(session.out.text("没有冲突。", "There are no conflicts."))
    for item in found:
        label = session.out.label(item.declared.label) if item.declared else item.field
        if item.key.entity != "customer" and item.title:
            label = f"{item.title.splitlines()[0]} · {label}"
        session.out.line(f"{item.customer_name or item.title}  {label}  [{_name(item)}]", style="bold")
        said = _words(session, registry, directory, item)
        for number, (choice, words) in enumerate(zip(item.choices, said, strict=True), 1):
            session.out.line(
                f"  {number}  {words}  {directory.person_name(choice.by)}  {moment(choice.at_ms)}"
            )
    now = session.workspace.clock.now_ms()
    if about and found and not sharing.may_write(session.reader, directory, about, now):
        bucket = session.reader.value("SELECT bucket FROM p_customer WHERE id = ?", (about,))
        owner = directory.owner_name(bucket)
        who = f"由{owner}决定；您只能查看这个客户。", f"{owner} decides; you can read this customer only."
        session.out.line(session.out.text(*who))


def _name(item: Item) -> str:
    """What `resolve` is told: the record and its field."""
    return f"{item.key.id}/{item.field}"


def _words(session: Session, registry: Registry, directory: Directory, item: Item) -> list[str]:
    from crmdesk.core.format import told_apart

    if item.kind == "contested":
        keep, delete = session.out.text("保留", "Keep"), session.out.text("删除", "Delete")
        return [delete if choice.value else keep for choice in item.choices]
    declared = registry.find(item.key.entity, item.field)
    values = [choice.value for choice in item.choices]
    return told_apart(declared, values, session.out.language, directory.name_of)


def _facts(item: Item, directory: Directory) -> dict[str, Any]:
    return {
        "id": _name(item),
        "kind": item.kind,
        "entity": item.key.entity,
        "record": item.key.id,
        "field": item.field,
        "customer": item.customer,
        "customer_name": item.customer_name,
        "choices": [
            {"choice": n, "value": c.value, "by": directory.person_name(c.by), "at": instant(c.at_ms)}
            for n, c in enumerate(item.choices, 1)
        ],
    }


@command(conflicts_app, "resolve")
def resolve(
    session: Session,
    conflict: Annotated[str, typer.Argument(metavar="ID", help="As `conflicts list` names it. 冲突编号。")],
    choice: Annotated[int, typer.Argument(help="The number of the choice. 选项序号。")],
) -> None:
    """Decide for one of the values. 处理冲突。"""
    from crmdesk.usecases import conflicts

    record = conflict.partition("/")[0]
    of_record = conflicts.of_record(session.reader, session.replica.registry, record)
    found = [item for item in of_record if conflict in (_name(item), item.key.id)]
    if not found:
        raise CrmError("not_found")
    if len(found) > 1:
        candidates = [{"id": _name(other)} for other in found]
        raise CrmError("ambiguous", query=conflict, candidates=candidates)
    (item,) = found
    session.check_may_write(item.customer)
    done = conflicts.resolve(session.replica, item, choice - 1)
    session.out.say({"id": _name(item), "choice": choice, "txn": done.txn}, "已处理。", "Settled.")


@command(review_app, "list")
def list_reviews(session: Session) -> None:
    """Visits by others that nobody has reviewed, oldest first; for managers. 待审阅的拜访。"""
    from crmdesk.usecases import reviews
    from crmdesk.usecases.directory import read_directory

    directory = read_directory(session.reader)
    may = reviews.may_review(session.reader, directory)
    found = reviews.queue(session.reader, session.workspace.identity().user) if may else []
    nothing = "没有待审阅的拜访。", "Nothing waits for a review."
    theirs = "拜访由经理审阅。", "Visits are reviewed by managers."
    if session.out.as_json:
        rows = [
            {
                "visit": v.id, "customer": v.customer, "customer_name": v.customer_name,
                "by": directory.person_name(v.by), "kind": v.kind, "at": instant(v.at_ms), "text": v.summary,
                "result": v.result, "next_step": v.next_step, "next_on": v.next_on,
            }
            for v in found
        ]  # fmt: skip
        session.out.json({"visits": rows})
        return
    session.out.rows(
        session.out.text("时间 谁 客户 内容 编号", "When Who Customer What Id").split(),
        [(moment(v.at_ms), directory.person_name(v.by), v.customer_name, v.summary, v.id) for v in found],
        empty=session.out.text(*(nothing if may else theirs)),
    )


@command(review_app, "do")
def review(
    session: Session,
    visit: Annotated[str, typer.Argument(help="The visit's id. 拜访编号。")],
    outcome: Annotated[
        Literal["reviewed", "flagged"], typer.Argument(help="What you say. 意见。")
    ] = "reviewed",
    remark: Annotated[str, typer.Option(help="A remark. 批注。")] = "",
) -> None:
    """Review a visit; managers do. 审阅拜访。"""
    from crmdesk.core.record import RecordKey
    from crmdesk.usecases import reviews
    from crmdesk.usecases.directory import read_directory

    session.replica.load(RecordKey("visit", visit))
    if not reviews.may_review(session.reader, read_directory(session.reader)):
        raise CrmError("forbidden")
    session.check_may_write(str(session.reader.value("SELECT root FROM p_visit WHERE id = ?", (visit,))))
    done = reviews.review(session.replica, visit, outcome, remark)
    session.out.say(
        {"review": done.value, "visit": visit, "outcome": outcome, "txn": done.txn}, "已审阅。", "Reviewed."
    )
