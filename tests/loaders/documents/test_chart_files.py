"""Charts of the screens as files: what they are called, what is in the picture, and many in one zip."""

from __future__ import annotations

import io
from dataclasses import replace
from threading import Thread
from zipfile import ZipFile

import pytest
from PIL import Image

from kpi.report.blocks import Chart
from kpi.story import Story
from loaders.documents.pictures import chart_files
from loaders.documents.pictures.chart_files import HEIGHT, WIDTH, ChartFile, chart_zip, compared_file, indicator_file
from loaders.documents.pictures.chart_pictures import SCALE, pictures
from loaders.documents.pictures.japanese_fonts import japanese_face
from tests.factory import COUNT, PAPER, RATE, tiny_plan
from tests.kpi.charts.test_charts import EVERY_CHART
from tests.paperkit import DAY, hard_report

drawing = pytest.mark.skipif(japanese_face() is None, reason="no Japanese face on this system")

HISTORY, PAIRS, RANKS = (EVERY_CHART[name] for name in ("history", "gaps", "ranking"))


def told(indicator_id: str) -> Story:
    part = hard_report().part("indicator", indicator_id)
    return next(block.story for block in part.blocks if isinstance(block, Chart))


def file_of(indicator_id: str, **changed: object) -> ChartFile:
    return indicator_file(tiny_plan().indicator(indicator_id), replace(told(indicator_id), **changed), DAY)


def svg(file: ChartFile) -> str:
    (drawn,) = pictures([file.chart()], "svg")
    return drawn.decode()


def test_an_indicator_s_picture_is_named_by_its_number_name_newest_value_and_day() -> None:
    one = tiny_plan().indicator(PAPER)
    assert file_of(PAPER).name == f"図_{one.number}_{one.name}_R6_令和8年11月21日時点.png"
    assert file_of(PAPER, actual=()).name == f"図_{one.number}_{one.name}_令和8年11月21日時点.png"
    assert file_of(COUNT).name.startswith("サンプル_図_")


@drawing
def test_an_indicator_s_picture_says_what_it_shows() -> None:
    one, said = tiny_plan().indicator(COUNT), svg(file_of(COUNT))
    for words in ("サンプル", one.name, f"単位 {one.unit}", f"出典 {one.source}", "令和8年11月21日時点"):
        assert words in said


@drawing
def test_a_comparison_s_picture_says_its_signs_and_where_it_is_from() -> None:
    given = {"title": "利用率の推移", "unit": "%", "source": "総務省 調査", "day": DAY}
    file = compared_file(HISTORY, period="R5", said="※は二次資料", **given)
    assert file.name == "図_利用率の推移_R5_令和8年11月21日時点.png"
    said = svg(file)
    for words in ("利用率の推移", "※は二次資料", "単位 %", "出典 総務省 調査", "令和8年11月21日時点", "青森県 61.1%"):
        assert words in said


@drawing
def test_a_chart_over_time_is_a_slide_high_and_one_of_rows_as_high_as_they_are() -> None:
    def size(file: ChartFile) -> tuple[int, int]:
        return Image.open(io.BytesIO(file.png())).size

    def of(chart, rows):
        return compared_file(chart, title="比較", unit="%", source="総務省", day=DAY, rows=rows)

    assert size(file_of(RATE)) == size(of(HISTORY, 0)) == (WIDTH * SCALE, HEIGHT * SCALE)
    pairs, ranks = size(of(PAIRS, 1)), size(of(RANKS, 3))
    assert pairs[0] == ranks[0] == WIDTH * SCALE
    # The axis and the caption take the same of both; halves of a pixel are rounded.
    rows = PAIRS["height"]["step"] - 3 * RANKS["height"]["step"]
    assert pairs[1] - ranks[1] == pytest.approx(rows * SCALE, abs=1)


@drawing
def test_a_picture_is_drawn_where_nobody_is_known() -> None:
    made: list[bytes] = []
    own = Thread(target=lambda: made.append(file_of(RATE).png()))
    own.start()
    own.join()
    assert made[0].startswith(b"\x89PNG")


def test_many_are_drawn_a_few_at_a_time_and_stand_in_one_zip_in_their_order(monkeypatch) -> None:
    drawn: list[int] = []

    def draw(charts):
        drawn.append(len(charts))
        return tuple(str(chart["title"]["text"]).encode() for chart in charts)

    monkeypatch.setattr(chart_files, "pictures", draw)
    monkeypatch.setattr(chart_files, "_AT_ONCE", 2)
    files = [file_of(one) for one in (RATE, PAPER, COUNT)]
    made = ZipFile(io.BytesIO(chart_zip(files, DAY)))
    assert drawn == [2, 1]
    assert made.namelist() == [file.name for file in files]
    assert [made.read(file.name).decode() for file in files] == [str(file.chart()["title"]["text"]) for file in files]
    assert {info.date_time[:3] for info in made.infolist()} == {(2026, 11, 21)}


def test_nothing_of_a_picture_is_made_before_it_is_asked_for(monkeypatch) -> None:
    monkeypatch.setattr(chart_files, "indicator_chart", None)
    monkeypatch.setattr(chart_files, "captioned", None)
    assert file_of(RATE).name
    assert compared_file(PAIRS, title="比較", unit="%", source="", day=DAY, rows=3).name
