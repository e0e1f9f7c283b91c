"""A command line that was not understood, in the person's language: what typer says of it, it says in English alone."""

from __future__ import annotations

import re
from typing import Final

from crmdesk.core.errors import Language

_NAME: Final = r"'?(?P<name>.+?)'?"
_SENTENCES: Final = tuple(
    (re.compile(pattern, re.DOTALL), sentence)
    for pattern, sentence in (
        (r"Got unexpected extra argument(?:s|\(s\))? \((?P<name>.*)\)", "多出了「{name}」，不知道是什么。"),
        (
            rf"No such option:? {_NAME}\.? ?(?:\(Possible options: (?P<more>.*)\)|Did you mean (?P<meant>.*)\?)",
            "没有「{name}」这个选项；您要的可能是 {more}{meant}。",
        ),
        (rf"No such option:? {_NAME}\.?", "没有「{name}」这个选项。"),
        (rf"No such command {_NAME}\. Did you mean (?P<meant>.*)\?", "没有「{name}」这个命令；您要的可能是 {meant}。"),
        (rf"No such command {_NAME}\.?", "没有「{name}」这个命令。"),
        (r"Missing command\.?", "请写上要执行的命令。"),
        (rf"Missing option {_NAME}\.(?: .*)?", "缺少选项 {name}。"),
        (rf"Missing (?:argument|parameter) {_NAME}\.(?: .*)?", "缺少参数 {name}。"),
        (rf"Option {_NAME} requires (?:an argument|\d+ arguments)\.?", "选项 {name} 后面要写上内容。"),
        (rf"Option {_NAME} does not take a value\.?", "选项 {name} 后面不写内容。"),
        (
            rf"Invalid value for {_NAME}: '(?P<value>.*)' is not one of (?P<more>.*)\.",
            "「{name}」不能是 {value}；可以是 {more}。",
        ),
        (
            rf"Invalid value for {_NAME}: Input should be greater than or equal to (?P<more>\S+)",
            "「{name}」不能小于 {more}。",
        ),
        (
            rf"Invalid value for {_NAME}: Input should be less than or equal to (?P<more>\S+)",
            "「{name}」不能大于 {more}。",
        ),
        (rf"Invalid value for {_NAME}: Input should be a valid integer.*", "「{name}」要是一个整数。"),
        (rf"Invalid value for {_NAME}: Input should be a valid number.*", "「{name}」要是一个数。"),
        (rf"Invalid value for {_NAME}: (?P<value>.*)", "「{name}」的内容不对：{value}"),
    )
)  # fmt: skip
"""What typer says, and the same in Chinese; the first that fits counts."""


def in_words(said: str, language: Language) -> str:
    """What typer said of a command line, in the person's language; a sentence that is not known stands in English after a Chinese one."""
    plain = said.strip().replace("Value error, ", "")
    if language != "zh_CN":
        return plain
    for pattern, sentence in _SENTENCES:
        if found := pattern.fullmatch(plain):
            return sentence.format(**{name: text or "" for name, text in found.groupdict().items()})
    return f"命令写得不对：{plain}"
