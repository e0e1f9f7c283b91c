"""What an error says in a person's language: what happened, what is safe, what to do next."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Language: TypeAlias = Literal["zh_CN", "en"]


class Sentence(NamedTuple):
    """One error in one language."""

    happened: str
    safe: str
    next: str

    def __str__(self) -> str:
        return sentences(*self)


def sentences(*parts: str) -> str:
    """Sentences one after another, blank ones left out; after a Chinese full stop stands no space."""
    return " ".join(part for part in parts if part).replace("。 ", "。")


class Problem(NamedTuple):
    """A kind of error: its HTTP status where the server answers with it, and its sentences."""

    status: int
    zh_CN: Sentence  # noqa: N815 -- the language's own tag
    en: Sentence
