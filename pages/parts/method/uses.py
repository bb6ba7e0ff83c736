"""使い方: what a person may want to do, where it is done, and how; each line for who may do it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from kpi.assessment import Assessment
from kpi.collection.workflow import Action
from pages.parts.app.identity import person, reaches
from pages.parts.app.plan_choice import offered
from pages.parts.shared.markup import Column, Markup, link, table


def _always(_state: Assessment) -> bool:
    return True


def _measured(state: Assessment) -> bool:
    return bool(state.plan.indicators)


def _worked(state: Assessment) -> bool:
    return bool(state.plan.initiatives)


def _asking(state: Assessment) -> bool:
    """Whether anybody is asked anything in the plan."""
    return bool(state.plan.departments) and not state.is_over


def _work_asked(state: Assessment) -> bool:
    return _worked(state) and _asking(state)


def _changeable(state: Assessment) -> bool:
    return not state.is_over


def _among_others(_state: Assessment) -> bool:
    return len(offered()) > 1


@dataclass(frozen=True)
class Use:
    """One thing to do: where (an address with its query, called ``screen``; none is the menu) and how.

    ``need`` is what a person must be allowed to, ``when`` what the plan must have.
    """

    wanted: str
    screen: str
    address: str | None
    how: str
    need: Action = Action.SEE_APPROVED
    when: Callable[[Assessment], bool] = _always
    query: Mapping[str, str] = field(default_factory=dict)


#: In the order of who does them: everybody, the departments, the secretariat, the administrator.
USES = (
    Use("計画の全体の状況を知る", "概況", "", "最初の1行がいまの状況です。名前を押すと、詳しい画面が開きます。"),
    Use(
        "1つの指標の根拠を確かめる", "指標", "indicator",
        "判定の計算と理由が出ます。数値の番号(例 K7Q-0219)を押すと、元のファイルのセルと、だれが確かめたかが出ます。",
        when=_measured,
    ),
    Use(
        "取組が予定どおりかを見る", "取組・ロードマップ", "roadmap",
        "条件で絞ると、その条件がアドレスに入り、同じ画面を人に送れます。取組の名前を押すと、工程とこれまでの見直しが出ます。",
        when=_worked,
    ),
    Use(
        "過去の時点や別の計画を見る", "メニュー", None,
        "「時点を指定」で過ぎた日や締め切った照会の時点に、上の「計画」で別の計画に切り替えます。", when=_among_others,
    ),
    Use(
        "過去の時点を見る", "メニュー", None, "「時点を指定」で、過ぎた日や締め切った照会の時点に切り替えます。",
        when=lambda state: not _among_others(state),
    ),
    Use(
        "表や図を持ち出す・印刷する", "データ", "data",
        "各画面の表はCSVとExcelで、図は「図を保存」で受け取れます。画面はブラウザの印刷でA4に収まります。",
    ),
    Use(
        "照会に回答する", "回答", "submit",
        "①で様式を受け取り、②に記入したExcelを入れ、③で回答します。担当が3件までなら、Excelを使わずに画面で記入できます。",
        Action.SAVE, _asking,
    ),
    Use(
        "取組の見直しに回答する", "回答", "submit",
        "照会で取組の見直しを選びます。様式には前回の予定といまの工程が入っています。進捗、今後の方向性、実績、次の予定を書き、"
        "工程を変えるときだけ変更後と理由・決定者を書きます。",
        Action.SAVE, _work_asked,
    ),
    Use(
        "課に分けて答える", "回答", "submit",
        "「課と担当を決める」で課を置き、担当を割り当てると、課が主管課へ回答し、主管課がまとめて事務局へ回答します。",
        Action.SET_DIVISIONS, _asking,
    ),
    Use(
        "照会を始める・催促する・締め切る", "照会", "rounds",
        "予定の照会は、始めるまで部局に求めません。期限、照会文、全部局の様式、だれがどこまで答えたかが、この画面にあります。",
        Action.OPEN_ROUND, _asking,
    ),
    Use(
        "届いた回答を確認する", "確認", "review",
        "判断の要るものから順に、確認済にするか、セルを指して修正を依頼します。", Action.CONFIRM, _asking,
    ),
    Use(
        "会議の資料を作る", "報告書", "report",
        "資料を受け取り、版を残します。残した版どうしの新旧対照表(指標と取組)と差替えのページも作れます。",
        Action.MAKE_REPORT, lambda state: _measured(state) or _changeable(state),
    ),
    Use(
        "目標値などの判定条件を変える", "管理の「判定条件」", "admin",
        "提案し、別の担当者が決定を記録すると変わります。締め切った照会の表示は変わりません。",
        Action.PROPOSE_CARD, lambda state: _measured(state) and _changeable(state), {"part": "cards"},
    ),
    Use(
        "これまでの実績を、公表した表から入れる", "管理の「一覧の取込み」", "admin",
        "一覧をExcelのまま入れ、どう読んだかを色で確かめて、違うところを直し、問いに答えてから取り込みます。"
        "現状値と目標値の違いは提案になります。取り込んだ一覧は、あとで取り消せます。",
        Action.PROPOSE_CARD, lambda state: _measured(state) and _changeable(state), {"part": "lists"},
    ),
    Use(
        "部局の改称や課の担当を変える", "管理の「部局と課」", "admin",
        "日付を付けて変えます。過去の表示は変わりません。課と連絡先は、Excelの表でまとめて変えられます。",
        Action.SET_DEPARTMENTS, _asking, {"part": "departments"},
    ),
    Use(
        "計画を改定する", "管理の「計画とサンプル」", "admin",
        "プラン定義書(計画のすべてを書いたExcel)を受け取り、書き換えて入れ直します。変わるところを確かめ、決定の日・"
        "何による決定か・理由を入れると、新しい版になります。",
        Action.SET_PLAN, _changeable, {"part": "plan"},
    ),
    Use(
        "新しい計画を始める", "管理の「計画とサンプル」", "admin",
        "「次の計画を始める」でこの計画を写すか、「計画の記号」を新しくしたプラン定義書を入れます。"
        "指標の一覧からは「一覧の取込み」で始めます。",
        Action.SET_PLAN, query={"part": "plan"},
    ),
    Use(
        "控えを取る・戻す", "管理の「控え」", "admin",
        "使っている間でも取れます。戻す前のデータは消えず、横に残ります。", Action.KEEP, query={"part": "keep"},
    ),
)  # fmt: skip


def uses_table(state: Assessment) -> Markup:
    """What the person at the screen may do in the plan that is shown."""
    who = person()
    rows = [
        (
            one.wanted,
            one.screen if one.address is None else link(one.screen, one.address, **one.query),
            one.how,
        )
        for one in USES
        if one.when(state) and reaches(who, one.need)
    ]
    columns = [Column("したいこと", width="14rem"), Column("画面", width="11rem"), Column("しかた")]
    return table(columns, rows, caption="使い方", kind="stack")
