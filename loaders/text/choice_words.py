"""The words of the drop-downs as people write them: synonyms, readings, marks of release, and what may stand beside them.

A word counts only where everything beside it is known to be harmless. Which words turn a word round (確定待ち, 仮確定,
未公表でなくなった) cannot be listed to the end; which ones leave it as it is can.
"""

# ruff: noqa: E501 (lists of words read as lists)
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from kpi.collection.workflow import CORRECTION_WORDS, MISSING_WORDS, RELEASE_WORDS
from kpi.initiatives.initiative import COURSE_WORDS, PROGRESS_WORDS
from loaders.text.characters import canonical, hiragana

OFFICIAL: Mapping[str, Mapping[str, str]] = {
    "release": RELEASE_WORDS,
    "missing_reason": MISSING_WORDS,
    "correction_kind": CORRECTION_WORDS,
    "progress": PROGRESS_WORDS,
    "course": COURSE_WORDS,
}
#: What people write for a word of the drop-down, by column and code. Kana of either kind and width are one.
_SYNONYMS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "release": {
        "final": ("確定値", "確定数", "最終", "最終値", "確報", "確報値", "かくてい", "かくていち", "かくほう"),
        "provisional": ("速報値", "速報数", "暫定", "暫定値", "そくほう", "そくほうち", "ざんてい", "ざんていち"),
        "forecast": ("見込み", "見込値", "見込み値", "見込数", "みこみ", "みこみち"),
    },
    "missing_reason": {
        "not_compiled": ("集計中", "調査中", "精査中", "算定中", "みしゅうけい", "しゅうけいちゅう", "ちょうさちゅう"),
        "unpublished": ("公表前", "公表待ち", "未発表", "公表されていない", "みこうひょう", "みはっぴょう"),
        "suppressed": ("非公表", "非公開", "ひとく", "ひこうひょう", "ひこうかい"),
        "not_applicable": ("該当無し", "該当無", "該当せず", "非該当", "がいとうなし", "がいとう無し", "該当ナシ", "ひがいとう"),
        "not_survey_year": ("調査年ではない", "調査なし", "非調査年", "調査対象年でない", "ちょうさねんでない"),
    },
    "correction_kind": {
        "finalised": ("確報値", "かくほう"),
        "miscounted": ("集計ミス", "しゅうけいあやまり"),
        "redefined": ("定義の変更", "ていぎへんこう"),
    },
    "progress": {
        "not_started": ("未実施", "着手前", "みちゃくしゅ"),
        "considering": ("検討", "けんとうちゅう"),
        "on_schedule": ("予定通り", "計画どおり", "計画通り", "順調", "実施中", "よていどおり"),
        "slightly_late": ("やや遅れている", "やや遅延", "ややおくれ"),
        "late": ("遅れている", "遅延", "大幅な遅れ", "おくれ"),
        "done": ("完了済", "完了済み", "終了", "実施済", "実施済み", "達成", "かんりょう"),
    },
    "course": {
        "continue": ("継続実施", "現状維持", "継続する", "けいぞく"),
        "expand": ("拡大", "充実", "拡充する", "かくじゅう"),
        "revise": ("見直す", "改善", "見直しする", "みなおし"),
        "merge": ("統合する", "とうごう"),
        "reduce": ("縮小する", "しゅくしょう"),
        "end": ("廃止", "終了する", "終了予定", "しゅうりょう"),
    },
}  # fmt: skip

#: Marks of release beside a figure or a period, as statistics print them: r is a revised figure, p a provisional one,
#: e an estimate, f a forecast.
_MARKS: Mapping[str, tuple[str, ...]] = {
    "final": ("確", "改定", "改定値", "改訂", "改訂値", "改", "r", "rev", "revised", "final"),
    "provisional": ("速", "暫", "仮集計", "p", "prov", "prelim", "provisional", "preliminary"),
    "forecast": (
        "見", "推", "予", "見通し", "予定", "予測", "予想", "見通し値", "予定値", "予測値", "予想値",
        "e", "f", "est", "estimate", "estimated", "forecast",
    ),
}  # fmt: skip
#: Marks that are words of their own, so that they tell without brackets or a space between.
_LONG = 2

_PLAIN = r"[注※]\d{1,2}|[()「」『』\"'、。,.:;・*※○◯〇◎●■□✓✔☑①②③④⑤!_ -]"
#: What leaves a release word as it is, in hiragana where it is kana. 予定 and 前 are none of these, nor is any date: 確定(12月).
_BESIDE_RELEASE = re.compile(
    rf"{_PLAIN}|注|数値|値|数|版|実績|集計|べーす|段階|公表|です|である|済み?|ずみ|しました|した|している|しています|とする|とします|による|国の?|県の?|調べ"
)
#: When something is, as far as it can stand beside a word for having no value.
WHEN = re.compile(
    r"(?:令和|平成|[rRhH])\.?(?:元|\d{1,2}|[〇一二三四五六七八九十]{1,3})(?:年度?|\.)?(?:[\d一二三四五六七八九十]{1,2}[月.]?)?(?:[\d一二三四五六七八九十]{1,3}日?)?"
    r"|20\d\d(?:年度?|[./-])(?:\d{1,2}[月./-]?)?(?:\d{1,2}日?)?"
)
#: What leaves a reason for having no value as it is: when it will be there, who has not given it, and small words.
_BESIDE_REASON = re.compile(
    rf"{_PLAIN}|注|{WHEN.pattern}|(?<!\d)\d{{1,2}}月(?:\d{{1,2}}日)?|上旬|中旬|下旬|末|頃|ごろ|以降|に|です|である|の?(?:ため|為)"
    r"|による|により|につき|とのこと|状況|状態|現時点|時点|現在|今のところ|まだ|次回|(?:公表|発表|集計|確定)?(?:予定日?|見込み?)|公表|発表|(?:国|県)(?:において|にて|が|の|で|は)?"
    r"|でーた|数値|値|実績|少数|個人情報(?:保護)?|対象(?:者|事業|案件|施設|団体)?(?:が|は)?(?:なし|無し)"
)
_BESIDE = {"release": _BESIDE_RELEASE, "missing_reason": _BESIDE_REASON, "correction_kind": re.compile(rf"{_PLAIN}|です|のため|による|済み?"), "progress": re.compile(rf"{_PLAIN}|です"), "course": re.compile(rf"{_PLAIN}|です|する")}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What a text says of a drop-down: the codes named in it, and what is neither a word of it nor harmless."""

    codes: tuple[str, ...]
    rest: str

    @property
    def code(self) -> str:
        """The one code that is said and nothing else, else empty."""
        return self.codes[0] if len(self.codes) == 1 and not self.rest else ""


def _key(text: str) -> str:
    return hiragana(canonical(text))


@lru_cache(maxsize=8)
def _words(key: str, marks: bool = False) -> Mapping[str, str]:
    """Every folded word of a column with its code; with marks, those of a figure's release too."""
    found = {_key(word): code for code, word in OFFICIAL[key].items()}
    for code, words in _SYNONYMS[key].items():
        found |= {_key(word): code for word in words}
    if marks:
        for code, words in _MARKS.items():
            found |= {_key(word): code for word in words if len(word) >= _LONG}
    return found


def code_of(key: str, text: str) -> str:
    """The code of a drop-down's word, a usual synonym included; empty where it is neither."""
    return _words(key).get(_key(text), "")


@lru_cache(maxsize=4096)
def said(key: str, text: str, *, marks: bool = False) -> Said:
    """What a text says of a column of choices, read whole: 確定（確報） is 確定, 確定待ち leaves 待ち."""
    words = _words(key, marks)
    word = re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))
    rest, codes, folded, at = "", [], _key(text), 0
    while at < len(folded):
        if match := word.match(folded, at):
            codes.append(words[match.group()])
        elif not (match := _BESIDE[key].match(folded, at)) or not match.group():
            rest += folded[at]
            at += 1
            continue
        at = match.end()
    return Said(tuple(dict.fromkeys(codes)), rest)


# --- marks of release -------------------------------------------------------------------------------------------


def release_mark(text: str) -> str:
    """The release that a mark alone means: ``(速)`` without its brackets, ``p``, ``速報値``; empty where it is none."""
    folded = _key(text).strip("()[]・.:※* ")
    short = next((code for code, words in _MARKS.items() if folded in words), "")
    return short or _words("release").get(folded, "")


_SHORT = "|".join(sorted((w for words in _MARKS.values() for w in words), key=len, reverse=True))
_NAMED = "|".join(sorted({w for words in _SYNONYMS["release"].values() for w in words} | set(RELEASE_WORDS.values()), key=len, reverse=True))  # fmt: skip
#: A mark behind a figure or a period, and one before a figure. A letter belongs to no longer word (step, r6).
#: It begins where the spaces before it do: looked for from each of them anew, a cell of spaces would take for ever.
MARK_BEHIND = re.compile(rf"(?<!\s)(?:\s*[.・])?\s*((?:{_NAMED})|(?<![A-Za-z])(?:{_SHORT}))\.?$", re.I)
MARK_BEFORE = re.compile(rf"((?:{_NAMED}|改定|改訂|予定|予測|予想|見通し)(?:値|数)?|[速暫見確推改](?=[.:\s]*[\d(△-]))[.:\s]*(?=\S)|([pref])\s?(?=\d{{3}}|\d+[,.]\d)", re.I)  # fmt: skip


#: The letter of a revised figure: of a final one or of a provisional one, it does not say.
REVISED = re.compile(r"[\s(（〔\[【.・]*r(?:ev|evised)?[\s)）〕\]】.]*", re.I)


def releases_beside(period: str) -> Said:
    """What is said of the release behind a period: in brackets, behind ※, or as its last letters."""
    told = period.partition("※")[2], *re.findall(r"[(（\[［【]([^()（）\[\]［］【】]*)[)）\]］】]", period)
    behind = MARK_BEHIND.search(period)
    marks = [m for m in (*map(release_mark, told), release_mark(behind[1]) if behind else "") if m]
    whole = said("release", WHEN.sub("", canonical(period)), marks=True)
    rest = whole.rest if whole.codes and not marks else ""
    return Said(tuple(dict.fromkeys((*marks, *whole.codes))), re.sub(r"年度?|月|日|時点|現在|頃|[\d~]", "", rest))
