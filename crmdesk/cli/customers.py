"""`customer` and `contact`: adding, changing, finding, showing, deleting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from crmdesk.cli import naming
from crmdesk.cli.command import command, group
from crmdesk.cli.output import instant, moment
from crmdesk.cli.session import Session
from crmdesk.core.values import money

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmdesk.core.registry import Registry
    from crmdesk.core.values import Value
    from crmdesk.usecases.customers import Card
    from crmdesk.usecases.directory import Directory
    from crmdesk.usecases.timeline import Entry

customer_app = group("Customers. 客户。")
contact_app = group("People at a customer. 联系人。")

Customer = Annotated[str, typer.Argument(help="Id, code, name or pinyin. 编号、名称或拼音。")]
Fields = Annotated[
    list[str] | None,
    typer.Option(
        "--field", metavar="FIELD=TEXT", help="A field by name or label; repeatable. 字段=内容，可重复。"
    ),
]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="A tag's name; repeatable. 标签名，可重复。")]
_TIMELINE: Final = 20


@command(customer_app, "add")
def add(
    session: Session,
    name: str,
    field: Fields = None,
    tag: Tags = None,
    ask: Annotated[
        bool,
        typer.Option(
            "--ask",
            help="Ask the company first whether a colleague has it; then it is not added. 先问公司是否已有同事在跟进，有则不建。",
        ),
    ] = False,
) -> None:
    """Add a customer. 新建客户。"""
    from crmdesk.usecases import customers
    from crmdesk.usecases.directory import read_directory, read_registry

    entity = read_registry(session.reader)["customer"]
    values = naming.values(entity, field or (), session.workspace.today())
    tags = naming.tag_ids(read_directory(session.reader), tag or ())
    if ask and _is_elsewhere(session, {**values, "name": name}):
        return
    done = customers.add(session.replica, {**values, "name": name}, tags)
    session.out.say(
        {"customer": done.value, "name": name, "txn": done.txn},
        f"已新建客户「{name}」：{done.value}",
        f"Added “{name}”: {done.value}",
    )


def _is_elsewhere(session: Session, values: Mapping[str, Value]) -> bool:
    """Say whom to ask if a colleague has a customer like this; False also where the company can't be asked."""
    from crmdesk.sync import elsewhere
    from crmdesk.usecases.directory import read_directory

    asked = elsewhere.question(values)
    found = elsewhere.ask(session.replica, asked) if asked and session.workspace.server() else None
    if found is None:
        return False
    told = {
        "customer": None,
        "elsewhere": {"user": found.user, "in_pool": found.in_pool, "certainty": found.certainty},
    }
    who = read_directory(session.reader).person_name(found.user) if found.user else ""
    if found.in_pool:
        zh, en = "公海里已有这样的客户", "A customer like this is in the pool"
    else:
        zh, en = (
            f"已有同事在跟进这样的客户，请询问{who or '管理员'}",
            f"A colleague has a customer like this; ask {who or 'an administrator'}",
        )
    session.out.say(told, f"{zh}。没有新建。", f"{en}. Nothing was added.")
    return True


@command(customer_app, "set")
def change(session: Session, customer: Customer, field: Fields = None) -> None:
    """Change fields with --field; `field=` empties one. 用 --field 修改字段；「字段=」表示清空。"""
    from crmdesk.usecases import customers, records
    from crmdesk.usecases.directory import read_registry

    key = customers.key(session.customer_to_write(customer))
    registry = read_registry(session.reader)
    wanted = naming.values(registry["customer"], field or (), session.workspace.today())
    done = records.change(session.replica, key, wanted, records.open_form(session.reader, registry, key))
    changed = sorted(done.value)
    labels = [session.out.label(registry["customer"].by_name[name].label) for name in changed]
    session.out.say(
        {"customer": key.id, "changed": changed, "txn": done.txn},
        f"已修改：{'、'.join(labels)}" if labels else "没有变化。",
        f"Changed: {', '.join(labels)}" if labels else "Nothing differed.",
    )


@command(customer_app, "delete")
def delete(session: Session, customer: Customer) -> None:
    """Delete a customer; `restore` brings it back. 删除客户，可恢复。"""
    from crmdesk.usecases import customers, records

    key = customers.key(session.customer_to_write(customer))
    done = records.delete(session.replica, key)
    session.out.say(
        {"customer": key.id, "txn": done.txn},
        f"已删除。恢复：crmdesk customer restore {key.id}",
        f"Deleted. To bring it back: crmdesk customer restore {key.id}",
    )


@command(customer_app, "restore")
def restore(session: Session, customer: Customer) -> None:
    """Take a deletion back. 恢复已删除的客户。"""
    from crmdesk.usecases import customers, records

    key = customers.key(naming.customer(session.reader, customer, is_deleted=True))
    session.check_may_write(key.id)
    done = records.restore(session.replica, key)
    session.out.say({"customer": key.id, "txn": done.txn}, "已恢复。", "Restored.")


@command(customer_app, "find")
def find(session: Session, text: str, limit: Annotated[int, typer.Option(min=1, max=200)] = 20) -> None:
    """Find customers and contacts by name, pinyin, initials or phone. 按名称、拼音、首字母或电话查找。"""
    from crmdesk.usecases import customers
    from crmdesk.usecases.workspace import readings

    hits = customers.search(session.reader, readings(), text, limit)
    if session.out.as_json:
        session.out.json({"hits": [_hit(hit) for hit in hits]})
        return
    kinds = {
        "customer": session.out.text("客户", "Customer"),
        "contact": session.out.text("联系人", "Contact"),
    }
    session.out.rows(
        session.out.text("类型 名称 说明 编号", "Kind Name Detail Customer").split(),
        [(kinds[hit.entity], hit.name, hit.detail, hit.customer) for hit in hits],
        empty=session.out.text("没有找到。", "Nothing was found."),
    )


def _hit(hit: Any) -> dict[str, str]:
    return {n: getattr(hit, n) for n in ("entity", "id", "customer", "name", "detail")}


@command(customer_app, "list")
def listing(
    session: Session,
    stage: Annotated[str | None, typer.Option(help="Only of this stage. 只看某阶段。")] = None,
    tag: Tags = None,
    region: Annotated[
        str | None, typer.Option(help="Only in this region: code or name. 只看某地区。")
    ] = None,
    industry: Annotated[
        str | None, typer.Option(help="Only of this industry: code or name. 只看某行业。")
    ] = None,
    sort: Annotated[
        Literal["name", "visited", "next", "changed"], typer.Option(help="Order. 排序。")
    ] = "name",
    where: Annotated[
        str | None,
        typer.Option(
            metavar="JSON", help="Only whom these conditions fit (docs/criteria.md). 只看符合条件的。"
        ),
    ] = None,
    view: Annotated[
        str | None, typer.Option(help="What a saved view shows: its name or id. 已保存的视图。")
    ] = None,
    trash: Annotated[bool, typer.Option("--trash", help="The deleted ones. 回收站。")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many. 条数。")] = 50,
    skip: Annotated[int, typer.Option(min=0, help="Leave out the first ones. 跳过前几条。")] = 0,
) -> None:
    """List customers. 列出客户。"""
    from crmdesk.core.criteria import Condition, Op, all_of
    from crmdesk.core.entities import CUSTOMER
    from crmdesk.core.format import EMPTY, format_value
    from crmdesk.store.window import CustomerFilter, CustomerWindow
    from crmdesk.usecases import narrowing, views
    from crmdesk.usecases.codes import place_name
    from crmdesk.usecases.directory import read_directory, read_registry

    names, registry = read_directory(session.reader), read_registry(session.reader)
    asked = (
        ("stage", Op.IS, _one(naming.value(CUSTOMER, "stage", stage, session.workspace.today()))),
        ("tag", Op.HAS_ALL, naming.tag_ids(names, tag or ())),
        ("region_code", Op.BELOW, _one(naming.code(CUSTOMER.by_name["region_code"], region))),
        ("industry_code", Op.BELOW, _one(naming.code(CUSTOMER.by_name["industry_code"], industry))),
    )
    parts = [Condition(name, op, values) for name, op, values in asked if values]
    given = narrowing.from_text(where, registry).where.parts if where else ()
    if view:
        given += views.criteria_of(views.find(session.reader, view), registry).where.parts
    wanted = CustomerFilter(where=all_of("customer", *parts, *given), sort=sort, trash=trash)
    bearings = narrowing.bearings(registry, names, session.workspace.today())
    window = CustomerWindow(session.reader, wanted, None, bearings)
    rows = window.page(skip, limit)
    if session.out.as_json:
        session.out.json({"total": window.count(), "customers": [_line(row) for row in rows]})
        return
    stages = CUSTOMER.by_name["stage"]
    session.out.rows(
        session.out.text("名称 城市 阶段 最近拜访 下次跟进 编号", "Name City Stage Visited Next Id").split(),
        [
            (
                row.name or "", row.city or place_name(row.region) or EMPTY, format_value(stages, row.stage, session.out.language),
                moment(row.last_visit_at), row.next_follow_up_on or EMPTY, row.id,
            )
            for row in rows
        ],
        empty=_none(session, CustomerWindow(session.reader, CustomerFilter(), None, bearings).count()),
    )  # fmt: skip


def _none(session: Session, count: int) -> str:
    """What is said where no customer is listed: that none fits, where there are others."""
    if count:
        return session.out.text(
            f"没有符合条件的客户（共 {count} 个）。", f"No customer fits ({count} in all)."
        )
    return session.out.text("还没有客户。", "There are no customers.")


def _one(value: object) -> tuple[str, ...]:
    return (str(value),) if value else ()


def _line(row: Any) -> dict[str, Any]:
    plain = (
        "name",
        "name_en",
        "person",
        "city",
        "region",
        "stage",
        "grade",
        "next_follow_up_on",
        "conflicts",
    )
    return {
        "customer": row.id,
        **{name: getattr(row, name) for name in plain},
        "tags": row.tags.split(),
        "last_visit_at": instant(row.last_visit_at),
        "unsent": bool(row.is_unsent),
    }


@command(customer_app, "show")
def show(session: Session, customer: Customer) -> None:
    """Everything known of a customer. 查看客户。"""
    from crmdesk.usecases import customers
    from crmdesk.usecases.dealings import listed
    from crmdesk.usecases.directory import read_directory, read_registry
    from crmdesk.usecases.timeline import timeline

    found = naming.customer(session.reader, customer)
    registry, directory = read_registry(session.reader), read_directory(session.reader)
    card = customers.open_card(session.reader, registry, found)
    story = timeline(session.reader, found, listed(session.reader, registry, found), limit=_TIMELINE)
    if session.out.as_json:
        session.out.json(_facts(card, directory, story))
        return
    out = session.out
    pairs = [
        (out.text("编号", "Id"), card.id),
        (out.text("负责人", "Owner"), directory.owner_name(card.bucket)),
    ]
    pairs += _fields(session, registry["customer"], card, directory)
    pairs.append((out.text("标签", "Tags"), "  ".join(directory.name_of("tag", t) or t for t in card.tags)))
    out.pairs((name, text) for name, text in pairs if text)
    for person in card.contacts:
        out.line("  ".join(filter(None, ("·", person.name, person.position, *person.phones, person.email))))
    for entry in story:
        what = "  ".join(filter(None, _told(session, registry, entry)))
        out.line(f"{moment(entry.at_ms)}  {directory.person_name(entry.by)}  {what}")


def _told(session: Session, registry: Registry, entry: Entry) -> tuple[str, ...]:
    """What happened in words: what it was, what came of it, and what its reviewer says."""
    from crmdesk.cli import deals
    from crmdesk.core.format import EMPTY, format_value

    def word(entity: str, field: str, key: str | None) -> str:
        text = format_value(registry.find(entity, field), key, session.out.language)
        return "" if text == EMPTY else text

    if entry.dealing is not None:
        return (
            session.out.label(registry[entry.entity].label),
            entry.text,
            *deals.words(session, registry, entry.dealing),
        )
    kind = word("visit", "kind", entry.kind) if entry.entity == "visit" else ""
    what = kind or session.out.label(registry[entry.entity].label)
    return (
        what, entry.text, word("visit", "result", entry.result), word("review", "outcome", entry.outcome),
        entry.remark or "",
    )  # fmt: skip


def _fields(session: Session, entity: Any, card: Card, directory: Directory) -> list[tuple[str, str]]:
    from crmdesk.core.format import EMPTY, format_value

    found = []
    contested = {conflict.key for conflict in card.view.conflicts}
    for declared in entity.fields:
        text = format_value(
            declared, card.view.values.get(declared.name), session.out.language, directory.name_of
        )
        if not declared.repeated and text != EMPTY:
            mark = session.out.text("  （有冲突）", "  (conflict)") if declared.name in contested else ""
            found.append((session.out.label(declared.label), text + mark))
    return found


def _facts(card: Card, directory: Directory, story: list[Entry]) -> dict[str, Any]:
    return {
        "customer": card.id,
        "owner": directory.owner_name(card.bucket),
        "fields": {k: v for k, v in card.view.values.items() if ":" not in k and v is not None},
        "tags": [{"id": t, "name": directory.name_of("tag", t)} for t in card.tags],
        "contacts": [
            {"id": p.id, "name": p.name, "position": p.position, "phones": list(p.phones), "email": p.email}
            for p in card.contacts
        ],
        "timeline": [
            {
                "id": e.id, "entity": e.entity, "kind": e.kind, "at": instant(e.at_ms), "by": directory.person_name(e.by),
                "text": e.text, "result": e.result, "next_step": e.next_step, "next_on": e.next_on,
                "outcome": e.outcome, "remark": e.remark, "done": e.is_done, "interaction": e.interaction,
                "amount": money(*e.dealing.amount) if e.dealing and e.dealing.amount else None, "state": e.dealing.state if e.dealing else None,
            }
            for e in story
        ],
        "conflicts": [conflict.key for conflict in card.view.conflicts],
        "visits": card.visits,
        "last_visit_at": instant(card.last_visit_at),
        "unsent": card.is_unsent,
    }  # fmt: skip


@command(contact_app, "add")
def add_contact(
    session: Session,
    customer: Customer,
    name: str,
    phone: Annotated[
        list[str] | None, typer.Option(help="A phone number; repeatable. 电话，可重复。")
    ] = None,
    field: Fields = None,
) -> None:
    """Add a person at a customer. 新建联系人。"""
    from crmdesk.usecases import customers
    from crmdesk.usecases.directory import read_registry

    found = session.customer_to_write(customer)
    entity, today = read_registry(session.reader)["contact"], session.workspace.today()
    phones = [str(naming.value(entity, "phone", text, today) or "") for text in phone or ()]
    values = naming.values(entity, field or (), today)
    done = customers.add_contact(session.replica, found, {**values, "name": name}, tuple(phones))
    session.out.say(
        {"contact": done.value, "customer": found, "txn": done.txn},
        f"已新建联系人「{name}」。",
        f"Added “{name}”.",
    )
