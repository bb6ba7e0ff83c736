"""The child process that draws charts: ``python -m loaders.documents.pictures.picture_child``.

In: one JSON object with the charts, their kind, their scale, folders of fonts and the seconds it may take. Out: a line
of JSON for each chart, its picture as base64 or why there is none. The drawing library holds every thread for half a
second when it is first called and weighs 140 MB: it is imported here and nowhere else.
"""

from __future__ import annotations

import base64
import json
import math
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

try:
    import resource
except ImportError:  # Windows has no such limits.
    resource = None  # type: ignore[assignment]


def restrict(seconds: float) -> None:
    """Take from this process what drawing does not need: files to write, and any time after the parent's patience.

    The system itself ends it then, whatever the library is doing and whether or not the parent still lives.
    """
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.alarm(math.ceil(seconds) + 1)


def outside(chart: object) -> bool:
    """Whether a chart names an address to load from. Of a file's the library draws an empty chart without a word."""
    if isinstance(chart, dict):
        return isinstance(chart.get("url"), str) or any(map(outside, chart.values()))
    return isinstance(chart, list) and any(map(outside, chart))


def drawn(work: dict[str, Any]) -> Iterator[dict[str, str]]:
    """A picture of each chart, or why there is none."""
    import vl_convert

    for folder in work["fonts"]:
        vl_convert.register_font_directory(folder)
    for chart in work["charts"]:
        if outside(chart):
            yield {"failed": "an address to load from"}
            continue
        try:
            if work["kind"] == "svg":
                picture = vl_convert.vegalite_to_svg(chart, allowed_base_urls=[]).encode()
            else:
                picture = vl_convert.vegalite_to_png(chart, scale=work["scale"], allowed_base_urls=[])
        except ValueError as error:
            yield {"failed": str(error)}
        else:
            yield {"picture": base64.b64encode(picture).decode()}


def main() -> int:
    """Answer the one piece of work that comes in."""
    work = json.load(sys.stdin.buffer)
    sink = os.fdopen(os.dup(1), "wb")
    # A library that prints must not speak into the answer.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    restrict(work["seconds"])
    for told in drawn(work):
        sink.write(json.dumps(told).encode() + b"\n")
        sink.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
