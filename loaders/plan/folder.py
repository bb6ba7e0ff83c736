"""A plan's folder read into :class:`kpi.plan.Plan`, taking what is sound and reporting the rest with its address.

``plan.toml`` holds the text, fields, departments, rounds and words; ``indicators.csv``, ``ownership.csv``,
``initiatives.csv`` and ``assumptions.csv`` one row each of theirs. Only a plan.toml that cannot be read, or that does
not tell the plan's years, leaves no plan at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from kpi.initiatives.initiative import Initiative
from kpi.issue import Issue, Severity
from kpi.plan import (
    Card,
    Department,
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
from loaders.plan.columns import CSV_SHAPES, SCHEME, TOML_SHAPES, Shape, overlap
from loaders.plan.columns import PLAN as PLAN_SHAPE
from loaders.plan.tabular import Record, Row, convert, file_issue, read_csv, read_toml

PLAN_FILE = "plan.toml"

_CARD = ("direction", "kind", "decimals", "cycle_months", "lag_months", "survey_years", "baseline", "baseline_period",
         "target", "target_period", "milestones")  # fmt: skip
_INDICATOR = ("id", "number", "level", "name", "unit", "source", "field_id", "item_id", "definition", "numerator",
              "denominator", "series_id")  # fmt: skip


def plan_folders(data: Path) -> tuple[Path, ...]:
    """The folders under ``data/plans`` that hold a plan, by name."""
    plans = data / "plans"
    return tuple(sorted(path.parent for path in plans.glob(f"*/{PLAN_FILE}"))) if plans.is_dir() else ()


def load_plan(folder: Path) -> tuple[Plan | None, tuple[Issue, ...]]:
    """The plan of a folder (its id is the folder's name), and all that is wrong with its files."""
    tables, issues = read_toml(folder / PLAN_FILE)
    if tables is None:
        return None, tuple(issues)
    head, faults = _single(PLAN_SHAPE, tables)
    issues += faults
    if head["start"] is None or head["end"] is None:
        message = "計画の始まりと終わりが分からないため、この計画は開けません。"
        advice = "[plan] に start と end を FY2024 のように書いてください。"
        return None, (*issues, file_issue("plan.no_years", PLAN_FILE, message, advice))
    if head["end"] < head["start"]:
        message, advice = "計画の終わりが始まりより前です。", "[plan] の start と end を確かめてください。"
        issues.append(tables["plan"][0].issue("plan.period_order", "end", message, advice, Severity.ASK))
    rows, faults = _read_tables(folder, tables)
    issues += faults
    scheme, faults = _scheme(tables)
    issues += faults
    words, faults = _words(tables)
    return _assemble(folder.name, head, rows, scheme, words), (*issues, *faults)


# ---- tables


def _read_tables(folder: Path, tables: Mapping[str, list[Record]]) -> tuple[dict[str, list[Row]], list[Issue]]:
    """Every table's sound rows, each table after those it points to."""
    known = {shape.table for shape in TOML_SHAPES} | {"words"}
    spell = "見出しの綴りを確かめてください。"
    issues = [
        records[0].issue("plan.unknown_table", "", f"[{name}] は使われません。", spell, Severity.ASK)
        for name, records in tables.items()
        if name not in known and records
    ]  # fmt: skip
    rows: dict[str, list[Row]] = {}
    declared: dict[str, set[str]] = {}
    for shape in (*(s for s in TOML_SHAPES if s.key), *CSV_SHAPES):
        records = tables.get(shape.table, [])
        if shape in CSV_SHAPES:
            records, faults = read_csv(folder / shape.file, shape.columns)
            issues += faults
        declared[shape.table] = {str(r.values.get("id", "")).strip() for r in records}
        rows[shape.table], faults = _sound_rows(shape, records, rows, declared)
        issues += faults
    return rows, issues + _unlinked(rows) + _ownerless(rows)


def _sound_rows(
    shape: Shape, records: Sequence[Record], rows: Mapping[str, list[Row]], declared: Mapping[str, set[str]]
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
    shape: Shape, record: Record, row: Row, rows: Mapping[str, list[Row]], declared: Mapping[str, set[str]]
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


#: What an initiative points to beside its item, and how a pointer to nothing is put right.
_LINKS = {"parent_id": "initiative", "refers_to": "initiative", "indicators": "indicator",
          "related_indicators": "indicator", "related_departments": "department"}  # fmt: skip


def _unlinked(rows: Mapping[str, list[Row]]) -> list[Issue]:
    """What initiatives point to and is not there: said, and left out."""
    issues = []
    measured = {row["id"] for row in rows["indicator"]}
    for row in rows["initiative"]:
        if row["id"] in measured:
            message, advice = f"「{row['id']}」は指標の id です。", "取組の id を、指標と違うものにしてください。"
            issues.append(
                Issue("plan.duplicate_id", Severity.FIX, message, advice, "initiatives.csv", value=row["id"], key="id")
            )
        for column, table in _LINKS.items():
            known = {other["id"] for other in rows[table]} - ({row["id"]} if table == "initiative" else set())
            many = isinstance(row[column], tuple)
            named = row[column] if many else (row[column],) if row[column] else ()
            found = tuple(one for one in named if one in known)
            for lost in (one for one in named if one not in known):
                issues.append(_unknown_link(row, column, lost))
            row[column] = found if many else next(iter(found), "")
    return issues


def _unknown_link(row: Row, column: str, lost: str) -> Issue:
    message = f"取組「{row['name']}」の {column} にある「{lost}」という id がありません。"
    return Issue(
        "plan.unknown_reference", Severity.FIX, message,
        "参照先の id と同じ綴りで書いてください。", "initiatives.csv", value=lost, subject_id=row["id"], key=column,
    )  # fmt: skip


def _ownerless(rows: Mapping[str, list[Row]]) -> list[Issue]:
    """Indicators that no department answers for."""
    owned = {row["indicator_id"] for row in rows["ownership"]}
    advice = "ownership.csv に担当部局の行を加えてください。"
    return [
        Issue(
            "plan.no_owner", Severity.ASK, f"指標「{row['name']}」の担当部局がありません。", advice,
            "ownership.csv", subject_id=row["id"], key="indicator_id",
        )
        for row in rows["indicator"]
        if row["id"] not in owned
    ]  # fmt: skip


def _single(shape: Shape, tables: Mapping[str, list[Record]]) -> tuple[Row, list[Issue]]:
    """A table that stands once; defaults for what it does not say."""
    record = next(iter(tables.get(shape.table, [])), Record(shape.file, 1, {}))
    row, issues = convert(record, shape.columns)
    return row, issues + _strange_keys(shape, record)


# ---- the plan


def _scheme(tables: Mapping[str, list[Record]]) -> tuple[Scheme, list[Issue]]:
    row, issues = _single(SCHEME, tables)
    given = {key: value for key in THRESHOLDS if (value := row.pop(key)) is not None}
    scheme = Scheme(**row, thresholds=given)
    method = method_of(scheme)
    own = {t.key for t in method.settable}
    for key in given.keys() - own:
        message = f"{key} は判定方法「{method.word}」では使われません。"
        advice = "判定方法を変えるまで効きません。不要なら消してください。"
        issues.append(tables["scheme"][0].issue("plan.other_threshold", key, message, advice, Severity.ASK))
    if faults := method.faults(scheme):
        issues += [
            tables["scheme"][0].issue(f"plan.{f.kind}", f.key, f"{f.message}既定の値を使っています。", f.advice)
            for f in faults
        ]
        scheme = replace(scheme, thresholds={key: value for key, value in given.items() if key not in own})
    return scheme, issues


def _words(tables: Mapping[str, list[Record]]) -> tuple[dict[str, str], list[Issue]]:
    words: dict[str, str] = {}
    issues: list[Issue] = []
    for record in tables.get("words", []):
        for key, word in record.values.items():
            if isinstance(word, str):
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
        departments=tuple(Department(**row) for row in rows["department"]),
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
