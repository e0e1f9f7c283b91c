"""Values that could be read and are hardly right."""

from __future__ import annotations

import pytest

from crmdesk.core.doubts import doubt
from crmdesk.core.entities import CUSTOMER, REGISTRY
from crmdesk.core.registry import Field, Label, Type

PHONE = CUSTOMER.by_name["phone"]
EMAIL = CUSTOMER.by_name["email"]
CREDIT_CODE = CUSTOMER.by_name["credit_code"]


@pytest.mark.parametrize(
    "number",
    [
        "13800138000", "138 0013 8000", "+86 138-0013-8000", "0755-26770000", "(0755) 26770000", "010-62770334 转 8012",
        "26770000", "400-820-8820", "95588", "+1 650 253 0000", "+852 2345 6789", "0755-26770000-801", "0086 13800138000",
    ],
)  # fmt: skip
def test_a_number_that_can_be_dialled_raises_no_doubt(number: str) -> None:
    assert doubt(PHONE, number) is None


@pytest.mark.parametrize(
    "number", ["1380013800", "12000138000", "138001380000", "99999", "00000000", "+86 1", "12345678901"]
)
def test_a_number_that_no_network_has_is_doubted(number: str) -> None:
    assert doubt(PHONE, number)


@pytest.mark.parametrize("address", ["li.wei@example.com", "王@例子.中国", "a+b@sub.example.cn"])
def test_an_address_that_takes_mail_raises_no_doubt(address: str) -> None:
    assert doubt(EMAIL, address) is None


@pytest.mark.parametrize(
    "address", ["a@b", "a..b@example.com", "li wei@example.com", "a@-x.com", "a@example.c_m"]
)
def test_an_address_that_takes_none_is_doubted(address: str) -> None:
    assert doubt(EMAIL, address)


def test_a_credit_code_is_held_against_its_check_digits() -> None:
    assert doubt(CREDIT_CODE, "91110000600037341L") is None
    assert doubt(CREDIT_CODE, "91110000600037341l") is None
    for wrong in ("91110000600037341M", "91110000600037314L", "9111000060003734", "abc"):
        assert doubt(CREDIT_CODE, wrong), wrong


def test_what_says_nothing_or_is_of_another_kind_is_not_judged() -> None:
    for field in (PHONE, EMAIL, CREDIT_CODE):
        assert doubt(field, None) is None
        assert doubt(field, "") is None
        assert doubt(field, 5) is None
    assert doubt(Field("x_1", Type.TEXT, Label("文本", "Text")), "1") is None


def test_every_number_and_address_of_the_registry_is_held_against_the_same_rules() -> None:
    for entity in REGISTRY.entities.values():
        for field in entity.fields:
            if field.type in (Type.PHONE, Type.EMAIL):
                assert doubt(field, "1@"), f"{entity.name}.{field.name}"
