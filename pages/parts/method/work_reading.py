"""How to read the work: where its words come from, and what each means, as far as the plan has what it names."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.assessment import Assessment
from kpi.initiatives.initiative import COURSE_WORDS, PROGRESS_WORDS
from kpi.initiatives.rhythm import rhythm
from kpi.initiatives.work_state import Work


def work_steps(state: Assessment, work: Work) -> Iterator[str]:
    """Who says how far an initiative is, and what a chart of schedules shows."""
    told = rhythm(state.plan)
    if not _reviewed(work):
        why = "計画期間が終わった" if state.is_over else "回答する部局が登録されていない"
        yield f"取組の進捗を答えたものはなく、{why}ため、これから尋ねることもありません。取組は「記録なし」と数えます。"
        return
    yield (
        f"取組の進捗と今後の方向性は、主担当が取組の{told.review}で{told.span}ごとに答えたものをそのまま示します。"
        "計算で決める判定ではなく、指標の判定の数にも入りません。"
    )
    if not work.is_asked:
        yield f"これから取組の{told.review}はありません。最後に答えたものを示します。"
    yield (
        "今後の方向性は進捗とは別のことです。予定どおりの取組を見直すこともあり、"
        "「見直し」は遅れではないので、色を付けません。"
    )
    if any(track.has_course for track in work.own):
        yield (
            "工程の図は半期を1区切りとし、白い帯が当初、塗った帯が変更後、線と点が実績です。"
            "工程が未設定で回答もない取組は図になく、一覧にあります。"
        )


def _reviewed(work: Work) -> bool:
    """Whether anything was said of the work, or may still be."""
    return work.is_asked or work.half is not None


def work_glossary(state: Assessment, work: Work) -> Iterator[tuple[str, str]]:
    """(word, meaning) of what the screens say of the work; of what the plan does not have, nothing."""
    plan = state.plan
    if _reviewed(work):
        yield from _of_reviews(rhythm(plan).span)
    else:
        yield "記録なし", "進捗を答えたものがない取組です。"
    if any(track.shown_for for track in work.tracks):
        yield (
            "再掲",
            "1つの取組を別のところにも載せたもの。回答は主掲載の1つだけで、全体では1回数えます"
            "(「取組10(再掲を含む延べ11)」)。",
        )
    if any(one.indicators or one.related_indicators for one in plan.initiatives):
        yield (
            "直接・間接",
            "取組と指標の関わり。直接は取組が動かす指標、間接は取組が関わる指標で、計画に書かれたものです。",
        )
    if any(one.interim for one in plan.initiatives):
        yield "中間指標", "取組の経過を見るための値。判定せず、計画の指標の数にも入りません。"
    if any(one.law_kinds for one in plan.initiatives):
        yield "法の区分", "官民データ活用推進基本法が挙げる取組の種類。計画の文書が示すものだけです。"
    if (scheme := plan.self_evaluation) and _reviewed(work):
        grades = "、".join(one.label for one in scheme.grades)
        yield scheme.name, f"担当が、計画の決めたしかたで付けた評価。進捗とは別に示します。{grades}"


def _of_reviews(span: str) -> Iterator[tuple[str, str]]:
    yield (
        "進捗",
        f"{'・'.join(PROGRESS_WORDS.values())}のどれか。{span}の終わりの状態です。やや遅れ・遅れには理由と回復見込みが"
        f"付きます。完了した取組は、次の{span}からも完了と数えます。",
    )
    yield "今後の方向性", f"{'・'.join(COURSE_WORDS.values())}のどれか。これからどうするかです。"
    yield "当初の工程", "始まりと終わりの半期。計画の文書にあるもの、なければ取組の見直しで最初に答えたものです。"
    yield (
        "変更後の工程",
        "見直しで変えた工程。理由と決定者が付きます。「2半期遅らせた」は、当初の終わりから変更後の終わりまでのずれです。",
    )
    yield (
        "実績の線と点",
        f"{span}ごとの回答。取組を進めた{span}を線でつなぎ、点の形と塗りがその{span}の進捗を表します。",
    )
    yield "動いた取組", f"前の{span}の見直しから、進捗、工程、今後の方向性のどれかが変わった取組です。"
    yield (
        "未回答・空欄(理由あり)・記録なし",
        "未回答は、求めた回答がまだないもの。空欄(理由あり)は、書けない理由を添えて空けた回答。記録なしは、求めていないか、"
        "いま示せる回答がないものです。",
    )
