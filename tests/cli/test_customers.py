from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.desk import Desk


def shown(desk: Desk, name: str) -> dict[str, object]:
    found = desk("customer", "show", name)
    assert isinstance(found, dict)
    return found


def test_a_customer_is_added_with_fields_named_in_either_language(desk: Desk) -> None:
    desk(
        "customer",
        "add",
        "宏远机械",
        "--field",
        "城市=苏州",
        "--field",
        "stage=意向",
        "--field",
        "Deal amount=1.2万",
    )
    fields = shown(desk, "宏远机械")["fields"]
    assert fields == {
        "name": "宏远机械",
        "city": "苏州",
        "stage": "intent",
        "amount": {"money": [1_200_000, "CNY"]},
    }


@pytest.mark.parametrize("name", ["宏远机械", "hongyuan", "hyjx", "C-7"])
def test_a_customer_is_named_by_name_pinyin_initials_or_code(desk: Desk, name: str) -> None:
    made = desk("customer", "add", "宏远机械", "--field", "code=C-7")["customer"]
    assert shown(desk, name)["customer"] == made


def test_a_full_name_wins_over_longer_names_that_contain_it(desk: Desk) -> None:
    made = desk("customer", "add", "宏远")["customer"]
    desk("customer", "add", "宏远机械")
    assert shown(desk, "宏远")["customer"] == made


def test_an_ambiguous_name_lists_the_candidates(desk: Desk) -> None:
    ids = {desk("customer", "add", name)["customer"] for name in ("宏远机械", "宏远电子")}
    error = desk.fails("customer", "show", "宏远")
    assert error["code"] == "ambiguous"
    assert {candidate["id"] for candidate in error["candidates"]} == ids


def test_only_fields_that_differ_are_changed(desk: Desk) -> None:
    desk("customer", "add", "Acme", "--field", "city=Suzhou")
    done = desk("customer", "set", "Acme", "--field", "city=Suzhou", "--field", "grade=A")
    assert done["changed"] == ["grade"]


def test_an_empty_text_empties_a_field(desk: Desk) -> None:
    desk("customer", "add", "Acme", "--field", "city=Suzhou")
    desk("customer", "set", "Acme", "--field", "city=")
    assert shown(desk, "Acme")["fields"] == {"name": "Acme"}


def test_a_deleted_customer_is_in_the_trash_until_restored(desk: Desk) -> None:
    desk("customer", "add", "Acme")
    desk("customer", "delete", "Acme")
    assert desk("customer", "list")["total"] == 0
    assert [row["name"] for row in desk("customer", "list", "--trash")["customers"]] == ["Acme"]
    desk("customer", "restore", "Acme")
    assert [row["name"] for row in desk("customer", "list")["customers"]] == ["Acme"]


def test_a_list_is_filtered_sorted_and_cut(desk: Desk) -> None:
    for name, stage in (("Bravo", "lead"), ("Alpha", "lead"), ("Charlie", "won")):
        desk("customer", "add", name, "--field", f"stage={stage}")
    assert [row["name"] for row in desk("customer", "list", "--stage", "线索")["customers"]] == [
        "Alpha",
        "Bravo",
    ]
    cut = desk("customer", "list", "--limit", "1", "--skip", "1")
    assert (cut["total"], [row["name"] for row in cut["customers"]]) == (3, ["Bravo"])


def test_a_contact_is_found_by_the_digits_of_any_phone(desk: Desk) -> None:
    desk("customer", "add", "Acme")
    desk("contact", "add", "Acme", "王芳", "--phone", "139 1234 5678", "--phone", "0512-65432109")
    assert [hit["name"] for hit in desk("customer", "find", "65432109")["hits"]] == ["王芳"]
    assert set(shown(desk, "Acme")["contacts"][0]["phones"]) == {"139 1234 5678", "0512-65432109"}  # type: ignore[index]


def test_what_others_typed_cannot_steer_the_terminal(desk: Desk) -> None:
    desk("customer", "add", "Acme [bold]\x1b[31mred")
    assert "\x1b" not in desk.run("customer", "list").out
    assert "[bold]" in desk.run("customer", "list").out


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_a_customer_reads_well_in_both_languages(desk: Desk, lang: str) -> None:
    desk("customer", "add", "Acme", "--field", "stage=won")
    text = desk.run("customer", "show", "Acme", "--lang", lang).out
    assert ("成交" if lang == "zh_CN" else "Won") in text


@pytest.mark.parametrize(
    ("lang", "labels"),
    [("zh_CN", ["现场拜访", "有意向", "联系人"]), ("en", ["On-site visit", "Interested", "Contact"])],
)
def test_a_customer_s_story_is_told_in_words_without_a_key(desk: Desk, lang: str, labels: list[str]) -> None:
    desk("customer", "add", "Acme")
    desk("contact", "add", "Acme", "王芳")
    desk("visit", "add", "Acme", "谈价格", "--kind", "onsite", "--result", "interested")
    text = desk.run("customer", "show", "Acme", "--lang", lang).out
    assert [label for label in labels if label not in text] == []
    assert not re.search(r"\b(onsite|interested|contact)\b", text)


@pytest.mark.parametrize("text", ["440305", "广东省深圳市南山区", "深圳南山区"])
def test_a_region_is_given_by_code_or_name_and_reads_as_a_place(desk: Desk, text: str) -> None:
    desk("customer", "add", "宏远机械", "--field", f"地区={text}", "--field", "Industry=131")
    fields = shown(desk, "宏远机械")["fields"]
    assert fields == {"name": "宏远机械", "region_code": "440305", "industry_code": "131"}
    said = desk.run("customer", "show", "宏远机械").out
    assert "广东省深圳市南山区" in said
    assert "谷物磨制" in said


@pytest.mark.parametrize("field", ["地区=999999", "地区=南山区", "行业=不存在", "行业=1"])
def test_a_code_that_does_not_exist_or_a_name_of_several_places_is_refused(desk: Desk, field: str) -> None:
    error = desk.fails("customer", "add", "宏远机械", "--field", field)
    assert error["code"] == "invalid_value"


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("stage=blah", "lead, "), ("amount=viel", "12k"), ("next_follow_up_on=someday", "friday"),
        ("employees=many", "a whole number"),
    ],
)  # fmt: skip
def test_what_is_not_valid_is_told_with_what_would_be(desk: Desk, field: str, told: str) -> None:
    error = desk.fails("customer", "add", "宏远机械", "--field", field, "--lang", "en")
    assert error["code"] == "invalid_value"
    assert told in error["next"]


def test_a_weekday_is_written_out_or_short(desk: Desk) -> None:
    for day in ("friday", "fri", "next thursday", "Wednesday"):
        desk("customer", "add", day, "--field", f"next_follow_up_on={day}")
    days = {name: desk("customer", "show", name)["fields"]["next_follow_up_on"] for name in ("friday", "fri")}
    assert days["friday"] == days["fri"]
    assert desk.fails("customer", "add", "x", "--field", "next_follow_up_on=frid")["code"] == "invalid_value"


def test_an_abolished_code_is_taken_as_it_is(desk: Desk) -> None:
    desk("customer", "add", "宏远机械", "--field", "region_code=320684")
    assert shown(desk, "宏远机械")["fields"] == {"name": "宏远机械", "region_code": "320684"}
    assert "江苏省南通市海门市" in desk.run("customer", "show", "宏远机械").out


def test_the_list_is_narrowed_to_a_region_with_what_became_part_of_it(desk: Desk) -> None:
    for name, code in (("甲", "440305"), ("乙", "320684"), ("丙", "320614"), ("丁", "441900")):
        desk("customer", "add", name, "--field", f"region_code={code}", "--field", "industry_code=131")

    def listed(*given: str) -> set[str]:
        return {row["name"] for row in desk("customer", "list", *given)["customers"]}

    assert listed("--region", "广东省") == {"甲", "丁"}
    assert listed("--region", "海门区") == {"乙", "丙"}
    assert listed("--region", "江苏", "--industry", "C") == {"乙", "丙"}
    assert listed("--industry", "A") == set()
    assert desk.fails("customer", "list", "--region", "没有")["code"] == "invalid_value"
    assert "深圳市南山区" in desk.run("customer", "list").out


def test_a_field_of_the_first_version_keeps_its_name_for_scripts(desk: Desk) -> None:
    desk("customer", "add", "宏远机械", "--field", "region=广东", "--field", "industry=machinery")
    assert shown(desk, "宏远机械")["fields"] == {
        "name": "宏远机械",
        "region": "广东",
        "industry": "machinery",
    }


def test_a_list_is_narrowed_by_conditions(desk: Desk) -> None:
    for name, size in (("Bravo", 5), ("Alpha", 500), ("Charlie", 50)):
        desk("customer", "add", name, "--field", f"employees={size}")
    where = '{"any": [{"field": "employees", "op": "at_least", "value": 500}, {"field": "name", "op": "contains", "value": "BRA"}]}'
    found = desk("customer", "list", "--where", where)
    assert [row["name"] for row in found["customers"]] == ["Alpha", "Bravo"]
    assert desk("customer", "list", "--where", '{"field": "owner", "op": "is", "value": "me"}')["total"] == 3
    assert desk("customer", "list", "--where", '{"has": "visit"}')["total"] == 0


def test_a_list_that_nobody_fits_says_so_and_how_many_there_are(desk: Desk) -> None:
    assert "还没有客户。" in desk.run("customer", "list", "--stage", "won", "--lang", "zh_CN").out
    desk("customer", "add", "Acme")
    assert (
        "没有符合条件的客户（共 1 个）"
        in desk.run("customer", "list", "--stage", "won", "--lang", "zh_CN").out
    )
    assert "No customer fits (1 in all)." in desk.run("customer", "list", "--where", '{"has": "visit"}').out


def test_fields_are_offered_in_the_readers_words(desk: Desk, tmp_path: Path) -> None:
    said = desk.run("customer", "add", "Acme", "--field", "星座=天蝎", "--lang", "zh_CN").err
    assert "城市 (city)" in said
    where = '{"field": "星座", "op": "is", "value": 1}'
    assert "城市 (city)" in desk.run("customer", "list", "--where", where, "--lang", "zh_CN").err
    (tmp_path / "a.csv").write_text("客户名称,打法\n甲,乙\n", encoding="utf-8")
    (tmp_path / "m.json").write_text('{"columns": {"打法": "星座"}}', encoding="utf-8")
    words = ("import", str(tmp_path / "a.csv"), "--mapping", str(tmp_path / "m.json"))
    assert "城市 (customer.city)" in desk.run(*words, "--lang", "zh_CN").err
    assert "customer.city" in desk.fails(*words)["next"]


def test_what_was_typed_on_a_command_line_is_not_said_to_be_kept(desk: Desk) -> None:
    desk("customer", "add", "Acme")
    error = desk.fails("deal", "add", "order", "Acme", "--field", "number=1", "--field", "amount=5")
    assert (error["code"], error["safe"]) == ("required", "Nothing was changed.")
    error = desk.fails("customer", "set", "Acme", "--field", "address=" + "长" * 30_000)
    assert (error["code"], error["safe"]) == ("field_too_long", "Nothing was changed.")
