"""Names, notes and cell texts are no Markdown: pages hand them to the framework escaped, or not at all."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from pages.parts.shared.markup import unmarked
from tests import ROOT

FIRST, FIRST_TWO = (0,), (0, 1)
#: Where the framework reads Markdown: calls and the places of their arguments. (Options of selectbox are plain text.)
_CALLS = """
button form_submit_button download_button link_button selectbox multiselect checkbox toggle text_input text_area
date_input number_input file_uploader expander popover tabs status spinner header subheader title caption
markdown write warning error info success toast metric dialog badge
"""
READ_AS_MARKDOWN = dict.fromkeys(_CALLS.split(), FIRST) | {
    "radio": FIRST_TWO,
    "pills": FIRST_TWO,
    "segmented_control": FIRST_TWO,
    "progress": (1,),
}
NAMED = ("label", "body", "help", "text", "captions")

#: Labels that a function is given by its callers, all literal there: (file, call, argument).
FROM_CALLERS = {
    ("pages/admin.py", "header", "name"),
    ("pages/parts/shared/date_input.py", "text_input", "label"),
    ("pages/parts/admin/admin_forms.py", "segmented_control", "label"),
    ("pages/parts/admin/admin_forms.py", "segmented_control", "list(options)"),
    ("pages/parts/admin/department_panel.py", "multiselect", "label"),
    ("pages/parts/admin/department_panel.py", "selectbox", "label"),
    ("pages/parts/admin/proposal_form.py", "number_input", "label"),
    ("pages/parts/admin/proposal_form.py", "number_input", "f'{THRESHOLD_WORDS[t.key]}({about})'"),
    ("pages/parts/admin/proposal_form.py", "warning", "''.join((fault.message for fault in faults))"),
    ("pages/parts/admin/proposal_form.py", "selectbox", "label"),
    ("pages/parts/admin/proposal_form.py", "text_input", "word"),
    ("pages/parts/admin/publication_panel.py", "radio", "kinds"),
    ("pages/parts/lists/list_target.py", "radio", "ways"),
    ("pages/parts/lists/list_target.py", "selectbox", "label"),
    ("pages/parts/shared/filters.py", "selectbox", "label"),
    ("pages/parts/shared/layout.py", "download_button", "label"),
    ("pages/parts/shared/layout.py", "warning", "str(busy)"),
    ("pages/parts/app/identity.py", "button", "label"),
    ("pages/parts/rounds/letter_downloads.py", "download_button", "label"),
    ("pages/parts/submit/correction_form.py", "selectbox", "_column_name(view, current, column.key)"),
    ("pages/parts/submit/send_form.py", "button", "label"),
    ("pages/review.py", "header", "f'{heading}({count})'"),
}


def _settled(told: ast.expr) -> bool:
    """Whether an argument is literal, a constant, a count, or escaped."""
    match told:
        case ast.Constant():
            return True
        case ast.Name() | ast.Attribute():
            return ast.unparse(told).split(".")[-1].lstrip("_").isupper()
        case ast.JoinedStr():
            return all(_settled(v) for v in told.values)
        case ast.FormattedValue():
            return _settled(told.value)
        case ast.IfExp():
            return _settled(told.body) and _settled(told.orelse)
        case ast.BinOp():
            return _settled(told.left) and _settled(told.right)
        case ast.List() | ast.Tuple():
            return all(_settled(e) for e in told.elts)
        case ast.Subscript():
            return _settled(told.value)
        case ast.Call():
            return ast.unparse(told.func).split(".")[-1] in ("len", "sum", "unmarked")
        case _:
            return False


def _loose(path: Path) -> set[tuple[str, str, str]]:
    """The arguments of one page that the framework would read as Markdown and that are not settled."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        name = node.func.attr
        if name not in READ_AS_MARKDOWN or not _is_streamlit(node.func.value):
            continue
        keywords = {k.arg: k.value for k in node.keywords if k.arg}
        shown = keywords.get("format_func")
        if shown is not None and ast.unparse(shown).find("unmarked") >= 0:
            places: tuple[int, ...] = FIRST
        else:
            places = READ_AS_MARKDOWN[name]
        told = [node.args[i] for i in places if i < len(node.args)] + [keywords[k] for k in NAMED if k in keywords]
        found |= {(str(path.relative_to(ROOT)), name, ast.unparse(t)) for t in told if not _settled(t)}
    return found


def _is_streamlit(place: ast.expr) -> bool:
    return isinstance(place, ast.Name) and place.id in ("st", "bar", "status", "place")


def _pages() -> list[Path]:
    return sorted((ROOT / "pages").rglob("*.py"))


def test_no_page_draws_markdown_or_raw_html() -> None:
    for path in _pages():
        text = path.read_text("utf-8")
        assert "unsafe_allow_html" not in text, path
        assert "st.markdown(" not in text, path
        assert "st.write(" not in text, path


@pytest.mark.parametrize("path", _pages(), ids=lambda p: str(p.relative_to(ROOT)))
def test_text_of_others_reaches_a_label_escaped(path: Path) -> None:
    fresh = _loose(path) - FROM_CALLERS
    assert not fresh, f"wrap in pages.parts.shared.markup.unmarked: {sorted(fresh)}"


HOSTILE = (
    "**太字**",
    "[押す](http://evil.example)",
    "![絵](http://evil.example/x.png)",
    "<script>alert(1)</script>",
    ":red[赤] :material/delete: :smile:",
    "$x^2$ と `code`",
    "# 見出し\n- 一つ\n1. 二つ",
    "http://evil.example www.evil.example a@evil.example",
    "\\*二重\\*",
    "---\n===\n| a | b |",
)


@pytest.mark.parametrize("bad", HOSTILE)
def test_every_sign_of_markdown_is_escaped_and_nothing_is_lost(bad: str) -> None:
    shown = unmarked(bad)
    assert "\n" not in shown
    signs, bare = iter(shown), ""
    said = ""
    for sign in signs:
        if sign == "\\":
            said += next(signs)
        else:
            said += sign
            bare += sign
    assert said == " ".join(bad.split())
    assert not set(bare) & set("`*_[]()<>#!|~$:-+.=")


def test_the_list_of_labels_given_by_callers_holds_nothing_that_is_gone() -> None:
    assert set().union(*map(_loose, _pages())) >= FROM_CALLERS


def test_plain_japanese_is_shown_as_it_is() -> None:
    assert unmarked("総合政策部「令和6年度実績」") == "総合政策部「令和6年度実績」"
