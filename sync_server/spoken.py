"""What the server's console says in words where the program has codes, states and ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from crmdesk.core.entities import BOOK_KINDS, REGISTRY, USER
from crmdesk.core.errors import CrmError, describe
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
    "parent": Label("上级团队", "part of"),
    "shares_books": Label("组内互相可改", "shares books"),
    "device": Label("设备", "laptop"),
    "id": Label("编号", "id"),
    "state": Label("状态", "state"),
    "words": Label("核对词", "words"),
    "doubt": Label("原因", "why it waits"),
    "pulled_at": Label("最近同步", "up to date"),
    "wiped_at": Label("清除于", "wiped"),
    "share": Label("共享", "share"),
    "customer": Label("客户", "customer"),
    "of": Label("负责人", "whose"),
    "with": Label("共享给", "with"),
    "can_write": Label("可以修改", "may change it"),
    "by": Label("操作人", "by"),
    "since": Label("开始", "from"),
    "until": Label("截止（含当天）", "until, included"),
    "delegation": Label("代理", "delegation"),
    "user": Label("人员", "person"),
    "deputy": Label("代理人", "deputy"),
    "entity": Label("类别", "kind"),
    "title": Label("标题", "called"),
    "received_at": Label("收到", "received"),
    "sealed_at": Label("封存于", "sealed"),
    "brought_at": Label("送回于", "brought back"),
    "verdict": Label("结果", "verdict"),
    "code": Label("说明", "why"),
    "edits": Label("修改数", "edits"),
    "discarded_at": Label("作废于", "discarded"),
    "discarded_by": Label("作废人", "discarded by"),
    "epoch": Label("恢复纪元", "epoch"),
    "reason": Label("原因", "why"),
    "accepted": Label("采纳", "accepted"),
    "quarantined": Label("待查", "kept apart"),
    "rejected": Label("被拒", "refused"),
    "drafts": Label("草稿", "drafts"),
    "contents": Label("附件", "contents"),
    "confirmed_at": Label("确认于", "confirmed"),
    "digest": Label("摘要", "digest"),
    "chain": Label("客户簿", "book"),
    "number": Label("序号", "number"),
    "done_at": Label("时间", "when"),
    "kind": Label("类型", "kind"),
    "said": Label("内容", "what"),
    "root": Label("签名根", "root"),
    "signed_at": Label("签名于", "signed"),
    "chains": Label("链", "chains"),
    "rows": Label("行", "rows"),
    "told_at": Label("报告于", "told"),
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


CONSOLE: Final = Label("服务器命令行", "the server's console")
COMPANY: Final = Label("公司", "company")
_STATES: Final = {
    "pending": Label("待批准", "waits to be let in"),
    "active": Label("使用中", "active"),
    "leaving": Label("正在交回未发送的内容", "hands in what is unsent"),
    "revoked": Label("已停用，待清除", "shut out, to be wiped"),
    "wiped": Label("已清除", "wiped"),
}
_DOUBTS: Final = {
    "token_reused": Label("令牌被用了两次，可能被复制", "a token was used twice: maybe copied"),
    "token_unknown": Label("服务器恢复后不认识其令牌", "its token is not known since a restore"),
    "sign_in": Label("有人在上面用登录密码登录过", "signed in with the password"),
}
_VERDICTS: Final = {
    "accepted": Label("已采纳", "accepted"),
    "merged": Label("已合并", "merged"),
    "rejected": Label("被拒绝", "refused"),
    "quarantined": Label("待查", "kept apart"),
}
_REASONS: Final = {
    "order": Label("被停用", "was shut out"),
    "lease": Label("离线超过期限", "was away too long"),
}


def state_word(state: str) -> Label:
    """What a laptop's state is called."""
    return _word(_STATES, state)


def doubt_word(doubt: str | None) -> Label | None:
    """Why a laptop waits, if not for its first approval."""
    return None if doubt is None else _word(_DOUBTS, doubt)


def verdict_word(verdict: str) -> Label:
    """What became of an edit."""
    return _word(_VERDICTS, verdict)


def reason_word(reason: str) -> Label:
    """Why a laptop sealed what it held."""
    return _word(_REASONS, reason)


def entity_word(entity: str) -> Label:
    """A kind of record."""
    found = REGISTRY.entities.get(entity)
    return found.label if found else Label(entity, entity)


def happened(code: str | None, entity: str, about: str | None) -> Label | None:
    """Why a record was refused, in the words of its error."""
    if code is None:
        return None
    kind = REGISTRY.entities.get(entity)
    field = kind.by_name.get(about or "") if kind else None
    facts: dict[str, object] = {"field": field.label if field else about or "", "entity": entity_word(entity)}
    return Label(describe(code, "zh_CN", facts).happened, describe(code, "en", facts).happened)


def bucket_word(kind: str, owner: str | None) -> Label:
    """What a bucket is, and whose."""
    if kind == "config":
        return Label("公司设置", "settings")
    found = next((one.label for one in BOOK_KINDS if one.key == kind), Label(kind, kind))
    return Label(f"{owner}（{found.zh}）", f"{owner} ({found.en})") if owner else found


def handed_on(owner: str) -> Label:
    """A book that was once another's: whose it is now."""
    return Label(f"现由 {owner} 负责", f"now {owner}'s")


def _word(words: Mapping[str, Label], key: str) -> Label:
    return words.get(key, Label(key, key))
