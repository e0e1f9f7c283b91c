"""Where a command writes a file: in the place of nothing, unless that is asked for."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path
from typing import Annotated

import typer

from crmdesk.core.errors import CrmError

Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Write over a file that is there. 覆盖已有的文件。")
]


def check_free(path: Path, *, overwrite: bool) -> None:
    """Raise `file_exists` where something is: unless it is a file, and may be overwritten."""
    if os.path.lexists(path) and not (overwrite and path.is_file()):
        raise CrmError("file_exists", path=path)


def chosen(path: Path | None, usual: str, *, overwrite: bool) -> Path:
    """Where to write: the path that was named, if it is free, else the usual name, or the first of it and a number that is free.

    Raises `file_exists` for a path that was named.
    """
    if path is not None:
        check_free(path, overwrite=overwrite)
        return path
    wanted = Path(usual)
    names = (wanted if n == 1 else wanted.with_stem(f"{wanted.stem} {n}") for n in count(1))
    return next(name for name in names if not os.path.lexists(name))
