"""Invented customers for demonstrations, tests and measurements: the same ones for the same seed.

Says what a record holds and what it hangs under; who writes it, with which id and clock, is not known here.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeVar

import msgspec

from crmdesk.core.values import Value, money
from crmdesk.system.resources import resource
from crmdesk.usecases.sample_dealings import Dealings

SAMPLE_TAG: Final = "示例数据 Sample"

_STAGES: Final = ("lead", "contact", "intent", "quote", "won", "lost")
_STAGE_WEIGHTS: Final = (30, 25, 18, 12, 10, 5)
_GRADES: Final = ("A", "B", "C", "D")
_GRADE_WEIGHTS: Final = (10, 25, 45, 20)
_SOURCES: Final = ("exhibition", "referral", "web", "cold_call", "channel", "other")
_KINDS: Final = ("onsite", "phone", "wechat", "video", "email")
_RESULTS: Final = ("interested", "considering", "not_now", "problem")
_INDUSTRY_CODES: Final = {
    "machinery": "34", "electronics": "39", "building": "30", "food": "14", "medical": "358", "logistics": "54",
    "chemical": "26", "other": "72",
}  # fmt: skip
_HUES: Final = ("blue", "teal", "green", "amber", "red", "violet", "pink")
_HEADCOUNTS: Final = (12, 35, 60, 120, 260, 800, 2400)

# Mobile prefixes apart from the common ones and an area code that no place has: what is invented should
# be nobody's.
_MOBILE_PREFIXES: Final = ("160", "161", "163", "164", "168", "169")
_CREDIT_PREFIX: Final = "91000000"
_CREDIT_DIGITS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"

_DAY_MS: Final = 86_400_000
_HOUR_MS: Final = 3_600_000
_OFFICE_OPENS_UTC: Final = 1  # nine o'clock in China
_EPOCH: Final = date(1970, 1, 1)

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class SampleRecord:
    """One record to be made: references and `tag:` elements name other records by their local `key`.

    `home` is the key of the customer it hangs under; `author` one of the authors handed in.
    """

    entity: str
    key: str
    home: str | None
    author: str
    values: Mapping[str, Value]


class _Place(msgspec.Struct, frozen=True, array_like=True):
    city: str
    english: str
    code: str


class _Firms(msgspec.Struct, frozen=True):
    brand: str
    trades: dict[str, list[str]]
    english_brands: list[str]
    english_trades: dict[str, list[str]]
    legal: list[str]
    english_legal: list[str]
    roads: list[str]


class _People(msgspec.Struct, frozen=True):
    surnames: str
    given: str
    english: list[str]
    positions: list[str]


class _TagGroup(msgspec.Struct, frozen=True, array_like=True):
    name: str
    english: str
    exclusive: bool
    tags: list[str]


class _Notes(msgspec.Struct, frozen=True):
    visits: list[str]
    next_steps: list[str]
    tasks: list[str]
    remarks: list[str]
    tags: list[_TagGroup]


def generate(*, seed: int, customers: int, authors: Sequence[str], today: date) -> Iterator[SampleRecord]:
    """Invent tag groups, tags and `customers` customers with their contacts, visits, tasks and dealings.

    Every record comes after the one it hangs under. Values are canonical (`crmdesk.core.values`), the
    fields those of `crmdesk.core.entities`. Each customer carries the tag "示例数据 Sample". Dates lie
    around `today`, so the same day gives the same records.
    """
    return _Inventor(seed, authors, today).records(customers)


class _Inventor:
    """Draws from the word lists with one seeded source of chance."""

    def __init__(self, seed: int, authors: Sequence[str], today: date) -> None:
        self._chance = random.Random(seed)  # noqa: S311 -- invented data, not secrets
        self._authors = authors
        self._today = today
        self._names: set[str] = set()
        self._places = msgspec.json.decode(_words("places"), type=list[_Place])
        self._firms = msgspec.json.decode(_words("firms"), type=_Firms)
        self._people = msgspec.json.decode(_words("people"), type=_People)
        self._notes = msgspec.json.decode(_words("notes"), type=_Notes)
        self._industries = tuple(self._firms.trades)
        self._groups: list[tuple[_TagGroup, list[str]]] = []
        self._dealings = Dealings(seed, today)

    def records(self, customers: int) -> Iterator[SampleRecord]:
        yield from self._tags()
        for number in range(1, customers + 1):
            yield from self._family(number)

    def _tags(self) -> Iterator[SampleRecord]:
        author = self._authors[0]
        yield SampleRecord("tag_group", "tag_group-0", None, author, {"name": "数据来源 · Origin"})
        sample: dict[str, Value] = {"name": SAMPLE_TAG, "group": "tag_group-0", "hue": "grey"}
        yield SampleRecord("tag", "tag-0", None, author, sample)
        count = 0
        for number, group in enumerate(self._notes.tags, start=1):
            home = f"tag_group-{number}"
            name = f"{group.name} · {group.english}"
            yield SampleRecord("tag_group", home, None, author, {"name": name, "exclusive": group.exclusive})
            self._groups.append((group, keys := []))
            for tag in group.tags:
                count += 1
                keys.append(f"tag-{count}")
                values: dict[str, Value] = {"name": tag, "group": home, "hue": _HUES[count % len(_HUES)]}
                yield SampleRecord("tag", keys[-1], None, author, values)

    def _family(self, number: int) -> Iterator[SampleRecord]:
        """One customer and all that hangs under it, by one author."""
        key = f"customer-{number}"
        author = self._pick(self._authors)
        found = self._customer(number)
        yield SampleRecord("customer", key, None, author, found)
        contacts = [f"contact-{number}-{index}" for index in range(self._pick((1, 1, 2)))]
        for contact in contacts:
            chief = contacts[0] if contact != contacts[0] else None
            yield SampleRecord(
                "contact", contact, key, author, self._contact(key) | self._dealings.place(chief)
            )
        for index in range(self._pick((0, 1, 1, 2, 3))):
            yield SampleRecord("visit", f"visit-{number}-{index}", key, author, self._visit(key, contacts[0]))
        if self._once_in(4):
            yield SampleRecord("task", f"task-{number}", key, author, self._task(key))
        stage = str(found["stage"])
        for dealing in self._dealings.of(number, key, contacts[0], stage):
            yield SampleRecord(dealing.entity, dealing.key, key, author, dealing.values)

    def _customer(self, number: int) -> dict[str, Value]:
        place = self._pick(self._places)
        industry = self._pick(self._industries)
        stage = self._chance.choices(_STAGES, _STAGE_WEIGHTS)[0]
        values = self._firm(place, industry)
        values |= {
            "code": f"C{number:07}",
            "stage": stage,
            "grade": self._chance.choices(_GRADES, _GRADE_WEIGHTS)[0],
            "source": self._pick(_SOURCES),
            "industry_code": _INDUSTRY_CODES[industry],
            "region_code": place.code,
            "city": place.city,
            "address": f"{place.city}市{self._pick(self._firms.roads)}{self._below(900) + 1}号",
            "phone": self._mobile(),
            "email": f"office@c{number}.example",
            "website": f"https://c{number}.example",
            "wechat": f"wx_c{number}",
            "employees": self._pick(_HEADCOUNTS) + self._below(10),
            "annual_revenue": money((self._below(900) + 10) * 10_000_000),
            "remark": f"[{SAMPLE_TAG}] {self._pick(self._notes.remarks)}",
        }
        return values | self._progress(number, stage) | dict.fromkeys(self._chosen_tags(), True)

    def _progress(self, number: int, stage: str) -> dict[str, Value]:
        """What is known of a customer only once somebody has dealt with it."""
        values: dict[str, Value] = {}
        if stage in ("intent", "quote", "won"):
            values["amount"] = money((self._below(400) + 5) * 1_000_000)
        if stage == "won":
            values["credit_code"] = _credit_code(number)
        if stage != "lost" and not self._once_in(3):
            values["next_follow_up_on"] = self._day(-6, 40)
        return values

    def _firm(self, place: _Place, industry: str) -> dict[str, Value]:
        """A name that no other invented firm has; one in ten is English."""
        invent = self._english_firm if self._once_in(10) else self._chinese_firm
        values = invent(place, industry, "")
        while values["name"] in self._names:
            values = invent(place, industry, self._pick(self._firms.brand))
        self._names.add(str(values["name"]))
        return values

    def _chinese_firm(self, place: _Place, industry: str, more: str) -> dict[str, Value]:
        brand = self._pick(self._firms.brand) + self._pick(self._firms.brand) + more
        town = f"{place.city}市" if self._once_in(6) else place.city
        trade = self._pick(self._firms.trades[industry])
        return {"name": f"{town}{brand}{trade}{self._pick(self._firms.legal)}", "short_name": brand + trade}

    def _english_firm(self, place: _Place, industry: str, more: str) -> dict[str, Value]:
        brand, trade = (
            self._pick(self._firms.english_brands),
            self._pick(self._firms.english_trades[industry]),
        )
        branch = f" ({place.english}) {self._below(100) + 1}" if more else ""
        name = f"{brand} {trade}{branch} {self._pick(self._firms.english_legal)}"
        return {"name": name, "name_en": name, "short_name": brand}

    def _chosen_tags(self) -> list[str]:
        """The sample's own tag and some of the groups', not two of an exclusive group."""
        chosen = ["tag:tag-0"]
        for group, keys in self._groups:
            if self._once_in(2):
                chosen.append(f"tag:{self._pick(keys)}")
                if not group.exclusive and self._once_in(4):
                    chosen.append(f"tag:{self._pick(keys)}")
        return chosen

    def _contact(self, customer: str) -> dict[str, Value]:
        phone = self._mobile()
        return {
            "customer": customer,
            "name": self._person(),
            "position": self._pick(self._people.positions),
            "phone:1": phone,
            "email": f"p{phone}@people.example",
        }

    def _person(self) -> str:
        surname = self._pick(self._people.surnames)
        if self._once_in(12):
            return f"{self._pick(self._people.english)} {surname}"
        second = "" if self._once_in(3) else self._pick(self._people.given)
        return surname + self._pick(self._people.given) + second

    def _visit(self, customer: str, contact: str) -> dict[str, Value]:
        days_ago = self._below(self._below(360) + 1) + 1  # recent ones are the more frequent
        opens = ((self._today - _EPOCH).days - days_ago) * _DAY_MS + _OFFICE_OPENS_UTC * _HOUR_MS
        values: dict[str, Value] = {
            "customer": customer,
            "contact": contact,
            "kind": self._pick(_KINDS),
            "at": opens + self._below(9 * 60) * 60_000,
            "summary": self._pick(self._notes.visits),
            "result": self._pick(_RESULTS),
        }
        if self._once_in(2):
            values |= {"next_step": self._pick(self._notes.next_steps), "next_on": self._day(1, 30)}
        return values

    def _task(self, customer: str) -> dict[str, Value]:
        values: dict[str, Value] = {"title": self._pick(self._notes.tasks), "due_on": self._day(-5, 20)}
        return values | {"customer": customer, "done": self._once_in(4)}

    def _mobile(self) -> str:
        return f"{self._pick(_MOBILE_PREFIXES)}{self._below(100_000_000):08}"

    def _day(self, first: int, last: int) -> str:
        """A date between `first` and `last` days from today."""
        return (self._today + timedelta(days=first + self._below(last - first + 1))).isoformat()

    def _once_in(self, times: int) -> bool:
        return self._below(times) == 0

    def _below(self, bound: int) -> int:
        return int(self._chance.random() * bound)

    def _pick(self, items: Sequence[_Item]) -> _Item:
        return items[int(self._chance.random() * len(items))]


def _words(name: str) -> bytes:
    return resource("sample", f"{name}.json").read_bytes()


def _credit_code(number: int) -> str:
    """A unified social credit code (GB 32100-2015) with a true check digit and a false area code."""
    body = f"{_CREDIT_PREFIX}{number:09}"
    total = sum(_CREDIT_DIGITS.index(digit) * pow(3, place, 31) for place, digit in enumerate(body))
    return body + _CREDIT_DIGITS[-total % 31]
