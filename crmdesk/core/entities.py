"""The declarations: every entity and field of the product, in both languages, in home-first order."""

from __future__ import annotations

from typing import Final

from crmdesk.core import parts
from crmdesk.core.registry import (
    TYPE_LABELS,
    Check,
    Entity,
    Field,
    Label,
    Option,
    Rule,
    Search,
    Type,
    registry,
)


def _options(*rows: tuple[str, ...]) -> tuple[Option, ...]:
    """Choices as (key, Chinese, English, hue, what foreign tables call it ...)."""
    return tuple(Option(key, Label(zh, en), hue, aliases=tuple(more)) for key, zh, en, hue, *more in rows)


STAGES: Final = _options(
    ("lead", "线索", "Lead", "grey", "潜在客户", "潜客", "未联系", "新客户", "prospect", "new"),
    ("contact", "接触", "Contact", "blue", "初访", "已联系", "跟进中", "contacted"),
    ("intent", "意向", "Intent", "violet", "有兴趣", "需求确认", "interested", "qualified"),
    ("quote", "报价", "Quote", "amber", "方案", "谈判", "商务谈判", "proposal", "negotiation"),
    ("won", "成交", "Won", "green", "签约", "合作中", "老客户", "已合作", "赢单", "customer", "closed won"),
    ("lost", "流失", "Lost", "red", "丢单", "输单", "无效", "放弃", "closed lost"),
)
GRADES: Final = _options(
    ("A", "A 级", "Grade A", "red"),
    ("B", "B 级", "Grade B", "amber"),
    ("C", "C 级", "Grade C", "blue"),
    ("D", "D 级", "Grade D", "grey"),
)
SOURCES: Final = _options(
    ("exhibition", "展会", "Exhibition", "violet", "展览", "会议", "trade show", "event"),
    ("referral", "转介绍", "Referral", "green", "客户介绍", "朋友介绍", "介绍", "老客户推荐", "推荐"),
    ("web", "官网", "Website", "blue", "网络", "互联网", "网站", "线上", "搜索引擎", "online", "internet"),
    ("cold_call", "陌生拜访", "Cold call", "grey", "电话营销", "电销", "陌拜", "上门拜访", "自主开发", "telemarketing"),
    ("channel", "渠道", "Channel", "teal", "代理商", "经销商", "合作伙伴", "partner", "reseller"),
    ("other", "其他", "Other", "grey"),
)  # fmt: skip
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
    ("onsite", "现场拜访", "On-site visit", "blue", "上门", "面谈", "当面", "来访", "拜访", "meeting", "visit"),
    ("phone", "电话", "Phone call", "green", "来电", "去电", "call"),
    ("wechat", "微信", "WeChat", "teal", "企业微信", "企微"),
    ("video", "视频会议", "Video call", "violet", "腾讯会议", "线上会议", "zoom", "teams"),
    ("email", "邮件", "Email", "amber"),
)  # fmt: skip
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
    ("auditor", "审计员", "Auditor", "teal"),
    ("administrator", "管理员", "Administrator", "grey"),
)
BOOK_KINDS: Final = _options(
    ("book", "客户簿", "A person's book", "blue"),
    ("set", "共享客户", "Shared customers", "violet"),
    ("pool", "公海", "The pool", "teal"),
    ("pool_details", "公海资料", "What lies below the pool", "grey"),
)
REQUEST_KINDS: Final = _options(
    ("claim", "认领", "Claim from the pool", "green"),
    ("release", "放入公海", "Release to the pool", "amber"),
    ("hand_over", "移交", "Hand over", "blue"),
)
REQUEST_OUTCOMES: Final = _options(("done", "已完成", "Done", "green"), ("refused", "未成", "Refused", "red"))
LATE_OUTCOMES: Final = _options(
    ("kept", "已保留", "Kept", "green"), ("taken_back", "已撤回", "Taken back", "grey")
)
INTERACTIONS: Final = _options(
    ("consultation", "咨询", "Consultation", "blue"),
    ("complaint", "投诉", "Complaint", "red"),
    ("service_request", "服务请求", "Service request", "amber"),
)
JOB_LEVELS: Final = _options(
    ("executive", "高层", "Executive", "red"),
    ("director", "总监", "Director", "amber"),
    ("manager", "经理", "Manager", "blue"),
    ("specialist", "专员", "Specialist", "grey"),
)
DECISION_ROLES: Final = _options(
    ("decides", "决策者", "Decides", "red"),
    ("approves", "审批者", "Approves", "amber"),
    ("influences", "影响者", "Influences", "violet"),
    ("uses", "使用者", "Uses it", "blue"),
    ("buys", "采购", "Buys", "teal"),
    ("supports", "支持者", "Supports us", "green"),
    ("opposes", "反对者", "Opposes us", "grey"),
)
OPPORTUNITY_STAGES: Final = _options(
    ("found", "初步接洽", "Found", "grey"),
    ("needs", "需求确认", "Needs known", "blue"),
    ("proposal", "方案报价", "Proposal", "amber"),
    ("negotiation", "商务谈判", "Negotiation", "violet"),
    ("won", "赢单", "Won", "green"),
    ("lost", "输单", "Lost", "red"),
)
CONTRACT_STATES: Final = _options(
    ("draft", "起草", "Draft", "grey"),
    ("active", "履行中", "In force", "green"),
    ("expired", "已到期", "Expired", "amber"),
    ("cancelled", "已终止", "Ended early", "red"),
)
ORDER_STATES: Final = _options(
    ("open", "待发货", "Open", "blue"),
    ("delivered", "已发货", "Delivered", "violet"),
    ("completed", "已完成", "Completed", "green"),
    ("cancelled", "已取消", "Cancelled", "grey"),
)
PAYMENT_METHODS: Final = _options(
    ("transfer", "银行转账", "Bank transfer", "blue"),
    ("draft", "承兑汇票", "Bank draft", "violet"),
    ("cash", "现金", "Cash", "green"),
    ("online", "在线支付", "Online", "teal"),
    ("other", "其他", "Other", "grey"),
)
INVOICE_KINDS: Final = _options(
    ("special", "专用发票", "Special VAT invoice", "violet"),
    ("ordinary", "普通发票", "Ordinary invoice", "blue"),
)
TICKET_KINDS: Final = _options(
    ("fault", "故障", "Fault", "red"),
    ("complaint", "投诉", "Complaint", "amber"),
    ("question", "咨询", "Question", "blue"),
    ("delivery", "物流", "Delivery", "teal"),
    ("invoice", "发票", "Invoice", "violet"),
    ("other", "其他", "Other", "grey"),
)
TICKET_STATES: Final = _options(
    ("open", "待处理", "Open", "red"),
    ("working", "处理中", "In work", "amber"),
    ("solved", "已解决", "Solved", "green"),
    ("closed", "已关闭", "Closed", "grey"),
)
SIGN_OFFS: Final = _options(
    ("sampling", "抽样核对", "Sample checked", "blue"),
    ("rehearsal", "全量演练", "Full rehearsal", "violet"),
    ("rollback", "回滚演练", "Rollback drill", "amber"),
    ("go_live", "批准上线", "Go-live approved", "green"),
)
MEASURES: Final = _options(
    ("completeness", "完整率", "Completeness", "blue"),
    ("uniqueness", "唯一率", "Uniqueness", "violet"),
    ("consistency", "一致率", "Consistency", "teal"),
)
OUTCOMES: Final = _options(("reviewed", "已阅", "Reviewed", "green"), ("flagged", "需跟进", "Flagged", "red"))
FIELD_TYPES: Final = tuple(
    Option(kind.value, TYPE_LABELS[kind])
    for kind in (
        Type.TEXT, Type.LONG_TEXT, Type.CHOICE, Type.DATE, Type.INTEGER, Type.MONEY, Type.BOOLEAN, Type.PHONE, Type.EMAIL,
    )
)  # fmt: skip


def _reference(
    name: str, target: str, zh: str, en: str, *, required: bool = False, rule: Rule = Rule.FIXED
) -> Field:
    return Field(name, Type.REFERENCE, Label(zh, en), rule, required=required, target=target)


def _server_reference(name: str, target: str, zh: str, en: str) -> Field:
    return Field(name, Type.REFERENCE, Label(zh, en), Rule.FIXED, target=target, server=True)


TEAM: Final = Entity(
    "team", Label("团队", "Team"), title="name", placed="config",
    fields=(
        Field("name", Type.TEXT, Label("名称", "Name"), required=True),
        _reference("parent", "team", "上级", "Part of", rule=Rule.ASK),
        Field("shares_books", Type.BOOLEAN, Label("组内共享客户", "Colleagues share their books")),
    ),
)  # fmt: skip
ROLE: Final = Entity(
    "role", Label("角色", "Role"), title="name", placed="config",
    fields=(
        Field("name", Type.TEXT, Label("名称", "Name"), required=True, server=True),
        Field("base", Type.CHOICE, Label("复制自", "Copy of"), options=ROLES, server=True),
        Field("withheld", Type.LONG_TEXT, Label("不可填写的字段", "Fields it may not write"), server=True),
        Field("hidden", Type.TEXT, Label("不可查看的部分", "Parts it may not read"), server=True),
    ),
)  # fmt: skip
USER: Final = Entity(
    "user", Label("用户", "User"), title="name", placed="config",
    fields=(
        Field("name", Type.TEXT, Label("姓名", "Name"), required=True, search=Search.NAME),
        Field("role", Type.CHOICE, Label("角色", "Role"), options=ROLES, required=True),
        Field("custom_role", Type.REFERENCE, Label("自定义角色", "Custom role"), target="role", server=True),
        _reference("team", "team", "团队", "Team", rule=Rule.ASK),
        Field("book", Type.TEXT, Label("客户簿", "Book"), server=True),
        Field("left", Type.BOOLEAN, Label("已离职", "Has left"), server=True),
    ),
)  # fmt: skip
BOOK: Final = Entity(  # its id is the bucket's; a person answers for several once books were handed over whole
    "book", Label("客户簿", "Book"), title="kind", placed="config",
    fields=(
        Field("kind", Type.CHOICE, Label("种类", "Kind"), options=BOOK_KINDS, server=True),
        Field("owner", Type.REFERENCE, Label("负责人", "Owner"), Rule.LATEST, target="user", server=True),
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
        Field("required", Type.BOOLEAN, Label("要求填写", "Asked for")),
        Field("option", Type.TEXT, Label("选项", "Choice"), repeated=True),
        Field("least", Type.INTEGER, Label("最小值", "Least")),
        Field("most", Type.INTEGER, Label("最大值", "Most")),
        Field("longest", Type.INTEGER, Label("最长字数", "Longest")),
        Field("pattern", Type.TEXT, Label("格式", "Pattern")),
        Field("explained_zh", Type.TEXT, Label("格式说明", "Pattern in words, Chinese"), Rule.LATEST),
        Field("explained_en", Type.TEXT, Label("格式说明（英文）", "Pattern in words, English"), Rule.LATEST),
        Field("help_zh", Type.TEXT, Label("填写说明", "Help, Chinese"), Rule.LATEST),
        Field("help_en", Type.TEXT, Label("填写说明（英文）", "Help, English"), Rule.LATEST),
        Field("searchable", Type.BOOLEAN, Label("可搜索", "Found by search")),
        Field("position", Type.INTEGER, Label("次序", "Position"), Rule.LATEST),
        Field("retired", Type.BOOLEAN, Label("停用", "Retired")),
        Field("industries", Type.TEXT, Label("仅限行业", "Only for industries")),
        Field("unseen_by", Type.TEXT, Label("不显示给的角色", "Roles whose forms leave it out")),
    ),
)  # fmt: skip
CODE_LIST: Final = Entity(  # whole and unchanging: a newer one is another record
    "code_list", Label("代码表", "List of codes"), title="table", placed="config",
    fields=(
        Field("table", Type.TEXT, Label("表", "Table"), Rule.FIXED, required=True),
        Field("edition", Type.TEXT, Label("版本年份", "Year of the list"), Rule.FIXED, required=True),
        Field("line", Type.LONG_TEXT, Label("代码行", "Lines of codes"), Rule.FIXED, repeated=True),
    ),
)  # fmt: skip
SIGN_OFF: Final = Entity(  # somebody's word that a thing was done and is in order; never changed, only deleted
    "sign_off", Label("签核", "Sign-off"), title="subject", placed="config",
    fields=(
        Field("kind", Type.CHOICE, Label("种类", "Kind"), Rule.FIXED, options=SIGN_OFFS, required=True),
        Field("subject", Type.TEXT, Label("对象", "What was signed"), Rule.FIXED, required=True),
        Field("at", Type.INSTANT, Label("时间", "Time"), Rule.FIXED, required=True),
        _reference("by", "user", "签核人", "Signed by", required=True),
        Field("among", Type.INTEGER, Label("总数", "Out of"), Rule.FIXED),
        Field("judged", Type.INTEGER, Label("已判定", "Judged"), Rule.FIXED),
        Field("wrong", Type.INTEGER, Label("有误", "Wrong"), Rule.FIXED),
        Field("seed", Type.INTEGER, Label("抽样种子", "Seed of the sample"), Rule.FIXED),
        Field("remark", Type.LONG_TEXT, Label("备注", "Remark"), Rule.FIXED),
    ),
)  # fmt: skip
GOAL: Final = Entity(
    "goal", Label("目标", "Goal"), title="measure", placed="config",
    fields=(
        Field("measure", Type.CHOICE, Label("指标", "Measure"), Rule.FIXED, options=MEASURES, required=True),
        Field("start", Type.INTEGER, Label("起始值（%）", "From, in per cent"), required=True),
        Field("target", Type.INTEGER, Label("目标值（%）", "To, in per cent"), required=True),
        Field("starts_on", Type.DATE, Label("开始日期", "Starts"), required=True),
        Field("ends_on", Type.DATE, Label("截止日期", "Due"), required=True),
    ),
)  # fmt: skip
VIEW: Final = Entity(  # a list as the company wants it seen; whoever keeps one for themselves keeps no record
    "view", Label("视图", "View"), title="name", placed="config",
    fields=(
        Field("name", Type.TEXT, Label("名称", "Name"), required=True),
        Field("entity", Type.TEXT, Label("记录类型", "Kind of record"), Rule.FIXED, required=True),
        Field("criteria", Type.LONG_TEXT, Label("条件", "Conditions")),
        Field("columns", Type.TEXT, Label("列", "Columns"), Rule.LATEST),
        Field("sort", Type.TEXT, Label("排序", "Order"), Rule.LATEST),
        Field("grouping", Type.TEXT, Label("分组", "Grouping"), Rule.LATEST),
    ),
)  # fmt: skip
CUSTOMER: Final = Entity(
    "customer", Label("客户", "Customer"), title="name",
    fields=(
        Field("name", Type.TEXT, Label("名称", "Name"), required=True, search=Search.NAME, aliases=("客户名称", "公司", "company", "公司名称", "企业名称", "单位名称", "客户名", "公司全称", "全称", "单位", "客户", "account name", "company name", "customer name", "organization")),
        Field("name_en", Type.TEXT, Label("英文名", "English name"), search=Search.ENGLISH, aliases=("英文名称", "公司英文名", "name in english")),
        Field("short_name", Type.TEXT, Label("简称", "Short name"), search=Search.NAME, aliases=("公司简称", "客户简称")),
        Field("code", Type.TEXT, Label("客户编号", "Code"), search=Search.OTHER, aliases=("客户编码", "客户代码", "客户号", "编号", "客户id", "customer code", "customer id", "account number", "account id")),
        Field("stage", Type.CHOICE, Label("阶段", "Stage"), options=STAGES, aliases=("客户阶段", "客户状态", "跟进阶段", "跟进状态", "状态", "销售阶段", "status", "客户生命周期")),
        Field("grade", Type.CHOICE, Label("等级", "Grade"), options=GRADES, aliases=("客户级别", "客户等级", "级别", "rating", "level", "重要程度")),
        Field("source", Type.CHOICE, Label("来源", "Source"), Rule.LATEST, options=SOURCES, aliases=("客户来源", "来源渠道", "线索来源", "lead source")),
        Field("industry_code", Type.CODE, Label("行业", "Industry"), table="industry", aliases=("行业代码", "所属行业", "行业名称", "行业类别", "行业分类")),
        Field("industry", Type.CHOICE, Label("行业大类", "Line of business"), options=INDUSTRIES, succeeded_by="industry_code"),
        Field("region_code", Type.CODE, Label("地区", "Region"), table="region", read_from=("city", "address"), aliases=("行政区划", "地区代码", "所在地区", "区域", "所属地区", "省市区", "所在地")),
        Field("region", Type.TEXT, Label("省份", "Province"), succeeded_by="region_code"),
        Field("city", Type.TEXT, Label("城市", "City"), search=Search.OTHER, aliases=("所在城市", "市")),
        Field("address", Type.TEXT, Label("地址", "Address"), aliases=("详细地址", "公司地址", "通讯地址", "联系地址", "办公地址", "street")),
        Field("registered_address", Type.TEXT, Label("注册地址", "Registered address"), Rule.LATEST, aliases=("注册地", "工商注册地址")),
        Field("delivery_address", Type.TEXT, Label("收货地址", "Delivery address"), aliases=("送货地址", "ship to")),
        Field("phone", Type.PHONE, Label("电话", "Phone"), search=Search.PHONE, aliases=("公司电话", "联系电话", "电话号码", "座机", "固定电话", "办公电话", "总机", "tel", "telephone", "phone number", "手机", "手机号", "手机号码", "移动电话", "mobile")),
        Field("other_phone", Type.PHONE, Label("其他电话", "Other phone"), repeated=True, search=Search.PHONE, aliases=("备用电话", "其它电话", "电话2", "第二电话", "传真")),
        Field("email", Type.EMAIL, Label("邮箱", "Email"), search=Search.OTHER, aliases=("电子邮箱", "电子邮件", "邮件", "公司邮箱", "e-mail", "mail")),
        Field("other_email", Type.EMAIL, Label("其他邮箱", "Other email"), repeated=True, search=Search.OTHER, aliases=("备用邮箱", "邮箱2")),
        Field("website", Type.TEXT, Label("网站", "Website"), Rule.LATEST, aliases=("网址", "官网", "公司网址", "主页", "url", "web")),
        Field("wechat", Type.TEXT, Label("微信", "WeChat"), aliases=("微信号", "wechat id")),
        Field("credit_code", Type.TEXT, Label("统一社会信用代码", "Credit code"), search=Search.OTHER, check=Check.CREDIT_CODE, aliases=("信用代码", "社会信用代码", "税号", "纳税人识别号", "统一代码", "组织机构代码", "营业执照号", "uscc", "tax id")),
        Field("employees", Type.INTEGER, Label("员工人数", "Employees"), aliases=("人数", "员工数", "员工数量", "公司规模", "人员规模", "number of employees")),
        Field("annual_revenue", Type.MONEY, Label("年营业额", "Annual revenue"), aliases=("年收入", "营业收入", "年销售额", "营业额", "revenue")),
        Field("amount", Type.MONEY, Label("商机金额", "Deal amount"), aliases=("预计成交金额", "商机预计金额")),
        Field("next_follow_up_on", Type.DATE, Label("下次跟进", "Next follow-up"), Rule.LATEST, aliases=("下次跟进时间", "下次跟进日期", "下次联系时间", "下次联系日期")),
        Field("remark", Type.LONG_TEXT, Label("备注", "Remark"), aliases=("说明", "备注信息", "描述", "附注", "remarks", "notes", "note", "comment", "description")),
        Field("tag", Type.BOOLEAN, Label("标签", "Tag"), Rule.ADD_WINS, repeated=True, target="tag", aliases=("客户标签", "tags", "labels")),
        _reference("merged_into", "customer", "并入", "Merged into", rule=Rule.LATEST),
        Field("merged_seen", Type.SEEN, Label("合并时所见", "Seen when merged"), Rule.LATEST),
        Field("apart", Type.BOOLEAN, Label("确认不是同一家", "Known to be another"), Rule.ADD_WINS, repeated=True, target="customer"),
    ),
)  # fmt: skip
CONTACT: Final = Entity(
    "contact", Label("联系人", "Contact"), title="name", home="customer", part=parts.CONTACT,
    fields=(
        _reference("customer", "customer", "客户", "Customer", required=True),
        Field("name", Type.TEXT, Label("姓名", "Name"), required=True, search=Search.NAME, aliases=("联系人姓名", "联系人", "联系人名称", "姓名", "contact name", "full name", "contact person")),
        Field("position", Type.TEXT, Label("职务", "Position"), Rule.LATEST, aliases=("职位", "岗位", "job title", "title")),
        Field("job_level", Type.CHOICE, Label("职级", "Job level"), options=JOB_LEVELS, aliases=("级别", "职务级别")),
        Field("decision_role", Type.CHOICE, Label("决策角色", "Part in the decision"), options=DECISION_ROLES, aliases=("决策作用",)),
        _reference("reports_to", "contact", "上级", "Reports to", rule=Rule.LATEST),
        Field("phone", Type.PHONE, Label("电话", "Phone"), repeated=True, search=Search.PHONE, aliases=("手机", "手机号", "手机号码", "联系电话", "移动电话", "电话号码", "联系人电话", "联系人手机", "电话2", "mobile", "tel", "telephone", "cell")),
        Field("email", Type.EMAIL, Label("邮箱", "Email"), search=Search.OTHER, aliases=("电子邮箱", "电子邮件", "邮件", "联系人邮箱", "e-mail", "mail")),
        Field("wechat", Type.TEXT, Label("微信", "WeChat"), aliases=("微信号",)),
        Field("remark", Type.LONG_TEXT, Label("备注", "Remark"), aliases=("说明", "notes", "note", "remarks")),
    ),
)  # fmt: skip
VISIT: Final = Entity(
    "visit", Label("拜访", "Visit"), title="summary", home="customer",
    fields=(
        _reference("customer", "customer", "客户", "Customer", required=True),
        Field("kind", Type.CHOICE, Label("方式", "Kind"), options=VISIT_KINDS, required=True, aliases=("跟进方式", "拜访方式", "联系方式", "跟进类型", "activity type", "type")),
        Field("at", Type.INSTANT, Label("时间", "Time"), Rule.FIXED, required=True, aliases=("拜访时间", "跟进时间", "跟进日期", "拜访日期", "日期", "联系时间", "date", "visit date", "activity date")),
        Field("summary", Type.LONG_TEXT, Label("内容", "What was said"), required=True, aliases=("跟进内容", "拜访内容", "跟进记录", "拜访记录", "沟通内容", "跟进情况", "内容摘要", "记录内容", "notes", "note", "description", "summary", "subject")),
        Field("interaction", Type.CHOICE, Label("互动类型", "Interaction"), options=INTERACTIONS),
        Field("result", Type.CHOICE, Label("结果", "Result"), options=RESULTS, aliases=("跟进结果", "拜访结果", "结果反馈")),
        _reference("contact", "contact", "联系人", "Contact", rule=Rule.LATEST),
        Field("next_step", Type.TEXT, Label("下一步", "Next step"), aliases=("下一步计划", "后续计划", "next action")),
        Field("next_on", Type.DATE, Label("下次日期", "Next date"), Rule.LATEST, aliases=("下次跟进", "下次跟进时间", "下次跟进日期", "下次拜访")),
    ),
)  # fmt: skip
TASK: Final = Entity(
    "task", Label("任务", "Task"), title="title", home="customer",
    fields=(
        _reference("customer", "customer", "客户", "Customer"),
        Field("title", Type.TEXT, Label("事项", "What to do"), required=True, aliases=("任务", "任务名称", "待办", "待办事项", "subject", "task")),
        Field("due_on", Type.DATE, Label("到期", "Due"), Rule.LATEST, aliases=("截止日期", "到期日", "完成期限", "due date")),
        Field("done", Type.BOOLEAN, Label("已完成", "Done"), Rule.LATEST, aliases=("完成", "是否完成", "状态")),
    ),
)  # fmt: skip
OPPORTUNITY: Final = Entity(
    "opportunity", Label("商机", "Opportunity"), title="name", home="customer",
    fields=(
        _reference("customer", "customer", "客户", "Customer", required=True),
        Field("name", Type.TEXT, Label("商机名称", "Name"), required=True, search=Search.NAME, aliases=("商机", "项目名称", "商机主题", "opportunity name", "deal name")),
        Field("stage", Type.CHOICE, Label("商机阶段", "Stage"), options=OPPORTUNITY_STAGES, aliases=("销售阶段", "阶段", "stage name")),
        Field("amount", Type.MONEY, Label("预计金额", "Expected amount"), aliases=("商机金额", "金额", "预计销售金额", "amount")),
        Field("closes_on", Type.DATE, Label("预计成交日", "Expected to close"), Rule.LATEST, aliases=("预计成交日期", "预计成交时间", "结单日期", "close date")),
        Field("reason", Type.TEXT, Label("输赢原因", "Why won or lost"), aliases=("丢单原因", "赢单原因")),
        _reference("contact", "contact", "关键联系人", "Key contact", rule=Rule.LATEST),
        Field("remark", Type.LONG_TEXT, Label("备注", "Remark"), aliases=("说明", "notes", "description")),
    ),
)  # fmt: skip
CONTRACT: Final = Entity(
    "contract", Label("合同", "Contract"), title="name", home="customer",
    fields=(
        _reference("customer", "customer", "客户", "Customer", required=True),
        Field("name", Type.TEXT, Label("合同名称", "Name"), required=True, search=Search.NAME, aliases=("合同", "合同主题", "合同标题", "contract name")),
        Field("number", Type.TEXT, Label("合同编号", "Number"), search=Search.OTHER, aliases=("合同号", "合同编码", "contract number", "contract no")),
        Field("state", Type.CHOICE, Label("合同状态", "State"), options=CONTRACT_STATES, aliases=("状态",)),
        Field("amount", Type.MONEY, Label("合同金额", "Amount"), aliases=("合同总额", "总金额", "金额")),
        Field("signed_on", Type.DATE, Label("签订日期", "Signed"), aliases=("签订时间", "签约日期", "签署日期", "signed on")),
        Field("starts_on", Type.DATE, Label("开始日期", "Starts"), aliases=("生效日期", "合同开始日期", "start date")),
        Field("ends_on", Type.DATE, Label("到期日期", "Ends"), aliases=("结束日期", "合同结束日期", "失效日期", "end date")),
        _reference("opportunity", "opportunity", "商机", "Opportunity", rule=Rule.LATEST),
        Field("remark", Type.LONG_TEXT, Label("备注", "Remark"), aliases=("说明", "notes")),
    ),
)  # fmt: skip
ORDER: Final = Entity(
    "order", Label("订单", "Order"), title="number", home="customer",
    fields=(
        _reference("customer", "customer", "客户", "Customer", required=True),
        Field("number", Type.TEXT, Label("订单编号", "Number"), required=True, search=Search.OTHER, aliases=("订单号", "订单编码", "单号", "编号", "销售单号", "order number", "order no", "order id")),
        Field("ordered_on", Type.DATE, Label("下单日期", "Ordered"), required=True, aliases=("订单日期", "下单时间", "订货日期", "日期", "销售日期", "order date")),
        Field("amount", Type.MONEY, Label("订单金额", "Amount"), aliases=("金额", "订单总额", "总金额", "销售金额", "total", "order amount")),
        Field("state", Type.CHOICE, Label("订单状态", "State"), options=ORDER_STATES, aliases=("状态", "status")),
        Field("goods", Type.LONG_TEXT, Label("产品", "Goods"), aliases=("产品名称", "商品", "商品名称", "货物", "产品明细", "product", "products", "items")),
        _reference("contract", "contract", "合同", "Contract", rule=Rule.LATEST),
        _reference("opportunity", "opportunity", "商机", "Opportunity", rule=Rule.LATEST),
        Field("remark", Type.LONG_TEXT, Label("备注", "Remark"), aliases=("说明", "notes")),
    ),
)  # fmt: skip
PAYMENT: Final = Entity(
    "payment", Label("回款", "Payment"), title="received_on", home="customer",
    fields=(
        _reference("customer", "customer", "客户", "Customer", required=True),
        Field("received_on", Type.DATE, Label("到账日期", "Received"), required=True, aliases=("回款日期", "收款日期", "到账时间", "付款日期", "日期", "payment date")),
        Field("amount", Type.MONEY, Label("回款金额", "Amount"), required=True, aliases=("金额", "收款金额", "到账金额", "payment amount")),
        Field("method", Type.CHOICE, Label("付款方式", "Method"), Rule.LATEST, options=PAYMENT_METHODS, aliases=("回款方式", "支付方式", "收款方式", "payment method")),
        Field("number", Type.TEXT, Label("流水号", "Reference"), search=Search.OTHER, aliases=("回款编号", "收款单号", "凭证号")),
        _reference("order", "order", "订单", "Order", rule=Rule.LATEST),
        _reference("contract", "contract", "合同", "Contract", rule=Rule.LATEST),
        Field("remark", Type.LONG_TEXT, Label("备注", "Remark"), aliases=("说明", "notes")),
    ),
)  # fmt: skip
INVOICE: Final = Entity(
    "invoice", Label("发票", "Invoice"), title="number", home="customer",
    fields=(
        _reference("customer", "customer", "客户", "Customer", required=True),
        Field("number", Type.TEXT, Label("发票号码", "Number"), required=True, search=Search.OTHER, aliases=("发票号", "票号", "invoice number", "invoice no")),
        Field("kind", Type.CHOICE, Label("发票类型", "Kind"), Rule.LATEST, options=INVOICE_KINDS, aliases=("发票种类", "票种")),
        Field("issued_on", Type.DATE, Label("开票日期", "Issued"), required=True, aliases=("开票时间", "发票日期", "invoice date")),
        Field("amount", Type.MONEY, Label("开票金额", "Amount"), aliases=("发票金额", "金额", "价税合计", "invoice amount")),
        _reference("order", "order", "订单", "Order", rule=Rule.LATEST),
        _reference("contract", "contract", "合同", "Contract", rule=Rule.LATEST),
        Field("remark", Type.LONG_TEXT, Label("备注", "Remark"), aliases=("说明", "notes")),
    ),
)  # fmt: skip
TICKET: Final = Entity(
    "ticket", Label("工单", "Ticket"), title="title", home="customer",
    fields=(
        _reference("customer", "customer", "客户", "Customer", required=True),
        Field("title", Type.TEXT, Label("工单主题", "Subject"), required=True, search=Search.NAME, aliases=("主题", "工单标题", "问题标题", "subject", "ticket")),
        Field("state", Type.CHOICE, Label("工单状态", "State"), options=TICKET_STATES, aliases=("状态", "处理状态", "status")),
        Field("kind", Type.CHOICE, Label("问题类型", "Kind of problem"), options=TICKET_KINDS, aliases=("工单类型", "类型", "category")),
        Field("opened_on", Type.DATE, Label("受理日期", "Opened"), aliases=("受理时间", "提交日期", "创建日期", "opened on")),
        Field("solved_on", Type.DATE, Label("解决日期", "Solved"), aliases=("解决时间", "完成日期", "solved on")),
        Field("satisfaction", Type.INTEGER, Label("满意度（1 至 5）", "Satisfaction (1 to 5)"), aliases=("满意度", "客户满意度")),
        Field("description", Type.LONG_TEXT, Label("问题描述", "What is wrong"), aliases=("问题", "问题内容", "描述")),
        Field("solution", Type.LONG_TEXT, Label("处理结果", "What was done"), aliases=("解决方案", "处理方法", "resolution")),
        _reference("contact", "contact", "联系人", "Contact", rule=Rule.LATEST),
        _reference("order", "order", "订单", "Order", rule=Rule.LATEST),
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
REQUEST: Final = Entity(
    "request", Label("申请", "Request"), title="name",
    fields=(
        Field("kind", Type.CHOICE, Label("申请什么", "What is asked"), Rule.FIXED, options=REQUEST_KINDS, required=True),
        _reference("customer", "customer", "客户", "Customer", required=True),
        Field("name", Type.TEXT, Label("客户名称", "Customer's name"), Rule.FIXED),
        _reference("to_user", "user", "接手人", "Who takes over"),
        Field("outcome", Type.CHOICE, Label("结果", "Outcome"), options=REQUEST_OUTCOMES, server=True),
        Field("code", Type.TEXT, Label("原因", "Reason"), server=True),
        Field("holder", Type.REFERENCE, Label("现负责人", "Who has it"), target="user", server=True),
        Field("closed", Type.BOOLEAN, Label("已知悉", "Noted"), Rule.LATEST),
    ),
)  # fmt: skip
LATE_WORK: Final = Entity(  # made by the server alone; a person only says what became of it
    "late_work", Label("迟到的修改", "Late work"), title="author", home="customer",
    fields=(
        Field("customer", Type.REFERENCE, Label("客户", "Customer"), Rule.FIXED, target="customer", server=True),
        Field("author", Type.REFERENCE, Label("谁写的", "Author"), Rule.FIXED, target="user", server=True),
        Field("txn", Type.TEXT, Label("操作", "Transaction"), Rule.FIXED, server=True),
        Field("arrived_at", Type.INSTANT, Label("到达时间", "Arrived"), Rule.FIXED, server=True),
        Field("changes", Type.LONG_TEXT, Label("内容", "What was written"), Rule.FIXED, server=True),
        Field("outcome", Type.CHOICE, Label("处理", "Outcome"), Rule.LATEST, options=LATE_OUTCOMES),
    ),
)  # fmt: skip

ATTACHMENT: Final = Entity(
    "attachment", Label("附件", "Attachment"), title="name", home="customer",
    fields=(
        _reference("customer", "customer", "客户", "Customer", required=True),
        _reference("visit", "visit", "拜访", "Visit"),
        _reference("contact", "contact", "联系人", "Contact"),
        Field("name", Type.TEXT, Label("文件名", "File name"), Rule.LATEST, required=True),
        Field("caption", Type.TEXT, Label("说明", "Caption"), Rule.LATEST),
        Field("media_type", Type.TEXT, Label("文件类型", "Kind of file"), Rule.FIXED, required=True),
        Field("size", Type.INTEGER, Label("大小（字节）", "Size in bytes"), Rule.FIXED, required=True),
        Field("sha256", Type.TEXT, Label("内容摘要", "Digest of the content"), Rule.FIXED, required=True),
        Field("thumbnail", Type.TEXT, Label("缩略图摘要", "Digest of the thumbnail"), Rule.FIXED),
        Field("taken_at", Type.INSTANT, Label("拍摄时间", "Taken at"), Rule.FIXED),
    ),
)  # fmt: skip

SHARE: Final = Entity(  # the server's own: it says who is the guest of a customer
    "share", Label("共享", "Share"), title="user", home="customer",
    fields=(
        _server_reference("customer", "customer", "客户", "Customer"),
        _server_reference("user", "user", "共享给", "Shared with"),
        Field("can_write", Type.BOOLEAN, Label("可以修改", "May write"), Rule.FIXED, server=True),
        Field("until", Type.INSTANT, Label("到期", "Until"), Rule.FIXED, server=True),
        _server_reference("by", "user", "由谁共享", "Shared by"),
        Field("ended", Type.BOOLEAN, Label("已结束", "Over"), Rule.LATEST, server=True),
    ),
)  # fmt: skip
DELEGATION: Final = Entity(  # the server's own, in the book of whoever is away
    "delegation", Label("代理", "Delegation"), title="deputy",
    fields=(
        _server_reference("user", "user", "被代理人", "Who is away"),
        _server_reference("deputy", "user", "代理人", "Deputy"),
        Field("starts", Type.INSTANT, Label("开始", "From"), Rule.FIXED, server=True),
        Field("ends", Type.INSTANT, Label("结束", "Until"), Rule.FIXED, server=True),
        _server_reference("by", "user", "由谁设定", "Set by"),
        Field("ended", Type.BOOLEAN, Label("已结束", "Over"), Rule.LATEST, server=True),
    ),
)  # fmt: skip

REGISTRY: Final = registry(
    TEAM, ROLE, USER, BOOK, TAG_GROUP, TAG, CUSTOM_FIELD, CODE_LIST, VIEW, SIGN_OFF, GOAL, CUSTOMER, CONTACT, VISIT, TASK, OPPORTUNITY,
    CONTRACT, ORDER, PAYMENT, INVOICE, TICKET, REVIEW, ATTACHMENT, REQUEST, LATE_WORK, SHARE, DELEGATION,
)  # fmt: skip
