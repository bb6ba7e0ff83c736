"""照会 and 確認 run for real over a temporary store, and what the tests read of them."""

from kpi.collection.workflow import Mend, Question
from kpi.people import Person, Role
from kpi.place import Place
from loaders.form.writing.writer import write_form
from loaders.services import Services
from tests import screenkit
from tests.samplekit import AT, store_of
from tests.screenkit import everything, said

PLAN, ROUND, EDUCATION, INDICATOR = "prefecture", "fy2025", "education", "teacher-ict"
STAFF = Person("staff", "事務局の人", Role.SECRETARIAT)


def run(screen, who="secretariat", **query):
    return screenkit.run(screen, as_=who, **query)


def services(data, person=STAFF, at=AT):
    return Services(store_of(data), person, data, lambda: at)


def snapshot(data):
    return services(data).snapshot(PLAN)


def button(at, key):
    return next(b for b in at.button if b.key == key)


def buttons(at):
    return {b.key for b in at.button}


def downloads(at):
    return [n.proto.label for n in everything(at) if n.type == "download_button"]


def text(at):
    return "\n".join(said(at))


# --- 確認 ---------------------------------------------------------------------------------------------------------


def confirm_key(at, kind="confirm"):
    return next(k for k in buttons(at) if k and k.startswith(f"{kind}-") and k.endswith(INDICATOR))


def ask(at, words, key=""):
    button(at, f"ask-{key}" if key else confirm_key(at, "ask")).click().run()
    at.text_area[0].set_value(words)
    next(b for b in at.button if b.label == "修正を依頼する").click().run()


LAND, ICT, BRIDGE, GROUND = "land", "ict-construction", "bridge-ai", "国の計画の目標水準に合わせた"
LANDSMAN = Person("l", "県土整備部の担当", Role.DEPARTMENT, frozenset({LAND}))


def settle(own, one):
    while own.submission(one).open:
        issue = own.submission(one).open[0]
        answer = next(a for a in own.submission(one).reading.answers if a.subject_id == issue.subject_id)
        own.mend(one, [Mend(issue.subject_id, issue.key, answer.value(issue.key), "見直しによる")])


def propose_targets(data):
    """県土整備部 proposes two targets and is asked back about one of them."""
    given = {"evidence": GROUND, "section": "整備企画課", "person": "見本 六郎", "contact": "a@example.jp"}
    answers = {ICT: given | {"target": 190.0}, BRIDGE: given | {"target": 70.0}}
    form = write_form(snapshot(data).brief(AT.date()), "targets", LAND, answers=answers)
    own = services(data, LANDSMAN)
    one = own.take_return(Place(PLAN, round_id="targets", department_id=LAND), form, "目標.xlsx").saved.submission_id
    settle(own, one)
    assert not isinstance(own.send(one), tuple)
    assert services(data).ask_back(one, [Question(ICT, "target", "根拠を確かめてください。")]) == ()
    return one
