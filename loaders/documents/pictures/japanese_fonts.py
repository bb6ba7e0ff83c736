"""Finds a Japanese face among the system's fonts, for pictures: without one they would hold boxes instead of signs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kpi.charts.theme import FONT

#: Files of faces that are often there, with the family each holds, where the system has no list of its fonts.
_FILES = {
    "NotoSansJP-Regular.otf": "Noto Sans JP",
    "NotoSansJP-VF.ttf": "Noto Sans JP",
    "NotoSansCJK-Regular.ttc": "Noto Sans CJK JP",
    "BIZ-UDGothicR.ttc": "BIZ UDPGothic",
    "YuGothM.ttc": "Yu Gothic UI",
    "ヒラギノ角ゴシック W3.ttc": "Hiragino Sans",
    "meiryo.ttc": "Meiryo",
    "ipaexg.ttf": "IPAexGothic",
    "ipagp.ttf": "IPAPGothic",
    "ipag.ttf": "IPAGothic",
}


@dataclass(frozen=True)
class FontFace:
    """A family and the folder its file is in."""

    family: str
    folder: str


def japanese_face() -> FontFace | None:
    """The face for pictures, as the charts prefer them; None where the system has no Japanese one."""
    faces = [*_listed(), *_found(_folders())]
    order = [name.strip(" '") for name in FONT.split(",")]
    return min(faces, key=lambda face: _rank(face, order), default=None)


def _rank(face: FontFace, order: list[str]) -> tuple[int, str]:
    """Families the charts name come first, then any Gothic, then the rest."""
    if face.family in order:
        return order.index(face.family), ""
    plain = any(word in face.family for word in ("Gothic", "Sans", "ゴシック"))
    return len(order) + (0 if plain else 1), face.family


def _listed() -> list[FontFace]:
    """What fontconfig knows; nothing where it is not installed."""
    command = shutil.which("fc-list")
    if command is None:
        return []
    try:
        asked = [command, ":lang=ja", "--format", "%{family}\t%{file}\n"]
        told = subprocess.run(asked, capture_output=True, text=True, encoding="utf-8", timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return []
    pairs = (line.split("\t", 1) for line in told.splitlines() if "\t" in line)
    return [FontFace(families.split(",")[0], str(Path(file).parent)) for families, file in pairs]


def _found(folders: Iterable[Path]) -> list[FontFace]:
    """Faces told by the names of their files."""
    files = (file for folder in folders if folder.is_dir() for file in folder.rglob("*"))
    return [FontFace(_FILES[file.name], str(file.parent)) for file in files if file.name in _FILES]


def _folders() -> list[Path]:
    """Where systems keep their fonts."""
    windows = [Path(os.environ["SYSTEMROOT"]) / "Fonts"] if "SYSTEMROOT" in os.environ else []
    fixed = ("/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/Library/Fonts")
    return [*windows, *map(Path, fixed)]
