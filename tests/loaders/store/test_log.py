"""The log: chained by hash, told in words; whatever was changed, added or taken out later is found."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest

from kpi.collection.acts import Act
from kpi.collection.reorganisation import move_indicators, rename, set_divisions
from kpi.collection.workflow import Mend, Question
from kpi.period import Period
from kpi.place import Place
from kpi.plan import Division, Plan, Round
from loaders.store import Rule, Store
from loaders.store.audit.log_table import in_words
from tests.factory import AGRI, COUNT, PAPER, POLICY, RATE, ROUND, TRADE, tiny_plan
from tests.storekit import AT, answer, do, figures, later, new_store, reading, save_and_send, save_return, send


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return new_store(tmp_path)


@pytest.fixture
def busy(tmp_path: Path) -> Store:
    """A store with a mended and sent return, a discarded draft, and a sample; made once and copied."""
    store = Store(tmp_path / "kpi.duckdb")
    store.path.write_bytes(_made_busy())
    return store


@cache
def _made_busy() -> bytes:
    with TemporaryDirectory() as folder:
        store = new_store(Path(folder))
        _fill(store)
        assert store.verify() == ()
        return store.path.read_bytes()


def _fill(store: Store) -> None:
    said = answer(RATE, value=65.0, period="FY2024", release="final")
    first = save_return(store, reading(said), b"1", "回答.xlsx", by="青森 花子", at=later(1))
    do(store, "mend", first.submission_id, [Mend(RATE, "value", 64.0, "集計誤り")], by="青森 花子", at=later(2))
    send(store, first.submission_id, by="青森 花子", at=later(3))
    other = reading(answer(COUNT, value=7.0, period="FY2024", release="final"), department=TRADE)
    draft = save_return(store, other, b"2", "b.xlsx", by="八戸 太郎", at=later(4))
    do(store, "discard", draft.submission_id, by="八戸 太郎", at=later(5), reason="別のファイル")
    sample = reading(answer(COUNT, value=9.0, period="FY2024", release="final"), department=TRADE, sample=True)
    save_and_send(store, sample, b"3", later(6), by="サンプル")


def damage(store: Store, *statements: str) -> set[str]:
    with duckdb.connect(str(store.path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return {i.code for i in store.verify()}


def test_every_act_stands_in_the_log_newest_first(busy):
    log = busy.log()
    assert list(log["kind"]) == ["send", "save", "discard", "save", "send", "start_round", "mend", "save"]
    assert list(log["at"])[-1] == later(1)
    assert log["seq"].is_monotonic_decreasing
    last = log.iloc[2]
    assert (last["who"], last["kind_word"], last["reason"]) == ("八戸 太郎", "下書きの取消し", "別のファイル")
    assert last["subject_word"] == "令和6年度実績 商工労働部"


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        ({"who": "青森"}, ["send", "start_round", "mend", "save"]),
        ({"kind": "discard"}, ["discard"]),
        ({"subject": "S00002"}, ["discard", "save"]),
        ({"since": later(5)}, ["send", "save", "discard"]),
        ({"until": later(2)}, ["mend", "save"]),
        ({"since": later(2), "until": later(3), "who": "花子"}, ["send", "start_round", "mend"]),
        ({"plan_id": "tiny", "kind": "mend"}, ["mend"]),
        ({"plan_id": "other"}, []),
        ({"who": "' OR 1=1 --"}, []),
    ],
)
def test_the_log_can_be_narrowed(busy, asked, kinds):
    assert list(busy.log(**asked)["kind"]) == kinds


def test_an_empty_log_has_its_columns(store):
    assert list(store.log(kind="nothing")["who"]) == []


def test_before_and_after_are_told_in_words():
    assert in_words({"部局": ["a", "b"], "目標値": 250.0}) == "部局: a、b / 目標値: 250"
    assert in_words(None) == ""


def test_the_head_moves_with_every_act(busy):
    before = busy.log_head()
    do(busy, "start_empty", "tiny", by="x", at=later(9))
    after = busy.log_head()
    assert after.count == before.count + 1
    assert after.hash != before.hash
    assert len(after.hash) == 64


@pytest.mark.parametrize(
    ("done", "code"),
    [
        ("UPDATE decisions SET who = 'だれか' WHERE kind = 'mend'", "verify.log_broken"),
        ("UPDATE decisions SET done_at = done_at - INTERVAL 1 DAY WHERE kind = 'send'", "verify.log_broken"),
        ("UPDATE decisions SET payload = '{}' WHERE kind = 'mend'", "verify.log_broken"),
        ("UPDATE decisions SET role = '管理者' WHERE kind = 'save'", "verify.log_broken"),
        ("DELETE FROM decisions WHERE kind = 'mend'", "verify.log_broken"),
        ("DELETE FROM decisions WHERE kind = 'discard'", "verify.log_end"),
        ("DELETE FROM decisions WHERE sample", "verify.log_end"),
        ("DELETE FROM decisions", "verify.log_end"),
        (
            """INSERT INTO decisions SELECT 999, kind, plan_id, subject, who, done_at, reason, payload, sample, role,
            previous, hash FROM decisions WHERE kind = 'discard'""",
            "verify.log_broken",
        ),
        ("UPDATE mends SET reason = '別の理由'", "verify.rows_changed"),
        ("UPDATE mends SET batch = 999", "verify.unlogged"),
        ("UPDATE entries SET written = '別' WHERE key = 'release'", "verify.rows_changed"),
        ("UPDATE entries SET text = 'provisional' WHERE key = 'release'", "verify.rows_changed"),
        ("DELETE FROM entries WHERE key = 'release'", "verify.rows_missing"),
        ("UPDATE observations SET known_at = known_at - INTERVAL 1 DAY", "verify.rows_changed"),
        ("UPDATE observations SET analysis = '別の分析'", "verify.rows_changed"),
        ("DELETE FROM observations WHERE NOT sample", "verify.rows_missing"),
        ("INSERT INTO confirmations VALUES (999, 'S00001', 'city-rate', TIMESTAMP '2025-10-01', false)",
         "verify.unlogged"),
        ("INSERT INTO publications VALUES (999, 'GBE-3399', 'public', NULL, TIMESTAMP '2025-10-01', false)",
         "verify.unlogged"),
        ("INSERT INTO memberships"
         " VALUES (999, 'M9', 'mail', '*', 'admin', '', '[]', '[]', false, TIMESTAMP '2025-10-01')",
         "verify.unlogged"),
        ("UPDATE observations SET sheet = ''", "verify.observation_without_cell"),
    ],
)  # fmt: skip
def test_what_was_changed_behind_the_programs_back_is_found(busy, done, code):
    assert code in damage(busy, done)


@pytest.fixture
def asked(store: Store) -> Store:
    """A store with a question, a proposal, a figure that is not public and a rule of membership."""
    sent = save_and_send(store, reading(answer(RATE, value=65.0, period="FY2024", release="final")), b"1", later(1))
    do(store, "ask_back", sent, [Question(RATE, "value", "正しいですか。")], by="事", at=later(2))
    do(store, "propose_card", "tiny", RATE, {"target": 90.0}, reason="見直し", by="事", at=later(3))
    code = store.snapshot("tiny").observations["code"].iloc[0]
    do(store, "set_publication", [code], "embargoed", later(50), by="事", at=later(4))
    do(store, "set_membership", Rule("", "mail", "a@example.jp", "department", (POLICY,)), by="管", at=later(5))
    do(store, "confirm", sent, by="事", at=later(6))
    assert store.verify() == ()
    return store


@pytest.mark.parametrize(
    ("done", "code"),
    [
        ("UPDATE questions SET text = '別の質問'", "verify.rows_changed"),
        ("UPDATE questions SET subject_id = 'paper'", "verify.rows_changed"),
        ("UPDATE questions SET who = 'だれか'", "verify.rows_changed"),
        ("DELETE FROM questions", "verify.rows_missing"),
        ("UPDATE proposals SET document = '{}'", "verify.rows_changed"),
        ("UPDATE publications SET publication = 'public'", "verify.rows_changed"),
        ("UPDATE publications SET released_at = NULL", "verify.rows_changed"),
        ("DELETE FROM publications", "verify.rows_missing"),
        ("UPDATE memberships SET role = 'admin'", "verify.rows_changed"),
        ("UPDATE memberships SET removed = true", "verify.rows_changed"),
        ("UPDATE memberships SET pattern = '*'", "verify.rows_changed"),
        ("DELETE FROM memberships", "verify.rows_missing"),
        ("UPDATE confirmations SET done_at = done_at - INTERVAL 1 DAY", "verify.rows_changed"),
    ],
)
def test_questions_publications_rules_and_proposals_are_compared_with_the_log(asked, done, code):
    assert damage(asked, done) == {code}


# --- changes of a plan ---


def plan_log(store: Store) -> list[tuple[str, str, str, str]]:
    log = store.log().iloc[::-1]
    return list(zip(log["kind"], log["who"], log["before"], log["after"], strict=True))


def test_a_change_of_the_plan_is_told_in_the_words_of_its_attributes(store):
    def plan() -> Plan:
        return store.snapshot("tiny").plan

    april, own = date(2026, 4, 1), [Division("dx", "DX推進課", (RATE,), "dx@example.jp")]
    do(store, "open_round", "tiny", replace(plan().round(ROUND), due=date(2025, 10, 17)), by="事", at=later(1))
    do(store, "change_plan", rename(plan(), TRADE, "経済産業部", april), by="管", at=later(2))
    do(store, "change_plan", move_indicators(plan(), [PAPER], TRADE, april), by="管", at=later(3))
    do(
        store,
        "change_plan",
        set_divisions(plan(), POLICY, own, "lead@example.jp", later(4).date()),
        by="管",
        at=later(4),
    )
    told = plan_log(store)
    assert told[0] == (
        "open_round", "事", "令和6年度実績 部局の期限: R7.10.3", "令和6年度実績 部局の期限: R7.10.17",
    )  # fmt: skip
    assert told[1][2:] == (
        "商工労働部 名称: 商工労働部",
        "商工労働部 名称: 商工労働部(R8.3.31まで)、経済産業部(R8.4.1から)",
    )
    assert told[2][2:] == (
        "担当部局(6 コピー用紙使用量): 総合政策部",
        "担当部局(6 コピー用紙使用量): 総合政策部(R8.3.31まで)、商工労働部(R8.4.1から)",
    )
    assert "総合政策部 課: DX推進課(指標 1、dx@example.jp) / 総合政策部 主管課のアドレス: lead@example.jp" in told[3][3]
    assert not re.search(r"[{}\[\]]|_|null|departments|ownerships", "".join("".join(t[2:]) for t in told))


def test_a_new_round_and_a_department_that_is_gone_are_told_as_such(store):
    plan = store.snapshot("tiny").plan
    new = Round("fy2025", "令和7年度実績", "annual", Period("FY", 2025), date(2026, 9, 1), date(2026, 10, 2))
    do(store, "open_round", "tiny", replace(new, departments=(POLICY, TRADE)), by="事", at=later(1))
    fewer = tuple(d for d in plan.departments if d.id != AGRI)
    do(store, "change_plan", replace(store.snapshot("tiny").plan, departments=fewer), by="管", at=later(2))
    (opened, gone) = plan_log(store)
    assert opened[2] == ""
    assert opened[3].startswith("照会: 令和7年度実績を追加 / ")
    assert "照会する部局: 総合政策部、商工労働部" in opened[3]
    assert gone[2:] == ("部局: 農林水産部", "部局: 農林水産部を廃止")


def test_plan_files_read_again_are_told_plan_by_plan_with_who_asked_for_it(store):
    plan = tiny_plan()
    cards = tuple(replace(c, target=90.0) if c.indicator_id == RATE else c for c in plan.cards)
    changed = replace(plan, name="新しい計画", cards=cards)
    assert not store.init([plan], figures(), Act("管理 太郎", later(1), "管理者"))
    assert store.init([changed, replace(plan, id="other", name="別の計画")], figures(), Act("管理 太郎", later(2)))
    assert plan_log(store) == [
        (
            "load_plan", "管理 太郎",
            "計画の名前: 青森県DX総合戦略 / 1 DXに取り組んでいる市町村の割合 目標値: 100.0%",
            "計画の名前: 新しい計画 / 1 DXに取り組んでいる市町村の割合 目標値: 90.0%",
        ),
        ("load_plan", "管理 太郎", "", "計画: 別の計画"),
    ]  # fmt: skip
    store.init([plan], figures(), Act("", later(3)))
    newest = store.log().iloc[0]
    assert (newest["kind_word"], newest["who"]) == ("計画ファイルの読込み", "プログラム")
    assert store.verify() == ()


def make_over(store: Store) -> None:
    """All hashes computed anew, as somebody does who knows how: nothing in the store itself shows it any more."""
    from loaders.store.audit.audit_log import chained, rechain
    from loaders.store.audit.seals import seal_anew
    from loaders.store.file.database import rows

    with duckdb.connect(str(store.path)) as connection:
        previous = {False: "", True: ""}
        for row in rows(connection, "SELECT * FROM decisions ORDER BY seq"):
            made = chained(row, previous[row["sample"]])
            previous[row["sample"]] = str(made["hash"])
            connection.execute(
                "UPDATE decisions SET previous = ?, hash = ? WHERE seq = ?",
                [made["previous"], made["hash"], row["seq"]],
            )
        rechain(connection)
        seal_anew(connection)


def test_a_chain_computed_anew_does_not_fit_what_was_written_down(busy):
    """Who recomputes all hashes has to change the head too; the one that was printed before shows it."""
    kept = busy.log_head()
    assert busy.verify([("紙", kept.mark)]) == ()
    assert damage(busy, "UPDATE decisions SET reason = '' WHERE kind = 'discard'") == {"verify.log_broken"}
    make_over(busy)
    assert busy.verify() == ()
    assert busy.log_head().count == kept.count
    assert busy.log_head().hash != kept.hash
    (found,) = busy.verify([("紙", kept.mark)])
    assert (found.code, "書き換えられて" in found.message) == ("verify.mark_unknown", True)
    assert [i.code for i in busy.verify([("紙", "12-xyz")])] == ["verify.mark_unreadable"]


def test_the_samples_leave_with_their_chain_and_that_is_logged(busy):
    real = busy.log_head()
    counts = do(busy, "remove_samples", by="管理 太郎", at=later(7), role="管理者")
    assert counts["decisions"] == 2
    log = busy.log()
    assert not log["sample"].any()
    assert tuple(log.iloc[0][["kind", "who", "role"]]) == ("remove_samples", "管理 太郎", "管理者")
    assert busy.log_head().count == real.count + 1
    assert busy.verify() == ()
    save_and_send(busy, reading(answer(RATE, value=1.0, period="FY2024"), sample=True), b"s", later(8), by="x")
    assert busy.verify() == ()


def test_an_act_that_fails_leaves_no_trace(busy, monkeypatch):
    before = busy.log_head()

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("loaders.store.commands.drafts.issue_rows", broken)
    with pytest.raises(RuntimeError):
        save_return(busy, reading(answer(RATE, value=1.0)), b"9", "a.xlsx", by="x", at=AT)
    assert busy.log_head() == before
    assert busy.verify() == ()


def test_many_returns_kept_at_once_are_one_chain(store):
    from loaders.store import NewReturn

    new = [
        NewReturn(reading(answer(RATE, value=float(n)), department=POLICY), b"%d" % n, f"{n}.xlsx") for n in range(50)
    ]
    do(store, "save", new, by="x", at=later(1))
    assert store.log_head().count == 50
    assert store.verify() == ()


def test_a_form_taken_is_told_by_round_and_department(store):
    do(store, "take_form", Place("tiny", ROUND, POLICY, ""), by="青森 花子", at=later(1))
    do(store, "take_form", Place("tiny", ROUND, "", ""), staff=True, by="事務局", at=later(2))
    plan = tiny_plan()
    asked, whose = plan.round(ROUND).name, plan.department(POLICY).name(later(1).date())
    assert list(store.log(plan_id="tiny")["subject_word"])[:2] == [f"{asked} 全部局", f"{asked} {whose}"]
