"""Files for their owner's eyes: private from the first byte, whole under their names, in no other's place unasked."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from crmdesk.core.errors import CrmError


@contextmanager
def private_file(path: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """An empty draft beside `path`, which takes its name once the block has filled it, and is gone if that fails.

    Raises what `check_free` raises, and `database_unwritable`.
    """
    check_free(path, overwrite=overwrite)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
    try:
        make_private(draft)
        yield draft
        with draft.open("rb+") as written:
            os.fsync(written.fileno())
        if not overwrite:
            make_private(path)  # fails if it came to be meanwhile
        draft.replace(path)
    except FileExistsError as error:
        raise CrmError("file_exists", path=error.filename or path) from error
    except OSError as error:
        raise CrmError("database_unwritable", path=path) from error
    finally:
        with suppress(OSError):
            draft.unlink()


def check_free(path: Path, *, overwrite: bool = False) -> None:
    """Raise `file_exists` where something is: unless it is a file, and may be overwritten."""
    if os.path.lexists(path) and not (overwrite and path.is_file()):
        raise CrmError("file_exists", path=path)


def make_private(path: Path) -> None:
    """A new empty file that only its owner may read or write. Raises OSError."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def write_private(path: Path, content: bytes, *, overwrite: bool = False) -> None:
    """Write a file for its owner's eyes. Raises what `private_file` raises."""
    with private_file(path, overwrite=overwrite) as draft:
        draft.write_bytes(content)
