"""Regenerate the files under resources/ that come from elsewhere: fonts, icons and the pinyin map.

A developer's tool, run by hand when a source is upgraded; the product never imports it. It needs
`npm` on the path and the development dependencies (fontTools, pypinyin).

    python packaging/build_resources.py [fonts] [icons] [pinyin]
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

from fontTools import subset

RESOURCES = Path(__file__).resolve().parent.parent / "resources"

INTER = "@expo-google-fonts/inter@0.4.2"
NOTO_SANS_SC = "@expo-google-fonts/noto-sans-sc@0.4.3"
LUCIDE = "lucide-static@1.62.0"

WEIGHTS = ("400Regular", "500Medium", "600SemiBold")

# Latin with its punctuation, arrows, currency signs and the full-width forms; the characters of
# GB2312 are added from the codec itself.
LATIN_RANGES = (
    (0x20, 0x7E),
    (0xA0, 0x17F),
    (0x2010, 0x2027),
    (0x2030, 0x205E),
    (0x20A0, 0x20BF),
    (0x2100, 0x214F),
    (0x2190, 0x21FF),
    (0x2200, 0x22FF),
    (0x2460, 0x24FF),
    (0x25A0, 0x25FF),
    (0x2600, 0x26FF),
    (0x3000, 0x303F),
    (0xFF00, 0xFFEF),
)

ICON_NAMES = """
archive arrow-down arrow-left arrow-right arrow-up arrow-up-down award banknote bell briefcase
building-2 calendar calendar-check calendar-clock chart-column chart-line check chevron-down
chevron-left chevron-right chevron-up chevrons-up-down circle circle-alert circle-check
circle-question-mark circle-x clock cloud cloud-check cloud-off command copy corner-down-left
database download ellipsis external-link eye eye-off file-text flag folder footprints funnel
git-branch git-merge globe handshake history house image inbox info key-round keyboard languages
layout-dashboard layout-grid link list-checks list-filter loader-circle lock log-out mail map-pin
menu merge message-square message-square-text minus monitor moon navigation package panel-right
paperclip pencil phone plus printer receipt redo-2 refresh-cw rows-3 save search settings shield
shield-check shopping-cart sliders-horizontal smartphone split square-check square-pen star sun tag
tags target ticket trash-2 trending-up triangle-alert undo-2 upload user user-check user-plus users
users-round wallet waves wifi wifi-off x zap
"""


def main(wanted: list[str]) -> None:
    """Build the named parts, or all of them when none is named."""
    parts: dict[str, Callable[[], None]] = {"fonts": build_fonts, "icons": build_icons}
    for name in wanted or parts:
        parts[name]()
        print(f"{name}: {sum(1 for _ in (RESOURCES / name).iterdir())} files")


def build_fonts() -> None:
    """Write three static weights of Inter whole and of Noto Sans SC cut to GB2312 and Latin."""
    target = _emptied(RESOURCES / "fonts")
    with tempfile.TemporaryDirectory() as scratch:
        inter = _unpacked(INTER, Path(scratch) / "inter")
        noto = _unpacked(NOTO_SANS_SC, Path(scratch) / "noto")
        (target / "Inter-OFL.txt").write_bytes((inter / "LICENSE_FONT").read_bytes())
        (target / "NotoSansSC-OFL.txt").write_bytes((noto / "LICENSE_FONT").read_bytes())
        for weight in WEIGHTS:
            name = weight.lstrip("0123456789")
            source = inter / weight / f"Inter_{weight}.ttf"
            (target / f"Inter-{name}.ttf").write_bytes(source.read_bytes())
            source = noto / weight / f"NotoSansSC_{weight}.ttf"
            _write_subset(source, target / f"NotoSansSC-{name}.ttf")


def _write_subset(source: Path, target: Path) -> None:
    # Every name record is kept: without records 16 and 17 the weights fall apart into separate
    # families and Chinese is never shown bold.
    options = subset.Options(name_IDs=["*"], name_languages=["*"], hinting=False, layout_features=["*"])
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=_latin() | _gb2312())
    subsetter.subset(font)
    subset.save_font(font, str(target), options)


def _latin() -> set[int]:
    return {code for first, last in LATIN_RANGES for code in range(first, last + 1)}


def _gb2312() -> set[int]:
    """Return the code points of GB2312: rows 0xA1-0xF7 of 94 cells each."""
    cells = (bytes((row, cell)) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    return {ord(char) for pair in cells for char in pair.decode("gb2312", "ignore")}


def build_icons() -> None:
    """Copy the icons the screens use, without the comment and class that each one repeats."""
    target = _emptied(RESOURCES / "icons")
    with tempfile.TemporaryDirectory() as scratch:
        source = _unpacked(LUCIDE, Path(scratch))
        (target / "LICENSE").write_bytes((source / "LICENSE").read_bytes())
        for name in ICON_NAMES.split():
            lines = (source / "icons" / f"{name}.svg").read_text("utf-8").splitlines()
            kept = [line for line in lines if not line.strip().startswith(("<!--", "class="))]
            (target / f"{name}.svg").write_text("\n".join(kept) + "\n", "utf-8")


def _unpacked(package: str, into: Path) -> Path:
    into.mkdir(exist_ok=True)
    subprocess.run(["npm", "pack", "--silent", package], cwd=into, check=True, stdout=subprocess.DEVNULL)
    (archive,) = into.glob("*.tgz")
    with tarfile.open(archive) as packed:
        packed.extractall(into, filter="data")
    return into / "package"


def _emptied(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    return folder


if __name__ == "__main__":
    main(sys.argv[1:])
