"""The declarations: every entity and field of the product, in both languages, in home-first order."""

from __future__ import annotations

from typing import Final

from tests.skew.frozen.registry import Entity, Field, Label, Option, Rule, Search, Type, registry


def _options(*rows: tuple[str, str, str, str]) -> tuple[Option, ...]:
    return tuple(Option(key, Label(zh, en), hue) for key, zh, en, hue in rows)


STAGES: Final = _options(
    ("lead", "线索", "Lead", "grey"),
    ("contact", "接触", "Contact", "blue"),
    ("intent", "意向", "Intent", "violet"),
    ("quote", "报价", "Quote", "amber"),
    ("won", "成交", "Won", "green"),
    ("lost", "流失", "Lost", "red"),
)
GRADES: Final = _options(
    ("A", "A 级", "Grade A", "red"),
    ("B", "B 级", "Grade B", "amber"),
    ("C", "C 级", "Grade C", "blue"),
    ("D", "D 级", "Grade D", "grey"),
)
SOURCES: Final = _options(
    ("exhibition", "展会", "Exhibition", "violet"),
    ("referral", "转介绍", "Referral", "green"),
    ("web", "官网", "Website", "blue"),
    ("cold_call", "陌生拜访", "Cold call", "grey"),
    ("channel", "渠道", "Channel", "teal"),
    ("other", "其他", "Other", "grey"),
)
INDUSTRIES: Final = _options(
    ("machinery", "机械", "Machinery", "blue"),
    ("electronics", "电子", "Electronics", "violet"),
    ("building", "建材", "Building materials", "amber"),
    ("food", "食品", "Food", "green"),
    ("medical", "医疗", "Medical", "red"),
    ("logistics", "物流", "Logistics", "teal"),
    ("chemical", "化工", "Chemicals", "pink"),
    ("other", "其他", "Other", "grey"),
)
VISIT_KINDS: Final = _options(
    ("onsite", "现场拜访", "On-site visit", "blue"),
    ("phone", "电话", "Phone call", "green"),
    ("wechat", "微信", "WeChat", "teal"),
    ("video", "视频会议", "Video call", "violet"),
    ("email", "邮件", "Email", "amber"),
)
RESULTS: Final = _options(
    ("interested", "有意向", "Interested", "green"),
    ("considering", "再考虑", "Considering", "amber"),
    ("not_now", "暂不需要", "Not now", "grey"),
    ("problem", "有问题", "Problem", "red"),
)
HUES: Final = _options(
    ("grey", "灰", "Grey", "grey"), ("blue", "蓝", "Blue", "blue"), ("teal", "青", "Teal", "teal"), ("green", "绿", "Green", "green"),
    ("amber", "琥珀", "Amber", "amber"), ("red", "红", "Red", "red"), ("violet", "紫", "Violet", "violet"), ("pink", "粉", "Pink", "pink"),
)  # fmt: skip
ROLES: Final = _options(
    ("rep", "销售专员", "Rep", "blue"),
    ("manager", "区域经理", "Regional manager", "violet"),
    ("director", "事业部总监", "Division director", "amber"),
    ("administrator", "管理员", "Administrator", "grey"),
)
OUTCOMES: Final = _options(("reviewed", "已阅", "Reviewed", "green"), ("flagged", "需跟进", "Flagged", "red"))
FIELD_TYPES: Final = _options(
    *((t.value, zh, en, "grey") for t, zh, en in (
        (Type.TEXT, "文本", "Text"), (Type.LONG_TEXT, "长文本", "Long text"), (Type.DATE, "日期", "Date"),
        (Type.INTEGER, "整数", "Whole number"), (Type.MONEY, "金额", "Money"), (Type.BOOLEAN, "是否", "Yes or no"),
    ))
)  # fmt: skip


def _reference(
    name: str, target: str, zh: str, en: str, *, required: bool = False, rule: Rule = Rule.FIXED
) -> Field:
    return Field(name, Type.REFERENCE, Label(zh, en), rule, required=required, target=target)


TEAM: Final = Entity(
    "team", Label("团队", "Team"), title="name", placed="config",
    fields=(
        Field("name", Type.TEXT, Label("名称", "Name"), required=True),
        _reference("parent", "team", "上级", "Part of", rule=Rule.ASK),
        Field("shares_books", Type.BOOLEAN, Label("组内共享客户", "Colleagues share their books")),
    ),
)  # fmt: skip
USER: Final = Entity(
    "user", Label("用户", "User"), title="name", placed="config",
    fields=(
        Field("name", Type.TEXT, Label("姓名", "Name"), required=True, search=Search.NAME),
        Field("role", Type.CHOICE, Label("角色", "Role"), options=ROLES, required=True),
        _reference("team", "team", "团队", "Team", rule=Rule.ASK),
        Field("book", Type.TEXT, Label("客户簿", "Book"), server=True),
    ),
)  # fmt: skip
TAG_GROUP: Final = Entity(
    "tag_group", Label("标签维度", "Tag group"), title="name", placed="config",
    fields=(
        Field("name", Type.TEXT, Label("名称", "Name"), required=True),
        Field("exclusive", Type.BOOLEAN, Label("只选一个", "Only one at a time")),
    ),
)  # fmt: skip
TAG: Final = Entity(
    "tag", Label("标签", "Tag"), title="name", placed="config",
    fields=(
        Field("name", Type.TEXT, Label("名称", "Name"), required=True, search=Search.NAME),
        _reference("group", "tag_group", "标签维度", "Tag group", rule=Rule.ASK),
        Field("hue", Type.CHOICE, Label("颜色", "Colour"), Rule.LATEST, options=HUES),
        Field("retired", Type.BOOLEAN, Label("停用", "Retired")),
    ),
)  # fmt: skip
CUSTOM_FIELD: Final = Entity(
    "field", Label("自定义字段", "Custom field"), title="label_zh", placed="config",
    fields=(
        Field("entity", Type.TEXT, Label("记录类型", "Kind of record"), Rule.FIXED, required=True),
        Field("type", Type.CHOICE, Label("类型", "Type"), Rule.FIXED, options=FIELD_TYPES, required=True),
        Field("label_zh", Type.TEXT, Label("中文名", "Chinese label"), required=True),
        Field("label_en", Type.TEXT, Label("英文名", "English label")),
    ),
)  # fmt: skip
CUSTOMER: Final = Entity(
    "customer", Label("客户", "Customer"), title="name",
    fields=(
        Field("name", Type.TEXT, Label("名称", "Name"), required=True, search=Search.NAME, aliases=("客户名称", "公司", "company")),
        Field("name_en", Type.TEXT, Label("英文名", "English name"), search=Search.ENGLISH),
        Field("short_name", Type.TEXT, Label("简称", "Short name"), search=Search.NAME),
        Field("code", Type.TEXT, Label("客户编号", "Code"), search=Search.OTHER),
        Field("stage", Type.CHOICE, Label("阶段", "Stage"), options=STAGES),
        Field("grade", Type.CHOICE, Label("等级", "Grade"), options=GRADES),
        Field("source", Type.CHOICE, Label("来源", "Source"), Rule.LATEST, options=SOURCES),
        Field("industry", Type.CHOICE, Label("行业", "Industry"), options=INDUSTRIES),
        Field("region", Type.TEXT, Label("省份", "Province")),
        Field("city", Type.TEXT, Label("城市", "City"), search=Search.OTHER),
        Field("address", Type.TEXT, Label("地址", "Address")),
        Field("phone", Type.PHONE, Label("电话", "Phone"), search=Search.PHONE),
        Field("email", Type.EMAIL, Label("邮箱", "Email"), search=Search.OTHER),
        Field("website", Type.TEXT, Label("网站", "Website"), Rule.LATEST),
        Field("wechat", Type.TEXT, Label("微信", "WeChat")),
        Field("credit_code", Type.TEXT, Label("统一社会信用代码", "Credit code"), search=Search.OTHER),
        Field("employees", Type.INTEGER, Label("员工人数", "Employees")),
        Field("annual_revenue", Type.MONEY, Label("年营业额", "Annual revenue")),
        Field("amount", Type.MONEY, Label("商机金额", "Deal amount")),
        Field("next_follow_up_on", Type.DATE, Label("下次跟进", "Next follow-up"), Rule.LATEST),
        Field("remark", Type.LONG_TEXT, Label("备注", "Remark")),
        Field("tag", Type.BOOLEAN, Label("标签", "Tag"), Rule.ADD_WINS, repeated=True, target="tag"),
    ),
)  # fmt: skip
CONTACT: Final = Entity(
    "contact", Label("联系人", "Contact"), title="name", home="customer",
    fields=(
        _reference("customer", "customer", "客户", "Customer", required=True),
        Field("name", Type.TEXT, Label("姓名", "Name"), required=True, search=Search.NAME),
        Field("position", Type.TEXT, Label("职务", "Position"), Rule.LATEST),
        Field("phone", Type.PHONE, Label("电话", "Phone"), repeated=True, search=Search.PHONE),
        Field("email", Type.EMAIL, Label("邮箱", "Email"), search=Search.OTHER),
        Field("wechat", Type.TEXT, Label("微信", "WeChat")),
        Field("remark", Type.LONG_TEXT, Label("备注", "Remark")),
    ),
)  # fmt: skip
VISIT: Final = Entity(
    "visit", Label("拜访", "Visit"), title="summary", home="customer",
    fields=(
        _reference("customer", "customer", "客户", "Customer", required=True),
        Field("kind", Type.CHOICE, Label("方式", "Kind"), options=VISIT_KINDS, required=True),
        Field("at", Type.INSTANT, Label("时间", "Time"), Rule.FIXED, required=True),
        Field("summary", Type.LONG_TEXT, Label("内容", "What was said"), required=True),
        Field("result", Type.CHOICE, Label("结果", "Result"), options=RESULTS),
        _reference("contact", "contact", "联系人", "Contact", rule=Rule.LATEST),
        Field("next_step", Type.TEXT, Label("下一步", "Next step")),
        Field("next_on", Type.DATE, Label("下次日期", "Next date"), Rule.LATEST),
    ),
)  # fmt: skip
TASK: Final = Entity(
    "task", Label("任务", "Task"), title="title", home="customer",
    fields=(
        _reference("customer", "customer", "客户", "Customer"),
        Field("title", Type.TEXT, Label("事项", "What to do"), required=True),
        Field("due_on", Type.DATE, Label("到期", "Due"), Rule.LATEST),
        Field("done", Type.BOOLEAN, Label("已完成", "Done"), Rule.LATEST),
    ),
)  # fmt: skip
REVIEW: Final = Entity(
    "review", Label("审阅", "Review"), title="remark", home="visit",
    fields=(
        _reference("visit", "visit", "拜访", "Visit", required=True),
        Field("outcome", Type.CHOICE, Label("意见", "Outcome"), Rule.FIXED, options=OUTCOMES, required=True),
        Field("remark", Type.LONG_TEXT, Label("批注", "Remark"), Rule.FIXED),
    ),
)  # fmt: skip

REGISTRY: Final = registry(TEAM, USER, TAG_GROUP, TAG, CUSTOM_FIELD, CUSTOMER, CONTACT, VISIT, TASK, REVIEW)
CUSTOM_PREFIX: Final = "x_"


def custom_field(record_id: str, type_key: object, label_zh: object, label_en: object) -> Field:
    """The field that a `field` record declares: its permanent name is `x_<record id>`."""
    kind = next((t for t in Type if t.value == type_key), Type.TEXT)
    zh = label_zh if isinstance(label_zh, str) else record_id
    en = label_en if isinstance(label_en, str) and label_en else zh
    return Field(CUSTOM_PREFIX + record_id, kind, Label(zh, en))
