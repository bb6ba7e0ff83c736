"""Every chart of a screen has a button for its picture, which costs nothing before it is pressed and knows nobody."""

from __future__ import annotations

import io
from threading import Thread
from zipfile import ZipFile

import pytest
import streamlit as st

from loaders.documents.pictures import chart_files
from loaders.documents.pictures.japanese_fonts import japanese_face
from pages.parts.shared import filters
from tests.samplekit import PLAN, store_of, with_files, with_samples
from tests.screenkit import everything, run, sound

SAVE, ALL = "図を保存", "この画面の図をまとめて保存(zip)"
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
    for name in ("indicator_chart", "captioned", "sized", "pictures", "zipped"):
        monkeypatch.setattr(chart_files, name, None)
    at = run(screen, **WITH_CHARTS[screen])
    assert sound(at)
    labels = [b.label for b in at.get("download_button")]
    assert labels.count(SAVE) == len(charts(at)) > 0
    assert labels.count(ALL) == (len(charts(at)) > 1)


def test_the_files_say_what_and_when_and_that_they_are_samples(samples, offered):
    run("indicator", indicator="dx-support")
    name = "県内企業のデジタル化・DX支援件数"
    assert offered[f"picture-推移_{name}"][0] == f"サンプル_図_産1_{name}_R7_{DAY}.png"
    run("indicator", indicator="dx-support", as_of="2025-12-01")
    assert offered[f"picture-推移_{name}"][0] == f"サンプル_図_産1_{name}_R6_令和7年12月1日時点.png"
    run("compare", series="learning-participation")
    series = "「学習・自己啓発・訓練」行動者率"
    assert offered[f"picture-順位_{series}"][0] == f"図_{series}の都道府県別の値_R3年_{DAY}.png"
    assert offered[f"pictures-全国比較_{series}"][0] == f"図_全国比較_{series}_{DAY}.zip"


@drawing
def test_a_zip_holds_all_charts_of_a_field_not_only_those_of_the_page_shown(samples, offered, monkeypatch):
    monkeypatch.setattr(filters, "PAGE", 3)
    at = run("field", field="industry")
    assert len(charts(at)) == 3
    file, make = offered["pictures-産業・しごと"]
    assert file == f"サンプル_図_産業・しごと_{DAY}.zip"
    held = ZipFile(io.BytesIO(pressed(make)))
    plan = store_of(samples).snapshot(PLAN).plan
    numbers = [i.number for i in plan.indicators if i.field_id == "industry"]
    assert [name.split("_")[2] for name in held.namelist()] == numbers
    assert len({held.read(name) for name in held.namelist()}) == len(numbers) == 4
    assert {held.read(name)[:4] for name in held.namelist()} == {b"\x89PNG"}


@drawing
def test_the_charts_of_a_comparison_are_drawn_and_packed(samples, offered):
    at = run("compare", series="learning-participation")
    held = ZipFile(io.BytesIO(pressed(offered["pictures-全国比較_「学習・自己啓発・訓練」行動者率"][1])))
    singles = [pressed(make) for key, (_, make) in offered.items() if key.startswith("picture-")]
    assert [held.read(name) for name in held.namelist()] == singles
    assert len(singles) == len(charts(at)) == 3


@pytest.mark.parametrize(("field", "drawn"), [("life", 1), ("administration", 0)])
def test_without_several_charts_there_is_no_zip_and_without_one_no_picture(use, tmp_path, field, drawn):
    use(with_files(tmp_path))
    at = run("field", field=field)
    assert sound(at)
    labels = [b.label for b in at.get("download_button")]
    assert (len(charts(at)), labels.count(SAVE), labels.count(ALL)) == (drawn, drawn, 0)
