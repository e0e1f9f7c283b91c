"""Shipped files are found from a checkout and from an installed package alike."""

import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

from fontTools.ttLib import TTFont

from crmdesk.system import resources
from crmdesk.system.resources import resource

FONTS = sorted(resource("fonts").glob("*.ttf"))
ICONS = sorted(resource("icons").glob("*.svg"))


def test_a_resource_is_found_from_a_checkout() -> None:
    assert resource("icons", "house.svg").is_file()


def test_a_resource_is_found_from_an_installed_package(tmp_path: Path) -> None:
    system = tmp_path / "crmdesk" / "system"
    system.mkdir(parents=True)
    (system.parent / "_resources").mkdir()
    for package in (system.parent, system):
        (package / "__init__.py").touch()
    shutil.copy(resources.__file__, system)
    program = "from crmdesk.system.resources import resource; print(resource('icons'))"
    said = subprocess.run(
        [sys.executable, "-P", "-c", program],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(said.stdout.strip()) == tmp_path / "crmdesk" / "_resources" / "icons"


def test_each_family_ships_three_weights_under_one_family_name() -> None:
    weights: dict[str, set[int]] = {}
    for path in FONTS:
        with TTFont(path) as font:
            family = font["name"].getBestFamilyName()
            weights.setdefault(family, set()).add(font["OS/2"].usWeightClass)
    assert weights == {"Inter": {400, 500, 600}, "Noto Sans SC": {400, 500, 600}}


def test_the_chinese_font_has_every_character_of_gb2312() -> None:
    rows = ((row, cell) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    level_one_and_two = {ord(c) for pair in rows for c in bytes(pair).decode("gb2312", "ignore")}
    with TTFont(resource("fonts", "NotoSansSC-Regular.ttf")) as font:
        assert level_one_and_two - set(font.getBestCmap()) == set()


def test_every_icon_is_drawn_in_the_current_colour_on_a_24_pixel_grid() -> None:
    assert ICONS
    for path in ICONS:
        drawing = ET.parse(path).getroot()
        assert (drawing.get("stroke"), drawing.get("viewBox")) == ("currentColor", "0 0 24 24"), path.name


def test_fonts_and_icons_carry_their_licences() -> None:
    shipped = ("fonts/Inter-OFL.txt", "fonts/NotoSansSC-OFL.txt", "icons/LICENSE")
    assert all(resource(*name.split("/")).stat().st_size > 1000 for name in shipped)
