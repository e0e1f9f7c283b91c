"""Reading an address: which region it begins with, however it is written, and what is left of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from crmdesk.core.codes import Code, CodeTable

PROVINCE, CITY, COUNTY = 1, 2, 3
_MOST_NAMES: Final = 4

_PEOPLES: Final = [
    "蒙古",
    "回",
    "藏",
    "维吾尔",
    "苗",
    "彝",
    "壮",
    "布依",
    "朝鲜",
    "满",
    "侗",
    "瑶",
    "白",
    "土家",
    "哈尼",
    "哈萨克",
    "傣",
    "黎",
    "傈僳",
    "佤",
    "畲",
    "高山",
    "拉祜",
    "水",
    "东乡",
    "纳西",
    "景颇",
    "柯尔克孜",
    "土",
    "达斡尔",
    "仫佬",
    "羌",
    "布朗",
    "撒拉",
    "毛南",
    "仡佬",
    "锡伯",
    "阿昌",
    "普米",
    "塔吉克",
    "怒",
    "乌孜别克",
    "俄罗斯",
    "鄂温克",
    "德昂",
    "保安",
    "裕固",
    "京",
    "塔塔尔",
    "独龙",
    "鄂伦春",
    "赫哲",
    "门巴",
    "珞巴",
    "基诺",
    "各",
]
_PEOPLE: Final = "|".join(sorted(_PEOPLES, key=len, reverse=True))
_AUTONOMOUS: Final = re.compile("自治[州县旗]$")
_PEOPLES_LAST: Final = re.compile(f"(?:(?:{_PEOPLE})族)+$|(?:蒙古|哈萨克|柯尔克孜|壮)$")
_LAST: Final = re.compile("(?:特别行政区|自治区|地区|林区|特区|新区|矿区|省|市|盟|县|区|旗)$")
_SHORT_PROVINCES: Final = {
    "内蒙古自治区": "内蒙古", "广西壮族自治区": "广西", "西藏自治区": "西藏", "宁夏回族自治区": "宁夏", "新疆维吾尔自治区": "新疆",
}  # fmt: skip
_NO_NAMES: Final = frozenset(("市辖", "城", "郊", "矿", "县", "市中", "城中", "城郊"))
_GAP: Final = re.compile(r"[\s,，、/\\·.。|｜>›\-—–_()（）:：]+")
_BEFORE: Final = re.compile(r"(?:中华人民共和国|中国|地址[:：]?|\d{6}(?!\d))")
_BETWEEN: Final = re.compile(
    "市辖区|市辖县|(?:省|自治区)直辖县级行政(?:区划|单位)|(?:新疆)?生产建设兵团|(?:第?[一二三四五六七八九十]+师)"
)
_OTHERWISE: Final = re.compile(
    "[省市县区旗盟州]|[东西南北中]{0,2}(?:大?[路街道巷弄]|大街|大道|[里号桥站镇乡村]|胡同|公路|立交|火车|高铁|机场|客运)"
)
"""What follows a name that was not meant as a short name: a street called after a place, or a longer name."""
_OLD_FORMS: Final = str.maketrans(
    "廣東蘇浙雲貴寧夏臺灣陝遼龍慶漢鄭瀋陽濟島長鎮楊無錫門莊爾濱區縣鄉蕪馬連隴蘭銀鄂溫紹興華嶺豐潤衛灤趙蠡"
    "廈滬寶靜黃閔畢節遵義順麗蓮頭韶關汕環賀來賓樂眉資涼岳陰婁懷懸樹齊圖們淨內號國業園農場團師衡湘張營聊萊煙",
    "广东苏浙云贵宁夏台湾陕辽龙庆汉郑沈阳济岛长镇杨无锡门庄尔滨区县乡芜马连陇兰银鄂温绍兴华岭丰润卫滦赵蠡"
    "厦沪宝静黄闵毕节遵义顺丽莲头韶关汕环贺来宾乐眉资凉岳阴娄怀悬树齐图们净内号国业园农场团师衡湘张营聊莱烟",
)


class Place(NamedTuple):
    """A region that an address begins with, and the text behind it."""

    code: str
    rest: str


def short_name(name: str) -> str:
    """A place's name as people say it: 恩施土家族苗族自治州 as 恩施, 南山区 as 南山. The whole name where nothing would be left."""
    if name in _SHORT_PROVINCES:
        return _SHORT_PROVINCES[name]
    if _AUTONOMOUS.search(name):
        stem = _AUTONOMOUS.sub("", name)
        short = _PEOPLES_LAST.sub("", stem)
        return short if len(short) > 1 else re.split("族", stem)[0]
    short = _LAST.sub("", name)
    return short if len(short) > 1 and short not in _NO_NAMES else name


class Gazetteer:
    """The names of a table of regions, made ready for reading addresses."""

    def __init__(self, regions: CodeTable) -> None:
        self._regions = regions
        # By name: the codes that have it, and those that had it once, each with whether it is the whole name.
        self._now: dict[str, dict[str, bool]] = {}
        self._once: dict[str, dict[str, bool]] = {}
        self._longest: dict[str, int] = {}
        self._above: dict[str, frozenset[str]] = {}
        for line in regions.lines:
            self._note(line.name, line)
            if (short := short_name(line.name)) != line.name:
                self._note(short, line)

    def read(self, address: str, *, within: str = "") -> Place | None:
        """The region an address begins with; None where it names none, or one of several that it does not tell apart.

        `within` is a region that is known already, such as the customer's city: names are looked for there first.
        """
        text = address.translate(_OLD_FORMS)
        start = self._begin(text)
        places = list(self._from(text, start, within)) if within else []
        places = places or list(self._from(text, start))
        for end in sorted({end for end, _, _ in places}, reverse=True):
            there = [(code, is_whole) for at, code, is_whole in places if at == end]
            whole = [code for code, is_whole in there if is_whole] or [code for code, _ in there]
            if code := self._settled(set(whole)):
                return Place(code, address[self._skip(text, end) :].strip())
        return None

    def _settled(self, codes: set[str]) -> str | None:
        """The one that is meant: the wider of two that lie in each other, a province or city before a county far away."""
        if len(codes) == 1:
            return codes.pop()
        for one in codes:
            if all(one == other or one in self._ancestors(other) for other in codes):
                return one
        levels = {level: [c for c in codes if self._level(c) == level] for level in (PROVINCE, CITY)}
        if len(levels[PROVINCE]) == 1:
            return levels[PROVINCE][0]
        # A district of a municipality is as well known by its short name as a city is.
        if len(levels[CITY]) == 1 and not any(self._is_under_municipality(c) for c in codes):
            return levels[CITY][0]
        return None

    def _from(self, text: str, at: int, node: str = "", names: int = 1) -> Iterator[tuple[int, str, bool]]:
        """Every way to read on from `at`, below `node`: (end, code, whether the last name was whole)."""
        for end, code, is_whole in self._names_at(text, at, node):
            if is_whole or not _OTHERWISE.match(text, end):
                yield end, code, is_whole
            if names < _MOST_NAMES:
                # 石家庄桥西区 is no bridge: what is part of the place may follow its short name.
                yield from self._from(text, self._skip(text, end), code, names + 1)

    def _names_at(self, text: str, at: int, node: str) -> Iterator[tuple[int, str, bool]]:
        for size in range(min(len(text) - at, self._longest.get(text[at : at + 1], 0)), 1, -1):
            name = text[at : at + size]
            for code, is_whole in (
                self._below(self._now, name, node) or self._below(self._once, name, node)
            ).items():
                if (
                    is_whole or code != node
                ):  # a municipality is written twice, 上海市上海市; 上海大学 is no place
                    yield at + size, code, is_whole

    def _below(self, named: Mapping[str, Mapping[str, bool]], name: str, node: str) -> dict[str, bool]:
        """Of the codes with a name those that are or were below `node`, as what they are now."""
        inside: dict[str, bool] = {}
        for code, is_whole in named.get(name, {}).items():
            found = self._regions.current(code)
            if found is not None and (
                not node or (self._is_within(code, node) and self._is_within(found.code, node))
            ):
                inside[found.code] = is_whole or inside.get(found.code, False)
        return inside

    def _is_within(self, code: str, node: str) -> bool:
        return code == node or node in self._ancestors(code)

    def _ancestors(self, code: str) -> frozenset[str]:
        """What a code is or was part of, as it was and as it is now."""
        if code not in self._above:
            now = self._regions.current(code)
            chain = [*self._regions.parents(code), *(self._regions.parents(now.code) if now else ())]
            above = {c.code for c in chain}
            above |= {found.code for c in chain if (found := self._regions.current(c.code)) is not None}
            self._above[code] = frozenset(above - {code})
        return self._above[code]

    def _note(self, name: str, line: Code) -> None:
        named = (self._now if line.is_current else self._once).setdefault(name, {})
        named[line.code] = named.get(line.code, False) or name == line.name
        self._longest[name[0]] = max(self._longest.get(name[0], 0), len(name))

    def _begin(self, text: str) -> int:
        at = self._skip(text, 0)
        while found := _BEFORE.match(text, at):
            at = self._skip(text, found.end())
        return at

    def _skip(self, text: str, at: int) -> int:
        while found := (_GAP.match(text, at) or _BETWEEN.match(text, at)):
            at = found.end()
        return at

    def _level(self, code: str) -> int:
        found = self._regions.find(code)
        return found.level if found else 0

    def _is_under_municipality(self, code: str) -> bool:
        found = self._regions.find(code)
        return (
            found is not None
            and found.level == COUNTY
            and self._level(found.parent) == PROVINCE
            and found.code[2:4] != "90"
        )
