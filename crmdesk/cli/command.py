"""How a function becomes a command: the options that all commands share are declared once, here."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Concatenate, Final, ParamSpec

import typer

from crmdesk.cli.session import Given, Session, session
from crmdesk.core.errors import Language

P = ParamSpec("P")

ProfileOption = Annotated[
    Path | None, typer.Option("--profile", metavar="DIR", help="The profile's folder. 配置目录。")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON. 以 JSON 输出。")]
LangOption = Annotated[Language | None, typer.Option("--lang", help="Language. 语言。")]
FdOption = Annotated[
    int | None,
    typer.Option(
        "--passphrase-fd",
        metavar="N",
        help="Read the passphrase from this file descriptor. 从文件描述符读取本机密码。",
    ),
]

_SHARED: Final = (
    ("profile", ProfileOption, None),
    ("as_json", JsonOption, False),
    ("lang", LangOption, None),
    ("passphrase_fd", FdOption, None),
)


root = typer.Typer(
    name="crmdesk",
    help="Customers, visits and tasks, with or without a network. 客户、拜访与任务，有网无网都能用。",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def group(help_text: str) -> typer.Typer:
    """A family of commands."""
    return typer.Typer(help=help_text, short_help=help_text, no_args_is_help=True)


def command(
    family: typer.Typer, name: str
) -> Callable[[Callable[Concatenate[Session, P], None]], Callable[Concatenate[Session, P], None]]:
    """Register `run` as the command `name`; its first argument, the session, comes from the shared options."""

    def register(run: Callable[Concatenate[Session, P], None]) -> Callable[Concatenate[Session, P], None]:
        def called(context: typer.Context, **values: Any) -> None:
            given = Given(**{shared: values.pop(shared) for shared, _, _ in _SHARED})
            before = context.obj if isinstance(context.obj, Given) else Given()
            with session(given.over(before)) as opened:
                run(opened, **values)  # type: ignore[call-arg]  # the signature below promises them

        called.__signature__ = _signature(run)  # type: ignore[attr-defined]  # what typer reads
        family.command(name, help=run.__doc__, short_help=run.__doc__)(called)
        return run

    return register


def by_itself(
    family: typer.Typer,
) -> Callable[[Callable[Concatenate[Session, P], None]], Callable[Concatenate[Session, P], None]]:
    """Register `run` as what a family's name alone does; its first argument, the session, comes from the shared options."""

    def register(run: Callable[Concatenate[Session, P], None]) -> Callable[Concatenate[Session, P], None]:
        def called(context: typer.Context, **values: Any) -> None:
            given = Given(**{shared: values.pop(shared) for shared, _, _ in _SHARED})
            before = context.obj if isinstance(context.obj, Given) else Given()
            context.obj = given.over(before)
            if context.invoked_subcommand is None:
                with session(context.obj) as opened:
                    run(opened, **values)  # type: ignore[call-arg]  # the signature below promises them

        called.__signature__ = _signature(run)  # type: ignore[attr-defined]  # what typer reads
        family.callback(invoke_without_command=True, no_args_is_help=False)(called)
        return run

    return register


def _signature(run: Callable[..., None]) -> inspect.Signature:
    own = list(inspect.signature(run, eval_str=True).parameters.values())[1:]
    keyword = inspect.Parameter.KEYWORD_ONLY
    context = inspect.Parameter("context", keyword, annotation=typer.Context)
    shared = [inspect.Parameter(n, keyword, annotation=a, default=d) for n, a, d in _SHARED]
    return inspect.Signature([context, *(p.replace(kind=keyword) for p in own), *shared])
