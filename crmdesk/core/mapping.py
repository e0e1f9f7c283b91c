"""Which column of a foreign table is which field: guessed from headings and what stands below them, then a person's to mend.

Headings are held against the declarations' names, labels and aliases, in both languages. A guess says how certain it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import Any, Final, Literal, TypeAlias

import msgspec
from rapidfuzz.fuzz import ratio

from crmdesk.core.cleaning import Flaw, clean, is_nothing, text_of
from crmdesk.core.errors import CrmError
from crmdesk.core.lookalikes import Choice
from crmdesk.core.quality import IN_TABLES
from crmdesk.core.registry import Entity, Field, Label, Registry, Type
from crmdesk.core.text import normalise

Mode: TypeAlias = Literal["create", "fill", "overwrite"]
"""What becomes of a row whose record is here: left alone, its blanks filled, or its fields overwritten."""
MODES: Final[tuple[Mode, ...]] = ("create", "fill", "overwrite")
Unreadable: TypeAlias = Literal["keep_out", "write_down"]
"""What becomes of a row with a cell that can't be read: kept out to be mended, or taken, the cell's text in its remark."""
UNREADABLE: Final[tuple[Unreadable, ...]] = ("keep_out", "write_down")
ENTITIES: Final = (
    "customer", "contact", "visit", "task", "opportunity", "contract", "order", "payment", "invoice", "ticket",
)  # fmt: skip
"""What can be imported, in the order in which it is: what others hang under comes first."""
AUTHOR: Final = "author"
"""Not a field: who wrote an old follow-up. It is told in its text, for nobody writes in another's name."""
PROVINCE: Final = "province"
"""Not a field: the province that a place is read from, with the city beside it."""
OWNER: Final = "owner"
"""Not a field: whose the customer is to be. Only the server moves customers, so the wish is kept beside the run."""


class Column(msgspec.Struct):
    """One column: its heading, and as what it is read: `customer.name`, or blank where it is left out.

    `times` is what the heading counts in (10000 for 万元); `certainty` is from 0 to 1.
    """

    heading: str
    target: str = ""
    times: int = 1
    certainty: float = 0.0

    @property
    def entity(self) -> str:
        return self.target.partition(".")[0]

    @property
    def field(self) -> str:
        return self.target.partition(".")[2]


class Sheet(msgspec.Struct):
    """One table of a file: which kind of record its rows are, where its headings stand (0 is the first row)."""

    name: str
    entity: str
    header: int
    columns: list[Column]

    @property
    def is_wanted(self) -> bool:
        """Whether anything of it is read."""
        return bool(self.entity) and any(column.target for column in self.columns)


class Plan(msgspec.Struct):
    """How a file is read. `key_fields` are those whose blanks count, by kind of record; `alike` says what becomes of new
    customers that look like others.
    """

    sheets: list[Sheet]
    mode: Mode = "create"
    key_fields: dict[str, list[str]] = {}
    alike: Choice = "take"
    unreadable: Unreadable = "keep_out"

    def keys_of(self, entity: str) -> tuple[tuple[str, ...], ...]:
        """The key fields of a kind of record, each with those that do in its place."""
        chosen = self.key_fields.get(entity)
        if chosen is not None:
            return tuple((name,) for name in chosen)
        return tuple(one.fields for one in IN_TABLES if one.entity == entity)


def keys_there(plan: Plan, number: int) -> dict[str, tuple[str, ...]]:
    """The key fields that a table has columns for, by the first of each that it has: what its missing rate is counted of."""
    sheet = plan.sheets[number]
    there = {column.field for column in sheet.columns if column.entity == sheet.entity}
    found = {next((n for n in several if n in there), ""): several for several in plan.keys_of(sheet.entity)}
    return {name: found[name] for name in sorted(found) if name}


class Found(msgspec.Struct):
    """A table as it was found in a file: its first rows as texts, and how many rows it has, -1 where that is not known."""

    name: str
    rows: list[list[str]]
    height: int = -1


_UNIT: Final = re.compile(
    r"[(（\[【]\s*(?:单位[:：]?)?\s*(百万|千万|万|千|亿)?\s*(?:元|rmb|人民币|cny)?\s*[)）\]】]$",
    re.IGNORECASE,
)
_TIMES: Final = {"千": 1000, "万": 10_000, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_MARKS: Final = re.compile(r"[\s*:：_\-./\\'\"“”]+")
_BRACKETS: Final = re.compile(r"[(（\[【].*?[)）\]】]")
_EXTRA: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "customer": {
        PROVINCE: ("省份", "省", "所在省份", "province", "state"),
        OWNER: ("负责人", "客户负责人", "销售负责人", "业务负责人", "客户经理", "销售代表", "销售专员", "销售员", "销售人员", "销售", "业务员", "所属销售",
                "归属人", "所有者", "owner", "account owner", "customer owner", "sales rep", "salesperson", "account manager", "assigned to"),
    },
    "visit": {AUTHOR: ("跟进人", "拜访人", "记录人", "销售", "销售人员", "业务员", "创建人", "负责人", "author", "owner", "created by")},
}  # fmt: skip
_EXTRA_LABELS: Final = {
    PROVINCE: Label("省份", "Province"),
    OWNER: Label("负责人（导入后移交）", "Owner (handed over)"),
    AUTHOR: Label("跟进人", "Author"),
}
_HOME: Final = (
    "客户", "客户名称", "公司", "公司名称", "单位名称", "单位", "企业名称", "所属客户", "所属公司", "对应客户", "关联客户", "客户编号", "客户编码",
    "客户代码", "统一社会信用代码", "信用代码", "customer", "company", "account", "account name", "company name", "customer name",
    "customer code", "organization",
)  # fmt: skip
_BESIDE: Final = {
    "name": ("联系人", "联系人姓名", "主要联系人", "首要联系人", "姓名", "contact", "contact name", "contact person", "full name"),
    "position": ("联系人职务", "职务", "职位", "position", "job title", "title"),
    "phone": ("联系人电话", "联系人手机", "手机", "手机号", "手机号码", "移动电话", "mobile", "contact phone"),
    "email": ("联系人邮箱", "contact email"),
    "wechat": ("联系人微信",),
}  # fmt: skip
"""Headings of the person to ask for, in a table of customers."""
_LIKE: Final = 0.8
_MOST_GUESSED: Final = 200
"""Columns that are guessed at; those after them must have a known heading."""


def plain_heading(heading: str) -> str:
    """A heading as headings are compared: without marks, brackets, units and blanks."""
    plain = normalise(text_of(heading))
    return _MARKS.sub("", _BRACKETS.sub("", plain)) or _MARKS.sub("", plain)


def counts_rows(heading: str) -> bool:
    """Whether a heading says that its column only counts the rows."""
    return plain_heading(heading) in ("序号", "行号", "no", "#", "nr", "index")


def times_of(heading: str) -> int:
    """What a heading counts in: 10000 for 金额（万元）, else 1."""
    found = _UNIT.search(normalise(text_of(heading)))
    return _TIMES.get(found[1] or "", 1) if found else 1


def may_import(field: Field) -> bool:
    """Whether a column may be read as a field: a person's own to write, on their forms, and not one of earlier days."""
    is_past = field.retired or field.succeeded_by is not None
    return not (field.server or field.withheld or field.off_form or is_past)


def targets(registry: Registry, entity: str) -> list[tuple[str, Label]]:
    """What the columns of a table of one kind may be read as: (target, name of the field)."""
    declared = registry[entity]
    found = [(f"{entity}.{f.name}", f.label) for f in declared.fields if may_import(f)]
    found += [(f"{entity}.{name}", _EXTRA_LABELS[name]) for name in _EXTRA.get(entity, ())]
    if entity == "customer":
        contact = registry["contact"]
        for field in contact.fields:
            if may_import(field) and field.target is None:
                label = Label(f"{contact.label.zh}·{field.label.zh}", f"{contact.label.en}: {field.label.en}")
                found.append((f"contact.{field.name}", label))
    return found


def field_of(registry: Registry, target: str) -> Field | None:
    """The declaration behind a target; None for one that is no field, such as `visit.author`."""
    entity, _, name = target.partition(".")
    declared = registry.entities.get(entity)
    return declared.by_name.get(name) if declared else None


# -- guessing ------------------------------------------------------------------------------------------------


def guess(found: Iterable[Found], registry: Registry, today: date, hint: str = "") -> Plan:
    """The likeliest reading of a file's tables. `hint` is the file's name, which may say what is in it."""
    tables = [one for one in found if one.rows and not _lists_alike(one.rows[0])]
    return Plan([_sheet(one, registry, today, hint if len(tables) == 1 else "") for one in tables])


def _sheet(found: Found, registry: Registry, today: date, hint: str) -> Sheet:
    header = heading_row(found.rows, registry)
    headings = found.rows[header] if found.rows else []
    below = found.rows[header + 1 :]
    entity = _entity(found.name, hint, headings, registry)
    if not entity:
        return Sheet(found.name, "", header, [Column(text_of(heading)) for heading in headings])
    return Sheet(found.name, entity, header, columns_of(registry, entity, headings, below, today))


def heading_row(rows: Sequence[Sequence[str]], registry: Registry) -> int:
    """Which of the first rows holds the headings: the one with most known names, else the first with two texts."""
    known = _every_name(_Key(registry))
    best, most = -1, 0
    for number, row in enumerate(islice(rows, 15)):
        hits = sum(plain_heading(cell) in known for cell in row if cell)
        if hits > most:
            best, most = number, hits
    if most >= 2 or (best == 0 and most):
        return best
    filled = (n for n, row in enumerate(rows) if sum(not is_nothing(cell) for cell in row) >= 2)
    return max(best, next(filled, 0)) if best >= 0 and most else next(filled, 0)


def _entity(name: str, hint: str, headings: Sequence[str], registry: Registry) -> str:
    """What kind of record a table holds; blank where nothing in it is known."""
    plain = [plain_heading(heading) for heading in headings if heading]
    scores: dict[str, float] = {}
    for entity in ENTITIES:
        names = names_of(registry[entity])
        own = sum(any(heading in texts for texts in names.values()) for heading in plain)
        needed = [
            f for f in registry[entity].fields if f.required and f.type is not Type.CHOICE and may_import(f)
        ]
        there = sum(any(_likeness(heading, names[f.name]) >= _LIKE for heading in plain) for f in needed)
        scores[entity] = own + 2 * (there == len(needed)) if there else 0
    # People in a table of customers are read beside them, so the company's name alone makes it one of customers.
    said = _said(name, registry, scores) or _said(hint, registry, {**scores, "contact": 0})
    if said:
        return said
    best = max(scores, key=lambda entity: (scores[entity], -ENTITIES.index(entity)))
    if best == "contact" and any(h in names_of(registry["customer"])["name"] for h in plain):
        best = "customer"
    return best if scores[best] else ""


def _said(text: str, registry: Registry, scores: Mapping[str, float]) -> str:
    """The kind of record that the name of a table or a file names: 客户拜访记录 are visits, and not customers."""
    named = [entity for entity in ENTITIES if scores[entity] and _says(text, registry[entity])]
    return max(named, key=lambda entity: (entity != "customer", scores[entity]), default="")


def _says(text: str, entity: Entity) -> bool:
    """Whether the name of a table or a file names a kind of record."""
    said = normalise(text)
    names = (entity.label.zh, normalise(entity.label.en), *_CALLED.get(entity.name, ()))
    return any(name in said for name in names)


_CALLED: Final = {
    "customer": ("公司", "企业", "compan", "account"),
    "visit": ("跟进", "活动记录", "activit", "follow"),
    "task": ("待办", "todo"),
    "opportunity": ("deal",),
    "payment": ("收款",),
    "ticket": ("售后", "服务单"),
}


_PREFIXES: Final = {"customer": ("公司", "企业", "单位"), "contact": ("客户联系人",), "visit": ("跟进",)}
"""What stands before a field's name in a heading besides the kind's own name: 企业地址, 单位电话."""


def names_of(entity: Entity) -> dict[str, frozenset[str]]:
    """The plain headings by which each field of a kind is known, those that are no field included."""
    return _names(_Key(entity))


class _Key:
    """A declaration as a cache's key: by what it is, not by what it holds."""

    def __init__(self, held: Any) -> None:
        self.held = held

    def __hash__(self) -> int:
        return id(self.held)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.held is self.held


@lru_cache(maxsize=64)
def _names(key: _Key) -> dict[str, frozenset[str]]:
    entity: Entity = key.held
    made: dict[str, frozenset[str]] = {}
    for field in entity.fields:
        texts = [field.name, field.label.zh, field.label.en, *field.aliases]
        texts += [
            prefix + text for prefix in (entity.label.zh, *_PREFIXES.get(entity.name, ())) for text in texts
        ]
        texts.append(f"{entity.label.en} {field.label.en}")
        if field.name == entity.home:
            texts += _HOME
        made[field.name] = frozenset(plain_heading(text) for text in texts)
    for name, extra in _EXTRA.get(entity.name, {}).items():
        made[name] = frozenset(plain_heading(text) for text in extra)
    return made


@lru_cache(maxsize=8)
def _every_name(key: _Key) -> frozenset[str]:
    registry: Registry = key.held
    own = (names for entity in ENTITIES for names in names_of(registry[entity]).values())
    beside = frozenset(plain_heading(text) for texts in _BESIDE.values() for text in texts)
    return beside.union(*own)


def columns_of(
    registry: Registry,
    entity: str,
    headings: Sequence[str],
    below: Sequence[Sequence[str]],
    today: date,
) -> list[Column]:
    """The columns of a table of one kind, each target taken by the column that fits it best."""
    plain = [plain_heading(heading) for heading in headings]
    samples = [
        [row[at] for row in below if at < len(row) and not is_nothing(row[at])] for at in range(len(headings))
    ]
    candidates = list(_candidates(registry, entity, plain))
    known = _every_name(_Key(registry))
    ranked = [
        (_certainty(registry, target, plain[at], samples[at], today), at, target)
        for at, heading in enumerate(headings)
        if heading and (at < _MOST_GUESSED or plain[at] in known)
        for target in candidates
    ]
    columns = [Column(text_of(heading)[:200]) for heading in headings]
    taken: set[str] = set()
    for certainty, at, target in sorted(ranked, key=lambda one: (-one[0], one[1])):
        column, field = columns[at], field_of(registry, target)
        if certainty < 0.5 or column.target or (target in taken and not takes_many(registry, target)):
            continue
        column.target, column.certainty = target, min(1.0, round(certainty, 2))
        column.times = times_of(headings[at]) if field and field.type in (Type.MONEY, Type.INTEGER) else 1
        taken.add(target)
    return columns


def remark_of(declared: Entity) -> str:
    """The field that takes what no other field could; blank where a kind of record has none."""
    return next((f.name for f in declared.fields if f.type is Type.LONG_TEXT and not f.withheld), "")


def takes_many(registry: Registry, target: str) -> bool:
    """Whether several columns may be read as one field: what holds several or has another beside it for more, what is long,
    and what names the customer.
    """
    entity, _, name = target.partition(".")
    field = field_of(registry, target)
    if field is None:
        return False
    declared = registry[entity]
    has_room = field.repeated or field.type is Type.LONG_TEXT or f"other_{name}" in declared.by_name
    return has_room or name == declared.home


def _candidates(registry: Registry, entity: str, plain: Sequence[str]) -> Iterable[str]:
    fields = [f"{entity}.{name}" for name in names_of(registry[entity])]
    own = [t for t in fields if (f := field_of(registry, t)) is None or may_import(f)]
    if entity != "customer":
        return own
    called = {plain_heading(text) for text in _BESIDE["name"]}
    if not any(heading in called for heading in plain):
        return own
    beside = [f"contact.{name}" for name in _BESIDE if may_import(registry["contact"].by_name[name])]
    return [*beside, *own]  # a mobile number is that of the person beside it, before it is the company's


def _certainty(registry: Registry, target: str, plain: str, samples: Sequence[str], today: date) -> float:
    """How surely a column is this field: 0 to 1, and a trace above it where its heading is the field's very name."""
    entity, _, name = target.partition(".")
    field = field_of(registry, target)
    is_beside = entity == "contact" and plain in {plain_heading(text) for text in _BESIDE.get(name, ())}
    names = names_of(registry[entity]).get(name, frozenset())
    score = 1.0 if is_beside else _likeness(plain, names)
    if field is None:
        return score if score == 1.0 else 0.0
    if plain in (plain_heading(field.label.zh), plain_heading(field.label.en), field.name) and not is_beside:
        score += 0.01  # its very name, before what else it is called
    if score < _LIKE and (told := _told_by_samples(field, samples)):
        score = max(score, told)
    if samples and score and field.table is None and field.target is None:
        readable = sum(
            not isinstance(clean(field, s, today=today, code_of=_no_code), Flaw) for s in samples[:50]
        )
        if readable / min(50, len(samples)) < 0.5:
            score *= 0.6
    return score


def _likeness(plain: str, names: Collection[str]) -> float:
    """How much a heading is like one of the names of a field: 1 is one of them."""
    if plain in names:
        return 1.0
    if len(plain) < 2:
        return 0.0
    best = 0.0
    for name in names:
        if len(name) > 2 and (name in plain or (len(plain) > 2 and plain in name)):
            best = max(best, 0.55 + 0.3 * min(len(name), len(plain)) / max(len(name), len(plain)))
        elif likeness := ratio(plain, name, score_cutoff=100 * _LIKE):
            best = max(best, likeness / 100 - 0.1)
    return best


_MOBILE: Final = re.compile(r"(?:\+?86)?1[3-9]\d{9}")
_CREDIT: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")


def _told_by_samples(field: Field, samples: Sequence[str]) -> float:
    """How much what stands in a column says that it is this field, where its heading does not."""
    shape = {"phone": _MOBILE, "credit_code": _CREDIT}.get(field.name)
    if field.type is Type.EMAIL and not field.repeated:
        shape = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]+", re.IGNORECASE)
    if shape is None or len(samples) < 3:
        return 0.0
    plain = [_MARKS.sub("", s) if shape is _MOBILE else s.strip() for s in samples[:50]]
    hits = sum(shape.fullmatch(text) is not None for text in plain)
    return 0.6 if hits / min(50, len(samples)) > 0.8 else 0.0


def _no_code(_table: str, text: str) -> str:
    return text


# -- what a person says of it --------------------------------------------------------------------------------


REASON: Final = Label("未导入的原因", "Why it was kept out")
ROW: Final = Label("原行号", "Row in the file")
ALIKE: Final = (
    Label("表", "Sheet"), Label("行", "Row"), Label("这一行", "This row"), Label("像", "Looks like"), Label("把握", "Certainty"),
    Label("依据", "Why"),
)  # fmt: skip
"""The headings of a page that such a workbook has beside: it lists look-alikes, and is no table to be imported."""
_OURS: Final = frozenset(plain_heading(text) for one in (REASON, ROW) for text in (one.zh, one.en))
"""Headings that a workbook of rows kept out adds."""


def is_ours(heading: str) -> bool:
    """Whether a heading is one that a workbook of rows kept out adds to those of its file."""
    return plain_heading(heading) in _OURS


def fingerprint(sheets: Sequence[Sheet]) -> str:
    """What tells a source from another: the headings of its tables, by which its mapping is found again."""
    lines = (
        "\t".join(plain_heading(c.heading) for c in sheet.columns if not is_ours(c.heading))
        for sheet in sheets
    )
    return "\n".join(lines)


def _lists_alike(headings: Sequence[str]) -> bool:
    said = [text_of(cell) for cell in headings if cell]
    return said in ([one.zh for one in ALIKE], [one.en for one in ALIKE])


def as_before(plan: Plan, saved: Plan, registry: Registry) -> Plan:
    """How a source was read before, for a file of it with perhaps other names of tables and columns of ours.

    A column whose field is gone since is left out.
    """
    sheets = []
    for now, then in zip(plan.sheets, saved.sheets, strict=True):
        known = {target for target, _ in targets(registry, then.entity)} if then.entity in ENTITIES else set()
        own = iter([c for c in then.columns if not is_ours(c.heading)])
        here = [Column(c.heading) if is_ours(c.heading) else next(own, c) for c in now.columns]
        kept = [c if c.target in known else Column(c.heading) for c in here]
        sheets.append(Sheet(now.name, then.entity if known else "", now.header, kept))
    return Plan(sheets, saved.mode, saved.key_fields, saved.alike, saved.unreadable)


def unknown_target(text: str, known: Mapping[str, Label]) -> CrmError:
    """The error of a column that is read as nothing there is."""
    zh = "、".join(f"{label.zh} ({target})" for target, label in known.items())
    return CrmError("unknown_field", field=text, choices=Label(zh, ", ".join(known)))


def check(plan: Plan, registry: Registry) -> None:
    """Raise `import_unmapped` unless some table is read, and each that is has a column for all that its records need.

    Raises `import_twice` where several columns are read as a field that takes one, and `unknown_field` for one that is no
    column's to be.
    """
    wanted = [sheet for sheet in plan.sheets if sheet.is_wanted]
    if not wanted:
        raise CrmError("import_unmapped", sheet=plan.sheets[0].name if plan.sheets else "", field=registry["customer"].by_name["name"].label)  # fmt: skip
    for sheet in wanted:
        _check_targets(sheet, registry)
        there = {column.target for column in sheet.columns}
        for field in registry[sheet.entity].fields:
            is_given = f"{sheet.entity}.{field.name}" in there or field.name in DEFAULTS.get(sheet.entity, {})
            if field.required and not is_given and may_import(field):
                raise CrmError("import_unmapped", sheet=sheet.name, field=field.label)


def _check_targets(sheet: Sheet, registry: Registry) -> None:
    known = dict(targets(registry, sheet.entity))
    by_target: dict[str, str] = {}
    for column in sheet.columns:
        if not column.target:
            continue
        if column.target not in known:
            raise unknown_target(column.target, known)
        if column.target in by_target and not takes_many(registry, column.target):
            first = by_target[column.target]
            raise CrmError("import_twice", field=known[column.target], first=first, second=column.heading)
        by_target[column.target] = column.heading


DEFAULTS: Final[dict[str, dict[str, str]]] = {"visit": {"kind": "onsite"}}
"""What a record gets where its file has nothing to say."""
