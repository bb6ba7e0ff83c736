"""Every chart of a screen has a button for its picture, which costs nothing before it is pressed and knows nobody."""

from __future__ import annotations

from threading import Thread

import pytest
import streamlit as st

from loaders.documents.pictures import chart_files
from loaders.documents.pictures.japanese_fonts import japanese_face
from tests.samplekit import with_files, with_samples
from tests.screenkit import everything, run, sound

SAVE = "図を保存"
DAY = "令和8年11月21日時点"
WITH_CHARTS = {
    "field": {"field": "industry"},
    "indicator": {"indicator": "dx-support"},
    "compare": {"series": "learning-participation"},
    "review": {"round": "fy2025"},
}
drawing = pytest.mark.skipif(japanese_face() is None, reason="no Japanese face on this system")


@pytest.fixture(scope="module")
def sample_data(tmp_path_factory):
    return with_samples(tmp_path_factory.mktemp("samples"))


@pytest.fixture
def samples(use, sample_data):
    return use(sample_data)


@pytest.fixture
def offered(monkeypatch):
    """What stands behind each download button that is drawn, by its key: the file's name and what makes it."""
    found = {}
    draw = st.download_button

    def spy(label, data, file_name, mime, *, key, **given):
        found[key] = (file_name, data)
        return draw(label, data, file_name, mime, key=key, **given)

    monkeypatch.setattr(st, "download_button", spy)
    return found


def pressed(make):
    """What a button hands out, made in a thread of its own as the framework does."""
    made = []
    own = Thread(target=lambda: made.append(make()))
    own.start()
    own.join()
    return made[0]


def charts(at):
    return [node for node in everything(at) if getattr(getattr(node, "proto", None), "spec", "")]


@pytest.mark.parametrize("screen", WITH_CHARTS)
def test_every_chart_has_its_button_and_no_picture_is_begun_before_one_is_pressed(screen, samples, monkeypatch):
    for name in ("indicator_chart", "captioned", "sized", "pictures"):
        monkeypatch.setattr(chart_files, name, None)
    at = run(screen, **WITH_CHARTS[screen])
    assert sound(at)
    labels = [b.label for b in at.get("download_button")]
    assert labels.count(SAVE) == len(charts(at)) > 0


def test_the_files_say_what_and_when_and_that_they_are_samples(samples, offered):
    run("indicator", indicator="dx-support")
    name = "県内企業のデジタル化・DX支援件数"
    assert offered[f"picture-推移_{name}"][0] == f"サンプル_図_産1_{name}_R7_{DAY}.png"
    run("indicator", indicator="dx-support", as_of="2025-12-01")
    assert offered[f"picture-推移_{name}"][0] == f"サンプル_図_産1_{name}_R6_令和7年12月1日時点.png"
    run("compare", series="learning-participation")
    series = "「学習・自己啓発・訓練」行動者率"
    assert offered[f"picture-順位_{series}"][0] == f"図_{series}の都道府県別の値_R3年_{DAY}.png"


@drawing
def test_the_charts_of_a_comparison_are_drawn(samples, offered):
    at = run("compare", series="learning-participation")
    drawn = [pressed(make) for key, (_, make) in offered.items() if key.startswith("picture-")]
    assert len(set(drawn)) == len(charts(at)) == 3
    assert {one[:4] for one in drawn} == {b"\x89PNG"}


@pytest.mark.parametrize(("field", "drawn"), [("life", 1), ("administration", 0)])
def test_without_a_chart_there_is_no_picture(use, tmp_path, field, drawn):
    use(with_files(tmp_path))
    at = run("field", field=field)
    assert sound(at)
    labels = [b.label for b in at.get("download_button")]
    assert (len(charts(at)), labels.count(SAVE)) == (drawn, drawn)
