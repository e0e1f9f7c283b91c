"""Names are compared in one form, read aloud in pinyin and sorted as people expect."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.core.text import MAX_SPELLINGS, Readings, is_han, normalise, pieces
from crmdesk.system.resources import resource

TABLE = resource("pinyin", "readings.txt").read_text("utf-8")
READINGS = Readings.parse(TABLE)


def spoken(name: str) -> set[str]:
    return {" ".join(way) for way in READINGS.spellings(pieces(normalise(name)))}


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("ＡＢＣ１２３（深圳）", "abc123(深圳)"),
        ("  Café \u3000 MÜLLER ", "cafe muller"),
        ("Straße", "strasse"),
        ("", ""),
    ],
)
def test_width_case_accents_and_blanks_make_no_difference(typed: str, plain: str) -> None:
    assert normalise(typed) == plain


@given(st.text())
def test_a_normal_form_is_its_own_normal_form(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_chinese_characters_are_told_from_everything_else() -> None:
    assert [char for char in "深a1，〇ア龘𠮷Ω" if is_han(char)] == ["深", "〇", "龘", "𠮷"]


def test_a_name_is_cut_into_characters_and_words() -> None:
    assert pieces("tcl科技(深圳)3m") == ["tcl", "科", "技", "深", "圳", "3m"]


def test_the_usual_reading_comes_first() -> None:
    assert READINGS.spellings(["长", "虹"])[0] == ["chang", "hong"]


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("曾明", {"zeng ming", "ceng ming"}),
        ("单明", {"dan ming", "shan ming"}),
        ("仇明", {"chou ming", "qiu ming"}),
        ("朝阳", {"chao yang", "zhao yang"}),
        ("女装", {"nv zhuang"}),
        ("略", {"lue"}),
    ],
)
def test_a_name_is_read_in_every_way_people_say_it(name: str, ways: set[str]) -> None:
    assert spoken(name) == ways


def test_a_surnames_reading_counts_at_the_beginning_only() -> None:
    assert spoken("明单") == {"ming dan"}


def test_a_known_word_settles_the_reading() -> None:
    assert spoken("重庆长安银行") == {"chong qing chang an yin hang"}


def test_many_doubtful_characters_never_make_many_readings() -> None:
    ways = READINGS.spellings(list("重长行乐朝都"))
    assert len(ways) <= MAX_SPELLINGS
    assert ways[0] == ["zhong", "chang", "xing", "le", "chao", "du"]


def test_a_word_after_letters_still_settles_the_reading() -> None:
    assert READINGS.spellings(pieces("abc重庆")) == [["abc", "chong", "qing"]]


def test_names_sort_by_pinyin_with_one_surname_together() -> None:
    wanted = [
        "58同城",
        "360公司",
        "艾华",
        "安信",
        "昂立",
        "Atlas",
        "长沙",
        "重庆",
        "张三",
        "张三丰",
        "章二",
        "Zoe",
    ]
    assert sorted(set(wanted), key=READINGS.sort_key) == wanted


def test_numbers_in_names_sort_by_size() -> None:
    assert sorted(["第10分店", "第2分店"], key=READINGS.sort_key) == ["第2分店", "第10分店"]


@given(st.text(alphabet="张章重庆an58 Ａ"), st.text(alphabet="张章重庆an58 Ａ"))
def test_names_share_a_sort_key_only_when_people_could_not_tell_them_apart(one: str, other: str) -> None:
    if READINGS.sort_key(one) == READINGS.sort_key(other):
        assert normalise(one) == normalise(other)


def test_the_readings_load_in_a_moment() -> None:
    def took() -> float:
        begun = time.process_time()
        Readings.parse(TABLE)
        return time.process_time() - begun

    assert min(took() for _ in range(5)) < 0.05
