"""What people type into the search box, by kind: each line is one query typed to its end."""

from __future__ import annotations

from typing import Final

QUERIES: Final[dict[str, tuple[str, ...]]] = {
    "Chinese": ("宁波", "化工", "福州泰永", "苏州机械有限公司", "科"),
    "pinyin": ("shenzhen", "ningbo", "suzhoujixie", "huagong"),
    "initials": ("szjx", "nb", "fzhg"),
    "English": ("pioneer", "robotics", "sun"),
    "digits": ("160", "1637", "16372154003"),
}
