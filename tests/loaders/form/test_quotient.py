"""A rate and its parts agree whatever is changed last: in the file or by an answer on the page."""

from __future__ import annotations

import pytest

from kpi.collection.acts import Act
from kpi.collection.workflow import Mend
from loaders.rules.quotient import differ, quotient, same_but_for_scale
from loaders.services.batch_reading import read_return
from loaders.services.intake import mend_return
from tests import hurt
from tests.factory import RATE, filled_form, tiny_brief
from tests.storekit import AT, new_store, save_return


@pytest.fixture
def draft(tmp_path):
    """A draft whose rate is given as told, and what mends it as the page does."""

    def made(**values):
        data = hurt.put(filled_form(), RATE, **values)
        store = new_store(tmp_path)
        one = save_return(store, read_return(data, "回答.xlsx", tiny_brief()), data, "回答.xlsx", by="a", at=AT)

        def mend(**mends):
            given = [Mend(RATE, key, value, "画面で直した") for key, value in mends.items()]
            assert mend_return(store, one.submission_id, given, Act("a", AT)) == ()
            stored = store.submission(one.submission_id)
            answer = next(a for a in stored.reading.answers if a.subject_id == RATE)
            return answer.number("value"), {i.code for i in stored.open if i.subject_id == RATE}

        return mend

    return made


def test_a_value_that_its_parts_do_not_give_is_asked_on_the_page_too(draft):
    value, asked = draft()(value=55.5)
    assert (value, "rate.differs" in asked) == (55.5, True)
    assert draft()(value=65.0)[1] == set()


def test_a_part_that_is_changed_brings_the_question_back(draft):
    mend = draft()
    assert "rate.differs" not in mend(value=65.04)[1]  # the card has one decimal
    assert "rate.differs" in mend(denominator=52.0)[1]


def test_a_rate_worked_out_is_worked_out_again(draft):
    assert draft(value=None)(denominator=52.0)[0] == 50.0


def test_a_rate_is_worked_out_once_both_parts_are_answered(draft):
    value, asked = draft(value=None, denominator="40(速報)")(denominator=40.0, release="provisional")
    assert (value, asked & {"rate.differs", "answer.none"}) == (65.0, set())


def test_a_reason_for_having_no_value_is_not_overruled(draft):
    assert draft(value=None)(denominator=52.0, value=None, missing_reason="not_compiled")[0] is None


@pytest.mark.parametrize(
    ("value", "rate", "digits", "told"),
    [(65.0, 65.04, 1, False), (65.0, 65.06, 1, True), (1e12, 1e12 + 0.01, 0, False)],
)
def test_a_difference_beyond_rounding(value, rate, digits, told):
    assert differ(value, rate, digits) is told


def test_the_quotient_has_no_dust_and_knows_its_scales():
    assert quotient(412.0, 1000.0, percent=True) == 41.2
    assert same_but_for_scale(6480.0, 6.48, 0)
