"""報告書: its files, its first page, what people write of it, and what it says of a round that is open or closed."""

from datetime import timedelta

import pytest

from kpi.people import OPERATOR
from kpi.report.blocks import Sentence
from loaders.documents.paper.paper_files import file_name
from loaders.services import Services, reporting
from pages import report as report_screen
from tests.samplekit import AT, PLAN, store_of, with_samples, with_store
from tests.screenkit import by_label, html, lead, press, run, said, sound


@pytest.fixture
def samples(use, tmp_path):
    return use(with_samples(tmp_path))


def office(data):
    return Services(store_of(data), OPERATOR, data, lambda: AT + timedelta(hours=1))


def test_an_open_round_is_work_in_progress_and_a_closed_one_is_not(samples):
    at = run("report")
    assert "作業中" in lead(at)
    assert office(samples).close_round(PLAN, "fy2025") == ()
    at = run("report")
    assert "締切り" in lead(at)
    assert "作業中" not in lead(at)
    sound(at)


def test_the_files_are_made_when_asked_for_and_say_what_the_page_says(samples):
    at = run("report")
    buttons = {b.label.replace("\\", ""): b for b in at.get("download_button")}
    assert {"概要・資料1(Excel)", "印刷用ページ", "一覧(CSV)"} <= set(buttons)
    assert "概要・資料1(PDF)" in buttons or "印刷で「PDFに保存」" in html(at)


def test_without_a_chromium_it_says_how_to_print(samples, monkeypatch):
    monkeypatch.setenv("KPI_CHROMIUM", "/nowhere/chromium")
    at = run("report")
    assert not [b for b in at.get("download_button") if "PDF" in b.label]
    assert "印刷で「PDFに保存」" in html(at)


def test_a_sentence_is_written_and_marked_when_the_data_beneath_it_changes(samples):
    at = run("report")
    at.expander[0].open = True
    at = at.run()
    area = by_label(at.text_area, "総括の文")
    area.set_value("全体として順調である。").run()
    at = press(at, f"save-sentence-{PLAN}-fy2025-overall")
    assert "総括の文を保存しました。" in said(at)
    assert "全体として順調である。" in html(at)
    assert "要確認" not in html(at)
    sent = store_of(samples).snapshot(PLAN).submissions.query("round_id == 'fy2025' and state == 'sent'")
    for submission_id in sent["submission_id"]:
        assert office(samples).confirm(submission_id) == ()  # no longer 「うち未確認」
    at = run("report")
    assert "全体として順調である。" in html(at)
    assert "要確認" in html(at)


def test_a_sentence_that_another_tab_has_changed_is_not_overwritten_and_what_was_typed_stays(samples):
    key = f"sentence-{PLAN}-fy2025-overall"
    one, other = (run("report", as_="secretariat") for _ in range(2))

    def field(at):
        return next(t for t in at.text_area if t.key == key)

    field(one).set_value("一方で書いた文。").run()
    one = press(one, f"save-{key}")
    assert "総括の文を保存しました。" in said(one)
    # The other tab was drawn before, and its page is drawn anew before the button tells of itself.
    field(other).set_value("他方で書いた文。").run()
    other = press(other, f"save-{key}")
    assert any("「一方で書いた文。」" in w.value for w in other.warning)
    assert field(other).value == "他方で書いた文。"
    assert written(samples) == {"一方で書いた文。"}
    other = press(other, f"save-{key}")  # it has been read now
    assert "総括の文を保存しました。" in said(other)
    assert written(samples) == {"他方で書いた文。"}
    # A field in which nothing was typed shows what stands by now, and is not saved over it.
    one = one.run()
    assert field(one).value == "他方で書いた文。"
    assert next(b for b in one.button if b.key == f"save-{key}").disabled
    field(one).set_value("").run()
    one = press(one, f"save-{key}")
    assert field(one).value == field(one.run()).value != ""  # given back to the data, which fills the field


def written(data):
    return {one.text for one in store_of(data).snapshot(PLAN).edited["fy2025"].values()}


@pytest.mark.parametrize("who", ["secretariat", "dept-planning", "reader"])
def test_what_is_called_the_published_version_tells_what_everybody_may_see(samples, monkeypatch, who):
    own = office(samples)
    assert own.close_round(PLAN, "fy2025") == ()
    monkeypatch.setattr(reporting, "formats_of", lambda _plan: {})  # its words alone are wanted
    assert own.make_report(PLAN, "fy2025", "published") == ()
    made = [s.made for s in own.report(PLAN, "fy2025").part("overview").blocks if isinstance(s, Sentence)]
    at = run("report", as_=who)
    assert "公表版の値" in lead(at)
    assert all(sentence in html(at) for sentence in made)
    assert "未確認" not in html(at)
    sound(at)


@pytest.mark.parametrize(
    ("who", "name"), [("reader", "閲覧用"), ("dept-planning", "部局用"), ("secretariat", "本部会議案")]
)
def test_before_publication_the_paper_is_called_what_it_is_for_whoever_gets_it(samples, monkeypatch, who, name):
    own = office(samples)
    assert own.close_round(PLAN, "fy2025") == ()
    monkeypatch.setattr(reporting, "formats_of", lambda _plan: {})
    assert own.make_report(PLAN, "fy2025", "headquarters") == ()
    named = []

    def name_of(paper, form):
        named.append(file_name(paper, form))
        return named[-1]

    monkeypatch.setattr(report_screen, "file_name", name_of)
    at = run("report", as_=who)
    assert name in lead(at)
    assert named
    assert all(f"_{name}" in one for one in named)
    assert sum("本部会議案" in one for one in named) == (len(named) if who == "secretariat" else 0)


def test_where_no_round_has_begun_it_says_what_to_do(use, tmp_path):
    use(with_store(tmp_path))
    at = run("report")
    assert "始まった照会はまだありません" in lead(at)
    sound(at)


# --- 想定問答 ---------------------------------------------------------------------------------------------------------


def test_the_secretariat_gets_the_anticipated_questions_and_nobody_else(samples):
    at = run("report", as_="secretariat")
    assert "想定問答(部内限)" in [h.value for h in at.header]
    labels = {b.label.replace("\\", "") for b in at.get("download_button")}
    assert {"想定問答(Word)", "想定問答(印刷用ページ)"} <= labels
    assert "会議までに担当に確かめる問い" in html(at)
    sound(at)
    for who in ("reader", "dept-commerce"):
        at = run("report", as_=who)
        assert "想定問答" not in html(at)
        assert not [b for b in at.get("download_button") if "想定問答" in b.label]
        assert not [f for f in (*at.text_area, *at.text_input, *at.selectbox) if "問" in f.label]
        sound(at)


def test_an_answer_is_written_and_a_question_added_on_the_screen(samples):
    at = run("report", as_="secretariat")
    key = f"{PLAN}-fy2025-question:whole:behind"
    next(t for t in at.text_area if t.key == f"answer-{key}").set_value("分野によらず人手が足りない。").run()
    at = press(at, f"save-{key}")
    assert "想定問答を保存しました。" in said(at)
    assert "が書いた答え" in html(at)
    by_label(at.text_input, "足したい問い").set_value("予算はいくらか。").run()
    by_label(at.text_area, "その答え").set_value("財政課と調整中である。").run()
    at = press(at, f"add-{PLAN}-fy2025-")
    assert "予算はいくらか。" in html(at)
    assert written(samples) == {"分野によらず人手が足りない。", "財政課と調整中である。"}
    assert "財政課と調整中である。" not in html(run("report", as_="reader"))


def test_an_answer_and_a_question_that_another_tab_has_written_are_not_overwritten(samples):
    key = f"{PLAN}-fy2025-question:whole:behind"
    at = run("report", as_="secretariat")
    own = office(samples)
    assert own.edit_question(PLAN, "fy2025", "question:whole:behind", "ほかの人の答え。") == ()
    assert own.add_question(PLAN, "fy2025", "", "予算はいくらか。", "ほかの人の額。") == ()
    next(t for t in at.text_area if t.key == f"answer-{key}").set_value("こちらの答え。").run()
    at = press(at, f"save-{key}")
    assert any("「ほかの人の答え。」" in w.value for w in at.warning)
    by_label(at.text_input, "足したい問い").set_value("予算はいくらか。")
    by_label(at.text_area, "その答え").set_value("こちらの額。")
    at = press(at.run(), f"add-{PLAN}-fy2025-")
    assert any("「ほかの人の額。」" in w.value for w in at.warning)
    assert by_label(at.text_area, "その答え").value == "こちらの額。"
    assert written(samples) == {"ほかの人の答え。", "ほかの人の額。"}
    at = press(at, f"add-{PLAN}-fy2025-")
    assert written(samples) == {"ほかの人の答え。", "こちらの額。"}
    press(at, f"save-{key}")
    assert written(samples) == {"こちらの答え。", "こちらの額。"}
