"""`tag`: put on customers, taken off, made, listed."""

from __future__ import annotations

from typing import Annotated

import typer

from crmdesk.cli import naming
from crmdesk.cli.command import command, group
from crmdesk.cli.customers import Customer
from crmdesk.cli.session import Session

tag_app = group("Tags. 标签。")

TagName = Annotated[str, typer.Argument(metavar="TAG", help="The tag's name. 标签名。")]


@command(tag_app, "add")
def put(session: Session, customer: Customer, tag: TagName) -> None:
    """Tag a customer. 给客户打标签。"""
    _set(session, customer, tag, is_wanted=True)


@command(tag_app, "remove")
def take_off(session: Session, customer: Customer, tag: TagName) -> None:
    """Take a tag off a customer. 去掉客户的标签。"""
    _set(session, customer, tag, is_wanted=False)


def _set(session: Session, customer: str, name: str, *, is_wanted: bool) -> None:
    from crmdesk.usecases import tags
    from crmdesk.usecases.directory import read_directory

    found = session.customer_to_write(customer)
    tag = naming.tag(read_directory(session.reader), name)
    done = (tags.put if is_wanted else tags.take_off)(session.replica, found, tag.id)
    session.out.say(
        {"customer": found, "tag": tag.id, "name": tag.name, "tagged": is_wanted, "txn": done.txn},
        f"{'已打上' if is_wanted else '已去掉'}标签「{tag.name}」。",
        f"{'Tagged' if is_wanted else 'Took off'} “{tag.name}”.",
    )


@command(tag_app, "create")
def create(
    session: Session,
    name: str,
    hue: Annotated[
        str, typer.Option(help="grey, blue, teal, green, amber, red, violet, pink. 颜色。")
    ] = "grey",
    group: Annotated[
        str | None, typer.Option(help="Its group, made if there is none. 标签维度，没有则新建。")
    ] = None,
) -> None:
    """Make a tag. 新建标签。"""
    from crmdesk.usecases import tags
    from crmdesk.usecases.directory import read_directory

    directory, today = read_directory(session.reader), session.workspace.today()
    entity = session.replica.registry["tag"]
    colour = str(naming.value(entity, "hue", hue, today))
    if tags.find(directory, name) is None and group is not None:
        group = _group(session, directory.groups, group)
    done = tags.create(session.replica, directory, name, hue=colour, group=group)
    session.out.say(
        {"tag": done.value, "name": name, "txn": done.txn},
        f"已新建标签「{name}」。",
        f"Made the tag “{name}”.",
    )


def _group(session: Session, known: dict[str, str], name: str) -> str:
    from crmdesk.usecases import records

    found = next((key for key, text in known.items() if name in (key, text)), None)
    return found or records.add(session.replica, "tag_group", {"name": name}).value


@command(tag_app, "list")
def listing(session: Session) -> None:
    """List the tags. 列出标签。"""
    from crmdesk.usecases.directory import read_directory

    directory = read_directory(session.reader)
    if session.out.as_json:
        rows = [
            {
                "tag": t.id, "name": t.name, "hue": t.hue, "group": directory.groups.get(t.group or ""),
                "retired": t.retired,
            }
            for t in directory.tags.values()
        ]  # fmt: skip
        session.out.json({"tags": rows})
        return
    session.out.rows(
        session.out.text("名称 维度 编号", "Name Group Id").split(),
        [(t.name, directory.groups.get(t.group or "", ""), t.id) for t in directory.tags.values()],
        empty=session.out.text("还没有标签。", "There are no tags."),
    )
