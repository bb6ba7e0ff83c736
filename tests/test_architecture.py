"""The directions of import, and what may stand where."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
import streamlit as st

from tests import ROOT

STDLIB = sys.stdlib_module_names
KPI_BASE = {"kpi", "pandas", "numpy"}

_MARKUP = re.compile(r"</?(?:a|b|br|div|h\d|i|li|ol|p|small|span|table|td|th|tr|ul)\b[^<]*>")


def modules(folder: str) -> list[Path]:
    return sorted(path for path in (ROOT / folder).rglob("*.py"))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def imports(path: Path) -> set[str]:
    """Top-level and dotted names imported anywhere in a file."""
    names: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def tops(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def case(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", modules("kpi"), ids=case)
def test_the_domain_imports_only_itself_pandas_and_numpy(path):
    allowed = set(KPI_BASE) | set(STDLIB)
    if path.relative_to(ROOT / "kpi").parts[0] == "charts":
        allowed.add("altair")
    assert tops(path) <= allowed


@pytest.mark.parametrize("path", modules("kpi"), ids=case)
def test_the_domain_reads_no_clock_and_no_file(path):
    calls = {
        f"{node.func.value.id}.{node.func.attr}" if isinstance(node.func.value, ast.Name) else node.func.attr
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    opened = {
        node.func.id
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not calls & {"date.today", "datetime.now", "datetime.utcnow", "time.time", "read_text", "read_bytes"}
    assert "open" not in opened


@pytest.mark.parametrize("path", modules("kpi"), ids=case)
def test_the_domain_speaks_plain_text(path):
    literals = [
        node.value for node in ast.walk(tree_of(path)) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert not [text for text in literals if _MARKUP.search(text)]


@pytest.mark.parametrize("path", [*modules("pages"), *modules("loaders/cli")], ids=case)
def test_screens_and_commands_ask_the_judged_state_and_judge_nothing(path):
    judging = {"kpi.progress", "kpi.path", "kpi.selection", "kpi.outlook", "kpi.printing.explanation"}
    assert not imports(path) & judging


@pytest.mark.parametrize("path", modules("loaders"), ids=case)
def test_loaders_know_no_screen_and_only_documents_ask_for_a_chart(path):
    assert not tops(path) & {"streamlit", "altair", "pages", "app"}
    charts = any(name.startswith("kpi.charts") for name in imports(path))
    assert not charts or path.relative_to(ROOT).parts[1] == "documents"


@pytest.mark.parametrize("path", [*modules("kpi"), *modules("pages"), *modules("loaders"), ROOT / "app.py"], ids=case)
def test_charts_are_drawn_only_in_a_child(path):
    """The first call of the drawing library holds every thread of its process."""
    assert "vl_convert" not in tops(path) or path.name == "picture_child.py"


@pytest.mark.parametrize("path", [*modules("pages"), ROOT / "app.py"], ids=case)
def test_screens_show_finished_charts(path):
    assert "altair" not in tops(path)
    assert "altair_chart" not in path.read_text("utf-8")


@pytest.mark.parametrize("path", [*modules("pages"), ROOT / "app.py"], ids=case)
def test_every_chart_of_a_screen_can_be_saved(path):
    """The one module that draws a chart puts the button for its picture below it."""
    assert "vega_lite_chart" not in path.read_text("utf-8") or path.name == "chart_figure.py"


@pytest.mark.parametrize("path", modules("pages"), ids=case)
def test_pages_open_no_database_and_no_workbook(path):
    assert not tops(path) & {"duckdb", "openpyxl", "xlrd", "app"}


@pytest.mark.parametrize("path", [*modules("kpi"), *modules("pages"), *modules("loaders"), ROOT / "app.py"], ids=case)
def test_sql_stands_only_in_the_store(path):
    if path.relative_to(ROOT).parts[:2] == ("loaders", "store"):
        return
    statements = ("SELECT ", "INSERT INTO", "CREATE TABLE", "DELETE FROM", "UPDATE ")
    literals = [
        node.value for node in ast.walk(tree_of(path)) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert not [text for text in literals if text.lstrip().startswith(statements)]


@pytest.mark.parametrize("path", modules("pages"), ids=case)
def test_session_state_is_touched_only_in_the_shared_parts(path):
    if "parts" not in path.relative_to(ROOT).parts:
        assert "session_state" not in path.read_text("utf-8")


#: What the server's toolkit documents; the framework itself documents nothing but its one name.
_DOCUMENTED = {
    "streamlit",
    *(f"starlette.{part}" for part in ("concurrency", "datastructures", "middleware", "requests", "responses")),
    *(f"starlette.{part}" for part in ("routing", "types")),
}
#: How the framework's own addresses and elements begin, and what a session's insides are reached by.
_INSIDE = re.compile(r"_stcore|/media/|/auth/log|oauth2callback|data-testid|_streamlit_")


def _begins(node: ast.expr) -> str:
    """The name that a chain of attributes begins with; empty where it begins with anything else."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


@pytest.mark.parametrize("path", [ROOT / "app.py", *modules("pages"), *modules("loaders")], ids=case)
def test_what_the_framework_does_not_document_is_used_in_one_module(path):
    if path == ROOT / "pages" / "parts" / "framework.py":
        return
    tree = list(ast.walk(tree_of(path)))
    taken = {name for name in imports(path) if name.split(".")[0] in ("streamlit", "starlette")}
    assert taken <= _DOCUMENTED
    assert not [n for n in tree if isinstance(n, ast.ImportFrom) and n.module == "streamlit"]
    reached = [ast.unparse(n).split(".")[1:] for n in tree if isinstance(n, ast.Attribute) and _begins(n) == "st"]
    modules_of_st = {name for name in dir(st) if isinstance(getattr(st, name), ModuleType)} - {"column_config"}
    assert not [names for names in reached if names[0] in modules_of_st or any(n.startswith("_") for n in names)]
    docstrings = {id(node.value) for node in tree if isinstance(node, ast.Expr)}
    texts = [n.value for n in tree if isinstance(n, ast.Constant) and id(n) not in docstrings]
    assert not [text for text in texts if isinstance(text, str) and _INSIDE.search(text)]


def screens() -> list[Path]:
    return sorted(path for path in (ROOT / "pages").glob("*.py") if path.name != "__init__.py")


@pytest.mark.parametrize("path", screens(), ids=case)
def test_a_page_module_only_defines(path):
    """Streamlit may serve a file of pages/ by its name; run alone it must draw nothing."""
    defining = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
    for node in tree_of(path).body:
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        typing_only = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        assert isinstance(node, defining) or docstring or typing_only, ast.unparse(node)


@pytest.mark.parametrize("path", screens(), ids=case)
def test_a_page_module_has_one_public_function_named_after_it(path):
    public = [
        node.name for node in tree_of(path).body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]
    assert public == [f"{path.stem}_page"]


def test_the_top_level_holds_what_was_agreed_and_tooling():
    command = ["git", "ls-files", "-z"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    listed = [name for name in told.split("\0") if name]
    if not listed:
        pytest.skip("not a git checkout")
    agreed = {"app.py", "pages", "data", "kpi", "loaders", "tests", "requirements.txt", "README.md"}
    tooling = {"pyproject.toml", "requirements-dev.txt", ".streamlit", ".ci", ".gitignore", "CHANGELOG.md"}
    assert {name.split("/")[0] for name in listed} <= agreed | tooling


#: What may be asked of a store without a service. Everything else changes it, or shows what a person may not see.
_READS = {
    "path", "exists", "check", "revision", "plan_ids", "plans", "plan", "life", "snapshot", "visible_codes",
    "submission", "submissions", "memberships", "is_revoked", "has_samples", "log_head", "holders", "trace", "log",
    "workbook", "plan_of_proposal", "plans_of_figures", "revisions",
    "lists", "list_cells", "readings",
}  # fmt: skip
_WRITES = {"do", "init", "backup", "restore", "make_nightly", "rebuild", "verify"}


def test_a_store_offers_reads_and_one_way_to_write():
    from loaders.store import Store

    offered = {name for name in vars(Store) if not name.startswith("_")} | {"path"}
    assert offered == _READS | _WRITES


_WRITERS = ("store", "services")


@pytest.mark.parametrize("path", [ROOT / "app.py", *modules("pages"), *modules("loaders")], ids=case)
def test_only_services_reach_the_commands_of_the_store(path):
    """Of the store itself a screen or a command asks what stands in it; only a sign-in ends itself there."""
    parts = path.relative_to(ROOT).parts
    if parts[0] == "loaders" and parts[1] in _WRITERS:
        return
    commands = {name for name in imports(path) if name.startswith("loaders.store.commands")}
    assert commands <= ({"loaders.store.commands"} if path.name == "sign_in.py" else set())


@pytest.mark.parametrize("path", [ROOT / "app.py", *modules("pages"), *modules("loaders/cli")], ids=case)
def test_screens_and_commands_ask_a_store_only_what_stands_in_it(path):
    """By its name: ``store()``, ``store`` and whatever was made of them."""

    def is_store(node: ast.expr, names: set[str]) -> bool:
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "store"
        return called or (isinstance(node, ast.Name) and node.id in names)

    tree = list(ast.walk(tree_of(path)))
    assigned = [n for n in tree if isinstance(n, ast.Assign) and is_store(n.value, set())]
    names = {"store"} | {t.id for n in assigned for t in n.targets if isinstance(t, ast.Name)}
    asked = {n.attr for n in tree if isinstance(n, ast.Attribute) and is_store(n.value, names)}
    assert asked <= _READS | ({"do"} if path.name == "sign_in.py" else set())


# --- the plan of rooms --------------------------------------------------------------------------------------------

PACKAGES = ("kpi", "loaders", "pages")


def folders() -> list[Path]:
    return sorted({path.parent for package in PACKAGES for path in modules(package)} - {ROOT / "pages"})


@pytest.mark.parametrize("folder", folders(), ids=case)
def test_no_folder_holds_more_than_fifteen_modules(folder):
    assert len([path for path in folder.glob("*.py") if path.name != "__init__.py"]) <= 15


def test_no_two_modules_share_a_stem():
    """A screen's file may share its folder's; ``__init__`` and ``__main__`` are no names."""
    seen: dict[str, Path] = {}
    for package in PACKAGES:
        for path in modules(package):
            if not path.stem.startswith("__"):
                assert path.stem not in seen, (case(path), case(seen[path.stem]))
                seen[path.stem] = path


def _imported() -> dict[str, set[str]]:
    """By module the modules it imports when it is loaded itself, functions' own imports and type checks apart."""
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
             for package in PACKAGES for path in modules(package)}  # fmt: skip
    found: dict[str, set[str]] = {}
    for name, path in names.items():
        found[name] = set()
        for node in tree_of(path).body:
            if isinstance(node, ast.ImportFrom) and node.module:
                parts = {f"{node.module}.{alias.name}" for alias in node.names}
                found[name] |= {part if part in names else node.module for part in parts} & names.keys()
            elif isinstance(node, ast.Import):
                found[name] |= {alias.name for alias in node.names} & names.keys()
    return found


def test_there_is_no_circle_of_imports():
    imported, done, way = _imported(), set(), []

    def visit(name: str) -> None:
        assert name not in way, [*way[way.index(name) :], name]
        if name not in done:
            way.append(name)
            for other in sorted(imported[name]):
                visit(other)
            way.pop()
            done.add(name)

    for name in sorted(imported):
        visit(name)
