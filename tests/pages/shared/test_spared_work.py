"""What is closed is not made, a finished chart is left as it is, a long list comes in pages named in the address."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.parts.shared import filters
from tests.kpi.charts.test_charts import EVERY_CHART
from tests.screenkit import everything


def folded_script():
    import streamlit as st

    from pages.parts.shared.layout import folded

    def draw():
        st.session_state["made"] = st.session_state.get("made", 0) + 1
        st.write("中身")

    folded("表で見る", draw, key="one")


def test_what_is_closed_is_not_made_and_what_is_opened_is():
    at = AppTest.from_function(folded_script).run()
    assert not at.exception
    assert "made" not in at.session_state
    at.session_state["open-one"] = True
    at.run()
    assert at.session_state["made"] == 1
    assert [m.value for m in at.markdown] == ["中身"]


def form_script():
    import streamlit as st

    from pages.parts.shared.layout import folded_form

    def draw():
        st.text_input("添え書き", key="note")

    folded_form("締め切る", draw, key="box")


def test_a_form_is_made_when_it_is_opened_and_keeps_what_was_typed_when_it_is_closed():
    at = AppTest.from_function(form_script).run()
    assert not at.exception
    assert not at.text_input
    at.session_state["box"] = True
    at.run()
    at.text_input(key="note").input("3月末まで").run()
    at.session_state["box"] = False
    at.run()
    assert at.text_input(key="note").value == "3月末まで"


def paged_script(count, of, **on_paper):
    import streamlit as st

    from pages.parts.shared.filters import paged

    st.session_state["shown"] = list(paged(list(range(count)), "指標", of, **on_paper))


def drawn(count, of="field a", at=None, on_paper=(), **query):
    at = at or AppTest.from_function(paged_script, kwargs={"count": count, "of": of, **dict(on_paper)})
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def test_a_list_that_fits_is_shown_whole_without_a_choice():
    at = drawn(filters.PAGE)
    assert at.session_state["shown"] == list(range(filters.PAGE))
    assert not at.selectbox


def test_a_long_list_says_how_many_there_are_and_shows_the_page_of_the_address():
    at = drawn(45)
    (choice,) = at.selectbox
    assert choice.label == "表示する指標(全45)"
    assert list(choice.options) == ["1〜20", "21〜40", "41〜45"]
    assert at.session_state["shown"] == list(range(20))
    assert "page" not in at.query_params
    choice.select("3").run()
    assert at.session_state["shown"] == list(range(40, 45))
    assert at.query_params["page"] == "3"
    assert drawn(45, page="2").session_state["shown"] == list(range(20, 40))


def test_a_printed_page_says_which_part_it_is_and_where_the_whole_is():
    note = re.compile(r'<p class="on-paper">(.*?)</p>')
    written = "".join(str(node.proto.body) for node in everything(drawn(45, page="2")) if node.type == "html")
    assert note.findall(written) == [
        "この印刷は、指標全45件のうち21〜40件目です。ほかは、画面の「表示する指標」で選びます。"
    ]
    assert said(drawn(45, on_paper={"files": True}.items())).endswith("全体の表は、画面からCSVかExcelで受け取れます。")
    assert not said(drawn(45, on_paper={"whole_on_paper": True}.items()))
    assert not said(drawn(20))


def test_a_page_that_there_is_not_is_told_by_its_name():
    at = drawn(45, page="99")
    assert at.session_state["shown"] == list(range(20))
    assert "アドレスのページ「99」は見つかりません。代わりに「1〜20」を表示しています。" in said(at)


def said(at):
    return "".join(re.sub("<[^>]+>", "", str(node.proto.body)) for node in everything(at) if node.type == "html")


def test_every_item_stands_on_exactly_one_page():
    pages = [drawn(101, page=str(n)).session_state["shown"] for n in range(1, 7)]
    assert [one for page in pages for one in page] == list(range(101))


def test_another_list_begins_at_its_first_page(monkeypatch):
    state, query = {"paged": ("field a", "3")}, {"page": "3"}
    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(st, "query_params", query)
    seen = SimpleNamespace(pages=None)
    monkeypatch.setattr(filters, "choose", lambda _label, _name, pages, **_: setattr(seen, "pages", pages) or "1")
    assert list(filters.paged(list(range(50)), "指標", "field b")) == list(range(20))
    assert "page" not in query
    query["page"] = "2"
    filters.paged(list(range(50)), "指標", "field b")
    assert query["page"] == "2"


def test_back_to_another_list_is_back_to_its_page(monkeypatch):
    """Its address says so: what stands there is not the page of the list that was left."""
    query = {"page": "3"}
    monkeypatch.setattr(st, "query_params", query)
    monkeypatch.setattr(filters, "choose", lambda *_, **__: query.get("page", "1"))
    for state in ({"paged": ("field b", "")}, {"paged": ("overview", "3"), filters.ARRIVED: True}):
        monkeypatch.setattr(st, "session_state", state)
        assert list(filters.paged(list(range(50)), "指標", "field a")) == list(range(40, 50))


def chart_script():
    import streamlit as st

    from tests.kpi.charts.test_charts import EVERY_CHART

    for name, chart in EVERY_CHART.items():
        st.vega_lite_chart(spec=chart, width="stretch", theme=None, key=name, alt=name)


def test_a_chart_that_was_drawn_is_as_it_was():
    """One specification serves everybody: the framework must not write into it."""
    before = json.dumps(EVERY_CHART)
    assert not AppTest.from_function(chart_script).run().exception
    assert json.dumps(EVERY_CHART) == before
