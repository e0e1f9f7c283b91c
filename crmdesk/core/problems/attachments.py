"""What can go wrong with attachments and their contents."""

from __future__ import annotations

from typing import Final

from crmdesk.core.problems.wording import KEPT_EN, KEPT_ZH, NOTHING_EN, NOTHING_ZH, problem
from crmdesk.core.sentences import Problem

ATTACHMENTS: Final[dict[str, Problem]] = {
    "attachment_kind": problem(
        422,
        (
            "「{name}」不能作为附件：这类文件不允许，或者内容与文件名不符。",
            NOTHING_ZH,
            "可以附加的类型：{kinds}。",
        ),
        (
            "“{name}” can't be attached: it is not of an allowed kind, or not what its name says.",
            NOTHING_EN,
            "What can be attached: {kinds}.",
        ),
    ),
    "attachment_too_large": problem(
        413,
        ("「{name}」超过 {limit} MB。", NOTHING_ZH, "请压缩或拆分后再附加。"),
        ("“{name}” is over {limit} MB.", NOTHING_EN, "Make it smaller or split it, then attach it."),
    ),
    "attachment_pixels": problem(
        413,
        ("图片「{name}」超过 {limit} 百万像素。", NOTHING_ZH, "请缩小图片后再附加。"),
        (
            "The picture “{name}” has more than {limit} million pixels.",
            NOTHING_EN,
            "Scale it down, then attach it.",
        ),
    ),
    "too_many_attachments": problem(
        422,
        ("一条记录最多 {limit} 个附件。", NOTHING_ZH, "请先移除一些附件。"),
        ("A record takes {limit} attachments at most.", NOTHING_EN, "Remove some of them first."),
    ),
    "file_unreadable": problem(
        500,
        ("无法读取文件 {path}。", NOTHING_ZH, "请检查文件是否存在、是否有权读取。"),
        ("The file {path} can't be read.", NOTHING_EN, "Check that it exists and that you may read it."),
    ),
    "blob_absent": problem(
        404,
        (
            "这个附件的内容还没有到服务器。",
            "附件的记录已在本机。",
            "添加者的设备下次同步后即可打开。",
        ),
        (
            "The content of this attachment has not reached the server yet.",
            "Its record is here.",
            "It opens once its author's laptop has synced.",
        ),
    ),
    "blob_offset": problem(
        409,
        ("服务器已收到这个附件的另一段。", KEPT_ZH, "crmdesk 会从那里继续上传。"),
        ("The server has another part of this attachment.", KEPT_EN, "crmdesk goes on from there."),
    ),
    "blob_broken": problem(
        422,
        ("附件在传输中损坏。", "没有保存损坏的内容。", "crmdesk 会重新传输。"),
        ("An attachment was damaged on its way.", "Nothing damaged was kept.", "crmdesk sends it again."),
    ),
    "storage_full": problem(
        507,
        ("服务器存放附件的空间已满。", KEPT_ZH, "请联系管理员；其余内容照常同步。"),
        (
            "The server has no more room for attachments.",
            KEPT_EN,
            "Call your administrator; everything else goes on syncing.",
        ),
    ),
}
