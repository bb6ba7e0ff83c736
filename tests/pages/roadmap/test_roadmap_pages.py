"""取組・ロードマップ run for real: the roadmap, one initiative, one half-year, and what other screens say of them."""

import json
import re

import pytest

from kpi.people import Role
from loaders.services.operations import open_store
from pages.parts.roadmap import schedule_view
from pages.parts.shared import filters
from tests.roadmapkit import AUTUMN, answer, with_work
from tests.samplekit import AT, PLAN, with_files, with_store
from tests.screenkit import NOTHING, by_label, english, everything, html, lead, run, said, sound


@pytest.fixture(scope="module")
def work_data(tmp_path_factory):
    return with_work(tmp_path_factory.mktemp("work"))


@pytest.fixture
def work(use, work_data):
    return use(work_data)


@pytest.fixture(scope="module")
def bare_data(tmp_path_factory):
    return with_store(tmp_path_factory.mktemp("bare"))


@pytest.fixture
def bare(use, bare_data):
    return use(bare_data)


def charts(at):
    found = [node.proto for node in everything(at) if getattr(getattr(node, "proto", None), "spec", "")]
    return [(proto.alt, json.loads(proto.spec)) for proto in found]


def table_rows(at, caption):
    page = html(at)
    body = page[page.index(f'<caption class="unseen">{caption}</caption>') :].split("</table>")[0]
    return re.findall(r"<tr>(.*?)</tr>", body.split("<tbody>")[1], re.S)


VIEWS = (
    {}, {"in": "industry"}, {"progress": "late"}, {"page": "2"}, {"half": "FY2026H1"},
    {"half": "FY2025H2"}, {"half": "FY1999H1"}, {"initiative": "commerce-1"}, {"initiative": "commerce-3"},
    {"initiative": "again"}, {"initiative": "policy"}, {"initiative": "security-4"}, {"initiative": "ない"},
)  # fmt: skip


@pytest.mark.parametrize("who", ["secretariat", "reader", "dept-commerce"])
def test_every_view_is_whole_and_speaks_japanese(work, who):
    for query in VIEWS:
        at = run("roadmap", as_=who, **query)
        assert sound(at), (query, [e.value for e in (*at.error, *at.exception)])
        texts = said(at)
        assert [t for t in texts if NOTHING.search(t)] == [], query
        assert english(texts) == {}, query
        assert lead(at) or query.get("initiative") == "policy", query


def test_the_roadmap_opens_with_the_counts_and_draws_each_field(work):
    at = run("roadmap")
    assert lead(at) == "取組54(再掲を含む延べ55): 予定どおり3・やや遅れ1・遅れ1・完了1・未回答48(R8上期、回答受付中)。"
    told = charts(at)
    assert [alt.split("の")[0] for alt, _ in told] == ["産業・しごと分野", "暮らし・まち分野"]
    assert "工程を変えたのは1" in told[0][0]
    assert "ほか10件は工程が未設定で" in "".join(said(at))
    assert "12件は工程が未設定で" in "".join(said(at))


def test_a_reader_sees_what_is_confirmed_and_of_nobody_that_he_has_not_answered(work):
    at = run("roadmap", as_="reader")
    assert lead(at) == "取組54(再掲を含む延べ55): 予定どおり1・遅れ1・完了1・記録なし51(R8上期、回答受付中)。"
    assert "未回答" not in "".join(said(at))
    assert "未確認" not in html(at)


def test_the_list_shows_twenty_and_the_rest_on_the_next_pages(work):
    at = run("roadmap")
    assert len(table_rows(at, "取組の一覧")) == 20
    assert len(table_rows(run("roadmap", page="3"), "取組の一覧")) == 15
    first = table_rows(at, "取組の一覧")[0]
    assert 'href="roadmap?initiative=commerce-1"' in first
    assert "<span>R6上期～</span><wbr><span>R8下期</span>" in first  # a line ends between the two, and nowhere else
    assert "1半期遅らせた" in first
    assert 'href="indicator?indicator=dx-support"' in first


def test_on_paper_the_list_has_all_that_is_found_whichever_page_is_shown(work):
    for query, number in (({}, 55), ({"page": "2"}, 55), ({"in": "life"}, 26)):
        page = html(run("roadmap", **query))
        (printed,) = re.findall(r'<div class="on-paper" aria-hidden="true"><table.*?</table>', page, re.S)
        listed = re.findall(r'<th scope="row"><a href="roadmap\?initiative=([a-z0-9-]+)', printed)
        assert len(listed) == len(set(listed)) == number, query
        assert "この印刷は" not in page
    page = html(run("roadmap", **{"in": "industry"}))
    assert "on-paper" not in page  # what is shown is whole
    assert "on-screen" not in page


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ({"progress": "late"}, ["commerce-1"]),
        ({"course": "revise"}, ["commerce-1"]),
        ({"priority": "教育のDX"}, ["school-1"]),
        ({"law": "divide"}, ["commerce-1", "school-1"]),
        ({"department": "commerce", "in": "life"}, ["again"]),
    ],
)
def test_filters_stand_in_the_address_and_are_kept_on_the_way_to_an_initiative_and_back(work, query, rows):
    at = run("roadmap", **query)
    found = table_rows(at, "取組の一覧")
    assert [re.search(r"initiative=([\w-]+)", row).group(1) for row in found] == rows
    kept = [re.search(r'href="roadmap\?([^"]*)"', row).group(1).replace("&amp;", "&") for row in found]
    assert all(f"{name}=" in one for one in kept for name in query)
    one = run("roadmap", initiative=rows[0], **query)
    back = re.search(r'class="crumb"><a href="roadmap\?([^"]*)"', html(one)).group(1)
    assert set(re.findall(r"(\w+)=", back)) == set(query)


def test_a_chosen_filter_goes_into_the_address(work):
    at = run("roadmap")
    by_label(at.selectbox, "進捗").set_value("done").run()
    assert at.query_params["progress"] == "done"
    assert len(table_rows(at, "取組の一覧")) == 1


def test_what_fits_no_filter_is_said_and_what_the_address_asks_in_vain_too(work):
    assert "この条件に当てはまる取組はありません" in html(run("roadmap", progress="done", course="revise"))
    assert "アドレスの進捗" in html(run("roadmap", progress="no-such"))
    assert "アドレスの取組" in html(run("roadmap", initiative="no-such"))


def test_one_initiative_tells_its_schedule_its_half_years_and_where_each_comes_from(work):
    at = run("roadmap", initiative="commerce-1")
    page, told = html(at), "".join(said(at))
    assert re.search(r"遅れ\s*今後の方向性 見直し\s*1半期遅らせた", lead(at))
    for words in (
        "R6上期～R9上期(1半期遅らせた)",
        "会場が足りなかった。",
        "部長決裁(R8.10.3)",
        "当初 12,500千円",
        "動画の字幕。",
    ):
        assert words in told
    assert re.search(r"商工労働部 DX推進課　2026-10-06　KPI調査票 I\d+　番号 [0-9A-Z]{3}-\d{4}", told)
    assert page.index("令和8年度上期(2026年度上期)") < page.index("令和7年度下期(2025年度下期)")
    assert [alt.split("。")[0] for alt, _ in charts(at)][1:] == ["説明会の参加者(人)の推移", "導入した企業(社)の推移"]
    assert "120人" in told
    assert 'href="indicator?indicator=dx-support"' in page
    assert "s-behind" in page  # 遅れ
    assert not re.search(r'class="badge[^>]*>見直し', page)


def test_a_repeat_leads_to_its_original_and_that_to_its_repeats(work):
    assert "【再掲】主掲載は" in html(run("roadmap", initiative="again"))
    assert 'href="roadmap?initiative=again"' in html(run("roadmap", initiative="commerce-3"))


def test_what_gathers_others_lists_them(work):
    page = html(run("roadmap", initiative="policy"))
    assert page.count('href="roadmap?initiative=commerce-') == 2


def test_a_half_year_lists_what_moved_with_reason_and_who_decided(work):
    at = run("roadmap", half="FY2026H1")
    assert lead(at) == (
        "回答のあった取組6のうち、動いた取組4(重なりを含む延べ7)。"
        "新たに完了1、新たにやや遅れ・遅れ2、ほかに進捗の変化1、工程の変更1、方向性の変化2。"
    )
    (row,) = table_rows(at, "工程を変えた取組")
    assert "会場の工事が終わるのを待つ。" in row
    assert "部長決裁(R8.10.3)" in row
    assert len(at.get("download_button")) == 2
    assert lead(run("roadmap", half="FY2025H2")) == "回答のあった取組11のうち、動いた取組1。方向性の変化1。"


def test_indicators_and_work_lead_to_each_other(work):
    assert 'href="roadmap?initiative=commerce-1"' in html(run("indicator", indicator="dx-support"))
    assert "この指標を動かす取組" not in [h.value for h in run("indicator", indicator="copy-paper").header]
    folded = [box.label.replace("\\", "") for box in run("roadmap").expander]
    assert {"指標のない取組(51)", "取組のない指標(15)"} <= set(folded)


def test_overview_and_field_have_a_line_that_leads_to_the_roadmap(work):
    assert "やや遅れ1・遅れ1・完了1・未回答48(R8上期、回答受付中)" in re.sub("<[^>]+>", "", html(run("overview")))
    assert 'href="roadmap?in=industry"' in html(run("field", field="industry"))
    assert "roadmap" not in html(run("field", field="foundation"))


def test_a_plan_whose_work_has_no_schedule_says_so_everywhere(bare):
    words = "取組54: 取組の工程は未設定です。取組の見直しで確認します。"
    at = run("roadmap")
    assert lead(at) == words
    assert charts(at) == []
    assert "工程" not in [h.value for h in at.header]
    assert words in re.sub("<[^>]+>", "", html(run("overview")))
    assert "取組の見直しの回答はまだありません" in html(run("roadmap", half="FY2026H1"))
    assert "工程は未設定です。" in html(run("roadmap", initiative="commerce-1"))


def test_a_filter_that_leaves_only_what_is_unset_says_so(work):
    at = run("roadmap", **{"in": "administration"})
    assert charts(at) == []
    assert "取組12の工程は未設定です。取組の見直しで確認します。" in said(at)


def test_a_plan_without_work_says_where_to_write_it_and_other_screens_say_nothing(use, tmp_path):
    data = with_files(tmp_path / "data")
    path = data / "plans" / "prefecture" / "initiatives.csv"
    path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    open_store(data, at=AT)
    use(data)
    assert "initiatives.csv に書き" in html(run("roadmap", as_="admin"))
    assert "work-line" not in html(run("overview"))


def test_a_large_plan_shows_one_field_at_a_time(work, monkeypatch):
    monkeypatch.setattr(schedule_view, "_AT_ONCE", 20)
    at = run("roadmap")
    assert [alt.split("の")[0] for alt, _ in charts(at)] == ["産業・しごと分野"]
    assert "すべて" not in by_label(at.selectbox, "分野").options


def test_a_large_field_draws_what_is_on_the_page_of_its_list(work, monkeypatch):
    monkeypatch.setattr(schedule_view, "_AT_ONCE", 6)
    monkeypatch.setattr(filters, "PAGE", 5)
    shown = {}
    for page in ("1", "2"):
        at = run("roadmap", **{"in": "industry", "page": page})
        ((_, spec),) = charts(at)
        listed = re.findall(r"initiative=([a-z0-9-]+)", "".join(table_rows(at, "取組の一覧")))
        drawn = {row["id"] for layer in spec["layer"] for row in layer["data"]["values"] if "id" in row}
        assert drawn
        assert drawn <= set(listed)
        assert len(listed) == 5
        assert "産業・しごと分野<small>　取組17" in html(at)
        part = "1〜5" if page == "1" else "6〜10"
        assert f"この印刷は、取組全17件のうち{part}件目です。全体の表は、画面からCSVかExcelで受け取れます。" in html(at)
        shown[page] = drawn
    assert not shown["1"] & shown["2"]


def test_many_rows_are_parted_into_charts_of_nearly_the_same_length(work, monkeypatch):
    monkeypatch.setattr(schedule_view, "_ROWS", 6)
    told = charts(run("roadmap", **{"in": "industry"}))
    assert [re.findall(r"^.+?。|\d+件。", alt)[:2] for alt, _ in told] == [
        ["産業・しごと分野の取組の工程(1/2)。", "4件。"],
        ["産業・しごと分野の取組の工程(2/2)。", "3件。"],
    ]


def test_a_past_day_shows_what_was_known_then(work, acting):
    acting(Role.SECRETARIAT)
    at = run("roadmap", as_of="2026-05-01")
    assert lead(at).endswith("(R7下期、回答受付中)。")
    assert "時点 R8.5.1" in json.dumps([spec for _, spec in charts(at)], ensure_ascii=False)


def test_the_review_that_is_asked_for_is_told_with_how_late_it_is(work):
    at = run("roadmap", as_="secretariat")
    assert "令和8年度上期 取組の見直し" in html(at)
    assert "令和8年10月15日を過ぎ、取組" in html(at)
    assert "令和8年10月15日でした。" in html(run("roadmap", as_="reader"))


def test_papers_are_about_values_and_so_is_the_round_a_screen_starts_with(work):
    """The reviews stand behind the rounds of values in the plan, so that they are the newest."""
    assert by_label(run("report").selectbox, "照会").value == "fy2025"
    for page in ("rounds", "review", "submit"):
        at = run(page, as_="secretariat")
        assert by_label(at.selectbox, "照会").value == "fy2025", page
    assert "令和8年度上期(2026年度上期)の取組" in html(run("rounds", as_="secretariat", round=AUTUMN))


def test_what_else_is_asked_and_what_comes_next_stands_beside_a_round(work):
    at = html(run("rounds", as_="secretariat"))
    assert "令和8年度上期 取組の見直し</a>(期限10月15日(木)を過ぎています)" in at
    assert "令和8年度実績照会</a>(令和9年10月1日(金)から)" in at
    owing = html(run("submit", as_="dept-commerce", round="fy2025"))
    assert "ほかに回答を求めている照会" not in owing  # it has answered both reviews
    assert "令和8年度上期 取組の見直し</a>(期限" in html(run("submit", as_="secretariat", department="agriculture"))


def test_a_superseded_answer_is_found_by_its_number_by_whom_it_may_be_seen(use, tmp_path):
    data = use(with_work(tmp_path))
    store = open_store(data, at=AT)
    (first,) = (r for r in store.snapshot(PLAN).reviews["commerce-1"] if r.round_id == AUTUMN)
    answer(store, AUTUMN, "commerce", {"commerce-1": {"progress": "done", "course": "end", "next_plan": None}})
    (second,) = (r for r in store.snapshot(PLAN).reviews["commerce-1"] if r.round_id == AUTUMN)
    assert first.code != second.code
    old = html(run("origin", as_="secretariat", figure=first.code))
    assert "12会場で開いた。" in old
    assert "この後に新しい回答が入っています。" in old
    assert f"figure={second.code}" in old
    new = html(run("origin", as_="secretariat", figure=second.code))
    assert "12会場で開いた。" not in new
    assert "この後に新しい回答が入っています。" not in new
    assert f"figure={first.code}" in new
    assert "12会場で開いた。" in html(run("origin", as_="secretariat", figure=first.code.lower().replace("-", "")))
    # Everybody sees the one that was confirmed, and nothing of the one that nobody has confirmed.
    seen = html(run("origin", as_="reader", figure=first.code))
    assert "12会場で開いた。" in seen
    assert second.code not in seen
    assert "当てはまる値は見つかりません" in html(run("origin", as_="reader", figure=second.code))
