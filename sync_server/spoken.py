"""What the server's console says in words where the program has codes, states and ids."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from crmdesk.core.entities import USER
from crmdesk.core.errors import CrmError
from crmdesk.core.permissions import PART_WORDS, field_name
from crmdesk.core.registry import Label


class Lacking(NamedTuple):
    """What was looked for and is not there, and the commands that list what is."""

    label: Label
    lists: str


LACKING: Final = {
    "person": Lacking(Label("人员", "person"), "crmdesk-server user list"),
    "colleague": Lacking(Label("其他在职同事", "other person who works here"), "crmdesk-server user list"),
    "team": Lacking(Label("团队", "team"), "crmdesk-server team list"),
    "role": Lacking(Label("角色", "role"), "crmdesk-server role list"),
    "laptop": Lacking(Label("设备", "laptop"), "crmdesk-server device list"),
    "customer": Lacking(Label("客户", "customer of this id"), "crmdesk customer list --json"),
    "share": Lacking(Label("共享", "share"), "crmdesk-server share list"),
    "delegation": Lacking(Label("代理", "delegation"), "crmdesk-server delegation list"),
    "refused": Lacking(Label("被拒绝的修改", "refused record"), "crmdesk-server refused list"),
    "sealed": Lacking(Label("封存的内容", "sealed message"), "crmdesk-server sealed list"),
}
"""By the `what` of a `not_found`: an administrator may know what is there, and has commands that say it."""


def not_there(error: CrmError) -> Label:
    """What a `not_found` did not find, and where to look: better than “or you may not see it”."""
    name = error.about.get("looked_for", error.about.get("name", "…"))
    what = LACKING.get(str(error.about.get("what")))
    if what is None:
        return Label(f"找不到「{name}」。没有做任何改动。", f"There is no “{name}”. Nothing was changed.")
    return Label(
        f"没有{what.label.zh}「{name}」。没有做任何改动。请用 {what.lists} 查看。",
        f"There is no {what.label.en} “{name}”. Nothing was changed. See: {what.lists}",
    )


HEADINGS: Final = {
    "name": Label("名称", "name"),
    "role": Label("角色", "role"),
    "base": Label("复制自", "copy of"),
    "withheld": Label("不可填写", "may not write"),
    "hidden": Label("看不到", "may not read"),
    "people": Label("人员", "people"),
    "team": Label("团队", "team"),
    "disabled": Label("已离职", "left"),
}
"""What the columns of the tables are called; one that is not here keeps the name that it has in JSON."""


def role_word(role: str) -> Label:
    """A role that comes with the product, as people call it."""
    option = USER.by_name["role"].option(role)
    return option.label if option else Label(role, role)


def fields_told(names: Iterable[str]) -> Label:
    """Fields as people call them: `customer.grade`, `visit.*`."""
    return _listed(Label(field_name(one, "zh_CN"), field_name(one, "en")) for one in sorted(names))


def parts_told(names: Iterable[str]) -> Label:
    """Parts of customers as people call them: `contact`."""
    return _listed(PART_WORDS.get(one, Label(one, one)) for one in sorted(names))


def _listed(found: Iterable[Label]) -> Label:
    kept = list(found)
    return Label("、".join(one.zh for one in kept) or "-", ", ".join(one.en for one in kept) or "-")
