"""Which plan is shown, and what one is there: by address, by menu, by Back, and by what a screen sends."""

from __future__ import annotations

import shutil

import pytest

from kpi.collection.workflow import may
from kpi.people import Person, Role, own_places
from kpi.place import Place
from loaders.cli.commands import main
from loaders.services import NotAllowed, Services
from loaders.store import Rule
from pages.parts.app import identity, plan_choice
from pages.parts.app.screens import SCREENS
from pages.parts.app.sign_in import SignIn, person_by
from tests.samplekit import AT, MERE, store_of, with_files
from tests.screenkit import html, move, run, said, sound, words

HERE, THERE = "prefecture", "twin"
FIRST, SECOND = "青森県DX推進プラン", "もう一つの計画"
ROUND, LAND, COMMERCE = "fy2025", "land", "commerce"

#: Who is somebody in one of two plans only, by the rules of membership; and one of each plan with other departments.
SIGNED = SignIn("i", "s", "hanako@pref.example", "青森 花子", frozenset())
RULES = {
    "reader": (Rule("", "mail", "hanako@*", "reader", plan_id=HERE),),
    "department": (Rule("", "mail", "hanako@*", "department", (LAND,), plan_id=HERE),),
    "secretariat": (Rule("", "mail", "hanako@*", "secretariat", plan_id=HERE),),
    "admin": (Rule("", "mail", "hanako@*", "admin", plan_id=HERE),),
    "one of each": (
        Rule("", "mail", "hanako@*", "department", (LAND,), plan_id=HERE),
        Rule("", "mail", "hanako@*", "department", (COMMERCE,), plan_id=THERE),
    ),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The real plan twice, under equal ids of departments, rounds and indicators, in one store."""
    data = tmp_path_factory.mktemp("twins")
    with_files(data, *MERE)
    twin = data / "plans" / THERE
    shutil.copytree(data / "plans" / HERE, twin)
    told = (twin / "plan.toml").read_text("utf-8")
    (twin / "plan.toml").write_text(told.replace(f'name = "{FIRST}"', f'name = "{SECOND}"', 1), "utf-8")
    assert main(["--data", str(data), "init"]) == 0
    return data


@pytest.fixture
def data(made, tmp_path, use):
    """A copy of it for each test, drawn from."""
    shutil.copytree(made, tmp_path / "data")
    return use(tmp_path / "data")


@pytest.fixture
def looked_at(made, use):
    """The same for whoever only looks."""
    return use(made)


@pytest.fixture
def signed_in(monkeypatch):
    """Be whom rules make of one sign-in, in whichever plan is shown."""

    def become(rules):
        def who():
            found = person_by(SIGNED, rules, plan_id=plan_choice.plan_id())
            return identity._Who(found, None if found else (lambda: None))

        monkeypatch.setattr(identity, "_who", who)

    return become


def plan_of(at):
    """The plan that a screen shows, by its own choice and by its address."""
    return at.session_state["plan-shown"] or HERE


# --- which plan ---


def test_the_address_names_the_plan_and_the_menu_keeps_it(looked_at):
    at = run("overview", as_="secretariat", plan=THERE)
    assert plan_of(at) == THERE
    assert at.query_params["plan"] == THERE
    moved = move(at, "rounds")
    assert sound(moved)
    assert plan_of(moved) == THERE
    assert moved.query_params["plan"] == THERE


def test_no_plan_is_shown_another_s_state_though_nobody_has_answered_in_either(data):
    assert (
        main(["--data", str(data), "new-plan", "next", "--name", "次の計画", "--start", "FY2029", "--end", "FY2033"])
        == 0
    )
    assert main(["--data", str(data), "init"]) == 0
    for plan, told in (
        ("", "19指標中0指標設定済み"),
        ("next", "指標はまだありません"),
        (HERE, "19指標中0指標設定済み"),
    ):
        shown = words(run("overview", **({"plan": plan} if plan else {})))
        assert told in shown, plan


def test_back_on_the_same_screen_takes_the_choice_back(looked_at):
    at = run("overview", as_="secretariat", plan=THERE)
    at.query_params.clear()
    assert plan_of(at.run()) == HERE
    assert "plan" not in at.query_params


def test_the_chooser_stands_in_the_menu_and_leads_to_the_other_plan(looked_at):
    at = run("overview", as_="secretariat")
    chooser = at.sidebar.selectbox[0]
    assert (chooser.label, chooser.options) == ("計画", [FIRST, SECOND])
    assert "plan" not in at.query_params
    at.session_state["kept"] = "of the first plan"
    chooser.select(THERE).run()
    assert plan_of(at) == THERE
    assert at.query_params["plan"] == THERE
    assert "kept" not in at.session_state  # choices of one plan mean nothing in another


def test_a_plan_of_the_same_name_is_another_line_of_the_chooser(data):
    toml = data / "plans" / THERE / "plan.toml"
    toml.write_text(toml.read_text("utf-8").replace(f'name = "{SECOND}"', f'name = "{FIRST}"', 1), "utf-8")
    assert main(["--data", str(data), "init"]) == 0
    told = run("overview", as_="secretariat").sidebar.selectbox[0].options
    assert told == [f"{HERE}　{FIRST}", f"{THERE}　{FIRST}"]


def test_an_unknown_plan_of_the_address_is_told_with_what_is_shown_instead(looked_at):
    at = run("overview", as_="secretariat", plan="<b>nope")
    assert f"アドレスの計画「<b>nope」は見つかりません。代わりに「{FIRST}」を表示しています。" in words(at)
    assert "<b>nope" not in html(at)
    assert plan_of(at) == HERE


def test_what_is_not_offered_cannot_be_chosen_nor_reached(data):
    from tests.screenkit import forget

    path = data / "plans" / THERE / "plan.toml"
    path.write_text(path.read_text("utf-8").replace("[plan]\n", "[plan]\noffered = false\n", 1), "utf-8")
    assert main(["--data", str(data), "init"]) == 0
    forget()
    at = run("overview", as_="secretariat", plan=THERE)
    assert not at.sidebar.selectbox
    assert plan_of(at) == HERE
    assert "見つかりません" in words(at)


def test_links_keep_the_plan_and_those_of_the_first_name_none(looked_at):
    there, here = (html(run("overview", as_="secretariat", **q)) for q in ({"plan": THERE}, {}))
    links = [a.split('"')[0] for a in there.split('href="')[1:]]
    assert links
    assert all(f"plan={THERE}" in a for a in links if not a.startswith(("#", "http")))
    assert "plan=" not in here


# --- who one is there: the matrix by address ---


@pytest.mark.parametrize("plan", [HERE, THERE])
@pytest.mark.parametrize("screen", SCREENS, ids=lambda s: s.address or "overview")
@pytest.mark.parametrize("who", RULES)
def test_a_screen_opens_by_its_address_to_whom_the_rules_of_that_plan_make_somebody(
    looked_at, signed_in, who, screen, plan
):
    signed_in(RULES[who])
    one = person_by(SIGNED, RULES[who], plan_id=plan)
    at = run(screen.page.__module__.removeprefix("pages."), plan=plan)
    allowed = any(may(one, screen.need, place) for place in (Place(plan), *own_places(one)))
    assert not at.exception
    assert ("権限がありません" in said(at)) is not allowed, (who, screen.address, plan)
    if plan == THERE and who != "one of each":
        assert one.role is Role.READER


# --- and by post ---


def test_a_department_of_one_plan_sends_nothing_into_another_with_equal_ids(data, signed_in):
    signed_in(RULES["department"])
    one = person_by(SIGNED, RULES["department"], plan_id=HERE)
    mine = Services(store_of(data), one, data, lambda: AT)
    name, form = mine.take_form(Place(HERE, ROUND, LAND))
    taken = mine.take_uploads(Place(HERE, ROUND, LAND), [(name, form)])
    assert taken
    before = store_of(data).log_head().count
    there = Services(store_of(data), one, data, lambda: AT)
    for act in (
        lambda: there.take_form(Place(THERE, ROUND, LAND)),
        lambda: there.take_uploads(Place(THERE, ROUND, LAND), [(name, form)]),
        lambda: there.join(Place(THERE, ROUND, LAND)),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert store_of(data).log_head().count == before
    assert store_of(data).snapshot(THERE).submissions.empty


def test_a_form_of_one_plan_lands_in_no_other(data):
    """Uploaded where the other plan is shown, by one who may do both: it is told and nothing of it is taken there."""
    both = Person("s", "事務局", Role.SECRETARIAT)
    gate = Services(store_of(data), both, data, lambda: AT)
    name, form = gate.take_form(Place(HERE, ROUND, LAND))
    gate.take_uploads(Place(THERE, ROUND, LAND), [(name, form)])
    assert store_of(data).snapshot(THERE).submissions.empty
