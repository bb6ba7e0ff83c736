"""The sheets of the workbook of a plan (プラン定義書): which table each is, and what its columns are called.

The shapes of :mod:`loaders.plan.columns` say what a column holds; here stands what a person reads. Writer, reader and
the differences go by it, so a new column of a shape is one heading here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kpi.cards.revision import DIRECTION_WORDS, VALUE_KIND_WORDS
from kpi.collection.publication import PUBLICATION_WORDS
from kpi.collection.round_proposal import KIND_WORDS
from kpi.initiatives.initiative import LAW_KINDS, STATE_WORDS
from kpi.plan import STANDING_TEXTS
from kpi.schemes import METHODS, THRESHOLDS
from loaders.plan.columns import (
    ASSUMPTION,
    DEPARTMENT,
    DIVISION,
    FIELD,
    GRADE,
    INDICATOR,
    INITIATIVE,
    ITEM,
    OWNERSHIP,
    PLAN,
    PRIORITY,
    ROUND,
    SCHEME,
    SECTION,
    SELF_EVALUATION,
    STANCE,
    WORDS,
    Shape,
)
from loaders.plan.tabular import Column, day, text

TITLE = "プラン定義書"
GUIDE_SHEET, LISTS_SHEET = "使い方", "選択肢"
#: Stands on the sheet of lists before the mark of the state from which a workbook was taken.
TAKEN_FROM = "受け取ったときの計画:"
#: The row of the plan's sheet that says which plan it is; a folder says so by its name.
PLAN_ID = Column("id", text, True)
#: Yes and no.
FLAGS: Mapping[bool, str] = {True: "はい", False: "いいえ"}


@dataclass(frozen=True, eq=False)
class PlanSheet:
    """One sheet. ``upright``: the table stands once, a line for each of its columns.

    ``headings`` are by the shape's keys; ``words`` what codes of a column are called. ``columns`` are those of the
    sheet in its order: a shape's own, or those in which one of its columns is laid out. The first ``leading`` of them
    say which row it is. ``former`` are words that workbooks written earlier have for codes.
    """

    shape: Shape
    name: str
    guide: str
    headings: Mapping[str, str]
    columns: tuple[Column, ...]
    upright: bool = False
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    leading: int = 2
    former: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def _sheet(
    shape: Shape,
    name: str,
    guide: str,
    headings: str,
    *,
    columns: tuple[Column, ...] = (),
    upright: bool = False,
    words: Mapping[str, Mapping[str, str]] | None = None,
    leading: tuple[str, ...] = (),
    former: Mapping[str, Mapping[str, str]] | None = None,
) -> PlanSheet:
    """``headings`` stand in the order of the columns; those of the keys ``leading`` come first on the sheet."""
    own = columns or shape.columns
    named = dict(zip((column.key for column in own), headings.split(), strict=True))
    own = tuple(sorted(own, key=lambda c: leading.index(c.key) if c.key in leading else len(leading)))
    known = len(leading) or min(2, len(own) - 1)
    return PlanSheet(shape, name, guide, named, own, upright, words or {}, known, former or {})


_SPAN = (Column("valid_from", day), Column("valid_to", day))
_LEVELS = {"goal": "基本目標", "field": "分野の指標", "initiative": "取組"}
_ROUND_KINDS: Mapping[str, str] = {str(kind): word for kind, word in KIND_WORDS.items()}
_THRESHOLD_HEADINGS = " ".join(
    f"{'・'.join(m.word for m in METHODS.values() if key in {s.key for s in m.settable})}の「{t.word}」の下限".replace(
        " ", ""
    )
    for key, t in THRESHOLDS.items()
)
_INDICATOR_HEADINGS = (
    "記号 番号 区分 分野の記号 項目の記号 名称 単位 出典 望ましい方向 値の種類 小数の桁数 値の間隔(月) 公表までの月数 "
    "調査年 現状値 現状値の時点 目標値 目標値の時点 範囲の下限 範囲の上限 目安値 分子 分母 全国比較の統計 定義 "
    "欠番とする日 前の計画の指標"
)
#: What an assumption may be about, as the sheet of indicators calls it.
_ASSUMED = {
    **dict(zip((column.key for column in INDICATOR.columns), _INDICATOR_HEADINGS.split(), strict=True)),
    "band": "維持の範囲", "department": "担当部局", "interim": "中間指標", "scheme": "判定の方法",
    "start": "始まりの年度", "end": "終わりの年度", "initiatives": "取組",
}  # fmt: skip

SHEETS: tuple[PlanSheet, ...] = (
    _sheet(
        PLAN, "計画", "計画そのもの。計画の記号は変えません。",
        "計画の記号 名称 都道府県コード 都道府県 始まりの年度 終わりの年度 標語 出典 基本理念 画面で選べる "
        "提案した人も決定を記録できる 必ず書く文章 公表区分",
        columns=(PLAN_ID, *PLAN.columns), upright=True,
        words={"required_texts": STANDING_TEXTS, "publication": PUBLICATION_WORDS},
    ),
    _sheet(STANCE, "基本姿勢", "1行が1つの基本姿勢。", "語 見出し 本文"),
    _sheet(PRIORITY, "重点", "1行が1つの重点的な取組。要点は1行に1つずつ、セルの中で改行して書きます。", "名称 要点"),
    _sheet(
        FIELD, "分野", "1行が1つの分野。めざす姿は1行に1つずつ、セルの中で改行して書きます。",
        "記号 名称 略称 方針 標語 めざす姿 基盤",
    ),
    _sheet(ITEM, "項目", "1行が分野の中の1つの項目。", "記号 分野の記号 名称 めざす姿 注"),
    _sheet(
        INDICATOR, "指標", "1行が1つの指標。新しい指標は行を書き足し、新しい番号と記号を付けます。"
        "廃止する指標は「欠番とする日」を書きます。それまでの値は残ります。",
        _INDICATOR_HEADINGS,
        words={"level": _LEVELS, "direction": DIRECTION_WORDS, "kind": VALUE_KIND_WORDS},
        leading=("id", "number", "name"),
    ),
    _sheet(
        INITIATIVE, "取組", "1行が1つの取組。新しい取組は行を書き足します。終える取組は「状態」を"
        "終了にし、担当に「終わりの日」を書きます。それまでの回答は残ります。",
        "記号 項目の記号 名称 番号 取組方針の記号 主掲載の記号(再掲のとき) 状態 重点 法の区分 動かす指標の記号 "
        "関係する指標の記号 中間指標 始まりの半期 終わりの半期 関係する部局の記号 市町村・民間の役割 SDGs "
        "当初予算(千円) 補正予算(千円) 決算見込(千円) 前の計画の取組 説明 出典",
        words={"state": STATE_WORDS, "law_kinds": LAW_KINDS},
        leading=("id", "number", "name"),
    ),
    _sheet(
        OWNERSHIP, "担当", "1行が1つの担当。指標か取組の、どちらか一方の記号を書きます。担当が替わるときは、前の行に"
        "「終わりの日」を書き、次の行を書き足します。", "指標の記号 取組の記号 部局の記号 始まりの日 終わりの日",
    ),
    _sheet(
        DEPARTMENT, "部局", "1行が部局の1つの名称。名称が変わった部局は、同じ記号の行を続けて書き、日付で分けます。"
        "別名は1行に1つずつ、セルの中で改行して書きます。", "記号 名称 始まりの日 終わりの日 別名 主管課のメール",
        columns=(DEPARTMENT.columns[0], Column("names", text, True), *_SPAN, *DEPARTMENT.columns[2:]),
    ),
    _sheet(
        DIVISION, "課", "1行が1つの課。担当する指標と取組の記号は「;」で区切ります。",
        "部局の記号 記号 名称 担当する指標・取組の記号 メール 始まりの日 終わりの日",
    ),
    _sheet(
        ROUND, "照会", "1行が1つの照会。部局・指標の欄が空欄なら、すべてにたずねます。",
        "記号 名称 種類 たずねる時点 照会の日 期限 期限の時刻(時) 想定の理由 課の期限 部局の記号 指標・取組の記号",
        words={"kind": _ROUND_KINDS}, former={"kind": {"initiatives": "取組の半期見直し"}},
    ),
    _sheet(SECTION, "本文", "計画のそのほかの本文。段落と要点は1行に1つずつ、セルの中で改行して書きます。",
           "記号 見出し 章 段落 要点 出典 計画が示していないもの"),
    _sheet(
        SCHEME, "判定", "判定の方法。空欄の下限は既定の値です。",
        f"判定の方法 {_THRESHOLD_HEADINGS} 横ばいの許容幅 達成率を示す 見通しを示す 判定の語",
        upright=True, words={"name": {name: method.word for name, method in METHODS.items()}},
    ),
    _sheet(
        SELF_EVALUATION, "自己評価", "取組の見直しでたずねる自己評価のしかた。名称が空欄の計画ではたずねません。"
        "段階も観点もなければ、文章で書く欄になります。観点は1行に1つずつ、セルの中で改行して書きます。",
        "名称 評価のしかた 出典 観点", upright=True,
    ),
    _sheet(
        GRADE, "自己評価の段階", "1行が自己評価の1つの段階(A、順調など)。上からの順に選択肢に並びます。",
        "段階の語 意味",
    ),
    _sheet(WORDS, "用語", "画面と様式で使う語。鍵は変えません。", "鍵 語",
           columns=(Column("key", text, True), Column("word", text, True))),
    _sheet(
        ASSUMPTION, "想定",
        "計画に書かれていないため仮に置いたものと、その理由。計画全体についてなら、指標の記号を空欄にします。",
        "指標の記号 何についてか 理由", words={"column": _ASSUMED},
    ),
)  # fmt: skip
SHEET_OF: Mapping[str, PlanSheet] = {sheet.shape.table: sheet for sheet in SHEETS}
