"""The wording of letters by kind of round, as data: what is asked, why, and what to mind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from kpi.period import Period
from kpi.plan import RoundKind

#: What letters call things when the plan has no word of its own for them.
WORDS: Mapping[str, str] = {
    "sender": "DX推進課長",
    "office": "DX推進課",
    "lead": "主管課長",
    "program": "KPI進捗ダッシュボード",
    "form": "回答様式",
    "answer": "回答",
    "baseline": "現状値",
    "target": "目標値",
}

SUBJECTS: Mapping[RoundKind, str] = {
    "targets": "「{plan}」に係る目標値等の設定について",
    "annual": "「{plan}」の進捗状況({round})について",
    "half": "「{plan}」の取組状況({round})について",
    "midterm": "「{plan}」の中間見直し({round})について",
    "initiatives": "「{plan}」の取組の{review}({round})について",
}

PURPOSES: Mapping[RoundKind, str] = {
    "targets": "指標の現状値及び目標値等を設定するため",
    "annual": "指標の実績により進捗状況を取りまとめるため",
    "half": "年度途中の取組状況を把握するため",
    "midterm": "中間見直しに当たり、指標の実績及び目標値等を確認するため",
    "initiatives": "各取組の工程の進捗を確認し、必要な見直しを行うため",
}

_CONTACT = (
    "担当課、担当者及び連絡先を記入してください。"
    "連絡先は、課の共有メールアドレス又は内線番号です(個人のアドレスは記入しないでください)。"
)
_REPLACE = "期限までは何度でも差し替えられます。"
_MISSING = "値がない場合は、空欄のままにして、未公表・調査年でないなどの理由を選択してください。0と空欄は別の意味です。"
_RELEASE = "確定・速報・見込の別を選択してください。見込の値は進捗の判定に用いません。"
_CORRECTION = "前回の値に変更がある場合は、訂正後の前回値と訂正の種類を記入してください。"

#: What to mind, by kind of round.
POINTS: Mapping[RoundKind, tuple[str, ...]] = {
    "targets": (
        "{baseline}及び{target}は数字のみを記入し、その時点を併せて記入してください。",
        "「設定根拠」の欄に、{baseline}の出典及び{target}の考え方を記入してください。",
        "未定のものは空欄とし、決まり次第お知らせください({baseline}も{target}も未定の指標は、登録の際に画面で理由をお尋ねします)。"
        "回答の値は、本部の決定を経て反映します。",
        _CONTACT,
        _REPLACE,
    ),
    "annual": (
        _MISSING,
        _RELEASE,
        "進捗に遅れがある指標は、要因分析及び今後の対応を記入してください。",
        _CORRECTION,
        _CONTACT,
        _REPLACE,
    ),
    "half": (
        "今回お伺いする値は年度途中の参考値であり、進捗の判定は行いません。",
        "値がない場合は、空欄のままにして理由を選択してください。推計して記入する必要はありません。",
        _CONTACT,
        _REPLACE,
    ),
    "initiatives": (
        "進捗は{span}の終わりの状態を、今後の方向性はこれからの扱いを選択してください。見直しは、遅れとは別に選択できます。",
        "当初の工程が未設定の取組は、始まり及び終わりの半期を記入してください。",
        "工程を変更する場合は、変更後の半期、変更の理由及び決定者を記入してください。",
        "実績及び次の{span}の予定は、各150字以内で記入してください。再掲の取組は、主掲載の取組で一度だけお尋ねします。",
        _CONTACT,
        _REPLACE,
    ),
    "midterm": (
        _MISSING,
        "{baseline}又は{target}の見直しを提案する場合は、その欄を書き換え、根拠資料の欄に考え方を記入してください。"
        "提案がない場合は、そのままとしてください。",
        "見直しの案は、本部の決定を経て反映します。決定までは、現在の{target}により進捗を判定します。",
        _CORRECTION,
        _CONTACT,
        _REPLACE,
    ),
}


def date_text(day: date) -> str:
    """``令和7年10月3日``."""
    return Period.of_date(day).label.split("(")[0]


def moment_text(day: date | None, hour: int) -> str:
    """``令和7年10月3日(金)17時``, or that no day is set."""
    return f"{date_text(day)}({_weekday(day)}){hour}時" if day else "別途お知らせする日"


def _weekday(day: date) -> str:
    return "月火水木金土日"[day.weekday()]


def head_of(division: str) -> str:
    """Who heads a 課: 「DX推進課長」; 「グループ」 and the like have no such word."""
    return f"{division}長" if division.endswith(("課", "室", "所", "局", "部", "班")) else f"{division}の長"
