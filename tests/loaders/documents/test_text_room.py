"""How much room texts take on a page, and what gives way when there is too little."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kpi.report.blocks import Passage
from loaders.documents.paper.sheet_room import SETTINGS, height_of, heights, setting_for, with_room
from loaders.documents.paper.text_room import CUT, POINT, fitting_size, lines_of, shortened
from tests.paperkit import PARTED, WHOLE

TEXTS = st.text(st.sampled_from("漢字かなカナ、。「」(％) abcXYZ0189.-\n"), max_size=300)
#: What is left for words and chart on a page whose title has two lines and whose foot has two.
WIDTH, ROOM, CHART = 169.0, 201.0, 61.8


def test_full_width_signs_fill_a_line_and_words_are_not_broken() -> None:
    width = 11 * 10 * POINT
    assert lines_of("漢" * 10, width, 10) == 1
    assert lines_of("漢" * 11, width, 10) == 2
    assert lines_of("漢字漢字漢字 abcdefghij", width, 10) == 2
    assert lines_of("a\n\nb", width, 10) == 3
    assert lines_of("W" * 100, width, 10) == 6  # of one word longer than a line as much as has room


@given(TEXTS, st.floats(20, 170), st.sampled_from([6.0, 8.5, 10.5]))
def test_more_letters_or_less_room_never_take_fewer_lines(text: str, width: float, size: float) -> None:
    lines = lines_of(text, width, size)
    assert lines_of(text + "字", width, size) >= lines
    assert lines_of(text, width, size + 1) >= lines


@given(TEXTS, st.integers(1, 5))
def test_a_shortened_text_says_so_and_fits(text: str, lines: int) -> None:
    told = shortened(text, 100, 9, lines)
    assert lines_of(told, 100, 9) <= lines
    assert told == text or (told.endswith(CUT) and text.startswith(told.removesuffix(CUT)))
    assert (told == text) == (lines_of(text, 100, 9) <= lines)


def test_the_largest_type_that_has_room_is_taken() -> None:
    assert fitting_size("短い", 50, (12, 9, 6)) == 12
    assert fitting_size("漢" * 20, 70, (12, 9, 6)) == 9
    assert fitting_size("漢" * 200, 70, (12, 9, 6)) == 6


def test_short_words_are_set_large_and_spread_a_little() -> None:
    few = [Passage("意味", "短い。"), Passage("要因", "短い。")]
    assert setting_for(few, WIDTH, ROOM, CHART) == SETTINGS[0]
    assert height_of(few, WIDTH, SETTINGS[0]) < sum(heights(few, WIDTH, ROOM, SETTINGS[0])) <= ROOM


def test_texts_at_their_limits_are_whole_beside_a_smaller_chart() -> None:
    full = [Passage("要因", WHOLE), Passage("今後の対応", PARTED), *(Passage(f"{n}", WHOLE[:100]) for n in range(5))]
    setting = setting_for(full, WIDTH, ROOM, CHART)
    assert setting.size >= 7.5
    assert height_of(full, WIDTH, setting) <= ROOM - CHART * setting.chart
    assert with_room(full, WIDTH, ROOM - CHART * setting.chart, setting) == full


def test_of_texts_beyond_all_limits_only_the_longest_give_way() -> None:
    over = [Passage("要因", WHOLE * 5), Passage("意味", WHOLE[:80])]
    told = with_room(over, WIDTH, 100, SETTINGS[-1])
    assert told[0].text.endswith(CUT)
    assert told[1] == over[1]
    assert height_of(told, WIDTH, SETTINGS[-1]) <= 100
