"""データ of the work: every answer of a half-year as a row to take away, with all that it says and its cell."""

import pytest

from kpi.initiatives.work_tables import review_table
from pages.parts.app.current_view import view
from tests.roadmapkit import only_work, with_work
from tests.screenkit import by_label, everything, lead, run, said, sound


@pytest.fixture(scope="module")
def work_data(tmp_path_factory):
    return with_work(tmp_path_factory.mktemp("work"))


@pytest.fixture(scope="module")
def alone_data(tmp_path_factory):
    return only_work(tmp_path_factory.mktemp("alone"))


def test_the_answers_are_counted_shown_and_taken_away(use, work_data):
    use(work_data)
    at = run("data", as_="secretariat", kind="reviews")
    assert sound(at)
    assert "取組54(再掲を含む延べ55)、その見直しの回答17件" in lead(at)
    assert "下の17行を受け取れます。" in "".join(said(at))
    assert len([n for n in everything(at) if n.type == "download_button"]) == 2
    by_label(at.selectbox, "半期").set_value("FY2026H1").run()
    assert "下の6行を受け取れます。" in "".join(said(at))


def test_a_row_tells_all_that_was_said(use, work_data):
    use(work_data)
    run("data", as_="secretariat")
    row = review_table(view(), "industry", "FY2026H1").iloc[0]
    told = ("進捗", "今後の方向性", "遅れの理由", "回復見込み", "変更後の終わり", "決定者", "中間指標1", "確認")
    assert [row[name] for name in told] == [
        "遅れ", "見直し", "会場が足りなかった。", "令和9年度上期(2027年度上期)", "令和9年度上期(2027年度上期)",
        "部長決裁(R8.10.3)", "説明会の参加者(人) 120", "確認済",
    ]  # fmt: skip
    assert row["回答した部局"] == "商工労働部"
    assert row["シート"] == "KPI調査票"


def test_who_may_not_see_them_takes_what_is_confirmed(use, work_data):
    use(work_data)
    assert "下の3行を受け取れます。" in "".join(said(run("data", as_="reader", kind="reviews")))


def test_a_plan_of_initiatives_alone_begins_with_their_answers(use, alone_data):
    use(alone_data)
    at = run("data", as_="secretariat")
    assert sound(at)
    assert lead(at).startswith("取組54(再掲を含む延べ55)、その見直しの回答6件、公表値")
    assert "下の6行を受け取れます。" in "".join(said(at))
