"""Where the files that ship with the product are: fonts, icons, styles, tables, sample words.

It knows paths only, never what is in a file.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
_INSTALLED = _PACKAGE / "_resources"
_ROOT = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "resources"


def resource(*parts: str) -> Path:
    """Return the path of a shipped file or folder, e.g. ``resource("icons", "home.svg")``.

    The same call works in a source checkout (``resources/``) and in an installed wheel
    (``crmdesk/_resources/``). The path is not checked: opening it says what is missing.
    """
    return _ROOT.joinpath(*parts)
