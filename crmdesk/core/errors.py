"""Every error a person may meet: one catalogue of codes with what happened, what is safe, what to do next.

The code is the stable name on the wire, in the command line's JSON and in logs; sentences may improve. An
error that is not here is a bug: it is logged with context and never loses the outbox.
"""

from __future__ import annotations

from crmdesk.core.problems import AT_ONCE, CHOOSING, PROBLEMS
from crmdesk.core.sentences import Language, Problem, Sentence, sentences

__all__ = ["PROBLEMS", "CrmError", "Language", "Problem", "Sentence", "describe", "sentences"]


class CrmError(Exception):
    """An expected error: `code` is in the catalogue, `about` fills the sentence's placeholders."""

    def __init__(self, code: str, **about: object) -> None:
        super().__init__(code, about)
        self.code = code
        self.about = about

    @property
    def status(self) -> int:
        return PROBLEMS[self.code].status

    def sentence(self, language: Language) -> Sentence:
        """The error in a person's words. What was raised was refused before anything was saved; `describe` tells what waits."""
        choosing = CHOOSING.get(self.code) if "choices" in self.about else None
        return _filled(choosing or AT_ONCE.get(self.code), self.code, language, self.about)

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence('en')}"


class _Blank(dict[str, object]):
    """Placeholders nobody filled read as an ellipsis rather than break the message."""

    def __missing__(self, key: str) -> str:
        return "…"


def describe(code: str, language: Language, about: dict[str, object] | None = None) -> Sentence:
    """The catalogue's sentence for `code`; a code from a newer server gets a general one that names it."""
    return _filled(None, code, language, about)


def _filled(
    problem: Problem | None, code: str, language: Language, about: dict[str, object] | None
) -> Sentence:
    problem = problem or PROBLEMS.get(code)
    if problem is None:
        problem, about = PROBLEMS["unknown_code"], {"code": code}
    words = problem.zh_CN if language == "zh_CN" else problem.en
    blanks = _Blank({name: _in(language, value) for name, value in (about or {}).items()})
    return Sentence(*(part.format_map(blanks) for part in words))


def _in(language: Language, value: object) -> object:
    """A label in the reader's language; anything else as it is."""
    text = getattr(value, "text", None)
    return text(language) if callable(text) else value
