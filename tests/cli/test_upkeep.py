from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import crmdesk
from crmdesk.core.errors import PROBLEMS
from crmdesk.system.paths import Profile
from crmdesk.system.preferences import Preferences, save
from tests.support.desk import Desk

ROOT = Path(crmdesk.__file__).parents[1]


def process(
    *words: str, passphrase: str = "", pass_fds: tuple[int, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """The command as another process, without a keychain."""
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "CRMDESK_LANGUAGE": "en", "CRMDESK_PASSPHRASE": passphrase,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }  # fmt: skip
    environment.pop("QT_QPA_PLATFORM", None)
    return subprocess.run(
        [sys.executable, "-m", "crmdesk", *words], env=environment, capture_output=True, text=True, timeout=60,
        check=False, pass_fds=pass_fds,
    )  # fmt: skip


def test_a_script_hands_the_passphrase_over_by_variable_or_by_descriptor(tmp_path: Path) -> None:
    profile = ("--profile", str(tmp_path / "p"))
    made = process(*profile, "init", "--json", passphrase="correct horse")
    assert json.loads(made.stdout)["key"] == "passphrase"
    read, write = os.pipe()
    os.write(write, b"correct horse\n")
    os.close(write)
    found = process(*profile, "status", "--json", "--passphrase-fd", str(read), pass_fds=(read,))
    assert json.loads(found.stdout)["records"] == 0
    os.close(read)


def test_the_version_is_the_packages() -> None:
    assert process("--version").stdout == f"crmdesk {crmdesk.__version__}\n"


def test_without_a_display_the_desktop_says_so_and_nothing_breaks(tmp_path: Path) -> None:
    done = process("--profile", str(tmp_path))
    assert done.returncode == 1
    assert "[no_display]" in done.stderr or "[missing_library]" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_that_reads_loads_neither_sqlalchemy_nor_http_nor_qt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRMDESK_PASSPHRASE", "long enough")
    Desk(tmp_path)("init")
    listing = (
        "import sys; from crmdesk.cli.edge import run; code = run(sys.argv[1:]); "
        "print(sorted({'sqlalchemy', 'httpx2', 'PySide6', 'rich'} & set(sys.modules)), code)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", listing, "--profile", str(tmp_path), "status", "--json"],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[] 0"


def test_a_reader_that_leaves_early_is_no_fault(desk: Desk) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        f"{shlex.quote(sys.executable)} -m crmdesk errors --json | head -c 10", shell=True, env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""


def test_options_may_stand_before_or_after_the_command(desk: Desk) -> None:
    assert json.loads(desk.run("--json", "status").out) == json.loads(desk.run("status", "--json").out)
    assert "独立使用" in desk.run("--lang", "zh_CN", "status").out
    assert "独立使用" in desk.run("status", "--lang", "zh_CN").out


def test_a_person_is_spoken_to_in_the_language_they_chose_on_the_desktop(desk: Desk) -> None:
    save(Profile(desk.profile).preferences, Preferences(language="zh_CN"))
    assert "独立使用" in desk.run("status").out


def test_a_command_that_is_not_one_is_a_mistake_and_says_where_help_is(desk: Desk) -> None:
    done = desk.run("customer", "frobnicate")
    assert done.code == 2
    assert "crmdesk customer --help" in done.err
    done = desk.run("customer", "add", "--json")
    assert (done.code, json.loads(done.out)["error"]["code"]) == (2, "usage")


def test_a_fault_of_ours_is_logged_and_told_in_one_sentence(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crmdesk.usecases import status

    monkeypatch.setattr(status, "status", lambda _: 1 // 0)
    done = desk.run("status")
    assert done.code == 70
    assert "crmdesk itself failed" in done.err
    assert "Traceback" not in done.err + done.out
    log = (desk.profile / "logs" / "crmdesk.log").read_text()
    assert "fault in: status" in log
    assert "ZeroDivisionError" in log


def test_the_log_of_a_fault_holds_no_names(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from crmdesk.usecases import customers

    monkeypatch.setattr(customers, "add", lambda *_: 1 // 0)
    assert desk.run("customer", "add", "宏远机械").code == 70
    assert "宏远" not in (desk.profile / "logs" / "crmdesk.log").read_text()


def test_a_second_init_leaves_the_first_ones_key_alone(desk: Desk) -> None:
    desk("customer", "add", "Acme")
    assert desk.fails("init")["code"] == "profile_exists"
    assert desk("customer", "list")["total"] == 1


def test_the_doctor_finds_a_sound_profile_sound(desk: Desk) -> None:
    desk("customer", "add", "Acme")
    found = {check["check"]: check["state"] for check in desk("doctor")["checks"]}
    assert {"profile", "key", "encryption", "integrity", "schema", "projection", "clock", "fonts"} <= set(
        found
    )
    assert set(found.values()) <= {"ok", "note"}


def problems(desk: Desk) -> set[str]:
    done = desk.run("doctor", "--json")
    assert done.code == 1
    return {check["check"] for check in json.loads(done.out)["checks"] if check["state"] == "problem"}


def test_the_doctor_finds_a_flipped_byte(desk: Desk) -> None:
    desk("sample", "--customers", "30", "--here")
    content = bytearray(desk.database.read_bytes())
    content[len(content) // 2] ^= 0xFF
    desk.database.write_bytes(content)
    assert "integrity" in problems(desk)


def test_the_doctor_finds_an_encrypted_file_made_plain(desk: Desk) -> None:
    from crmdesk.store import dialect

    shutil.copy(desk.database, desk.profile / "before.db")
    desk.database.unlink()
    dialect.initialise(desk.database, None, "sqlcipher")
    assert "open" in problems(desk)


def test_the_doctor_finds_a_list_that_lost_a_record_and_rebuild_heals_it(desk: Desk) -> None:
    from crmdesk.cli.session import Given, session

    desk("customer", "add", "Acme")
    with session(Given(profile=desk.profile)) as opened, opened.replica.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM p_customer")
    assert problems(desk) == {"projection"}
    assert desk("rebuild")["records"] == 1
    assert desk("doctor")["ok"]
    assert desk("customer", "list")["total"] == 1


def test_t51_the_doctor_says_that_the_servers_audit_was_contradicted(desk: Desk) -> None:
    from crmdesk.cli.session import Given, session
    from crmdesk.core.roots import Root, Signed, content_of
    from crmdesk.store import settings
    from crmdesk.store.settings import Contradiction, Testimony

    desk("customer", "add", "Acme")
    content = content_of(Root(at=1, chains=1, epoch=1, heads="", number=7, previous="", rows=1))
    held = Signed(content, "")
    lost = Contradiction(held, None, 2)
    for known in (Testimony(held, (), lost), Testimony(held, (), None, (lost,)), Testimony(held)):
        with session(Given(profile=desk.profile)) as opened, opened.replica.database.write() as connection:
            settings.write(connection, {"testimony": known})
        if known.contradiction:
            assert problems(desk) == {"audit"}
            continue
        (found,) = [check for check in desk("doctor")["checks"] if check["check"] == "audit"]
        assert (found["state"], "7" in found["detail"]) == ("note" if known.restores else "ok", True)


def test_the_doctor_finds_a_clock_that_is_behind(desk: Desk) -> None:
    import msgspec

    from crmdesk.cli.session import Given, session
    from crmdesk.core.clock import stamp
    from crmdesk.store import settings

    with session(Given(profile=desk.profile)) as opened, opened.replica.database.write() as connection:
        ahead = opened.workspace.clock.now_ms() + 3_600_000
        identity = msgspec.structs.replace(settings.identity(connection), stamp=stamp(ahead))
        settings.write(connection, {"identity": identity})
    assert problems(desk) == {"clock"}


def test_sample_customers_live_in_a_profile_of_their_own(desk: Desk) -> None:
    made = desk("sample", "--customers", "20")
    assert desk("customer", "list")["total"] == 0
    assert Desk(Path(made["profile"]))("customer", "list")["total"] == 20


def test_every_error_code_is_listed_in_both_languages(desk: Desk) -> None:
    assert [row["code"] for row in desk("errors")["errors"]] == list(PROBLEMS)
    assert "您录入的内容都在本机" in desk.run("errors", "--lang", "zh_CN").out


def test_lines_end_where_their_words_end(desk: Desk) -> None:
    desk("customer", "add", "Acme")
    lines = [*desk.run("customer", "list").out.splitlines(), *desk.run("status").out.splitlines()]
    assert [line for line in lines if line != line.rstrip()] == []


def test_help_is_in_both_languages_for_every_command(desk: Desk) -> None:
    listed = desk.run("--help").out.split("Commands:")[1]
    commands = [line for line in listed.splitlines() if line.startswith("  ") and line[2] != " "]
    assert len(commands) > 15
    assert "客户" in listed
    assert "检查配置与本机环境" in listed


def test_the_doctor_tells_of_records_that_came_unreadable(desk: Desk) -> None:
    from crmdesk.cli.session import Given, session
    from crmdesk.core.record import RecordKey
    from crmdesk.store import unreadable

    desk("customer", "add", "Acme")
    with session(Given(profile=desk.profile)) as opened, opened.replica.database.write() as connection:
        unreadable.note(connection, [RecordKey("customer", "f" * 32)], [])
    assert problems(desk) == {"received"}


@pytest.mark.parametrize(
    ("words", "file"),
    [
        (("export", "."), "customer.csv"),
        (("export", ".", "--format", "json"), "order.jsonl"),
        (("backup", "copy.db"), "copy.db"),
        (("dictionary", "--file", "words.csv"), "words.csv"),
        (("quality", "--file", "q.csv"), "q.csv"),
        (("quality", "orphans", "--file", "q.csv"), "q.csv"),
        (("quality", "coaching", "--file", "q.csv"), "q.csv"),
        (("refused", "export", "r.json"), "r.json"),
    ],
)
def test_a_file_that_is_there_is_written_over_only_where_that_is_asked_for(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], file: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(file).write_text("of great value")
    before = sorted(Path.cwd().iterdir())
    assert desk.fails(*words)["code"] == "file_exists"
    assert (Path(file).read_text(), sorted(Path.cwd().iterdir())) == ("of great value", before)
    desk(*words, "--overwrite")
    assert b"of great value" not in Path(file).read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("customer", "list", "more"), "多出了「more」，不知道是什么。"),
        (("customer", "list", "--zzzzzz"), "没有「--zzzzzz」这个选项。"),
        (("customer", "list", "--tga", "x"), "没有「--tga」这个选项；您要的可能是 --stage, --tag, --trash。"),
        (("custmer",), "没有「custmer」这个命令；您要的可能是 'customer'。"),
        (("quality", "zzz"), "没有「zzz」这个命令。"),
        (("customer", "add"), "缺少参数 name。"),
        (("attach", "x"), "缺少选项 --customer。"),
        (("customer", "list", "--stage"), "选项 --stage 后面要写上内容。"),
        (("customer", "list", "--trash=1"), "选项 --trash 后面不写内容。"),
        (("customer", "list", "--limit", "0"), "「--limit」不能小于 1。"),
        (("customer", "list", "--limit", "99999"), "「--limit」不能大于 10000。"),
        (("customer", "list", "--limit", "x"), "「--limit」要是一个整数。"),
        (
            ("customer", "list", "--sort", "x"),
            "「--sort」不能是 x；可以是 'name', 'visited', 'next', 'changed'。",
        ),
    ],
)
def test_a_command_line_that_is_not_understood_is_answered_in_the_persons_language(
    desk: Desk, words: tuple[str, ...], said: str
) -> None:
    done = desk.run("--lang", "zh_CN", *words)
    assert (done.code, done.err.splitlines()[0]) == (2, said)
    assert not re.search("[\u4e00-\u9fff]", desk.run(*words).err)
