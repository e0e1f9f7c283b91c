"""The list of what somebody may, in words of both languages."""

from __future__ import annotations

import msgspec
import pytest

from crmdesk.core.errors import Language
from crmdesk.core.permissions import ACTS, Permissions, Shared, StandIn, told

PLAIN = Permissions(
    "u", "Ann", "rep", None, None, (), (), None, None, (), "read", "none", "read", (), (), (), (), ("claim", "share")
)  # fmt: skip


def lines(found: Permissions, language: Language) -> list[str]:
    return [line for section in told(found, language) for line in section.lines]


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_part_of_the_list_has_words(language: Language) -> None:
    full = msgspec.structs.replace(
        PLAIN,
        custom_role="r",
        custom_role_name="内勤",
        withheld=("customer.grade", "visit.*", "nothing.known"),
        hidden=("contact", "unknown"),
        shares_to=(Shared("c", "宏远机械", "b", "Bo", False, None),),
        stands_in_for=(StandIn("c", "Cai", 1_795_000_000_000, 1_795_086_400_000),),
        acts=tuple(ACTS),
    )
    said = "\n".join(lines(full, language))
    for part in ("内勤", "宏远机械", "Bo", "Cai", *(label.text(language) for label in ACTS.values())):
        assert part in said
    assert ("客户 · 等级" if language == "zh_CN" else "Customer · Grade") in said
    assert (
        "客户的联系人：姓名、电话、邮箱"
        if language == "zh_CN"
        else "The people behind a customer: names, phones, mails"
    ) in said
    assert ("拜访 · 全部字段" if language == "zh_CN" else "Visit · everything") in said


def test_what_does_not_apply_is_said_too() -> None:
    assert all(section.lines for section in told(PLAIN, "en"))
    assert len(told(PLAIN, "en")) == len(told(PLAIN, "zh_CN"))
    assert "Nothing may be changed" in lines(msgspec.structs.replace(PLAIN, role="auditor"), "en")
