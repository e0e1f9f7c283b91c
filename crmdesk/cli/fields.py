"""`fields`: those that the company adds to the product's own, listed, added, changed and retired."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from crmdesk.cli.command import command, group
from crmdesk.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crmdesk.core.registry import Field
    from crmdesk.core.values import Value
    from crmdesk.usecases.custom_fields import Declared

fields_app = group("Fields of the company's own. 公司自己的字段。")

_FieldName = Annotated[str, typer.Argument(metavar="FIELD", help="Its id, or its name. 编号或名称。")]
_English = Annotated[str | None, typer.Option("--english", help="Its name in English. 英文名。")]
_Choices = Annotated[
    list[str] | None,
    typer.Option(
        "--option",
        metavar="[KEY=]ZH[/EN[/HUE]]",
        help="A choice, or what one is called now; repeatable. 选项，可重复。",
    ),
]
_Asked = Annotated[
    bool | None, typer.Option("--asked/--not-asked", help="Whether forms ask for it. 是否要求填写。")
]
_Least = Annotated[str | None, typer.Option("--least", help="The least number or amount. 最小值。")]
_Most = Annotated[str | None, typer.Option("--most", help="The greatest number or amount. 最大值。")]
_Longest = Annotated[str | None, typer.Option("--longest", help="Characters at most. 最长字数。")]
_Pattern = Annotated[str | None, typer.Option("--pattern", help=r"How it is spelled: [A-Z]{2}\d{4}. 格式。")]
_Explained = Annotated[
    str | None, typer.Option("--explained", metavar="ZH[/EN]", help="The pattern in words. 格式说明。")
]
_Help = Annotated[
    str | None, typer.Option("--hint", metavar="ZH[/EN]", help="What stands below it. 填写说明。")
]
_Searchable = Annotated[
    bool | None, typer.Option("--searchable/--not-searchable", help="Whether search finds it. 是否可搜索。")
]
_Industries = Annotated[
    list[str] | None,
    typer.Option(
        "--industry",
        help="Only customers of it have the field; repeatable, `all` for every one. 仅限行业，可重复。",
    ),
]
_Unseen = Annotated[
    list[str] | None,
    typer.Option(
        "--unseen-by",
        help="A role whose forms leave it out; repeatable, `none` for no role. 不显示给的角色，可重复。",
    ),
]
_EVERY: Final = {"all": "", "none": ""}


@command(fields_app, "list")
def listing(
    session: Session,
    entity: Annotated[str, typer.Argument(help="One kind of record only: customer. 只看一种记录。")] = "",
) -> None:
    """List the fields, and how many records say something in each. 列出字段及填写情况。"""
    from crmdesk.core.registry import TYPE_LABELS
    from crmdesk.usecases import custom_fields

    found = [one for one in custom_fields.listed(session.reader) if entity in ("", one.entity)]
    out = session.out
    if out.as_json:
        out.json({"fields": [_facts(one) for one in found]})
        return
    out.rows(
        out.text("记录类型 名称 类型 要求填写 已填 编号", "Record Name Type Asked Filled Id").split(),
        [
            (
                one.entity,
                out.label(one.field.label)
                + (out.text("（已停用）", " (retired)") if one.field.retired else ""),
                out.label(TYPE_LABELS[one.field.type]),
                out.text("是", "yes") if one.field.asked else "",
                "—" if one.percent is None else f"{one.percent}%",
                one.id,
            )
            for one in found
        ],
        empty=out.text("公司还没有自己的字段。", "The company has no fields of its own."),
    )


def _facts(one: Declared) -> dict[str, Any]:
    field, limits = one.field, one.field.limits
    return {
        "field": one.id, "name": f"{one.entity}.{field.name}", "entity": one.entity, "type": field.type.value,
        "label_zh": field.label.zh, "label_en": field.label.en, "asked": field.asked, "retired": field.retired,
        "searchable": field.search is not None, "filled": one.filled, "records": one.total,
        "options": [
            {"key": o.key, "zh": o.label.zh, "en": o.label.en, "hue": o.hue, "retired": o.retired} for o in field.options
        ],
        "least": limits.least if limits else None, "most": limits.most if limits else None,
        "longest": limits.longest if limits else None, "pattern": limits.pattern if limits else "",
        "industries": list(field.only_for), "unseen_by": str(one.values.get("unseen_by") or "").split(),
        "position": one.values.get("position"),
    }  # fmt: skip


@command(fields_app, "add")
def add(
    session: Session,
    entity: Annotated[str, typer.Argument(help="The kind of record: customer, contact, visit… 记录类型。")],
    name: Annotated[str, typer.Argument(help="Its name in Chinese. 中文名。")],
    kind: Annotated[
        str,
        typer.Option(
            "--type", help="text, long_text, choice, date, integer, money, boolean, phone, email. 类型。"
        ),
    ] = "text",
    english: _English = None,
    option: _Choices = None,
    asked: _Asked = None,
    least: _Least = None,
    most: _Most = None,
    longest: _Longest = None,
    pattern: _Pattern = None,
    explained: _Explained = None,
    hint: _Help = None,
    searchable: _Searchable = None,
    industry: _Industries = None,
    unseen_by: _Unseen = None,
) -> None:
    """Add a field; its kind of value never changes. 新建字段，类型以后不能更改。"""
    from crmdesk.core.custom_fields import custom_field
    from crmdesk.usecases import custom_fields

    said: dict[str, Value] = {"type": kind, "label_zh": name}
    said |= _values(
        session, custom_field("", said), english=english, option=option, asked=asked, least=least, most=most,
        longest=longest, pattern=pattern, explained=explained, hint=hint, searchable=searchable, industry=industry,
        unseen_by=unseen_by,
    )  # fmt: skip
    with closing(session.workspace.another_reader()) as reader:
        done = custom_fields.add(session.replica, reader, entity, said)
    session.out.say(
        {"field": done.value, "name": f"{entity}.x_{done.value}", "txn": done.txn},
        f"已新建字段「{name}」：x_{done.value}",
        f"Added “{name}”: x_{done.value}",
    )


@command(fields_app, "change")
def change(
    session: Session,
    field: _FieldName,
    name: Annotated[str | None, typer.Option("--name", help="Its name in Chinese. 中文名。")] = None,
    english: _English = None,
    option: _Choices = None,
    drop_option: Annotated[
        list[str] | None,
        typer.Option("--drop-option", metavar="KEY", help="Offer it no longer. 不再提供某选项。"),
    ] = None,
    asked: _Asked = None,
    least: _Least = None,
    most: _Most = None,
    longest: _Longest = None,
    pattern: _Pattern = None,
    explained: _Explained = None,
    hint: _Help = None,
    searchable: _Searchable = None,
    industry: _Industries = None,
    unseen_by: _Unseen = None,
    position: Annotated[
        int | None, typer.Option(min=1, help="Which place it has among its own. 在同类字段中的位置。")
    ] = None,
) -> None:
    """Change a field; an empty text takes something off it. 修改字段，空文本表示去掉。"""
    from crmdesk.usecases import custom_fields

    with closing(session.workspace.another_reader()) as reader:
        known = custom_fields.find(reader, field)
        wanted = _values(
            session, known.field, english=english, option=option, asked=asked, least=least, most=most,
            longest=longest, pattern=pattern, explained=explained, hint=hint, searchable=searchable,
            industry=industry, unseen_by=unseen_by, drop_option=drop_option,
        )  # fmt: skip
        wanted |= {"label_zh": name} if name is not None else {}
        shown = custom_fields.open_form(reader, session.replica.registry, known.id)
        done = custom_fields.change(session.replica, reader, known.id, wanted, shown)
        txn = done.txn
        if position is not None:
            beside = [one.id for one in custom_fields.listed(reader) if one.entity == known.entity]
            moved = custom_fields.move(
                session.replica, reader, known.id, position - 1 - beside.index(known.id)
            )
            txn = txn or moved.txn
    session.out.say(
        {"field": known.id, "changed": sorted(done.value), "txn": txn},
        "已修改。" if txn else "没有变化。",
        "Changed." if txn else "Nothing differed.",
    )


@command(fields_app, "retire")
def retire(
    session: Session,
    field: _FieldName,
    back: Annotated[bool, typer.Option("--back", help="Have it in forms again. 恢复使用。")] = False,
) -> None:
    """Take a field out of every form; what it holds is kept. 停用字段，已填内容保留。"""
    from crmdesk.usecases import custom_fields

    known = custom_fields.find(session.reader, field)
    done = custom_fields.retire(session.replica, known.id, is_retired=not back)
    session.out.say(
        {"field": known.id, "retired": not back, "txn": done.txn},
        "已恢复使用。" if back else "已停用，已填内容保留。",
        "It is in forms again." if back else "No form has it any longer; what it holds is kept.",
    )


def _values(
    session: Session,
    field: Field,
    *,
    option: Sequence[str] | None,
    drop_option: Sequence[str] | None = None,
    industry: Sequence[str] | None,
    unseen_by: Sequence[str] | None,
    **given: Any,
) -> dict[str, Value]:
    """What the options say, as values of a field's record; what was not given is left as it is."""
    from crmdesk.core.doubts import amount_of
    from crmdesk.core.entities import CUSTOM_FIELD
    from crmdesk.core.format import parse_value
    from crmdesk.core.registry import Field as Declaration
    from crmdesk.core.registry import Type

    found: dict[str, Value] = {}
    for name, key in (
        ("english", "label_en"),
        ("pattern", "pattern"),
        ("asked", "required"),
        ("searchable", "searchable"),
    ):
        if given[name] is not None:
            found[key] = given[name]
    for name, key in (("explained", "explained"), ("hint", "help")):
        if given[name] is not None:
            zh, _, en = str(given[name]).partition("/")
            found |= {f"{key}_zh": zh, f"{key}_en": en}
    for name in ("least", "most", "longest"):
        if given[name] is not None:
            kind = Type.MONEY if field.type is Type.MONEY and name != "longest" else Type.INTEGER
            of = Declaration(name, kind, CUSTOM_FIELD.by_name[name].label)
            found[name] = amount_of(parse_value(of, given[name], today=session.workspace.today()))
    if industry is not None:
        found["industries"] = " ".join(_industry(one) for one in industry).strip()
    if unseen_by is not None:
        found["unseen_by"] = " ".join(_role(session, one) for one in unseen_by).strip()
    return found | _options(field, option or (), drop_option or ())


def _industry(text: str) -> str:
    """An industry's code; what is unknown is refused with the field."""
    from crmdesk.usecases.codes import code_of

    return _EVERY.get(text, code_of("industry", text) or text)


def _role(session: Session, text: str) -> str:
    """A role by what it is called. Raises `bad_argument`."""
    from crmdesk.core.entities import ROLES
    from crmdesk.core.errors import CrmError
    from crmdesk.core.text import normalise
    from crmdesk.usecases.directory import read_directory

    own = {role.key: (role.key, role.label.zh, role.label.en) for role in ROLES}
    own |= {key: (key, name, name) for key, name in read_directory(session.reader).roles.items()}
    wanted = normalise(text)
    if text in _EVERY:
        return ""
    for key, names in own.items():
        if wanted in map(normalise, names):
            return key
    raise CrmError("bad_argument", argument=text, hint=", ".join(names[1] for names in own.values()))


def _options(field: Field, given: Sequence[str], dropped: Sequence[str]) -> dict[str, Value]:
    """Choices as elements: those given are added or renamed, those dropped are retired. Raises `bad_argument`."""
    from dataclasses import replace

    from crmdesk.core.custom_fields import option_key, option_text
    from crmdesk.core.entities import HUES
    from crmdesk.core.errors import CrmError
    from crmdesk.core.registry import Label, Option

    known = {option.key: option for option in field.options}
    before = dict(known)
    for text in given:
        key, equals, said = text.partition("=")
        zh, en, hue = (*(said if equals else text).split("/"), "", "")[:3]
        label = Label(zh, en or zh)
        if hue and hue not in {one.key for one in HUES}:
            raise CrmError("bad_argument", argument=hue, hint=", ".join(one.key for one in HUES))
        name = key if equals else option_key(label, known)
        fresh = HUES[(len(known) + 1) % len(HUES)].key
        known[name] = Option(name, label, hue or (known[name].hue if name in known else fresh))
    for name in dropped:
        if name not in known:
            raise CrmError("bad_argument", argument=name, hint=", ".join(before))
        known[name] = replace(known[name], retired=True)
    return {
        f"option:{key}": option_text(option, place)
        for place, (key, option) in enumerate(known.items(), 1)
        if before.get(key) != option
    }
