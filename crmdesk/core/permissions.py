"""What somebody may see and do in the company, as a list that a person can read and confirm.

The server makes the list from its rights; its digest is over ids and rights alone, so that a name that is spelt
otherwise is no change of rights.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final, Literal, TypeAlias

import msgspec

from crmdesk.core.dates import day_of
from crmdesk.core.entities import REGISTRY, USER
from crmdesk.core.errors import Language
from crmdesk.core.parts import CONTACT
from crmdesk.core.registry import Label
from crmdesk.core.roles import EVERY_FIELD, Role
from crmdesk.core.values import encode

State: TypeAlias = Literal["confirmed", "changed", "never"]
Access: TypeAlias = Literal["none", "read", "write"]


class Colleague(msgspec.Struct, frozen=True, array_like=True):
    """Somebody whose customers one reads, all of them, and whether one may change them."""

    user: str
    name: str
    can_write: bool


class Shared(msgspec.Struct, frozen=True, array_like=True):
    """A customer that is shared: with whom, or whose it is; until when (UTC milliseconds), if it ends by itself."""

    customer: str
    customer_name: str
    user: str
    name: str
    can_write: bool
    until: int | None


class StandIn(msgspec.Struct, frozen=True, array_like=True):
    """Who stands in for whom: the other person, from when until when (UTC milliseconds)."""

    user: str
    name: str
    starts: int
    ends: int


class Permissions(msgspec.Struct, frozen=True):
    """Everything that somebody may see and do. `acts` are keys of `ACTS`."""

    user: str
    name: str
    role: str
    custom_role: str | None
    custom_role_name: str | None
    withheld: tuple[str, ...]
    hidden: tuple[str, ...]
    team: str | None
    team_name: str | None
    colleagues: tuple[Colleague, ...]
    pool: Access
    pool_details: Access
    settings: Access
    shares_to: tuple[Shared, ...]
    shares_from: tuple[Shared, ...]
    stands_in_for: tuple[StandIn, ...]
    deputies: tuple[StandIn, ...]
    acts: tuple[str, ...]

    def canonical(self) -> bytes:
        """The list as it is confirmed: ids and rights in canonical JSON, without anybody's name."""
        told: dict[str, Any] = {
            "user": self.user, "role": self.role, "custom_role": self.custom_role, "withheld": list(self.withheld), "hidden": list(self.hidden),
            "team": self.team, "pool": self.pool, "pool_details": self.pool_details, "settings": self.settings,
            "colleagues": [[c.user, c.can_write] for c in self.colleagues],
            "shares_to": [[s.customer, s.user, s.can_write, s.until] for s in self.shares_to],
            "shares_from": [[s.customer, s.user, s.can_write, s.until] for s in self.shares_from],
            "stands_in_for": [[d.user, d.starts, d.ends] for d in self.stands_in_for],
            "deputies": [[d.user, d.starts, d.ends] for d in self.deputies],
            "acts": list(self.acts),
        }  # fmt: skip
        return encode(told)

    @property
    def digest(self) -> str:
        """BLAKE2b-256 of `canonical`, in hexadecimal."""
        return hashlib.blake2b(self.canonical(), digest_size=32).hexdigest()


class Confirmation(msgspec.Struct, frozen=True):
    """When somebody confirmed a list (UTC milliseconds), which one, and on which laptop."""

    digest: str
    at: int
    device: str


class Own(msgspec.Struct, frozen=True):
    """One's own list as it is now, and what of it one confirmed last."""

    permissions: Permissions
    digest: str
    state: State
    confirmed: Confirmation | None


class Standing(msgspec.Struct, frozen=True):
    """Whether somebody confirmed what they may: the list as it is, one that changed since, or none."""

    user: str
    name: str
    role: str
    custom_role_name: str | None
    team_name: str | None
    state: State
    digest: str
    at: int | None
    device: str | None


class Standings(msgspec.Struct, frozen=True):
    """Everybody's, by name."""

    people: tuple[Standing, ...]

    @property
    def confirmed(self) -> int:
        return sum(one.state == "confirmed" for one in self.people)


def state_of(digest: str, confirmed: Confirmation | None) -> State:
    """How a list stands against what was confirmed."""
    if confirmed is None:
        return "never"
    return "confirmed" if confirmed.digest == digest else "changed"


# -- in words -----------------------------------------------------------------------------------------------

STATES: Final[dict[State, Label]] = {
    "confirmed": Label("已确认", "confirmed"),
    "changed": Label("确认后有变化", "changed since"),
    "never": Label("从未确认", "never confirmed"),
}
ACTS: Final[dict[str, Label]] = {
    "claim": Label("从公海认领客户", "Claim customers from the pool"),
    "share": Label("共享自己的客户，放入公海", "Share one's own customers, release them to the pool"),
    "hand_over": Label(
        "在可修改的客户簿之间移交客户", "Hand customers over between books that one may change"
    ),
    "review": Label("审阅拜访", "Review visits"),
    "configure": Label("维护标签、标签维度和自定义字段", "Change tags, tag groups and added fields"),
    "lead": Label(
        "设置人员、团队、角色，移交整本客户簿，停用用户和设备",
        "Change people, teams and roles, hand over whole books, shut out people and laptops",
    ),
    "judge": Label("处理服务器拒绝的修改", "Decide about changes that the server refused"),
    "audit": Label("查看审计", "Read the audit"),
    "see_as": Label("以他人视角查看（只读，有记录）", "See what another person sees (read only, on record)"),
}
PART_WORDS: Final[dict[str, Label]] = {
    CONTACT: Label("客户的联系人：姓名、电话、邮箱", "The people behind a customer: names, phones, mails"),
}
_ACCESS: Final[dict[Access, Label]] = {
    "none": Label("看不到", "not seen"),
    "read": Label("只读", "read only"),
    "write": Label("可修改", "read and change"),
}


class Section(msgspec.Struct, frozen=True):
    """A heading and the lines below it."""

    title: str
    lines: tuple[str, ...]


def told(found: Permissions, language: Language) -> list[Section]:
    """The list in a person's words. What does not apply is said too, so that nothing is left to guess."""
    zh = language == "zh_CN"
    say = _Say(language)
    own = ["自己的客户簿：可修改" if zh else "One's own customers: read and change"]
    if found.role == "auditor":
        own = ["不能修改任何内容" if zh else "Nothing may be changed"]
    reads = [f"{c.name} · {say.access(c.can_write)}" for c in found.colleagues]
    places = [
        ("公海的客户" if zh else "Customers in the pool", found.pool),
        ("公海客户的拜访等资料" if zh else "What lies below pooled customers", found.pool_details),
        ("公司的标签、字段等设置" if zh else "The company's tags, fields and other settings", found.settings),
    ]
    return [
        Section("角色" if zh else "Role", (say.role(found.role, found.custom_role_name), *say.team(found.team_name))),
        Section(
            "角色不可填写的字段" if zh else "Fields the role may not fill in",
            tuple(say.field(name) for name in found.withheld) or say.none,
        ),
        Section(
            "角色看不到的部分" if zh else "What the role may not see",
            tuple(PART_WORDS[part].text(language) if part in PART_WORDS else part for part in found.hidden) or say.none,
        ),
        Section("自己的客户" if zh else "Own customers", tuple(own)),
        Section("谁的客户簿" if zh else "Whose customers", tuple(reads) or say.none),
        Section(
            "公海与公司设置" if zh else "Pool and settings",
            tuple(f"{name} · {_ACCESS[access].text(language)}" for name, access in places),
        ),
        Section("共享给我的客户" if zh else "Customers shared with me", say.shares(found.shares_to)),
        Section("我的客户共享给谁" if zh else "My customers, shared with", say.shares(found.shares_from)),
        Section("我代理谁" if zh else "Whom I stand in for", say.stand_ins(found.stands_in_for)),
        Section("谁代理我" if zh else "Who stands in for me", say.stand_ins(found.deputies)),
        Section(
            "可以做的操作" if zh else "What may be done",
            tuple(ACTS[act].text(language) if act in ACTS else act for act in found.acts) or say.none,
        ),
    ]  # fmt: skip


class _Say:
    """Parts of the list in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.none: tuple[str, ...] = ("无" if language == "zh_CN" else "none",)

    def access(self, can_write: bool) -> str:
        return _ACCESS["write" if can_write else "read"].text(self.language)

    def role(self, role: str, custom: str | None) -> str:
        return role_name(role, custom, self.language)

    def team(self, name: str | None) -> tuple[str, ...]:
        if name is None:
            return ()
        return (f"团队：{name}" if self.language == "zh_CN" else f"Team: {name}",)

    def field(self, text: str) -> str:
        return field_name(text, self.language)

    def shares(self, found: tuple[Shared, ...]) -> tuple[str, ...]:
        ever = "不限期" if self.language == "zh_CN" else "without end"
        lines = (
            f"{s.customer_name or s.customer} · {s.name} · {self.access(s.can_write)} · "
            f"{ever if s.until is None else self.until(s.until)}"
            for s in found
        )
        return tuple(lines) or self.none

    def stand_ins(self, found: tuple[StandIn, ...]) -> tuple[str, ...]:
        return tuple(f"{d.name} · {day_of(d.starts)} – {day_of(d.ends - 1)}" for d in found) or self.none

    def until(self, ms: int) -> str:
        day = day_of(ms - 1).isoformat()
        return f"至 {day}" if self.language == "zh_CN" else f"until {day}"


def field_name(text: str, language: Language) -> str:
    """`customer.grade` or `visit.*` as a person knows it."""
    name, _, field = text.partition(".")
    entity = REGISTRY.entities.get(name)
    if entity is None:
        return text
    if field == EVERY_FIELD:
        part = "全部字段" if language == "zh_CN" else "everything"
    else:
        declared = entity.by_name.get(field)
        part = declared.label.text(language) if declared else field
    return f"{entity.label.text(language)} · {part}"


def role_called(name: str) -> Role | None:
    """The role that comes with the product which goes by this name: its code, or what it is called in either language."""
    wanted = name.strip().casefold()
    for role in Role:
        option = USER.by_name["role"].option(role.value)
        called = (role.value, option.label.zh, option.label.en) if option else (role.value,)
        if wanted in {one.casefold() for one in called}:
            return role
    return None


def role_name(role: str, custom: str | None, language: Language) -> str:
    """A role as people call it, with what it is a copy of where the company made it itself."""
    option = USER.by_name["role"].option(role)
    base = option.label.text(language) if option else role
    if custom is None:
        return base
    return f"{custom}（{base}）" if language == "zh_CN" else f"{custom} ({base})"
