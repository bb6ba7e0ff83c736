"""Pictures of finished charts, all of one paper drawn by one child process under limits of time and memory."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kpi.charts.theme import FONT, VegaLite
from loaders.documents.pictures.japanese_fonts import FontFace, japanese_face
from loaders.workbook.isolation.child_start import start_child
from loaders.workbook.isolation.child_watch import Ended, ask_watched

#: Pixels of a PNG for each of the chart's: 240 to the inch on paper.
SCALE = 2.5
_CHILD = "loaders.documents.pictures.picture_child"
#: Children at a time; who asks meanwhile waits as long as one may take.
_places = threading.BoundedSemaphore(1)

WORDS: Mapping[str, str] = {
    "no_font": "このサーバーに日本語の書体がないため、図を作れません。"
    "管理者に、書体(DebianやUbuntuでは fonts-ipafont-gothic)をサーバーに入れるよう伝えてください。",
    "too_slow": "図を作るのに時間がかかりすぎたため、途中で止めました。もう一度お試しください。",
    "too_much_memory": "図を作る処理がメモリを使いすぎたため、途中で止めました。図の少ない資料に分けてお試しください。",
    "stopped": "図を作る処理が途中で止まりました。もう一度お試しください。",
    "not_drawn": "図に描けないものがあったため、図を作れませんでした。管理者に伝えてください。",
    "busy": "ほかの資料の図を作っているため、図を作れませんでした。しばらくしてからもう一度お試しください。",
}


@dataclass(frozen=True)
class PictureLimits:
    """What drawing all the pictures of one paper may take; 19 charts take about 8 seconds and 210 MB."""

    seconds: float = 60.0
    memory: int = 1_000_000_000


class NotDrawn(Exception):
    """There are no pictures: ``code`` is a key of ``WORDS``, the text its Japanese sentence, ``detail`` for a log."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(WORDS[code])
        self.code, self.detail = code, detail


def pictures(
    charts: Sequence[VegaLite],
    kind: Literal["png", "svg"] = "png",
    *,
    scale: float = SCALE,
    limits: PictureLimits | None = None,
) -> tuple[bytes, ...]:
    """A picture of each chart, in their order; raises :class:`NotDrawn`.

    A chart has its width and height in numbers (``sized``) and all its data in it. ``scale`` is the pixels of a PNG for
    each of the chart's.
    """
    if not charts:
        return ()
    limits = limits or PictureLimits()
    face = japanese_face()
    if face is None:
        raise NotDrawn("no_font")
    if not _places.acquire(timeout=limits.seconds):
        raise NotDrawn("busy")
    try:
        said = _ask(charts, kind, scale, face, limits)
    finally:
        _places.release()
    return tuple(_picture(json.loads(line)) for line in said.splitlines())


def _ask(charts: Sequence[VegaLite], kind: str, scale: float, face: FontFace, limits: PictureLimits) -> bytes:
    work = {
        "charts": [_in_face(chart, face) for chart in charts],
        "kind": kind,
        "scale": scale,
        "fonts": [face.folder],
        "seconds": limits.seconds,
    }
    try:
        child = start_child(_CHILD)
    except OSError as error:
        raise NotDrawn("stopped", str(error)) from error
    try:
        return ask_watched(child, json.dumps(work).encode(), seconds=limits.seconds, memory=limits.memory)
    except Ended as ended:
        raise NotDrawn(ended.why) from ended


def _in_face(chart: VegaLite, face: FontFace) -> VegaLite:
    """The chart in the face that is there, before the ones it asks for."""
    return {**chart, "config": {**chart.get("config", {}), "font": f"'{face.family}', {FONT}"}}


def _picture(told: Mapping[str, str]) -> bytes:
    if "picture" not in told:
        raise NotDrawn("not_drawn", told["failed"])
    return base64.b64decode(told["picture"])
