"""A plan as ``new-plan`` makes it, without a field, an indicator, a department or a round: every screen stands."""

from datetime import date

import pytest

from kpi.assessment import Assessment
from loaders.cli.commands import main
from loaders.documents.table_files import to_csv, to_xlsx
from loaders.documents.takeaway_tables import indicator_table
from pages.parts.app.screens import SCREENS
from tests.samplekit import store_of, with_files
from tests.screenkit import DAY, NOTHING, html, run, said, sound

TERMS = {"running": ("FY2025", "FY2029"), "to come": ("FY2029", "FY2033"), "without statistics": ("FY2025", "FY2029")}
PARTS = ("cards", "publication", "departments", "people", "log", "keep", "plan")


@pytest.fixture(scope="module", params=TERMS)
def bare_data(request, tmp_path_factory):
    data = tmp_path_factory.mktemp("bare")
    with_files(data, "benchmarks")
    if request.param == "without statistics":
        for path in (data / "benchmarks").glob("*.csv"):
            path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    start, end = TERMS[request.param]
    given = ("--name", "次の計画", "--start", start, "--end", end, "--area-code", "02", "--area-name", "青森県")
    assert main(["--data", str(data), "new-plan", "next", *given]) == 0
    assert main(["--data", str(data), "init"]) == 0
    return data


@pytest.fixture
def bare(use, bare_data):
    return use(bare_data)


def views(screen):
    return {
        "data": [{"kind": kind} for kind in ("judged", "observations", "published")],
        "admin": [{"part": part} for part in PARTS],
    }.get(screen, [{}])


@pytest.mark.parametrize("who", ["admin", "secretariat", "reader"])
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.address)
def test_every_screen_of_an_empty_plan_stands_and_says_something(bare, screen, who):
    module = screen.page.__module__.removeprefix("pages.")
    for query in views(module):
        at = run(module, as_=who, **query)
        assert sound(at), (query, [e.value for e in (*at.exception, *at.error)])
        assert {title.value for title in at.title} <= {screen.title, "権限がありません"}, query
        assert [text for text in said(at) if NOTHING.search(text)] == [], query
        assert 'class="lead"' in html(at) or 'class="empty"' in html(at), query


def test_what_a_plan_has_none_of_is_named_with_the_file_to_write_it_in(bare):
    asked = {("field", ""): "plan.toml", ("indicator", ""): "indicators.csv", ("data", ""): "indicators.csv"}
    for (screen, part), file in {**asked, ("admin", "departments"): "plan.toml"}.items():
        at = run(screen, as_="admin", **({"part": part} if part else {}))
        assert f"計画のフォルダーの {file} に書き" in "".join(said(at)), screen


def test_the_table_of_an_empty_plan_has_its_columns_and_can_be_taken_away(bare_data):
    store = store_of(bare_data)
    table = indicator_table(Assessment.of(store.snapshot(store.plan_ids()[0]), date.fromisoformat(DAY)))
    assert table.empty
    assert {"番号", "指標", "判定"} <= set(table.columns)
    assert "番号" in to_csv(table).decode("utf-8-sig")
    assert to_xlsx(table, title="判定一覧")
