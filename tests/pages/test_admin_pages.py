"""管理: the main path of each part and its refusal, as the store has it afterwards."""

import re
from datetime import date, datetime

import pytest

from kpi.issue import Issue, Severity
from kpi.people import Person, Role
from loaders.services import Services
from loaders.store import Rule
from pages.parts.admin.log_panel import narrowed
from pages.parts.admin.proposal_panel import pairs
from tests.samplekit import AT, with_samples, with_store
from tests.screenkit import FAILED, by_label, html, look, operator, plan_id, press, run, sound, upload, words

PARTS = ("cards", "publication", "lists", "departments", "people", "log", "keep", "plan")
STAFF = ("cards", "publication", "lists", "departments", "log")


@pytest.fixture
def samples(use, tmp_path):
    return operator(use(with_samples(tmp_path)))


@pytest.fixture
def empty(use, tmp_path):
    return operator(use(with_store(tmp_path)))


def kinds(services):
    return list(services.log(plan_id(services))["kind"])


def other(services, role=Role.SECRETARIAT):
    return Services(services.store, Person("x", "別の担当者", role), services.data, lambda: AT)


def agree(at, key):
    """Press what asks first, and agree."""
    return press(press(at, key), f"{key}-yes")


# --- who sees what ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", PARTS)
def test_every_part_draws_with_and_without_data(samples, part):
    at = run("admin", part=part)
    assert not at.exception
    assert FAILED not in words(at)


@pytest.mark.parametrize("part", PARTS)
def test_every_part_draws_in_an_empty_store(empty, part):
    at = run("admin", part=part)
    assert not at.exception
    assert FAILED not in words(at)


@pytest.mark.parametrize("who", ["reader", "dept-shoko"])
def test_readers_and_departments_are_refused(samples, who):
    services = {d.id for d in look(samples).plan.departments}
    who = who if who == "reader" else f"dept-{sorted(services)[0]}"
    at = run("admin", as_=who)
    assert "権限がありません" in words(at)
    assert not at.button


@pytest.mark.parametrize("part", PARTS)
def test_the_secretariat_is_offered_its_own_parts_and_refused_the_others(samples, part):
    at = run("admin", part=part, as_="secretariat")
    assert ("権限がありません" in words(at)) == (part not in STAFF)
    if part in STAFF:
        assert len(at.get("button_group")[0].proto.options) == len(STAFF)


# --- cards --------------------------------------------------------------------------------------------------------


def propose(at, value, reason):
    by_label(at.number_input, "目標値").set_value(value).run()
    by_label(at.text_input, "変更の理由").set_value(reason).run()
    return press(at, "card-propose")


def test_a_change_is_previewed_and_proposed_with_a_reason(samples):
    at = run("admin", part="cards", card="tourism-dmo", as_="secretariat")
    by_label(at.number_input, "目標値").set_value(7.0).run()
    assert "11団体→7団体" in words(at)
    assert "変わります" in words(at)
    assert next(b for b in at.button if b.key == "card-propose").disabled
    by_label(at.text_input, "変更の理由").set_value("組織の再編").run()
    at = press(at, "card-propose")
    assert "提案しました" in words(at)
    row = look(samples).proposals.iloc[-1]
    assert (row["indicator_id"], row["state"], row["reason"], row["who"]) == (
        "tourism-dmo",
        "open",
        "組織の再編",
        "事務局(評価用)",
    )
    assert look(samples).cards["tourism-dmo"].target == 11.0


def test_a_target_on_the_wrong_side_of_the_baseline_is_told_before_it_is_proposed(samples):
    at = run("admin", part="cards", card="tourism-dmo", as_="secretariat")
    assert not at.warning
    by_label(at.number_input, "目標値").set_value(4.0).run()
    assert "目指す方向にありません" in at.warning[0].value


def test_one_who_proposed_cannot_decide_and_another_can_with_its_wording(samples):
    mine = propose(run("admin", part="cards", card="tourism-dmo", as_="secretariat"), 7.0, "組織の再編")
    assert "自分の提案の決定は、別の担当者が記録します" in words(mine)
    assert not [b for b in mine.button if b.key == "decide-save"]
    at = run("admin", part="cards", card="tourism-dmo", as_="admin")
    by_label(at.text_input, "決定の日").set_value("R8.11.20").run()
    at = press(at, "decide-save")
    assert "次の1件を、令和8年11月20日の本部決定として記録します。記録した決定は取り消せません。" in words(at)
    assert look(samples).cards["tourism-dmo"].target == 11.0
    at = press(at, "decide-save-yes")
    assert "1件の決定を記録しました" in words(at)
    card = look(samples).cards["tourism-dmo"]
    assert card.target == 7.0
    assert card.reason == "当初11団体→変更後7団体(R8.11.20本部決定)"
    said = words(run("admin", part="cards", card="tourism-dmo"))
    assert "当初11団体→変更後7団体" in said
    assert "組織の再編" in said


def test_a_proposal_whose_ground_has_moved_says_what_it_was_made_for(samples):
    plan, third = plan_id(samples), other(samples)
    third.propose_card(plan, "tourism-dmo", {"target": 7.0}, "組織の再編")
    assert "提案のときは" not in words(run("admin", part="cards", card="tourism-dmo"))
    third.propose_card(plan, "tourism-dmo", {"target": 9.0}, "別の見直し")
    meanwhile = look(samples).proposals["proposal_id"].iloc[-1]
    assert samples.decide_card(meanwhile, True, decided_on=date(2026, 11, 20)) == ()
    said = words(run("admin", part="cards", card="tourism-dmo"))
    assert "9団体→7団体" in said
    assert "提案のときは11団体でした" in said


def test_a_proposal_is_turned_down_only_with_a_reason(samples):
    other(samples).propose_card(plan_id(samples), "tourism-dmo", {"target": 7.0}, "組織の再編")
    at = run("admin", part="cards")
    at.radio[0].set_value("見送る").run()
    assert next(b for b in at.button if b.key == "decide-save").disabled
    by_label(at.text_input, "見送る理由").set_value("時期が早い").run()
    agree(at, "decide-save")
    assert look(samples).proposals.iloc[-1]["state"] == "rejected"
    assert look(samples).cards["tourism-dmo"].target == 11.0


def test_of_several_decisions_a_refused_one_keeps_no_other_and_is_told(samples, monkeypatch):
    for target in (7.0, 8.0, 9.0):
        other(samples).propose_card(plan_id(samples), "tourism-dmo", {"target": target}, "組織の再編")
    first, second, third = look(samples).proposals["proposal_id"].iloc[-3:]
    decide = Services.decide_card

    def refusing(self, proposal_id, *given, **how):
        told = Issue("card.decided", Severity.FIX, "すでに決定されています。", "一覧を開き直してください。")
        return (told,) if proposal_id == second else decide(self, proposal_id, *given, **how)

    monkeypatch.setattr(Services, "decide_card", refusing)
    at = run("admin", part="cards", card="tourism-dmo")
    by_label(at.multiselect, "決定を記録する提案").set_value([first, second, third]).run()
    at = agree(at, "decide-save")
    assert "2件の決定を記録しました" in words(at)
    (refused,) = [w.value for w in at.warning]
    assert refused.startswith(second)
    assert "すでに決定されています。" in refused
    states = look(samples).proposals.set_index("proposal_id")["state"]
    assert [states[one] for one in (first, second, third)] == ["accepted", "open", "accepted"]


def test_thresholds_are_proposed_for_the_plan_as_a_whole(samples):
    at = run("admin", part="cards", card="scheme")
    by_label(at.number_input, "「概ね順調」").set_value(0.9).run()
    by_label(at.text_input, "変更の理由").set_value("本部の指示").run()
    press(at, "card-propose")
    row = look(samples).proposals.iloc[-1]
    assert (row["indicator_id"], row["state"]) == ("", "open")


def test_an_indicator_is_dropped_by_a_proposal_and_a_decision(samples):
    at = run("admin", part="cards", card="tourism-dmo")
    at.checkbox[0].check().run()
    by_label(at.text_input, "変更の理由").set_value("統計の終了").run()
    press(at, "card-propose")
    proposal = look(samples).proposals.iloc[-1]["proposal_id"]
    assert other(samples).decide_card(proposal, True, decided_on=date(2026, 11, 21)) == ()
    assert look(samples).is_dropped("tourism-dmo", date(2026, 11, 21))
    assert "欠番" in words(run("admin", part="cards"))


def test_the_words_of_a_decision_are_made_from_both_sides_of_the_log():
    assert pairs("目標値: 300件", "目標値: 250件") == "目標値: 当初300件→変更後250件"
    assert pairs("目標値: 未設定 / 現状値: 1件", "目標値: 5件 / 現状値: 2件") == (
        "目標値: 未設定→5件、現状値: 当初1件→変更後2件"
    )


# --- publication --------------------------------------------------------------------------------------------------


def test_many_figures_are_set_at_once_and_the_reader_no_longer_sees_them(samples):
    before = look(samples).observations
    mine = set(before[before["indicator_id"] == "dx-support"]["code"])
    at = run("admin", part="publication", indicator="dx-support")
    by_label(at.radio, "公表区分").set_value("internal").run()
    at = press(at, "publication-save")
    assert f"{len(mine)}件を「庁内限り」にします" in words(at)
    assert press(at, "publication-save-no").button  # 「やめる」 leaves all as it was
    assert look(samples).observations["publication"].equals(before["publication"])
    agree(at, "publication-save")
    after = look(samples).observations
    assert set(after[after["publication"] == "internal"]["code"]) == mine
    assert not any(code in html(run("overview", as_="reader")) for code in mine)


def test_an_embargo_needs_its_hour(samples):
    at = run("admin", part="publication", indicator="dx-support", round="fy2025")
    by_label(at.radio, "公表区分").set_value("embargoed").run()
    assert not [b for b in at.button if b.key == "publication-save"]
    by_label(at.text_input, "公表する日").set_value("令和8年12月1日").run()
    agree(at, "publication-save")
    row = look(samples).observations.query("publication == 'embargoed'").iloc[0]
    assert row["released_at"] == datetime(2026, 12, 1, 9)


# --- departments --------------------------------------------------------------------------------------------------


def act_on(at, act):
    return by_label(at.selectbox, "手続").set_value(act).run()


def test_a_department_is_renamed_from_a_day_with_the_past_as_it_was(samples):
    at = act_on(run("admin", part="departments"), "rename")
    one = at.selectbox[-1].value
    old = look(samples).plan.department(one).name(date(2026, 11, 21))
    by_label(at.text_input, "新しい名称").set_value("みらい創造部").run()
    assert "みらい創造部" in words(at)
    press(at, "department-save")
    department = look(samples).plan.department(one)
    assert department.name(date(2027, 4, 1)) == "みらい創造部"
    assert department.name(date(2027, 3, 31)) == old


def test_indicators_are_handed_over_and_those_without_an_owner_stand_first(samples):
    plan = look(samples).plan
    ids = [d.id for d in plan.departments]
    assert "担当のない指標" not in words(run("admin", part="departments"))
    at = run("admin", part="departments")
    by_label(at.multiselect, "指標").set_value(["tourism-dmo"]).run()
    by_label(at.selectbox, "移す先").set_value(ids[1]).run()
    press(at, "department-save")
    assert look(samples).plan.owner("tourism-dmo", date(2027, 4, 1)).id == ids[1]


def test_what_cannot_be_done_says_why_before_the_button(samples):
    at = act_on(run("admin", part="departments"), "split")
    by_label(at.text_input, "新しい部局の名称").set_value("デジタル局").run()
    by_label(at.text_input, "新しい部局のID").set_value("だめ").run()
    mine = by_label(at.multiselect, "新しい部局が担当する指標")
    mine.set_value([look(samples).plan.owned_by(at.selectbox[-1].value, date(2026, 11, 21))[0].id]).run()
    assert "IDが、使えない文字" in words(at)
    assert not [b for b in at.button if b.key == "department-save"]


def test_a_division_is_set_with_its_mail_and_its_indicators(samples):
    at = act_on(run("admin", part="departments", as_="secretariat"), "divisions")
    one = by_label(at.selectbox, "部局").value
    first = look(samples).plan.owned_by(one, date(2026, 11, 21))[0].id
    by_label(at.text_input, "課の名称").set_value("DX推進課").run()
    by_label(at.text_input, "メール").set_value("dx@example.jp").run()
    by_label(at.multiselect, "担当する指標").set_value([first]).run()
    press(at, "divisions-save")
    found = look(samples).plan.department(one).divisions_on(date(2026, 11, 21))
    assert [(v.name, v.mail, v.indicators) for v in found] == [("DX推進課", "dx@example.jp", (first,))]


def test_the_secretariat_may_set_divisions_but_not_departments(samples):
    at = run("admin", part="departments", as_="secretariat")
    assert by_label(at.selectbox, "手続").options == ["課と連絡先を決める"]


# --- people -------------------------------------------------------------------------------------------------------


def test_a_rule_is_made_tried_and_removed(samples):
    at = run("admin", part="people")
    by_label(at.text_input, "その値").set_value("*@dx.example.jp").run()
    by_label(at.selectbox, "権限").set_value("secretariat").run()
    at = press(at, "rule-save")
    assert [(r.pattern, r.role) for r in samples.memberships()] == [("*@dx.example.jp", "secretariat")]
    by_label(at.text_input, "メール").set_value("A@DX.example.jp").run()
    assert "事務局 になります" in words(at)
    by_label(at.text_input, "理由").set_value("異動").run()
    press(at, "rule-remove")
    assert samples.memberships() == ()


def test_a_rule_of_another_plan_is_told_and_not_changed_here(samples):
    samples.set_membership(Rule("", "mail", "a@dx.example.jp", "admin"))
    samples.set_membership(Rule("", "mail", "b@dx.example.jp", "secretariat", plan_id="elsewhere"))
    at = run("admin", part="people")
    by_label(at.selectbox, "規則").set_value("M002").run()
    assert "別の計画「elsewhere」の規則です。" in words(at)
    assert not [b for b in at.button if b.key == "rule-save"]
    assert "すべての計画" in words(at)
    by_label(at.selectbox, "消す規則").set_value("M001").run()
    by_label(at.text_input, "理由").set_value("異動").run()
    press(at, "rule-remove")
    assert "すべての計画の管理者を、もう1人加えてください。" in words(at)
    assert [r.rule_id for r in samples.memberships()] == ["M001", "M002"]


def test_a_rule_that_would_make_everybody_staff_or_a_department_nobody_is_not_offered(samples):
    at = run("admin", part="people")
    by_label(at.text_input, "その値").set_value("*").run()
    by_label(at.selectbox, "権限").set_value("admin").run()
    assert "誰にでも当てはまります" in words(at)
    assert next(b for b in at.button if b.key == "rule-save").disabled
    by_label(at.selectbox, "権限").set_value("department").run()
    assert "部局を選んでください" in words(at)


def test_markup_in_a_rule_is_text(samples):
    samples.set_membership(Rule("", "name", "<img src=x>", "reader"))
    assert "<img" not in html(run("admin", part="people"))


# --- the log ------------------------------------------------------------------------------------------------------


def test_the_log_is_filtered_told_and_taken_away(samples):
    samples.set_membership(Rule("", "mail", "a@example.jp", "reader"))
    at = run("admin", part="log", kind="set_membership")
    table = at.dataframe[0].value
    assert list(table["したこと"]) == ["利用者の権限"]
    assert table["後"].iloc[0].startswith("条件: mail = a@example.jp")
    assert [b.label for b in at.get("download_button")] == ["CSVで受け取る"]
    assert samples.store.log_head().mark in words(at)


def test_the_chain_is_checked_on_demand(samples):
    assert "つながっています" in words(press(run("admin", part="log"), "log-verify"))


def test_the_log_is_narrowed_by_who_words_days_and_samples(samples):
    log = samples.log(plan_id(samples))
    ask = {"kind": "all", "who": "all", "word": "", "since": None, "until": None, "samples": True}
    assert len(narrowed(log, **ask)) == len(log)
    assert set(narrowed(log, **ask | {"who": "サンプル事務局"})["who"]) == {"サンプル事務局"}
    assert len(narrowed(log, **ask | {"samples": False})) == int((~log["sample"]).sum())
    assert narrowed(log, **ask | {"until": date(2000, 1, 1)}).empty
    assert len(narrowed(log, **ask | {"since": date(2026, 11, 21)})) < len(log)
    assert 0 < len(narrowed(log, **ask | {"word": "DX支援"})) < len(log)


# --- keeping ------------------------------------------------------------------------------------------------------


def test_a_copy_is_made_to_take_away(samples):
    at = press(run("admin", part="keep"), "backup-make")
    assert "控えを受け取る" in [b.label for b in at.get("download_button")]
    assert "backup" in kinds(samples)


def agree_to_restore(at):
    assert next(b for b in at.button if b.key == "restore").disabled
    by_label(at.text_input, "確認のため").set_value("戻す").run()
    return press(at, "restore")


def test_a_copy_is_put_back_by_its_name_after_the_word_is_typed_and_the_screen_says_what_changed(samples, tmp_path):
    copy = tmp_path / "copy.duckdb"
    at = run("admin", part="keep")
    by_label(at.text_input, "フォルダーとファイル").set_value(str(copy)).run()
    end = samples.store.log_head().mark
    at = press(at, "backup-to")
    copy = copy.with_name(f"copy_{end}.duckdb")
    assert copy.exists()
    assert str(copy) in words(at)
    sent = int((look(samples).submissions["state"] == "sent").sum())
    samples.remove_samples()
    by_label(at.radio, "控え").set_value("named").run()
    by_label(at.text_input, "サーバーにある控え").set_value(str(copy)).run()
    at = agree_to_restore(at)
    assert "に戻しました" in words(at)
    assert look(samples).has_samples
    changed = html(at)[html(at).index("控えに戻して変わったこと") :]
    assert re.search(rf"送られた回答</th>.*?0件.*?{sent:,}件.*?変わりました", changed, re.S)
    assert re.search("決定を待つ提案</th>.*?同じ", changed, re.S)
    assert re.search("操作の記録</th>.*?変わりました", changed, re.S)
    assert "kpi.duckdb.restore-" in words(at)
    # What it has put aside is on the list, and is as easily put back.
    listed = by_label(run("admin", part="keep").selectbox, "戻す控え")
    assert any("kpi.duckdb.restore-" in option for option in listed.options)


def test_what_was_put_aside_is_chosen_from_the_list(samples, tmp_path):
    made = samples.backup(tmp_path / "copy.duckdb")
    samples.remove_samples()
    assert samples.restore(made) == ()
    at = run("admin", part="keep")
    listed = by_label(at.selectbox, "戻す控え")
    listed.select_index(0).run()
    at = agree_to_restore(at)
    assert "に戻しました" in words(at)
    assert not look(samples).has_samples


@pytest.mark.parametrize("hurt", [lambda b: b"no database", lambda b: b[: len(b) // 2], lambda b: b[:12] + b"x" * 9000])
def test_a_copy_is_taken_from_the_browser_and_what_is_none_changes_nothing(samples, tmp_path, hurt):
    made = samples.backup(tmp_path / "copy.duckdb")
    whole = made.read_bytes()
    before = samples.store.log_head().mark
    for content, taken in ((hurt(whole), False), (whole, True)):
        at = run("admin", part="keep")
        by_label(at.radio, "控え").set_value("brought").run()
        upload(at, made.name, content)
        at = agree_to_restore(at)
        assert ("に戻しました" in words(at)) == taken
        assert ("読み取れる控えではありません" in words(at)) != taken
        assert (samples.store.log_head().mark == before) != taken
    assert sound(at)


def test_no_copy_is_written_over_a_file_that_is_there(samples, tmp_path):
    there = tmp_path / "there.duckdb"
    there.write_text("x")
    at = run("admin", part="keep")
    by_label(at.text_input, "フォルダーとファイル").set_value(str(there)).run()
    assert "すでにあります" in words(press(at, "backup-to"))
    assert there.read_text() == "x"


def test_the_nights_copies_are_told(samples, tmp_path, monkeypatch):
    assert "毎夜の控えは取っていません" in words(run("admin", part="keep"))
    (tmp_path / "nights").mkdir()
    (tmp_path / "nights" / "kpi-20261120-020000.duckdb").write_bytes(b"x" * 10)
    monkeypatch.setenv("KPI_BACKUP_DIR", str(tmp_path / "nights"))
    assert "いちばん新しい控えは2026-11-20 02:00" in words(run("admin", part="keep"))
    monkeypatch.setenv("KPI_BACKUP_KEEP", "たくさん")
    assert "使えません" in words(run("admin", part="keep"))


# --- plans and samples --------------------------------------------------------------------------------------------


def test_samples_go_and_plans_are_read_again(samples):
    at = press(run("admin", part="plan"), "plan-samples-off")
    assert "サンプルを消しました" in words(at)
    assert not look(samples).has_samples
    assert "読み込み直し" in words(press(at, "plan-reload"))
