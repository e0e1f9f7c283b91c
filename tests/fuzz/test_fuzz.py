"""A few hundred spoilt inputs for each parser. The same ones each time: `make fuzz` tries others, and for longer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from crmdesk.core.errors import CrmError
from crmdesk.core.wire import Heads
from tests.fuzz.driver import Ready, plain, tried
from tests.fuzz.shapes import samples_of
from tests.fuzz.targets import ALL


@pytest.mark.no_qt_log  # Qt's picture decoders say what they think of each
@pytest.mark.parametrize("name", sorted(ALL))
def test_a_parser_bears_whatever_it_is_given(name: str, tmp_path: Path, qapp: QApplication) -> None:
    """It reads it or refuses it with an expected error, within two seconds and 300 MiB."""
    target = ALL[name]
    with target.open(tmp_path) as ready:
        assert any(_is_taken(ready, sample) for sample in ready.samples), (
            "made from these, all are turned away"
        )
        found = tried(ready, name, range(target.examples))
    assert not found, "\n".join(map(str, found))


def _is_taken(ready: Ready, sample: bytes) -> bool:
    try:
        ready.parse(sample)
    except CrmError:
        return False
    return True


def _nested(content: bytes) -> None:
    try:
        json.loads(content)
    except ValueError as error:
        raise CrmError("malformed_body") from error


def _forgets_a_field(content: bytes) -> None:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise CrmError("malformed_body") from error
    if isinstance(found, dict):
        _ = found["heads"]


def _believes_a_length(content: bytes) -> None:
    if len(content) > 200_000:
        bytearray(350 * 2**20)


def _walks_back_and_forth(content: bytes) -> None:
    until = time.process_time() + 2.2
    while len(content) > 200_000 and time.process_time() < until:
        pass


def _raises_a_code_of_its_own(content: bytes) -> None:
    raise CrmError("no_such_code")


@pytest.mark.parametrize(
    ("parse", "fault"),
    [
        (_nested, "RecursionError"),
        (_forgets_a_field, "KeyError"),
        (_believes_a_length, "MiB"),
        (_walks_back_and_forth, "took 2."),
        (_raises_a_code_of_its_own, "no catalogue knows"),
    ],
)
def test_a_planted_bug_is_found(parse: Callable[[bytes], None], fault: str) -> None:
    target = plain("planted", parse, samples_of(Heads))
    with target.open(Path()) as ready:
        found = tried(ready, target.name, range(200), most=1)
    assert [fault for failure in found if fault in failure.fault], found


def test_a_seed_makes_the_same_input_again() -> None:
    target = plain("planted", _forgets_a_field, samples_of(Heads))
    with target.open(Path()) as ready:
        (first,) = tried(ready, target.name, range(200), most=1)
        (again,) = tried(ready, target.name, range(first.seed, first.seed + 1))
    assert again.content == first.content
