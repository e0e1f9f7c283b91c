"""What the server's console says in words where the program has codes, states and ids."""

from __future__ import annotations

from typing import Final, NamedTuple

from crmdesk.core.errors import CrmError
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
