"""The survey workbook, written down once: its sheets, its columns, where things stand, and its hidden sheet.

The writer lays out what is said here and the reader looks for it, so that the two cannot drift. Nothing in this module
touches a file. Words of the office come from the plan (``plan.words``) where the plan gives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Literal

from kpi.cards.revision import band_text, has_target
from kpi.collection.workflow import CORRECTION_WORDS, MISSING_WORDS, RELEASE_WORDS
from kpi.initiatives.half_year_review import SCHEDULE_KEYS
from kpi.initiatives.initiative import COURSE_WORDS, PROGRESS_WORDS
from kpi.initiatives.rhythm import HALF_YEARLY, rhythm
from kpi.initiatives.self_evaluation import ASPECT_KEYS, EVALUATION_KEYS, GRADE_KEY, WORDS_KEY, SelfEvaluation
from kpi.period import Period
from kpi.plan import STANDING_TEXTS, Card, Direction, Indicator, Plan, RoundKind

#: Raised whenever columns or their meaning change, or the hidden sheet in a way that old forms lack; a reader tells an
#: old form by it.
FORM_VERSION = "3"
#: The first layout, in which every column stood on one sheet. Forms of it are out and are read as they are.
VERSION_BEFORE = "1"
#: All layouts that are read.
VERSIONS = (VERSION_BEFORE, "2", FORM_VERSION)

GUIDE_SHEET = "記入要領"
FORM_SHEET = "KPI調査票"
PROSE_SHEET = "記述"
META_SHEET = "_様式情報"

#: The mark of a sample, in every sheet a person reads.
SAMPLE_MARK = "【サンプル】"
SAMPLE_NOTE = "これは操作を試すための見本です。数値は架空のもので、実績ではありません。"

TITLE_ROW = 1
SUBTITLE_ROW = 2
LEGEND_ROW = 3
GROUP_ROW = 4
HEADING_ROW = 5
FIRST_DATA_ROW = 6

#: A hidden first column carries the indicator's id along when rows are sorted or moved.
TOKEN_COLUMN = 1
TOKEN_HEADING = "行ID"
FIRST_COLUMN = 2

ColumnKind = Literal["number", "period", "choice", "text"]
#: On which sheet a column stands: in the table of figures, in an indicator's block of 記述, or in a 課's block there.
Stands = Literal["figures", "prose", "contact"]
#: When an entry cell is wanted: always; unless a reason for having no value is given; only beside 未公表; only beside a
#: correction; of an initiative only where it is behind, or where its schedule changes; or whenever the department has
#: something to say.
Need = Literal[
    "always", "unless_missing", "when_unpublished", "when_corrected", "when_late", "when_revised", "optional"
]

ALL_ROUNDS: tuple[RoundKind, ...] = ("targets", "annual", "half", "midterm")
#: The half-yearly review of the work itself: its rows are initiatives.
WORK_ROUNDS: tuple[RoundKind, ...] = ("initiatives",)
EVERY_ROUND = (*ALL_ROUNDS, *WORK_ROUNDS)
VALUE_ROUNDS: tuple[RoundKind, ...] = ("annual", "half", "midterm")
#: Facts of the card: shown where they are set, entered while they are not, and open to change in a ``targets`` round.
CARD_KEYS = ("baseline", "baseline_period", "target", "target_period")
#: What holds of an indicator from year to year: what was said last stands ready, and a plan may require it.
STANDING_KEYS = STANDING_TEXTS
#: The columns that want a half-year.
HALF_KEYS = frozenset({*SCHEDULE_KEYS, "recovery"})
#: What must be told of work that goes on, and of what was finished before only where there is something to tell.
OF_WORK_GOING_ON = frozenset({"performance", "next_plan", *EVALUATION_KEYS})
#: The 中間指標 of an initiative, in the order of the plan.
INTERIM_KEYS = ("interim_1", "interim_2")

DIRECTION_WORDS: Mapping[Direction, str] = {"increase": "増加", "decrease": "減少", "maintain": "維持"}

#: What the form calls things when the plan has no word of its own for them.
DEFAULT_WORDS: Mapping[str, str] = {
    "answer": "回答",
    "form": "回答様式",
    "baseline": "現状値",
    "target": "目標値",
    "unset": "未設定",
    **{key: f"自己評価(観点{place})" for place, key in enumerate(ASPECT_KEYS, start=1)},
    "evaluation": "自己評価",
    "evaluation_asks": "この{span}の自己評価",
}

G_INDICATOR, G_CARD, G_LAST = "指標", "計画の値", "前回の回答"
G_VALUE, G_MISSING, G_CORRECTION = "今回の実績", "実績がないとき", "前回値の訂正"
G_GROUNDS, G_CONTACT, G_PROSE = "根拠・説明", "回答した人", "説明"
G_SCHEDULE, G_BEFORE, G_WORK, G_REVISION, G_REMARKS = "当初の工程", "前回", "この{span}", "工程の変更", "説明"


@dataclass(frozen=True)
class Column:
    """One column of the form.

    ``heading`` and ``note`` may hold ``{baseline}``-like words of the plan; a newline in the heading is where it may
    break. ``headings`` replace it in some kinds of round. ``entry`` says whether departments fill it in (row by
    row see :func:`enterable`). ``width`` is Excel's, ``note`` the message on an entry cell (at most 255 characters),
    ``choices`` maps codes to the words of the drop-down. ``stands`` is its sheet; on 記述 ``asks`` is the question
    under its heading (``asks_targets`` in a ``targets`` round), ``limit`` how many letters are wanted at most and
    ``lines`` the room to write in. ``since`` is the :data:`FORM_VERSION` that brought it.
    """

    key: str
    heading: str
    group: str
    entry: bool
    kind: ColumnKind
    width: float
    note: str = ""
    rounds: tuple[RoundKind, ...] = ALL_ROUNDS
    choices: Mapping[str, str] | None = None
    need: Need = "optional"
    headings: Mapping[RoundKind, str] | None = None
    stands: Stands = "figures"
    asks: str = ""
    asks_targets: str = ""
    limit: int = 0
    lines: int = 1
    since: str = VERSION_BEFORE

    def code(self, word: str) -> str:
        """The code of a drop-down's word, empty where it is none of them."""
        return next((code for code, text in (self.choices or {}).items() if text == word), "")


COLUMNS: tuple[Column, ...] = (
    Column("number", "番号", G_INDICATOR, False, "text", 4.8, rounds=EVERY_ROUND),
    Column("field", "分野", G_INDICATOR, False, "text", 7, rounds=EVERY_ROUND),
    Column("name", "指標名", G_INDICATOR, False, "text", 16, rounds=EVERY_ROUND, headings={"initiatives": "取組名"}),
    Column("unit", "単位", G_INDICATOR, False, "text", 5.6),
    Column("source", "出典", G_INDICATOR, False, "text", 9.5),
    Column("direction", "目指す\n方向", G_INDICATOR, False, "text", 6),
    Column(
        "baseline", "{baseline}", G_CARD, True, "number", 8.2, need="always",
        note="計画の出発点の値です。数字だけを入力してください(単位は不要)。未定のときは空けておいてください。",
    ),
    Column(
        "baseline_period", "{baseline}の\n時点", G_CARD, True, "period", 9.6, need="always",
        note="{baseline}がいつの値かを入力してください。\n例: 令和5年度、令和5年、R6.9末",
    ),
    Column(
        "target", "{target}", G_CARD, True, "number", 8.2, need="always",
        note="計画の最終目標の値です。数字だけを入力してください(単位は不要)。未定のときは空けておいてください。",
    ),
    Column(
        "target_period", "{target}の\n時点", G_CARD, True, "period", 9.6,
        note=(
            "{target}をいつの値で判定するかを入力してください。"
            "公表が遅れる統計では、計画最終年度より前の年度になります。\n例: 令和10年度"
        ),
    ),
    Column("last_value", "前回値", G_LAST, False, "number", 8.2, rounds=VALUE_ROUNDS),
    Column("last_period", "前回値の\n時点", G_LAST, False, "period", 9.6, rounds=VALUE_ROUNDS),
    Column("last_comment", "前回の要因分析", G_LAST, False, "text", 16, rounds=VALUE_ROUNDS, stands="prose"),
    Column("last_evidence", "前回の\n根拠資料", G_LAST, False, "text", 9.5, rounds=VALUE_ROUNDS, stands="prose"),
    Column(
        "value", "今回の値", G_VALUE, True, "number", 9, rounds=VALUE_ROUNDS, need="unless_missing",
        note=(
            "数字だけを入力してください(単位は不要)。0は「ゼロだった」という意味です。"
            "値がないときは空けて「実績がない理由」を選んでください。"
            "分子・分母を入れた率は空けておけば計算します。"
        ),
    ),
    Column(
        "numerator", "分子", G_VALUE, True, "number", 8.6, rounds=VALUE_ROUNDS, need="unless_missing",
        note="率のもとになる実数(分子)を入力してください。率は取込時に計算し、「今回の値」と照合します。",
    ),
    Column(
        "denominator", "分母", G_VALUE, True, "number", 8.6, rounds=VALUE_ROUNDS, need="unless_missing",
        note="率のもとになる実数(分母)を入力してください。率は取込時に計算し、「今回の値」と照合します。",
    ),
    Column(
        "period", "いつの値か", G_VALUE, True, "period", 9.6, rounds=VALUE_ROUNDS, need="unless_missing",
        note=(
            "「今回の値」がいつの値かを入力してください。違うときだけ直してください。\n"
            "例: 令和6年度、令和6年、R6.9末、2024年度"
        ),
    ),
    Column(
        "release", "確定・\n速報・\n見込", G_VALUE, True, "choice", 6.6, rounds=VALUE_ROUNDS, choices=RELEASE_WORDS,
        need="unless_missing",
        note=(
            "一覧から選んでください。\n確定: 今後変わらない値\n速報: 後で確報が出る値\n"
            "見込: 推計や予定の値(進捗の判定には使いません)"
        ),
    ),
    Column(
        "missing_reason", "実績が\nない理由", G_MISSING, True, "choice", 8.6, rounds=VALUE_ROUNDS,
        choices=MISSING_WORDS,
        note=(
            "「今回の値」を入力できないときに、一覧から選んでください。"
            "未公表のときは次回公表予定も入力してください。"
        ),
    ),
    Column(
        "next_release", "次回公表\n予定", G_MISSING, True, "period", 8.8, rounds=VALUE_ROUNDS, need="when_unpublished",
        note="次に値が公表される年月を入力してください。\n例: 令和8年9月、2026/9",
    ),
    Column(
        "correction", "訂正後の\n前回値", G_CORRECTION, True, "number", 8.6, rounds=VALUE_ROUNDS,
        note="前回値が変わったときだけ、正しい値を入力してください。変わらないときは空けておいてください。",
    ),
    Column(
        "correction_kind", "訂正の種類", G_CORRECTION, True, "choice", 8, rounds=VALUE_ROUNDS,
        choices=CORRECTION_WORDS, need="when_corrected",
        note=(
            "前回値を訂正するときに、一覧から選んでください。\n確報: 速報が確報になった\n"
            "集計誤り: 集計や転記の誤り\n定義変更: 調査や算定の定義が変わった"
        ),
    ),
    Column(
        "planned_start", "当初の\n始まり", G_SCHEDULE, True, "period", 9.6, rounds=WORK_ROUNDS, need="always",
        since="3",
        note="計画を作ったときの工程の、始まりの半期を入力してください。\n例: {first_half}、{first_half_short}",
    ),
    Column(
        "planned_end", "当初の\n終わり", G_SCHEDULE, True, "period", 9.6, rounds=WORK_ROUNDS, need="always",
        since="3",
        note=(
            "計画を作ったときの工程の、終わりの半期を入力してください。"
            "続けるものは計画の最後の半期です。\n例: {last_half}"
        ),
    ),
    Column("last_progress", "前回の\n進捗", G_BEFORE, False, "text", 8, rounds=WORK_ROUNDS, since="3"),
    Column("last_schedule", "いまの\n工程", G_BEFORE, False, "text", 12, rounds=WORK_ROUNDS, since="3"),
    Column(
        "progress", "進捗", G_WORK, True, "choice", 9, rounds=WORK_ROUNDS, choices=PROGRESS_WORDS, need="always",
        since="3",
        note="この{span}の終わりの状態を、一覧から選んでください。「やや遅れ」「遅れ」のときは、遅れの理由と回復見込みも入力してください。",
    ),
    Column(
        "course", "今後の\n方向性", G_WORK, True, "choice", 8, rounds=WORK_ROUNDS, choices=COURSE_WORDS, need="always",
        since="3",
        note="これからどうするかを、一覧から選んでください。進捗とは別のことです(順調でも見直すことがあります)。",
    ),
    Column(
        "recovery", "回復\n見込み", G_WORK, True, "period", 9.6, rounds=WORK_ROUNDS, need="when_late", since="3",
        note="遅れているとき、予定に戻る見込みの半期を入力してください。\n例: {middle_half}",
    ),
    Column(
        "interim_1", "中間指標\n1", G_WORK, True, "number", 8.6, rounds=WORK_ROUNDS, since="3",
        note="計画に書かれた中間指標の、この{span}の値を数字だけで入力してください。進捗の判定には使いません。",
    ),
    Column(
        "interim_2", "中間指標\n2", G_WORK, True, "number", 8.6, rounds=WORK_ROUNDS, since="3",
        note="計画に書かれた中間指標の、この{span}の値を数字だけで入力してください。進捗の判定には使いません。",
    ),
    Column(
        "revised_start", "変更後の\n始まり", G_REVISION, True, "period", 9.6, rounds=WORK_ROUNDS, since="3",
        note="工程の始まりを変えるときだけ、変更後の半期を入力してください。",
    ),
    Column(
        "revised_end", "変更後の\n終わり", G_REVISION, True, "period", 9.6, rounds=WORK_ROUNDS, since="3",
        note="工程の終わりを変えるときだけ、変更後の半期を入力してください。\n例: {late_half}",
    ),
    Column(
        "decided_by", "変更の\n決定者", G_REVISION, True, "text", 10, rounds=WORK_ROUNDS, need="when_revised",
        since="3", note="工程の変更を決めた人か会議と、その日を入力してください。\n例: 部長決裁({a_day})",
    ),
    Column("prose", "記述", G_PROSE, False, "text", 15, rounds=EVERY_ROUND, since="2"),
    Column("last_plan", "予定(前回)", G_BEFORE, False, "text", 16, rounds=WORK_ROUNDS, stands="prose", since="3"),
    Column(
        "performance", "実績", G_REMARKS, True, "text", 20, rounds=WORK_ROUNDS, need="always", since="3",
        stands="prose", limit=150, lines=4, asks="この{span}に行ったこと",
        note="この{span}に行ったことを入力してください。前回の予定と比べて分かるように書いてください。",
    ),
    Column(
        GRADE_KEY, "{evaluation}", G_REMARKS, True, "choice", 20, rounds=WORK_ROUNDS, need="always", since="3",
        stands="prose", asks="{evaluation_asks}",
        note="計画が定める段階から選んでください。進捗・今後の方向性とは別のことです。",
    ),
    *(
        Column(
            key, f"{{{key}}}", G_REMARKS, True, "text", 20, rounds=WORK_ROUNDS, need="always", since="3",
            stands="prose", limit=150, lines=3, note="この観点から見た評価とその理由を入力してください。",
        )
        for key in ASPECT_KEYS
    ),
    Column(
        WORDS_KEY, "{evaluation}", G_REMARKS, True, "text", 20, rounds=WORK_ROUNDS, need="always", since="3",
        stands="prose", limit=150, lines=4, asks="{evaluation_asks}",
        note="自己評価を文章で入力してください。進捗・今後の方向性とは別のことです。",
    ),
    Column(
        "delay_reason", "遅れの理由", G_REMARKS, True, "text", 20, rounds=WORK_ROUNDS, need="when_late", since="3",
        stands="prose", limit=150, lines=3, asks="進捗が「やや遅れ」「遅れ」のときに記入",
        note="遅れた理由を入力してください。遅れていないときは空けておいてください。",
    ),
    Column(
        "next_plan", "次の{span}の予定", G_REMARKS, True, "text", 20, rounds=WORK_ROUNDS, need="always", since="3",
        stands="prose", limit=150, lines=4, asks="次の{span}に行うこと(次回はこれが「予定(前回)」になります)",
        note="次の{span}に行うことを入力してください。終わった取組では「なし」と入力してください。",
    ),
    Column(
        "revision_reason", "工程を変える理由", G_REMARKS, True, "text", 20, rounds=WORK_ROUNDS, need="when_revised",
        since="3", stands="prose", limit=150, lines=3, asks="変更後の始まり・終わりを入力したときに記入",
        note="工程を変える理由を入力してください。変えないときは空けておいてください。",
    ),
    Column(
        "problems", "課題", G_REMARKS, True, "text", 20, rounds=WORK_ROUNDS, since="3",
        stands="prose", limit=150, lines=3, asks="残る課題(あれば)", note="残る課題があれば入力してください。",
    ),
    Column("definition", "定義", G_INDICATOR, False, "text", 16, stands="prose", since="2"),
    Column(
        "evidence", "根拠資料", G_GROUNDS, True, "text", 12.5, need="unless_missing", headings={"targets": "設定根拠"},
        stands="prose", limit=300, lines=3, asks="値の根拠とした統計・資料の名称、表番号、公表の時期",
        asks_targets="{baseline}の出典と、{target}の考え方",
        note="値の根拠を入力してください。\n例: 令和6年度県民経済計算 第3表(統計分析課、令和8年3月公表)",
    ),
    Column(
        "analysis", "要因分析", G_GROUNDS, True, "text", 20, rounds=VALUE_ROUNDS,
        stands="prose", limit=150, lines=4,
        asks="値が増減した理由を内的・外的に分けて(進捗に遅れがある指標では記入)",
        note=(
            "増減の理由を入力してください。進捗に遅れがある指標では入力してください。改行はAlt+Enterです。\n"
            "例: 【内的】説明会を全域で開いた。【外的】物価高で投資が控えられた。"
        ),
    ),
    Column(
        "actions", "今後の対応", G_GROUNDS, True, "text", 20, rounds=VALUE_ROUNDS,
        stands="prose", limit=200, lines=5, asks="課題と、目標に向けて今後行うこと(進捗に遅れがある指標では記入)",
        note=(
            "目標に向けて今後行うことを入力してください。進捗に遅れがある指標では入力してください。"
            "改行はAlt+Enterです。"
        ),
    ),
    Column(
        "verification", STANDING_TEXTS["verification"], G_GROUNDS, True, "text", 20, rounds=VALUE_ROUNDS,
        stands="prose", limit=100, lines=2, since="3", asks="値をだれがどう確かめたか(前回と同じなら前回のまま)",
        note=(
            "値が正しいことを、だれが、何と突き合わせて確かめたかを入力してください。\n"
            "例: 市町村の回答を課の2人で集計し、前年度の値と突合した。"
        ),
    ),
    Column(
        "limits", STANDING_TEXTS["limits"], G_GROUNDS, True, "text", 20, rounds=VALUE_ROUNDS,
        stands="prose", limit=100, lines=2, since="3",
        asks="この値では分からないことと、何で補うか(前回と同じなら前回のまま)",
        note=(
            "この指標では測れないことと、それを何で補うかを入力してください。\n"
            "例: 利用の深さは分からないため、利用者への聞き取りで補う。"
        ),
    ),
    Column(
        "after_target", STANDING_TEXTS["after_target"], G_GROUNDS, True, "text", 20, rounds=VALUE_ROUNDS,
        stands="prose", limit=100, lines=2, since="3",
        asks="目標に達したあと、指標をどうするか(前回と同じなら前回のまま)",
        note=(
            "目標に達したあとの扱い(維持、目標の引上げ、指標の入替えなど)を入力してください。\n"
            "例: 達成後は維持を確かめ、次の計画で目標を見直す。"
        ),
    ),
    Column(
        "section", "担当課", G_CONTACT, True, "text", 8.4, rounds=EVERY_ROUND, need="always", stands="contact",
        note="担当課の名称を入力してください。",
    ),
    Column(
        "person", "担当者", G_CONTACT, True, "text", 7.4, rounds=EVERY_ROUND, need="always", stands="contact",
        note="担当者の氏名を入力してください。",
    ),
    Column(
        "contact", "連絡先", G_CONTACT, True, "text", 11.5, rounds=EVERY_ROUND, need="always", stands="contact",
        note="課の共有メールアドレスか内線番号を入力してください(個人のアドレスは入力しないでください)。",
    ),
)  # fmt: skip


def columns_for(kind: RoundKind) -> tuple[Column, ...]:
    """The columns of a kind of round, from left to right, whatever sheet they stand on."""
    return tuple(c for c in COLUMNS if kind in c.rounds)


def columns_on(kind: RoundKind, *stands: Stands) -> tuple[Column, ...]:
    """The columns of a kind of round that stand in some places, in their order there."""
    found = (c for place in stands for c in columns_for(kind) if c.stands == place)
    return tuple(sorted(found, key=lambda c: _BLOCK.index(c.key) if c.stands == "prose" else -1))


@dataclass(frozen=True)
class FormSheet:
    """One sheet of the form. ``stands`` are the columns on it, group by group; a ``hidden`` one no person reads.

    ``renamed`` is the finding about a returned form that calls it otherwise.
    """

    name: str
    stands: tuple[Stands, ...] = ()
    renamed: str = ""
    hidden: bool = False

    def columns(self, kind: RoundKind) -> tuple[Column, ...]:
        """Its columns in a kind of round."""
        return columns_on(kind, *self.stands)


GUIDE = FormSheet(GUIDE_SHEET)
FIGURES = FormSheet(FORM_SHEET, ("figures",), "form.renamed")
PROSE = FormSheet(PROSE_SHEET, ("contact", "prose"), "prose.renamed")
META = FormSheet(META_SHEET, hidden=True)
#: The sheets of the form, in the order of their tabs: the writer draws them, the reader looks for them.
SHEETS = (GUIDE, FIGURES, PROSE, META)


def keys_on(stands: Stands) -> frozenset[str]:
    """The keys of every column of one sheet, of whatever kind of round."""
    return frozenset(c.key for c in COLUMNS if c.stands == stands)


#: The lines of an indicator's block under its name: what was said last stands above what is asked now.
_BLOCK = (
    "definition", "last_comment", "analysis", "actions", "last_evidence", "evidence", *STANDING_KEYS,
    "last_plan", "performance", *EVALUATION_KEYS, "delay_reason", "next_plan", "revision_reason", "problems",
)  # fmt: skip


def columns_before(kind: RoundKind) -> tuple[Column, ...]:
    """The columns of a kind of round in the layout before, all of them in one table."""
    return tuple(c for c in columns_for(kind) if c.since == VERSION_BEFORE)


def column(key: str) -> Column:
    """The column of a key; KeyError where there is none."""
    for found in COLUMNS:
        if found.key == key:
            return found
    raise KeyError(key)


def positions(kind: RoundKind) -> Mapping[str, int]:
    """Where each column of the first sheet stands when the form of a kind of round is written (1 is A)."""
    return {c.key: FIRST_COLUMN + i for i, c in enumerate(FIGURES.columns(kind))}


def asked_columns(kind: RoundKind, plan: Plan) -> tuple[Column, ...]:
    """The columns of a kind of round as a plan has them: without a self-evaluation that it does not ask for."""
    mine = plan.self_evaluation.keys if plan.self_evaluation else ()
    return tuple(of_plan(c, plan) for c in columns_for(kind) if c.key not in EVALUATION_KEYS or c.key in mine)


def of_plan(found: Column, plan: Plan) -> Column:
    """A column with the plan's own choices, where these are the plan's."""
    scheme = plan.self_evaluation
    return replace(found, choices=scheme.choices) if found.key == GRADE_KEY and scheme else found


def word(plan: Plan, key: str) -> str:
    """The plan's word for a thing, or the form's own."""
    scheme = plan.self_evaluation
    if scheme and key == "evaluation_asks":
        return scheme.asks or DEFAULT_WORDS[key]
    if scheme and (key == "evaluation" or key in scheme.keys):
        return scheme.heading(key)
    return plan.words.get(key) or DEFAULT_WORDS[key]


def _of_term(plan: Plan) -> Mapping[str, str]:
    """What follows from how often the plan asks about its work, and examples that lie in its term."""
    told, first, last = rhythm(plan), plan.start.year, plan.end.year
    start = Period("H", first, 1)
    halves = {
        "first_half": start,
        "middle_half": Period("H", (first + last) // 2, 2),
        "late_half": Period("H", max(first, last - 1), 1),
        "last_half": Period("H", last, 2),
    }
    own = {key: period_text(half) for key, half in halves.items()}
    day = Period.of_date(date(min(first + 1, last), 10, 3)).short
    return {**own, "first_half_short": start.short, "a_day": day, "span": told.span}


def fingerprint(indicator: Indicator, card: Card) -> str:
    """A short mark of what an indicator meant when the form was written, so that a reader sees when it has changed."""
    said = "\x1f".join((indicator.number, indicator.name, indicator.unit, card.direction))
    return sha256(said.encode()).hexdigest()[:12]


def in_words(text: str, plan: Plan) -> str:
    """A heading or note with the plan's words put in."""
    if "{" not in text:
        return text
    for key in DEFAULT_WORDS:
        text = text.replace("{" + key + "}", word(plan, key))
    for key, own in _of_term(plan).items():
        text = text.replace("{" + key + "}", own)
    return text


def heading_words(found: Column) -> str:
    """What a column is called where no plan has a word of its own for it, on one line."""
    text = found.heading.replace("\n", "")
    for key, said in (*DEFAULT_WORDS.items(), ("span", HALF_YEARLY.span)):
        text = text.replace("{" + key + "}", said)
    return text


def heading(found: Column, plan: Plan, kind: RoundKind) -> str:
    """What a column is called, on one line."""
    return heading_lines(found, plan, kind).replace("\n", "")


def heading_lines(found: Column, plan: Plan, kind: RoundKind) -> str:
    """What stands above a column, broken where a narrow column should break it."""
    return in_words((found.headings or {}).get(kind, found.heading), plan)


def period_text(period: Period | None) -> str:
    """A period as the form shows it: ``令和6年度``, ``令和6年9月末``; empty for None."""
    return period.label.split("(")[0] if period else ""


def card_value(card: Card, key: str) -> float | Period | None:
    """What a card says in one of :data:`CARD_KEYS`."""
    facts: Mapping[str, float | Period | None] = {
        "baseline": card.baseline,
        "baseline_period": card.baseline_period,
        "target": card.target,
        "target_period": card.target_period,
    }
    return facts[key]


def banded(card: Card) -> bool:
    """Whether a band stands where others have a target."""
    return card.direction == "maintain" and card.target is None and has_target(card)


def direction_text(card: Card, unit: str) -> str:
    """Where the indicator is to go, as the form shows it: ``増やす``; a band with it, ``維持(95.0%以上)``."""
    band = band_text(card, unit) if banded(card) else ""
    return DIRECTION_WORDS[card.direction] + (f"({band})" if band else "")


def need_of(found: Column, kind: RoundKind, plan: Plan) -> Need:
    """When a column must be filled in a round: a return of values may leave what the plan has not set."""
    if found.key in plan.required_texts:
        return "unless_missing"
    return "optional" if kind in VALUE_ROUNDS and found.key in CARD_KEYS else found.need


def enterable(
    found: Column,
    indicator: Indicator,
    card: Card,
    kind: RoundKind,
    *,
    has_past: bool,
    evaluation: SelfEvaluation | None,
) -> bool:
    """Whether a department fills in this column for this indicator. ``evaluation`` is the plan's self-evaluation.

    Card facts are open while unset, in a ``targets`` round, and for proposals in a 中間見直し; 分子 and 分母 belong to
    rates; only what was said before can be corrected. The 当初 schedule of an initiative is open while unset.
    """
    if not found.entry:
        return False
    if found.key in CARD_KEYS:
        unset = card_value(card, found.key) is None and not (found.key == "target" and banded(card))
        return kind in ("targets", "midterm") or unset
    if found.key in ("planned_start", "planned_end"):
        return (card.baseline_period if found.key == "planned_start" else card.target_period) is None
    if found.key in EVALUATION_KEYS:
        return evaluation is not None and found.key in evaluation.keys
    if found.key in INTERIM_KEYS:
        return len(indicator.interim) > INTERIM_KEYS.index(found.key)
    if found.key in ("numerator", "denominator"):
        return indicator.is_rate
    if found.key in ("correction", "correction_kind"):
        return has_past
    return True
