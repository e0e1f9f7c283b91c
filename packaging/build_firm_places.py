"""Write the places that a company's name may begin with into `crmdesk/core/firm_words.py`, from the table of regions.

Provinces, cities and county-level cities by their short names, each under the two digits of its province. Names that two
provinces share tell nothing, and some are far more often a brand than a place: both are left out.
"""

from __future__ import annotations

import re
from pathlib import Path

from crmdesk.core.addresses import COUNTY, short_name
from crmdesk.core.codes import CodeTable

ROOT = Path(__file__).resolve().parents[1]
WORDS = ROOT / "crmdesk" / "core" / "firm_words.py"
REGIONS = ROOT / "resources" / "codes" / "regions.csv"
BRANDS = frozenset(
    ["东方", "合作", "新星", "双河", "海城", "安达", "永安", "永康", "宁安", "兴安", "永兴", "永济", "永城", "三河", "平安", "安康", "万年", "天长", "高安", "德兴"]
)  # fmt: skip


def places() -> str:
    """The lines of the list: two digits, then the names."""
    found: dict[str, set[str]] = {}
    order: dict[str, list[str]] = {}
    for line in CodeTable.parse("region", REGIONS.read_text(encoding="utf-8")).lines:
        if line.is_current and (line.level < COUNTY or line.name.endswith("市")):
            name = short_name(line.name)
            found.setdefault(name, set()).add(line.code[:2])
            order.setdefault(line.code[:2], []).append(name)
    lines = []
    for province, names in sorted(order.items()):
        kept = [n for n in dict.fromkeys(names) if found[n] == {province} or n == names[0]]
        lines.append(" ".join([province, *(n for n in kept if n not in BRANDS)]))
    return "\n".join(lines)


def written(source: str) -> str:
    """The module with the list brought up to date."""
    return re.sub(
        r'(PLACES: Final = """).*?(\n""")', lambda m: f"{m[1]}\n{places()}{m[2]}", source, flags=re.DOTALL
    )


if __name__ == "__main__":
    WORDS.write_text(written(WORDS.read_text(encoding="utf-8")), encoding="utf-8")
