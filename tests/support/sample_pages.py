"""Generated customers and two plain pages on the real shell, for pictures and for tests of the window."""

from datetime import date, timedelta
from random import Random

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.ui import formats, language
from crmdesk.ui.page import Page, PageSpec, Shell
from crmdesk.ui.tables.customer_delegate import (
    CustomerDelegate,
    CustomerRow,
    customer_columns,
    customer_sentence,
)
from crmdesk.ui.tables.row_table import RowTable
from crmdesk.ui.tables.window_model import WindowModel
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.chips import TagField
from crmdesk.ui.widgets.fields import FieldGrid, label
from crmdesk.ui.widgets.marks import Avatar, EmptyState, StagePill
from crmdesk.ui.widgets.pills import PillGroup
from crmdesk.ui.widgets.tabs import SegmentedTabs
from crmdesk.ui.widgets.timeline import Timeline, TimelineEntry

TODAY = date(2026, 11, 22)
STAGES = (
    ("lead", "线索", "Lead", "slate"),
    ("contact", "接触", "Contacted", "blue"),
    ("intent", "意向", "Qualified", "violet"),
    ("quote", "报价", "Quoted", "amber"),
    ("won", "成交", "Won", "green"),
    ("lost", "流失", "Lost", "red"),
)
TAGS = (
    ("1", "重点客户", "red"),
    ("2", "渠道商", "teal"),
    ("3", "技术型决策", "slate"),
    ("4", "价格敏感", "amber"),
    ("5", "展会线索", "violet"),
    ("6", "KA", "pink"),
    ("7", "华东区", "blue"),
    ("8", "续约在即", "green"),
)
CITIES = ("杭州", "宁波", "深圳", "广州", "苏州", "合肥", "武汉", "成都", "天津")
TRADES = (
    "明辰物流",
    "新丰仪器仪表",
    "创通食品",
    "启邦建材",
    "中拓电子科技",
    "博茂精密机械",
    "嘉科医疗器械",
    "凯辰新材料",
)
LATIN = (
    "Pioneer Robotics Ltd.",
    "Atlas Packaging Ltd.",
    "Summit Instruments Ltd.",
    "Northwind Automation GmbH",
)
PEOPLE = ("林晓", "周磊", "何静", "Amy Chen", "Tom Li", "Ravi Patel")


def customer(number: int) -> CustomerRow:
    """The generated customer `number`; always the same."""
    dice = Random(number)
    stage = dice.choice(STAGES)
    chinese = language.current() == "zh_CN"
    name = dice.choice(LATIN) if number % 4 == 1 else f"{dice.choice(CITIES)}{dice.choice(TRADES)}有限公司"
    follow_up = dice.choice((None, -5, -1, 0, 1, 4, 6, 10, 34))
    return CustomerRow(
        id=f"c{number}",
        name=name,
        subtitle=f"{dice.choice(PEOPLE)} · {dice.choice(CITIES)}",
        stage=stage[0],
        stage_label=stage[1] if chinese else stage[2],
        stage_hue=stage[3],
        tags=tuple(dice.sample(TAGS, dice.choice((0, 1, 1, 2, 2, 3, 4)))),
        owner=dice.choice(PEOPLE),
        last_visit=TODAY - timedelta(days=dice.choice((0, 1, 1, 3, 12, 400))),
        next_follow_up=None if follow_up is None else TODAY + timedelta(days=follow_up),
        conflicts=int(number % 9 == 4),
        unsent=number % 7 == 3,
    )


class GeneratedSource:
    """Any number of customers without storing one; counts what was asked of it."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.asked: list[tuple[int, int]] = []

    def count(self) -> int:
        return self._count

    def page(self, start: int, size: int) -> list[CustomerRow]:
        self.asked.append((start, size))
        return [customer(number) for number in range(start, min(start + size, self._count))]

    def position(self, row_id: str) -> int | None:
        number = int(row_id[1:])
        return number if number < self._count else None


def today() -> date:
    return TODAY


class SampleCustomers(Page):
    """The customers list with a detail pane, as in the design's picture."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.count = 100_000
        self.search_hint = (
            "搜索名称、联系人、电话、城市…"
            if language.current() == "zh_CN"
            else "Search name, contact, phone, city…"
        )
        self.model = WindowModel(
            customer_columns(today, [stage[1 if language.current() == "zh_CN" else 2] for stage in STAGES]),
            GeneratedSource(100_000),
            customer_sentence(today),
            self,
        )
        self.table = RowTable(QCoreApplication.translate("customers", "Customer"), self.model)
        self.table.setItemDelegate(CustomerDelegate(today, self.table))
        names = [(stage[0], stage[1] if language.current() == "zh_CN" else stage[2]) for stage in STAGES]
        self.pills = PillGroup("Stage", [("", "全部" if language.current() == "zh_CN" else "All"), *names])
        strip = QFrame()
        strip.setObjectName("strip")
        tools = QHBoxLayout(strip)
        tools.setContentsMargins(18, 4, 18, 4)
        tools.addWidget(self.pills)
        tools.addStretch(1)
        tools.addWidget(buttons.quiet("筛选" if language.current() == "zh_CN" else "Filter", "funnel"))
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(strip)
        left.addWidget(self.table, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(detail())
        self.table.select_row(4)

    def actions_in_bar(self):
        zh = language.current() == "zh_CN"
        return (
            buttons.icon_button("sliders-horizontal", "视图" if zh else "View"),
            buttons.secondary("导入" if zh else "Import"),
            buttons.primary("新建客户" if zh else "New customer", "plus"),
        )

    def entered(self) -> None:
        self.table.setFocus()


def detail() -> QWidget:
    """The pane at the right."""
    zh = language.current() == "zh_CN"
    pane = QFrame()
    pane.setObjectName("aside")
    pane.setFixedWidth(400)
    column = QVBoxLayout(pane)
    column.setContentsMargins(1, 18, 0, 0)  # the line at the left is the pane's own
    column.setSpacing(12)
    inner = QVBoxLayout()
    inner.setContentsMargins(18, 0, 18, 0)
    inner.setSpacing(12)
    head = QHBoxLayout()
    head.setSpacing(12)
    avatar = Avatar(44)
    avatar.set_name("深圳启邦建材有限公司")
    head.addWidget(avatar)
    names = QVBoxLayout()
    names.setSpacing(3)
    names.addWidget(label("深圳启邦建材有限公司", "title"))
    line = QHBoxLayout()
    pill = StagePill()
    pill.set_stage("线索" if zh else "Lead", "slate")
    line.addWidget(pill)
    line.addWidget(label("C0003680 · 北京 · B", "faint"))
    line.addStretch(1)
    names.addLayout(line)
    head.addLayout(names, 1)
    inner.addLayout(head)
    acts = QHBoxLayout()
    acts.addWidget(buttons.primary("记录拜访" if zh else "Log visit", "plus"))
    acts.addWidget(buttons.secondary("打电话" if zh else "Call", "phone"))
    acts.addWidget(buttons.secondary("跟进" if zh else "Follow up", "bell"))
    acts.addStretch(1)
    inner.addLayout(acts)
    tags = TagField()
    tags.set_tags([TAGS[0], TAGS[7], TAGS[6], TAGS[4]])
    inner.addWidget(tags)
    grid = FieldGrid()
    grid.set_fields(
        [
            ("联系人", "周敏"),
            ("电话", formats.phone("13589737219")),
            ("负责人", "Amy Chen"),
            ("商机金额", formats.money(42_000_000)),
            ("最近拜访", formats.day(TODAY - timedelta(days=1), TODAY)),
            ("下一个", ""),
        ]
    )
    inner.addWidget(grid)
    tabs = SegmentedTabs("Parts", [("t", "时间线"), ("d", "详情"), ("o", "商机"), ("f", "文件")], indent=18)
    tabs.set_number("t", 8)
    column.addLayout(inner)
    column.addSpacing(-6)
    column.addWidget(tabs)
    column.addSpacing(-12)
    timeline = Timeline("Timeline")
    texts = (
        ("message-square-text", "teal", "微信", "何静", "电话沟通交付周期,采购担心春节前无法到货。"),
        (
            "map-pin",
            "blue",
            "现场拜访",
            "Ravi Patel",
            "现场拜访,客户对新一代设备的节拍很满意,要求下周给出含安装调试的报价。",
        ),
        ("phone", "green", "电话", "林晓", "Sent revised quotation v3; waiting for finance approval."),
    )
    timeline.set_entries(
        [
            TimelineEntry(f"{at}", *texts[at % 3][:4], f"{11 - at:02}-{22 - at} 08:45", texts[at % 3][4])
            for at in range(8)
        ]
    )
    column.addWidget(timeline, 1)
    return pane


class SampleEmpty(Page):
    """A page with nothing on it."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        column = QVBoxLayout(self)
        self.empty = EmptyState("inbox", "没有需要您决定的事。", "查看已决定的")
        column.addWidget(self.empty)


def pages() -> list[PageSpec]:
    """A registry like the product's."""
    zh = language.current() == "zh_CN"
    names = (
        ("today", "今日", "Today", "house"),
        ("customers", "客户", "Customers", "users"),
        ("visits", "拜访", "Visits", "footprints"),
        ("tasks", "跟进", "Follow-ups", "calendar-check"),
        ("inbox", "收件箱", "Inbox", "inbox"),
        ("reports", "报表", "Reports", "chart-column"),
    )
    listed = [
        PageSpec(
            key, chinese if zh else english, icon, SampleCustomers if key == "customers" else SampleEmpty
        )
        for key, chinese, english, icon in names
    ]
    return [*listed, PageSpec("settings", "设置" if zh else "Settings", "settings", SampleEmpty, "foot")]
