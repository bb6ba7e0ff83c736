"""Pieces of HTML: what comes from data stays text, tables bind their headings, one line per indicator."""

import ast
import re
from datetime import date
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.collection.letters import Item, Letter
from kpi.status import STATUSES
from pages.parts.rounds.letter_downloads import letter_markup
from pages.parts.shared.markup import (
    Column,
    Group,
    Markup,
    badge,
    bullet,
    changed,
    formula,
    join,
    link,
    listing,
    render,
    status_bar,
    table,
    tag,
    text,
)
from tests import ROOT

TEMPLATES = ROOT / "pages" / "parts" / "shared" / "templates"
CODE = [
    ROOT / "app.py",
    *(path for name in ("kpi", "loaders", "pages") for path in sorted((ROOT / name).rglob("*.py"))),
]

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</td></tr></table><h1>",
    "&lt;b&gt; & <b>",
    "javascript:alert(1)",
)


class Seen(HTMLParser):
    """The elements, attributes and text that a browser would see."""

    def __init__(self, markup):
        super().__init__()
        self.elements, self.attributes, self.said, self.open = [], [], [], []
        self.feed(str(markup))
        self.close()

    def handle_starttag(self, name, attrs):
        self.elements.append(name)
        self.attributes += attrs
        if name not in ("br", "img"):
            self.open.append(name)

    def handle_endtag(self, name):
        assert self.open.pop() == name

    def handle_data(self, data):
        self.said.append(data)

    @property
    def text(self):
        return "".join(self.said)

    def all(self, name):
        return [value for key, value in self.attributes if key == name]


def pieces(bad):
    """Every builder with the text in every place where data can stand."""
    return {
        "text": Markup(text(bad)),
        "join": join([bad, bad]),
        "tag": tag("div", bad, title=bad),
        "link label": link(bad, "indicator", indicator="a"),
        "link query": link("a", "indicator", indicator=bad),
        "badge": badge(bad, "behind"),
        "changed": changed(bad),
        "cell": table([Column("a"), Column("b")], [(bad, bad)], caption="c"),
        "heading": table([Column(bad), Column(bad)], [("a", "b")], caption="c"),
        "caption": table([Column("a")], [("a",)], caption=bad),
        "group": table([Column("a")], [Group(bad)], caption="c"),
        "bullet": bullet(0.5, 0.4, bad),
        "bar": status_bar([("behind", bad, 2)], bad),
        "list": listing([bad, bad], ordered=True),
        "statement": render("statement.html", head=bad, body=bad),
        "goal": render("goal_card.html", item=goal(bad), below=bad, figure=bad, **parts(bad)),
        "letter": letter_markup(letter(bad)),
    }


def goal(bad):
    return SimpleNamespace(course=bad, advice=bad)


def parts(bad):
    return {name: tag("span", bad) for name in ("name", "way", "badge")}


def letter(bad):
    items = (Item(bad, (bad, bad), ((bad, bad), (bad, bad))), Item(bad, (bad,)))
    return Letter(bad, bad, bad, bad, bad, (bad, bad), items, (bad, bad), date(2026, 11, 21), bad, bad)


@pytest.mark.parametrize("bad", HOSTILE)
@pytest.mark.parametrize("place", sorted(pieces("")))
def test_hostile_text_stays_text(bad, place):
    clean, dirty = Seen(pieces("X")[place]), Seen(pieces(bad)[place])
    assert dirty.elements == clean.elements
    assert [key for key, _ in dirty.attributes] == [key for key, _ in clean.attributes]
    assert dirty.open == []
    # Nothing is lost either: it is shown as it was written.
    if "X" in clean.text:
        assert bad in dirty.text


@pytest.mark.parametrize("bad", HOSTILE)
def test_an_address_never_becomes_a_script(bad):
    (address,) = Seen(link("a", "indicator", indicator=bad)).all("href")
    assert address.startswith("indicator?indicator=")
    assert not set("<>\"' ") & set(address)


@given(st.text())
def test_any_text_comes_back_as_it_was_written(said):
    seen = Seen(Markup(text(said)))
    assert set(seen.elements) <= {"br"}
    # A parser reads NUL and carriage return its own way; every other sign stands.
    if not set("\0\r") & set(said):
        assert seen.text == said.replace("\n", "")


def test_markup_is_not_escaped_twice():
    assert str(join([tag("b", "a<b"), Markup("<br>")])) == "<b>a&lt;b</b><br>"


def test_a_line_break_of_the_text_is_kept():
    assert text("一\n二") == "一<br>二"


def test_a_link_stays_in_the_window_and_the_front_page_has_an_address():
    assert str(link("概況", "")) == '<a href="./" target="_self">概況</a>'
    assert 'href="field?field=work"' in str(link("産業", "field", field="work"))


# --- who makes markup ---

#: The screens' pieces, and the paper's page (tests/loaders/documents/test_paper.py gives it hostile texts).
MAKERS = (ROOT / "pages" / "parts" / "shared" / "markup.py", ROOT / "loaders" / "documents" / "paper" / "page.py")


@pytest.mark.parametrize("path", CODE, ids=lambda p: str(p.relative_to(ROOT)))
def test_only_words_of_our_own_are_taken_for_markup(path):
    if path in MAKERS:
        return
    tree = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    taken = {a.name for n in tree if isinstance(n, ast.Import) for a in n.names}
    taken |= {n.module for n in tree if isinstance(n, ast.ImportFrom)}
    assert not taken & {"html", "jinja2", "markupsafe"}
    made = [n for n in tree if isinstance(n, ast.Call) and ast.unparse(n.func).split(".")[-1] == "Markup"]
    assert all(isinstance(a, ast.Constant) for n in made for a in n.args), [ast.unparse(n) for n in made]


def templates():
    return {path.name: path.read_text("utf-8") for path in sorted(TEMPLATES.iterdir())}


def test_no_template_lets_a_value_through_unescaped():
    assert len(templates()) > 5
    assert [name for name, source in templates().items() if re.search(r"\bsafe\b|autoescape|\|e\b", source)] == []


def test_every_value_of_an_attribute_stands_in_quotation_marks():
    """Escaping leaves spaces as they are: without the marks a value could become an attribute of its own."""
    bare = {name: re.sub(r"\{\{.*?\}\}", "x", re.sub(r"\{[%#].*?[%#]\}", "", s)) for name, s in templates().items()}
    assert [name for name, source in bare.items() if re.search(r"<[^>]*=(?!\")", source)] == []


def test_each_template_is_drawn_somewhere_and_none_is_asked_for_that_is_not_there():
    asked = {name for path in CODE for name in re.findall(r'render\(\s*"([\w.]+)"', path.read_text("utf-8"))}
    assert asked == set(templates())


# --- tables ---

COLUMNS = [Column("指標", width="9rem"), Column("値", number=True), Column("出典", narrow=True)]


def small():
    rows = [Group("基本目標"), ("割合", "65%", "調べ"), ("件数", "3件", Markup("<b>調べ</b>"))]
    return table(COLUMNS, rows, caption="指標の一覧", kind="stack")


def test_headings_are_bound_to_columns_rows_and_groups():
    seen = Seen(small())
    assert seen.all("scope") == ["col", "col", "col", "rowgroup", "row", "row"]
    assert seen.all("colspan") == ["3"]


def test_a_table_has_a_caption_and_a_head_and_a_body():
    seen = Seen(small())
    assert seen.elements[:3] == ["table", "caption", "thead"]
    assert "指標の一覧" in seen.text
    assert seen.elements.count("tbody") == 1


def test_on_a_small_screen_each_cell_carries_its_columns_name():
    assert Seen(small()).all("data-label") == ["値", "出典"] * 2


def test_numbers_stand_right_and_narrow_columns_say_so():
    classes = Seen(small()).all("class")
    assert classes.count("num") == classes.count("narrow") == 3
    assert classes[0] == "kpi stack"


def test_a_row_of_the_wrong_length_is_an_error_and_not_a_shifted_table():
    with pytest.raises(ValueError):
        table(COLUMNS, [("a", "b")], caption="c")


# --- status ---


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_is_its_word_without_any_sign(status):
    assert Seen(badge("判定", status)).text == "判定"
    assert Seen(status_bar([(status, "判定", 3)], "要約")).text == "判定3"


def test_the_bar_is_in_proportion_and_leaves_out_what_is_zero():
    bar = Seen(status_bar([("achieved", "達成", 3), ("behind", "遅れ", 0), ("no_data", "値なし", 1)], "達成3、値なし1"))
    assert bar.all("style") == ["flex:3 1 0", "flex:1 1 0"]
    assert "遅れ" not in bar.text
    assert bar.all("aria-label") == ["達成3、値なし1"]
    assert bar.all("role") == ["img"]


# --- the bullet ---


def places(markup):
    """Where each part of a bullet stands, in per cent: {class: (left, width)}."""
    seen = Seen(markup)
    kinds = [c.split()[0] for c in seen.all("class")[1:]]
    found = {}
    for kind, style in zip(kinds, seen.all("style"), strict=True):
        told = dict(part.split(":") for part in style.split(";"))
        found[kind] = tuple(float(told[k].rstrip("%")) for k in ("left", "width") if k in told)
    return found


def test_half_way_is_half_the_bar_from_baseline_to_flag():
    assert places(bullet(0.5, 0.4, "s")) == {
        "b-bar": (0.0, 50.0), "b-plan": (40.0,), "b-base": (0.0,), "b-flag": (100.0,),
    }  # fmt: skip


def test_a_step_back_goes_left_of_the_baseline_and_is_marked():
    drawn = bullet(-0.5, 0.5, "s")
    at = places(drawn)
    assert at["b-bar"] == (0.0, 33.3)
    assert at["b-base"] == (33.3,)
    assert at["b-flag"] == (100.0,)
    assert "b-back" in str(drawn)
    assert "b-back" not in str(bullet(0.5, 0.5, "s"))


def test_beyond_the_target_the_flag_stands_inside():
    at = places(bullet(2.0, 0.5, "s"))
    assert at["b-bar"] == (0.0, 100.0)
    assert at["b-flag"] == (50.0,)
    assert at["b-plan"] == (25.0,)


@pytest.mark.parametrize("nothing", [None, float("nan"), float("inf"), float("-inf")])
def test_no_progress_is_a_dash_and_no_bar(nothing):
    assert str(bullet(nothing, 0.5, "s")) == '<span class="none">―</span>'


@pytest.mark.parametrize("nothing", [None, float("nan"), float("inf"), 7.0, -3.0])
def test_no_tick_of_the_plan_where_there_is_none_or_it_lies_outside(nothing):
    assert "b-plan" not in places(bullet(0.5, nothing, "s"))


@given(st.floats(-1e9, 1e9), st.none() | st.floats())
def test_nothing_ever_leaves_the_bullet(progress, planned):
    for left, *width in places(bullet(progress, planned, "s")).values():
        assert 0 <= left <= 100
        assert left + sum(width) <= 100.2


def test_the_bullet_says_in_words_what_it_shows():
    assert Seen(bullet(0.5, 0.5, "進捗率50%、順調")).all("aria-label") == ["進捗率50%、順調"]


@pytest.mark.parametrize(
    ("written", "pieces"),
    [
        ("(41,300,000−48,200,000)÷(36,000,000−48,200,000)",
         ["(41,300,000−", "48,200,000)÷", "(36,000,000−", "48,200,000)"]),
        ("((−3.3)−5)÷2年", ["((−3.3)−", "5)÷", "2年"]),
        ("56.6%÷50.0%", ["56.6%÷", "50.0%"]),
    ],
)  # fmt: skip
def test_a_formula_breaks_after_its_operators_and_never_in_a_number_or_after_a_sign(written, pieces):
    found = str(formula(written)).removeprefix('<small class="formula">').removesuffix("</small>")
    assert found.split("<wbr>") == [f"<span>{piece}</span>" for piece in pieces]


def test_a_sentence_in_a_formula_s_place_breaks_like_any_other():
    assert str(formula("R6の目安値を通る計画線")) == "<small>R6の目安値を通る計画線</small>"


@pytest.mark.parametrize("bad", HOSTILE)
def test_hostile_text_in_a_formula_stays_text(bad):
    seen = Seen(str(formula(f"1÷{bad}")).replace("<wbr>", ""))
    assert set(seen.elements) == {"small", "span"}
    assert seen.text == f"1÷{bad}"
