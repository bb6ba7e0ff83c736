"""Several files of one department in one batch: the same is taken once, of versions none before one is chosen."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from kpi.collection.acts import Act
from kpi.collection.workflow import Reading
from kpi.issue import Issue, Severity
from loaders import settings
from loaders.cli import commands
from loaders.services import intake
from loaders.services.batch_versions import SAME_ANSWERS, VERSIONS, Copy, sifted
from loaders.services.intake import Taken, send_returns, take_files, take_uploads
from loaders.store import Receipt
from tests.factory import COUNT, POLICY, RATE, ROUND, TOTAL, TRADE, filled_form, tiny_answers, tiny_plan
from tests.loaders.cli.kit import NOW, run
from tests.loaders.cli.kit import form as real
from tests.samplekit import MERE, with_files
from tests.storekit import answer, later, new_store, reading

PLAN = tiny_plan()


@pytest.fixture
def store(tmp_path: Path):
    return new_store(tmp_path / "store")


def form(value: float = 1250.0, department: str = TRADE, **more: object) -> bytes:
    said = tiny_answers()
    said[COUNT] |= {"value": value} | more
    said[TOTAL] |= {"value": 5.0}
    return filled_form(said, department=department)


def saved_again(data: bytes) -> bytes:
    """The same answers in other bytes, as another program saves them."""
    out = io.BytesIO()
    load_workbook(io.BytesIO(data)).save(out)
    return out.getvalue()


def load(store, *files: tuple[str, bytes], send: bool = True) -> list[Taken]:
    how = {"act": Act("x", later(1))}
    taken = list(take_files(store, files, snapshot=store.snapshot("tiny"), **how))
    return send_returns(store, taken, **how) if send else taken


def codes(one: Taken) -> list[str]:
    return [i.code for i in one.issues if i.code.startswith("intake")]


def states(store) -> list[tuple[str, str]]:
    return [(r.filename, r.state) for r in store.snapshot("tiny").submissions.itertuples()]


# --- files ---


def test_versions_are_asked_about_and_none_is_kept_or_sent(store):
    files = (("回答.xlsx", form()), ("回答_修正版.xlsx", form(1260.0)), ("旧/回答.xlsx", form(1240.0)))
    taken = load(store, *files)
    assert states(store) == []
    assert [codes(t) for t in taken] == [[VERSIONS]] * 3
    assert all(t.aside and t.saved is None and t.sent is None for t in taken)
    (asked,) = {i.message for t in taken for i in t.issues if i.code == VERSIONS}
    assert all(name in asked for name, _ in files)
    assert "「県内企業のデジタル化・DX支援件数」の今回の値: 1250 ⇔ 1260 ⇔ 1240。" in asked
    (chosen,) = load(store, files[1])
    assert isinstance(chosen.sent, Receipt)
    assert states(store) == [("回答_修正版.xlsx", "sent")]
    assert store.verify() == ()


def test_versions_are_found_though_dozens_of_files_lie_between_them(store, monkeypatch):
    monkeypatch.setattr(intake, "_BATCH", 2)
    others = [(f"{n}.xlsx", b"no workbook") for n in range(5)]
    taken = load(store, ("a.xlsx", form()), ("p.xlsx", filled_form()), *others, ("z.xlsx", form(9.0)))
    assert [t.filename for t in taken if VERSIONS in codes(t)] == ["a.xlsx", "z.xlsx"]
    assert [name for name, _ in states(store)] == ["p.xlsx"]
    assert [t.filename for t in taken] == ["a.xlsx", "p.xlsx", *(n for n, _ in others), "z.xlsx"]


@pytest.mark.parametrize("again", [lambda data: data, saved_again], ids=["bytes", "answers"])
def test_the_same_answers_are_taken_once_and_told_of_the_others(store, again):
    taken = load(store, ("a.xlsx", form()), ("写し/a.xlsx", again(form())), ("p.xlsx", filled_form(department=POLICY)))
    assert [codes(t) for t in taken] == [[], [SAME_ANSWERS], []]
    assert taken[0].sent is not None
    assert taken[1].saved.duplicate_of == taken[0].saved.submission_id
    assert taken[1].open == taken[1].unsent == ()
    assert [name for name, _ in states(store)] == ["a.xlsx", "p.xlsx"]


def test_a_correction_of_what_was_sent_before_the_batch_is_no_version(store):
    load(store, ("a.xlsx", form()))
    (second,) = load(store, ("b.xlsx", form(1260.0)))
    assert codes(second) == []
    assert [name for name, _ in states(store)] == ["a.xlsx", "b.xlsx"]


def test_a_draft_from_before_stays_as_it_is_while_versions_are_asked_about(store):
    load(store, ("a.xlsx", form()), send=False)
    load(store, ("b.xlsx", form(1.0)), ("c.xlsx", form(2.0)))
    assert states(store) == [("a.xlsx", "draft")]


# --- what differs ---


def told(*readings: Reading) -> list[Issue | Copy | None]:
    return sifted([(f"{n}.xlsx", one) for n, one in enumerate(readings)], PLAN)


def rate(**said: float | str | None) -> Reading:
    return reading(answer(RATE, **{"value": 65.0, "period": "FY2024", **said}))


def test_many_differences_are_shortened_and_stand_in_the_form_s_order():
    texts = {"analysis": "増えた。" * 30, "actions": "続ける。", "evidence": "資料1", "section": "一課"}
    first, second = told(rate(**texts), rate(value=66.0, **dict.fromkeys(texts, "別")))
    assert first == second
    words = first.message
    assert words.index("今回の値: 65.0 ⇔ 66.0") < words.index("要因分析") < words.index("ほか2欄")
    assert "要因分析: 増えた。増えた。増えた。増えた。増えた… ⇔ 別" in words


def test_a_copy_among_versions_is_named_beside_what_it_is_a_copy_of():
    first, second, third = told(rate(), rate(value=66.0), rate())
    assert first == second == third
    assert "内容の違うファイルが2つあります: 0.xlsx(同じ内容: 2.xlsx)、1.xlsx。" in first.message
    assert first.message.count("⇔") == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"value": 65.0}, {"value": 65.0, "analysis": ""}),
        ({"analysis": "増えた。"}, {"analysis": "増えた。\n"}),
        ({"analysis": None}, {}),
    ],
    ids=["empty text", "a line end", "an empty cell"],
)
def test_what_says_nothing_makes_no_version(one, other):
    first, second = told(rate(**one), rate(**other))
    assert first is None
    assert isinstance(second, Copy)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ({"value": None, "missing_reason": "unpublished"}, {}, "今回の値: 空欄 ⇔ 65.0"),
        ({"evidence": "資料1"}, {"evidence": "資料2"}, "根拠資料: 資料1 ⇔ 資料2"),
        ({"period": "FY2023"}, {}, "FY2023 ⇔ FY2024"),
    ],
    ids=["a reason", "a source", "a period"],
)
def test_each_kind_of_answer_can_differ(one, other, said):
    first, second = told(rate(**one), rate(**other))
    assert first == second
    assert (first.severity, first.code) == (Severity.ASK, VERSIONS)
    assert said in first.message


def test_a_question_that_only_one_of_them_raises_is_a_difference():
    doubt = Issue("x.y", Severity.ASK, "?", subject_id=RATE, key="value")
    first, second = told(rate(), replace(rate(), issues=(doubt,)))
    assert first == second
    assert "今回の値の要確認・要修正" in first.message
    note = replace(doubt, severity=Severity.NOTE)
    assert told(rate(), replace(rate(), issues=(note,)))[0] is None


def test_other_rounds_departments_and_divisions_are_other_places():
    one = rate()
    others = [replace(one, division_id="dx"), replace(one, department_id=TRADE), replace(one, round_id="targets")]
    changed = [replace(o, answers=rate(value=float(n)).answers) for n, o in enumerate(others)]
    assert told(one, *changed) == [None] * 4


# --- a zip, files beside it, the page, the command line ---


def zipped(*files: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def put_in(store, *files: tuple[str, bytes], department: str = TRADE) -> list[Taken]:
    here = {"round_id": ROUND, "department_id": department}
    return [t for t, _ in take_uploads(store, files, snapshot=store.snapshot("tiny"), **here, act=Act("x", later(1)))]


def test_a_zip_and_a_file_beside_it_are_one_batch(store):
    taken = put_in(store, ("a.zip", zipped(("旧\\a.xlsx", form()))), ("a.xlsx", form(1.0)))
    assert [(t.filename, t.aside, codes(t)) for t in taken] == [
        ("a.zip/旧/a.xlsx", True, [VERSIONS]),
        ("a.xlsx", True, [VERSIONS]),
    ]
    assert states(store) == []


def test_another_department_s_form_put_in_twice_is_put_aside_once(store):
    taken = put_in(store, ("a.xlsx", form()), ("b.xlsx", saved_again(form())), department=POLICY)
    assert [(t.aside, codes(t)) for t in taken] == [(True, []), (False, [SAME_ANSWERS])]
    assert states(store) == []


def test_the_command_says_how_they_differ_and_answers_with_one(tmp_path, monkeypatch):
    data = with_files(tmp_path / "data", *MERE)
    monkeypatch.setattr(settings, "now", lambda: NOW)
    folder = tmp_path / "in"
    (folder / "旧").mkdir(parents=True)
    (folder / "回答.xlsx").write_bytes(real(data))
    (folder / "回答_修正版.xlsx").write_bytes(real(data, value=41.0))
    (tmp_path / "まとめ.zip").write_bytes(zipped(("旧/回答.xlsx", real(data, value=42.0))))
    given = ("load", folder, tmp_path / "まとめ.zip", "--send")
    code, out = run(data, *given, "--json")
    files = json.loads(out)["files"]
    assert code == commands.LOOK
    assert [(f["sent"], f["submission"], f["issues"][-1]["code"]) for f in files] == [(False, None, VERSIONS)] * 3
    code, out = run(data, *given)
    assert code == commands.LOOK
    assert out.count("未取込(要選択)") == 3
    assert "40 ⇔ 41 ⇔ 42" in out
    assert run(data, "load", folder / "回答_修正版.xlsx", "--send")[0] == commands.GOOD
