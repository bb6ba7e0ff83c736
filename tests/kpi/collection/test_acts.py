"""The register of acts: each has its handler, its replay and its right, and nothing else writes."""

import ast
import inspect

import pytest

from kpi.collection.acts import ACTS, Act, acts
from kpi.collection.workflow import ACTION_WORDS, RULES, Action
from loaders.store import commands
from loaders.store.audit.replay import REPEATS
from loaders.store.audit.seals import TABLES
from loaders.store.file import backup, migration
from tests import ROOT
from tests.storekit import AT, first_start

#: Acts done to the file as a whole, and where.
OF_THE_FILE = {"backup": backup, "restore": backup, "migrate": migration, "rebuild": None}
#: What a person looks at or takes away, and the mark of 代理登録: rights that are no act's.
LOOKING = {a for a in Action if a.name.startswith("SEE_")} | {Action.EXPORT, Action.ENTER_FOR}


def test_each_act_has_one_handler_under_its_own_name():
    assert set(commands.HANDLERS) == set(ACTS) - set(OF_THE_FILE)
    for name, handler in commands.HANDLERS.items():
        assert handler.__name__ == name
        assert list(inspect.signature(handler).parameters)[:2] == ["connection", "act"]
        assert handler.__doc__
    for name, module in OF_THE_FILE.items():
        assert ACTS[name].about == "store"
        assert module is None or callable(getattr(module, name))


def test_each_act_that_is_done_again_says_how():
    assert set(REPEATS) == {name for name, kind in ACTS.items() if kind.replay == "repeat"}


def test_every_right_is_an_acts_or_a_look_and_has_a_word_and_a_rule():
    assert {right for kind in ACTS.values() for right in kind.rights} | LOOKING == set(Action)
    assert set(ACTION_WORDS) == set(RULES) == set(Action)


def test_the_words_of_acts_are_their_own_and_the_tables_are_the_stores():
    assert len({kind.word for kind in ACTS.values()}) == len(ACTS)
    assert {table for kind in ACTS.values() for table in kind.tables} <= set(TABLES)
    assert acts(writing="observations") == ("send", "take_list")


def test_what_is_no_act_is_not_done(tmp_path):
    store = first_start(tmp_path)
    with pytest.raises(ValueError, match="not an act"):
        store.do(lambda connection, act: connection.execute("DELETE FROM observations"), Act("x", AT))


def test_services_ask_for_the_right_that_the_act_names():
    """Whatever a service does, it has asked before for one of the act's rights."""
    seen = set()
    for path in sorted((ROOT / "loaders" / "services").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for service in (n for n in ast.walk(tree) if isinstance(n, ast.ClassDef)):
            methods = {m.name: m for m in service.body if isinstance(m, ast.FunctionDef)}
            for name, method in methods.items():
                done = _acts_of(method, methods)
                if name.startswith("_") or not done:
                    continue
                asked = {
                    n.attr
                    for n in ast.walk(method)
                    if isinstance(n, ast.Attribute) and ast.unparse(n.value) == "Action"
                }
                for one in done:
                    assert asked & {right.name for right in ACTS[one].rights}, (path.name, name, one)
                seen |= done
    # What is taken in from files is asked of each file's own department, see loaders.services.intake.
    assert set(commands.HANDLERS) - seen == {
        "save", "mend", "start_round", "load_plan", "load_samples", "revoke",
    }  # fmt: skip


def _acts_of(method, methods):
    """The acts a method does, by itself or through another of its class."""
    found = {n.attr for n in ast.walk(method) if isinstance(n, ast.Attribute) and ast.unparse(n.value) == "commands"}
    for called in (
        n.func.attr for n in ast.walk(method) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)
    ):
        if called.startswith("_") and called in methods:
            found |= _acts_of(methods[called], {k: v for k, v in methods.items() if k != called})
    return found
