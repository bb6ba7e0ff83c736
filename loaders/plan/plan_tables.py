"""The tables of a plan, wherever they stand, made into :class:`kpi.plan.Plan`: what is sound taken, the rest reported.

A table is rows with an address (:class:`~loaders.plan.tabular.Record`) of the shapes of :mod:`loaders.plan.columns`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import compress

from kpi.initiatives.initiative import Initiative
from kpi.initiatives.self_evaluation import ASPECT_KEYS, EVALUATION_KEYS, Grade, SelfEvaluation
from kpi.issue import Issue, Severity
from kpi.plan import (
    Card,
    Department,
    Division,
    Field,
    Indicator,
    Item,
    Ownership,
    Plan,
    Priority,
    Round,
    Scheme,
    Section,
    Stance,
)
from kpi.schemes import THRESHOLDS, method_of
from loaders.form.definition import columns_for, heading_words
from loaders.plan.columns import (
    CSV_SHAPES,
    GRADE,
    SCHEME,
    SELF_EVALUATION,
    TOML_SHAPES,
    WORDS,
    Shape,
    overlap,
)
from loaders.plan.columns import PLAN as PLAN_SHAPE
from loaders.plan.links.table_links import ownerless, row_key, strange_continuation, unlinked
from loaders.plan.tabular import Record, Row, convert, file_issue
from loaders.text.characters import canonical

#: Gives the rows of a table, and what is wrong with where they stand.
Records = Callable[[Shape], tuple[list[Record], list[Issue]]]

_CARD = ("direction", "kind", "decimals", "cycle_months", "lag_months", "survey_years", "baseline", "baseline_period",
         "target", "target_period", "milestones", "dropped_on")  # fmt: skip
_INDICATOR = ("id", "number", "level", "name", "unit", "source", "field_id", "item_id", "definition", "numerator",
              "denominator", "series_id", "continues")  # fmt: skip


def plan_of(plan_id: str, records: Records) -> tuple[Plan | None, list[Issue]]:
    """The plan that the tables tell, None where they do not tell its years; and all that is wrong with them."""
    heads, issues = records(PLAN_SHAPE)
    head, faults = _single(PLAN_SHAPE, heads)
    issues += faults
    if head["start"] is None or head["end"] is None:
        message = "計画の始まりと終わりが分からないため、この計画は開けません。"
        advice = "[plan] に start と end を FY2024 のように書いてください。"
        return None, [*issues, file_issue("plan.no_years", PLAN_SHAPE.file, message, advice)]
    if head["end"] < head["start"]:
        message = "計画の終わりが始まりより前です。始まりの年度だけの計画として開きます。"
        advice = "[plan] の start と end を確かめてください。"
        issues.append(heads[0].issue("plan.period_order", "end", message, advice))
        head["end"] = head["start"]
    rows, faults = _read_tables(plan_id, records)
    issues += faults
    scheme, faults = _scheme(records(SCHEME)[0])
    issues += faults
    evaluation, faults = _evaluation(records, rows[GRADE.table])
    issues += faults
    words, faults = _words(records(WORDS)[0])
    plan = replace(_assemble(plan_id, head, rows, scheme, words), self_evaluation=evaluation)
    return plan, [*issues, *faults]


# ---- tables


def _read_tables(plan_id: str, read: Records) -> tuple[dict[str, list[Row]], list[Issue]]:
    """Every table's sound rows, each table after those it points to."""
    issues: list[Issue] = []
    rows: dict[str, list[Row]] = {}
    found: dict[str, dict[str, Record]] = {}
    for shape in (*(s for s in TOML_SHAPES if s.key), *CSV_SHAPES):
        records, faults = read(shape)
        issues += faults
        found[shape.table] = {row_key(shape, r.values): r for r in reversed(records)}
        rows[shape.table], faults = _sound_rows(shape, records, rows, found)
        issues += faults
    issues += [*unlinked(rows, found), *strange_continuation(plan_id, rows, found), *ownerless(rows)]
    return rows, issues


def _sound_rows(
    shape: Shape, records: Sequence[Record], rows: Mapping[str, list[Row]], declared: Mapping[str, Mapping[str, Record]]
) -> tuple[list[Row], list[Issue]]:
    """The rows of one table that may be used, and what is wrong with the others."""
    sound: list[Row] = []
    issues: list[Issue] = []
    seen: dict[tuple[object, ...], Record] = {}
    for record in records:
        row, faults = convert(record, shape.columns)
        faults += _strange_keys(shape, record)
        if not _has_fix(faults):
            broken, lost = _references(shape, record, row, rows, declared)
            faults += broken
            faults += _rules(shape, record, row) + _repeated(shape, record, row, seen, sound)
            if not lost and not _has_fix(faults):
                sound.append(row)
        issues += faults
    return sound, issues


def _has_fix(issues: Sequence[Issue]) -> bool:
    return any(issue.severity is Severity.FIX for issue in issues)


def _strange_keys(shape: Shape, record: Record) -> list[Issue]:
    """Keys of a TOML table that nobody reads: usually misspelt ones. A CSV's are told once, by its heading."""
    if not record.file.endswith(".toml"):
        return []
    known = {column.key for column in shape.columns}
    advice = "綴りを確かめてください。不要なら消してください。"
    return [
        record.issue("plan.unknown_column", key, f"{key} は使われません。", advice, Severity.ASK)
        for key in record.values
        if key not in known
    ]


def _references(
    shape: Shape, record: Record, row: Row, rows: Mapping[str, list[Row]], declared: Mapping[str, Mapping[str, Record]]
) -> tuple[list[Issue], bool]:
    """Whether the row points to something that is not there, and the issues that say so."""
    issues: list[Issue] = []
    lost = False
    for column, table in (shape.references or {}).items():
        wanted = row[column]
        target = next((r for r in rows[table] if r["id"] == wanted), None)
        if not wanted:
            continue
        if target is None:
            lost = True
            if wanted not in declared[table]:
                advice = "参照先の id と同じ綴りで書いてください。"
                message = f"「{wanted}」という id がありません。"
                issues.append(record.issue("plan.unknown_reference", column, message, advice))
            elif not shape.follows:
                message = f"参照先の「{wanted}」に直すべきところがあるため、この行も使っていません。"
                advice = "先に参照先の行を直してください。"
                issues.append(record.issue("plan.broken_reference", column, message, advice))
        elif column == "item_id" and row.get("field_id") not in (None, target["field_id"]):
            message = f"項目「{wanted}」は、この行の分野に属していません。"
            advice = "field_id と item_id の組合せを確かめてください。"
            issues.append(record.issue("plan.item_field", column, message, advice))
    return issues, lost


def _rules(shape: Shape, record: Record, row: Row) -> list[Issue]:
    return [
        record.issue(rule.code, rule.column, rule.message, rule.advice, rule.severity)
        for rule in shape.rules
        if rule.wrong(row)
    ]


def _repeated(
    shape: Shape, record: Record, row: Row, seen: dict[tuple[object, ...], Record], sound: Sequence[Row]
) -> list[Issue]:
    """A key used before, or (ownership) an indicator that two rows give away on the same day."""
    key = tuple(row[k] for k in shape.key)
    first = seen.setdefault(key, record) if key else record
    if first is not record:
        message = f"「{'・'.join(map(str, key))}」は{first.line}行に既にあります。"
        return [record.issue("plan.duplicate_id", shape.key[-1], message, "一方の id を直すか、行を消してください。")]
    if shape.table != "ownership":
        return []
    span = (row["valid_from"], row["valid_to"])
    whose = ("indicator_id", "initiative_id")
    others = (r for r in sound if all(r[k] == row[k] for k in whose))
    if any(overlap(span, (other["valid_from"], other["valid_to"])) for other in others):
        message = "同じ指標か取組の担当が、同じ日に2つあります。"
        advice = "前の担当の valid_to と次の担当の valid_from が重ならないようにしてください。"
        return [record.issue("plan.overlap", "valid_from", message, advice)]
    return []


def _single(shape: Shape, records: Sequence[Record]) -> tuple[Row, list[Issue]]:
    """A table that stands once; defaults for what it does not say."""
    record = next(iter(records), Record(shape.file, 1, {}))
    row, issues = convert(record, shape.columns)
    return row, issues + _strange_keys(shape, record)


# ---- the plan


def _scheme(records: Sequence[Record]) -> tuple[Scheme, list[Issue]]:
    row, issues = _single(SCHEME, records)
    given = {key: value for key in THRESHOLDS if (value := row.pop(key)) is not None}
    scheme = Scheme(**row, thresholds=given)
    method = method_of(scheme)
    own = {t.key for t in method.settable}
    for key in given.keys() - own:
        message = f"{key} は判定方法「{method.word}」では使われません。"
        advice = "判定方法を変えるまで効きません。不要なら消してください。"
        issues.append(records[0].issue("plan.other_threshold", key, message, advice, Severity.ASK))
    if faults := method.faults(scheme):
        issues += [
            records[0].issue(f"plan.{f.kind}", f.key, f"{f.message}既定の値を使っています。", f.advice) for f in faults
        ]
        scheme = replace(scheme, thresholds={key: value for key, value in given.items() if key not in own})
    return scheme, issues


def _evaluation(read: Records, rows: Sequence[Row]) -> tuple[SelfEvaluation | None, list[Issue]]:
    """The plan's self-evaluation, None where it has no name; what cannot be told apart in a form is left out."""
    records, grades = read(SELF_EVALUATION)[0], read(GRADE)[0]
    row, issues = _single(SELF_EVALUATION, records)
    if not row["name"]:
        written = [record for record in (*records, *grades) if any(record.values.values())]
        message = "自己評価の段階か観点がありますが、自己評価の名称がないため、たずねません。"
        advice = "[self_evaluation] の name に「自己評価」などと書いてください。"
        return None, issues + [one.issue("plan.unnamed_evaluation", "name", message, advice) for one in written[:1]]
    head = records[0]
    if canonical(row["name"]) in _other_headings():
        message = f"自己評価の名称「{row['name']}」は、取組の見直しの様式の別の欄の名前のため、たずねません。"
        advice = "「自己評価」など、ほかの欄と違う名称にしてください。"
        return None, [*issues, head.issue("plan.taken_heading", "name", message, advice)]
    if len(row["aspects"]) > len(ASPECT_KEYS):
        message = f"自己評価の観点は{len(ASPECT_KEYS)}つまでです。{len(ASPECT_KEYS)}つめまでをたずねます。"
        issues.append(head.issue("plan.many_aspects", "aspects", message, "まとめるか、減らしてください。"))
    if len(rows) == 1:
        message = "自己評価の段階が1つだけです。"
        issues.append(grades[0].issue("plan.lone_grade", "word", message, "ほかの段階も書いてください。", Severity.ASK))
    aspects, twice = _apart(row["aspects"])
    issues += [head.issue("plan.repeated_word", "aspects", *_same(one)) for one in twice]
    words, twice = _apart([one["word"] for one in rows])
    by_word = {row_key(GRADE, one.values): one for one in grades}
    issues += [by_word[one].issue("plan.repeated_word", "word", *_same(one)) for one in twice]
    kept = tuple(Grade(**one) for one in rows if one["word"] in words)
    return SelfEvaluation(**{**row, "aspects": aspects[: len(ASPECT_KEYS)]}, grades=kept), issues


def _other_headings() -> frozenset[str]:
    """What the form of a half-year calls its other columns."""
    found = (heading_words(c) for c in columns_for("initiatives") if c.key not in EVALUATION_KEYS)
    return frozenset(canonical(text) for text in found)


def _apart(words: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words that a reader can tell apart, whatever their width and case, and those that are one of these again."""
    keys = [canonical(one) for one in words]
    first = [keys.index(key) == place for place, key in enumerate(keys)]
    return tuple(compress(words, first)), tuple(compress(words, (not one for one in first)))


def _same(word: str) -> tuple[str, str]:
    message = f"「{word}」は、全角・半角や大文字・小文字を分けなければ同じ語が既にあるため、使いません。"
    return message, "別の語にしてください。"


def _words(records: Sequence[Record]) -> tuple[dict[str, str], list[Issue]]:
    words: dict[str, str] = {}
    issues: list[Issue] = []
    for record in records:
        for key, word in record.values.items():
            if isinstance(word, str) and words.get(key, word) != word:
                message = f"「{key}」の語が2つあります(「{words[key]}」と「{word}」)。"
                issues.append(record.issue("plan.duplicate_id", key, message, "一方の行を消してください。"))
            elif isinstance(word, str):
                words[key] = word
            else:
                advice = '鍵 = "語" の形で書いてください。'
                issues.append(record.issue("plan.not_words", key, "用語は文字で書きます。", advice))
    return words, issues


def _assemble(plan_id: str, head: Row, rows: Mapping[str, list[Row]], scheme: Scheme, words: dict[str, str]) -> Plan:
    assumed: dict[str, dict[str, str]] = {"": {}, **{row["id"]: {} for row in rows["indicator"]}}
    for row in rows["assumption"]:
        assumed[row["indicator_id"]][row["column"]] = row["reason"]
    return Plan(
        **{**head, "id": plan_id, "name": head["name"] or plan_id},
        priorities=tuple(Priority(**row) for row in rows["priority"]),
        fields=_fields(rows),
        departments=tuple(Department(**row, divisions=_divisions(rows, row["id"])) for row in rows["department"]),
        ownerships=tuple(_ownership(row) for row in rows["ownership"]),
        indicators=tuple(
            Indicator(**{k: row[k] for k in _INDICATOR}, assumptions=assumed[row["id"]]) for row in rows["indicator"]
        ),
        cards=tuple(_card(row) for row in rows["indicator"]),
        rounds=tuple(Round(**row) for row in rows["round"]),
        scheme=scheme,
        words=words,
        stances=tuple(Stance(**row) for row in rows["stance"]),
        sections=tuple(Section(**row) for row in rows["section"]),
        initiatives=tuple(Initiative(**row) for row in rows["initiative"]),
        assumptions=assumed[""],
    )


def _divisions(rows: Mapping[str, list[Row]], department_id: str) -> tuple[Division, ...]:
    own = (row for row in rows["division"] if row["department_id"] == department_id)
    return tuple(Division(**{k: v for k, v in row.items() if k != "department_id"}) for row in own)


def _ownership(row: Row) -> Ownership:
    subject = row["indicator_id"] or row["initiative_id"]
    return Ownership(subject, row["department_id"], row["valid_from"], row["valid_to"])


def _fields(rows: Mapping[str, list[Row]]) -> tuple[Field, ...]:
    def items(field_id: str) -> tuple[Item, ...]:
        own = (row for row in rows["item"] if row["field_id"] == field_id)
        return tuple(Item(**row, policies=policies(row["id"])) for row in own)

    def policies(item_id: str) -> tuple[str, ...]:
        return tuple(r["name"] for r in rows["initiative"] if r["item_id"] == item_id and not r["parent_id"])

    return tuple(
        Field(**{**row, "short": row["short"] or row["name"]}, items=items(row["id"])) for row in rows["field"]
    )


def _card(row: Row) -> Card:
    band = (row["band_low"], row["band_high"])
    return Card(indicator_id=row["id"], version=1, band=band, **{k: row[k] for k in _CARD})
