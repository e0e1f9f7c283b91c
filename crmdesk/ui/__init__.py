"""The only room with Qt: what a person sees, and how it answers to keys and pointer.

It must not know SQL, HTTP or the merge; it hands plain functions to the runner and paints what comes back.
"""

import builtins

# PySide6 swaps `__import__` for a slower one that serves `__feature__`, which nothing here uses;
# every later import (SQLAlchemy, the HTTP client) would pay for it.
_plain_import = builtins.__import__
import PySide6.QtCore  # noqa: E402, F401

builtins.__import__ = _plain_import
