"""What can go wrong with a file that is to be imported, and with a run that was begun."""

from __future__ import annotations

from typing import Final

from crmdesk.core.problems.wording import NOTHING_EN, NOTHING_ZH, problem
from crmdesk.core.sentences import Problem

IMPORTS: Final[dict[str, Problem]] = {
    "import_empty": problem(
        422,
        ("文件「{name}」里没有表格内容。", NOTHING_ZH, "请检查是否选对了文件，内容是否已保存。"),
        (
            "There is no table in “{name}”.",
            NOTHING_EN,
            "Check that it is the right file, and that it was saved.",
        ),
    ),
    "import_unreadable": problem(
        422,
        (
            "文件「{name}」不是可以导入的表格，或者已损坏。",
            NOTHING_ZH,
            "请用表格软件打开后另存为 xlsx 或 CSV（UTF-8），再导入。",
        ),
        (
            "“{name}” is no table that can be imported, or it is damaged.",
            NOTHING_EN,
            "Open it in a spreadsheet, save it as xlsx or as CSV (UTF-8), and import that.",
        ),
    ),
    "import_protected": problem(
        422,
        ("文件「{name}」受到保护，无法读取。", NOTHING_ZH, "请在表格软件中去掉保护后再导入。"),
        ("“{name}” is protected.", NOTHING_EN, "Take the protection off in a spreadsheet, then import it."),
    ),
    "import_too_large": problem(
        413,
        ("文件「{name}」展开后超过 {limit}，没有继续读取。", NOTHING_ZH, "请把它拆成几个较小的文件再导入。"),
        (
            "“{name}” takes more than {limit} to read; reading was stopped.",
            NOTHING_EN,
            "Split it into smaller files, then import those.",
        ),
    ),
    "code_list_wrong": problem(
        422,
        (
            "这份代码表不完整或有误：{examples}。",
            NOTHING_ZH,
            "请核对文件；只含部分代码的文件请用「只增改」的方式导入。",
        ),
        (
            "This list of codes is not whole, or wrong: {examples}.",
            NOTHING_EN,
            "Check the file; one that has only some of the codes can be added to those there are.",
        ),
    ),
    "import_twice": problem(
        422,
        (
            "「{first}」和「{second}」两列都对应到了「{field}」。",
            NOTHING_ZH,
            "请只保留其中一列，另一列改为其他字段、备注或不导入。",
        ),
        (
            "“{first}” and “{second}” are both read as {field}.",
            NOTHING_EN,
            "Keep one of them; read the other as another field or as the remark, or leave it out.",
        ),
    ),
    "import_unmapped": problem(
        422,
        (
            "表「{sheet}」中没有哪一列对应必填的「{field}」。",
            NOTHING_ZH,
            "请在导入页选择这一列，或在映射文件中写明。",
        ),
        (
            "No column of the table “{sheet}” is “{field}”, which is needed.",
            NOTHING_EN,
            "Choose the column on the Import page, or name it in a mapping file.",
        ),
    ),
    "import_changed": problem(
        409,
        (
            "文件「{name}」在上次导入之后改动过。",
            NOTHING_ZH,
            "请作为新的导入重新开始；已导入的行会认作重复。",
        ),
        (
            "“{name}” has changed since its import began.",
            NOTHING_EN,
            "Start a new import of it; rows that are in already count as duplicates.",
        ),
    ),
    "import_settled": problem(
        409,
        ("「{name}」的导入{state}，没有可以继续的行。", NOTHING_ZH, "查看各次导入：crmdesk import runs。"),
        (
            "The import of “{name}” {state}: there is nothing to go on with.",
            NOTHING_EN,
            "All imports are listed by: crmdesk import runs.",
        ),
    ),
    "import_unsynced": problem(
        409,
        (
            "还有 {count} 处修改没有发送到公司，现在不能移交客户。",
            NOTHING_ZH,
            "请联网同步一次（crmdesk sync），再移交。",
        ),
        (
            "{count} changes have not been sent to your company yet, so customers can't be handed over now.",
            NOTHING_EN,
            "Sync once with a network (crmdesk sync), then hand over.",
        ),
    ),
    "nothing_to_hand_over": problem(
        422,
        (
            "「{name}」的导入没有可移交的客户：文件没有负责人列，或其中的姓名在公司里找不到。",
            NOTHING_ZH,
            "请核对姓名；同事加入公司后可以再次移交。",
        ),
        (
            "The import of “{name}” has no customers to hand over: no column names owners, or nobody here is called that.",
            NOTHING_EN,
            "Check the names; once a colleague has joined, hand over again.",
        ),
    ),
    "import_unsignable": problem(
        409,
        (
            "「{name}」的导入不能签字：要么还没有完整导入，要么撤销后仍留有内容。",
            NOTHING_ZH,
            "请先把整个文件导入完（不是抽样），或者完整撤销，再签字。",
        ),
        (
            "The import of “{name}” can't be signed: not all of the file is in, or something stayed when it was taken back.",
            NOTHING_EN,
            "Import the whole file, not a sample, or take it back whole; then sign.",
        ),
    ),
}
