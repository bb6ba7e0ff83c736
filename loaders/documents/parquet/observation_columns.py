"""The columns of the values in force: one row a value, or the reason why there is none, with its origin."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from kpi.assessment import Assessment
from kpi.collection.publication import PUBLICATION_WORDS
from kpi.collection.workflow import CORRECTION_WORDS, MISSING_WORDS, RELEASE_WORDS
from kpi.provenance.list_origin import LIST_WORD, is_of_list
from kpi.tables.table_rows import records
from loaders.documents.export import REVIEW_WORDS, file_name
from loaders.documents.parquet.parquet_column import (
    FLAG,
    MOMENT,
    TEXT,
    Column,
    Table,
    Told,
    about_indicator,
    head,
    number_columns,
    period_columns,
    plan_of,
    words,
    year_of,
)
from loaders.text.characters import one_line

#: The state of a value that a later 秘匿 or 該当なし took back: nobody carries its figure away.
WITHDRAWN = "withdrawn"
_STATES: Mapping[str, str] = {"value": "値あり", WITHDRAWN: "取下げ(値は出しません)", **MISSING_WORDS}
_ORIGINS: Mapping[str, str] = {"cell": "セルから", "mend": "画面で入力"}
MOMENT_CODES = "日本標準時(UTC+9)、時差の表記なし"


def _rows(state: Assessment) -> Iterable[Told]:
    held = state.snapshot
    indicators = {i.id: i for i in held.plan.indicators}
    for row in records(held.observations):
        indicator = indicators[row["indicator_id"]]
        yield Told(state, indicator, held.cards[indicator.id], row)


def _gone(one: Told) -> bool:
    return one.row["code"] in one.state.snapshot.taken_back


def _kept(name: str) -> Callable[[Told], object]:
    """What the store says of the value."""
    return lambda one: one.row[name]


def _round_name(one: Told) -> str:
    unknown = LIST_WORD if is_of_list(one.row["round_id"]) else ""
    return next((r.name for r in plan_of(one).rounds if r.id == one.row["round_id"]), unknown)


def _department_name(one: Told) -> str:
    """What the department was called when it answered."""
    found = next((d for d in plan_of(one).departments if d.id == one.row["department_id"]), None)
    return one_line(found.name(one.row["known_at"].date())) if found else ""


OBSERVATIONS: Table[Told] = Table("observations", _rows, (
    *head(Told, lambda o: year_of(o.row["period"]), "時点の年(年度・半期は年度、暦年・月・日は暦年)",
          "Year of the period: the fiscal year of FY and H, the calendar year of CY, M and D"),
    Column("observation_code", TEXT, "値の番号", "Short number of the value; with it its origin can be traced.",
           _kept("code")),
    *about_indicator(Told),
    *period_columns(lambda o: str(o.row["period"])),
    *number_columns("value", "値", "Value", lambda o: None if _gone(o) else o.row["value"]),
    Column("state", TEXT, "状態", "Whether there is a value, or why there is none.",
           lambda o: WITHDRAWN if o.row["state"] == "value" and _gone(o) else o.row["state"], words(_STATES)),
    Column("release", TEXT, "確定・速報・見込", "Release of the value.", _kept("release"), words(RELEASE_WORDS)),
    Column("correction_kind", TEXT, "訂正の種類", "Why a value told before was corrected.", _kept("correction_kind"),
           words(CORRECTION_WORDS)),
    Column("next_release", TEXT, "次回公表予定", "When the next value is to be published, as it was told.",
           _kept("next_release"), "時点コードまたは文章"),
    Column("review", TEXT, "事務局の確認", "Whether the secretariat has confirmed the value.", _kept("review"),
           words(REVIEW_WORDS)),
    Column("publication", TEXT, "公表区分", "Who may see the value. Only public values, and embargoed ones after their "
           "release, may be published.", _kept("publication"), words(PUBLICATION_WORDS)),
    Column("released_at", MOMENT, "公表の日時(公表待ちのとき)", "When an embargo ends.", _kept("released_at"),
           MOMENT_CODES),
    Column("known_at", MOMENT, "回答日時(値が分かった日時)", "When the value became known: its vintage.",
           _kept("known_at"), MOMENT_CODES),
    Column("round_id", TEXT, "照会のID", "Round of the survey in which it was told.", _kept("round_id")),
    Column("round_name", TEXT, "照会", "Name of that round.", _round_name),
    Column("department_id", TEXT, "部局のID", "Department that told it.", _kept("department_id")),
    Column("department_name", TEXT, "部局(回答時の名称)", "Its name when it answered.", _department_name),
    Column("evidence", TEXT, "根拠資料", "Evidence named.", _kept("evidence")),
    Column("analysis", TEXT, "要因分析", "Analysis of the causes.", _kept("analysis")),
    Column("actions", TEXT, "今後の対応", "What is going to be done.", _kept("actions")),
    Column("verification", TEXT, "確認の方法", "How the value was verified.", _kept("verification")),
    Column("limits", TEXT, "限界と補い方", "What the indicator cannot say, and what supplements it.", _kept("limits")),
    Column("after_target", TEXT, "目標到達後の扱い", "What becomes of it once the target is met.",
           _kept("after_target")),
    Column("submission_id", TEXT, "回答のID", "Return that brought the value.", _kept("submission_id")),
    Column("origin", TEXT, "値の入り方", "Read from a cell, or typed on the screen instead of it.", _kept("origin"),
           words(_ORIGINS)),
    Column("form_column", TEXT, "様式の列", "Column of the survey form.", _kept("key")),
    Column("file_name", TEXT, "ファイル", "Name of the returned workbook.",
           lambda o: file_name(str(o.row["filename"]))),
    Column("file_sha256", TEXT, "ファイルのハッシュ", "Hash of the returned workbook.", _kept("sha256"),
           "SHA-256、16進"),
    Column("sheet", TEXT, "シート", "Sheet of that workbook.", _kept("sheet")),
    Column("cell", TEXT, "セル", "Cell of that sheet.", _kept("cell")),
    Column("written", TEXT, "記載内容", "What stands in the cell, letter for letter; null where withdrawn.",
           lambda o: "" if _gone(o) else o.row["written"]),
    Column("sample", FLAG, "サンプル", "Whether the value is a sample and no real figure.",
           lambda o: bool(o.row["sample"])),
))  # fmt: skip
