"""When a plan's term is over: a year after its end at the earliest, and not while anything of it is collected."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from kpi.collection.lifecycle import Life, over
from kpi.plan import Round
from tests.factory import FY, tiny_plan

ENDED = replace(tiny_plan(), rounds=())  # FY2024 to FY2028
LAST = Round("fy2028", "令和10年度実績照会", "annual", FY[2028], due=date(2030, 6, 28))
AT = datetime(2029, 10, 1)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 21), False),
        (date(2029, 3, 31), False),  # the last day of its term
        (date(2029, 11, 30), False),  # the last year's values are being collected
        (date(2030, 3, 31), False),
        (date(2030, 4, 1), True),
    ],
)
def test_a_plan_is_over_one_year_after_its_end(day, expected):
    assert (ENDED.start, ENDED.end) == (FY[2024], FY[2028])
    assert over(ENDED, Life(), day) is expected


@pytest.mark.parametrize(
    ("life", "day", "expected"),
    [
        (Life(), date(2030, 6, 28), False),  # planned and not yet due
        (Life(), date(2030, 6, 29), True),
        (Life(started={"fy2028": AT}), date(2031, 4, 1), False),  # begun and not closed, however late
        (Life(started={"fy2028": AT}, closed={"fy2028": AT}), date(2030, 3, 31), False),  # it may still be corrected
        (Life(started={"fy2028": AT}, closed={"fy2028": AT}), date(2030, 4, 1), True),
        (Life(cancelled={"fy2028": AT}), date(2030, 4, 1), True),
    ],
)
def test_a_round_that_is_open_or_still_to_come_keeps_it(life, day, expected):
    assert over(replace(ENDED, rounds=(LAST,)), life, day) is expected
