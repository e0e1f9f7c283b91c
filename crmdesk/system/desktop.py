"""What a window needs of this machine: a display and the system's libraries. Found out without starting Qt."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Final

from crmdesk.core.errors import CrmError

_ALWAYS: Final = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
}
_X11: Final = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""Libraries of a Debian-like system and the packages that bring them; a wheel brings everything elsewhere."""


def missing_libraries(environment: Mapping[str, str] = os.environ) -> list[str]:
    """The libraries a window would lack here, by file name."""
    if not sys.platform.startswith("linux"):
        return []
    needs_x11 = bool(environment.get("DISPLAY")) and not environment.get("WAYLAND_DISPLAY")
    return [name for name in {**_ALWAYS, **(_X11 if needs_x11 else {})} if not _loads(name)]


def install_command(libraries: Iterable[str]) -> str:
    """What brings the libraries on Debian and Ubuntu."""
    known = {**_ALWAYS, **_X11}
    return "sudo apt-get install -y " + " ".join(known.get(name, name) for name in libraries)


def has_display(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a window could appear anywhere; a platform chosen on purpose counts."""
    wanted = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return not sys.platform.startswith("linux") or any(environment.get(name) for name in wanted)


def check(environment: Mapping[str, str] = os.environ) -> None:
    """Raise `missing_library` or `no_display` where the desktop could not open."""
    if missing := missing_libraries(environment):
        raise CrmError("missing_library", library=", ".join(missing), command=install_command(missing))
    if not has_display(environment):
        raise CrmError("no_display")


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
