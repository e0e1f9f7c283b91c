"""What a command prints: JSON for programs, tables and sentences for people, in either language."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TextIO

from crmdesk.core.dates import moment_of
from crmdesk.core.errors import CrmError, Language, Sentence
from crmdesk.core.problems.wording import NOTHING_EN, NOTHING_ZH
from crmdesk.core.registry import Label

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_WIDE: Final = 400
"""Columns where nobody looks: lines that go to a file or a pipe are never folded."""

_TYPED_ANEW: Final = frozenset(("required", "field_too_long"))
"""Refused before anything is kept: a form on the desktop holds on to what was typed, a command line does not."""


def system_language() -> Language:
    """The person's language by CRMDESK_LANGUAGE or the locale; English where neither says."""
    chosen = next((v for n in ("CRMDESK_LANGUAGE", "LC_ALL", "LANG") if (v := os.environ.get(n))), "")
    return "zh_CN" if chosen.lower().startswith("zh") else "en"


@dataclass(frozen=True, slots=True)
class Output:
    """How to speak: `as_json` prints exactly one JSON object on stdout, whatever happens."""

    language: Language
    as_json: bool = False

    def text(self, zh: str, en: str) -> str:
        return zh if self.language == "zh_CN" else en

    def label(self, label: Label) -> str:
        return label.text(self.language)

    def say(self, facts: Mapping[str, Any], zh: str, en: str) -> None:
        """What came of a command, as facts or as a sentence."""
        if self.as_json:
            self.json(facts)
        else:
            self.line(self.text(zh, en))

    def json(self, facts: Mapping[str, Any]) -> None:
        is_unicode = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "") == "utf8"
        sys.stdout.write(json.dumps(facts, ensure_ascii=not is_unicode) + "\n")

    def line(self, text: str, *, style: str = "", file: TextIO | None = None) -> None:
        """A line for a person. Control characters in what others typed never reach the terminal."""
        from rich.text import Text

        _console(file).print(Text(text, style=style), soft_wrap=True)

    def rows(self, headings: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str) -> None:
        """A table for a person; `empty` is said where there is nothing."""
        from rich.table import Table
        from rich.text import Text

        found = [[Text(cell) for cell in row] for row in rows]
        if not found:
            self.line(empty)
            return
        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in headings:
            table.add_column(heading, overflow="fold")
        for cells in found:
            table.add_row(*cells)
        _print(table)

    def pairs(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Names and values, one a line."""
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2))
        for name, value in pairs:
            table.add_row(Text(name, style="dim"), Text(value))
        _print(table)

    def error(self, error: CrmError) -> None:
        """An expected error: what happened, what is safe, what to do next, and its code."""
        candidates, sentence = error.about.get("candidates"), error.sentence(self.language)
        if error.code in _TYPED_ANEW:
            sentence = sentence._replace(safe=self.text(NOTHING_ZH, NOTHING_EN))
        self.trouble(error.code, sentence, candidates or ())

    def trouble(self, code: str, sentence: Sentence, candidates: Any = ()) -> None:
        """Trouble in three parts. People read it on stderr; programs find `error` on stdout."""
        if self.as_json:
            facts: dict[str, Any] = {"code": code, **sentence._asdict()}
            self.json({"error": {**facts, "candidates": list(candidates)} if candidates else facts})
            return
        for part, style in zip(sentence, ("bold red", "", ""), strict=True):
            if part:
                self.line(part, style=style, file=sys.stderr)
        for candidate in candidates:
            self.line("  " + "  ".join(str(v) for v in candidate.values() if v), file=sys.stderr)
        self.line(f"[{code}]", style="dim", file=sys.stderr)


def instant(ms: int | None) -> str | None:
    """An instant in JSON: UTC, ISO 8601, to the second."""
    return None if ms is None else moment_of(ms, "UTC").strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(ms: int | None) -> str:
    """An instant for a person, by the company's clock, as on the desktop: the machine's zone would tell of another day."""
    return "—" if ms is None else moment_of(ms).strftime("%Y-%m-%d %H:%M")


def _print(table: Table) -> None:
    """A table without the blanks that pad its lines to the right."""
    console = _console(None)
    with console.capture() as captured:
        console.print(table)
    sys.stdout.write("".join(line.rstrip() + "\n" for line in captured.get().splitlines()))


def _console(file: TextIO | None) -> Console:
    from rich.console import Console

    stream = file or sys.stdout
    return Console(
        file=stream, width=None if stream.isatty() else _WIDE, highlight=False, markup=False, emoji=False
    )
