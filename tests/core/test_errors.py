"""The catalogue of errors: complete in both languages, and never a failure itself."""

from __future__ import annotations

import string
from http import HTTPStatus

import pytest

from crmdesk.core.errors import PROBLEMS, CrmError, Language, Problem, Sentence, describe, sentences
from crmdesk.core.problems import AT_ONCE

CATALOGUE = [pytest.param(code, problem, id=code) for code, problem in PROBLEMS.items()]
CATALOGUE += [pytest.param(code, problem, id=f"{code}, at once") for code, problem in AT_ONCE.items()]
LANGUAGES: tuple[Language, ...] = ("zh_CN", "en")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def has_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


@pytest.mark.parametrize(("code", "problem"), CATALOGUE)
def test_every_error_says_in_both_languages_what_happened_and_what_is_safe(
    code: str, problem: Problem
) -> None:
    for sentence in (problem.zh_CN, problem.en):
        assert sentence.happened.strip()
        assert sentence.safe.strip()
    assert has_chinese(problem.zh_CN.happened)
    assert not any(has_chinese(part) for part in problem.en)


@pytest.mark.parametrize(("code", "problem"), CATALOGUE)
def test_every_error_says_what_to_do_next_in_both_languages_or_in_neither(
    code: str, problem: Problem
) -> None:
    assert bool(problem.zh_CN.next) == bool(problem.en.next)
    assert problem.en.next or code == "nothing_to_undo"


@pytest.mark.parametrize(("code", "problem"), CATALOGUE)
def test_both_languages_have_the_same_blanks(code: str, problem: Problem) -> None:
    blanks = [set().union(*map(placeholders, words)) for words in (problem.zh_CN, problem.en)]
    assert blanks[0] == blanks[1]
    assert all(name.isidentifier() for name in blanks[0])


@pytest.mark.parametrize(("code", "problem"), CATALOGUE)
def test_every_status_is_an_error_of_http(code: str, problem: Problem) -> None:
    assert HTTPStatus(problem.status).value >= 400
    assert CrmError(code).status == problem.status


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("code", "problem"), CATALOGUE)
def test_an_error_reads_even_where_nobody_filled_the_blanks(
    code: str, problem: Problem, language: Language
) -> None:
    assert "{" not in str(describe(code, language))


def test_the_blanks_are_filled_in_and_braces_in_them_are_text() -> None:
    error = CrmError("field_too_long", field="{remark}")
    assert error.sentence("en").happened == "“{remark}” is over 64 KB."
    assert error.sentence("zh_CN").happened == "「{remark}」超过 64 KB。"


@pytest.mark.parametrize("code", AT_ONCE)
def test_what_is_refused_before_it_is_saved_waits_nowhere(code: str) -> None:
    assert CrmError(code).sentence("en").safe == "Nothing was changed."
    assert CrmError(code).sentence("zh_CN").safe == "没有任何内容被更改。"
    assert describe(code, "en").safe != "Nothing was changed."


def test_a_code_of_a_newer_server_is_named_in_a_general_sentence() -> None:
    for language in LANGUAGES:
        assert "flux_capacitor" in describe("flux_capacitor", language).happened


def test_a_sentence_with_nothing_to_do_next_has_no_trailing_space() -> None:
    assert str(Sentence("This.", "That.", "")) == "This. That."


def test_an_error_in_a_log_has_its_code_and_its_english_sentence() -> None:
    assert str(CrmError("name_taken", name="A")) == (
        "name_taken: “A” exists already. Nothing was changed. Choose another name."
    )


def test_sentences_stand_apart_in_english_and_together_in_chinese() -> None:
    assert sentences("Saved.", "", "Go on.") == "Saved. Go on."
    assert sentences("已保存。", "请继续。") == "已保存。请继续。"
