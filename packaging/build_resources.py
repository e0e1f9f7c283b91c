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
from pypinyin.contrib.tone_convert import to_normal
from pypinyin.pinyin_dict import pinyin_dict

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

# Characters with more than one reading in the names of firms, places and people: the usual reading
# first. Every other character has the one reading that pypinyin gives first.
POLYPHONES = """
重 zhong chong|长 chang zhang|行 xing hang|乐 le yue|朝 chao zhao|都 du dou|厦 xia sha|藏 cang zang
调 diao tiao|传 chuan zhuan|弹 tan dan|降 jiang xiang|强 qiang jiang|校 xiao jiao|省 sheng xing
率 lv shuai|会 hui kuai|参 can shen|系 xi ji|屏 ping bing|宿 su xiu|尉 wei yu|差 cha chai|柏 bai bo
模 mo mu|沈 shen chen|泊 bo po|洗 xi xian|圈 quan juan|奇 qi ji|佛 fo fu|便 bian pian|合 he ge
咖 ka ga|贾 jia gu|铅 qian yan|阿 a e|露 lu lou|浒 hu xu|涌 yong chong|蔚 wei yu|莘 shen xin
蚌 bang beng|番 fan pan|覃 qin tan|缪 miao mou|翟 zhai di|薄 bo bao|晟 sheng cheng|牟 mou mu
盛 sheng cheng|堡 bao pu|圩 wei xu|埔 pu bu|歙 she xi|荥 xing ying|筠 yun jun|枞 cong zong
珲 hun hui|浚 jun xun|栎 li yue|渑 mian sheng|落 luo la|壳 ke qiao|给 gei ji|卡 ka qia|轧 zha ya
熟 shu shou|色 se shai|绿 lv lu|谷 gu yu|茄 qie jia|粘 zhan nian|仔 zi zai|拓 tuo ta|巷 xiang hang
曾 zeng ceng|隗 wei kui|冯 feng ping|期 qi ji
"""

# Readings a character has only as the first of a name: surnames.
SURNAMES = """
单 shan|仇 qiu|解 xie|查 zha|盖 ge|区 ou|朴 piao|种 chong|秘 bi|员 yun|黑 he|折 she|召 shao|句 gou
祭 zhai|乜 nie|车 che|任 ren|繁 po|逄 pang|那 na|令 ling|阚 kan|郇 xun|谌 chen
"""

# Words that settle the reading of a character, so that only this one is indexed in them.
WORDS = """
重庆 chong qing|重工 zhong gong|重型 zhong xing|长沙 chang sha|长春 chang chun|长江 chang jiang
长安 chang an|长城 chang cheng|长治 chang zhi|成都 cheng du|首都 shou du|银行 yin hang|行业 hang ye
厦门 xia men|大厦 da sha|音乐 yin yue|乐器 yue qi|传媒 chuan mei|传动 chuan dong|传感 chuan gan
自行车 zi xing che|会计 kuai ji|会展 hui zhan|合肥 he fei|合作 he zuo|合金 he jin|佛山 fo shan
西藏 xi zang|调味 tiao wei|空调 kong tiao|人参 ren shen|蚌埠 beng bu|番禺 pan yu|尉迟 yu chi
长孙 zhang sun|万俟 mo qi|便利 bian li|弹簧 tan huang|模具 mu ju|模型 mo xing|模板 mu ban
系统 xi tong|系列 xi lie|屏幕 ping mu|沈阳 shen yang|绿色 lv se|咖啡 ka fei|阿里 a li|盛大 sheng da
"""


def main(wanted: list[str]) -> None:
    """Build the named parts, or all of them when none is named."""
    parts: dict[str, Callable[[], None]] = {
        "fonts": build_fonts,
        "icons": build_icons,
        "pinyin": build_pinyin,
    }
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


def build_pinyin() -> None:
    """Write the readings of every Han character of Unicode's basic plane; `core/text.py` reads them."""
    target = _emptied(RESOURCES / "pinyin")
    readings = {chr(code): _plain(marked) for code, marked in pinyin_dict.items() if _in_basic_plane(code)}
    polyphones = _table(POLYPHONES)
    readings |= {char: first for char, (first, *_) in polyphones}
    characters: dict[str, str] = {}
    for char, reading in sorted(readings.items()):
        characters[reading] = characters.get(reading, "") + char
    lines = [f"{reading} {chars}" for reading, chars in sorted(characters.items())]
    lines += [f"+ {char} {' '.join(rest)}" for char, (_, *rest) in polyphones]
    lines += [f"^ {char} {reading}" for char, (reading,) in _table(SURNAMES) if readings[char] != reading]
    lines += [f"= {word} {' '.join(syllables)}" for word, syllables in _table(WORDS)]
    (target / "readings.txt").write_text("\n".join(lines) + "\n", "utf-8")


def _plain(marked: str) -> str:
    """Return the first reading without its tone: ü as v, but lue and nue as people type them."""
    first = to_normal(marked.split(",", maxsplit=1)[0], v_to_u=False)
    return {"lve": "lue", "nve": "nue", "n": "en", "ng": "en", "m": "mu", "hm": "heng"}.get(first, first)


def _in_basic_plane(code: int) -> bool:
    return code == 0x3007 or 0x3400 <= code <= 0x4DBF or 0x4E00 <= code <= 0x9FFF


def _table(text: str) -> list[tuple[str, list[str]]]:
    entries = (entry.split() for entry in text.replace("\n", "|").split("|") if entry)
    return [(key, values) for key, *values in entries]


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
