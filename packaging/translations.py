"""Keeps both languages complete: extract from the source, check, compile to what the desktop loads.

`python packaging/translations.py` updates `resources/translations/*.ts` and compiles them;
`--check` changes nothing and fails if a text is missing, empty, left over, or has other placeholders.
"""

import argparse
import ast
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "crmdesk" / "ui"
CATALOGUES = ROOT / "resources" / "translations"
LANGUAGES = ("zh_CN", "en")
_PLACEHOLDER = re.compile(r"%n|%L?\d|\{\w*\}")
_CALLS = {"tr", "translate", "QT_TRANSLATE_NOOP"}


def catalogue(language: str) -> Path:
    """The editable catalogue of one language."""
    return CATALOGUES / f"crmdesk_{language}.ts"


def sources() -> list[Path]:
    """Every module that may hold a text for people."""
    return sorted(SOURCE.rglob("*.py"))


def extract(target: Path, language: str) -> None:
    """Bring `target` up to date with the source, keeping what is translated. English needs plural forms only."""
    plural = ["-pluralonly"] if language == "en" else []
    _tool(
        "lupdate",
        "-silent",
        "-locations",
        "none",
        "-no-obsolete",
        *plural,
        "-target-language",
        language,
        *map(str, sources()),
        "-ts",
        str(target),
    )


def compile_catalogue(language: str, target: Path) -> None:
    """Write the .qm file the desktop loads."""
    _tool("lrelease", "-silent", str(catalogue(language)), "-qm", str(target))


def problems() -> Iterator[str]:
    """Everything that would leave a person with a wrong or missing text."""
    with tempfile.TemporaryDirectory() as folder:
        for language in LANGUAGES:
            fresh = Path(folder) / catalogue(language).name
            if catalogue(language).exists():
                shutil.copy(catalogue(language), fresh)
            extract(fresh, language)
            yield from (f"{language}: {problem}" for problem in _faults(fresh))
            yield from (
                f"{language}: left over: {text!r}"
                for text in sorted(_texts(catalogue(language)) - _texts(fresh))
            )
            compiled = catalogue(language).with_suffix(".qm")
            compile_catalogue(language, fresh.with_suffix(".qm"))
            if not compiled.exists() or compiled.read_bytes() != fresh.with_suffix(".qm").read_bytes():
                yield f"{language}: {compiled.name} is not what the catalogue compiles to; run this without --check"
    for path in sources():
        text, place = path.read_text("utf-8"), path.relative_to(ROOT)
        yield from (f"{place}:{line}: a formatted string can't be translated" for line in formatted(text))
        yield from (f"{place}:{line}: use self.tr for plural forms" for line in plural_in_translate(text))


def formatted(source: str) -> Iterator[int]:
    """Lines where tr() or translate() is given an f-string, or a string built by an operator."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or _name(node.func) not in _CALLS:
            continue
        if any(isinstance(argument, ast.JoinedStr | ast.BinOp) for argument in node.args[:3]):
            yield node.lineno


def plural_in_translate(source: str) -> Iterator[int]:
    """Lines where translate() is given a number: lupdate would not make plural forms of it."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or _name(node.func) != "translate":
            continue
        if len(node.args) > 3 or any(keyword.arg == "n" for keyword in node.keywords):
            yield node.lineno


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _faults(file: Path) -> Iterator[str]:
    for message in ET.parse(file).iter("message"):  # noqa: S314 -- a file this tool has just written
        source = message.findtext("source") or ""
        translation = message.find("translation")
        if translation is None or translation.get("type"):
            yield f"not finished: {source!r}"
            continue
        forms = [form.text or "" for form in translation.iter("numerusform")] or [translation.text or ""]
        for form in forms:
            if not form.strip():
                yield f"empty: {source!r}"
            elif not set(_PLACEHOLDER.findall(form)) <= set(_PLACEHOLDER.findall(source)) or (
                len(forms) == 1 and set(_PLACEHOLDER.findall(form)) != set(_PLACEHOLDER.findall(source))
            ):
                yield f"other placeholders: {source!r} → {form!r}"


def _texts(file: Path) -> set[str]:
    if not file.exists():
        return set()
    tree = ET.parse(file)  # noqa: S314 -- our own catalogue
    return {message.findtext("source") or "" for message in tree.iter("message")}


def _tool(name: str, *arguments: str) -> None:
    program = Path(sys.executable).with_name(f"pyside6-{name}")
    subprocess.run([str(program), *arguments], check=True, stdout=subprocess.DEVNULL)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="change nothing, fail on any problem")
    if not parser.parse_args().check:
        for language in LANGUAGES:
            extract(catalogue(language), language)
            compile_catalogue(language, catalogue(language).with_suffix(".qm"))
    found = list(problems())
    print("\n".join(found) or f"translations: {len(LANGUAGES)} languages complete")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
