"""Every screen run for real over a temporary store: empty, with samples, and when something is broken."""

import json
import logging
import re
from datetime import datetime

import pytest

import pages.parts.app.current_view
import pages.parts.app.storage
from kpi.assessment import Assessment
from kpi.charts.placement import text_width
from kpi.place import Place
from kpi.printing.rollup import attention
from loaders.services.operations import make_form, open_store
from loaders.store import StoreBusy
from loaders.store.file.database import Database
from pages import overview
from pages.parts.shared import filters
from tests.campaign.marked import length, lengthened
from tests.samplekit import AT, MERE, PLAN, store_of, with_files, with_samples
from tests.screenkit import DAY, FAILED, NOTHING, english, everything, forget, html, lead, run, said, sound, upload

SCREENS = ("overview", "field", "indicator", "roadmap", "compare", "submit", "report", "data", "method")
TITLES = dict(
    zip(
        SCREENS,
        ("概況", "分野", "指標", "取組・ロードマップ", "全国比較", "回答", "報告書", "データ", "算定方法・用語"),
        strict=True,
    )
)

# --- two data folders -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def empty_data(tmp_path_factory):
    return with_files(tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def sample_data(tmp_path_factory):
    return with_samples(tmp_path_factory.mktemp("samples"))


@pytest.fixture
def empty(use, empty_data):
    return use(empty_data)


@pytest.fixture
def samples(use, sample_data):
    return use(sample_data)


# --- what holds on every screen ---------------------------------------------------------------------------------


def queries(screen, plan):
    """The views of a screen: each field, each indicator, each department, each kind of data."""
    day = datetime.fromisoformat(DAY).date()
    return {
        "field": [{"field": f.id} for f in plan.fields],
        "indicator": [{"indicator": i.id} for i in plan.indicators],
        "submit": [
            {"department": d.id, "round": r.id}
            for d in plan.departments[:3]
            for r in plan.rounds
            if plan.owned_by(d.id, day)
        ],
        "data": [{"kind": k} for k in ("judged", "observations", "published", "reviews")],
    }.get(screen, [{}])


@lengthened
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("state", ["empty", "samples"])
def test_every_view_of_a_screen_is_whole_and_speaks_japanese(state, screen, request):
    data = request.getfixturevalue(state)
    store = open_store(data, at=AT)
    plan = store.snapshot(store.plan_ids()[0]).plan
    for query in queries(screen, plan)[:: length(3, 1)]:
        at = run(screen, **query)
        assert sound(at), (query, [e.value for e in at.error])
        texts = said(at)
        assert [t.value for t in at.title] == [TITLES[screen]]
        assert [t for t in texts if NOTHING.search(t)] == [], query
        assert english(texts) == {}, query
        assert ("サンプルを表示しています。" in "".join(texts)) is (state == "samples")
        # A field that has no indicators opens with the reason instead.
        assert lead(at).strip() or "この区分には指標がありません" in "".join(texts), query


@pytest.mark.parametrize("screen", SCREENS)
def test_every_table_and_chart_has_words_for_who_does_not_see_it(screen, samples):
    at = run(screen)
    for node in everything(at):
        proto = getattr(node, "proto", None)
        if node.type == "dataframe" or getattr(proto, "spec", ""):
            assert re.search(r"[ぁ-んァ-ヶ一-龥]", proto.alt)
            assert "NaN" not in getattr(proto, "spec", "")


@pytest.mark.parametrize("screen", SCREENS)
def test_no_table_says_none_where_a_value_lacks(screen, samples):
    at = run(screen, **({"kind": "published"} if screen == "data" else {}))
    for node in everything(at):
        if node.type == "dataframe":
            assert node.proto.placeholder == "―"


def test_the_first_sentences(samples):
    assert re.match(r"19指標のうち達成\d+、順調\d+", lead(run("overview")))
    assert re.match(r"4指標中 ", lead(run("field", field="industry")))
    assert re.match(r"\d+組のうち\d+組で全国を上回り", lead(run("compare")))
    assert re.match(
        r"回答いただく指標は6件。回答は受け付けました", lead(run("submit", department="planning", round="fy2025"))
    )
    assert re.match(r"19指標、回答\d+件、公表値[\d,]+件", lead(run("data")))
    assert "計画線" in lead(run("method"))


# --- an empty plan ----------------------------------------------------------------------------------------------


def test_an_empty_plan_says_once_what_is_missing_and_what_to_do(empty):
    at = run("overview")
    told = "".join(said(at))
    assert "部局の回答はまだ1件もありません" in told
    waits = "(予定。まだ始まっていません)で、"
    assert f"目標値等設定照会{waits}19指標の現状値と目標値を各部局に回答していただきます。" in told
    assert f"令和7年度実績照会{waits}R7の実績値を各部局に回答していただきます。" in told
    assert "回答はまだありません" not in told
    assert "未回答" not in told
    assert told.count("目標値が未設定です") == 1
    assert told.count("取組の工程は未設定です") == 1
    one = run("indicator", indicator="labor-productivity")
    assert "現状値と目標値が未設定です。総合政策部の回答様式(目標値等設定照会)で設定できます。" in said(one)
    assert "値がまだないため、出所はありません。" in said(one)


def test_an_empty_overview_leads_each_department_to_its_own_form(empty):
    page = html(run("overview"))
    assert 'href="submit?department=land&amp;round=targets"' in page
    assert 'href="rounds?round=fy2025"' in page
    assert 'href="submit?round=fy2025"' in html(run("overview", as_="dept-land"))
    assert "submit?" not in html(run("overview", as_="reader"))  # it leads nobody to a screen that refuses them
    assert len(re.findall(r'href="indicator\?indicator=', page)) == 19


def test_a_chart_of_the_nation_alone_says_that_the_prefecture_is_not_in_it(empty):
    at = run("indicator", indicator="teacher-ict")
    (told,) = [node.proto.alt for node in everything(at) if getattr(getattr(node, "proto", None), "spec", "")]
    assert "県の値はまだありません(全国のみ)。全国は" in told


def test_an_empty_plan_shows_no_number_for_what_is_unset(empty):
    page = html(run("overview"))
    assert "→目標" not in page
    assert not re.search(r'data-label="(?:現状値|今回|目標|進捗率)"', page)


def test_whoever_starts_empty_is_not_asked_again(empty):
    at = run("overview")
    at.button(key="start-empty").click().run().run()
    assert sound(at)
    assert "はじめに" not in "".join(said(at))


def test_samples_come_and_go_by_one_button_each(use, tmp_path):
    use(with_files(tmp_path))
    at = run("overview")
    at.button(key="samples-on").click().run()
    assert sound(at)
    assert "サンプルを表示しています。" in said(at)
    at.button(key="samples-off").click().run()
    assert sound(at)
    assert "サンプルを表示しています。" not in said(at)
    assert "部局の回答はまだ1件もありません" in "".join(said(at))


# --- samples ----------------------------------------------------------------------------------------------------


def test_samples_are_marked_wherever_they_show(samples):
    assert "サンプル　" in said(run("field", field="industry"))
    assert "サンプル　" in said(run("indicator", indicator="dx-support"))
    assert "サンプル" in said(run("submit", department="planning"))
    table = next(n for n in everything(run("data", kind="observations")) if n.type == "dataframe").value
    assert set(table["サンプル"]) == {"サンプル"}


def test_a_long_number_far_down_in_a_table_is_shown_whole(samples):
    """The framework makes a column as wide as its first rows need and cuts a longer number on its left."""
    table = next(n for n in everything(run("data")) if n.type == "dataframe")
    longest = f"{table.value['現状値'].max():,.0f}"
    assert len(longest) > len(f"{table.value['現状値'].head(10).max():,.0f}")
    assert json.loads(table.proto.columns)["現状値"]["width"] >= text_width(longest) + 16


def test_the_table_to_take_away_tells_what_the_screen_tells_of_a_value(samples):
    table = next(n for n in everything(run("data")) if n.type == "dataframe").value.set_index("指標")
    listed = {
        name: row
        for row in re.findall(r"<tr>.*?</tr>", html(run("overview")))
        for name in table.index
        if f">{name}<" in row and 'class="num"' in row
    }
    assert set(listed) == set(table.index)
    assert {name for name, row in listed.items() if "未確認" in row} == set(table.index[table["確認"] == "未確認"])
    assert {name for name, row in listed.items() if "速報" in row} == set(table.index[table["確定・速報"] == "速報"])
    assert set(table["確認"]) == {"未確認", "確認済", ""}
    assert set(table["サンプル"]) == {"サンプル"}


def test_values_nobody_has_confirmed_are_marked(samples):
    rows = re.findall(r"<tr>.*?</tr>", html(run("overview")))
    marked = {"unconfirmed" in row for row in rows if "indicator=" in row}
    assert marked == {True, False}  # the samples hold both
    one = next(re.search(r"indicator=([\w-]+)", row).group(1) for row in rows if "unconfirmed" in row)
    assert "未確認" in said(run("indicator", indicator=one))


def test_the_front_page_marks_unconfirmed_values_in_every_part_and_counts_them(samples):
    at = run("overview")

    def marked(pattern):
        parts = re.findall(pattern, html(at), re.S)
        return {re.search(r"indicator=([\w-]+)", p)[1]: "unconfirmed" in p for p in parts if "indicator=" in p}

    def rows(caption):
        tables = re.findall(rf'<caption class="unseen">{caption}.*?</table>', html(at), re.S)
        return {k: v for t in tables for k, v in _marked_rows(t).items()}

    whole = rows("指標の一覧")
    for part in (marked(r'<section class="card">.*?</section>'), rows("前回からの変化"), rows("目を向けるところ")):
        assert part
        assert part == {indicator: whole[indicator] for indicator in part}
    assert f"(うち未確認{sum(whole.values())}指標)" in lead(at)


def test_what_does_not_find_room_among_what_needs_a_look_is_a_list_one_link_away(samples, monkeypatch):
    found = attention(Assessment.of(store_of(samples).snapshot("prefecture"), AT.date()))
    wanted = [i.id for one in found for i in one.indicators]
    monkeypatch.setattr(overview, "_SHOWN", 1)
    monkeypatch.setattr(filters, "PAGE", 2)
    front = html(run("overview"))
    rest = len(wanted) - len(found[0].indicators)
    assert rest > 1
    assert f'<a href="?list=attention" target="_self">ほか{rest}指標(すべてを一覧で見る)</a>' in front
    seen = []
    for page in range(1, -(-len(wanted) // 2) + 1):
        at = run("overview", list="attention", page=str(page))
        assert any(f"(全{len(wanted)})" in box.label for box in at.selectbox)
        tables = re.findall(r"<caption[^>]*>指標の一覧</caption>.*?</table>", html(at), re.S)
        assert len(tables) == 1
        seen += re.findall(r'<th scope="row"><a href="indicator\?indicator=([\w-]+)"', tables[0])
    assert seen == wanted
    assert 'href="./"' in html(at)


def test_a_field_marks_the_same_values_as_the_front_page(samples):
    tables = re.findall(r'<caption class="unseen">指標の一覧.*?</table>', html(run("overview")), re.S)
    whole = {k: v for t in tables for k, v in _marked_rows(t).items()}
    plan = store_of(samples).snapshot("prefecture").plan
    heads = r'<div class="name"><a href="indicator\?indicator=([\w-]+)".*?</div><div>(.*?)</div>'
    found = {
        k: "unconfirmed" in head for f in plan.fields for k, head in re.findall(heads, html(run("field", field=f.id)))
    }
    assert len(found) == 16
    assert found == {k: whole[k] for k in found}
    assert set(found.values()) == {True, False}


def _marked_rows(table):
    found = [row for row in re.findall(r"<tr>.*?</tr>", table, re.S) if "indicator=" in row]
    return {re.search(r"indicator=([\w-]+)", row)[1]: "unconfirmed" in row for row in found}


def test_every_number_stands_with_its_unit(samples):
    at = run("overview")
    store = store_of(samples)
    plan = store.snapshot(store.plan_ids()[0]).plan
    rows = re.findall(r"<tr><th scope=\"row\">.*?indicator=([\w-]+)\".*?</tr>", html(at))
    assert len(set(rows)) == 19
    for row in re.findall(r"<tr>.*?</tr>", html(at)):
        cells = re.findall(r'data-label="(?:現状値|今回|目標)"><[^>]*>(?:<a [^>]*>)?(.*?)</', row)
        if not cells:
            continue
        unit = plan.indicator(re.search(r"indicator=([\w-]+)", row).group(1)).unit.replace("％", "%")
        for cell in cells:
            assert cell in ("未設定", "―") or re.fullmatch(r"[−-]?[\d,]+(\.\d+)?" + re.escape(unit), cell), (row, cell)
        progress = re.search(r'data-label="進捗率">(.*?)</td>', row).group(1)
        assert re.fullmatch(r"―|[−-]?[\d,]+(\.\d+)?%", progress)


def test_what_changed_keeps_its_share_of_the_line_beside_a_long_name(samples):
    head = html(run("overview")).split("前回からの変化</caption>")[1].split("</thead>")[0]
    assert re.findall(r'style="width:(\d+)%"', head) == ["45", "55"]


def test_a_figure_leads_to_its_cell_and_its_original(samples):
    at = run("indicator", indicator="dx-support")
    told = "".join(said(at))
    assert re.search(r"サンプル_令和7年度実績照会_商工労働部\.xlsx　KPI調査票![A-Z]+\d+", told)
    code = re.search(r"origin\?figure=([0-9A-Z]{3}-\d{4})", html(at))[1]
    assert "原本を受け取る" in "".join(said(run("origin", figure=code)))


def test_a_file_is_called_by_its_own_name_without_a_with_files(samples):
    for at in (run("indicator", indicator="dx-support"), run("submit", department="planning", round="targets")):
        assert not re.search(r"(targets|fy\d+)/サンプル", html(at))


# --- the address ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("screen", "query"),
    [
        ("field", {"field": "nowhere"}),
        ("indicator", {"indicator": "'; DROP TABLE"}),
        ("compare", {"series": "<script>"}),
        ("submit", {"department": "x", "round": "y"}),
        ("data", {"kind": "x", "in": "y", "indicator": "z"}),
        ("data", {"kind": "observations", "round": "nowhere"}),
        ("data", {"kind": "published", "series": "nowhere"}),
        ("admin", {"part": "nonsense"}),
    ],
)
def test_what_the_address_asks_for_and_is_not_there_falls_back(screen, query, samples):
    at = run(screen, **query)
    assert sound(at)
    told = "".join(said(at))
    for key, value in query.items():
        if value not in ("observations", "published"):
            assert at.query_params.get(key) not in (value, [value])
            assert re.search(rf"アドレスの\w+「{re.escape(value)}」は見つかりません。代わりに「.+?」を", told)
    again = "".join(said(at.run()))
    assert "見つかりません" not in again  # the address names by then what is shown


def test_what_is_quoted_of_an_address_is_short_visible_and_no_markup(samples):
    at = run("indicator", indicator="<img src=x onerror=alert(1)>\u202e\u200b" + "長" * 200)
    assert "<img" not in html(at)
    told = re.search(r"アドレスの指標「(.+?)」は", "".join(said(at)))[1]
    assert len(told) == 40
    assert told.isprintable()


def test_an_address_that_asks_for_nothing_or_for_what_is_there_is_told_nothing(samples):
    for query in ({}, {"indicator": "dx-support"}):
        assert "見つかりません" not in "".join(said(run("indicator", **query)))


def test_a_choice_that_another_choice_takes_away_is_no_unknown_address(samples):
    at = run("data", kind="judged", **{"in": "goal"})
    one = next(s for s in at.selectbox if s.label == "指標")
    one.select_index(1).run()
    next(s for s in at.selectbox if s.label == "分野").select_index(2).run()
    assert sound(at)
    assert "見つかりません" not in "".join(said(at))


def test_what_is_chosen_stands_in_the_address(samples):
    at = run("indicator", indicator="dx-support")
    assert at.selectbox[0].value == "dx-support"
    at.selectbox[0].set_value("rice-labor").run()
    assert sound(at)
    assert at.query_params["indicator"] in ("rice-labor", ["rice-labor"])


# --- a file on the page -----------------------------------------------------------------------------------------


def test_a_file_that_is_no_workbook_is_refused_in_words_and_nothing_is_kept(use, tmp_path):
    data = use(with_files(tmp_path, *MERE))
    at = upload(run("submit", department="planning"), "回答.xlsx", b"no workbook")
    assert sound(at)
    told = "".join(said(at))
    assert "取り込めませんでした" in told
    assert english(said(at)) == {}
    store = open_store(data, at=AT)
    assert store.snapshot(store.plan_ids()[0]).submissions.empty


def test_a_form_as_it_was_handed_out_becomes_a_draft_with_every_cell_judged(use, tmp_path):
    data = use(with_files(tmp_path, *MERE))
    store = open_store(data, at=AT)
    snapshot = store.snapshot(store.plan_ids()[0])
    name, form = make_form(snapshot, Place(snapshot.plan.id, "fy2025", "planning"), day=AT.date())
    at = upload(run("submit", department="planning", round="fy2025"), name, form)
    assert sound(at)
    told = "".join(said(at))
    assert "を読み取りました。" in told
    assert "下書きとして保存しています" in told
    assert [t for t in said(at) if NOTHING.search(t)] == []
    assert english(said(at)) == {}
    assert at.button(key="send").disabled
    assert list(store.snapshot(store.plan_ids()[0]).submissions["state"]) == ["draft"]


# --- when something is broken -----------------------------------------------------------------------------------


@pytest.fixture
def broken(use, tmp_path):
    """The real files with one text replaced in one of them."""

    def spoil(name, old, new):
        data = with_files(tmp_path, *MERE)
        (path,) = (data / "plans").glob(f"*/{name}")
        text = path.read_text(encoding="utf-8-sig")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return use(data)

    return spoil


@pytest.mark.parametrize("screen", SCREENS)
def test_without_a_plan_every_screen_says_so_and_where_to_look(screen, broken):
    broken("plan.toml", "[plan]", "[plan")
    at = run(screen)
    assert not at.exception
    assert ["計画のファイルを読み込めない" in e.value for e in at.error] == [True]
    told = "".join(said(at))
    assert "plan.toml" in told
    assert re.search(r"\d+行", told)
    assert english(t for t in said(at) if "plan.toml" not in t) == {}


def test_a_broken_row_is_told_with_file_row_and_column_and_the_rest_works(broken):
    broken("indicators.csv", ",increase,", ",ふやす,")
    at = run("overview")
    assert sound(at)
    told = "".join(said(at))
    assert "件の問題があります" in told
    assert re.search(r"indicators\.csv\S*?2行 direction", told)
    assert "ふやす" in told
    assert lead(at)


def test_a_row_that_was_mended_is_told_no_more_whichever_server_has_read_it_again(broken):
    """Another process on the store reads the files anew at the press of a button there; this one is told nothing."""
    path = broken("indicators.csv", ",increase,", ",ふやす,") / "plans" / PLAN / "indicators.csv"
    at = run("overview")
    assert "件の問題があります" in "".join(said(at))
    path.write_text(path.read_text("utf-8").replace(",ふやす,", ",increase,", 1), "utf-8")
    assert "件の問題があります" not in "".join(said(at.run()))


@pytest.mark.parametrize("screen", ["compare", "data", "method", "overview", "indicator", "field"])
def test_without_published_figures_the_screens_still_stand(screen, use, tmp_path):
    use(with_files(tmp_path, "plans"))
    at = run(screen, **({"kind": "published"} if screen == "data" else {}))
    assert sound(at), [e.value for e in at.error]


@pytest.mark.parametrize("screen", [*SCREENS, "rounds", "review", "handover", "origin", "admin"])
def test_a_screen_drawn_again_opens_no_store(screen, samples, monkeypatch):
    at = run(screen)
    opened = []
    read = Database.read
    monkeypatch.setattr(Database, "read", lambda self: opened.append(self) or read(self))
    assert sound(at.run())
    assert opened == []
    if screen == "overview":
        forget()
        assert sound(at.run())
        assert opened  # it counts


@pytest.mark.parametrize("screen", SCREENS)
def test_a_busy_store_is_a_warning_in_words(screen, empty, monkeypatch):
    class Busy:
        def plans(self):
            raise StoreBusy(10.0)

    monkeypatch.setattr(pages.parts.app.storage, "store", Busy)
    at = run(screen)
    assert not at.exception
    assert not at.error
    assert [w.value for w in at.warning] == [str(StoreBusy(10.0))]
    assert "お試しください" in at.warning[0].value


@pytest.mark.parametrize("screen", SCREENS)
def test_a_fault_inside_a_screen_is_told_in_words_and_logged_for_the_keeper(screen, empty, monkeypatch, caplog):
    def fall():
        raise RuntimeError("secret detail")

    monkeypatch.setattr(f"pages.{screen}.view", fall)
    with caplog.at_level(logging.ERROR, "kpi"):
        at = run(screen)
    assert not at.exception
    assert [FAILED in e.value for e in at.error] == [True]
    assert not re.search(r"secret|Runtime|Traceback|File", "".join(said(at)))
    assert "secret detail" in caplog.text
