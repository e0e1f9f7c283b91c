"""docs/cli.md names every command with the keys of its answer, and nothing that is not there."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from typer.main import get_command

from crmdesk.cli.edge import root
from tests.support.desk import Desk
from tests.support.server import running_company

PAPER = Path(__file__).resolve().parents[2] / "docs" / "cli.md"
ROWS = re.findall(
    r"^\| `([a-z]+(?:[ -][a-z]+(?:-[a-z]+)?)?)([^`]*)` \| [^|]+ \| ([^|]*) \|$",
    PAPER.read_text(encoding="utf-8"),
    re.MULTILINE,
)
KEYS = {words: set(re.findall(r"`(\w+)`", keys)) for words, _, keys in ROWS}


@cache
def commands() -> dict[str, set[str]]:
    """Every command's words, with its own options."""
    found: dict[str, set[str]] = {}
    for name, one in get_command(root).commands.items():  # type: ignore[attr-defined]
        leaves = dict(getattr(one, "commands", {"": one}))
        if getattr(one, "invoke_without_command", False):
            leaves[""] = one  # the name of the family alone is a command
        for below, leaf in leaves.items():
            options = {option for param in leaf.params for option in param.opts if option.startswith("--")}
            found[f"{name} {below}".strip()] = options
    return found


def verb_of(words: str) -> str:
    """The command behind a row: a verb that stands in the place of a file is one of `import`."""
    return "import" if words.startswith("import ") else words


def test_every_command_is_in_the_paper_and_none_besides() -> None:
    assert {verb_of(words) for words in KEYS} == set(commands())


def test_every_option_in_the_paper_is_one_of_the_commands() -> None:
    shared = {"--profile", "--json", "--lang", "--passphrase-fd"}
    for words, arguments, _ in ROWS:
        if verb_of(words) == words:
            told = {o for w, a, _ in ROWS if verb_of(w) == words for o in re.findall(r"--[a-z-]+", a)}
            assert told == commands()[words] - shared, words
        assert set(re.findall(r"--[a-z-]+", arguments)) <= commands()[verb_of(words)] - shared, words


@pytest.mark.parametrize("words", sorted(commands()))
def test_every_command_takes_the_shared_options(words: str) -> None:
    assert {"--profile", "--json", "--lang", "--passphrase-fd"} <= commands()[words]


def _file(folder: Path, text: str = "谈价格") -> Path:
    (folder / "notes.txt").write_text(text, encoding="utf-8")
    return folder / "notes.txt"


def test_every_answer_has_the_keys_that_the_paper_promises(tmp_path: Path) -> None:
    desk, answers = Desk(tmp_path / "mei"), {}

    def do(words: str, *arguments: str) -> dict[str, str]:
        answers[words] = desk(*words.split(), *arguments)
        return answers[words]  # type: ignore[no-any-return]

    do("init")
    do("tag create", "VIP")
    do("customer add", "Acme")
    do("customer set", "Acme", "--field", "city=苏州")
    do("contact add", "Acme", "王芳")
    visit = do("visit add", "Acme", "谈价格", "--next-step", "报价", "--next-on", "+1")["visit"]
    do("attach", str(_file(tmp_path)), "--customer", "Acme", "--visit", visit)
    attached = do("attachments list", "Acme")["attachments"][0]["attachment"]  # type: ignore[index]
    do("attachments save", attached, str(tmp_path / "saved.txt"))
    do("attachments remove", attached)
    do("tag add", "Acme", "VIP")
    do("tag remove", "Acme", "VIP")
    do("task done", do("task list")["due"][0]["id"])  # type: ignore[index]
    for words in ("tag list", "conflicts list", "status", "customer list", "doctor", "rebuild", "errors"):
        do(words)
    deal = str(do("deal add", "ticket", "Acme", "--field", "title=漏油")["id"])
    do("deal set", "ticket", deal, "--field", "state=solved")
    do("deal list", "Acme")
    do("customer find", "Acme")
    do("customer show", "Acme")
    do("history", "Acme")
    do("export", str(tmp_path / "out"))
    do("sample", "--customers", "1")
    do("review list")
    do("review do", visit)
    do("undo")
    field = do("fields add", "customer", "车间")["field"]
    do("fields change", field, "--english", "Shop")
    do("fields retire", field)
    do("fields list")
    for words in ("quality", "quality gate", "quality orphans", "quality coaching"):
        do(words)
    do("quality sign", "rollback", "May")
    do("codes import", "region", str(_file(tmp_path, "320598,园区")), "--add", "--dry-run")
    do("codes list")
    do("customer delete", "Acme")
    do("customer restore", "Acme")
    with running_company(tmp_path) as server:
        do("enrol", server.address, server.code(server.people["Mei"].user))
        do("sync")
        do("hand-in")
        do("release", "Acme")
        do("claim", "Acme")
        for words in ("refused list", "refused discarded", "refused retry", "late list", "request list"):
            do(words)
        do("refused export", str(tmp_path / "refused.json"))
        do("people handover", "Ann", "Bo")
        do("dictionary")
        do("permissions confirm", do("permissions show")["digest"])
        do("share add", "Cai", "Acme")
        do("sync")
        do("share list")
        do("share end", desk("share", "list")["shares"][0]["id"])
        do("delegate add", "Cai", "--until", "+3")
        do("sync")
        do("delegate end", do("delegate list")["delegations"][0]["id"])  # type: ignore[index]
        do("transfer", "Acme", "Ann")
        do("reconcile")
    do("backup", str(tmp_path / "copy.db"))
    do("restore", str(tmp_path / "copy.db"))
    # a window; a conflict, which tests/cli/test_company.py settles; the rest is in test_moves.py and test_access.py
    untold = {
        "open",
        "conflicts resolve",
        "refused show",
        "refused discard",
        "refused restore",
        "late keep",
        "late undo",
    }
    untold |= {
        f"duplicates {deed}" for deed in ("list", "merge", "merged", "keep-apart", "unmerge")
    }  # test_duplicates.py
    untold |= {"people role", "people move", "signin", "password set", "password reset", "pin set", "see-as"}
    # what rooms of their own settle: test_duplicates.py, test_importing.py
    untold |= {words for words in KEYS if words.split()[0] in ("duplicates", "import")}
    assert set(answers) == set(KEYS) - untold
    assert {words: set(answer) for words, answer in answers.items()} == {
        words: keys for words, keys in KEYS.items() if words not in untold
    }
