"""Tables as other systems would hand them over, invented, with gaps, errors and duplicates planted at exact rates.

Every name is generated; nothing here is a real company or person.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

HEADINGS: Final = (
    "客户名称", "客户编号", "统一社会信用代码", "电话", "所属行业", "所在地区", "详细地址", "邮箱", "客户级别", "年营业额(万元)", "备注",
)  # fmt: skip
KEYS: Final = (0, 3, 4, 5, 8)
"""The columns whose blanks count as missing."""
_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_REGIONS: Final = ("浙江省杭州市", "江苏省苏州市", "广东深圳", "330106", "上海市浦东新区", "四川省成都市")
_INDUSTRIES: Final = ("通用设备制造业", "35", "房地产业", "餐饮业", "I65")
_FIRST: Final = "华宏泰盛恒瑞金鼎博远鸿源天信达诚永兴创联云启明德康安"
_LAST: Final = ("机械", "电子", "建材", "食品", "物流", "化工", "仪表", "科技", "贸易", "装备")


class Planted(NamedTuple):
    """What was planted: how many rows, blank key cells, rows with errors, rows that equal another."""

    rows: int
    gaps: int
    errors: int
    duplicates: int


def credit_code(chance: random.Random) -> str:
    """A credit code whose check character is right (GB 32100)."""
    body = "91" + f"{chance.choice((330106, 320505, 440305))}" + "".join(chance.choices(_ALPHABET, k=9))
    total = sum(_ALPHABET.index(c) * w for c, w in zip(body, _WEIGHTS, strict=True))
    return body + _ALPHABET[(31 - total % 31) % 31]


def customers(count: int, seed: int = 1) -> Iterator[list[str]]:
    """Clean rows under `HEADINGS`."""
    chance = random.Random(seed)
    for number in range(count):
        name = "".join(chance.choices(_FIRST, k=3)) + str(number) + chance.choice(_LAST) + "有限公司"
        yield [
            name, f"K{number:07}", credit_code(chance), f"13{chance.randrange(10**9):09}", chance.choice(_INDUSTRIES),
            chance.choice(_REGIONS), f"创业路{chance.randrange(1, 999)}号", f"office{number}@firm{number}.cn",
            chance.choice("ABCD"), f"{chance.randrange(100, 99999)}.5", "展会上认识（示例）",
        ]  # fmt: skip


def planted(
    count: int, *, gaps: float, errors: float, duplicates: float, seed: int = 1
) -> tuple[list[list[str]], Planted]:
    """Rows with such shares of blank key cells, of rows with an error, and of rows that are another once more."""
    chance = random.Random(seed)
    doubles = round(count * duplicates)
    rows = list(customers(count - doubles, seed))
    numbers = list(range(len(rows)))
    wrong = set(chance.sample(numbers, round(count * errors)))
    spoil = ((7, "没有邮箱"), (9, "很多"), (8, "ZZ"), (3, "1.38E+10"), (2, "91330106MA27000000"))
    for number in sorted(wrong):
        at, text = chance.choice(spoil)
        rows[number][at] = text
    double = chance.sample([n for n in numbers if n not in wrong], doubles)
    wanted = round(count * len(KEYS) * gaps)
    apart = wrong.union(double)
    cells = [(n, at) for n in numbers if n not in apart for at in KEYS[1:]]
    chance.shuffle(cells)
    for n, at in cells[:wanted]:
        rows[n][at] = ""
    rows += [[f" {cell}　" if at == 0 else cell for at, cell in enumerate(rows[n])] for n in double]
    return rows, Planted(len(rows), min(wanted, len(cells)), len(wrong), doubles)


def write_csv(path: Path, rows: list[list[str]], headings: tuple[str, ...] = HEADINGS, encoding: str = "utf-8", separator: str = ",") -> Path:  # fmt: skip
    """A delimited file."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=separator)
        writer.writerow(headings)
        writer.writerows(rows)
    return path


def write_xlsx(path: Path, tables: dict[str, tuple[tuple[str, ...], list[list[object]]]]) -> Path:
    """A workbook of several sheets: name → (headings, rows)."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    for name, (headings, rows) in tables.items():
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, headings)
        for number, row in enumerate(rows, 1):
            sheet.write_row(number, 0, row)
    book.close()
    return path
