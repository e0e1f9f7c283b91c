"""Invented Chinese customers of whom some are there twice, written differently: what the matcher learns and is judged by.

Homophones, dropped and swapped characters, traditional characters, full width, names without their place or legal form,
phones in every fashion, blanks. One in twenty is a sibling: a company of the same group, at the same address, often with
the same phone, in another trade; it is a company of its own. One trade in six is a word that the product's own list
does not have. All of it is made up.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from crmdesk.core.firm_words import OLD_FORMS, PLACES, TRADES
from crmdesk.core.text import Readings
from crmdesk.core.values import Value

Values = dict[str, Value]
_BRAND: Final = (
    "启邦明辰新丰创通博茂嘉科凯思中拓恒远瑞达华信诚德润泰和盛昌鼎安立佳宏亿联永兴正源海川云峰金禾天宇星航力众卓越东方"
    "晶锐捷睿凌霄鹏程骏驰圣尚雅韵清澜朗逸景岚沛霖钧泽旭晟铭阳康源腾耀欣荣展翔祥瑞隆基高登久恩普顺富群英智汇百图尔"
)
_OWN_TRADES: Final = [
    "宠物用品",
    "渔具",
    "户外装备",
    "烟花",
    "假发",
    "眼镜片",
    "无人机",
    "船用阀件",
    "滤清器",
    "香精香料",
    "竹制品",
    "琴业",
    "灯饰画",
    "充电桩",
    "菌业",
    "蜂业",
    "鞋材",
    "冷链",
]
_LEGAL: Final = ("有限公司",) * 6 + ("有限责任公司", "股份有限公司", "集团有限公司", "厂")
_ROADS: Final = ("人民路", "建设路", "解放路", "中山路", "新华路", "工业路", "科技路", "创业路", "滨江路", "迎宾路", "长江路", "黄河路", "振兴路", "文化路", "光明路", "和平路", "东风路", "红旗路", "高新大道", "学府街")  # fmt: skip
_AREAS: Final = ("高新区", "经济开发区", "城东工业园", "城西产业园", "科技园", "软件园", "保税区", "临港新区")  # fmt: skip
_NEW_TO_OLD: Final = {new: chr(old) for old, new in OLD_FORMS.items()}
_DIGITS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True, slots=True)
class Doubles:
    """`rows` are customers; `pairs` those of them, by place in the list, that are one company."""

    rows: list[Values]
    pairs: set[tuple[int, int]]


def doubles(readings: Readings, seed: int, count: int, share: float = 0.1, siblings: float = 0.05) -> Doubles:
    """`count` customers, of which about `share` are second writings of others and `siblings` companies of one group."""
    return _Maker(readings, seed).made(count, share, siblings)


class _Maker:
    def __init__(self, readings: Readings, seed: int) -> None:
        self.chance = random.Random(seed)
        self.alike: dict[str, list[str]] = {}
        for char, sound in readings.usual.items():
            if "\u4e00" <= char <= "\u9fff":
                self.alike.setdefault(sound, []).append(char)
        self.readings = readings
        lines = [line.split() for line in PLACES.strip().splitlines()]
        self.places = [(province, name) for province, _, *names in lines for name in names]
        self.number = 0

    def made(self, count: int, share: float, siblings: float) -> Doubles:
        firms = [self.firm() for _ in range(int(count * (1 - share - siblings)))]
        rows = [values for values, _ in firms]
        pairs = set()
        rows += [self.sibling(*self.chance.choice(firms)) for _ in range(int(count * siblings))]
        for at in self.chance.sample(range(len(rows)), count - len(rows)):
            pairs.add((at, len(rows)))
            rows.append(self.written_again(rows[at]))
        order = list(range(len(rows)))
        self.chance.shuffle(order)
        now = {old: new for new, old in enumerate(order)}
        placed = ((now[a], now[b]) for a, b in pairs)
        return Doubles([rows[old] for old in order], {(min(pair), max(pair)) for pair in placed})

    def firm(self) -> tuple[Values, str]:
        """A company, and what it is called by."""
        chance = self.chance
        self.number += 1
        province, city = chance.choice(self.places)
        brand = "".join(chance.choice(_BRAND) for _ in range(chance.choice((2, 2, 2, 3, 3, 4))))
        name = self.named(city, brand)
        values: Values = {
            "name": name, "city": city, "region_code": f"{province}{self.area(city)}00",
            "address": f"{city}市{chance.choice(_AREAS) if chance.random() < 0.4 else ''}{chance.choice(_ROADS)}{chance.randint(1, 999)}号",
            "phone": self.mobile() if chance.random() < 0.6 else f"0{chance.randint(310, 999)}-{chance.randint(2, 8)}{chance.randint(0, 9999999):07}",
            "credit_code": self.code(province), "email": self.mail(brand),
        }  # fmt: skip
        self.leave_out(
            values, {"region_code": 0.3, "phone": 0.15, "credit_code": 0.6, "email": 0.4, "address": 0.2}
        )
        return values, brand

    def named(self, city: str, brand: str) -> str:
        chance = self.chance
        trade = chance.choice(_OWN_TRADES) if chance.random() < 1 / 6 else chance.choice(TRADES)
        place = chance.choice((city, city, f"{city}市", ""))
        legal = chance.choice(_LEGAL)
        return (
            f"{brand}（{city}）{trade}{legal}" if chance.random() < 0.06 else f"{place}{brand}{trade}{legal}"
        )

    def area(self, city: str) -> str:
        return f"{(sum(map(ord, city)) % 20) + 1:02}"

    def mobile(self) -> str:
        return f"16{self.chance.choice('013489')}{self.chance.randint(0, 99999999):08}"

    def mail(self, brand: str) -> str:
        sound = "".join(self.readings.usual.get(c, c) for c in brand)
        if self.chance.random() < 0.35:
            return f"{self.chance.randint(10**7, 10**10)}@qq.com"
        return f"{self.chance.choice(('office', 'sales', 'info', 'hr'))}@{sound}{self.number}.example"

    def code(self, province: str) -> str:
        body = f"91{province}0000{self.chance.randint(0, 999999999):09}"
        total = sum(_DIGITS.index(digit) * pow(3, place, 31) for place, digit in enumerate(body))
        return body + _DIGITS[-total % 31]

    def leave_out(self, values: Values, shares: dict[str, float]) -> None:
        for name, share in shares.items():
            if self.chance.random() < share:
                values.pop(name, None)

    def sibling(self, firm: Values, brand: str) -> Values:
        """Another company of the same group, under the same roof."""
        values = dict(firm)
        values["name"] = self.named(str(firm["city"]), brand)
        while values["name"] == firm["name"]:
            values["name"] = self.named(str(firm["city"]), brand)
        values.pop("credit_code", None)
        if "credit_code" in firm and self.chance.random() < 0.7:
            values["credit_code"] = self.code(str(firm["credit_code"])[2:4])
        if self.chance.random() < 0.6:
            values["phone"] = self.mobile()
        if "email" in firm and self.chance.random() < 0.8:
            values["email"] = self.mail(brand)
        self.leave_out(values, {"phone": 0.1, "email": 0.3, "address": 0.1})
        return values

    # -- a second writing ----------------------------------------------------------------------------

    def written_again(self, firm: Values) -> Values:
        """The same company as somebody else wrote it down."""
        chance = self.chance
        values = dict(firm)
        name = str(values["name"])
        changes: tuple[Callable[[str], str], ...] = (
            self.homophone, self.dropped, self.swapped, self.traditional, self.full_width, self.without_place,
            self.without_place, self.without_legal, self.without_legal, self.other_legal, self.with_province,
        )  # fmt: skip
        for _ in range(chance.choice((0, 1, 1, 1, 2, 2))):
            name = chance.choice(changes)(name)
        values["name"] = name
        if "phone" in values:
            values["phone"] = (
                self.mobile() if chance.random() < 0.2 else self.phone_again(str(values["phone"]))
            )
        if "address" in values:
            values["address"] = self.address_again(str(values["address"]))
        if "credit_code" in values and chance.random() < 0.03:
            values["credit_code"] = self.typo(str(values["credit_code"]))
        if "email" in values and chance.random() < 0.4:
            head, _, domain = str(values["email"]).partition("@")
            values["email"] = (
                f"{chance.choice(('office', 'sales', 'service'))}@{domain}"
                if "qq" not in domain
                else f"{head}1@{domain}"
            )
        self.leave_out(
            values,
            {"region_code": 0.3, "phone": 0.2, "credit_code": 0.5, "email": 0.3, "address": 0.3, "city": 0.3},
        )
        return values

    def at(self, name: str) -> int:
        """A place among what is neither legal form nor in brackets, most often."""
        return self.chance.randrange(max(1, len(name) - 4))

    def homophone(self, name: str) -> str:
        at = self.at(name)
        others = self.alike.get(self.readings.usual.get(name[at], ""), [])[:12]
        return name[:at] + self.chance.choice(others or [name[at]]) + name[at + 1 :]

    def dropped(self, name: str) -> str:
        at = self.at(name)
        return name[:at] + name[at + 1 :]

    def swapped(self, name: str) -> str:
        at = self.at(name)
        return name[:at] + name[at : at + 2][::-1] + name[at + 2 :]

    def traditional(self, name: str) -> str:
        return "".join(_NEW_TO_OLD.get(char, char) for char in name)

    def full_width(self, name: str) -> str:
        return f" {name.replace('(', '（')}　"

    def without_place(self, name: str) -> str:
        for _, city in self.places:
            if name.startswith(city):
                return name.removeprefix(city).removeprefix("市")
        return name

    def with_province(self, name: str) -> str:
        for line in PLACES.strip().splitlines():
            _, province, *cities = line.split()
            if any(name.startswith(city) for city in cities):
                return f"{province}省{name}"
        return name

    def without_legal(self, name: str) -> str:
        return (
            name.removesuffix("有限公司")
            .removesuffix("有限责任公司")
            .removesuffix("股份")
            .removesuffix("集团")
        )

    def other_legal(self, name: str) -> str:
        return (
            name.replace("有限责任公司", "有限公司") if "责任" in name else name.replace("有限公司", "公司")
        )

    def phone_again(self, phone: str) -> str:
        digits = phone.replace("-", "")
        fashion = self.chance.randrange(5)
        if len(digits) == 11 and digits[0] == "1":
            return (
                phone,
                f"+86 {phone}",
                f"{phone[:3]}-{phone[3:7]}-{phone[7:]}",
                f"{phone[:3]} {phone[3:7]} {phone[7:]}",
                self.typo(phone) if self.chance.random() < 0.3 else phone,
            )[fashion]
        return (
            phone,
            digits,
            f"({phone[:4]}){phone[5:]}",
            phone[5:],
            f"{phone}转{self.chance.randint(100, 999)}",
        )[fashion]

    def typo(self, text: str) -> str:
        at = self.chance.randrange(3, len(text))
        return text[:at] + self.chance.choice("0123456789") + text[at + 1 :]

    def address_again(self, address: str) -> str:
        city, _, rest = address.partition("市")
        return (
            address,
            rest,
            f"{city}{rest}",
            address.removesuffix("号"),
            address.replace("号", "号3楼"),
            address.replace("路", "路 "),
        )[self.chance.randrange(6)]
