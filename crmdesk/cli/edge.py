"""The `crmdesk` command: every word it knows, and how each way of ending becomes an exit code.

0 is success, 1 an expected error, 2 a mistake in the command itself, 70 a fault of ours.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Final

import typer

import crmdesk
from crmdesk.cli import (
    access,
    attachments,
    codes,
    company,
    customers,
    deals,
    dictionary,
    doctor,
    duplicates,
    fields,
    importing,
    inbox,
    journal,
    misused,
    moves,
    permissions,
    quality,
    seeing,
    sharing,
    tags,
    upkeep,
)
from crmdesk.cli.command import FdOption, JsonOption, LangOption, ProfileOption, root
from crmdesk.cli.output import Output, system_language
from crmdesk.cli.session import Given, session
from crmdesk.core.errors import CrmError, Sentence
from crmdesk.system import logs
from crmdesk.system.paths import Profile, default_profile

EXPECTED: Final = 1
USAGE: Final = 2
FAULT: Final = 70

root.add_typer(customers.customer_app, name="customer")
root.add_typer(deals.deal_app, name="deal")
root.add_typer(customers.contact_app, name="contact")
root.add_typer(duplicates.duplicates_app, name="duplicates")
root.add_typer(journal.visit_app, name="visit")
root.add_typer(journal.task_app, name="task")
root.add_typer(tags.tag_app, name="tag")
root.add_typer(fields.fields_app, name="fields")
root.add_typer(codes.codes_app, name="codes")
root.add_typer(attachments.attachments_app, name="attachments")
root.add_typer(inbox.conflicts_app, name="conflicts")
root.add_typer(inbox.review_app, name="review")
root.add_typer(moves.late_app, name="late")
root.add_typer(moves.request_app, name="request")
root.add_typer(moves.refused_app, name="refused")
root.add_typer(moves.people_app, name="people")
root.add_typer(permissions.permissions_app, name="permissions")
root.add_typer(quality.quality_app, name="quality")
root.add_typer(sharing.share_app, name="share")
root.add_typer(sharing.delegate_app, name="delegate")

__all__ = [
    "access",
    "company",
    "dictionary",
    "doctor",
    "importing",
    "root",
    "run",
    "seeing",
]  # these register their commands by being imported


def _version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"crmdesk {crmdesk.__version__}")
        raise typer.Exit


VersionOption = Annotated[
    bool, typer.Option("--version", is_eager=True, callback=_version, help="Say the version. 显示版本。")
]


@root.callback(invoke_without_command=True)
def before(
    context: typer.Context,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
    passphrase_fd: FdOption = None,
    version: VersionOption = False,  # noqa: ARG001 -- its callback has answered already
) -> None:
    """Customers, visits and tasks, with or without a network. 客户、拜访与任务，有网无网都能用。"""
    context.obj = Given(profile, as_json, lang, passphrase_fd)
    if context.invoked_subcommand is None:
        with session(context.obj) as opened:
            upkeep.open_desktop(opened)


@cache
def _command() -> Callable[..., object]:
    """Every word there is, put together once a process: that takes 25 ms."""
    return typer.main.get_command(root)


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns its exit code. Nothing it raises reaches the person as a traceback."""
    # Without a handler Python writes warnings of the log to the terminal.
    logging.getLogger("crmdesk").addHandler(logging.NullHandler())
    try:
        code = _command()(args=list(arguments), prog_name="crmdesk", standalone_mode=False)
    except CrmError as error:
        _output(arguments).error(error)
        return EXPECTED
    except typer.TyperException as error:
        return _misused(error, _output(arguments))
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader left: nothing more to say
        return EXPECTED
    except Exception as error:  # noqa: BLE001 -- the last line: logged with its trace, told without it
        return fault(error, arguments)
    return code if isinstance(code, int) else 0


def _misused(error: typer.TyperException, out: Output) -> int:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "crmdesk"
    help_line = out.text(f"用法见：{path} --help", f"See: {path} --help")
    safe = out.text("没有任何内容被更改。", "Nothing was changed.")
    said = error.format_message()
    is_help = type(error).__name__ == "NoArgsIsHelpError"
    happened = said if is_help else misused.in_words(said, out.language)
    out.trouble("usage", Sentence(happened, safe, help_line))
    return error.exit_code


def fault(error: Exception, arguments: Sequence[str]) -> int:
    """Log a fault of ours with its trace and tell it in words; returns the exit code."""
    profile = _profile(arguments)
    try:
        logs.start(profile)
        logging.getLogger("crmdesk.cli").error("fault in: %s", " ".join(_words(arguments)), exc_info=error)
        where = str(profile.logs)
    except OSError:
        where = "—"
    out = _output(arguments)
    sentence = Sentence(
        out.text("crmdesk 内部出错。", "crmdesk itself failed."),
        out.text("已保存的内容完好。", "What was saved is intact."),
        out.text(f"请把日志发给管理员：{where}", f"Send the log to your administrator: {where}"),
    )
    out.trouble("fault", sentence)
    return FAULT


def _words(arguments: Sequence[str]) -> list[str]:
    """The command without what a person typed: names and notes of customers stay out of the log."""
    known = {g.name for g in root.registered_groups} | {c.name for c in root.registered_commands}
    return [word for word in arguments if word in known]


def _output(arguments: Sequence[str]) -> Output:
    """How to speak where a command line was not even understood."""
    lang = _after(arguments, "--lang")
    language = lang if lang in ("zh_CN", "en") else system_language()
    return Output("zh_CN" if language == "zh_CN" else "en", "--json" in arguments)


def _profile(arguments: Sequence[str]) -> Profile:
    given = _after(arguments, "--profile")
    return Profile(Path(given)) if given else default_profile()


def _after(arguments: Sequence[str], option: str) -> str | None:
    """The value of an option, wherever it stands."""
    for number, word in enumerate(arguments):
        if word == option:
            return next(iter(arguments[number + 1 :]), None)
        if word.startswith(option + "="):
            return word.partition("=")[2]
    return None
