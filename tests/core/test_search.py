"""Whatever part of a name, number or word a person types, the customer is found; proven on a real FTS5 table."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlcipher3 import dbapi2 as sqlcipher

from crmdesk.core.search import Terms, index_terms, parse_query, phone_tokens, rank
from crmdesk.core.text import Readings, normalise, pieces
from crmdesk.system.resources import resource

READINGS = Readings.parse(resource("pinyin", "readings.txt").read_text("utf-8"))

NAMES = [
    "深圳市华为技术有限公司",
    "深圳华为技术有限公司",
    "重庆长安银行股份有限公司",
    "广东省深圳市朝阳音乐器材有限责任公司",
    "西安方岸信息",
    "TCL科技集团",
    "58同城",
    "曾国仇",
    "上海天元机电（宁波）有限公司",
]

LEGAL_FORMS = ("股份有限公司", "有限责任公司", "有限公司")


class Index:
    """A search table like the product's own, over real FTS5."""

    def __init__(self) -> None:
        self._base = sqlcipher.connect(":memory:")
        self._base.execute(
            "create virtual table found using fts5(cn, py, ini, en, ph, content='', contentless_delete=1,"
            " tokenize='unicode61', prefix='1 2', detail=column)"
        )

    def add(self, key: int, terms: Terms) -> None:
        self._base.execute(
            "insert into found(rowid, cn, py, ini, en, ph) values (?, ?, ?, ?, ?, ?)", (key, *terms)
        )

    def keys(self, typed: str) -> set[int]:
        query = parse_query(READINGS, typed)
        if not query:
            return set()
        rows = self._base.execute("select rowid from found where found match ?", (query.fts5(),))
        return {key for (key,) in rows}

    def names(self, typed: str) -> set[str]:
        return {NAMES[key] for key in self.keys(typed)}

    def close(self) -> None:
        self._base.close()


@pytest.fixture(scope="module")
def names() -> Iterator[Index]:
    index = Index()
    for key, name in enumerate(NAMES):
        index.add(key, index_terms(READINGS, names=[name]))
    yield index
    index.close()


@pytest.fixture
def empty() -> Iterator[Index]:
    index = Index()
    yield index
    index.close()


def stem_length(parts: list[str], name: str) -> int:
    legal = next((form for form in LEGAL_FORMS if name.endswith(form)), "")
    return len(parts) - len(legal)


def every_run(parts: list[str], begun: int) -> Iterator[tuple[int, int]]:
    return ((start, end) for start in range(begun) for end in range(start + 1, len(parts) + 1))


@pytest.mark.parametrize("name", NAMES)
def test_every_run_of_characters_finds_the_name(names: Index, name: str) -> None:
    parts = pieces(normalise(name))
    for start, end in every_run(parts, len(parts)):
        assert name in names.names("".join(parts[start:end])), parts[start:end]


@pytest.mark.parametrize("name", NAMES)
def test_pinyin_from_every_syllable_finds_the_name_at_every_letter(names: Index, name: str) -> None:
    parts = pieces(normalise(name))
    for sounds in READINGS.spellings(parts):
        for start in range(stem_length(parts, name)):
            letters = "".join(sounds[start:])
            for size in range(1, len(letters) + 1):
                assert name in names.names(letters[:size]), letters[:size]


@pytest.mark.parametrize("name", NAMES)
def test_initials_from_every_character_find_the_name(names: Index, name: str) -> None:
    parts = pieces(normalise(name))
    for sounds in READINGS.spellings(parts):
        heads = [sound[: len(part)] for sound, part in zip(sounds, parts, strict=True)]
        for start, end in every_run(heads, stem_length(parts, name)):
            assert name in names.names("".join(heads[start:end])), heads[start:end]


@pytest.mark.parametrize(
    "typed",
    [
        "深圳华为",
        "深圳市华为",
        "shenzhenhuawei",
        "szhw",
        "深圳hw",
        "sz 华为",
        "shenzhen hw",
        "shenzhenhw",
        "szhuawei",
        "华为 深圳",
    ],
)
def test_a_city_is_found_with_and_without_its_shi_in_every_way_of_typing(names: Index, typed: str) -> None:
    assert names.names(typed) == {"深圳市华为技术有限公司", "深圳华为技术有限公司"}


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("cqcayh", "重庆长安银行股份有限公司"),
        ("xi'an", "西安方岸信息"),
        ("xianfangan", "西安方岸信息"),
        ("zhaoyang", "广东省深圳市朝阳音乐器材有限责任公司"),
        ("chaoyang", "广东省深圳市朝阳音乐器材有限责任公司"),
        ("广东深圳朝阳", "广东省深圳市朝阳音乐器材有限责任公司"),
        ("zengguo", "曾国仇"),
        ("tclkj", "TCL科技集团"),
        ("ＴＣＬ", "TCL科技集团"),
        ("58tc", "58同城"),
        ("机电(宁波)", "上海天元机电（宁波）有限公司"),
        ("tianyuanjidianningbo", "上海天元机电（宁波）有限公司"),
    ],
)
def test_a_name_is_found_by_what_people_type(names: Index, typed: str, name: str) -> None:
    assert names.names(typed) == {name}


@pytest.mark.parametrize("typed", ["华技", "深圳银", "shenzhenbeijing", "szcq", "华为 重庆", "tclx", "q58"])
def test_what_is_not_in_the_name_is_not_found(names: Index, typed: str) -> None:
    assert names.names(typed) == set()


@pytest.mark.parametrize("typed", ["", "  ", "'\"()*:^-", "，。", "\x00"])
def test_nothing_to_search_for_is_an_empty_query(typed: str) -> None:
    query = parse_query(READINGS, typed)
    assert (bool(query), query.fts5()) == (False, "")


@pytest.mark.parametrize(
    "typed",
    ["138", "13800138000", "00138000", "8000", "138-0013", "+86 138 0013", "+8613800138000", "８０００"],
)
def test_a_mobile_number_is_found_by_its_beginning_and_its_endings(empty: Index, typed: str) -> None:
    empty.add(1, index_terms(READINGS, phones=["+86 138-0013-8000"]))
    empty.add(2, index_terms(READINGS, phones=["13911112222"]))
    assert empty.keys(typed) == {1}


@pytest.mark.parametrize("typed", ["0755", "0755-2678", "26789012", "9012", "801", "13900001111"])
def test_every_number_in_a_phone_field_is_found(empty: Index, typed: str) -> None:
    empty.add(1, index_terms(READINGS, phones=["(0755) 26789012 转 801", "13700002222 13900001111"]))
    assert empty.keys(typed) == {1}


def test_two_digits_do_not_ask_for_every_phone() -> None:
    assert '"13"' in parse_query(READINGS, "13").fts5()
    assert "ph" not in parse_query(READINGS, "13").fts5()


def test_a_short_number_is_indexed_once() -> None:
    assert phone_tokens("10086") == ["10086"]


@pytest.mark.parametrize(
    "typed",
    [
        "pioneer",
        "rob",
        "pioneer rob",
        "ROBOTICS Pioneer",
        "pr",
        "prl",
        "cafe",
        "C0003680",
        "3680",
        "杭州",
        "sales",
    ],
)
def test_english_codes_cities_and_mail_are_found_by_words_and_beginnings(empty: Index, typed: str) -> None:
    empty.add(
        1,
        index_terms(
            READINGS,
            english=["Pioneer Robotics Ltd.", "Café"],
            other=["C0003680", "杭州市", "sales@example.com"],
        ),
    )
    empty.add(2, index_terms(READINGS, english=["Atlas Packaging Ltd."]))
    assert empty.keys(typed) == {1}


@pytest.mark.parametrize(
    "typed", ["O'Brien", "o’brien", "obrien", "obri", "brien", "o'b", "Sean O'Brien", "so"]
)
@pytest.mark.parametrize("name", ["Sean O'Brien", "Sean O’Brien", "SEAN O＇BRIEN"])
@pytest.mark.parametrize("purpose", ["names", "english", "other"])
def test_a_name_with_an_apostrophe_is_found_with_it_and_without(
    empty: Index, purpose: str, name: str, typed: str
) -> None:
    empty.add(1, index_terms(READINGS, **{purpose: [name]}))
    empty.add(2, index_terms(READINGS, **{purpose: ["Olga Hill"]}))
    if not (purpose == "other" and typed == "so"):  # initials are for names
        assert empty.keys(typed) == {1}


def test_a_name_with_an_apostrophe_comes_before_one_that_only_begins_so() -> None:
    hits = [(1, "OBrien Brothers"), (2, "O'Brien")]
    assert rank(READINGS, parse_query(READINGS, "O'Brien"), hits) == [2, 1]


def test_tokens_are_lean() -> None:
    terms = index_terms(READINGS, names=["深圳启邦建材有限公司"])
    assert [len(column.split()) for column in terms] == [10, 6, 6, 0, 0]


chinese = st.text(alphabet="深圳市省华为长重曾行乐一龘𠮷朝阳有限公司", min_size=1, max_size=14)


@settings(max_examples=150, deadline=None)
@given(name=chinese, data=st.data())
def test_any_part_of_any_chinese_name_finds_it(name: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(start + 1, len(name)))
    index = Index()
    index.add(1, index_terms(READINGS, names=[name]))
    assert index.keys(name[start:end]) == {1}
    index.close()


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=90) | st.text(alphabet="\"'()*:^{}+-~ ANDORNEAR深圳szhw138ßÉ１\x00", max_size=60))
def test_no_typing_breaks_the_search(text: str) -> None:
    index = Index()
    index.add(1, index_terms(READINGS, names=[text], english=[text], phones=[text], other=[text]))
    assert index.keys(text) <= {1}
    index.close()


@pytest.mark.parametrize("typed", ["华为", "huawei", "hw"])
def test_hits_come_exact_then_beginning_then_containing_then_shorter(typed: str) -> None:
    hits = [(1, "北京华为通信"), (2, "华为技术有限公司"), (3, "华为"), (4, "华为技术"), (5, "上海华为")]
    assert rank(READINGS, parse_query(READINGS, typed), hits) == [3, 4, 2, 5, 1]


def test_equal_hits_keep_the_order_in_which_they_came() -> None:
    assert rank(READINGS, parse_query(READINGS, "华为"), [("b", "华为乙"), ("a", "华为甲")]) == ["b", "a"]
