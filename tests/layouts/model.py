"""The form written down a second time, for tests only: an invented report on it, and its tables as drawn.

Nothing here comes from the library: labels and codes were copied by hand from the form, so that a slip in the library's
declarations shows up as a difference between the two.
"""

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

Key = tuple[str, str, str]  # (table, item, column), the codes of the data contract

TABLES = ("proactive", "applications", "disputes")

_MADE = (("made", "本年新制作数量"), ("disclosed", "本年新公开数量"), ("disclosed_total", "对外公开总数量"))
_POWERS = (("items_last_year", "上一年项目数量"), ("items_change", "本年增/减"), ("decisions", "处理决定数量"))
_ISSUED = (("issued", "本年制发件数"), ("repealed", "本年废止件数"), ("in_force", "现行有效件数"))
_PURCHASES = (("projects", "采购项目数量"), ("amount", "采购总金额"))
_DECIDED = (("decisions", "本年处理决定数量"),)


class Clause(NamedTuple):
    """One block of table two: its heading, its columns and its rows, each as (code, label)."""

    heading: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str], ...]


CLAUSES = {
    "2019": (
        Clause("第二十条第（一）项", _MADE, (("rules", "规章"), ("normative_documents", "规范性文件"))),
        Clause(
            "第二十条第（五）项", _POWERS, (("licensing", "行政许可"), ("other_management", "其他对外管理服务事项"))
        ),
        Clause("第二十条第（六）项", _POWERS, (("penalty", "行政处罚"), ("coercion", "行政强制"))),
        Clause("第二十条第（八）项", _POWERS[:2], (("fees", "行政事业性收费"),)),
        Clause("第二十条第（九）项", _PURCHASES, (("procurement", "政府集中采购"),)),
    ),
    "2021": (
        Clause("第二十条第（一）项", _ISSUED, (("rules", "规章"), ("normative_documents", "行政规范性文件"))),
        Clause("第二十条第（五）项", _DECIDED, (("licensing", "行政许可"),)),
        Clause("第二十条第（六）项", _DECIDED, (("penalty", "行政处罚"), ("coercion", "行政强制"))),
        Clause("第二十条第（八）项", (("amount", "本年收费金额（单位：万元）"),), (("fees", "行政事业性收费"),)),
    ),
}
SUBROWS = {"inspection": "行政检查", "confirmation": "行政确认"}

RELATION = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
APPLICANTS = {"natural_person": "自然人", "business": "商业企业", "research": "科研机构", "nonprofit": "社会公益组织"}
APPLICANTS |= {"legal_service": "法律服务机构", "other_org": "其他", "total": "总计"}
_RESULT = "三、本年度办理结果"
_REFUSED, _UNAVAILABLE, _REJECTED = "（三）不予公开", "（四）无法提供", "（五）不予处理"
_OTHER = "（六）其他处理"
# item -> the labels that lead to it, outermost first
APPLICATION_PATHS = {
    "new": ("一、本年新收政府信息公开申请数量",),
    "carried_in": ("二、上年结转政府信息公开申请数量",),
    "granted": (_RESULT, "（一）予以公开"),
    "partial": (_RESULT, "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"),
    "refused_secret": (_RESULT, _REFUSED, "1.属于国家秘密"),
    "refused_law": (_RESULT, _REFUSED, "2.其他法律行政法规禁止公开"),
    "refused_security": (_RESULT, _REFUSED, "3.危及“三安全一稳定”"),
    "refused_third_party": (_RESULT, _REFUSED, "4.保护第三方合法权益"),
    "refused_internal": (_RESULT, _REFUSED, "5.属于三类内部事务信息"),
    "refused_process": (_RESULT, _REFUSED, "6.属于四类过程性信息"),
    "refused_enforcement": (_RESULT, _REFUSED, "7.属于行政执法案卷"),
    "refused_inquiry": (_RESULT, _REFUSED, "8.属于行政查询事项"),
    "unavailable_not_held": (_RESULT, _UNAVAILABLE, "1.本机关不掌握相关政府信息"),
    "unavailable_needs_creation": (_RESULT, _UNAVAILABLE, "2.没有现成信息需要另行制作"),
    "unavailable_unclear": (_RESULT, _UNAVAILABLE, "3.补正后申请内容仍不明确"),
    "rejected_petition": (_RESULT, _REJECTED, "1.信访举报投诉类申请"),
    "rejected_duplicate": (_RESULT, _REJECTED, "2.重复申请"),
    "rejected_publication": (_RESULT, _REJECTED, "3.要求提供公开出版物"),
    "rejected_excessive": (_RESULT, _REJECTED, "4.无正当理由大量反复申请"),
    "rejected_reissue": (_RESULT, _REJECTED, "5.要求行政机关确认或重新出具已获取信息"),
    "other": (_RESULT, _OTHER),
    "other_no_correction": (_RESULT, _OTHER, "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请"),
    "other_unpaid_fee": (_RESULT, _OTHER, "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请"),
    "other_other": (_RESULT, _OTHER, "3.其他"),
    "processed_total": (_RESULT, "（七）总计"),
    "carried_out": ("四、结转下年度继续办理",),
}
_THREE_OTHERS = ("other_no_correction", "other_unpaid_fee", "other_other")

DISPUTES = {
    "reconsideration": "行政复议",
    "litigation_direct": "未经复议直接起诉",
    "litigation_after_reconsideration": "复议后起诉",
}
DISPUTE_COLUMNS = {
    "upheld": "结果维持",
    "corrected": "结果纠正",
    "other": "其他结果",
    "pending": "尚未审结",
    "total": "总计",
}


@dataclass(frozen=True)
class Printed:
    """One printed cell."""

    text: str  # exactly as printed; "" is an empty cell
    value: float | None  # what a right reader finds
    status: str  # number | blank | dash | unreadable


class Fact(NamedTuple):
    """What a right reader finds in one cell; `printed` is "" where the cell is empty."""

    table: str
    item: str
    column: str
    value: float | None
    status: str
    unit: str
    printed: str


@dataclass(frozen=True)
class Form:
    """An invented report. `cells` holds every cell of its edition and shape, and no other."""

    edition: str  # "2019" | "2021"
    single_other: bool  # one row （六）其他处理, or three sub-rows; independent of the edition
    subrows: tuple[str, ...]  # () or ("inspection", "confirmation"): 其他对外管理服务事项 split (2019 only)
    agency: str
    year: int
    cells: dict[Key, Printed]

    def __post_init__(self) -> None:
        wrong = set(self.cells) ^ set(keys(self.edition, self.single_other, self.subrows))
        if wrong:
            raise ValueError(f"cells too many or missing for this edition and shape: {sorted(wrong)}")

    def items(self, table: str) -> tuple[str, ...]:
        """The items of a table, in form order."""
        return items(table, self.edition, self.single_other, self.subrows)

    def columns(self, table: str, item: str) -> tuple[str, ...]:
        """The columns that an item has, in form order."""
        return columns(table, item, self.edition)

    def row(self, table: str, item: str) -> tuple[Printed, ...]:
        """The printed cells of an item, in form order."""
        return tuple(self.cells[table, item, column] for column in self.columns(table, item))


def items(table: str, edition: str, single_other: bool, subrows: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The items of a table in form order, for an edition, a shape of （六） and the sub-rows printed."""
    if table == "disputes":
        return tuple(DISPUTES)
    if table == "applications":
        left_out = _THREE_OTHERS if single_other else ("other",)
        return tuple(item for item in APPLICATION_PATHS if item not in left_out)
    found = [item for clause in CLAUSES[edition] for item, _ in clause.rows]
    if subrows:
        at = found.index("other_management")  # the 2021 edition has none: ValueError, as it should be
        found[at : at + 1] = subrows
    return tuple(found)


def columns(table: str, item: str, edition: str) -> tuple[str, ...]:
    """The columns of an item in form order."""
    if table == "disputes":
        return tuple(DISPUTE_COLUMNS)
    if table == "applications":
        return tuple(APPLICANTS)
    parent = "other_management" if item in SUBROWS else item
    for clause in CLAUSES[edition]:
        if parent in dict(clause.rows):
            return tuple(code for code, _ in clause.columns)
    raise KeyError(f"{item} is no item of table proactive in edition {edition}")


def keys(edition: str, single_other: bool, subrows: tuple[str, ...] = ()) -> list[Key]:
    """Every cell of the form, in form order."""
    return [
        (table, item, column)
        for table in TABLES
        for item in items(table, edition, single_other, subrows)
        for column in columns(table, item, edition)
    ]


def unit_of(key: Key, printed: str = "", header_unit: str = "unknown") -> str:
    """件, 项, 万元 or unknown.

    The header of 采购总金额 prints no unit in the base form; `header_unit` is what a rendering put there, if it did.
    A unit inside the cell settles it.
    """
    _, item, column = key
    if column == "amount":
        settled = item == "fees" or printed.endswith("元")
        return "万元" if settled else header_unit
    return "项" if column in ("items_last_year", "items_change", "projects") else "件"


def expected_facts(form: Form, header_unit: str = "unknown") -> list[Fact]:
    """What a right reader of a lossless rendering finds: one fact a cell, in form order. Amounts are in 万元."""
    return [
        Fact(*key, cell.value, cell.status, unit_of(key, cell.text, header_unit), cell.text)
        for key, cell in ((key, form.cells[key]) for key in keys(form.edition, form.single_other, form.subrows))
    ]


class Cell(NamedTuple):
    """A printed cell and the columns and rows that it covers."""

    text: str
    across: int = 1
    down: int = 1


Grid = list[list[Cell]]  # a table as drawn: the rows hold each merged cell once, where it begins


def grid(form: Form, table: str, rng: Random) -> Grid:
    """The table as drawn on paper, with its merged cells; `rng` chooses between wordings that are both in use."""
    if table == "proactive":
        # both words are met in reports of the 2019 edition; the 2021 edition prints the longer one only
        return _proactive(form, rng.choice(("规范性文件", "行政规范性文件")))
    return _applications(form) if table == "applications" else _disputes(form)


def _values(form: Form, table: str, item: str) -> list[Cell]:
    return [Cell(cell.text) for cell in form.row(table, item)]


def _proactive(form: Form, documents: str) -> Grid:
    labels = 2 if form.subrows else 1

    def stretched(cells: list[Cell]) -> list[Cell]:
        return [*cells[:-1], cells[-1]._replace(across=4 - len(cells))]  # the last one fills the three value columns

    rows = []
    for clause in CLAUSES[form.edition]:
        rows.append([Cell(clause.heading, labels + 3)])
        rows.append([Cell("信息内容", labels), *stretched([Cell(label) for _, label in clause.columns])])
        for item, label in clause.rows:
            if item == "other_management" and form.subrows:
                first = [Cell(label, down=len(form.subrows))]
                for part in form.subrows:
                    rows.append([*first, Cell(SUBROWS[part]), *_values(form, "proactive", part)])
                    first = []
                continue
            shown = documents if label == "规范性文件" else label
            rows.append([Cell(shown, labels), *stretched(_values(form, "proactive", item))])
    return rows


def _applications(form: Form) -> Grid:
    natural, *organisations, total = APPLICANTS.values()
    rows = [
        [Cell(RELATION, 3, 3), Cell("申请人情况", 7)],
        [Cell(natural, down=2), Cell("法人或其他组织", 5), Cell(total, down=2)],
        [Cell(label) for label in organisations],
    ]
    paths = [APPLICATION_PATHS[item] for item in form.items("applications")]
    begun: set[str] = set()  # labels of merged cells that an earlier row began
    for item, path in zip(form.items("applications"), paths, strict=True):
        *groups, label = path
        row = [Cell(g, down=sum(g in p[:-1] for p in paths)) for g in groups if g not in begun]
        begun.update(groups)
        rows.append([*row, Cell(label, 3 - len(groups)), *_values(form, "applications", item)])
    return rows


def _disputes(form: Form) -> Grid:
    outcomes = [Cell(label) for label in DISPUTE_COLUMNS.values()]
    reconsideration, direct, after = DISPUTES.values()
    return [
        [Cell(reconsideration, 5), Cell("行政诉讼", 10)],
        [*(cell._replace(down=2) for cell in outcomes), Cell(direct, 5), Cell(after, 5)],
        outcomes * 2,
        [cell for item in DISPUTES for cell in _values(form, "disputes", item)],
    ]


def _placed(rows: Grid) -> list[list[tuple[Cell, int, int]]]:
    """The rectangle: for each field the cell that covers it, and how far right and down of the cell's corner it is."""
    width = sum(cell.across for cell in rows[0])
    fields: list[list] = [[None] * width for _ in rows]
    for r, row in enumerate(rows):
        for cell in row:
            c = fields[r].index(None)
            for down in range(cell.down):
                for right in range(cell.across):
                    fields[r + down][c + right] = (cell, right, down)
    return fields


def rectangle(rows: Grid, repeat: bool = False) -> list[list[str]]:
    """Every row in full width; a merged cell is repeated over all it covers, or stands once and leaves empty fields."""
    return [[c.text if repeat or (right, down) == (0, 0) else "" for c, right, down in row] for row in _placed(rows)]


def as_in_word(rows: Grid) -> list[list[str]]:
    """As a text processor holds it: a cell over several columns is one cell, one over several rows begins each row."""
    return [[c.text if down == 0 else "" for c, right, down in row if right == 0] for row in _placed(rows)]


def once(rows: Grid) -> list[list[str]]:
    """Each cell once, where it begins; nothing stands for the rest of a merged cell."""
    return [[cell.text for cell in row] for row in rows]
