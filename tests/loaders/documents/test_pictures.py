"""Pictures of charts: what is in them, what they are called, and the process that draws them."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from datetime import date

import pytest
from PIL import Image

from kpi.report.blocks import Chart
from kpi.story import Story
from loaders.documents.pictures import chart_pictures, japanese_fonts
from loaders.documents.pictures.chart_pictures import WORDS, NotDrawn, PictureLimits, pictures
from loaders.documents.pictures.japanese_fonts import FontFace, japanese_face
from loaders.documents.pictures.picture_caption import captioned, picture_name, sized
from loaders.documents.pictures.picture_child import outside
from loaders.documents.pictures.report_pictures import HEIGHT, WIDTH, indicator_chart
from loaders.workbook.isolation.child_start import start_child
from tests import ROOT
from tests.factory import LONG_NAME, PAPER, RATE
from tests.paperkit import DAY, NAMED, hard_report

pytestmark = pytest.mark.skipif(japanese_face() is None, reason="no Japanese face on this system")

#: More points than can be drawn in a second, and than there is room for in half a gigabyte.
HUGE = {"data": {"sequence": {"start": 0, "stop": 40_000_000}}, "mark": "point", "encoding": {"x": {"field": "data"}}}


def story_of(indicator_id: str) -> Story:
    part = hard_report().part("indicator", indicator_id)
    return next(block.story for block in part.blocks if isinstance(block, Chart))


def chart_of(indicator_id: str, **given: int):
    return indicator_chart(story_of(indicator_id), source="県総合政策部調べ", day=DAY, **given)


def test_a_picture_says_title_unit_source_and_date() -> None:
    (drawn,) = pictures([chart_of(PAPER)], "svg")
    said = drawn.decode()
    assert said.startswith("<svg")
    for words in ("コピー用紙使用量", "単位 万枚", "出典 県総合政策部調べ", "令和8年11月21日時点", "4,512.5万枚"):
        assert words in said


def test_a_png_has_the_size_asked_for_and_its_title_in_its_first_lines() -> None:
    chart = chart_of(RATE)
    other = {**chart, "title": {**chart["title"], "text": ["ほかの題名"]}}
    made, renamed = pictures([chart, other], scale=2)
    picture, changed = (Image.open(io.BytesIO(one)).convert("RGB") for one in (made, renamed))
    assert made.startswith(b"\x89PNG")
    assert picture.size == changed.size == (2 * WIDTH, 2 * HEIGHT)
    title, rest = (0, 0, 2 * WIDTH, 62), (0, 62, 2 * WIDTH, 2 * HEIGHT)
    assert picture.crop(title).tobytes() != changed.crop(title).tobytes()
    assert picture.crop(rest).tobytes() == changed.crop(rest).tobytes()
    assert picture.getpixel((2 * WIDTH - 1, 2 * HEIGHT - 1)) == (255, 255, 255)


@pytest.mark.parametrize(("width", "height"), [(640, 360), (1280, 720)])
def test_any_size_can_be_asked_for(width: int, height: int) -> None:
    (made,) = pictures([chart_of(RATE, width=width, height=height)], scale=1)
    assert Image.open(io.BytesIO(made)).size == (width, height)


def test_a_chart_gives_the_same_picture_each_time() -> None:
    assert pictures([chart_of(PAPER)]) == pictures([chart_of(PAPER)])


def test_words_wider_than_the_picture_go_on_in_the_next_line() -> None:
    told = captioned({}, title=LONG_NAME, unit="％", source="調べ", day=DAY, width=400)["title"]
    assert len(told["text"]) > 1
    assert "".join(told["text"]) == LONG_NAME


def test_what_stood_over_the_chart_is_said_below_its_title() -> None:
    chart = {"title": {"text": "サンプル"}}
    assert captioned(chart, title="名", unit="", source="", day=DAY, width=400)["title"]["subtitle"] == [
        "サンプル　令和8年11月21日時点"
    ]
    assert chart == {"title": {"text": "サンプル"}}


def test_a_file_is_called_by_what_is_in_it() -> None:
    assert picture_name("暮1", "指標名", "R7", DAY) == "図_暮1_指標名_R7_令和8年11月21日時点.png"
    assert picture_name("1", "a/b:*", "", date(2027, 4, 1), "svg") == "図_1_a-b--_令和9年4月1日時点.svg"
    long = picture_name("基10", LONG_NAME, "R7年度", DAY)
    assert len(long.encode()) <= 255
    assert "…" in long
    assert NAMED in picture_name("1", NAMED, "R6", DAY)


# --- the child --------------------------------------------------------------------------------------------------------


@pytest.fixture
def started(monkeypatch) -> list[subprocess.Popen[bytes]]:
    """The children that are started, in their order."""
    children: list[subprocess.Popen[bytes]] = []

    def start(module: str) -> subprocess.Popen[bytes]:
        children.append(start_child(module))
        return children[-1]

    monkeypatch.setattr(chart_pictures, "start_child", start)
    return children


def test_one_child_makes_all_pictures_and_ends(started) -> None:
    assert len(pictures([chart_of(RATE), chart_of(PAPER)], "svg")) == 2
    assert [child.returncode for child in started] == [0]


def test_without_charts_no_child_is_started(started) -> None:
    assert pictures([]) == ()
    assert started == []


@pytest.mark.parametrize(
    ("limits", "code"),
    [(PictureLimits(seconds=2.0), "too_slow"), (PictureLimits(memory=500_000_000), "too_much_memory")],
)
def test_a_child_that_takes_too_much_is_ended_and_told_in_japanese(started, limits, code) -> None:
    with pytest.raises(NotDrawn) as caught:
        pictures([sized(HUGE, WIDTH, HEIGHT)], limits=limits)
    assert caught.value.code == code
    assert str(caught.value) == WORDS[code]
    assert started[0].returncode == -signal.SIGKILL


def test_a_child_nobody_waits_for_ends_by_itself() -> None:
    child = start_child("loaders.documents.pictures.picture_child")
    work = {"charts": [sized(HUGE, WIDTH, HEIGHT)], "kind": "png", "scale": 1, "fonts": [], "seconds": 0.5}
    assert child.stdin is not None
    child.stdin.write(json.dumps(work).encode())
    child.stdin.close()
    assert child.wait(30) == -signal.SIGALRM
    assert child.stdout is not None
    child.stdout.close()


def test_a_child_that_breaks_is_told_in_japanese() -> None:
    with pytest.raises(NotDrawn, match=WORDS["stopped"]) as caught:
        pictures([chart_of(RATE)], scale="wrong")  # type: ignore[arg-type]
    assert caught.value.code == "stopped"


@pytest.mark.parametrize("url", ["https://example.com/values.csv", f"file://{ROOT}/requirements.txt"])
def test_nothing_is_loaded_from_outside(url: str) -> None:
    chart = {"data": {"url": url, "format": {"type": "csv"}}, "mark": "point", "encoding": {"x": {"field": "a"}}}
    assert outside({"layer": [chart]})
    with pytest.raises(NotDrawn, match=WORDS["not_drawn"]):
        pictures([sized(chart, WIDTH, HEIGHT)])


def test_a_chart_that_is_none_is_told_in_japanese() -> None:
    with pytest.raises(NotDrawn) as caught:
        pictures([sized({"mark": "no such mark"}, WIDTH, HEIGHT)])
    assert caught.value.code == "not_drawn"
    assert "conversion failed" in caught.value.detail


def test_who_waits_too_long_for_another_paper_is_told() -> None:
    with chart_pictures._places, pytest.raises(NotDrawn, match=WORDS["busy"]):
        pictures([chart_of(RATE)], limits=PictureLimits(seconds=0.1))
    assert pictures([chart_of(RATE)], "svg")


def test_the_server_never_imports_the_drawing_library() -> None:
    made = (
        "import sys, app\n"
        "from tests.loaders.documents.test_pictures import chart_of, RATE\n"
        "from loaders.documents.pictures.report_pictures import pictures\n"
        "print(len(pictures([chart_of(RATE)], 'svg')), 'vl_convert' in sys.modules)\n"
    )
    told = subprocess.run([sys.executable, "-c", made], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["1", "False"]


# --- the face ---------------------------------------------------------------------------------------------------------


def test_without_a_japanese_face_a_sentence_says_so_instead_of_boxes(monkeypatch, tmp_path, started) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(japanese_fonts, "_folders", lambda: [tmp_path])
    with pytest.raises(NotDrawn, match="日本語の書体がない"):
        pictures([chart_of(RATE)])
    assert started == []


def test_a_face_is_found_by_its_file_where_the_system_has_no_list(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(japanese_fonts, "_folders", lambda: [tmp_path / "none", tmp_path])
    (tmp_path / "kept").mkdir()
    for name in ("meiryo.ttc", "YuGothM.ttc", "arial.ttf"):
        (tmp_path / "kept" / name).touch()
    assert japanese_face() == FontFace("Yu Gothic UI", str(tmp_path / "kept"))


def test_the_face_that_is_there_is_the_one_that_is_drawn() -> None:
    face = japanese_face()
    (drawn,) = pictures([chart_of(RATE)], "svg")
    assert face is not None
    assert f"font-family=\"'{face.family}'" in drawn.decode().replace("&#39;", "'").replace("&apos;", "'")
