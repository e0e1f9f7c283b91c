"""What one page tells the others: what a write touched, and what a person should be told."""

from PySide6.QtCore import QObject, Signal


class Bus(QObject):
    """`touched(object)`: the answer of a write use case; pages reload only that. `notice(Notice)`: show it."""

    touched = Signal(object)
    notice = Signal(object)
