"""What stands around a number in a cell: notes, brackets, words, the unit, the sign; taken off, each with a finding."""

# ruff: noqa: E501 (lists of words read as lists)
from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from kpi.period import Period
from loaders.text.characters import canonical, dressed_digit
from loaders.text.choice_words import MARK_BEFORE, MARK_BEHIND, REVISED, WHEN, release_mark, said
from loaders.text.dates import names_period, read_period
from loaders.text.findings import Finding
from loaders.text.numerals import SCALES, Amount, read_numeral, times


@dataclass(frozen=True)
class Context:
    """What is known of the cell's indicator: it helps to see what is doubtful, never to correct it."""

    unit: str
    history: tuple[float, ...]
    name: str
    release: str
    key: str
    period: Period | None = None

    @property
    def is_percent(self) -> bool:
        """Whether the indicator's unit is %."""
        return bool(unit_keys(self.unit) & PERCENT)


@dataclass
class Draft:
    """A text on its way to a number: what is left of it, and what was found so far."""

    text: str
    findings: list[Finding] = field(default_factory=list)
    release: str = ""
    approximate: bool = False
    has_unit: bool = False

    def cut(self, text: str, *findings: Finding) -> None:
        """Go on with the rest of the text, having found something."""
        self.text = text.strip()
        self.findings.extend(findings)


#: Units of what is counted one by one, so that no indicator in them has a fraction or falls below zero.
COUNTED = ("件", "人", "団体", "機関", "事業所", "事業者", "手続", "枚", "箇所", "校", "台", "回")
#: Columns of what a rate is worked out from; it is counted in no unit that the form names.
PARTS = ("numerator", "denominator")
#: Words a number format may add to a count without changing what is counted: a firm supported is a case (件) of support.
#: 人, 回 and 枚 are none of these: one case may be several persons.
_CASES = ("件", "社", "者", "団体", "機関", "事業所", "事業者", "企業", "法人", "施設", "箇所", "橋", "校", "園", "館", "店", "店舗", "棟", "戸", "基", "台", "組織", "組合", "市町村", "自治体", "手続", "項目", "事業", "工事", "案件", "例", "事例")  # fmt: skip
PERCENT = frozenset({"%", "パーセント", "ぱーせんと", "percent", "pct", "pct."})
_ALIASES = {"名": "人", "か所": "箇所", "カ所": "箇所", "ヶ所": "箇所", "ケ所": "箇所", "ヵ所": "箇所", "個所": "箇所"}
#: What 分子 and 分母 are counted in: a plain word beside a whole number changes nothing. 千人 is none of these.
_COUNTERS = frozenset(
    {
        "件",
        "人",
        "名",
        "団体",
        "機関",
        "事業所",
        "事業者",
        "企業",
        "社",
        "市町村",
        "手続",
        "箇所",
        "か所",
        "校",
        "台",
        "回",
        "橋",
        "項目",
        "施設",
    }
)
BEFORE = re.compile(r"(?:約|およそ|おおよそ|おおむね|概ね|凡そ|ほぼ|大体|だいたい|概算|概数|推計値?|推定値?|最大|最低|最低でも|少なくとも|ca\.?|[≒≈<>≦≧≤≥±])[:\s]*", re.I)  # fmt: skip
AFTER = re.compile(r"(?:以上|以下|未満|超え?|超過|程度|前後|余り?|弱|強|近く|ほど|くらい|ぐらい|位|より(?:多い|少ない)|[+]|\+?α|(?<=[%点万億千円])台)$")  # fmt: skip
_FOOTNOTE = re.compile(r"(?:注|※|\*|注記|脚注)\s?\d{0,2}|[※*]+")
#: Remarks that leave a figure as it is: who counted it and where that stands. What else a remark may say cannot be
#: listed to the end (案, 取消, 全国値), so anything more is asked.
_PLAIN_NOTE = re.compile(
    r"(?:実績値?|数値|値|県|国|市町村|庁内|課内|部内|部局|当課|当部|本課|担当課?|[一-龥ァ-ヶA-Za-z]{1,10}課|調べ|調査|集計|統計|資料|業務|報告書?|台帳|白書|公表|発表"
    r"|現在|時点|年度?|月|日|末|(?:別紙|別添|別表|資料|注|備考)(?:の?とおり|を?参照|に記載)?|参照|詳細は?|から|より|による|の|は|に|を|・|、|。|済み?|確認済み?|決裁済み?)+"
)


def strip(draft: Draft, context: Context) -> None:
    """Take notes, brackets, words and the unit off both ends until nothing more comes off."""
    if (cut := draft.text.find("※")) > 0 and draft.text[cut - 1] != "(":
        _note(draft, draft.text[cut:], draft.text[:cut], context)
    for _ in range(12):
        before = draft.text
        for step in (_strip_bracket, _strip_footnote, _strip_release, _strip_approximate, _strip_unit):
            step(draft, context)
        if draft.text == before:
            return


def _note(draft: Draft, note: str, rest: str, context: Context) -> None:
    inner = note.strip("※()* ")
    if code := release_mark(inner):
        _released(draft, code, note, rest)
        return
    told = said("release", WHEN.sub("", inner), marks=True)
    if told.code and not _other_period(inner, context):
        _released(draft, told.code, note, rest)
        return
    harmless = _FOOTNOTE.fullmatch(note.strip("()")) or not inner
    bare = WHEN.sub("", inner)
    risky = not harmless and (
        told.codes
        or not _PLAIN_NOTE.fullmatch(canonical(bare) or "値")
        or re.search(r"\d|[一二三四五六七八九十]", bare)
        or dressed_digit(inner)
        or _other_period(inner, context)
    )
    draft.cut(rest, Finding("number.note_matters" if risky else "number.note_ignored", note))


def _other_period(note: str, context: Context) -> bool:
    """Whether a note says another period than the return gives: 1,278(R5年度) is last year's value."""
    if context.period is None or not WHEN.search(note):
        return False
    return read_period(note, expected=context.period).period != context.period


def _released(draft: Draft, code: str, written: str, rest: str) -> None:
    if draft.release not in ("", code):
        draft.cut(rest, Finding("number.note_matters", written))  # 437(速)(確)
        return
    draft.release = code
    revised = Finding("number.revised_mark", written) if REVISED.fullmatch(written) else None
    draft.cut(rest, revised or Finding("number.release_in_cell", written))


def _strip_bracket(draft: Draft, context: Context) -> None:
    match = re.fullmatch(r"(.*[^\s(].*)\(([^()]*)\)", draft.text) or re.fullmatch(r"\(([^()\d]*)\)(.+)", draft.text)
    if not match:
        return
    rest, inner = match.groups() if draft.text.endswith(")") else (match[2], match[1])
    if canonical(inner) in unit_keys(context.unit):
        draft.has_unit = True
        draft.cut(rest, Finding("number.unit_ignored", f"({inner})"))
    elif AFTER.fullmatch(inner) or BEFORE.fullmatch(inner):
        draft.approximate = True
        draft.cut(rest, Finding("number.approximate", inner))
    elif not re.fullmatch(r"[-△+]?[\d,. ]+.?", inner):
        _note(draft, f"({inner})", rest, context)


def _strip_footnote(draft: Draft, context: Context) -> None:
    match = re.search(r"(?:\s*\(?注\s?\d{0,2}\)?|\s+\*\d{0,2}|\*+)$", draft.text)
    if match and match.start():
        draft.cut(draft.text[: match.start()], Finding("number.note_ignored", match.group().strip()))


def _strip_release(draft: Draft, context: Context) -> None:
    if match := MARK_BEFORE.match(draft.text):
        _released(draft, release_mark(match[1] or match[2]), match.group().strip(), draft.text[match.end() :])
    if any(canonical(draft.text).endswith(key) for key in unit_keys(context.unit)):
        return  # the e of t-CO2e is no mark
    if (match := MARK_BEHIND.search(draft.text)) and match.start():
        _released(draft, release_mark(match[1]), match.group().strip(), draft.text[: match.start()])


def _strip_approximate(draft: Draft, context: Context) -> None:
    if (match := BEFORE.match(draft.text)) and match.end() < len(draft.text):
        draft.approximate = True
        draft.cut(draft.text[match.end() :], Finding("number.approximate", match.group().strip()))
    if canonical(draft.text[-1:]) in unit_keys(context.unit):
        return
    if (match := AFTER.search(draft.text)) and match.start():
        draft.approximate = True
        draft.cut(draft.text[: match.start()], Finding("number.approximate", match.group()))


def _strip_unit(draft: Draft, context: Context) -> None:
    keys = unit_keys(context.unit)
    if context.key in PARTS and not context.unit:
        keys = _COUNTERS
    if not keys or draft.has_unit:
        return
    text = draft.text.removesuffix("。")
    for start in range(1, len(text)):
        if canonical(text[start:]) in keys and re.search(r"\d|[〇一二三四五六七八九十百千万億兆]", text[:start]):
            draft.has_unit = True
            draft.cut(text[:start], Finding("number.unit_ignored", text[start:].strip()))
            return
    if re.match(r"[¥\\]\s?[\d△-]", text) and "円" in context.unit:
        draft.cut(text[1:], Finding("number.unit_ignored", "¥"))


def unit_keys(unit: str) -> frozenset[str]:
    """Every folded way of writing a unit."""
    word = canonical(unit)
    if not word:
        return frozenset()
    words = {word, re.sub(r"\([^()]*\)", "", word)}
    if words & PERCENT:
        words |= PERCENT
    words |= {a for a, b in _ALIASES.items() if b in words} | {_ALIASES[w] for w in words if w in _ALIASES}
    return frozenset(words - {""})


def same_count(word: str, unit: str) -> bool:
    """Whether a word of a number format counts what the unit counts: 社 beside 件, but no 千件, 人 or 円."""
    case, counted = canonical(word), unit_keys(unit)
    return case in _CASES and "件" in counted | {case} and not counted.isdisjoint(_CASES)


def is_percent_word(word: str) -> bool:
    """Whether a word means %."""
    return canonical(word) in PERCENT


# --- sign, numeral, foreign unit -------------------------------------------------------------------------------


def find_amount(draft: Draft, context: Context) -> Amount | None:
    """The number left after stripping; None where the text is not wholly understood."""
    text = draft.text.removesuffix("。") if re.search(r"\d。$", draft.text) else draft.text
    if text != draft.text:
        draft.findings.append(Finding("number.trailing_dot"))
    sign, body, notes = _sign(text)
    amount = read_numeral(body)
    if amount is None and body:
        amount = _with_foreign_unit(body, draft, context)
    elif amount:
        amount = _unit_scale(amount, body, draft, context)
    if amount is None:
        return None
    if sign and not any(amount.values):
        draft.findings.append(Finding("number.zero_sign", text))
        return Amount((Decimal(0),), amount.findings, amount.grouped, amount.scaled)
    draft.findings.extend(notes)
    return signed(sign, amount)


def _sign(text: str) -> tuple[str, str, tuple[Finding, ...]]:
    match = re.match(r"([-+△▼▽])(\s*)(?=[\d.])", text)
    if not match:
        return "", text, ()
    mark, gap = match.groups()
    code = {"-": "minus_sign", "+": "plus_sign", "△": "triangle"}.get(mark, "triangle_down")
    notes = [Finding(f"number.{code}", mark)]
    if gap and mark == "-":
        notes.append(Finding("number.sign_apart"))
    return mark + ("?" if gap and mark == "-" else ""), text[match.end() :], tuple(notes)


def signed(sign: str, amount: Amount) -> Amount:
    """The amount with its sign; a doubtful sign gives both."""
    if sign in ("", "+"):
        return amount
    negative = tuple(v.copy_negate() for v in amount.values)
    values = negative if sign in ("-", "△") else (*negative, *amount.values)
    return Amount(values, amount.findings, amount.grouped, amount.scaled)


def scale_of(unit: str) -> tuple[int, str]:
    """``千円`` → 1000, ``円``."""
    word = canonical(unit)
    for scale in sorted(SCALES, key=len, reverse=True):
        if word.startswith(scale) and len(word) > len(scale):
            return SCALES[scale], word[len(scale) :]
    return 1, word


_MYRIADS = (10**4, 10**8, 10**12)


def _unit_scale(amount: Amount, body: str, draft: Draft, context: Context) -> Amount:
    """万 in the number beside 千円 as the unit: both readings; 千 alone may be meant as the unit."""
    factor, _ = scale_of(context.unit)
    value = amount.values[0]
    if factor > 1 and amount.scaled:
        asked = tuple(f for f in amount.findings if f.code != "number.scale")
        return Amount(_either(value, value, factor, scaled=True), (*asked, Finding("number.scale", body)), scaled=True)
    if any(f.code == "number.scale" for f in amount.findings):
        lone = re.fullmatch(r"([\d,.]+)([百千])", body)
        if lone and (bare := read_numeral(lone[1])):
            return Amount((value, *bare.values), amount.findings, scaled=True)
    return amount


def _either(value: Decimal, written: Decimal, factor: int, *, scaled: bool) -> tuple[Decimal, ...]:
    """A value told in the unit's own scale, or as it is written; nobody counts 万 or 億 in a figure of 億円."""
    told = divided(value, factor)
    return (told,) if scaled and factor in _MYRIADS else (told, written)


def divided(value: Decimal, factor: int) -> Decimal:
    """The exact quotient by a power of ten."""
    return times(value, Decimal(1).scaleb(1 - len(str(factor))))


def _with_foreign_unit(body: str, draft: Draft, context: Context) -> Amount | None:
    """A number and then something that is not the indicator's unit."""
    _, _, per = canonical(context.unit).partition("/")
    if per and canonical(body).endswith(f"/{per}"):
        body = body[: body.rindex("/")]
    match = re.fullmatch(r"([\d,.]*\d(?:[\d,.百千万億兆]*\d)?[百千万億兆]{0,2}\.?)\s*([^\d\s].{0,7})", body)
    if not match or re.search(r"[\d〇一二三四五六七八九十~/・、,-]", match[2]):
        return None
    head, tail = match[1], match[2].strip()
    amount = read_numeral(head)
    if amount is None or draft.has_unit or dressed_digit(tail) or tail in "年月日" or names_period(body):
        return None
    factor, base = scale_of(context.unit)
    other_factor, other_base = scale_of(tail)
    if context.unit and other_base in (base, base.partition("/")[0]):
        value = times(amount.values[0], other_factor)
        alternatives = _either(value, amount.values[0], factor, scaled=amount.scaled)
        kept = tuple(f for f in amount.findings if f.code not in ("number.scale", "number.kanji_scale"))
        return Amount(alternatives, (*kept, Finding("number.scale", body)), scaled=True)
    if tail == "割" and context.is_percent:
        return Amount((times(amount.values[0], 10),), (Finding("number.unit_differs", tail),))
    wrong = context.unit and (is_percent_word(tail) or tail in ("‰", "$", "ドル") or context.is_percent)
    if wrong and canonical(tail) not in ("ポイント", "pt", "%ポイント"):
        draft.findings.append(Finding("number.unit_wrong", tail))
    else:
        draft.findings.append(Finding("number.unit_differs", tail))
    return amount
