"""What a department does with its forms, and the page of 回答 at its address."""

import re

from kpi.collection.acts import Act
from kpi.collection.workflow import Mend
from kpi.people import Person, Role
from kpi.place import Place
from loaders.services import Services
from loaders.services.intake import mend_return, take_return
from loaders.services.operations import make_form
from loaders.store import Receipt
from tests.browser.walking import fill
from tests.samplekit import AT
from tests.screenkit import html, run, said
from tests.storekit import send

LAND, FARM, PLANNING = "land", "agriculture", "planning"
FY = "fy2025"
ICT, BRIDGE = "ict-construction", "bridge-ai"
GOOD = {ICT: {"value": "110", "release": "確定"}, BRIDGE: {"value": "13", "release": "確定"}}


def snapshot(store):
    return store.snapshot(store.plan_ids()[0])


def form(store, department, answers=None, round_id=FY, division=""):
    name, blank = make_form(
        snapshot(store), Place(snapshot(store).plan.id, round_id, department, division), day=AT.date()
    )
    return name, fill(blank, answers or {})


def put_in(store, department, answers=None, *, round_id=FY, by="", at=AT, division=""):
    name, filled = form(store, department, answers, round_id, division)
    taken = take_return(
        store,
        filled,
        name,
        snapshot=snapshot(store),
        round_id=round_id,
        department_id=department,
        division_id=division,
        act=Act(by or "県土整備部", at),
    )
    return taken.saved.submission_id


def settle(store, submission, at=AT):
    """Answer whatever is open with a person's word."""
    for _ in range(5):
        stored = store.submission(submission)
        if not stored.open:
            return
        for issue in stored.open:
            answers = {a.subject_id: a for a in stored.reading.answers}
            kept = answers[issue.subject_id].value(issue.key)
            mend_return(store, submission, [Mend(issue.subject_id, issue.key, kept, "確かめた")], Act("x", at))
    raise AssertionError(store.submission(submission).open)


def sent(store, department, answers):
    one = put_in(store, department, answers)
    settle(store, one)
    assert isinstance(send(store, one, by="県土整備部", at=AT), Receipt)
    return one


def states(store):
    rows = snapshot(store).submissions
    return [(r.department_id, r.round_id, r.state) for r in rows.itertuples()]


def told(at):
    return "".join(said(at))


def page(**query):
    return run("submit", **{"round": FY, **query})


def staff(store, data):
    return Services(store, Person("s", "事務局 太郎", Role.SECRETARIAT), data, lambda: AT)


def cells(at, row):
    """A row of the table by its headings, as people read it."""
    found = re.search(rf'<tr><th scope="row">{row}(.*?)</tr>', html(at)).group(1)
    pairs = re.findall(r'<td[^>]*data-label="([^"]*)">(.*?)</td>', found)
    return {heading: re.sub(r"<[^>]+>", " ", content).split() for heading, content in pairs}
